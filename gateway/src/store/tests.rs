//! The store reopened, tried with equivocation and rollback; golden records.

use hongyan_proto::report::{CaseState, Content, Direction};

use super::*;
use crate::domain::{
    access::Role,
    fixture::{NOW, cell, code, content, department, key, organization, sign},
};

fn open(folder: &Path) -> Store {
    Store::open(folder, department()).unwrap()
}

fn town() -> Organization {
    organization("TOWN", "320282", Some("COUNTY"))
}

fn enrolled_store(folder: &Path) -> Store {
    let store = open(folder);
    let invitation = Issued {
        code: None,
        superior: None,
        expires: NOW.plus_millis(1000),
        used: None,
    };
    store.issue(Hash::from_bytes([5; 32]), &invitation).unwrap();
    store
        .enrol(Hash::from_bytes([5; 32]), &town(), key(1).public(), NOW)
        .unwrap();
    store
}

fn report(revision: u32, size: u64) -> Content {
    let cells = [(
        cell(
            Direction::Out,
            "320282",
            "341702",
            "CZ-01",
            CaseState::Active,
        ),
        17,
    )];
    Content {
        revision,
        cells: cells.into(),
        ..content(town(), 1, "2026-Q3", size)
    }
}

fn submit(store: &Store, content: Content) -> Result<Taken, WriteError<SubmitRefusal>> {
    store.submit(&key(1).public().key_id(), &sign(content, 1), NOW)
}

fn refused(result: Result<Taken, WriteError<SubmitRefusal>>) -> ReportRefusal {
    match result {
        Err(WriteError::Refused(SubmitRefusal::Refused(refusal))) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_of_it_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let store = enrolled_store(folder.path());
    let grant = Grant {
        role: Role::SubDepartment(code("COUNTY")),
        note: "县委组织部".into(),
        granted: NOW,
    };
    store.grant(key(9).public().key_id(), &grant).unwrap();
    assert!(!submit(&store, report(1, 10)).unwrap().repeated);
    assert!(submit(&store, report(1, 10)).unwrap().repeated);
    assert!(!submit(&store, report(2, 12)).unwrap().repeated);
    let before = store.register();
    drop(store);
    let store = open(folder.path());
    let after = store.register();
    assert_eq!(after.organizations, before.organizations);
    assert_eq!(after.reports, before.reports);
    assert_eq!(after.callers, before.callers);
    assert_eq!(
        after.organizations[&code("TOWN")]
            .log
            .as_ref()
            .unwrap()
            .size,
        12
    );
    assert_eq!(
        refused(submit(&store, report(1, 10))),
        ReportRefusal::RevisionOld { kept: 2, sent: 1 }
    );
    assert!(submit(&store, report(2, 12)).unwrap().repeated);
}

#[test]
fn evidence_stays_and_marks() {
    let folder = tempfile::tempdir().unwrap();
    let store = enrolled_store(folder.path());
    submit(&store, report(1, 10)).unwrap();
    let other = Content {
        answer_days: 11,
        ..report(1, 10)
    };
    for _ in 0..2 {
        assert_eq!(
            refused(submit(&store, other.clone())),
            ReportRefusal::Equivocation { revision: 1 }
        );
    }
    assert!(matches!(
        refused(submit(&store, report(2, 9))),
        ReportRefusal::LogWentBack {
            before: 10,
            now: 9,
            ..
        }
    ));
    drop(store);
    let store = open(folder.path());
    let town = store.register().organizations[&code("TOWN")].clone();
    assert!(town.equivocated && town.log_went_back);
    assert_eq!(town.log.as_ref().unwrap().size, 10);
    let mut expected = vec![
        sign(other, 1).bytes().to_vec(),
        sign(report(2, 9), 1).bytes().to_vec(),
    ];
    let mut found = store.evidence(&code("TOWN")).unwrap();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(
        store
            .register()
            .kept("2026-Q3".parse().unwrap(), &code("TOWN"))
            .unwrap()
            .report
            .revision,
        1
    );
    for days in 20..60 {
        let _ = submit(
            &store,
            Content {
                answer_days: days,
                ..report(1, 10)
            },
        );
    }
    assert_eq!(store.evidence(&code("TOWN")).unwrap().len(), MAX_EVIDENCE);
}

#[test]
fn whom_the_department_invites_anew_begins_without_marks() {
    let folder = tempfile::tempdir().unwrap();
    let store = enrolled_store(folder.path());
    submit(&store, report(1, 10)).unwrap();
    submit(&store, report(2, 12)).unwrap();
    // A backup from before was restored.
    let restored = |revision| Content {
        answer_days: 11,
        ..report(revision, 5)
    };
    refused(submit(&store, restored(2)));
    refused(submit(&store, restored(3)));
    let later = NOW.plus_millis(1000);
    store.revoke(&code("TOWN"), later).unwrap();
    let (secret, invitation) = (
        Hash::from_bytes([6; 32]),
        Issued {
            code: Some(code("TOWN")),
            superior: None,
            expires: later.plus_millis(1000),
            used: None,
        },
    );
    store.issue(secret, &invitation).unwrap();
    store
        .enrol(secret, &town(), key(1).public(), later)
        .unwrap();
    let anew = |content: Content| store.submit(&key(1).public().key_id(), &sign(content, 1), later);
    // Its numbers began anew with it.
    assert!(!anew(restored(1)).unwrap().repeated);
    assert!(!anew(restored(2)).unwrap().repeated);
    let known = store.register();
    let town = &known.organizations[&code("TOWN")];
    assert_eq!((town.equivocated, town.log_went_back), (false, false));
    let kept = known
        .kept("2026-Q3".parse().unwrap(), &code("TOWN"))
        .unwrap();
    assert_eq!((kept.report.revision, kept.replaced.len()), (2, 1));
    assert_eq!(store.evidence(&code("TOWN")).unwrap().len(), 2);
    assert_eq!(
        refused(anew(report(2, 10))),
        ReportRefusal::Equivocation { revision: 2 }
    );
}

#[test]
fn who_is_revoked_or_unknown_reports_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = enrolled_store(folder.path());
    submit(&store, report(1, 10)).unwrap();
    assert_eq!(
        store.revoke(&code("TOWN"), NOW).unwrap(),
        Some(key(1).public())
    );
    assert_eq!(store.revoke(&code("NOBODY"), NOW).unwrap(), None);
    let refused = submit(&store, report(2, 11));
    assert!(matches!(
        refused,
        Err(WriteError::Refused(SubmitRefusal::NotEnrolled))
    ));
    assert!(
        store
            .register()
            .kept("2026-Q3".parse().unwrap(), &code("TOWN"))
            .is_some(),
        "what was reported stays"
    );
}

