//! The quarter: both sides state, the same result comes out on both, and both close it.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};

use hongyan_tests::demo::answer;

use crate::{HOME, HOST, stay, two};

const QUARTER: &str = "2026-Q1";

#[tokio::test]
async fn a_quarter_is_stated_reconciled_alike_and_closed_by_both() {
    let (town, home, host, people) = two(21, 3).await;
    let mut cases = Vec::new();
    for person in &people {
        cases.push(stay(&town, home, host, person).await);
    }
    let (at_home, at_host) = (town.desk(home), town.desk(host));
    for (number, case) in cases.iter().enumerate() {
        at_host
            .attendance(case, "2026-01-05", x::Presence::Present)
            .await
            .unwrap();
        at_host
            .dues(
                case,
                "2026-01",
                3,
                1500,
                "2026-01-20",
                &format!("R{number}"),
            )
            .await
            .unwrap();
        at_host
            .conduct(case, QUARTER, x::ConductGrade::Good)
            .await
            .unwrap();
        at_home.contact(case, "2026-02-01").await.unwrap();
    }
    // One member paid at home too, for the same months.
    at_home
        .dues(&cases[0], "2026-01", 3, 1500, "2026-01-21", "H1")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    at_home.issue_statement(HOST, QUARTER).await.unwrap();
    at_host.issue_statement(HOME, QUARTER).await.unwrap();
    town.settle(home, host).await.unwrap();
    let (one, other) = (
        at_home.reconciliation(HOST, QUARTER).await.unwrap(),
        at_host.reconciliation(HOME, QUARTER).await.unwrap(),
    );
    assert_eq!(
        one.hash, other.hash,
        "a fixed pair of statements gives the same result on both nodes"
    );
    assert_eq!(
        (one.agreed, one.differing, one.only_outflow, one.only_inflow),
        (2, 1, 0, 0),
        "{one:?}"
    );
    at_home.close_quarter(HOST, QUARTER).await.unwrap_err();
    at_home.answer(HOST, QUARTER, answer).await.unwrap();
    at_host.answer(HOME, QUARTER, answer).await.unwrap();
    town.settle(home, host).await.unwrap();
    at_home.close_quarter(HOST, QUARTER).await.unwrap();
    at_host.close_quarter(HOME, QUARTER).await.unwrap();
    town.settle(home, host).await.unwrap();
    for (desk, partner) in [(at_home, HOST), (at_host, HOME)] {
        assert_eq!(
            desk.reconciliation(partner, QUARTER).await.unwrap().state(),
            o::QuarterState::Closed
        );
    }
}
