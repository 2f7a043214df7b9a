//! Stories of two partners, told to real nodes or to the simulator.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod agreement;
mod carried;
mod cases;
mod check;
mod course;
mod damaged;
mod decoders;
mod dues;
mod duties;
mod epochs;
mod hostile;
mod imports;
mod killed;
mod lies;
mod life;
mod meeting;
mod office;
mod quarter;
mod roster;
mod rotation;
mod simulated;
mod structure;
mod three;
mod tokens;

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
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

/// Both sides derive the same cases, event by event.
async fn alike(town: &Town, one: Id, other: Id) {
    let here = told(town, one, &town.code(other)).await;
    let there = told(town, other, &town.code(one)).await;
    assert!(!here.is_empty(), "there is something to compare");
    assert_eq!(here, there);
}

/// What a node says of every case it shares with a partner, but for what only one side can know.
async fn told(town: &Town, side: Id, partner: &str) -> Vec<String> {
    let desk = town.desk(side);
    let mut told = Vec::new();
    let cases = desk.cases().await.unwrap();
    for case in cases.iter().filter(|case| case.partner == partner) {
        let shown = desk.case(&case.id).await.unwrap();
        // A departure is written in the local log, which no partner sees.
        let shared: Vec<_> = shown
            .events
            .iter()
            .filter(|event| event.kind() != x::Kind::Departed)
            .collect();
        if shared.is_empty() {
            continue;
        }
        // Whether a case elsewhere follows a move is home's knowledge, and so is whether home must act still.
        let turn = Some(case.must_act()).filter(|_| case.state() != o::CaseState::Moved);
        told.push(format!(
            "{} {:?} {:?} disputed={} since={} unit={} turn={:?}",
            case.id,
            case.state(),
            case.closing(),
            case.disputed,
            case.since,
            case.unit,
            turn,
        ));
        told.extend(shared.into_iter().map(|event| {
            format!(
                "  {} {} {:?} {:?} superseded={} after={:?} corrected={}",
                event.log_id,
                event.sequence,
                event.side(),
                event.kind(),
                event.superseded,
                event.state_after(),
                event.corrected_by_plus_one,
            )
        }));
    }
    told
}
