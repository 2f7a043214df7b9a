//! Closed months of dues: how far each unit is closed, and the lists as they were.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::UnitId,
    letter::{DuesClosed, Payload},
    log::Kind,
    time::Month,
};
use prost::Message;

use super::{BookError, Shelf, put, shelf::read, units};
use crate::{
    domain::{
        dues::{Closed, Closings},
        unit::Called,
    },
    store::{Draft, View},
};

const VIEW: View = View::Dues;
const NAME: &str = "dues";

/// How far a unit is closed.
#[derive(Clone, PartialEq, Message)]
struct Kept {
    /// As it was named when it was closed first.
    #[prost(string, tag = "1")]
    unit: String,
    #[prost(bytes = "vec", tag = "2")]
    unit_id: Vec<u8>,
    /// The first month with a list.
    #[prost(string, tag = "3")]
    first: String,
    /// The last one.
    #[prost(string, tag = "4")]
    last: String,
}

/// By the unit's id, or its name where it has none.
fn unit_key(closed: &DuesClosed) -> Vec<u8> {
    match &closed.unit_id {
        Some(id) => [&b"ci"[..], id.as_bytes()].concat(),
        None => [&b"cn"[..], closed.unit.as_str().as_bytes()].concat(),
    }
}

fn list_key(month: Month) -> Vec<u8> {
    [&b"r"[..], month.to_string().as_bytes()].concat()
}

fn month(text: &str) -> Result<Month, BookError> {
    text.parse().map_err(|_| BookError::View(NAME))
}

/// Takes a closing in.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    sequence: u64,
    closed: &DuesClosed,
    payload: &Payload,
) -> Result<(), BookError> {
    let key = [&list_key(closed.month)[..], &sequence.to_be_bytes()].concat();
    draft.put_view(VIEW, &key, payload.encode())?;
    let (key, of) = (unit_key(closed), closed.month);
    let before: Option<Kept> = read(draft, VIEW, &key, NAME)?;
    let (first, last) = match &before {
        Some(kept) => (month(&kept.first)?.min(of), month(&kept.last)?.max(of)),
        None => (of, of),
    };
    let kept = Kept {
        unit: before.map_or_else(|| closed.unit.to_string(), |kept| kept.unit),
        unit_id: closed
            .unit_id
            .map_or_else(Vec::new, |id| id.as_bytes().to_vec()),
        first: first.to_string(),
        last: last.to_string(),
    };
    Ok(put(draft, VIEW, &key, &kept)?)
}

/// What a closing's unit is called now: a new name or another unit above opens no list again.
fn name(called: &Called<'_>, id: Option<UnitId>, text: &str) -> String {
    let by_id = id.and_then(|id| called.get(id));
    by_id.map_or_else(|| called.early(text), |unit| called.name(unit))
}

/// How far each unit is closed.
pub fn dues_closings(shelf: &impl Shelf) -> Result<Closings, BookError> {
    let wrong = || BookError::View(NAME);
    let units = units(shelf)?;
    let called = Called::of(&units);
    let mut spans: BTreeMap<String, (Month, Month)> = BTreeMap::new();
    for (_, bytes) in shelf.scan(VIEW, b"c")? {
        let kept = Kept::decode(bytes).map_err(|_| wrong())?;
        let id = UnitId::from_slice(&kept.unit_id).ok();
        let (first, last) = (month(&kept.first)?, month(&kept.last)?);
        let span = spans.entry(name(&called, id, &kept.unit));
        let span = span.or_insert((first, last));
        *span = (span.0.min(first), span.1.max(last));
    }
    Ok(Closings::new(spans))
}

/// The lists of a month that were closed, in the order of the log; a long one in parts.
pub fn dues_lists(shelf: &impl Shelf, month: Month) -> Result<Vec<Closed>, BookError> {
    let wrong = || BookError::View(NAME);
    let units = units(shelf)?;
    let called = Called::of(&units);
    let prefix = list_key(month);
    let mut lists = Vec::new();
    for (key, bytes) in shelf.scan(VIEW, &prefix)? {
        let sequence = key[prefix.len()..].try_into().map(u64::from_be_bytes);
        let Ok(Payload::DuesClosed(entry)) = Payload::decode(Kind::DuesClosed, &bytes) else {
            return Err(wrong());
        };
        lists.push(Closed {
            unit: name(&called, entry.unit_id, entry.unit.as_str()),
            sequence: sequence.map_err(|_| wrong())?,
            entry,
        });
    }
    Ok(lists)
}
