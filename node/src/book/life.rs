//! Organizational life as the local log has it: each record under its year, as its latest correction says it. The original entries stay
//! in the log; here lies what counts, so that a year is read in one scan.

use std::collections::BTreeSet;

use bytes::Bytes;
use hongyan_proto::{
    letter::{Exemption, Payload},
    log::{Header, Kind},
    time::Timestamp,
};
use prost::Message;

use super::{BookError, Shelf, brief, put, shelf::decode};
use crate::{
    domain::life::Record,
    store::{Draft, View},
};

/// Where records lie that hold until somebody ends them.
const EVERY_YEAR: u16 = 0;

/// How a record is kept.
#[derive(Clone, PartialEq, Message)]
struct Kept {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(bytes = "bytes", tag = "2")]
    payload: Bytes,
    #[prost(sint64, tag = "3")]
    time_ms: i64,
    #[prost(uint64, tag = "4")]
    version: u64,
    #[prost(bool, tag = "5")]
    void: bool,
    #[prost(uint64, repeated, tag = "6")]
    corrections: Vec<u64>,
}

/// A record by its year, then by its sequence.
fn key(year: u16, sequence: u64) -> Vec<u8> {
    [&b"r"[..], &year.to_be_bytes(), &sequence.to_be_bytes()].concat()
}

/// Which year a record lies in.
fn place_key(sequence: u64) -> Vec<u8> {
    [&b"s"[..], &sequence.to_be_bytes()].concat()
}

fn year_of(shelf: &impl Shelf, payload: &Payload) -> Result<Option<u16>, BookError> {
    let of_day = |day: hongyan_proto::time::Day| u16::try_from(day.date().year()).ok();
    Ok(match payload {
        Payload::ActivityPlan(plan) => u16::try_from(plan.year.get()).ok(),
        Payload::PlanFiled(filed) => u16::try_from(filed.year.get()).ok(),
        Payload::Activity(activity) => of_day(activity.day),
        Payload::BookRecord(record) => {
            let award = record.award.as_ref().map(|award| award.day);
            let day = award.or_else(|| record.role.as_ref().map(|role| role.day));
            day.and_then(of_day)
        }
        Payload::Exemption(_) => Some(EVERY_YEAR),
        Payload::Appraisal(appraisal) => u16::try_from(appraisal.year.get()).ok(),
        Payload::Training(training) => of_day(training.day),
        // A form lies with its activity, whenever it was handed up.
        Payload::FormHandedUp(form) => placed(shelf, form.activity)?,
        _ => None,
    })
}

fn placed(shelf: &impl Shelf, sequence: u64) -> Result<Option<u16>, BookError> {
    shelf
        .get(View::Life, &place_key(sequence))?
        .map(|bytes| {
            <[u8; 2]>::try_from(bytes.as_ref())
                .map(u16::from_be_bytes)
                .map_err(|_| BookError::View("life"))
        })
        .transpose()
}

/// Is it one of these records?
pub(super) fn is_kept(shelf: &impl Shelf, sequence: u64) -> Result<bool, BookError> {
    Ok(placed(shelf, sequence)?.is_some())
}

/// Takes a record or a correction of one in.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    header: &Header,
    payload: &Payload,
) -> Result<(), BookError> {
    if let Payload::LocalCorrection(correction) = payload {
        let Some((year, mut kept)) = kept(draft, correction.corrects)? else {
            return Ok(());
        };
        kept.version = header.sequence;
        kept.corrections.push(header.sequence);
        kept.void = correction.replacement.is_none();
        if let Some(right) = &correction.replacement {
            let right = Payload::from(right.clone());
            kept.payload = right.encode().into();
            if year != EVERY_YEAR {
                brief::keep(draft, (year, correction.corrects), &right)?;
            }
        } else {
            brief::forget(draft, (year, correction.corrects));
        }
        let key = key(year, correction.corrects);
        return Ok(put(draft, View::Life, &key, &kept)?);
    }
    let Some(year) = year_of(draft, payload)? else {
        return Ok(());
    };
    let kept = Kept {
        kind: payload.kind().code(),
        payload: payload.encode().into(),
        time_ms: header.time.millis(),
        version: header.sequence,
        void: false,
        corrections: Vec::new(),
    };
    draft.put_view(
        View::Life,
        &place_key(header.sequence),
        year.to_be_bytes().to_vec(),
    )?;
    // What holds until somebody ends it is few, and read whole.
    if year != EVERY_YEAR {
        brief::keep(draft, (year, header.sequence), payload)?;
    }
    Ok(put(draft, View::Life, &key(year, header.sequence), &kept)?)
}

/// A record and the year it lies in.
fn kept(shelf: &impl Shelf, sequence: u64) -> Result<Option<(u16, Kept)>, BookError> {
    let Some(year) = placed(shelf, sequence)? else {
        return Ok(None);
    };
    let key = key(year, sequence);
    let bytes = shelf
        .get(View::Life, &key)?
        .ok_or(BookError::View("life"))?;
    Ok(Some((year, decode(bytes, "life")?)))
}

fn record(sequence: u64, kept: Kept) -> Result<Record, BookError> {
    let bad = || BookError::View("life");
    let kind = Kind::try_from(kept.kind).map_err(|_| bad())?;
    Ok(Record {
        sequence,
        version: kept.version,
        time: Timestamp::from_millis(kept.time_ms),
        payload: Payload::decode(kind, &kept.payload).map_err(|_| bad())?,
        void: kept.void,
        corrections: kept.corrections,
    })
}

/// One record by the sequence of its first entry.
pub fn life_record(shelf: &impl Shelf, sequence: u64) -> Result<Option<Record>, BookError> {
    kept(shelf, sequence)?
        .map(|(_, kept)| record(sequence, kept))
        .transpose()
}

/// A year's records in the order they were first written, void ones included.
pub fn life_of_year(shelf: &impl Shelf, year: u16) -> Result<Vec<Record>, BookError> {
    let prefix = [&b"r"[..], &year.to_be_bytes()].concat();
    shelf
        .scan(View::Life, &prefix)?
        .into_iter()
        .map(|(key, bytes)| {
            let sequence = key[prefix.len()..]
                .try_into()
                .map(u64::from_be_bytes)
                .map_err(|_| BookError::View("life"))?;
            record(sequence, decode(bytes, "life")?)
        })
        .collect()
}

/// The years that have records, ascending.
pub fn life_years(shelf: &impl Shelf) -> Result<BTreeSet<u16>, BookError> {
    let mut years = BTreeSet::new();
    for (key, _) in shelf.scan(View::Life, b"r")? {
        let year = key.get(1..3).and_then(|year| year.try_into().ok());
        let year = year
            .map(u16::from_be_bytes)
            .ok_or(BookError::View("life"))?;
        if year != EVERY_YEAR {
            years.insert(year);
        }
    }
    Ok(years)
}

/// The exemptions that were not taken back, in the order they were entered.
pub fn exemptions(shelf: &impl Shelf) -> Result<Vec<(u64, Exemption)>, BookError> {
    let records = life_of_year(shelf, EVERY_YEAR)?;
    let valid = records.into_iter().filter(|record| !record.void);
    Ok(valid
        .filter_map(|record| match record.payload {
            Payload::Exemption(exemption) => Some((record.sequence, exemption)),
            _ => None,
        })
        .collect())
}
