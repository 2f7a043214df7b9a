//! Units and officers: every entry that speaks of a unit, in the order it was written. The tree is derived on reading.

use hongyan_proto::{
    id::UnitId,
    letter::Payload,
    log::{Header, Kind},
};

use super::{BookError, Shelf};
use crate::{
    domain::unit::{Event, Units},
    store::{Draft, View},
};

/// Unit or committee, then the place in the local log, then the kind: the log's order, and enough to read the value again.
fn key(unit: Option<UnitId>, header: &Header) -> Vec<u8> {
    let unit = unit.map_or([0; 16], |unit| *unit.as_bytes());
    // Kinds of this view are below 256.
    let kind = u8::try_from(header.kind.code()).unwrap_or_default();
    [&unit[..], &header.sequence.to_be_bytes(), &[kind]].concat()
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    unit: Option<UnitId>,
    header: &Header,
    payload: &Payload,
) -> Result<(), BookError> {
    Ok(draft.put_view(View::Unit, &key(unit, header), payload.encode())?)
}

/// The tree with its officers, as all entries say it.
pub fn units(shelf: &impl Shelf) -> Result<Units, BookError> {
    let wrong = || BookError::View("unit");
    let mut events = Vec::new();
    for (key, bytes) in shelf.scan(View::Unit, &[])? {
        let (kind, rest) = key.split_last().ok_or_else(wrong)?;
        let sequence = rest
            .split_last_chunk::<8>()
            .map(|(_, sequence)| u64::from_be_bytes(*sequence))
            .ok_or_else(wrong)?;
        let kind = Kind::try_from(i32::from(*kind)).map_err(|_| wrong())?;
        let event = match Payload::decode(kind, &bytes) {
            Ok(Payload::UnitFounded(founded)) => Event::Founded(founded),
            Ok(Payload::UnitChanged(changed)) => Event::Changed(changed),
            Ok(Payload::UnitClosed(closed)) => Event::Closed(closed),
            Ok(Payload::OfficerAppointed(appointed)) => Event::Appointed(appointed),
            Ok(Payload::OfficerEnded(ended)) => Event::Ended(ended),
            _ => return Err(wrong()),
        };
        events.push((sequence, event));
    }
    events.sort_by_key(|(sequence, _)| *sequence);
    Ok(Units::of(events.into_iter().map(|(_, event)| event)))
}
