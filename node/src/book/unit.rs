//! Units and officers: every entry that speaks of a unit, in the order it was written. The tree is derived on reading.

use hongyan_proto::{id::UnitId, letter::Payload, log::Header};

use super::{BookError, Shelf, whole};
use crate::{
    domain::unit::{Event, Units},
    store::{Draft, View},
};

/// By unit; without one it is about the committee.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    unit: Option<UnitId>,
    header: &Header,
    payload: &Payload,
) -> Result<(), BookError> {
    let unit = unit.map_or([0; 16], |unit| *unit.as_bytes());
    whole::keep(draft, View::Unit, &unit, (header, payload))
}

/// The tree with its officers, as all entries say it.
pub fn units(shelf: &impl Shelf) -> Result<Units, BookError> {
    let events = whole::in_order(shelf, (View::Unit, "unit"), |payload| {
        Some(match payload {
            Payload::UnitFounded(founded) => Event::Founded(founded),
            Payload::UnitChanged(changed) => Event::Changed(changed),
            Payload::UnitClosed(closed) => Event::Closed(closed),
            Payload::OfficerAppointed(appointed) => Event::Appointed(appointed),
            Payload::OfficerEnded(ended) => Event::Ended(ended),
            _ => return None,
        })
    })?;
    Ok(Units::of(events.map(|(_, event)| event)))
}
