//! The cross-checks: what must be true of both nodes and of the departments' counts, whatever was played.

use hongyan_proto::{pb::office::v1 as o, time::Quarter};
use serde_json::Value;

use super::{
    alike::Books,
    carried::Carried,
    county::{County, EAST, WEST},
    moves::Moves,
    tally::{self, Tally},
};
use crate::town::TownError;

/// One thing that must hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Check {
    /// What.
    pub name: String,
    /// Does it?
    pub holds: bool,
    /// The figures, or what is wrong.
    pub detail: String,
}

impl Check {
    /// It holds when there are no problems; they are the detail otherwise.
    pub(super) fn of(name: &str, problems: &[String], detail: String) -> Self {
        let holds = problems.is_empty();
        Self {
            name: name.to_owned(),
            holds,
            detail: if holds { detail } else { problems.join("; ") },
        }
    }
}

pub(super) async fn all(
    county: &County,
    books: &Books,
    history: &[(Quarter, Tally)],
    moves: &Moves,
    carried: &[Carried],
) -> Result<Vec<Check>, TownError> {
    let mut checks = vec![books.alike(), every_letter_applied(county).await?];
    checks.extend(carried.iter().map(Carried::check));
    checks.push(moves.check());
    checks.push(same_reconciliations(county, history).await?);
    for gateway in &county.gateways {
        checks.push(tally::counts_add_up(gateway, history).await?);
    }
    checks.push(logs_verify(county).await?);
    Ok(checks)
}

async fn every_letter_applied(county: &County) -> Result<Check, TownError> {
    let mut problems = Vec::new();
    let mut letters = 0;
    for (desk, partner) in county.desks().into_iter().zip([WEST.0, EAST.0]) {
        if !desk.nothing_open(partner).await? {
            problems.push(format!("letters to {partner} are not all applied"));
        }
        let logs = desk.status().await?.logs;
        letters += logs
            .iter()
            .filter(|log| log.author() == o::Author::Own)
            .map(|log| log.size)
            .sum::<u64>();
    }
    Ok(Check::of(
        "每封信都已送达并入账 every letter is applied",
        &problems,
        format!("{letters} own entries"),
    ))
}

async fn same_reconciliations(
    county: &County,
    history: &[(Quarter, Tally)],
) -> Result<Check, TownError> {
    let [east, west] = county.desks();
    let mut problems = Vec::new();
    for (quarter, _) in history {
        let name = quarter.to_string();
        let (one, other) = (
            east.reconciliation(WEST.0, &name).await?,
            west.reconciliation(EAST.0, &name).await?,
        );
        if one.hash != other.hash || one.hash.is_empty() {
            problems.push(format!(
                "{name}: results differ: {:?} {:?}",
                one.hash, other.hash
            ));
        }
        if one.state() != o::QuarterState::Closed || other.state() != o::QuarterState::Closed {
            problems.push(format!(
                "{name}: not closed: {:?} {:?}",
                one.state(),
                other.state()
            ));
        }
    }
    let name = "每季对账一致且双方签字 every quarter reconciled alike and closed by both";
    Ok(Check::of(
        name,
        &problems,
        format!("{} quarters", history.len()),
    ))
}

/// A 64-bit number in proto3 JSON is text.
pub(super) fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .or_else(|| value.as_str()?.parse().ok())
        .unwrap_or(0)
}

async fn logs_verify(county: &County) -> Result<Check, TownError> {
    let mut problems = Vec::new();
    for desk in county.desks() {
        problems.extend(desk.verify_logs().await?);
    }
    Ok(Check::of(
        "全部日志通过核验 all logs verify",
        &problems,
        "from disk".to_owned(),
    ))
}
