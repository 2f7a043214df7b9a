//! A person's book of a year, and how those of a unit stand.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::MemberId,
    letter::{Activity, ExemptionFrom, LocalReplacement, Payload},
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
        case::stay::{Stay, covers},
        life::{
            Candidate, Record, Who,
            book::{self as book_of, Line, Tally, lines_about, tally},
            unit::within_each_other,
        },
        unit::Called,
    },
    store::LogNo,
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

/// What is recorded of a person in a year; not where they were absent from what was none of their business.
fn records_of(shelf: &impl Shelf, who: Who, year: u16) -> Result<Vec<Record>, OfficeError> {
    let mut records = book::life_of_year(shelf, year)?;
    let elsewhere = missed_elsewhere(shelf, &records, who)?;
    records.retain(|record| !elsewhere.contains(&record.sequence));
    records.extend(dues::year_of(shelf, who, Some(year))?);
    Ok(records)
}

fn lines_in(shelf: &impl Shelf, who: Who, records: &[Record]) -> Result<Vec<Line>, OfficeError> {
    let confirmed = book::book_confirmed(shelf, who)?;
    Ok(lines_about(records, who, &confirmed, &exempted(shelf)?))
}

pub(super) fn lines_of(shelf: &impl Shelf, who: Who, year: u16) -> Result<Vec<Line>, OfficeError> {
    lines_in(shelf, who, &records_of(shelf, who, year)?)
}

/// The entries that took back what a person's year had said.
fn taken_back(
    shelf: &impl Shelf,
    (who, year): (Who, u16),
    records: &[Record],
) -> Result<Vec<u64>, OfficeError> {
    let mut found: Vec<u64> = book_of::taken_back(records, who).collect();
    for record in records {
        if !record.void && was_about(shelf, record, who)? {
            found.push(record.version);
        }
    }
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

/// Did an activity have the person on it before it was corrected, and has them no more?
fn was_about(shelf: &impl Shelf, record: &Record, who: Who) -> Result<bool, OfficeError> {
    let has = |activity: &Activity| {
        let mut lines = activity.attendees.iter();
        lines.any(|line| Who::of(line) == Some(who))
    };
    if record.corrections.is_empty() || record.held().is_none_or(has) {
        return Ok(false);
    }
    // All but the last correction, which is what the record says now.
    let earlier = record
        .corrections
        .split_last()
        .map_or(&[][..], |(_, earlier)| earlier);
    for sequence in earlier.iter().chain([&record.sequence]) {
        let entry = shelf.one(LogNo::LOCAL, *sequence)?;
        let had = match &book::payload_of(&entry) {
            Some(Payload::Activity(activity)) => has(activity),
            Some(Payload::LocalCorrection(correction)) => match &correction.replacement {
                Some(LocalReplacement::Activity(activity)) => has(activity),
                _ => false,
            },
            _ => false,
        };
        if had {
            return Ok(true);
        }
    }
    Ok(false)
}

fn of_year(
    shelf: &impl Shelf,
    (who, number): (Who, u16),
    records: &[Record],
    heard: &[Told],
) -> Result<Year, OfficeError> {
    let told = heard.iter().filter(|one| one.year() == Some(number));
    Ok(Year {
        number,
        lines: lines_in(shelf, who, records)?,
        told: told.cloned().collect(),
    })
}

/// A person's year, or every year there is.
pub(in crate::office) fn show(
    office: &Office,
    name: &str,
    year: u32,
    archive: bool,
) -> Result<(Candidate, Vec<Year>), OfficeError> {
    let store = &office.store;
    let person = person(store, name)?;
    let heard = told(store, person.who)?;
    let years = if archive {
        let mut years = book::life_years(store)?;
        let paid = dues::year_of(store, person.who, None)?;
        years.extend(paid.iter().filter_map(dues::year));
        years.extend(heard.iter().filter_map(Told::year));
        years
    } else {
        BTreeSet::from([this_year_or(office.today(), year)?])
    };
    let mut found = Vec::new();
    for number in years {
        let records = records_of(store, person.who, number)?;
        let year = of_year(store, (person.who, number), &records, &heard)?;
        if !archive || !year.lines.is_empty() || !year.told.is_empty() {
            found.push(year);
        }
    }
    Ok((person, found))
}

/// A person's year for a paper, with the entries that took something of it back: whoever holds an older paper asks for them.
pub(in crate::office) fn paper(
    office: &Office,
    name: &str,
    year: u32,
) -> Result<(Candidate, Year, Vec<u64>), OfficeError> {
    let store = &office.store;
    let person = person(store, name)?;
    let heard = told(store, person.who)?;
    let whose = (person.who, this_year_or(office.today(), year)?);
    let records = records_of(store, whose.0, whose.1)?;
    let taken_back = taken_back(store, whose, &records)?;
    Ok((person, of_year(store, whose, &records, &heard)?, taken_back))
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
    let last = Day::new(number, 12, 31).at("year")?;
    let people = roster::over(store, unit, year)?;
    let records = book::life_of_year(store, year)?;
    let exempted = exempted(store)?;
    let elsewhere = elsewhere(store, &records, unit)?;
    let mut stays: BTreeMap<MemberId, Vec<Stay>> = BTreeMap::new();
    for file in book::all_cases(store, None)? {
        if let (Some(member), Some(stay)) = (file.member, file.case.managed()) {
            stays.entry(member).or_default().push(stay);
        }
    }
    people
        .into_iter()
        .map(|(person, spans)| {
            let confirmed = book::book_confirmed(store, person.who)?;
            let mut lines = lines_about(&records, person.who, &confirmed, &exempted);
            let paid = dues::year_of(store, person.who, Some(year))?;
            lines.extend(lines_about(&paid, person.who, &confirmed, &exempted));
            let hosted = match person.who {
                Who::Member(id) => stays.get(&id).map_or(&[][..], Vec::as_slice),
                Who::Hosted(_) => &[],
            };
            lines.retain(|line| {
                let away = hosted.iter().any(|stay| covers(*stay, line.day));
                let missed =
                    matches!(&line.content, Payload::Attendance(one) if !one.presence.was_there());
                spans.covers(line.day) && !(missed && (away || elsewhere.contains(&line.record)))
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
