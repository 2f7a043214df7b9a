//! Statements, answers and closings of each quarter of a correspondence.

use hongyan_proto::{letter::Payload, time::Quarter};

use super::{
    BookError, Shelf,
    apply::Place,
    event::{self, event, kept, sort},
    key::own_name,
    partner::Partner,
    record::EventRecord,
    shelf::decode,
};
use crate::{
    domain::{event::Event, statement::QuarterView},
    store::{Draft, LogNo, View},
};

/// The quarters of a correspondence that have entries, ascending, with their entries.
pub type Quarters = Vec<(Quarter, Vec<EventRecord>)>;

/// How long a quarter is in a key: 2026-Q3.
const QUARTER_BYTES: usize = 7;

fn key(correspondence: LogNo, quarter: Quarter) -> Vec<u8> {
    [
        &correspondence.0.to_be_bytes()[..],
        quarter.to_string().as_bytes(),
    ]
    .concat()
}

/// Where the entry with this payload is kept; none when it is about no quarter.
pub(super) fn owner(correspondence: LogNo, payload: &Payload) -> Option<Vec<u8>> {
    let quarter = match payload {
        Payload::Statement(statement) => statement.quarter,
        Payload::Answer(answer) => answer.quarter,
        Payload::Closing(closing) => closing.quarter,
        _ => return None,
    };
    Some(key(correspondence, quarter))
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    place: &Place,
    payload: &Payload,
    record: &EventRecord,
) -> Result<(), BookError> {
    let Some(owner) = owner(place.correspondence(), payload) else {
        return Ok(());
    };
    Ok(event::keep(draft, View::Statement, &owner, record)?)
}

/// One quarter as both sides' entries make it, and those entries.
pub fn quarter(
    shelf: &impl Shelf,
    partner: &Partner,
    quarter: Quarter,
) -> Result<(QuarterView, Vec<EventRecord>), BookError> {
    let own = own_name(shelf, Some(partner))?;
    let key = key(partner.correspondence, quarter);
    let records = kept(shelf, Some(partner), View::Statement, &key)?;
    let events: Vec<Event> = records
        .iter()
        .filter_map(|record| event(Some(partner), own, record).transpose())
        .collect::<Result<_, _>>()?;
    Ok((QuarterView::derive(quarter, own, &events), records))
}

/// The quarters of a correspondence that have entries, ascending.
pub fn quarters(shelf: &impl Shelf, partner: &Partner) -> Result<Quarters, BookError> {
    let mut quarters = Quarters::new();
    for (key, bytes) in shelf.scan(View::Statement, &partner.correspondence.0.to_be_bytes())? {
        let quarter = key
            .get(4..4 + QUARTER_BYTES)
            .and_then(|text| std::str::from_utf8(text).ok());
        let quarter: Quarter = quarter
            .and_then(|text| text.parse().ok())
            .ok_or(BookError::View("quarter"))?;
        let record = decode::<EventRecord>(bytes, "quarter")?;
        match quarters.last_mut().filter(|(last, _)| *last == quarter) {
            Some((_, records)) => records.push(record),
            None => quarters.push((quarter, vec![record])),
        }
    }
    for (_, records) in &mut quarters {
        sort(Some(partner), records);
    }
    Ok(quarters)
}
