//! Activities: golden bytes, and what is refused where.

use super::{
    Payload,
    activity::{MAX_ATTACHMENTS, text},
    *,
};
use crate::id::{CaseId, Hash, LogId, MemberId};
use crate::log::Kind;

fn activity() -> Activity {
    let attendee = |presence| Attendee {
        member_id: Some(MemberId::from_bytes([1; 16])),
        case_id: None,
        presence,
        reason: None,
        told: None,
    };
    Activity {
        unit: text("东街支部"),
        kind: ActivityKind::ActivityDay,
        day: "2026-07-10".parse().unwrap(),
        begins: Some("14:30".parse().unwrap()),
        ends: None,
        place: text("会议室"),
        theme: text("学习党章"),
        headings: Vec::new(),
        content: None,
        form: None,
        lecturer: None,
        minutes: None,
        attendees: vec![
            attendee(Presence::Present),
            Attendee {
                member_id: None,
                case_id: Some(CaseId::from_bytes([2; 16])),
                reason: Some(text("病假")),
                told: Some(Told {
                    log_id: LogId::from_bytes([3; 32]),
                    sequence: 41,
                }),
                ..attendee(Presence::AbsentWithReason)
            },
        ],
        guests: Vec::new(),
        planned_day: None,
        moved_because: None,
        attachments: vec![Attachment {
            sha256: Hash::from_bytes([4; 32]),
            name: text("照片.jpg"),
            bytes: AttachmentBytes::new(1000).unwrap(),
        }],
        actor: text("王书记"),
    }
}

#[test]
fn golden_bytes_of_an_activity() {
    assert_eq!(
        hex::encode(Payload::from(activity()).encode()),
        concat!(
            "b206d6010a0ce4b89ce8a197e694afe983a810011a0a323032362d30372d3130220531343a33303209e4bc9ae8aeaee5aea43a0ce5ada6e4b9a0e585",
            "9ae7aba06a140a100101010101010101010101010101010118016a4212100202020202020202020202020202020218032206e79785e581872a240a20",
            "030303030303030303030303030303030303030303030303030303030303030310298a01310a20040404040404040404040404040404040404040404",
            "0404040404040404040404120ae785a7e789872e6a706718e807920109e78e8be4b9a6e8aeb0",
        )
    );
}

#[test]
fn a_record_that_cannot_be_is_refused_at_its_field() {
    type Spoil = fn(&mut Activity);
    let cases: &[(&str, Spoil)] = &[
        ("activity.ends", |activity| {
            activity.ends = activity.begins;
        }),
        ("activity.ends", |activity| {
            activity.ends = activity.begins.take();
        }),
        ("activity.lecturer", |activity| {
            activity.kind = ActivityKind::PartyLecture;
        }),
        ("activity.planned_day", |activity| {
            activity.planned_day = Some(activity.day);
            activity.moved_because = Some(text("下雨"));
        }),
        ("activity.planned_day", |activity| {
            activity.moved_because = Some(text("下雨"));
        }),
        ("activity.attendees.2", |activity| {
            activity.attendees.push(activity.attendees[0].clone());
        }),
        ("activity.attendees.0", |activity| {
            activity.attendees[0].member_id = None;
        }),
        ("activity.attendees.0.reason", |activity| {
            activity.attendees[0].reason = Some(text("病假"));
        }),
        ("activity.attendees.1.reason", |activity| {
            activity.attendees[1].reason = None;
        }),
        ("activity.attendees.0.told", |activity| {
            activity.attendees[0].told = activity.attendees[1].told.clone();
        }),
        ("activity.headings.1", |activity| {
            activity.headings = vec![text("学习"), text("学习")];
        }),
        ("activity.attachments.1", |activity| {
            activity.attachments.push(activity.attachments[0].clone());
        }),
        ("activity.attachments", |activity| {
            let file = activity.attachments[0].clone();
            activity.attachments = vec![file; MAX_ATTACHMENTS + 1];
        }),
    ];
    assert!(Payload::from(activity()).check().is_ok());
    for (path, spoil) in cases {
        let mut activity = activity();
        spoil(&mut activity);
        let refused = Payload::from(activity).check().unwrap_err();
        assert_eq!(refused.path(), Some(*path), "{refused}");
    }
    assert!(AttachmentBytes::new(64 * 1024 * 1024).is_ok());
    assert!(AttachmentBytes::new(64 * 1024 * 1024 + 1).is_err());
    assert_eq!(Payload::from(activity()).kind(), Kind::Activity);
}
