//! The cross-checks: what must be true of both nodes and of the departments' counts, whatever was played.

use std::collections::BTreeMap;

use hongyan_proto::{
    pb::{exchange::v1 as x, office::v1 as o},
    time::{Quarter, Timestamp},
};
use serde_json::Value;

use super::{
    county::{County, EAST, WEST},
    gateway::Gateway,
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

/// Cases by direction ("OUT", "IN") and state.
pub(super) type Tally = BTreeMap<(String, String), u64>;

pub(super) async fn all(
    county: &County,
    quarters: &[Quarter],
    last: Quarter,
    tally: &Tally,
) -> Result<Vec<Check>, TownError> {
    let mut checks = vec![
        same_cases(county).await?,
        every_letter_applied(county).await?,
    ];
    checks.push(same_reconciliations(county, quarters).await?);
    for gateway in &county.gateways {
        checks.push(counts_add_up(gateway, last, tally).await?);
    }
    checks.push(logs_verify(county).await?);
    Ok(checks)
}

fn check(name: &str, problems: &[String], detail: String) -> Check {
    let holds = problems.is_empty();
    Check {
        name: name.to_owned(),
        holds,
        detail: if holds { detail } else { problems.join("; ") },
    }
}

/// A case as both sides must see it; `out` is turned around for the other side.
fn seen(case: &o::Case, turned: bool) -> (String, i32, i32, bool, bool) {
    let out = (case.side() == o::Side::Outflow) != turned;
    (
        case.id.clone(),
        case.state,
        case.closing,
        case.disputed,
        out,
    )
}

async fn same_cases(county: &County) -> Result<Check, TownError> {
    let [east, west] = county.desks();
    let east: Vec<_> = east
        .cases()
        .await?
        .iter()
        .map(|case| seen(case, false))
        .collect();
    let west: Vec<_> = west
        .cases()
        .await?
        .iter()
        .map(|case| seen(case, true))
        .collect();
    let only_east = east
        .iter()
        .filter(|case| !west.contains(case))
        .map(|case| format!("only east sees {case:?}"));
    let only_west = west
        .iter()
        .filter(|case| !east.contains(case))
        .map(|case| format!("only west sees {case:?}"));
    let mut problems: Vec<String> = only_east.chain(only_west).take(5).collect();
    if east.is_empty() {
        problems.push("there are no cases".to_owned());
    }
    Ok(check(
        "两个节点推出同样的案卷 both nodes derive equal cases",
        &problems,
        format!("{} cases", east.len()),
    ))
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
    Ok(check(
        "每封信都已送达并入账 every letter is applied",
        &problems,
        format!("{letters} own entries"),
    ))
}

async fn same_reconciliations(county: &County, quarters: &[Quarter]) -> Result<Check, TownError> {
    let [east, west] = county.desks();
    let mut problems = Vec::new();
    for quarter in quarters {
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
    Ok(check(
        name,
        &problems,
        format!("{} quarters", quarters.len()),
    ))
}

/// What the nodes' own cases say of the last day of a quarter: open ones as they stood, closed ones if they closed in it.
pub(super) async fn tally(county: &County, quarter: Quarter) -> Result<Tally, TownError> {
    let mut tally = Tally::new();
    for desk in county.desks() {
        for case in desk.cases().await? {
            let shown = desk.case(&case.id).await?;
            let closing = case.closing();
            let direction = if case.side() == o::Side::Outflow {
                "OUT"
            } else {
                "IN"
            };
            if let Some(state) = state_at(&shown.events, closing, quarter) {
                *tally.entry((direction.to_owned(), state)).or_default() += 1;
            }
        }
    }
    Ok(tally)
}

/// The state after the last event that had happened by the end of the quarter, in a report's words.
fn state_at(events: &[o::CaseEvent], closing: o::CaseClosing, quarter: Quarter) -> Option<String> {
    let end = quarter.last_day().to_string();
    let changes = events
        .iter()
        .filter(|event| !event.superseded && is_transition(event.kind()));
    let last = changes.rev().find(|event| day_of(event) <= end)?;
    if last.state_after() != o::CaseState::Closed {
        return Some(
            last.state_after()
                .as_str_name()
                .trim_start_matches("CASE_STATE_")
                .to_owned(),
        );
    }
    let in_quarter = day_of(last) >= quarter.first_day().to_string();
    in_quarter.then(|| {
        format!(
            "CLOSED_{}",
            closing.as_str_name().trim_start_matches("CASE_CLOSING_")
        )
    })
}

fn is_transition(kind: x::Kind) -> bool {
    (x::Kind::Departed as i32..=x::Kind::Withdraw as i32).contains(&(kind as i32))
}

/// The day an event names or, when it names none, the day it was written.
fn day_of(event: &o::CaseEvent) -> String {
    use x::payload::Content as C;
    let named = event
        .payload
        .as_ref()
        .and_then(|payload| payload.content.as_ref())
        .and_then(|content| match content {
            C::Departed(departed) => Some(departed.since.clone()),
            C::Notice(notice) => Some(notice.since.clone()),
            C::Claim(claim) => Some(claim.shown_on.clone()),
            C::Accept(accept) => Some(accept.arrived_on.clone()),
            C::Place(place) => Some(place.placed_on.clone()),
            C::Moved(moved) => Some(moved.moved_on.clone()),
            C::LostContact(lost) => Some(lost.last_contact_on.clone()),
            C::Found(found) => Some(found.found_on.clone()),
            C::Returned(returned) => Some(returned.returned_on.clone()),
            C::Transferred(transferred) => Some(transferred.transferred_on.clone()),
            _ => None,
        });
    named.unwrap_or_else(|| Timestamp::from_millis(event.time_ms).day().to_string())
}

async fn counts_add_up(gateway: &Gateway, last: Quarter, own: &Tally) -> Result<Check, TownError> {
    let period = last.to_string();
    let query = [
        "statistics",
        "query",
        "--period",
        &period,
        "--by",
        "direction,state",
    ];
    let answer = gateway.ask(&query).await?;
    let mut counted = Tally::new();
    for row in answer["rows"].as_array().into_iter().flatten() {
        let key = |at: usize| {
            let word = row["keys"][at].as_str().unwrap_or_default();
            word.trim_start_matches("DIRECTION_")
                .trim_start_matches("CASE_STATE_")
                .to_owned()
        };
        let value = number(&row["cases"]["value"]);
        if value > 0 {
            counted.insert((key(0), key(1)), value);
        }
    }
    let problems: Vec<String> = own
        .keys()
        .chain(counted.keys())
        .filter(|key| own.get(*key) != counted.get(*key))
        .map(|key| {
            format!(
                "{key:?}: nodes {:?}, gateway {:?}",
                own.get(key),
                counted.get(key)
            )
        })
        .collect();
    let name = format!(
        "组织部 {} 的数字等于各节点之和 the department's counts equal the nodes' sum",
        gateway.code
    );
    Ok(check(
        &name,
        &problems,
        format!("{} cases counted", counted.values().sum::<u64>()),
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
    Ok(check(
        "全部日志通过核验 all logs verify",
        &problems,
        "from disk".to_owned(),
    ))
}
