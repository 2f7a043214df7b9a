//! Tests of `points`.

use Presence::{Absent, Present};
use hongyan_proto::{
    id::MemberId,
    letter::{Attendee, Presence, Text},
    time::Timestamp,
};

use super::*;

const TABLE: [Points; 3] = [
    Points {
        item: PointItem::ActivityDay,
        most: 20,
    },
    Points {
        item: PointItem::Oversight,
        most: 20,
    },
    Points {
        item: PointItem::Training,
        most: 20,
    },
];

#[test]
fn an_item_brings_its_share_and_never_more() {
    let facts = Facts {
        activity_days: Share { done: 2, of: 3 },
        training: Share { done: 500, of: 320 },
        ..Facts::default()
    };
    let scores = scores(&TABLE, &facts);
    let tenths: Vec<_> = scores.iter().map(|score| score.tenths).collect();
    assert_eq!(tenths, [Some(133), None, Some(200)]);
    assert_eq!(total(&scores), 333);
}

#[test]
fn what_was_not_due_yet_is_not_counted() {
    let none = scores(&TABLE, &Facts::default());
    assert!(none.iter().all(|score| score.tenths.is_none()));
    assert_eq!(total(&none), 0);
}

fn member(number: u8) -> Who {
    Who::Member(MemberId::from_bytes([number; 16]))
}

fn held_on(kind: ActivityKind, day: &str, people: &[(u8, Presence)]) -> Record {
    let attendee = |(number, presence): &(u8, Presence)| Attendee {
        member_id: Some(MemberId::from_bytes([*number; 16])),
        case_id: None,
        presence: *presence,
        reason: None,
        told: None,
    };
    let activity = Activity {
        unit: Text::parse("东街支部").unwrap(),
        kind,
        day: day.parse().unwrap(),
        begins: None,
        ends: None,
        place: Text::parse("会议室").unwrap(),
        theme: Text::parse("主题").unwrap(),
        headings: vec![],
        content: None,
        form: None,
        lecturer: None,
        minutes: None,
        attendees: people.iter().map(attendee).collect(),
        guests: vec![],
        planned_day: None,
        moved_because: None,
        attachments: vec![],
        actor: Text::parse("-").unwrap(),
    };
    Record {
        sequence: 0,
        version: 0,
        time: Timestamp::from_millis(0),
        payload: activity.into(),
        void: false,
        corrections: vec![],
    }
}

/// X 四: what members say to each other in criticism, votes and talks is oversight.
#[test]
fn oversight_is_read_from_the_meetings_and_talks_in_which_it_happens() {
    use ActivityKind::{Appraisal, BranchAssembly, OrganizationalLife, Talk};
    let mut records = vec![
        held_on(
            OrganizationalLife,
            "2026-06-05",
            &[(1, Present), (2, Absent)],
        ),
        held_on(Talk, "2026-06-04", &[(1, Present)]),
        held_on(Talk, "2026-06-04", &[(2, Present)]),
        held_on(Talk, "2026-06-04", &[(3, Present)]),
        held_on(BranchAssembly, "2026-06-05", &[(1, Present)]),
    ];
    let nobody = Exempted::default();
    let of = |records: &[Record], number| of_person(records, member(number), &nobody).oversight;
    assert_eq!(of(&records, 1), Share { done: 2, of: 2 });
    assert_eq!(of(&records, 2), Share { done: 1, of: 2 });
    // The result of an appraisal shows that it was held, and once where the meeting is recorded too.
    let line = hongyan_proto::letter::AppraisalLine {
        member_id: MemberId::from_bytes([2; 16]),
        grade: hongyan_proto::letter::AppraisalGrade::Qualified,
        excellent: 0,
        qualified: 1,
        unqualified: 0,
        note: None,
    };
    let result = hongyan_proto::letter::Appraisal {
        unit: Text::parse("东街支部").unwrap(),
        year: hongyan_proto::letter::Within::new(2026).unwrap(),
        day: "2026-06-05".parse().unwrap(),
        lines: vec![line],
        actor: Text::parse("-").unwrap(),
    };
    records.push(Record {
        payload: result.into(),
        ..records[0].clone()
    });
    assert_eq!(of(&records, 2), Share { done: 2, of: 3 });
    records.push(held_on(Appraisal, "2026-06-05", &[(2, Present)]));
    assert_eq!(of(&records, 2), Share { done: 2, of: 3 });
}
