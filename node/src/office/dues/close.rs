//! Closing a month: from then on its list does not change.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::{Fen, LogId},
    letter::{DuesClosed, Text, Told},
    time::{Day, Month},
};

use super::{
    load::Loaded,
    read::{List, list_on},
};
use crate::{
    book::{self, Shelf},
    domain::dues::{Totals, closings::is_on},
    office::{Answer, Office, OfficeError, Request},
    store::Store,
};

/// A unit's closing.
#[derive(Clone, Debug)]
pub(in crate::office) struct Closed {
    pub(in crate::office) unit: String,
    pub(in crate::office) totals: Totals,
}

/// Closes a month, and every month before it, for a unit; without one, for every unit directly below the committee.
pub(in crate::office) async fn close(
    office: &Office,
    request: Request,
    unit: String,
    month: Month,
) -> Result<(Vec<Closed>, Answer), OfficeError> {
    let store = office.store.clone();
    let answer = office
        .write(request, move |desk| {
            let days = (month, desk.today);
            for (unit, totals, letters) in open(desk.draft, &store, &unit, days)? {
                let closed = DuesClosed {
                    unit: Text::parse(&unit)?,
                    month,
                    persons: totals.persons,
                    owed: totals.owed,
                    received: Fen(totals.received.0.max(0)),
                    returned: Fen((-totals.received.0).max(0)),
                    arrears: totals.arrears,
                    advance: totals.advance,
                    actor: desk.actor.clone(),
                    letters_noted: true,
                    letters,
                };
                desk.enter(&closed.into(), None)?;
            }
            Ok(Answer::default())
        })
        .await?;
    let closings = book::dues_closings(&office.store)?;
    let lists = answer.written.iter().filter_map(|written| {
        let (unit, noted) = closings.at(written.sequence)?;
        Some(Closed {
            unit: unit.clone(),
            totals: said(&noted.entry),
        })
    });
    Ok((lists.collect(), answer))
}

/// What closing would write, or why it cannot be.
pub(in crate::office) fn would_close(
    office: &Office,
    unit: &str,
    month: Month,
) -> Result<Vec<Closed>, OfficeError> {
    let days = (month, office.today());
    let open = open(&office.store, &office.store, unit, days)?.into_iter();
    let closed = open.map(|(unit, totals, _)| Closed { unit, totals });
    Ok(closed.collect())
}

/// The sums that a closing states.
pub(in crate::office) fn said(entry: &DuesClosed) -> Totals {
    Totals {
        persons: entry.persons,
        owed: entry.owed,
        received: Fen(entry.received.0 - entry.returned.0),
        arrears: entry.arrears,
        advance: entry.advance,
        ..Totals::default()
    }
}

/// The units to close, each with the sums of its list and the letters that the list knew.
fn open(
    shelf: &impl Shelf,
    store: &Store,
    unit: &str,
    (month, today): (Month, Day),
) -> Result<Vec<(String, Totals, Vec<Told>)>, OfficeError> {
    let refuse = |problem: String| Err(OfficeError::field("month", problem));
    if month >= today.month() {
        return refuse(format!(
            "{month} 尚未结束 (今天是 {today}), 请在该月结束后结账 the month is not over: close it when it is"
        ));
    }
    let (list, people) = list_on(shelf, store, unit, (month, today))?;
    if let Some((_, noted)) = &list.closed {
        return refuse(format!(
            "{} 已结账至 {} this unit is closed until that month",
            list.unit, noted.entry.month
        ));
    }
    let units = if unit.is_empty() {
        list.tops()
    } else {
        BTreeSet::from([list.unit.clone()])
    };
    if units.is_empty() {
        return refuse(format!(
            "各支部均已结账至 {month} every branch is closed until that month"
        ));
    }
    let units = units.into_iter().map(|unit| {
        let letters = heard(&people, &unit, month);
        let totals = list.of(&unit);
        (unit, totals, letters)
    });
    Ok(units.collect())
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
    /// The units directly below the committee in which something is open, each once.
    fn tops(&self) -> BTreeSet<String> {
        let placed = self.open.iter().filter(|unit| !unit.is_empty());
        let tops = placed.map(|unit| unit.split('/').next().unwrap_or(unit));
        tops.map(str::to_owned).collect()
    }
}
