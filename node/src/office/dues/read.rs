//! What is derived of many: lists, arrears, what is published.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    letter::DuesClosed,
    time::{Day, Month},
};

use super::load::{Loaded, Room, load_hosted, member_with};
use crate::{
    book::{self, Shelf},
    domain::{
        calendar::last_day,
        case::Side,
        dues::{
            Elsewhere, MonthLine, Months, Noted, Published, Row, Totals, months, published, row,
            totals,
        },
        life::{Who, unit::belongs},
    },
    office::{Office, OfficeError, find},
    store::Store,
};

const UNIT: (&str, &str) = ("支部或党小组", "branch or group");

/// A month's list.
#[derive(Clone, Debug, Default)]
pub(in crate::office) struct List {
    pub(in crate::office) unit: String,
    pub(in crate::office) rows: Vec<Row>,
    /// The entry that closed the month for the whole list, with its unit.
    pub(in crate::office) closed: Option<(String, Noted<DuesClosed>)>,
    /// The units on it of which the month is not closed; an empty one: people without a unit.
    pub(in crate::office) open: BTreeSet<String>,
}

impl List {
    /// Does it not change any more?
    pub(in crate::office) fn is_closed(&self) -> bool {
        self.closed.is_some() || self.open.is_empty() && !self.rows.is_empty()
    }

    /// The sums of a unit on the list, with the units inside it.
    pub(in crate::office) fn of(&self, unit: &str) -> Totals {
        let inside = |row: &&Row| {
            row.unit
                .as_deref()
                .is_some_and(|place| belongs(place, unit))
        };
        totals(self.rows.iter().filter(inside))
    }

    /// The sums of each unit on the list by name.
    pub(in crate::office) fn by_unit(&self) -> BTreeMap<String, Totals> {
        let mut units: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            units
                .entry(row.unit.clone().unwrap_or_default())
                .or_default()
                .push(row);
        }
        units
            .into_iter()
            .map(|(unit, rows)| (unit, totals(rows)))
            .collect()
    }
}

/// The month asked for, or this one.
pub(in crate::office) fn month_of(
    office: &Office,
    month: Option<Month>,
) -> Result<Month, OfficeError> {
    let this = office.today().month();
    let month = month.unwrap_or(this);
    if month > this {
        return Err(OfficeError::field(
            "month",
            format!("{month} 尚未到来 the month has not come yet"),
        ));
    }
    Ok(month)
}

/// Everyone on the roster and everyone who is or was hosted.
fn everyone(shelf: &impl Shelf, store: &Store) -> Result<Vec<Loaded>, OfficeError> {
    let units = book::units(shelf)?;
    let room = Room::of(shelf, store, &units)?;
    // Each is read in one go: thousands of members ask for thousands of places otherwise.
    let (mut accounts, formers) = (book::dues_accounts(shelf)?, book::formers(shelf)?);
    let mut all = Vec::new();
    for member in book::members(shelf)? {
        let account = accounts.remove(&Who::Member(member.member_id));
        let before = formers.get(&member.member_id);
        let known = (
            account.unwrap_or_default(),
            before.map_or(&[][..], Vec::as_slice),
        );
        all.push(member_with(&room, &member, known)?);
    }
    let partners = book::partners(shelf)?;
    for file in book::all_cases(shelf, None)? {
        if file.side() == Some(Side::Inflow) {
            let mut at = partners.iter();
            let partner = at.find(|partner| Some(partner.key_id) == file.partner);
            let loaded = load_hosted(&room, &file, partner)?;
            if !loaded.person.stays.is_empty() {
                all.push(loaded);
            }
        }
    }
    all.sort_by(|a, b| (&a.person.name, a.person.who).cmp(&(&b.person.name, b.person.who)));
    Ok(all)
}

