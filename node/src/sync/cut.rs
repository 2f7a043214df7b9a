//! Cuts a log into frames: as many entries as the limits allow, in order, closed by a checkpoint. A rotation of the author's key ends
//! its frame, because what follows is the new key's to sign.

use hongyan_proto::{
    id::{Hash, LogId},
    log::{
        Entry, Frame, Kind, SignedCheckpoint, Tree,
        limits::{MAX_FRAME_BYTES, MAX_FRAME_ENTRIES},
    },
};

/// Takes entries from `entries` until a frame is full. `tree` is the log's tree before the first of them and is moved on.
/// `close` gives the checkpoint for the tree the frame ends with, and the proof from there when it covers more.
///
/// The iterator may be read one entry further than the frame takes; begin the next frame at `tree.size()`.
pub fn cut<E>(
    log_id: LogId,
    tree: &mut Tree,
    entries: impl Iterator<Item = Result<Entry, E>>,
    close: impl FnOnce(&Tree) -> Result<(SignedCheckpoint, Vec<Hash>), E>,
) -> Result<Option<Frame>, E> {
    let first = tree.size();
    let mut taken = Vec::new();
    let mut bytes = 0;
    for entry in entries.take(MAX_FRAME_ENTRIES) {
        let entry = entry?;
        bytes += entry.len();
        if bytes > MAX_FRAME_BYTES && !taken.is_empty() {
            break;
        }
        let rotation = entry.header().kind == Kind::KeyRotated;
        tree.append(entry.header().leaf_hash());
        taken.push(entry);
        if rotation {
            break;
        }
    }
    if taken.is_empty() {
        return Ok(None);
    }
    let (checkpoint, consistency) = close(tree)?;
    Ok(Some(Frame::new(
        log_id,
        first,
        &taken,
        &checkpoint,
        consistency,
    )))
}
