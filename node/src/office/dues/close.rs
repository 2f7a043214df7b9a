//! Closing a month: from then on its list is the one that the entry has.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use hongyan_proto::{
    id::UnitId,
    letter::{DuesClosed, Payload, Text},
    time::{Day, Month},
};
use sha2::{Digest as _, Sha256};

use super::{
    Outcome,
    load::Loaded,
    outcome,
    read::{Kept, everyone, known, list_of, unit_of, whose},
};
use crate::{
    book::{self, Shelf},
    domain::{
        dues::{Closed, Closings, Row, Totals, listed, rows, totals},
        life::Who,
        unit::Called,
    },
    office::{Answer, Office, OfficeError, Request},
    store::Store,
};

/// Lines of one entry, some 80 bytes each: many more would not fit into its payload of 64 KiB.
const PART: usize = 400;
/// Months paid twice that weigh as much as another line.
const TWICE: usize = 8;
/// Months before the first one that is closed whose lists are kept with it. Of older ones only that they are closed is known.
const BACK: usize = 24;

/// A unit's list that is closed.
#[derive(Clone, Debug)]
pub(in crate::office) struct Closing {
    pub(in crate::office) unit: String,
    /// The same without what tells units that are no more from others.
    path: String,
    id: Option<UnitId>,
    pub(in crate::office) month: Month,
    rows: Vec<Row>,
}

/// What is closed, or would be, by month and unit.
#[derive(Clone, Debug)]
pub(in crate::office) struct Fixed {
    pub(in crate::office) lists: Vec<Closing>,
    /// Persons of the month that was named who have no unit: none of the lists has them.
    pub(in crate::office) without_unit: u32,
}

impl Closing {
    pub(in crate::office) fn totals(&self) -> Totals {
        totals(&self.rows)
    }

    /// The lines of each entry.
    fn parts(&self) -> Vec<&[Row]> {
        let (mut parts, mut rest, mut weight) = (Vec::new(), self.rows.as_slice(), 0);
        let mut at = 0;
        while let Some(row) = rest.get(at) {
            weight += 1 + row.double.len() / TWICE;
            if at > 0 && weight > PART {
                let (part, others) = rest.split_at(at);
                parts.push(part);
                (rest, at, weight) = (others, 0, 0);
            } else {
                at += 1;
            }
        }
        parts.push(rest);
        parts
    }
}

impl Fixed {
    /// The entries that keep the lists.
    fn entries(&self, actor: &Text<60>) -> Result<Vec<Payload>, OfficeError> {
        let mut entries = Vec::new();
        for closing in &self.lists {
            for part in closing.parts() {
                let closed = DuesClosed {
                    unit: Text::parse(&closing.path)?,
                    unit_id: closing.id,
                    month: closing.month,
                    rows: part.iter().map(listed::keep).collect(),
                    actor: actor.clone(),
                };
                entries.push(closed.into());
            }
        }
        Ok(entries)
    }

    /// What names these lists and no others.
    pub(in crate::office) fn digest(&self, actor: &Text<60>) -> Result<Vec<u8>, OfficeError> {
        Ok(digest(&self.entries(actor)?))
    }
}

fn digest(entries: &[Payload]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for entry in entries {
        hash.update(Sha256::digest(entry.encode()));
    }
    hash.finalize().to_vec()
}

/// Closes a month, and every month before it, for a unit and the units inside it; without one, for all of them. `shown` is the digest of the lists
/// that somebody looked at, or empty.
pub(in crate::office) async fn close(
    office: &Office,
    request: Request,
    unit: String,
    month: Month,
    shown: Vec<u8>,
) -> Result<(Fixed, Answer), OfficeError> {
    let store = office.store.clone();
    let answer = office
        .write(request, move |desk| {
            let days = (month, desk.today);
            let open = open(desk.draft, &store, &unit, days)?;
            let first = open.lists.first().map_or(month, |closing| closing.month);
            let entries = open.entries(&desk.actor)?;
            if !shown.is_empty() && shown != digest(&entries) {
                return Err(OfficeError::field(
                    "shown",
                    "名单在确认期间有变, 没有结账; 请再次结账并查看新的合计 the lists have changed since they were shown, and nothing was closed: close again and look at the new sums",
                ));
            }
            for entry in entries {
                desk.enter(&entry, None)?;
            }
            Ok(super::answer(&Outcome {
                month: first.to_string(),
                without_unit: open.without_unit,
                ..Outcome::default()
            }))
        })
        .await?;
    let outcome = outcome(&answer)?;
    let first: Month = outcome.month.parse().unwrap_or(month);
    let written: BTreeSet<u64> = answer.written.iter().map(|entry| entry.sequence).collect();
    let mut closed: Vec<Closing> = Vec::new();
    for month in first.through(month) {
        let lists = book::dues_lists(&office.store, month)?.into_iter();
        let lists = lists.filter(|list| written.contains(&list.sequence));
        closed.extend(lists.map(|list| of_entry(&list)));
    }
    // The parts of a long list are one list.
    closed.dedup_by(|part, whole| {
        let same = (&part.unit, part.month) == (&whole.unit, whole.month);
        if same {
            whole.rows.append(&mut part.rows);
        }
        same
    });
    let closed = Fixed {
        lists: closed,
        without_unit: outcome.without_unit,
    };
    Ok((closed, answer))
}