/// A month's list of a unit, or of the whole committee.
pub(in crate::office) fn list(
    office: &Office,
    unit: &str,
    month: Month,
) -> Result<List, OfficeError> {
    let listed = list_on(&office.store, &office.store, unit, (month, office.today()));
    listed.map(|(list, _)| list)
}

/// The list, and the people whom it was made of.
pub(super) fn list_on(
    shelf: &impl Shelf,
    store: &Store,
    unit: &str,
    (month, today): (Month, Day),
) -> Result<(List, Vec<Loaded>), OfficeError> {
    let unit = &path_of(shelf, unit)?;
    let people = everyone(shelf, store)?;
    let rows: Vec<Row> = people
        .iter()
        .filter_map(|one| {
            let about = (&one.person, &one.account);
            row(about, &one.elsewhere, unit, (month, today))
        })
        .collect();
    known(&people, unit, rows.is_empty())?;
    let closings = book::dues_closings(shelf)?;
    // Who only paid here is on the list of another unit.
    let units = rows.iter().map(|row| row.unit.clone().unwrap_or_default());
    let open = units.filter(|place| unit.is_empty() || belongs(place, unit));
    let list = List {
        unit: unit.clone(),
        closed: closings.by(unit, month).cloned(),
        open: open
            .filter(|place| closings.by(place, month).is_none())
            .collect(),
        rows,
    };
    Ok((list, people))
}

/// The unit that a text names, by its path where the tree has it.
pub(super) fn path_of(shelf: &impl Shelf, text: &str) -> Result<String, OfficeError> {
    let units = book::units(shelf)?;
    Ok(find::unit(&units, text).map_or_else(|_| text.to_owned(), |unit| units.path(unit.id)))
}

/// Refuses a unit to which nobody ever belonged.
fn known(people: &[Loaded], unit: &str, empty: bool) -> Result<(), OfficeError> {
    let mut stays = people.iter().flat_map(|one| &one.person.stays);
    let known = stays.any(|stay| {
        stay.unit
            .as_deref()
            .is_some_and(|place| belongs(place, unit))
    });
    if unit.is_empty() || !empty || known {
        Ok(())
    } else {
        Err(OfficeError::not_found(UNIT, unit))
    }
}

/// Who owes something until the end of a month, or paid twice, with the months it is about.
pub(in crate::office) fn arrears(
    office: &Office,
    unit: &str,
    month: Month,
) -> Result<Vec<(Row, Months, Vec<Elsewhere>)>, OfficeError> {
    let today = office.today();
    let unit = &path_of(&office.store, unit)?;
    let people = everyone(&office.store, &office.store)?;
    known(&people, unit, false)?;
    let mut found = Vec::new();
    for one in &people {
        let about = (&one.person, &one.account);
        let Some(row) = row(about, &one.elsewhere, unit, (month, today)) else {
            continue;
        };
        // Of a later month only that it was paid twice is worth a word before it comes.
        let owing = |of: Month, line: &MonthLine| {
            of <= month && (line.arrears().0 > 0 || line.is_unknown()) || line.is_double()
        };
        let day = last_day(month).min(today);
        let mut lines = months(about, &one.elsewhere, day, month);
        lines.retain(|of, line| owing(*of, line));
        if row.arrears.0 > 0 || row.unknown_months > 0 || !row.double.is_empty() {
            found.push((row, lines, one.elsewhere.clone()));
        }
    }
    Ok(found)
}

/// What is published of a period.
pub(in crate::office) fn publish(
    office: &Office,
    unit: &str,
    period: (Month, Month),
) -> Result<Vec<Published>, OfficeError> {
    if period.1 < period.0 {
        return Err(OfficeError::field(
            "until",
            "截止月份不能早于起始月份 it must not end before it begins",
        ));
    }
    let unit = &path_of(&office.store, unit)?;
    let people = everyone(&office.store, &office.store)?;
    known(&people, unit, false)?;
    Ok(people
        .iter()
        .flat_map(|one| published((&one.person, &one.account), unit, period, office.today()))
        .collect())
}
