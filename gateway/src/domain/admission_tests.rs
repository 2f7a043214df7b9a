//! Who may enroll, and what a report may say about an earlier one.

use std::{collections::BTreeMap, sync::Arc};

use hongyan_proto::{
    id::{Epoch, LogOrigin},
    log::SignedCheckpoint,
    report::Content,
};

use super::*;
use crate::domain::fixture::{
    NOW, code, content, department, enrolled, kept, key, organization, quarter, sign,
};

fn issued() -> Issued {
    Issued {
        code: None,
        superior: None,
        expires: NOW.plus_millis(1000),
        used: None,
    }
}

fn with(organizations: Vec<Enrolled>) -> Register {
    let mut register = Register::new(department());
    for enrolled in organizations {
        register
            .organizations
            .insert(enrolled.organization.code.clone(), Arc::new(enrolled));
    }
    register
}

#[test]
fn an_invitation_works_once_in_time_for_whom_it_names() {
    let town = organization("TOWN", "320282", None);
    let register = with(Vec::new());
    let mine = key(1).public().key_id();
    let try_with =
        |invitation: Option<&Issued>, now| enrol(&register, invitation, &town, mine, now);
    assert_eq!(try_with(None, NOW), Err(EnrolRefusal::Unknown));
    assert_eq!(try_with(Some(&issued()), NOW), Ok(false));
    let late = NOW.plus_millis(1000);
    assert_eq!(
        try_with(Some(&issued()), late),
        Err(EnrolRefusal::Expired(late))
    );
    let for_other = Issued {
        code: Some(code("OTHER")),
        ..issued()
    };
    assert_eq!(
        try_with(Some(&for_other), NOW),
        Err(EnrolRefusal::ForOther {
            field: "code",
            expected: code("OTHER")
        })
    );
    let below = Issued {
        superior: Some(code("COUNTY")),
        ..issued()
    };
    assert!(matches!(
        try_with(Some(&below), NOW),
        Err(EnrolRefusal::ForOther {
            field: "superior",
            ..
        })
    ));
    let used = Issued {
        used: Some((mine, code("TOWN"))),
        ..issued()
    };
    assert_eq!(
        try_with(Some(&used), NOW),
        Err(EnrolRefusal::Used),
        "used, and since revoked or changed"
    );
    let there = with(vec![enrolled(town.clone(), 1)]);
    assert_eq!(
        enrol(&there, Some(&used), &town, mine, late),
        Ok(true),
        "the answer was lost on the way"
    );
    let thief = key(2).public().key_id();
    assert_eq!(
        enrol(&there, Some(&used), &town, thief, NOW),
        Err(EnrolRefusal::Used)
    );
}

#[test]
fn codes_and_keys_belong_together() {
    let town = organization("TOWN", "320282", None);
    let there = with(vec![enrolled(town.clone(), 1)]);
    let (mine, other) = (key(1).public().key_id(), key(2).public().key_id());
    assert_eq!(
        enrol(&there, Some(&issued()), &town, other, NOW),
        Err(EnrolRefusal::OrganizationTaken(code("TOWN")))
    );
    let second = organization("SECOND", "320282", None);
    assert_eq!(
        enrol(&there, Some(&issued()), &second, mine, NOW),
        Err(EnrolRefusal::KeyTaken(code("TOWN")))
    );
    let gone = with(vec![Enrolled {
        revoked: Some(NOW),
        ..enrolled(town.clone(), 1)
    }]);
    assert_eq!(
        enrol(&gone, Some(&issued()), &town, other, NOW),
        Err(EnrolRefusal::OrganizationTaken(code("TOWN")))
    );
    let by_code = Issued {
        code: Some(code("TOWN")),
        ..issued()
    };
    assert_eq!(enrol(&gone, Some(&by_code), &town, other, NOW), Ok(false));
    let ring = organization("COUNTY", "320282", Some("TOWN"));
    let below = with(vec![enrolled(
        organization("TOWN", "320282", Some("COUNTY")),
        1,
    )]);
    assert_eq!(
        enrol(&below, Some(&issued()), &ring, other, NOW),
        Err(EnrolRefusal::SuperiorCycle(code("TOWN")))
    );
    let root = organization("CITY", "320200", None);
    assert!(matches!(
        enrol(&below, Some(&issued()), &root, other, NOW),
        Err(EnrolRefusal::SuperiorCycle(_))
    ));
}

fn town() -> Enrolled {
    enrolled(organization("TOWN", "320282", Some("COUNTY")), 1)
}

fn report(revision: u32, size: u64) -> Content {
    Content {
        revision,
        ..content(town().organization, 1, "2026-Q3", size)
    }
}

