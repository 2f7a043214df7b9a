//! The book of certificates as a story: numbers come, go out once, and come back.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::{CertificateNumber, MemberId},
    letter::{
        CertificateHandedIn, CertificateIssued, CertificateKind, CertificateRange,
        CertificateReplaced, ReplacementReason,
    },
    time::Day,
};

use super::*;

fn number(text: &str) -> CertificateNumber {
    text.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn member(number: u8) -> MemberId {
    MemberId::from_bytes([number; 16])
}

fn range(kind: CertificateKind, first: &str, last: &str) -> CertificateRange {
    CertificateRange {
        kind,
        first: number(first),
        last: number(last),
        source: None,
        received_on: day("2026-01-05"),
        actor: "王".parse().unwrap(),
    }
}

fn issued(text: &str, who: u8) -> Event {
    Event::Issued(CertificateIssued {
        number: number(text),
        kind: CertificateKind::Flow,
        member_id: member(who),
        issued_on: day("2026-02-01"),
        actor: "王".parse().unwrap(),
    })
}

#[test]
fn a_number_goes_out_once_for_ever() {
    let mut events = vec![
        Event::Range(range(CertificateKind::Flow, "F001", "F004")),
        Event::Range(range(CertificateKind::Member, "M001", "M002")),
        issued("F001", 1),
    ];
    let book = Certificates::of(events.clone());
    let none = BTreeSet::new();
    let choose = |book: &Certificates, asked: Option<&str>, roster: &BTreeSet<_>| {
        let flow = (CertificateKind::Flow, day("2026-02-01"));
        book.choose(asked.map(number).as_ref(), flow, roster)
    };
    // The range came on 5 January.
    for asked in [None, Some("F002")] {
        let asked = asked.map(number);
        let early = (CertificateKind::Flow, day("2026-01-04"));
        assert_eq!(
            book.choose(asked.as_ref(), early, &none),
            Err(CertificateRefusal::NotYet(
                number("F002"),
                day("2026-01-05")
            ))
        );
    }
    assert_eq!(choose(&book, None, &none), Ok(number("F002")));
    let roster = BTreeSet::from([number("F002")]);
    assert_eq!(choose(&book, None, &roster), Ok(number("F003")));
    assert_eq!(
        choose(&book, Some("F002"), &roster),
        Err(CertificateRefusal::Used(number("F002")))
    );
    assert_eq!(
        choose(&book, Some("F001"), &none),
        Err(CertificateRefusal::Used(number("F001")))
    );
    for other in ["F005", "M001"] {
        assert_eq!(
            choose(&book, Some(other), &none),
            Err(CertificateRefusal::OutsideRanges(number(other)))
        );
    }
    events.push(Event::HandedIn(CertificateHandedIn {
        number: number("F001"),
        handed_in_on: day("2026-05-01"),
        note: None,
        actor: "王".parse().unwrap(),
        member_id: Some(member(1)),
    }));
    events.extend([issued("F002", 2), issued("F003", 3), issued("F004", 4)]);
    let book = Certificates::of(events);
    // Given back is not free again.
    assert_eq!(
        choose(&book, None, &none),
        Err(CertificateRefusal::NoneFree)
    );
    assert!(book.held_by(member(1), CertificateKind::Flow).is_none());
    let back = book.get(&number("F001")).unwrap();
    assert_eq!(
        back.may_change(day("2026-06-01"), day("2026-06-01")),
        Err(CertificateRefusal::HandedIn(
            number("F001"),
            day("2026-05-01")
        ))
    );
}

#[test]
fn a_replaced_one_is_void_and_names_the_new_one() {
    let book = Certificates::of([
        Event::Range(range(CertificateKind::Flow, "F001", "F004")),
        issued("F001", 1),
        Event::Replaced(CertificateReplaced {
            number: number("F001"),
            replacement: number("F002"),
            member_id: member(1),
            kind: CertificateKind::Flow,
            reason: ReplacementReason::Lost,
            replaced_on: day("2026-03-01"),
            actor: "王".parse().unwrap(),
        }),
    ]);
    let held = book.held_by(member(1), CertificateKind::Flow).unwrap();
    assert_eq!(
        (held.number.as_str(), held.issued_on),
        ("F002", Some(day("2026-03-01")))
    );
    assert_eq!(held.replaces, Some(number("F001")));
    let old = book.get(&number("F001")).unwrap();
    assert_eq!(
        old.may_change(day("2026-03-02"), day("2026-03-02")),
        Err(CertificateRefusal::Replaced(number("F001"), number("F002")))
    );
    assert_eq!(
        held.may_change(day("2026-02-28"), day("2026-03-02")),
        Err(CertificateRefusal::Before(
            day("2026-02-28"),
            day("2026-03-01")
        ))
    );
    assert_eq!(
        held.may_change(day("2026-03-03"), day("2026-03-02")),
        Err(CertificateRefusal::Future(day("2026-03-03")))
    );
}

#[test]
fn ranges_never_overlap() {
    let today = day("2026-11-22");
    let book = Certificates::of([Event::Range(range(CertificateKind::Flow, "F010", "F020"))]);
    for (first, last, good) in [
        ("F001", "F009", true),
        ("F021", "F030", true),
        ("G010", "G020", true),
        ("F010", "F010", false),
        ("F020", "F030", false),
        ("F001", "F010", false),
        ("F001", "F099", false),
        ("F012", "F013", false),
    ] {
        let added = book.may_add(&range(CertificateKind::Member, first, last), today);
        assert_eq!(added.is_ok(), good, "{first} {last}");
    }
    let early = book.may_add(
        &range(CertificateKind::Flow, "F001", "F009"),
        day("2026-01-04"),
    );
    assert_eq!(early, Err(CertificateRefusal::Future(day("2026-01-05"))));
}
