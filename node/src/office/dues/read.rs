//! What is derived: lists, arrears, receipts, what is published, one person's account.

use std::collections::BTreeMap;

use hongyan_proto::{
    letter::{DuesBase, DuesClosed, DuesRelief, Payload},
    time::{Day, Month},
};

use super::{Loaded, load, load_hosted, load_member};
use crate::{
    book::{self, Shelf},
    domain::{
        calendar::last_day,
        case::Side,
        dues::{
            Elsewhere, MonthLine, Months, Noted, Published, Row, Totals, months, published,
            receipt::Receipt, row, totals,
        },
        life::{Record, Who, unit::belongs},
    },
    office::{Office, OfficeError, book::person as named},
    store::Store,
};

const UNIT: (&str, &str) = ("支部或党小组", "branch or group");

/// A month's list.
#[derive(Clone, Debug, Default)]
pub(in crate::office) struct List {
    pub(in crate::office) unit: String,
    pub(in crate::office) rows: Vec<Row>,
    /// What was said when exactly this unit closed exactly this month.
    pub(in crate::office) closed: Option<Noted<DuesClosed>>,
}

impl List {
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
    let mut all = Vec::new();
    for member in book::members(shelf)? {
        all.push(load_member(shelf, store, &units, &member)?);
    }
    let partners = book::partners(shelf)?;
    for file in book::all_cases(shelf, None)? {
        if file.side() == Some(Side::Inflow) {
            let mut at = partners.iter();
            let partner = at.find(|partner| Some(partner.key_id) == file.partner);
            let loaded = load_hosted(shelf, store, &file, partner)?;
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
    list_on(&office.store, &office.store, unit, (month, office.today()))
}

pub(super) fn list_on(
    shelf: &impl Shelf,
    store: &Store,
    unit: &str,
    (month, today): (Month, Day),
) -> Result<List, OfficeError> {
    let people = everyone(shelf, store)?;
    let rows: Vec<Row> = people
        .iter()
        .filter_map(|one| {
            let about = (&one.person, &one.account);
            row(about, &one.elsewhere, unit, (month, today))
        })
        .collect();
    known(&people, unit, rows.is_empty())?;
    Ok(List {
        unit: unit.to_owned(),
        rows,
        closed: book::dues_closings(shelf)?.of(unit, month).cloned(),
    })
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
    let people = everyone(&office.store, &office.store)?;
    known(&people, unit, false)?;
    let mut found = Vec::new();
    for one in &people {
        let about = (&one.person, &one.account);
        let Some(row) = row(about, &one.elsewhere, unit, (month, today)) else {
            continue;
        };
        let owing =
            |line: &MonthLine| line.arrears().0 > 0 || line.is_unknown() || line.is_double();
        let day = last_day(month).min(today);
        let mut lines = months(about, &one.elsewhere, day, month);
        lines.retain(|_, line| owing(line));
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
    let people = everyone(&office.store, &office.store)?;
    known(&people, unit, false)?;
    Ok(people
        .iter()
        .filter_map(|one| published((&one.person, &one.account), unit, period, office.today()))
        .collect())
}

/// The content of a receipt by its number, or by the number of the paper.
pub(in crate::office) fn receipt(office: &Office, number: &str) -> Result<Receipt, OfficeError> {
    let store = &office.store;
    let missing = || OfficeError::not_found(("党费收据", "dues receipt"), number);
    let given = number.parse::<u32>().ok();
    let sequence = match book::payment_of_paper(store, number)? {
        Some(sequence) => Some(sequence),
        None => match given {
            Some(number) => book::payment_of_number(store, number)?,
            None => None,
        },
    };
    let sequence = sequence.ok_or_else(missing)?;
    let who = book::dues_person(store, sequence)?.ok_or_else(missing)?;
    let loaded = load(store, store, who)?;
    let (right, corrected) = loaded
        .account
        .payment(sequence, office.today())
        .ok_or_else(missing)?;
    // A void receipt shows what it said last.
    let last = || {
        let corrections = loaded.account.corrections.iter();
        corrections
            .filter(|noted| noted.entry.corrects == sequence)
            .filter_map(|noted| Some((noted.sequence, noted.entry.payment.as_ref()?)))
            .max_by_key(|(at, _)| *at)
            .map(|(_, payment)| payment)
    };
    let first = || {
        let mut payments = loaded.account.payments.iter();
        payments
            .find(|noted| noted.sequence == sequence)
            .map(|noted| &noted.entry)
    };
    let payment = right.or_else(last).or_else(first).ok_or_else(missing)?;
    Ok(Receipt {
        number: payment.number.get(),
        paper: payment.paper.as_ref().map(ToString::to_string),
        sequence,
        organization: office.organization().name.to_string(),
        unit: payment.unit.as_ref().map(ToString::to_string),
        name: loaded.person.name.clone(),
        id: who.id(),
        hosted: matches!(who, Who::Hosted(_)),
        month: payment.month,
        months: payment.months.get(),
        fen: payment.fen,
        paid_on: payment.paid_on,
        way: payment.way,
        received_by: payment.actor.to_string(),
        corrected,
        void: right.is_none(),
    })
}

/// One person's dues.
pub(in crate::office) struct Shown {
    pub(in crate::office) loaded: Loaded,
    pub(in crate::office) months: Months,
    pub(in crate::office) bases: Vec<(Noted<DuesBase>, bool)>,
    pub(in crate::office) reliefs: Vec<(Noted<DuesRelief>, bool)>,
}

/// A person's months from one to another, what they were computed from, and the payments.
pub(in crate::office) fn show(
    office: &Office,
    name: &str,
    (from, until): (Option<Month>, Option<Month>),
) -> Result<Shown, OfficeError> {
    let today = office.today();
    let who = named(&office.store, name)?.who;
    let loaded = load(&office.store, &office.store, who)?;
    let until = until.unwrap_or(today.month());
    let about = (&loaded.person, &loaded.account);
    let mut lines = months(about, &loaded.elsewhere, today, until);
    lines.retain(|month, _| from.is_none_or(|from| from <= *month));
    let account = &loaded.account;
    let bases = account.bases.iter();
    let bases = bases.map(|noted| (noted.clone(), account.is_void(noted.sequence, today)));
    let reliefs = account.reliefs.iter();
    let reliefs = reliefs.map(|noted| (noted.clone(), account.is_void(noted.sequence, today)));
    Ok(Shown {
        bases: bases.collect(),
        reliefs: reliefs.collect(),
        months: lines,
        loaded,
    })
}

/// The payments of a person in a year, or in all, as records of the book.
pub(in crate::office) fn year_of(
    shelf: &impl Shelf,
    who: Who,
    year: Option<u16>,
) -> Result<Vec<Record>, OfficeError> {
    let account = book::dues_account(shelf, who)?;
    // Whatever counts at the end of time: a correction may lie in a later year.
    let end = Day::new(9999, 12, 31).map_err(|error| OfficeError::field("year", error))?;
    let records = account.payments_on(end).into_iter();
    let records = records.map(|(sequence, version, payment)| Record {
        sequence,
        version,
        time: payment.paid_on.start(),
        payload: payment.clone().into(),
        void: false,
        corrections: Vec::new(),
    });
    Ok(records
        .filter(|record| year.is_none_or(|asked| self::year(record) == Some(asked)))
        .collect())
}

/// The year of a payment.
pub(in crate::office) fn year(record: &Record) -> Option<u16> {
    match &record.payload {
        Payload::DuesPayment(payment) => u16::try_from(payment.paid_on.date().year()).ok(),
        _ => None,
    }
}

/// Of a person's months in a year up to a day: how many are settled, of how many that were asked for.
pub(in crate::office) fn paid_months(
    office: &Office,
    who: Who,
    until: Day,
) -> Result<(u32, u32), OfficeError> {
    let loaded = load(&office.store, &office.store, who)?;
    let about = (&loaded.person, &loaded.account);
    let lines = months(about, &loaded.elsewhere, until, until.month());
    let year = until.date().year();
    let mut settled = (0, 0);
    for (month, line) in &lines {
        let nobody = line.asked == crate::domain::dues::Asked::Nobody;
        if nobody || month.first_day().date().year() != year || *month > until.month() {
            continue;
        }
        settled.1 += 1;
        settled.0 += u32::from(line.is_settled() || line.owed().is_some_and(|owed| owed.0 == 0));
    }
    Ok(settled)
}
