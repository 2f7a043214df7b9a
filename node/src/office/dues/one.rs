//! One person's dues: shown, in the record book, and for points.

use hongyan_proto::{
    letter::{DuesBase, DuesRelief, Payload},
    time::{Day, Month},
};

use super::{
    Loaded, load,
    load::{Room, hosted_with},
};
use crate::{
    book::{self, CaseFile, Partner, Shelf},
    domain::{
        dues::{Asked, MonthLine, Months, Noted, months, one},
        life::{Record, Who},
        unit::Units,
    },
    office::{Office, OfficeError, book::person as named},
};

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
        let nobody = line.asked == Asked::Nobody;
        if nobody || month.first_day().date().year() != year || *month > until.month() {
            continue;
        }
        settled.1 += 1;
        settled.0 += u32::from(nothing_left(line));
    }
    Ok(settled)
}

/// Of some months those that are this side's to collect from a hosted member: how many are settled, of how many. The case's facts are at hand.
pub(in crate::office) fn hosted_months(
    office: &Office,
    units: &Units,
    (file, partner): (&CaseFile, &Partner),
    of: &[Month],
) -> Result<(u32, u32), OfficeError> {
    let room = Room::of(&office.store, &office.store, units);
    let loaded = hosted_with(&room, file, partner)?;
    let (about, today) = ((&loaded.person, &loaded.account), office.today());
    let lines = months(about, &loaded.elsewhere, today, today.month());
    let mut settled = (0, 0);
    for month in of {
        let known = lines.get(month).cloned();
        let line = known.unwrap_or_else(|| one(about, today, *month));
        if line.asked == Asked::Here {
            settled.1 += 1;
            settled.0 += u32::from(nothing_left(&line));
        }
    }
    Ok(settled)
}

fn nothing_left(line: &MonthLine) -> bool {
    line.is_settled() || line.owed().is_some_and(|owed| owed.0 == 0)
}