#[test]
fn revisions_only_go_up_and_repeating_is_no_harm() {
    let second = sign(report(2, 10), 1);
    let first = sign(report(1, 9), 1);
    let now_kept = Kept {
        replaced: BTreeMap::from([(1, first.hash())]),
        ..kept(&second)
    };
    let head = Enrolled {
        log: Some(LogHead::new(second.checkpoint(), second.report().compiled)),
        ..town()
    };
    assert_eq!(admit(&town(), None, &second, NOW), Ok(Admitted::New));
    assert_eq!(
        admit(&head, Some(&now_kept), &second, NOW),
        Ok(Admitted::Repeated)
    );
    let old = Err(ReportRefusal::RevisionOld { kept: 2, sent: 1 });
    assert_eq!(
        admit(&head, Some(&now_kept), &first, NOW),
        old,
        "a late repetition is no rollback"
    );
    let other_second = sign(
        Content {
            answer_days: 11,
            ..report(2, 10)
        },
        1,
    );
    assert_eq!(
        admit(&head, Some(&now_kept), &other_second, NOW),
        Err(ReportRefusal::Equivocation { revision: 2 })
    );
    let other_first = sign(
        Content {
            answer_days: 11,
            ..report(1, 10)
        },
        1,
    );
    assert_eq!(
        admit(&head, Some(&now_kept), &other_first, NOW),
        Err(ReportRefusal::Equivocation { revision: 1 })
    );
    assert_eq!(
        admit(&head, Some(&now_kept), &sign(report(3, 10), 1), NOW),
        Ok(Admitted::New)
    );
}

#[test]
fn a_log_never_goes_back() {
    let before = sign(report(1, 10), 1);
    let head = Enrolled {
        log: Some(LogHead::new(before.checkpoint(), before.report().compiled)),
        ..town()
    };
    let admit_now = |content: Content| admit(&head, Some(&kept(&before)), &sign(content, 1), NOW);
    let back = admit_now(report(2, 9)).unwrap_err();
    assert!(
        matches!(
            back,
            ReportRefusal::LogWentBack {
                before: 10,
                now: 9,
                ..
            }
        ) && back.is_evidence(),
        "{back}"
    );
    let earlier = before.report().compiled.plus_millis(-1);
    assert_eq!(
        admit_now(Content {
            compiled: earlier,
            ..report(2, 9)
        }),
        Err(ReportRefusal::Stale)
    );
    assert_eq!(admit_now(report(2, 10)), Ok(Admitted::New));
    assert_eq!(admit_now(report(2, 11)), Ok(Admitted::New));
    let own = key(1).public().key_id();
    let note = |epoch: [u8; 16], root: [u8; 32]| {
        let origin = LogOrigin {
            author: own,
            audience: own,
            epoch: Epoch::from_bytes(epoch),
        };
        SignedCheckpoint::sign(&key(1), &origin, 10, Hash::from_bytes(root))
            .unwrap()
            .note()
            .clone()
    };
    let other_root = admit_now(Content {
        checkpoint: note([1; 16], [4; 32]),
        ..report(2, 10)
    });
    assert!(matches!(other_root, Err(ReportRefusal::LogWentBack { .. })));
    let other_log = admit_now(Content {
        checkpoint: note([2; 16], [3; 32]),
        ..report(2, 10)
    });
    assert!(matches!(other_log, Err(ReportRefusal::LogWentBack { .. })));
}

#[test]
fn a_report_is_about_its_sender_and_a_quarter_that_is_over() {
    let of = |content: Content| admit(&town(), None, &sign(content, 1), NOW);
    let renamed = content(
        organization("OTHER", "320282", Some("COUNTY")),
        1,
        "2026-Q3",
        1,
    );
    assert!(matches!(
        of(renamed),
        Err(ReportRefusal::OtherOrganization { field: "code", .. })
    ));
    let moved = content(organization("TOWN", "320282", None), 1, "2026-Q3", 1);
    assert!(matches!(
        of(moved),
        Err(ReportRefusal::OtherOrganization {
            field: "superior",
            ..
        })
    ));
    let on = |day: &str, period: &str| {
        let now = day.parse::<hongyan_proto::time::Day>().unwrap().start();
        let content = Content {
            period: quarter(period),
            ..report(1, 1)
        };
        admit(&town(), None, &sign(content, 1), now)
    };
    let open = |period| Err::<Admitted, _>(ReportRefusal::PeriodOpen(quarter(period)));
    assert_eq!(on("2026-11-22", "2027-Q1"), open("2027-Q1"));
    assert_eq!(on("2026-11-22", "2026-Q4"), open("2026-Q4"));
    assert_eq!(on("2026-12-30", "2026-Q4"), open("2026-Q4"));
    assert_eq!(
        on("2026-12-31", "2026-Q4"),
        Ok(Admitted::New),
        "the sender's clock is a day ahead"
    );
    let words = open("2026-Q4").unwrap_err().to_string();
    assert!(words.contains("2027-01-01"), "{words}");
}
