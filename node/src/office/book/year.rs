//! A person's book of a year, and how those of a unit stand.

use std::collections::BTreeSet;

use hongyan_proto::{
    letter::{ExemptionFrom, Payload},
    time::Day,
};

use super::{
    super::{
        Office, OfficeError,
        absence::missed_elsewhere,
        dues,
        error::At as _,
        exemption::exempted,
        happened::this_year_or,
        roster::{self, COMMITTEE},
    },
    person,
    told::{Told, told},
};
use crate::{
    book::{self, Shelf},
    domain::{
        life::{
            Candidate, Record, Who,
            book::{self as book_of, Line, Tally, lines_about, tally},
            unit::within_each_other,
        },
        unit::Called,
    },
};

/// A person's book of one year.
#[derive(Clone, Debug)]
pub(in crate::office) struct Year {
    pub(in crate::office) number: u16,
    pub(in crate::office) lines: Vec<Line>,
    /// What the other side of the person's cases told.
    pub(in crate::office) told: Vec<Told>,
}

/// One person's standing in a unit.
#[derive(Clone, Debug)]
pub(in crate::office) struct Standing {
    pub(in crate::office) person: Candidate,
    pub(in crate::office) tally: Tally,
    /// No book is kept of the year: exempt when it ends (W 记实 §二).
    pub(in crate::office) exempt: bool,
}

pub(super) fn lines_of(shelf: &impl Shelf, who: Who, year: u16) -> Result<Vec<Line>, OfficeError> {
    let confirmed = book::book_confirmed(shelf, who)?;
    let mut records = book::life_of_year(shelf, year)?;
    let elsewhere = missed_elsewhere(shelf, &records, who)?;
    records.retain(|record| !elsewhere.contains(&record.sequence));
    records.extend(dues::year_of(shelf, who, Some(year))?);
    Ok(lines_about(&records, who, &confirmed, &exempted(shelf)?))
}

/// The entries that took back what a person's year had said.
pub(in crate::office) fn taken_back(
    shelf: &impl Shelf,
    who: Who,
    year: u16,
) -> Result<Vec<u64>, OfficeError> {
    let records = book::life_of_year(shelf, year)?;
    let mut found: Vec<u64> = book_of::taken_back(&records, who).collect();
    let account = book::dues_account(shelf, who)?;
    let of_year = |corrects: u64| {
        let mut payments = account.payments.iter();
        let payment = payments.find(|noted| noted.sequence == corrects);
        let paid = payment.map(|noted| noted.entry.paid_on.date().year());
        paid.is_some_and(|paid| u16::try_from(paid) == Ok(year))
    };
    let void = account.corrections.iter();
    let void = void.filter(|noted| noted.entry.payment.is_none() && of_year(noted.entry.corrects));
    found.extend(void.map(|noted| noted.sequence));
    Ok(found)
}

/// A person's year, or every year there is.
pub(in crate::office) fn show(
    office: &Office,
    name: &str,
    year: u32,
    archive: bool,
) -> Result<(Candidate, Vec<Year>), OfficeError> {
    let person = person(&office.store, name)?;
    let heard = told(&office.store, person.who)?;
    let years = if archive {
        let mut years = book::life_years(&office.store)?;
        let paid = dues::year_of(&office.store, person.who, None)?;
        years.extend(paid.iter().filter_map(dues::year));
        years.extend(heard.iter().filter_map(Told::year));
        years
    } else {
        BTreeSet::from([this_year_or(office.today(), year)?])
    };
    let mut found = Vec::new();
    for year in years {
        let lines = lines_of(&office.store, person.who, year)?;
        let told = heard.iter().filter(|one| one.year() == Some(year));
        let told: Vec<Told> = told.cloned().collect();
        if !archive || !lines.is_empty() || !told.is_empty() {
            found.push(Year {
                number: year,
                lines,
                told,
            });
        }
    }
    Ok((person, found))
}

/// The activities of a year that neither a unit held nor one above or inside it: who is of the unit was not expected there.
fn elsewhere(
    shelf: &impl Shelf,
    records: &[Record],
    unit: &str,
) -> Result<BTreeSet<u64>, OfficeError> {
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    let other = |record: &&Record| {
        record.activity().is_some_and(|activity| {
            let held = called.now(activity.unit.as_str(), Some(activity.day));
            unit != COMMITTEE && held != COMMITTEE && !within_each_other(&held, unit)
        })
    };
    let other = records.iter().filter(other);
    Ok(other.map(|record| record.sequence).collect())
}

/// How the books of everyone who was in a unit that year stand: what was before somebody came, or after they moved on, counts elsewhere.
pub(in crate::office) fn stats(
    office: &Office,
    unit: &str,
    year: u16,
) -> Result<Vec<Standing>, OfficeError> {
    let store = &office.store;
    let unit = &*roster::named(store, unit)?;
    let number = i16::try_from(year).unwrap_or_default();
    let day = |month, day| Day::new(number, month, day).at("year");
    let (first, last) = (day(1, 1)?, day(12, 31)?);
    let people = roster::over(store, unit, (first, last))?;
    if people.is_empty() {
        roster::known_unit(store, unit)?;
    }
    let records = book::life_of_year(store, year)?;
    let exempted = exempted(store)?;
    let elsewhere = elsewhere(store, &records, unit)?;
    people
        .into_iter()
        .map(|(person, spans)| {
            let confirmed = book::book_confirmed(store, person.who)?;
            let mut lines = lines_about(&records, person.who, &confirmed, &exempted);
            let paid = dues::year_of(store, person.who, Some(year))?;
            lines.extend(lines_about(&paid, person.who, &confirmed, &exempted));
            lines.retain(|line| {
                let missed =
                    matches!(&line.content, Payload::Attendance(one) if !one.presence.was_there());
                spans.covers(line.day) && !(missed && elsewhere.contains(&line.record))
            });
            let tally = tally(&lines);
            Ok(Standing {
                exempt: exempted.is(person.who, ExemptionFrom::Records, last),
                person,
                tally,
            })
        })
        .collect()
}
