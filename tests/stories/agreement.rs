//! What an agreement does not name does not leave the node.

use hongyan_proto::pb::exchange::v1 as x;
use hongyan_tests::town::{Town, TownError};
use tonic_types::StatusExt as _;

use crate::{HOME, HOST};

#[tokio::test]
async fn without_an_agreement_nothing_about_a_member_is_written_to_a_partner() {
    let mut town = Town::new(11, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOME, "320200").await.unwrap();
    let host = town.node(HOST, "341700").await.unwrap();
    town.introduce(home, host).await.unwrap();
    let people = town.members(home, 1).await.unwrap();
    let refused = town
        .desk(home)
        .notice(HOST, &people[0].certificate, "2025-10-08", "341700")
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("协议"), "{refused}");
}

#[tokio::test]
async fn a_field_outside_the_scope_stays_at_home() {
    let mut town = Town::new(12, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node(HOME, "320200").await.unwrap();
    let host = town.node(HOST, "341700").await.unwrap();
    town.introduce(home, host).await.unwrap();
    let people = town.members(home, 1).await.unwrap();
    let hash = town
        .desk(home)
        .propose(HOST, &[x::Disclosure::Identity, x::Disclosure::Certificate])
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    town.desk(home).sign(&hash).await.unwrap();
    town.settle(home, host).await.unwrap();
    town.desk(host).sign(&hash).await.unwrap();
    town.settle(home, host).await.unwrap();
    let case = town
        .desk(home)
        .notice(HOST, &people[0].certificate, "2025-10-08", "341700")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    let person = town
        .desk(host)
        .case(&case)
        .await
        .unwrap()
        .case
        .unwrap()
        .person
        .unwrap();
    assert_eq!(person.name, people[0].name);
    assert_eq!(
        (person.phone.as_str(), person.joined.as_str()),
        ("", ""),
        "the agreement names neither contact nor membership"
    );
}

#[tokio::test]
async fn a_revoked_partner_is_refused_in_words() {
    let (mut town, home, host, _) = crate::two(13, 0).await;
    town.at(home)
        .command(&["partner", "revoke", HOST, "--reason", "协议终止"])
        .await
        .unwrap();
    // The side that revoked says so; the other one gets no further than the handshake, and is told what that may mean.
    for (side, partner, reason, words) in [
        (
            home,
            HOST,
            "REVOKED",
            "与 341700-001 的结对已撤销 the partner was revoked",
        ),
        (host, HOME, "UNREACHABLE", "or has revoked it"),
    ] {
        let refused = town.desk(side).sync(partner).await.unwrap_err();
        let TownError::Refused(status) = refused else {
            panic!("{refused}");
        };
        assert!(status.message().contains(words), "{status:?}");
        assert_eq!(status.get_details_error_info().unwrap().reason, reason);
    }
    assert_eq!(town.desk(home).partners().await.unwrap().len(), 1);
    let check = town.desk(host).check(HOME).await.unwrap();
    let said = format!("{check:?}");
    assert!(said.contains("has revoked it"), "{said}");
}

#[tokio::test]
async fn a_stranger_comes_through_the_door_while_somebody_is_invited_and_no_longer() {
    let (mut town, home, _, _) = crate::two(14, 0).await;
    let third = town.node("330100-001", "330100").await.unwrap();
    // A used invitation opens no door; an open one does, for its own secret.
    let open = town.desk(home).invite().await.unwrap();
    town.desk(third).accept_invitation(&open).await.unwrap();
    let fourth = town.node("330200-001", "330200").await.unwrap();
    let refused = town.desk(fourth).accept_invitation(&open).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("nobody is invited there now"), "{refused}");
    town.desk(home).invite().await.unwrap();
    let refused = town.desk(fourth).accept_invitation(&open).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("used already"), "{refused}");
}
