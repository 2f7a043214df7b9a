//! How much was written that no sync has covered yet, and how much that may be.
//!
//! sled takes a segment for new writes as soon as all that lay in it was written elsewhere, whether that copy is on the disk or not. A power
//! cut in between leaves neither the old copy nor the new one, and a database that does not open. The segment that holds the new copies must be full
//! before sled counts them, and then another one must be, before the old segment is written over. So as long as less than one segment is
//! unsynced, every copy is on the disk before what it replaces is gone.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Write;

/// What sled writes for a change besides its key and value, in bytes, and its share of a page that is written anew.
const FRAME: usize = 64;

/// Counts bytes of changes; sled's own bookkeeping comes on top, for which a third of a segment is left.
#[derive(Debug)]
pub(super) struct Unsynced {
    written: AtomicU64,
    synced: AtomicU64,
    most: u64,
}

impl Unsynced {
    pub(super) fn new(segment: usize) -> Self {
        Self {
            written: AtomicU64::new(0),
            synced: AtomicU64::new(0),
            most: segment as u64 / 3 * 2,
        }
    }

    /// Bytes that may be unsynced.
    pub(super) const fn most(&self) -> u64 {
        self.most
    }

    /// May so many more bytes be written before the next sync?
    pub(super) fn has_room(&self, bytes: u64) -> bool {
        self.bytes() + bytes <= self.most
    }

    /// Bytes that are unsynced.
    pub(super) fn bytes(&self) -> u64 {
        let synced = self.synced.load(Ordering::SeqCst);
        self.written.load(Ordering::SeqCst).saturating_sub(synced)
    }

    /// So many bytes were written. Told afterwards: a sync that began before may have missed a part of them.
    pub(super) fn add(&self, bytes: u64) {
        self.written.fetch_add(bytes, Ordering::SeqCst);
    }

    /// What a sync that begins now will cover.
    pub(super) fn mark(&self) -> u64 {
        self.written.load(Ordering::SeqCst)
    }

    /// The sync that began at the mark is done.
    pub(super) fn synced(&self, mark: u64) {
        self.synced.fetch_max(mark, Ordering::SeqCst);
    }
}

/// What a change of so long a key and value takes.
pub(in crate::store) const fn bytes_of(key: usize, value: usize) -> u64 {
    (key + value + FRAME) as u64
}

/// The same of a change.
pub(super) fn bytes_of_write(write: &Write) -> u64 {
    bytes_of(write.key.len(), write.value.as_ref().map_or(0, Vec::len))
}
