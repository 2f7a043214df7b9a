//! Whole cases of both nodes held against each other: everything that either side shows and that is not its own affair.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{json::to_json, pb::office::v1 as o};
use serde_json::Value;

use super::{
    check::Check,
    county::{County, EAST, WEST},
};
use crate::town::{Desk, TownError};

/// Differing fields that are named.
const NAMED: usize = 3;

/// Every case as each node shows it, with all that was written about it.
pub(super) struct Books {
    pub(super) east: Vec<o::GetCaseResponse>,
    pub(super) west: Vec<o::GetCaseResponse>,
}

impl Books {
    /// Asks both nodes for every case, one by one.
    pub(super) async fn read(county: &County) -> Result<Self, TownError> {
        let [east, west] = county.desks();
        let (east, west) = tokio::try_join!(every_case(&east), every_case(&west))?;
        Ok(Self { east, west })
    }

    /// Both nodes' cases, one after the other.
    pub(super) fn both(&self) -> impl Iterator<Item = &o::GetCaseResponse> {
        self.east.iter().chain(&self.west)
    }

    /// Do both nodes show the same of every case they share?
    pub(super) fn alike(&self) -> Check {
        let (east, west) = (shared(&self.east, EAST.0), shared(&self.west, WEST.0));
        let ids: BTreeSet<_> = east.keys().chain(west.keys()).collect();
        let mut differing = 0;
        let mut fields = Vec::new();
        for id in &ids {
            let (one, other) = (east.get(*id), west.get(*id));
            if one != other {
                differing += 1;
                let json = |book: Option<&o::GetCaseResponse>| book.map_or(Value::Null, to_json);
                name_differences(id, &json(one), &json(other), &mut fields);
            }
        }
        let mut problems = Vec::new();
        if differing > 0 {
            fields.truncate(NAMED);
            let fields = fields.join("; ");
            problems.push(format!(
                "{differing} of {} cases differ: {fields}",
                ids.len()
            ));
        }
        let entries: usize = east.values().map(|book| book.events.len()).sum();
        if entries == 0 {
            problems.push("there are no cases".to_owned());
        }
        let alone = self.both().count() - east.len() - west.len();
        let name = "两个节点推出同样的案卷 both nodes derive equal cases";
        let detail = format!(
            "{} whole cases with {entries} entries; {alone} more only at home",
            ids.len()
        );
        Check::of(name, &problems, detail)
    }
}

async fn every_case(desk: &Desk) -> Result<Vec<o::GetCaseResponse>, TownError> {
    let mut books = Vec::new();
    for case in desk.cases().await? {
        books.push(desk.case(&case.id).await?);
    }
    Ok(books)
}

/// The cases a node shares with its partner, by id, without what only this node can know or say.
fn shared(books: &[o::GetCaseResponse], own: &str) -> BTreeMap<String, o::GetCaseResponse> {
    let cases = books.iter().filter_map(|book| book.case.as_ref());
    let known: BTreeSet<&str> = cases
        .filter(|case| !case.partner.is_empty())
        .map(|case| case.id.as_str())
        .collect();
    let books = books.iter().cloned().filter_map(|mut book| {
        let case = book.case.as_mut()?;
        if case.partner.is_empty() {
            return None;
        }
        // Both sides name both parties, in the same words.
        let (home, host) = match case.side() {
            o::Side::Outflow => (own, case.partner.as_str()),
            _ => (case.partner.as_str(), own),
        };
        case.partner = format!("{home} → {host}");
        case.side = 0;
        // The roster's number of the member is home's alone, as is a case that follows without a partner.
        case.member_id.clear();
        // It follows from the due day and from when one asks.
        case.overdue = false;
        if !known.contains(case.next_case.as_str()) {
            case.next_case.clear();
            // So for the host it is home's turn still, and for home nobody's.
            if case.state() == o::CaseState::Moved {
                case.must_act = 0;
                case.due.clear();
            }
        }
        book.events
            .retain(|event| event.letter() != o::LetterState::Local);
        for event in &mut book.events {
            // Which log is "own", how far a letter is, and who of us wrote it depends on where one stands.
            event.author = 0;
            event.letter = 0;
            event.refusal = None;
            event.actor.clear();
        }
        Some((book.case.as_ref()?.id.clone(), book))
    });
    books.collect()
}

/// Names the places at which two cases differ, and what is there.
fn name_differences(path: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
    match (one, other) {
        _ if one == other => {}
        (Value::Object(left), Value::Object(right)) => {
            let names: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for name in names {
                let (one, other) = (&one[name.as_str()], &other[name.as_str()]);
                name_differences(&format!("{path}.{name}"), one, other, found);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for at in 0..left.len().max(right.len()) {
                let side = |list: &[Value]| list.get(at).cloned().unwrap_or(Value::Null);
                let (one, other) = (side(left), side(right));
                name_differences(&format!("{path}[{at}]"), &one, &other, found);
            }
        }
        _ => found.push(format!("{path}: east {one}, west {other}")),
    }
}

#[cfg(test)]
mod tests {
    use hongyan_proto::pb::exchange::v1 as x;

    use super::*;

    fn book(partner: &str, side: o::Side, day: &str) -> o::GetCaseResponse {
        let contact = x::Contact {
            day: day.to_owned(),
            ..Default::default()
        };
        let ours = side == o::Side::Outflow;
        let event = o::CaseEvent {
            author: if ours {
                o::Author::Own
            } else {
                o::Author::Partner
            } as i32,
            letter: o::LetterState::AppliedThere as i32,
            payload: Some(x::Payload {
                content: Some(x::payload::Content::Contact(contact)),
            }),
            actor: if ours { "town" } else { "" }.to_owned(),
            ..Default::default()
        };
        let case = o::Case {
            id: "5a".to_owned(),
            partner: partner.to_owned(),
            side: side as i32,
            member_id: if ours { "07" } else { "" }.to_owned(),
            next_case: if ours { "6b" } else { "" }.to_owned(),
            ..Default::default()
        };
        o::GetCaseResponse {
            case: Some(case),
            events: vec![event],
        }
    }

    fn books(home: o::Side, host: o::Side, [east, west]: [&str; 2]) -> Books {
        Books {
            east: vec![book(WEST.0, home, east)],
            west: vec![book(EAST.0, host, west)],
        }
    }

    const HOME: o::Side = o::Side::Outflow;
    const HOST: o::Side = o::Side::Inflow;

    #[test]
    fn what_is_ones_own_affair_does_not_matter() {
        let check = books(HOME, HOST, ["2026-01-02"; 2]).alike();
        assert!(check.holds, "{check:?}");
    }

    #[test]
    fn another_day_in_a_fact_is_found_and_named() {
        let check = books(HOME, HOST, ["2026-01-02", "2026-01-03"]).alike();
        assert!(!check.holds);
        assert_eq!(
            check.detail,
            "1 of 1 cases differ: 5a.events[0].payload.contact.day: east \"2026-01-02\", west \"2026-01-03\""
        );
    }

    #[test]
    fn two_homes_are_not_alike() {
        let check = books(HOME, HOME, ["2026-01-02"; 2]).alike();
        assert!(check.detail.contains("5a.case.partner"), "{check:?}");
    }

    #[test]
    fn a_case_that_one_side_does_not_have_is_found() {
        let mut books = books(HOME, HOST, ["2026-01-02"; 2]);
        books.west.clear();
        assert!(!books.alike().holds);
    }

    #[test]
    fn nothing_at_all_is_not_enough() {
        let (east, west) = (Vec::new(), Vec::new());
        assert!(!Books { east, west }.alike().holds);
    }
}
