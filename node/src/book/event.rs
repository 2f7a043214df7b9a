//! From what a view keeps to what the rules read.

use hongyan_proto::{letter::Payload, log::{Header, Kind}, time::Timestamp};

use super::{BookError, apply::{Author, Place}, partner::Partner, record::EventRecord};
use crate::domain::{
    event::Event,
    order::{Position, Stamp},
};

impl EventRecord {
    /// Keeps an entry.
    pub(super) fn new(place: &Place, header: &Header, payload: Option<&Payload>, refused: bool) -> Self {
        Self {
            log: place.log.0,
            sequence: header.sequence,
            seen: header.seen,
            time_ms: header.time.millis(),
            kind: header.kind.code(),
            payload: payload.map(|payload| payload.encode().into()),
            refused,
            agreement: header.agreement.map(hongyan_proto::id::AgreementHash::to_field).unwrap_or_default(),
        }
    }

    /// What it is.
    pub fn kind(&self) -> Result<Kind, BookError> {
        Kind::try_from(self.kind).map_err(|_| BookError::View("event"))
    }

    /// Its content; none when the body is not there.
    pub fn content(&self) -> Result<Option<Payload>, BookError> {
        let kind = self.kind()?;
        self.payload
            .as_ref()
            .map(|bytes| Payload::decode(kind, bytes).map_err(|_| BookError::View("event")))
            .transpose()
    }
}

/// An event for the rules; none when the reader refused it, so that both sides leave it out.
pub fn event(partner: Option<&Partner>, own: hongyan_proto::id::KeyId, record: &EventRecord) -> Result<Option<Event>, BookError> {
    if record.refused {
        return Ok(None);
    }
    let time = Timestamp::from_millis(record.time_ms);
    let payload = record.content()?;
    let (author, base) = match partner {
        None => (Author::Own, 0),
        Some(partner) => partner.place_of(record.log).ok_or(BookError::View("event"))?,
    };
    let key = match (author, partner) {
        (Author::Partner, Some(partner)) => partner.key_id,
        _ => own,
    };
    let stamp = Stamp { sequence: base + record.sequence, seen: record.seen };
    Ok(Some(Event {
        position: Position::new(key, stamp),
        base,
        time,
        kind: record.kind()?,
        payload,
        local: partner.is_none(),
    }))
}
