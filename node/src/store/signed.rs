//! Is what a log's record says was signed, and by whom, what the log itself says?

use hongyan_proto::log::{Change, Signers};

use super::{damage::Harm, error::StoreError, hashes::tree_at, log::LogRecord, overlay::Sight};

/// The record says of the author's keys what the log's own entries say, and each note at a rotation is of this log's history.
pub(super) fn check_signers(
    sight: Sight<'_>,
    record: &LogRecord,
    found: &Signers,
) -> Result<(), StoreError> {
    if *found != record.signers {
        let known = record.signers.changes().iter();
        let first = known.zip(found.changes()).find(|(one, other)| one != other);
        let sequence = first.map_or(0, |(Change { size, .. }, _)| size.saturating_sub(1));
        return Err(record.bad_entry(sequence, "换钥记录不符 the record of its keys differs"));
    }
    for turn in &record.turns {
        if tree_at(sight, record, turn.size())?.root() != turn.root() {
            return Err(record.damage(Harm::Checkpoint { size: turn.size() }).into());
        }
    }
    Ok(())
}

/// The signature itself was checked when the record was read; here its root is compared.
pub(super) fn check_signed(
    sight: Sight<'_>,
    record: &LogRecord,
) -> Result<Option<u64>, StoreError> {
    let Some(checkpoint) = &record.checkpoint else {
        return Ok(None);
    };
    let size = checkpoint.size();
    if size > record.size() {
        // Signed for more than has arrived: the frame's consistency proof stood for it on arrival.
        return Ok(Some(record.size()));
    }
    if tree_at(sight, record, size)?.root() != checkpoint.root() {
        return Err(record.damage(Harm::Checkpoint { size }).into());
    }
    Ok(Some(size))
}
