//! Closing a month: from then on its list does not change.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{Fen, LogId},
    letter::{DuesClosed, Text, Told},
    time::Month,
};

use super::{
    load::Loaded,
    read::{List, list_on},
};
use crate::{
    book,
    domain::dues::{Totals, closings::is_on},
    office::{Answer, Office, OfficeError, Request},
};

/// A unit's closing.
#[derive(Clone, Debug)]
pub(in crate::office) struct Closed {
    pub(in crate::office) unit: String,
    pub(in crate::office) totals: Totals,
}

/// Closes a month, and every month before it, for a unit; without one, for every branch of the committee.
pub(in crate::office) async fn close(
    office: &Office,
    request: Request,
    unit: String,
    month: Month,
) -> Result<(Vec<Closed>, Answer), OfficeError> {
    let store = office.store.clone();
    let answer = office
        .write(request, move |desk| {
            if month >= desk.today.month() {
                return Err(OfficeError::field(
                    "month",
                    format!(
                        "{month} 尚未结束 (今天是 {}), 请在该月结束后结账 the month is not over: close it when it is",
                        desk.today
                    ),
                ));
            }
            let closings = book::dues_closings(desk.draft)?;
            let (whole, people) = list_on(desk.draft, &store, &unit, (month, desk.today))?;
            let units = if unit.is_empty() {
                whole.branches()
            } else {
                vec![whole.unit.clone()]
            };
            let mut any = false;
            for unit in &units {
                if let Some(last) = closings.last(unit).filter(|last| *last >= month) {
                    if units.len() == 1 {
                        return Err(OfficeError::field(
                            "month",
                            format!("{unit} 已结账至 {last} this unit is closed until that month"),
                        ));
                    }
                    continue;
                }
                any = true;
                let totals = whole.of(unit);
                let closed = DuesClosed {
                    unit: Text::parse(unit)?,
                    month,
                    persons: totals.persons,
                    owed: totals.owed,
                    received: Fen(totals.received.0.max(0)),
                    returned: Fen((-totals.received.0).max(0)),
                    arrears: totals.arrears,
                    advance: totals.advance,
                    actor: desk.actor.clone(),
                    letters_noted: true,
                    letters: heard(&people, unit, month),
                };
                desk.enter(&closed.into(), None)?;
            }
            if !any {
                return Err(OfficeError::field(
                    "month",
                    format!("各支部均已结账至 {month} every branch is closed until that month"),
                ));
            }
            Ok(Answer::default())
        })
        .await?;
    let closings = book::dues_closings(&office.store)?;
    let lists = answer.written.iter().filter_map(|written| {
        let noted = closings.at(written.sequence)?;
        let entry = &noted.entry;
        Some(Closed {
            unit: entry.unit.to_string(),
            totals: Totals {
                persons: entry.persons,
                owed: entry.owed,
                received: Fen(entry.received.0 - entry.returned.0),
                arrears: entry.arrears,
                advance: entry.advance,
                ..Totals::default()
            },
        })
    });
    Ok((lists.collect(), answer))
}

/// How far the letters about a unit's people were known.
fn heard(people: &[Loaded], unit: &str, month: Month) -> Vec<Told> {
    let mut last: BTreeMap<LogId, u64> = BTreeMap::new();
    let of = people.iter().filter(|one| is_on(&one.person, unit, month));
    for (log, sequence) in of.flat_map(|one| &one.heard) {
        let known = last.entry(*log).or_default();
        *known = (*known).max(*sequence);
    }
    last.into_iter()
        .map(|(log_id, sequence)| Told { log_id, sequence })
        .collect()
}

impl List {
    /// The topmost units on the list, each once.
    fn branches(&self) -> Vec<String> {
        let units = self.rows.iter().filter_map(|row| row.unit.as_deref());
        let tops = units.map(|unit| unit.split('/').next().unwrap_or(unit));
        let mut tops: Vec<String> = tops.map(str::to_owned).collect();
        tops.sort();
        tops.dedup();
        tops
    }
}
