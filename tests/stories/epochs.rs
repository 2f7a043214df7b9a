//! What only people can decide: a log with two histories, and a log whose end nobody has.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use hongyan_tests::town::{Desk, Id, Town, copy_folder};
use o::PartnerState as P;

use crate::{HOME, HOST, alike, stay, two};

async fn partner_state(desk: &Desk, code: &str) -> P {
    desk.partner(code).await.unwrap().state()
}

#[tokio::test]
async fn a_copied_node_that_writes_twice_stops_the_correspondence_on_both_sides() {
    let (mut town, home, host, people) = two(101, 2).await;
    let case = stay(&town, home, host, &people[0]).await;
    // Somebody copies the host's folder and runs the copy; later the old machine is switched on again.
    town.at(host).stop().await.unwrap();
    let kept = town.folder_of(host).with_extension("kept");
    copy_folder(town.folder_of(host), &kept).unwrap();
    town.at(host).start().await.unwrap();
    let desk = town.desk(host);
    desk.attendance(&case, "2026-01-05", x::Presence::Present)
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    let size = desk.sync_status(HOME).await.unwrap().own_size;
    town.at(host).stop().await.unwrap();
    town.at(host).put_back(&kept, "").unwrap();
    town.cut(home, host);
    town.at(host).start().await.unwrap();
    // As many entries as home holds, and others.
    let desk = town.desk(host);
    let mut days = 6..=28;
    while desk.sync_status(HOME).await.unwrap().own_size < size {
        let day = format!("2026-01-{:02}", days.next().unwrap());
        desk.attendance(&case, &day, x::Presence::Absent)
            .await
            .unwrap();
    }
    town.heal(home, host);
    // Whoever dialled first may have met it already; then the other is told so.
    let words = match town.desk(home).sync(HOST).await {
        Ok(outcome) => {
            assert!(!outcome.complete);
            format!("{:?}", outcome.why)
        }
        Err(error) => error.to_string(),
    };
    assert!(words.contains("two histories"), "{words}");
    // The second call tells the side that only answered, or was refused before.
    let again = town.desk(host).sync(HOME).await;
    assert!(again.is_err() || !again.unwrap().complete);
    assert_eq!(partner_state(&town.desk(home), HOST).await, P::Forked);
    assert_eq!(partner_state(&town.desk(host), HOME).await, P::Forked);
    for (side, partner) in [(home, HOST), (host, HOME)] {
        let found = town.desk(side).partner(partner).await.unwrap();
        let notice = found.notice.unwrap();
        assert!(!notice.zh.is_empty() && !notice.en.is_empty());
        let refused = town.desk(side).lost(&case, "2026-01-10").await.unwrap_err();
        assert!(
            refused.to_string().contains("分叉") || refused.to_string().contains("冻结"),
            "{refused}"
        );
        assert_eq!(
            town.desk(side).verify_logs().await.unwrap(),
            Vec::<String>::new()
        );
    }
    // With others, home works on.
    let other = town.node("330100-001", "330100").await.unwrap();
    town.pair(home, other).await.unwrap();
}

#[tokio::test]
async fn entries_that_nobody_has_are_given_up_by_both_in_a_new_epoch() {
    let (mut town, home, host, people) = two(102, 3).await;
    let first = stay(&town, home, host, &people[0]).await;
    let refused = town.desk(home).reset_epoch(HOST).await.unwrap_err();
    assert!(
        refused.to_string().contains("epoch"),
        "nothing is lost: {refused}"
    );
    town.desk(host).accept_epoch(HOME).await.unwrap_err();
    // Home writes a notice that reaches nobody, and its disk is replaced by a backup from before it.
    let backup = town.folder_of(home).with_extension("backup");
    town.at(home).backup(&backup).await.unwrap();
    town.cut(home, host);
    town.desk(home)
        .notice(HOST, &people[1], "2025-11-01", "341700")
        .await
        .unwrap();
    town.at(home).restore(&backup).await.unwrap();
    // The partner cannot be asked; the operator decides that what nobody has is given up.
    let refused = town
        .desk(home)
        .contact(&first, "2026-01-20")
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("可能缺少"), "{refused}");
    let reset = town.desk(home).reset_epoch(HOST).await.unwrap();
    assert_ne!(reset.old_log_id, reset.new_log_id);
    town.heal(home, host);
    waits_for_host(&town, home, host).await;
    let accepted = town.desk(host).accept_epoch(HOME).await.unwrap();
    assert_eq!(
        (accepted.old_log_id, accepted.new_log_id),
        (reset.old_log_id, reset.new_log_id)
    );
    town.settle(home, host).await.unwrap();
    alike(&town, home, host).await;
    // Whoever invites the other once more begins no third epoch.
    town.introduce(host, home).await.unwrap();
    town.desk(home)
        .notice(HOST, &people[2], "2025-12-01", "341700")
        .await
        .unwrap();
    town.desk(home)
        .returned(&first, "2026-02-01")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    alike(&town, home, host).await;
    for side in [home, host] {
        assert_eq!(
            town.desk(side).verify_logs().await.unwrap(),
            Vec::<String>::new()
        );
    }
}

/// The host has seen the new epoch and waits for its operator.
async fn waits_for_host(town: &Town, home: Id, host: Id) {
    let outcome = town.desk(home).sync(HOST).await;
    assert!(outcome.is_err() || !outcome.unwrap().complete);
    for _ in 0..50 {
        if partner_state(&town.desk(host), HOME).await == P::EpochProposed {
            return;
        }
        // A session that was under way when the other began is looked at again.
        let _ = town.desk(host).sync(HOME).await;
    }
    panic!("the host never heard of the new epoch");
}
