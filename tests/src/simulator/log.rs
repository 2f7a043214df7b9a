//! A log in memory: what a store would hold durably.

use std::convert::Infallible;

use hongyan_node::{
    domain::{event::Event, order::Stamp},
    sync::cut,
};
use hongyan_proto::{
    id::{CaseId, Hash, LogOrigin},
    identity::{IdentityKey, PublicKey},
    letter::Payload,
    log::{Entry, Follow, Frame, NewHeader, SignedCheckpoint, Tree, VerifiedFrame, body, proof},
    time::Timestamp,
};
use tlog_tiles::HashReader;

/// One log, its tree and the last checkpoint that came with it.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) origin: LogOrigin,
    pub(super) author: PublicKey,
    pub(super) entries: Vec<Entry>,
    /// The entries as the rules read them, each with its case.
    pub(super) events: Vec<(CaseId, Event)>,
    /// Their leaves, hashed once: a schedule asks for many trees.
    leaves: Vec<Hash>,
    pub(super) tree: Tree,
    pub(super) note: Option<SignedCheckpoint>,
}

impl Log {
    pub(super) fn new(origin: LogOrigin, author: PublicKey) -> Self {
        Self {
            origin,
            author,
            entries: Vec::new(),
            events: Vec::new(),
            leaves: Vec::new(),
            tree: Tree::new(),
            note: None,
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn append(
        &mut self,
        case_id: CaseId,
        seen: u64,
        time: Timestamp,
        payload: &Payload,
        salt: [u8; 16],
    ) {
        let body = body::seal(salt, &payload.encode());
        let header = NewHeader {
            log_id: self.origin.log_id(),
            sequence: self.size(),
            seen,
            time,
            kind: payload.kind(),
            case_id: Some(case_id),
            agreement: None,
            body_hash: body::body_hash(&body),
        };
        let entry = Entry::join(header.encode(), body)
            .expect("a body fits the header that was made for it");
        self.read(&entry);
        self.tree.append(self.leaves[self.leaves.len() - 1]);
        self.entries.push(entry);
    }

    fn read(&mut self, entry: &Entry) {
        let header = entry.header();
        self.leaves.push(header.leaf_hash());
        let payload = entry
            .payload()
            .and_then(|bytes| Payload::decode(header.kind, &bytes).ok());
        let (Some(case), Some(payload)) = (header.case_id, payload) else {
            return;
        };
        let stamp = Stamp {
            sequence: header.sequence,
            seen: header.seen,
        };
        let author = self.origin.author;
        let event = Event::exchanged(author, stamp, 0, header.time, payload);
        self.events.push((case, event));
    }

    /// Stores a frame; one that is already held in part changes nothing twice.
    pub(super) fn extend(&mut self, frame: &VerifiedFrame) {
        if frame.first() == self.size() {
            for entry in frame.entries() {
                self.read(entry);
            }
            self.entries.extend_from_slice(frame.entries());
            self.tree = frame.tree().clone();
            self.note =
                (frame.checkpoint().size() == self.size()).then(|| frame.checkpoint().clone());
        }
    }

    pub(super) fn follow(&self, seen_limit: u64) -> Follow {
        Follow {
            origin: self.origin,
            signers: self.author.into(),
            tree: self.tree.clone(),
            last_seen: self.entries.last().map_or(0, |entry| entry.header().seen),
            seen_limit,
        }
    }

    pub(super) fn tree_at(&self, size: u64) -> Option<Tree> {
        let mut tree = Tree::new();
        for leaf in self.leaves.get(..usize::try_from(size).ok()?)? {
            tree.append(*leaf);
        }
        Some(tree)
    }

    /// The next frame from `from`: signed when `key` is the author's, else closed by the note that is held.
    pub(super) fn frame(&self, from: u64, key: Option<&IdentityKey>) -> Frame {
        let mut tree = self.tree_at(from).expect("a session reads what exists");
        let entries = self
            .entries
            .iter()
            .skip(usize::try_from(from).unwrap_or(usize::MAX));
        // Short frames, so that schedules can fall between them.
        let entries = entries.take(3).cloned().map(Ok::<_, Infallible>);
        let frame = cut(self.origin.log_id(), &mut tree, entries, |end| {
            Ok(self.close(end, key))
        });
        frame
            .expect("memory does not fail")
            .expect("a session reads what exists")
    }

    fn close(&self, end: &Tree, key: Option<&IdentityKey>) -> (SignedCheckpoint, Vec<Hash>) {
        match (key, &self.note) {
            (Some(key), _) => (self.sign(key, end), Vec::new()),
            (None, Some(note)) => {
                let proof = proof::prove_consistency(self, note.size(), end.size());
                (note.clone(), proof.expect("the tree is in memory"))
            }
            (None, None) => panic!("a mirror with entries has the note they came with"),
        }
    }

    pub(super) fn sign(&self, key: &IdentityKey, tree: &Tree) -> SignedCheckpoint {
        SignedCheckpoint::sign(key, &self.origin, tree.size(), tree.root())
            .expect("an origin is a valid note name")
    }
}

impl HashReader for Log {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes
            .iter()
            .map(|index| {
                let (level, number) = tlog_tiles::split_stored_hash_index(*index);
                let width = 1_usize << level;
                let start = usize::try_from(number).unwrap_or(usize::MAX) * width;
                let mut tree = Tree::new();
                self.leaves[start..start + width]
                    .iter()
                    .for_each(|leaf| tree.append(*leaf));
                tree.root().into()
            })
            .collect())
    }
}
