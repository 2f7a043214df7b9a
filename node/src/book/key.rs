//! A partner's keys, one after the other: what its log says of them, and which logs they name.

use std::collections::BTreeSet;

use hongyan_proto::{id::KeyId, identity::PublicKey, letter::KeyRotated, time::Timestamp};

use super::{
    BookError, Shelf,
    partner::{Partner, partner, put_record, record},
    record::KeyChangeRecord,
};
use crate::store::{Draft, LogNo};

/// A partner's key took the place of another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyChange {
    /// The key that was given up.
    pub old_key: PublicKey,
    /// The key that replaced it.
    pub new_key: PublicKey,
    /// When, by the partner's clock.
    pub since: Timestamp,
    /// Until when the old one is still accepted.
    pub until: Timestamp,
}

/// The changes of a partner's key as they are kept.
pub(super) fn changes(pinned: PublicKey, records: &[KeyChangeRecord]) -> Option<Vec<KeyChange>> {
    let mut changes: Vec<KeyChange> = Vec::with_capacity(records.len());
    for record in records {
        changes.push(KeyChange {
            old_key: changes.last().map_or(pinned, |last| last.new_key),
            new_key: PublicKey::from_slice(&record.new_key).ok()?,
            since: Timestamp::from_millis(record.since_ms),
            until: Timestamp::from_millis(record.until_ms),
        });
    }
    Some(changes)
}

/// The fingerprints a partner has had, as the records of its logs tell: later logs are named by later keys.
pub(super) fn keys_of(shelf: &impl Shelf, pinned: KeyId) -> BTreeSet<KeyId> {
    let mut keys = BTreeSet::from([pinned]);
    for record in shelf.records() {
        if !record.own && keys.contains(&record.origin.author) {
            keys.extend(record.signers.keys().map(PublicKey::key_id));
        }
    }
    keys
}

/// The key under which this node is known in a correspondence; at home, the one it began with.
pub(super) fn own_name(shelf: &impl Shelf, partner: Option<&Partner>) -> Result<KeyId, BookError> {
    match partner {
        Some(partner) => Ok(partner.own.key_id()),
        None => Ok(shelf.record(LogNo::LOCAL)?.origin.author),
    }
}

/// The partner replaced its key: the log it stands in was signed by the old one up to here, so the statement is the partner's.
pub(super) fn rotated(
    draft: &mut Draft<'_>,
    key: KeyId,
    rotated: &KeyRotated,
    since: Timestamp,
) -> Result<(), BookError> {
    let partner = partner(draft, key)?;
    if *partner.signer.as_bytes() != rotated.old_key {
        // Known already from another log, or said by a log that began before.
        return Ok(());
    }
    let mut record = record(draft, key)?;
    record.rotations.push(KeyChangeRecord {
        new_key: rotated.new_key.to_vec().into(),
        until_ms: rotated.overlap_until_ms.millis(),
        since_ms: since.millis(),
    });
    put_record(draft, &record)
}
