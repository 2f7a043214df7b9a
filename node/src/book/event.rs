//! From what a view keeps to what the rules read.

use hongyan_proto::{
    letter::Payload,
    log::{Header, Kind},
    time::Timestamp,
};

use super::{
    BookError, Shelf,
    apply::{Author, Place},
    partner::{Partner, Share},
    put,
    record::EventRecord,
    shelf::decode,
};
use crate::{
    domain::{
        event::Event,
        order::{Position, Stamp},
    },
    store::{Draft, LogNo, StoreError, View},
};

/// The key of one entry behind the key of what it belongs to. Each entry has a value of its own: a case, an agreement book or a
/// quarter can have any number of entries, and none costs more than the one before.
pub(super) fn event_key(owner: &[u8], log: LogNo, sequence: u64) -> Vec<u8> {
    [owner, &log.0.to_be_bytes(), &sequence.to_be_bytes()].concat()
}

/// Keeps an entry with what it belongs to.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    view: View,
    owner: &[u8],
    event: &EventRecord,
) -> Result<(), StoreError> {
    put(
        draft,
        view,
        &event_key(owner, LogNo(event.log), event.sequence),
        event,
    )
}

/// Every entry kept under a key, in the order of the correspondence.
pub(super) fn kept(
    shelf: &impl Shelf,
    partner: Option<&Partner>,
    view: View,
    owner: &[u8],
) -> Result<Vec<EventRecord>, BookError> {
    let mut events = shelf
        .scan(view, owner)?
        .into_iter()
        .map(|(_, bytes)| decode(bytes, "event"))
        .collect::<Result<Vec<EventRecord>, _>>()?;
    sort(partner, &mut events);
    Ok(events)
}

/// What an author had seen comes before what it wrote then.
pub(super) fn sort(partner: Option<&Partner>, events: &mut [EventRecord]) {
    let base = |log| {
        partner
            .and_then(|partner| partner.share(log))
            .map_or(0, |share| share.base)
    };
    events.sort_by_key(|event| {
        let sequence = base(event.log).saturating_add(event.sequence);
        (sequence.saturating_add(event.seen), event.log, sequence)
    });
}

impl EventRecord {
    /// Keeps an entry.
    pub(super) fn new(
        place: &Place,
        header: &Header,
        payload: Option<&Payload>,
        refused: bool,
    ) -> Self {
        Self {
            log: place.log.0,
            sequence: header.sequence,
            seen: header.seen,
            time_ms: header.time.millis(),
            kind: header.kind.code(),
            payload: payload.map(|payload| payload.encode().into()),
            refused,
            agreement: header
                .agreement
                .map(hongyan_proto::id::AgreementHash::to_field)
                .unwrap_or_default(),
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

/// An event for the rules; none when the reader refused it, or when a new epoch left it behind, so that both sides leave it out.
pub fn event(
    partner: Option<&Partner>,
    own: hongyan_proto::id::KeyId,
    record: &EventRecord,
) -> Result<Option<Event>, BookError> {
    if record.refused {
        return Ok(None);
    }
    let time = Timestamp::from_millis(record.time_ms);
    let payload = record.content()?;
    let share = match partner {
        None => Share {
            author: Author::Own,
            base: 0,
            end: None,
        },
        Some(partner) => partner.share(record.log).ok_or(BookError::View("event"))?,
    };
    if !share.stands(record.sequence) {
        return Ok(None);
    }
    let Share { author, base, .. } = share;
    let key = match (author, partner) {
        (Author::Partner, Some(partner)) => partner.key_id,
        _ => own,
    };
    let stamp = Stamp {
        sequence: base + record.sequence,
        seen: record.seen,
    };
    Ok(Some(Event {
        position: Position::new(key, stamp),
        base,
        time,
        kind: record.kind()?,
        payload,
        local: partner.is_none(),
    }))
}
