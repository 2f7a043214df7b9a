//! Views that keep entries of the local log whole, to be read together in the order they were written.

use hongyan_proto::{
    letter::Payload,
    log::{Header, Kind},
};

use super::{BookError, Shelf};
use crate::store::{Draft, View};

/// Keeps an entry under a place of the view, then its place in the log, then its kind: enough to read the value again.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    view: View,
    place: &[u8],
    (header, payload): (&Header, &Payload),
) -> Result<(), BookError> {
    // Kinds of these views are below 256.
    let kind = u8::try_from(header.kind.code()).unwrap_or_default();
    let key = [place, &header.sequence.to_be_bytes(), &[kind]].concat();
    Ok(draft.put_view(view, &key, payload.encode())?)
}

/// The key under which the entry at a place of the log is kept.
pub(super) fn find(
    shelf: &impl Shelf,
    view: View,
    sequence: u64,
) -> Result<Option<Vec<u8>>, BookError> {
    let at = sequence.to_be_bytes();
    let is = |key: &[u8]| {
        let (_, rest) = key.split_last().unwrap_or((&0, &[]));
        rest.ends_with(&at)
    };
    let mut all = shelf.scan(view, &[])?.into_iter();
    Ok(all.find(|(key, _)| is(key)).map(|(key, _)| key))
}

/// All of a view, in the order of the log, each with its place there; `event` knows which payloads belong there.
pub(super) fn in_order<E>(
    shelf: &impl Shelf,
    (view, name): (View, &'static str),
    event: impl Fn(Payload) -> Option<E>,
) -> Result<impl Iterator<Item = (u64, E)>, BookError> {
    let wrong = || BookError::View(name);
    let mut events = Vec::new();
    for (key, bytes) in shelf.scan(view, &[])? {
        let (kind, rest) = key.split_last().ok_or_else(wrong)?;
        let (_, sequence) = rest.split_last_chunk::<8>().ok_or_else(wrong)?;
        let kind = Kind::try_from(i32::from(*kind)).map_err(|_| wrong())?;
        let payload = Payload::decode(kind, &bytes).ok();
        let event = payload.and_then(&event).ok_or_else(wrong)?;
        events.push((u64::from_be_bytes(*sequence), event));
    }
    events.sort_by_key(|(sequence, _)| *sequence);
    Ok(events.into_iter())
}
