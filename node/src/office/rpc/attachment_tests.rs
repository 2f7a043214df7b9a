//! What is wrong with an attachment is said when the call is read, before any office hears of it.

use hongyan_proto::pb::{
    exchange::v1 as x,
    office::v1::{HoldActivityRequest, activity_service_server::ActivityService as _},
};

use crate::office::tests::{bad_input::heads, stories::ready};

#[tokio::test]
async fn an_attachment_over_the_limit_changes_nothing() {
    let pair = ready().await;
    let home = &pair.home;
    let before = heads(home);
    for (bytes, count, parts) in [
        (67_108_865, 1, ["activity.attachments", "67108864"]),
        (0, 1, ["activity.attachments", "67108864"]),
        (10, 21, ["activity.attachments", "20"]),
    ] {
        let attachment = |number: u8| x::Attachment {
            sha256: vec![number; 32].into(),
            name: format!("照片{number}.jpg"),
            bytes,
        };
        let request = HoldActivityRequest {
            actor: "王书记".to_owned(),
            request_id: vec![7; 16].into(),
            activity: Some(x::Activity {
                unit: "第一支部".to_owned(),
                kind: x::ActivityKind::ActivityDay as i32,
                day: "2026-04-01".to_owned(),
                place: "会议室".to_owned(),
                theme: "学习党章".to_owned(),
                attachments: (1..=count).map(attachment).collect(),
                ..x::Activity::default()
            }),
            everyone: x::Presence::Present as i32,
            ..HoldActivityRequest::default()
        };
        let refused = home
            .office
            .hold_activity(tonic::Request::new(request))
            .await;
        let refused = refused.unwrap_err();
        let text = format!(
            "{} {}",
            refused.message(),
            String::from_utf8_lossy(refused.details())
        );
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    assert_eq!(heads(home), before);
}
