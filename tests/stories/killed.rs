//! kill -9 at random points of a writing and syncing node: what was acknowledged is there, and both sides come together.

use std::time::Duration;

use hongyan_tests::town::{Desk, Id, Town};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{HOST, stay, two};

const ROUNDS: usize = 50;

/// The longest a node lives before it is killed.
const LONGEST_LIFE: Duration = Duration::from_millis(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_nothing_that_was_acknowledged() {
    let (mut town, home, host, people) = two(41, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let mut rng = StdRng::seed_from_u64(41);
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        // Each in turn: the one that writes and the one that receives.
        let victim = if round % 3 == 2 { host } else { home };
        acknowledged +=
            write_until_killed(&mut town, home, victim, &case, rng.gen_range(5..120)).await;
        town.at(victim).start().await.unwrap();
        let found = contacts(&town.desk(home), &case).await;
        assert!(
            found >= acknowledged,
            "round {round}: {acknowledged} acknowledged, {found} found"
        );
        acknowledged = found;
        assert_eq!(
            town.desk(victim).verify_logs().await.unwrap(),
            Vec::<String>::new(),
            "round {round}"
        );
    }
    town.settle(home, host).await.unwrap();
    assert_eq!(
        contacts(&town.desk(home), &case).await,
        contacts(&town.desk(host), &case).await
    );
    assert!(
        acknowledged > ROUNDS,
        "the writer must have written: {acknowledged}"
    );
    println!("{ROUNDS} kills, {acknowledged} acknowledged entries");
}

/// Writes and syncs until `victim` is killed after `life` milliseconds; returns how many writes were acknowledged.
async fn write_until_killed(town: &mut Town, home: Id, victim: Id, case: &str, life: u64) -> usize {
    let desk = town.desk(home);
    let case = case.to_owned();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while !*stopped.borrow() && desk.contact(&case, "2026-02-01").await.is_ok() {
            written += 1;
            if written % 4 == 0 && desk.sync(HOST).await.is_err() {
                break;
            }
        }
        written
    });
    tokio::time::sleep(Duration::from_millis(life).min(LONGEST_LIFE)).await;
    town.at(victim).kill().await.unwrap();
    stop.send_replace(true);
    writer.await.unwrap()
}

async fn contacts(desk: &Desk, case: &str) -> usize {
    let kind = hongyan_proto::pb::exchange::v1::Kind::Contact as i32;
    desk.case(case)
        .await
        .unwrap()
        .events
        .iter()
        .filter(|event| event.kind == kind)
        .count()
}
