//! What is derived of many: lists, arrears, what is published.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    letter::DuesListed,
    time::{Day, Month},
};

use super::load::{Loaded, Room, load_hosted, member_with};
use crate::{
    book::{self, Shelf},
    domain::{
        calendar::last_day,
        case::Side,
        dues::{
            Account, Asked, Closed, Closings, Elsewhere, MonthLine, Months, Published, Row, Stay,
            Totals, listed, months, published, rows, totals,
        },
        life::{Who, unit::belongs},
    },
    office::{Office, OfficeError, find, roster},
    store::Store,
};

const UNIT: (&str, &str) = ("支部或党小组", "branch or group");

/// A month's list.
#[derive(Clone, Debug, Default)]
pub(in crate::office) struct List {
    pub(in crate::office) unit: String,
    pub(in crate::office) rows: Vec<Row>,
    /// The entry that closed the month, where the list is that of one unit alone.
    pub(in crate::office) closed_by: Option<u64>,
    /// The units on it of which the month is not closed; an empty one: people without a unit.
    pub(in crate::office) open: BTreeSet<String>,
    /// Is every line one that a closing kept? Of months before a unit's first closing no list was kept.
    pub(in crate::office) is_kept: bool,
    /// Is it the list of a unit that closed the month while nobody was on it?
    is_closed_empty: bool,
}

impl List {
    /// Does it not change any more?
    pub(in crate::office) fn is_closed(&self) -> bool {
        self.is_closed_empty || self.open.is_empty() && !self.rows.is_empty()
    }

    /// The sums of each unit on the list by name.
    pub(in crate::office) fn by_unit(&self) -> BTreeMap<String, Totals> {
        let mut units: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            units.entry(unit_of(row)).or_default().push(row);
        }
        units
            .into_iter()
            .map(|(unit, rows)| (unit.to_owned(), totals(rows)))
            .collect()
    }
}

/// The unit on whose list a line stands; nothing: the people without a unit.
pub(super) fn unit_of(row: &Row) -> &str {
    row.unit.as_deref().unwrap_or_default()
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
pub(super) fn everyone(shelf: &impl Shelf, store: &Store) -> Result<Vec<Loaded>, OfficeError> {
    let units = book::units(shelf)?;
    let room = Room::of(shelf, store, &units);
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
            // Who turns out never to have been here may stand on closed lists all the same.
            if !loaded.person.stays.is_empty() || loaded.account != Account::default() {
                all.push(loaded);
            }
        }
    }
    all.sort_by(|a, b| (&a.person.name, a.person.who).cmp(&(&b.person.name, b.person.who)));
    Ok(all)
}

/// A unit as a person names it; nothing, or the word for the committee where no unit has that name: all of them.
pub(super) fn whose(shelf: &impl Shelf, text: &str) -> Result<String, OfficeError> {
    if text == roster::COMMITTEE && find::unit(&book::units(shelf)?, text).is_err() {
        return Ok(String::new());
    }
    roster::named(shelf, text)
}

/// A month's list of a unit, or of the whole committee.
pub(in crate::office) fn list(
    office: &Office,
    unit: &str,
    month: Month,
) -> Result<List, OfficeError> {
    let (shelf, days) = (&office.store, (month, office.today()));
    let unit = &whose(shelf, unit)?;
    let people = everyone(shelf, shelf)?;
    let list = list_of(&people, &Kept::of(shelf, month)?, unit, days);
    known(shelf, &people, unit)?;
    Ok(list)
}

/// What closings keep that bears on a month's list.
pub(super) struct Kept {
    closings: Closings,
    lists: Vec<Closed>,
    /// The lists of the month before, with which an open month begins.
    before: Vec<Closed>,
}

impl Kept {
    pub(super) fn of(shelf: &impl Shelf, month: Month) -> Result<Self, OfficeError> {
        Ok(Self {
            closings: book::dues_closings(shelf)?,
            lists: book::dues_lists(shelf, month)?,
            before: book::dues_lists(shelf, month.previous())?,
        })
    }

    /// Where a unit's next list is open: what its last one says of each person.
    fn before(&self) -> BTreeMap<Who, Vec<(&str, &DuesListed)>> {
        let mut before: BTreeMap<Who, Vec<_>> = BTreeMap::new();
        for closed in &self.before {
            let next = closed.entry.month.plus_months(1);
            if self.closings.has_list(&closed.unit, next) {
                continue;
            }
            for line in &closed.entry.rows {
                if let Some(who) = listed::who(line) {
                    let lines = before.entry(who).or_default();
                    lines.push((closed.unit.as_str(), line));
                }
            }
        }
        before
    }
}

