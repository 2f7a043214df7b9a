//! What a partner's newest letter said of its own log. Letters come late and out of order: an older one is no news.

use hongyan_proto::id::KeyId;

use crate::{
    book::BookError,
    store::{Draft, Store, View},
};

fn key_of(partner: KeyId) -> Vec<u8> {
    [&b"letter/"[..], partner.as_bytes()].concat()
}

fn decode(bytes: &[u8]) -> Option<(i64, u64)> {
    let (time, rest) = bytes.split_first_chunk()?;
    Some((
        i64::from_be_bytes(*time),
        u64::from_be_bytes(rest.try_into().ok()?),
    ))
}

/// Keeps when a letter was written, by its author's clock, and how long the author's own log was. False: a newer one came before.
pub(super) fn note(
    draft: &mut Draft<'_>,
    partner: KeyId,
    (time, size): (i64, u64),
) -> Result<bool, BookError> {
    let key = key_of(partner);
    let known = draft
        .view(View::Index, &key)?
        .and_then(|bytes| decode(&bytes));
    if known.is_some_and(|(known, _)| known > time) {
        return Ok(false);
    }
    let value = [time.to_be_bytes(), size.to_be_bytes()].concat();
    draft.put_view(View::Index, &key, value)?;
    Ok(true)
}

/// The size of the partner's own log in its newest letter.
pub(super) fn size(store: &Store, partner: KeyId) -> Result<Option<u64>, BookError> {
    let newest = store.view(View::Index, &key_of(partner))?;
    Ok(newest
        .and_then(|bytes| decode(&bytes))
        .map(|(_, size)| size))
}
