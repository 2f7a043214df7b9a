//! Cases counted quarter by quarter: out of both nodes' books, and as the departments count them.

use std::collections::BTreeMap;

use hongyan_proto::{
    pb::{exchange::v1 as x, office::v1 as o},
    time::{Quarter, Timestamp},
};

use super::{
    alike::Books,
    check::{Check, number},
    gateway::Gateway,
};
use crate::town::TownError;

/// Cases by direction ("OUT", "IN") and state.
pub(super) type Tally = BTreeMap<(String, String), u64>;

/// What the nodes' own cases say of the last day of a quarter: open ones as they stood, closed ones if they closed in it.
pub(super) fn tally(books: &Books, quarter: Quarter) -> Tally {
    let mut tally = Tally::new();
    for book in books.both() {
        let Some(case) = &book.case else { continue };
        let direction = match case.side() {
            o::Side::Outflow => "OUT",
            _ => "IN",
        };
        if let Some(state) = state_at(&book.events, case.closing(), quarter) {
            *tally.entry((direction.to_owned(), state)).or_default() += 1;
        }
    }
    tally
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

/// Does a department count in every quarter what the nodes' books say?
pub(super) async fn counts_add_up(
    gateway: &Gateway,
    history: &[(Quarter, Tally)],
) -> Result<Check, TownError> {
    let mut problems = Vec::new();
    let mut cases = Vec::new();
    for (quarter, own) in history {
        let counted = counted(gateway, *quarter).await?;
        cases.push(counted.values().sum::<u64>().to_string());
        let keys = own.keys().chain(counted.keys());
        let differing = keys.filter(|key| own.get(*key) != counted.get(*key));
        problems.extend(differing.map(|key| {
            let (own, counted) = (own.get(key), counted.get(key));
            format!("{quarter} {key:?}: nodes {own:?}, gateway {counted:?}")
        }));
        if counted.is_empty() {
            problems.push(format!("{quarter}: nothing was counted"));
        }
    }
    let name = format!(
        "组织部 {} 的数字等于各节点之和 the department's counts equal the nodes' sum",
        gateway.code
    );
    let detail = format!("{} cases counted quarter by quarter", cases.join(", "));
    Ok(Check::of(&name, &problems, detail))
}

/// What a department counts of a quarter.
async fn counted(gateway: &Gateway, quarter: Quarter) -> Result<Tally, TownError> {
    let period = quarter.to_string();
    let answer = gateway
        .ask(&[
            "statistics",
            "query",
            "--period",
            &period,
            "--by",
            "direction,state",
        ])
        .await?;
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
    Ok(counted)
}
