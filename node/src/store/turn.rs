//! The turns of a log in its record: where its author's key was replaced, by which statement, and the last note of each earlier key.

use bytes::{Buf as _, BufMut as _, Bytes};
use hongyan_proto::{
    identity::{KeyRotation, Succession},
    log::{SignedCheckpoint, Signers},
};

/// How many rotations; each with its size and its statement; how many notes; each with its length.
pub(super) fn encode(signers: &Signers, turns: &[SignedCheckpoint], bytes: &mut Vec<u8>) {
    let changes = signers.changes();
    // A log of 65,535 rotations is longer than any organization lives.
    bytes.put_u16(u16::try_from(changes.len()).unwrap_or(u16::MAX));
    for change in changes {
        bytes.put_u64(change.size);
        bytes.extend_from_slice(&change.rotation.to_bytes());
    }
    bytes.put_u16(u16::try_from(turns.len()).unwrap_or(u16::MAX));
    for turn in turns {
        // Notes are at most 2 KiB.
        bytes.put_u16(u16::try_from(turn.note().len()).unwrap_or(u16::MAX));
        bytes.extend_from_slice(turn.note());
    }
}

/// Reads what [`encode`] wrote and leaves the rest. Every statement and note is checked again.
pub(super) fn decode(rest: &mut Bytes, signers: &mut Signers) -> Option<Vec<SignedCheckpoint>> {
    for _ in 0..rest.try_get_u16().ok()? {
        let size = rest.try_get_u64().ok()?;
        let bytes = take(rest, KeyRotation::BYTES)?;
        let rotation = KeyRotation::from_bytes(bytes.as_ref().try_into().ok()?).ok()?;
        signers.push(size, rotation).ok()?;
    }
    let mut turns = Vec::new();
    for _ in 0..rest.try_get_u16().ok()? {
        let length = usize::from(rest.try_get_u16().ok()?);
        let note = take(rest, length)?;
        turns.push(signers.verify(&note, u64::MAX, &Succession::NONE).ok()?);
    }
    Some(turns)
}

fn take(rest: &mut Bytes, length: usize) -> Option<Bytes> {
    (length <= rest.len()).then(|| rest.split_to(length))
}