#[test]
fn a_large_report_spans_parts_and_a_smaller_one_replaces_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = enrolled_store(folder.path());
    let many = (0..2000).map(|number| {
        (
            cell(
                Direction::Out,
                "320282",
                "341702",
                &format!("CZ-{number}"),
                CaseState::Active,
            ),
            1,
        )
    });
    submit(
        &store,
        Content {
            cells: many.collect(),
            ..report(1, 10)
        },
    )
    .unwrap();
    submit(&store, report(2, 11)).unwrap();
    drop(store);
    let store = open(folder.path());
    assert_eq!(
        store
            .register()
            .kept("2026-Q3".parse().unwrap(), &code("TOWN"))
            .unwrap()
            .report
            .cells
            .len(),
        1
    );
}

#[test]
fn a_store_that_lost_commits_says_so() {
    let folder = tempfile::tempdir().unwrap();
    drop(enrolled_store(folder.path()));
    std::fs::write(folder.path().join("head"), "99\n").unwrap();
    let error = Store::open(folder.path(), department()).unwrap_err();
    assert!(
        matches!(&error, StoreError::Damaged { what, .. } if what.contains("99")),
        "{error}"
    );
}

#[test]
fn a_store_in_use_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let _held = enrolled_store(folder.path());
    assert!(matches!(
        Store::open(folder.path(), department()),
        Err(StoreError::InUse(_))
    ));
}

#[test]
fn an_unfinished_snapshot_does_not_stop_it() {
    let folder = tempfile::tempdir().unwrap();
    drop(enrolled_store(folder.path()));
    std::fs::write(folder.path().join("store/snap.0000.generating"), b"half").unwrap();
    assert_eq!(open(folder.path()).register().organizations.len(), 1);
}

#[test]
fn golden_records() {
    let kept = sign(report(1, 10), 1);
    let organization = Enrolled {
        log: Some(LogHead::new(kept.checkpoint(), kept.report().compiled)),
        ..crate::domain::fixture::enrolled(town(), 1)
    };
    insta::assert_snapshot!(hex::encode(record::organization(&organization)));
    insta::assert_snapshot!(hex::encode(record::report(
        &crate::domain::fixture::kept(&kept),
        &kept
    )));
    let used = Some((key(1).public().key_id(), code("TOWN")));
    let invitation = Issued {
        code: Some(code("TOWN")),
        superior: None,
        expires: NOW,
        used,
    };
    insta::assert_snapshot!(hex::encode(record::invitation(&invitation)));
    assert_eq!(
        record::read_invitation(&record::invitation(&invitation)).unwrap(),
        invitation
    );
}
