//! Reads frames to send out of the store. Each frame is one read that begins where the last one ended: the log's tree is kept
//! at that place, so a transfer costs one hash per entry whatever the log's length.

use bytes::Bytes;
use hongyan_proto::{
    id::{Hash, LogId},
    identity::Keyring,
    log::{
        Frame, Header, Kind, SignedCheckpoint, TILE_LEVEL, Tree,
        limits::{MAX_FRAME_BYTES, MAX_FRAME_ENTRIES},
        proof,
    },
    message::{Stop, StopReason},
};

use crate::{
    store::{BUNDLE_ENTRIES, LogNo, LogRecord, Store},
    sync::cut,
};

/// Where the next frame begins.
pub(super) struct Feed {
    store: Store,
    keys: Keyring,
    own: LogNo,
    mirror: LogNo,
    place: Option<(LogNo, Tree)>,
}

/// What was read.
pub(super) struct Read {
    pub(super) frame: Frame,
    /// Something in it is to be answered by a receipt.
    pub(super) wants_receipt: bool,
}

fn store(error: impl ToString) -> Stop {
    Stop::new(StopReason::Store, error)
}

impl Feed {
    pub(super) fn new(store: Store, keys: Keyring, own: LogNo, mirror: LogNo) -> Self {
        let place = None;
        Self {
            store,
            keys,
            own,
            mirror,
            place,
        }
    }

    /// The next frame of a log of this correspondence.
    pub(super) fn read(&mut self, log_id: LogId, from: u64, until: u64) -> Result<Read, Stop> {
        let numbers = [self.own, self.mirror];
        let logs = numbers.iter().filter_map(|no| self.store.log(*no));
        let record = logs.into_iter().find(|record| record.log_id() == log_id);
        let record = record.ok_or_else(|| store("no such log"))?;
        let mut tree = match self.place.take() {
            Some((no, tree)) if no == record.no && tree.size() == from => tree,
            _ => self.store.tree_at(record.no, from).map_err(store)?,
        };
        let frame = self.frame(&record, &mut tree, until)?;
        self.place = Some((record.no, tree));
        let mut headers = frame
            .entries
            .iter()
            .map(|entry| Header::parse(entry.header.clone()));
        let wants_receipt = record.own
            && headers.any(|header| header.is_ok_and(|header| header.kind != Kind::Receipt));
        Ok(Read {
            frame,
            wants_receipt,
        })
    }

    fn frame(&self, record: &LogRecord, tree: &mut Tree, until: u64) -> Result<Frame, Stop> {
        let (log_id, from) = (record.log_id(), tree.size());
        if let Some(bundles) = self.whole(record, tree, until)? {
            let (note, proof) = self.close(record, tree)?;
            return Ok(Frame::from_bytes(log_id, from, bundles, &note, proof));
        }
        // Up to a bundle's end, when a whole one follows: from there on they go as they lie.
        let boundary = from.next_multiple_of(BUNDLE_ENTRIES);
        let until = match until.checked_sub(boundary) {
            Some(rest) if rest >= BUNDLE_ENTRIES && boundary > from => boundary,
            _ => until,
        };
        let entries = self.store.entries(record.no, from..until).map_err(store)?;
        let entries = entries.map(|entry| entry.map_err(store));
        let frame = cut(log_id, tree, entries, |tree| self.close(record, tree))?;
        frame.ok_or_else(|| store("nothing to read"))
    }

    /// The note for a frame that ends here, and the proof from here when it covers more.
    fn close(
        &self,
        record: &LogRecord,
        tree: &Tree,
    ) -> Result<(SignedCheckpoint, Vec<Hash>), Stop> {
        // What came before a rotation only the note made at it can vouch for; for a partner's log, only the partner's own notes.
        let Some(note) = record.closing(tree.size()) else {
            if !record.own {
                return Err(store("the mirror has no checkpoint"));
            }
            let note = record.sign(&self.keys, tree.size(), tree.root());
            return Ok((note.map_err(store)?, Vec::new()));
        };
        let proof = self.prove(record.no, note.size(), tree.size())?;
        Ok((note.clone(), proof))
    }

    /// Full bundles that begin where `tree` ends, as they lie: in a long transfer their roots are known, and their bytes need
    /// not be looked at, because the receiver does. None when there is none to be taken whole; `tree` is moved on otherwise.
    fn whole(
        &self,
        record: &LogRecord,
        tree: &mut Tree,
        until: u64,
    ) -> Result<Option<Vec<(Bytes, Bytes)>>, Stop> {
        let (mut taken, mut bytes) = (Vec::new(), 0);
        let mut turns = record.signers.changes().iter();
        // A rotation ends its frame, so that bundles with one in them are cut entry by entry.
        let turn = turns.find(|change| change.size > tree.size());
        let until = turn.map_or(until, |turn| until.min(turn.size - 1));
        while tree.size().is_multiple_of(BUNDLE_ENTRIES)
            && tree.size() + BUNDLE_ENTRIES <= until
            && taken.len() as u64 + BUNDLE_ENTRIES <= MAX_FRAME_ENTRIES as u64
        {
            let bundle = self.store.bundle(record.no, tree.size() / BUNDLE_ENTRIES);
            let (entries, root) = bundle.map_err(store)?;
            bytes += entries
                .iter()
                .map(|(header, body)| header.len() + body.len())
                .sum::<usize>();
            if bytes > MAX_FRAME_BYTES {
                break;
            }
            taken.extend(entries);
            tree.append_subtree(root, TILE_LEVEL);
        }
        Ok(Some(taken).filter(|taken| !taken.is_empty()))
    }

    fn prove(&self, no: LogNo, size: u64, older: u64) -> Result<Vec<Hash>, Stop> {
        let reader = self.store.hash_reader(no).map_err(store)?;
        proof::prove_consistency(&reader, size, older).map_err(store)
    }
}
