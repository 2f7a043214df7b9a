//! Partners that meet again: by a second invitation, after a revocation, with another address. The correspondence goes on where it was.

use hongyan_proto::pb::office::v1::PartnerState as P;
use hongyan_tests::town::{Id, Town};

use crate::{HOME, HOST, alike, stay, two};

/// A letter each way about a case that both know, and a new case: all of it is on both sides.
async fn goes_on(town: &Town, (home, host): (Id, Id), case: &str, certificate: &str) {
    let before = town.desk(host).cases().await.unwrap().len();
    town.desk(home).contact(case, "2026-02-03").await.unwrap();
    town.desk(host).lost(case, "2026-02-10").await.unwrap();
    stay(town, home, host, certificate).await;
    town.settle(home, host).await.unwrap();
    assert_eq!(town.desk(host).cases().await.unwrap().len(), before + 1);
    alike(town, home, host).await;
    for side in [home, host] {
        let bad = town.desk(side).verify_logs().await.unwrap();
        assert_eq!(bad, Vec::<String>::new());
        for case in town.desk(side).cases().await.unwrap() {
            let shown = town.desk(side).case(&case.id).await.unwrap();
            assert!(
                shown.events.iter().all(|event| !event.superseded),
                "{shown:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_second_invitation_loses_nothing() {
    let (mut town, home, host, people) = two(131, 2).await;
    let case = stay(&town, home, host, &people[0]).await;
    let logs = town.desk(host).sync_status(HOME).await.unwrap();
    town.introduce(home, host).await.unwrap();
    let again = town.desk(host).sync_status(HOME).await.unwrap();
    assert_eq!(again.own_size, logs.own_size);
    goes_on(&town, (home, host), &case, &people[1]).await;
}

#[tokio::test]
async fn the_other_side_may_invite_as_well() {
    let (mut town, home, host, people) = two(132, 2).await;
    let case = stay(&town, home, host, &people[0]).await;
    town.introduce(host, home).await.unwrap();
    goes_on(&town, (home, host), &case, &people[1]).await;
}

#[tokio::test]
async fn after_a_revocation_a_new_invitation_goes_on_where_it_stopped() {
    let (mut town, home, host, people) = two(133, 2).await;
    let case = stay(&town, home, host, &people[0]).await;
    let revoke = ["partner", "revoke", HOST, "--reason", "协议终止"];
    town.at(home).command(&revoke).await.unwrap();
    let refused = town.desk(home).lost(&case, "2026-02-01").await;
    assert!(refused.unwrap_err().to_string().contains("撤销"));
    town.introduce(home, host).await.unwrap();
    let state = town.desk(home).partner(HOST).await.unwrap().state();
    assert_eq!(state, P::Pinned);
    goes_on(&town, (home, host), &case, &people[1]).await;
}

/// A key that may be in other hands is taken back by its partner, replaced by its owner, and the two meet again.
#[tokio::test]
async fn a_key_replaced_while_the_pin_was_away_is_known_again() {
    for (seed, home_rotates, home_invites) in [
        (134, false, true),
        (135, false, false),
        (136, true, true),
        (137, true, false),
    ] {
        let (mut town, home, host, people) = two(seed, 2).await;
        let case = stay(&town, home, host, &people[0]).await;
        let revoke = ["partner", "revoke", HOST, "--reason", "密钥可能外泄"];
        town.at(home).command(&revoke).await.unwrap();
        let rotates = if home_rotates { home } else { host };
        town.at(rotates).command(&["key", "rotate"]).await.unwrap();
        let (inviter, asks) = if home_invites {
            (home, host)
        } else {
            (host, home)
        };
        town.introduce(inviter, asks).await.unwrap();
        goes_on(&town, (home, host), &case, &people[1]).await;
        for side in [home, host] {
            let partners = town.desk(side).partners().await.unwrap();
            assert_eq!(partners.len(), 1, "{partners:?}");
        }
    }
}