/// The lists of a unit and of those inside it: as their closings have them, else derived.
pub(super) fn list_of(
    people: &[Loaded],
    kept: &Kept,
    unit: &str,
    (month, today): (Month, Day),
) -> List {
    let Kept {
        closings, lists, ..
    } = kept;
    let inside = |place: &str| unit.is_empty() || belongs(place, unit);
    let before = kept.before();
    let derived = people.iter().flat_map(|one| {
        let about = (&one.person, &one.account);
        let before = before.get(&one.person.who);
        let before = before.map_or(&[][..], Vec::as_slice);
        rows(about, &one.elsewhere, (month, today), before)
    });
    // Whom a kept list asked stands on no other one, whatever their unit is called or was taken for.
    let kept_own: BTreeSet<Who> = lists
        .iter()
        .flat_map(|closed| &closed.entry.rows)
        .filter(|kept| kept.asked != Asked::Nobody)
        .filter_map(listed::who)
        .collect();
    let mut rows: Vec<Row> = derived
        .filter(|row| inside(unit_of(row)) && !closings.has_list(unit_of(row), month))
        .filter(|row| row.asked == Asked::Nobody || !kept_own.contains(&row.who))
        .collect();
    let is_kept = rows.is_empty();
    let open = rows.iter().map(unit_of);
    let open = open.filter(|place| !closings.covers(place, month));
    let open = open.map(str::to_owned).collect();
    let names: BTreeMap<Who, &str> = people
        .iter()
        .map(|one| (one.person.who, one.person.name.as_str()))
        .collect();
    let kept = lists.iter().filter(|closed| inside(&closed.unit));
    let name = |who: Who| {
        names
            .get(&who)
            .map_or_else(|| who.id(), ToString::to_string)
    };
    for closed in kept.clone() {
        rows.extend(listed::rows(closed, name));
    }
    rows.sort_by(|a, b| (&a.name, a.who, &a.unit).cmp(&(&b.name, b.who, &b.unit)));
    let alone = rows.iter().all(|row| unit_of(row) == unit);
    List {
        unit: unit.to_owned(),
        is_kept,
        is_closed_empty: rows.is_empty() && closings.covers(unit, month),
        closed_by: kept
            .clone()
            .next()
            .filter(|_| alone)
            .map(|closed| closed.sequence),
        open,
        rows,
    }
}

/// Refuses a unit that neither the tree nor anybody's stay knows.
pub(super) fn known(shelf: &impl Shelf, people: &[Loaded], unit: &str) -> Result<(), OfficeError> {
    let units = book::units(shelf)?;
    let mut stays = people.iter().flat_map(|one| &one.person.stays);
    let stay = |stay: &Stay| {
        stay.unit
            .as_deref()
            .is_some_and(|place| belongs(place, unit))
    };
    if unit.is_empty() || find::unit(&units, unit).is_ok() || stays.any(stay) {
        Ok(())
    } else {
        Err(OfficeError::not_found(UNIT, unit))
    }
}

/// Who owes something.
#[derive(Clone, Debug)]
pub(in crate::office) struct Arrears {
    pub(in crate::office) unit: String,
    pub(in crate::office) is_closed: bool,
    /// Their lines, with the months it is about and what the other side's letters say.
    pub(in crate::office) people: Vec<(Row, Months, Vec<Elsewhere>)>,
}

/// Who owes something until the end of a month, or paid twice, with the months it is about.
pub(in crate::office) fn arrears(
    office: &Office,
    unit: &str,
    month: Month,
) -> Result<Arrears, OfficeError> {
    let today = office.today();
    let shelf = &office.store;
    let unit = &whose(shelf, unit)?;
    let people = everyone(shelf, shelf)?;
    known(shelf, &people, unit)?;
    let list = list_of(&people, &Kept::of(shelf, month)?, unit, (month, today));
    let is_closed = list.is_closed();
    let people: BTreeMap<Who, &Loaded> = people.iter().map(|one| (one.person.who, one)).collect();
    // Of a later month only that it was paid twice is worth a word before it comes.
    let owing = |of: Month, line: &MonthLine| {
        of <= month && (line.arrears().0 > 0 || line.is_unknown()) || line.is_double()
    };
    let rows = list.rows.into_iter();
    let rows =
        rows.filter(|row| row.arrears.0 > 0 || row.unknown_months > 0 || !row.double.is_empty());
    let found = rows.filter_map(|row| {
        let one = people.get(&row.who)?;
        let day = last_day(month).min(today);
        let mut lines = months((&one.person, &one.account), &one.elsewhere, day, month);
        lines.retain(|of, line| owing(*of, line));
        // What a closed list says may be known better since: then its months are not told again, only how many they were.
        let arrears: i64 = lines.values().map(|line| line.arrears().0).sum();
        if list.is_kept && arrears != row.arrears.0 {
            lines.retain(|_, line| line.is_double());
        }
        Some((row, lines, one.elsewhere.clone()))
    });
    Ok(Arrears {
        unit: list.unit,
        is_closed,
        people: found.collect(),
    })
}

/// What is published of a period.
#[derive(Clone, Debug)]
pub(in crate::office) struct Publication {
    pub(in crate::office) unit: String,
    /// The units on it that have not closed the last month.
    pub(in crate::office) open: BTreeSet<String>,
    pub(in crate::office) people: Vec<Published>,
}

/// Names and amounts of a period.
pub(in crate::office) fn publish(
    office: &Office,
    unit: &str,
    period: (Month, Month),
) -> Result<Publication, OfficeError> {
    if period.1 < period.0 {
        return Err(OfficeError::field(
            "until",
            "截止月份不能早于起始月份 it must not end before it begins",
        ));
    }
    let shelf = &office.store;
    let unit = whose(shelf, unit)?;
    let people = everyone(shelf, shelf)?;
    known(shelf, &people, &unit)?;
    let kept = Kept::of(shelf, period.1)?;
    let days = (period.1, office.today());
    let list = list_of(&people, &kept, &unit, days);
    let lines = people
        .iter()
        .flat_map(|one| published((&one.person, &one.account), &unit, period, days.1));
    let people: Vec<Published> = lines.collect();
    // Who received something may have nobody on its list any more.
    let mut open = list.open;
    let place = |one: &Published| one.unit.clone().unwrap_or_default();
    let received = people
        .iter()
        .filter(|one| !kept.closings.covers(&place(one), one.last));
    open.extend(received.map(place));
    Ok(Publication { unit, open, people })
}
