//! Activities as they are shown.

use hongyan_proto::letter::ActivityKind;

use super::ACTIVITY;

use crate::office::{Office, OfficeError, happened::calendar, lived, roster};
use crate::{
    book::{self, Shelf},
    domain::life::{Line, Record, Who, ledger::line},
};

/// An activity's record by its sequence.
pub(in crate::office) fn one(shelf: &impl Shelf, sequence: u64) -> Result<Record, OfficeError> {
    book::life_record(shelf, sequence)?
        .filter(|record| record.activity().is_some())
        .ok_or_else(|| OfficeError::not_found(ACTIVITY, sequence.to_string()))
}

/// A record with its counts, its forms and the names of those in it.
pub(in crate::office) fn show(
    office: &Office,
    sequence: u64,
) -> Result<(Line, Vec<String>), OfficeError> {
    let record = one(&office.store, sequence)?;
    let year = record
        .activity()
        .and_then(|activity| u16::try_from(activity.day.date().year()).ok())
        .unwrap_or_default();
    let records = lived::of_year(&office.store, year)?;
    let line = line(&record, &records)
        .ok_or_else(|| OfficeError::not_found(ACTIVITY, sequence.to_string()))?;
    let people: Vec<_> = line.activity.attendees.iter().filter_map(Who::of).collect();
    let names = roster::names_of(&office.store, people.iter().copied())?;
    let names = people
        .iter()
        .map(|who| names.get(who).cloned().unwrap_or_else(|| who.id()))
        .collect();
    Ok((line, names))
}

/// A year's activities that fit, by day, then by sequence.
pub(in crate::office) fn list(
    office: &Office,
    unit: &str,
    year: u32,
    kinds: &[ActivityKind],
    void: bool,
) -> Result<Vec<Line>, OfficeError> {
    let year = match year {
        0 => u16::try_from(office.today().date().year()).unwrap_or_default(),
        year => calendar(year)?,
    };
    let unit = roster::named(&office.store, unit)?;
    let records = lived::of_year(&office.store, year)?;
    let mut lines: Vec<Line> = records
        .iter()
        .filter(|record| void || !record.void)
        .filter(|record| {
            record.activity().is_some_and(|activity| {
                (unit.is_empty() || activity.unit.as_str() == unit.as_str())
                    && (kinds.is_empty() || kinds.contains(&activity.kind))
            })
        })
        .filter_map(|record| line(record, &records))
        .collect();
    lines.sort_by_key(|line| (line.activity.day, line.record.sequence));
    Ok(lines)
}
