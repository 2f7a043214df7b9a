//! Reads frames to send out of the store. Each frame is one read that begins where the last one ended: the log's tree is kept
//! at that place, so a transfer costs one hash per entry whatever the log's length.

use hongyan_proto::{
    id::{Hash, LogId},
    identity::Keyring,
    log::{Frame, Kind, Tree, proof},
    message::{Stop, StopReason},
};

use crate::{
    store::{LogNo, Store},
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
        let mut wants_receipt = false;
        let entries = self.store.entries(record.no, from..until).map_err(store)?;
        let entries = entries.map(|entry| {
            let entry = entry.map_err(store)?;
            wants_receipt |= entry.header().kind != Kind::Receipt;
            Ok(entry)
        });
        let frame = cut(log_id, &mut tree, entries, |tree| {
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
        })?;
        let frame = frame.ok_or_else(|| store("nothing to read"))?;
        self.place = Some((record.no, tree));
        Ok(Read {
            frame,
            wants_receipt: wants_receipt && record.own,
        })
    }

    fn prove(&self, no: LogNo, size: u64, older: u64) -> Result<Vec<Hash>, Stop> {
        let reader = self.store.hash_reader(no).map_err(store)?;
        proof::prove_consistency(&reader, size, older).map_err(store)
    }
}
