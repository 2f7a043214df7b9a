//! What is remarked on when an activity is entered: the record as it was written, with everyone who was filled in.
#![allow(clippy::unwrap_used)]

use hongyan_proto::{
    letter::{ActivityKind, Presence},
    pb::{
        exchange::v1 as exchange,
        office::v1::{self as pb, activity_service_server::ActivityService as _},
    },
};

use crate::office::{
    policy::{self, Wanted},
    tests::stories::ready,
};

#[tokio::test]
async fn what_is_remarked_on_is_what_was_recorded() {
    let pair = ready().await;
    let home = &pair.home;
    let (chizhou, from) = (Wanted::Shipped("chizhou".to_owned()), "2026-01-01".parse());
    policy::adopt(&home.office, home.request(), chizhou, from.unwrap(), None)
        .await
        .unwrap();
    let request = |number: u8, everyone: Presence, people: Vec<pb::PersonPresence>| {
        tonic::Request::new(pb::HoldActivityRequest {
            actor: "王书记".to_owned(),
            request_id: vec![number; 16].into(),
            activity: Some(exchange::Activity {
                unit: "第一支部".to_owned(),
                kind: ActivityKind::ActivityDay.code(),
                day: "2026-03-05".to_owned(),
                begins: format!("1{number}:00"),
                place: "会议室".to_owned(),
                theme: "学习".to_owned(),
                content: "学习党章".to_owned(),
                ..exchange::Activity::default()
            }),
            everyone: everyone.code(),
            people,
        })
    };
    let of_whom = |answer: &pb::HoldActivityResponse, part: &str| {
        let mut said = answer.remarks.iter().map(|one| one.zh.clone());
        said.any(|one| one.contains(part))
    };
    let everybody = request(1, Presence::Present, Vec::new());
    let everybody = home.office.hold_activity(everybody).await.unwrap();
    let everybody = everybody.into_inner();
    assert_eq!((everybody.expected, everybody.present), (2, 2));
    for part in ["出勤", "未列入"] {
        assert!(!of_whom(&everybody, part), "{:?}", everybody.remarks);
    }
    let one = pb::PersonPresence {
        person: "李四".to_owned(),
        presence: Presence::Present.code(),
        reason: String::new(),
    };
    let mut listed = request(2, Presence::Present, vec![one]);
    listed.get_mut().everyone = 0;
    let listed = home.office.hold_activity(listed).await.unwrap();
    let listed = listed.into_inner();
    assert_eq!((listed.expected, listed.present), (1, 1));
    assert!(of_whom(&listed, "张三 未列入"), "{:?}", listed.remarks);
}
