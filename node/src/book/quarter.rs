//! Statements, answers and closings of each quarter of a correspondence.

use hongyan_proto::{letter::Payload, time::Quarter};

use super::{
    BookError, Shelf,
    apply::Place,
    event::event,
    partner::Partner,
    put,
    record::{CaseRecord, EventRecord},
    shelf::{decode, read},
};
use crate::{
    domain::{event::Event, statement::QuarterView},
    store::{Draft, LogNo, View},
};

/// The quarters of a correspondence that have entries, ascending, with their entries.
pub type Quarters = Vec<(Quarter, Vec<EventRecord>)>;

fn key(correspondence: LogNo, quarter: Quarter) -> Vec<u8> {
    [&correspondence.0.to_be_bytes()[..], quarter.to_string().as_bytes()].concat()
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    place: &Place,
    payload: &Payload,
    event: EventRecord,
) -> Result<(), BookError> {
    let quarter = match payload {
        Payload::Statement(statement) => statement.quarter,
        Payload::Answer(answer) => answer.quarter,
        Payload::Closing(closing) => closing.quarter,
        _ => return Ok(()),
    };
    let key = key(place.correspondence(), quarter);
    let mut record: CaseRecord = read(draft, View::Statement, &key, "quarter")?.unwrap_or_default();
    record.events.push(event);
    Ok(put(draft, View::Statement, &key, &record)?)
}

/// One quarter as both sides' entries make it, and those entries.
pub fn quarter(
    shelf: &impl Shelf,
    partner: &Partner,
    quarter: Quarter,
) -> Result<(QuarterView, Vec<EventRecord>), BookError> {
    let own = shelf.record(LogNo::LOCAL)?.origin.author;
    let key = key(partner.correspondence, quarter);
    let record: CaseRecord = read(shelf, View::Statement, &key, "quarter")?.unwrap_or_default();
    let events: Vec<Event> = record
        .events
        .iter()
        .filter_map(|record| event(Some(partner), own, record).transpose())
        .collect::<Result<_, _>>()?;
    Ok((QuarterView::derive(quarter, own, &events), record.events))
}

/// The quarters of a correspondence that have entries, ascending.
pub fn quarters(shelf: &impl Shelf, partner: &Partner) -> Result<Quarters, BookError> {
    shelf
        .scan(View::Statement, &partner.correspondence.0.to_be_bytes())?
        .into_iter()
        .map(|(key, bytes)| {
            let quarter = key.get(4..).and_then(|text| std::str::from_utf8(text).ok());
            let quarter = quarter.and_then(|text| text.parse().ok()).ok_or(BookError::View("quarter"))?;
            Ok((quarter, decode::<CaseRecord>(bytes, "quarter")?.events))
        })
        .collect()
}
