//! Stories of two partners, told to real nodes or to the simulator.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod agreement;
mod carried;
mod cases;
mod killed;
mod quarter;
mod rotation;
mod simulated;
mod structure;

use hongyan_tests::town::{Id, Town};

/// Two nodes that are partners under an agreement which names everything, and the certificates of `members` people at home.
async fn two(seed: u64, members: usize) -> (Town, Id, Id, Vec<String>) {
    println!("seed {seed}");
    let mut town = Town::new(seed, env!("CARGO_BIN_EXE_hongyan-demo")).unwrap();
    let home = town.node("320200-001", "320200").await.unwrap();
    let host = town.node("341700-001", "341700").await.unwrap();
    town.pair(home, host).await.unwrap();
    let people = town.members(home, members).await.unwrap();
    (
        town,
        home,
        host,
        people
            .into_iter()
            .map(|person| person.certificate)
            .collect(),
    )
}

const HOME: &str = "320200-001";
const HOST: &str = "341700-001";

/// A member's case, opened by notice, accepted and placed, known on both sides.
async fn stay(town: &Town, home: Id, host: Id, certificate: &str) -> String {
    let case = town
        .desk(home)
        .notice(HOST, certificate, "2025-10-08", "341700")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    town.desk(host).accept(&case, "2025-10-12").await.unwrap();
    town.desk(host)
        .place(&case, "第一支部", "2025-10-15")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    case
}
