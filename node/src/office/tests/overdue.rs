//! What is overdue is named, with its day and whose turn it is.

use hongyan_proto::letter::{Contact, LostContact, Moved, Text};

use super::{
    pair::{Pair, Town},
    stories::{day, hosted_from, notice, ready, write},
};
use crate::{
    domain::case::Side,
    office::{
        flow,
        overdue::{Overdue, OverdueKind},
    },
};

/// One member away since the second quarter, in a branch of the host's.
async fn away() -> (Pair, hongyan_proto::id::CaseId) {
    let pair = ready().await;
    let case = hosted_from(&pair, "张三", "2026-04-01").await;
    (pair, case)
}

fn of_kind(town: &Town, kind: OverdueKind) -> Vec<Overdue> {
    let status = crate::office::status::status(&town.office).unwrap();
    let about = |one: &Overdue| one.kind == kind;
    status.overdue.into_iter().filter(about).collect()
}

pub(super) fn contacts(town: &Town) -> Vec<Overdue> {
    of_kind(town, OverdueKind::Contact)
}

pub(super) fn contact(on: &str) -> Contact {
    Contact {
        day: day(on),
        means: Text::parse("电话").unwrap(),
        summary: None,
    }
}

#[tokio::test]
async fn a_quarter_without_contact_is_overdue_at_home_until_contact_is_made() {
    let (pair, case) = away().await;
    // The quarter of the departure counts, and the one after it is not over.
    pair.home.set_day("2026-09-30");
    assert!(contacts(&pair.home).is_empty());
    pair.home.set_day("2026-10-01");
    let missed = contacts(&pair.home);
    let [missed] = missed.as_slice() else {
        panic!("{missed:?}")
    };
    assert_eq!((missed.due, missed.case), (day("2026-09-30"), Some(case)));
    assert!(missed.what.0.contains("2026-Q3"), "{missed:?}");
    let lines = pair.home.office.overdue_lines().unwrap();
    let line = lines
        .iter()
        .find(|line| line.contains("2026-Q3: no contact"));
    assert!(line.is_some_and(|line| !line.contains("张三")), "{lines:?}");
    // The host has no such duty.
    pair.host.set_day("2026-10-01");
    assert!(contacts(&pair.host).is_empty());
    write(&pair.home, case, contact("2026-10-01"))
        .await
        .unwrap();
    assert!(contacts(&pair.home).is_empty());
    crate::book::rebuild(pair.home.office.store(), &|_, _| {}).unwrap();
    assert!(contacts(&pair.home).is_empty());
    pair.home.set_day("2027-04-01");
    assert_eq!(contacts(&pair.home).len(), 1);
}

#[tokio::test]
async fn lost_contact_is_followed_up_within_its_days() {
    let (pair, case) = away().await;
    let lost = LostContact {
        last_contact_on: day("2026-04-01"),
        note: None,
    };
    write(&pair.host, case, lost).await.unwrap();
    pair.sync().await;
    for town in [&pair.home, &pair.host] {
        town.set_day("2026-05-01");
        assert!(contacts(town).is_empty());
        town.set_day("2026-05-02");
        let late = contacts(town);
        assert_eq!(late.len(), 1, "{late:?}");
        // Both look for the member.
        assert_eq!((late[0].due, late[0].must_act), (day("2026-05-01"), None));
        let seen = flow::show(&town.office, case).unwrap();
        assert_eq!(seen.must_act, [Side::Outflow, Side::Inflow]);
    }
}

#[tokio::test]
async fn a_move_is_to_be_followed_until_the_next_case_is_there() {
    let (pair, case) = away().await;
    let moved = Moved {
        moved_on: day("2026-04-01"),
        destination: None,
        organization_code: Some("3301-XH".parse().unwrap()),
    };
    write(&pair.host, case, moved).await.unwrap();
    pair.sync().await;
    let late = |town: &Town| -> Vec<_> {
        let late = of_kind(town, OverdueKind::Answer);
        late.into_iter().map(|one| (one.case, one.due)).collect()
    };
    pair.set_day("2026-05-02");
    assert_eq!(late(&pair.home), [(Some(case), day("2026-05-01"))]);
    // The next case may be a third's, of which the host hears nothing: it waits for nothing and knows of no term.
    assert_eq!(late(&pair.host), []);
    let seen = flow::show(&pair.host.office, case).unwrap();
    let waits = (seen.must_act, seen.due, seen.overdue);
    assert_eq!(waits, (&[Side::Outflow][..], None, false));
    notice(&pair, "张三").await;
    pair.sync().await;
    for town in [&pair.home, &pair.host] {
        assert_eq!(late(town), [], "the next case was opened today");
    }
}
