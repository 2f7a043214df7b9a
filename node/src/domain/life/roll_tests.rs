//! Names become attendees; every wrong one is told with its place.

use Presence::{Absent, AbsentWithReason, Present, Remote};

use super::roll::*;
use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::{Attendee, Presence, Text},
};

fn member(number: u8, name: &str, unit: &str) -> Candidate {
    Candidate {
        who: Who::Member(MemberId::from_bytes([number; 16])),
        names: vec![name.to_owned(), format!("AQ-{number}")],
        unit: Some(unit.to_owned()),
        belongs: unit == "东街支部",
        expected: true,
        since: None,
    }
}

fn candidates() -> Vec<Candidate> {
    let away = Candidate {
        expected: false,
        ..member(3, "远行", "东街支部")
    };
    let hosted = Candidate {
        who: Who::Hosted(CaseId::from_bytes([9; 16])),
        ..member(9, "流入", "东街支部")
    };
    vec![
        member(1, "张三", "东街支部"),
        member(2, "李四", "东街支部"),
        away,
        hosted,
        member(4, "王五", "西街支部"),
        member(5, "同名", "东街支部"),
        member(6, "同名", "东街支部"),
    ]
}

fn line(person: &str, presence: Presence) -> Named {
    let excused = presence == AbsentWithReason;
    Named {
        person: person.to_owned(),
        presence,
        reason: excused.then(|| Text::parse("病假").unwrap()),
    }
}

fn presences(attendees: &[Attendee]) -> Vec<(u8, Presence)> {
    attendees
        .iter()
        .map(|attendee| {
            let id = Who::of(attendee).unwrap().id();
            (u8::from_str_radix(&id[..2], 16).unwrap(), attendee.presence)
        })
        .collect()
}

#[test]
fn all_are_there_but_for_those_named_otherwise() {
    let people = [line("李四", AbsentWithReason), line("AQ-9", Remote)];
    let attendees = call(&candidates(), Some(Present), &people).unwrap();
    let expected = [
        (1, Present),
        (2, AbsentWithReason),
        (9, Remote),
        (5, Present),
        (6, Present),
    ];
    assert_eq!(presences(&attendees), expected);
    // A member away is expected only when named.
    let named = call(&candidates(), None, &[line("远行", Remote)]).unwrap();
    assert_eq!(presences(&named), [(3, Remote)]);
}

#[test]
fn every_wrong_name_is_told_with_its_place() {
    let people = [
        line("张三", Present),
        line("王五", Present),
        line("无名", Present),
        line("同名", Present),
        line("01010101", Absent),
    ];
    let problems = call(&candidates(), None, &people).unwrap_err();
    let places: Vec<_> = problems.iter().map(|(at, _)| *at).collect();
    assert_eq!(places, [Some(1), Some(2), Some(3), Some(4)]);
    assert!(matches!(&problems[0].1, RollProblem::Elsewhere { unit, .. } if unit == "西街支部"));
    assert!(matches!(&problems[1].1, RollProblem::Unknown(name) if name == "无名"));
    assert!(
        matches!(&problems[2].1, RollProblem::Ambiguous { candidates, .. } if candidates.len() == 2)
    );
    assert!(matches!(&problems[3].1, RollProblem::Twice(_)));
    let nobody = call(&candidates(), None, &[]).unwrap_err();
    assert_eq!(nobody, [(None, RollProblem::Nobody)]);
    let all = call(&candidates(), Some(AbsentWithReason), &[]).unwrap_err();
    assert_eq!(all, [(None, RollProblem::EveryoneExcused)]);
}

#[test]
fn a_corrected_line_keeps_the_letter_that_told_of_it() {
    let mut before = call(&candidates(), Some(Present), &[]).unwrap();
    let told = hongyan_proto::letter::Told {
        log_id: hongyan_proto::id::LogId::from_bytes([7; 32]),
        sequence: 41,
    };
    before[2].told = Some(told.clone());
    let people = [line("流入", Absent), line("远行", Remote)];
    let after = amend(&before, &candidates(), &people, &["李四".to_owned()]).unwrap();
    let expected = [
        (1, Present),
        (9, Absent),
        (5, Present),
        (6, Present),
        (3, Remote),
    ];
    assert_eq!(presences(&after), expected);
    assert_eq!(after[1].told, Some(told));
    let wrong = amend(&before, &candidates(), &[], &["远行".to_owned()]).unwrap_err();
    assert!(matches!(&wrong[..], [(None, RollProblem::NotExpected(_))]));
}