fn of_entry(closed: &Closed) -> Closing {
    let entry = &closed.entry;
    Closing {
        unit: closed.unit.clone(),
        path: entry.unit.to_string(),
        id: entry.unit_id,
        month: entry.month,
        rows: listed::rows(closed, Who::id).collect(),
    }
}

/// What closing would fix, by month and unit, or why it cannot be.
pub(in crate::office) fn would_close(
    office: &Office,
    unit: &str,
    month: Month,
) -> Result<Fixed, OfficeError> {
    open(&office.store, &office.store, unit, (month, office.today()))
}

/// The lists to close, by month and unit.
fn open(
    shelf: &impl Shelf,
    store: &Store,
    unit: &str,
    (month, today): (Month, Day),
) -> Result<Fixed, OfficeError> {
    let refuse = |problem: String| Err(OfficeError::field("month", problem));
    if month >= today.month() {
        return refuse(format!(
            "{month} 尚未结束 (今天是 {today}), 请在该月结束后结账 the month is not over: close it when it is"
        ));
    }
    let unit = whose(shelf, unit)?;
    let people = everyone(shelf, store)?;
    known(shelf, &people, &unit)?;
    let closings = book::dues_closings(shelf)?;
    let tree = book::units(shelf)?;
    let called = Called::of(&tree);
    let ids: BTreeMap<String, UnitId> = tree
        .all()
        .map(|unit| (called.name(unit), unit.id))
        .collect();
    let (mut found, mut without_unit) = (Vec::new(), 0);
    // Of a committee that closes every month one list is derived, not two dozen.
    let is_open = |of: &Month| {
        let mut units = people.iter().flat_map(|one| units_in(one, (*of, today)));
        *of == month || units.any(|unit| !closings.covers(&unit, *of))
    };
    for month in months(&people, &closings, month)
        .into_iter()
        .filter(is_open)
    {
        let kept = Kept::of(shelf, month)?;
        let list = list_of(&people, &kept, &unit, (month, today));
        // The month that was named comes last.
        without_unit = list.rows.iter().filter(|row| row.unit.is_none()).count();
        let mut lists: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
        for row in &list.rows {
            let place = unit_of(row);
            if !place.is_empty() && list.open.contains(place) {
                lists.entry(place).or_default().push(row.clone());
            }
        }
        found.extend(lists.into_iter().map(|(place, rows)| {
            let id = ids.get(place).copied();
            Closing {
                unit: place.to_owned(),
                path: id.map_or_else(|| place.to_owned(), |id| tree.path(id)),
                id,
                month,
                rows,
            }
        }));
    }
    if found.iter().all(|closing| closing.month != month) {
        let whose = if unit.is_empty() { "全委" } else { &unit };
        return refuse(format!(
            "{whose} 的 {month} 已结账, 或名单上没有编入支部的党员 the month is closed, or nobody with a unit is on its list"
        ));
    }
    Ok(Fixed {
        lists: found,
        without_unit: u32::try_from(without_unit).unwrap_or(u32::MAX),
    })
}

/// The units on whose lists of a month somebody may stand. Of most people the roster says so; of who had left or was corrected only their lines.
fn units_in(one: &Loaded, (month, today): (Month, Day)) -> Vec<String> {
    let account = &one.account;
    let corrections = account.corrections.iter();
    let mut corrected = corrections.map(|noted| noted.entry.counts_on.month());
    let stay = one.person.stay(one.person.day_of(month));
    let (Some(stay), false) = (stay, corrected.any(|of| of == month)) else {
        let rows = rows((&one.person, account), &one.elsewhere, (month, today), &[]);
        return rows.into_iter().filter_map(|row| row.unit).collect();
    };
    let paid = account.payments.iter().map(|noted| noted.entry.paid_on);
    let paid = paid.filter(|day| day.month() == month);
    let took = paid.filter_map(|day| one.person.unit_on(day));
    let took = took.map(str::to_owned);
    stay.unit.iter().cloned().chain(took).collect()
}

/// The months up to one: from the one behind the last that any unit closed, so that no gap is left; where none did, from the first about which
/// anything was entered.
fn months(people: &[Loaded], closings: &Closings, until: Month) -> Vec<Month> {
    let entered = people.iter().flat_map(|one| {
        let bases = one.account.bases.iter().map(|noted| noted.entry.from);
        let payments = one.account.payments.iter().map(|noted| &noted.entry);
        bases.chain(payments.map(|payment| payment.month.min(payment.paid_on.month())))
    });
    let oldest = iter::successors(Some(until), |month| Some(month.previous())).nth(BACK);
    let first = entered.min().max(oldest).unwrap_or(until);
    let closed = closings.earliest_last().map(|last| last.plus_months(1));
    let first = closed.map_or(first, |next| first.min(next)).min(until);
    first.through(until).collect()
}
