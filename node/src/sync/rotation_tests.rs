//! Logs whose author replaced its key, whatever their reader holds already.

#![allow(clippy::unwrap_used)]

use hongyan_proto::{
    id::{Epoch, LogOrigin},
    identity::{IdentityKey, KeyRotation},
    letter::{EpochAccepted, KeyRotated, Payload},
    log::{
        Entry, Follow, Frame, FrameError, NewHeader, SignedCheckpoint, Signers, Tree, body, proof,
    },
    time::Timestamp,
};
use proptest::prelude::*;
use tlog_tiles::{Hash as TileHash, HashReader};

use super::cut;

fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed([seed; 32])
}

/// A log in memory, with what its author's store keeps of it.
struct Log {
    origin: LogOrigin,
    entries: Vec<Entry>,
    signers: Signers,
    turns: Vec<SignedCheckpoint>,
}

impl Log {
    /// So many letters between two rotations; after the last one none.
    fn new(letters: &[u64]) -> Self {
        let origin = LogOrigin {
            author: key(1).public().key_id(),
            audience: key(99).public().key_id(),
            epoch: Epoch::from_bytes([7; 16]),
        };
        let mut log = Self {
            origin,
            entries: Vec::new(),
            signers: key(1).public().into(),
            turns: Vec::new(),
        };
        for (seed, letters) in (1_u8..).zip(letters) {
            if seed > 1 {
                log.rotate(seed - 1);
            }
            for _ in 0..*letters {
                log.append(&letter());
            }
        }
        log
    }

    fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    fn append(&mut self, payload: &Payload) {
        let body = body::seal([3; 16], &payload.encode());
        let header = NewHeader {
            log_id: self.origin.log_id(),
            sequence: self.size(),
            seen: 0,
            time: Timestamp::from_millis(1_790_000_000_000),
            kind: payload.kind(),
            case_id: None,
            agreement: None,
            body_hash: body::body_hash(&body),
        };
        let entry = Entry::join(header.encode(), body).unwrap();
        self.signers.follow(&entry).unwrap();
        self.entries.push(entry);
    }

    fn rotate(&mut self, from: u8) {
        let until = Timestamp::from_millis(1_800_000_000_000);
        let rotation = KeyRotation::sign(&key(from), &key(from + 1), until).unwrap();
        self.append(&KeyRotated::from(&rotation).into());
        let turn = self.sign(from, self.size());
        self.turns.push(turn);
    }

    fn tree(&self, size: u64) -> Tree {
        let mut tree = Tree::new();
        for entry in &self.entries[..usize::try_from(size).unwrap()] {
            tree.append(entry.header().leaf_hash());
        }
        tree
    }

    fn sign(&self, seed: u8, size: u64) -> SignedCheckpoint {
        let root = self.tree(size).root();
        SignedCheckpoint::sign(&key(seed), &self.origin, size, root).unwrap()
    }

    /// What a reader that holds so much of it knows.
    fn follow(&self, held: u64) -> Follow {
        let mut signers = Signers::from(key(1).public());
        for entry in &self.entries[..usize::try_from(held).unwrap()] {
            signers.follow(entry).unwrap();
        }
        Follow {
            origin: self.origin,
            signers,
            tree: self.tree(held),
            last_seen: 0,
            seen_limit: 0,
        }
    }

    /// The next frame of at most `most` entries, closed as the author's store closes it, or at its end by `signer`.
    fn frame(&self, from: u64, most: usize, signer: Option<u8>) -> Frame {
        let first = usize::try_from(from).unwrap();
        let entries = self.entries[first..].iter().take(most).cloned();
        let last = u8::try_from(self.turns.len()).unwrap() + 1;
        cut(
            self.origin.log_id(),
            &mut self.tree(from),
            entries.map(Ok::<_, ()>),
            |tree| {
                let end = tree.size();
                if let Some(seed) = signer {
                    return Ok((self.sign(seed, end), Vec::new()));
                }
                match self.turns.iter().find(|turn| end <= turn.size()) {
                    Some(turn) => {
                        let proof = proof::prove_consistency(self, turn.size(), end);
                        Ok((turn.clone(), proof.unwrap()))
                    }
                    None => Ok((self.sign(last, end), Vec::new())),
                }
            },
        )
        .unwrap()
        .unwrap()
    }
}

impl HashReader for Log {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<TileHash>, tlog_tiles::Error> {
        let hash = |index: &u64| {
            let (level, number) = tlog_tiles::split_stored_hash_index(*index);
            let width = 1_usize << level;
            let start = usize::try_from(number).unwrap_or(usize::MAX) * width;
            let mut tree = Tree::new();
            for entry in &self.entries[start..start + width] {
                tree.append(entry.header().leaf_hash());
            }
            tree.root().into()
        };
        Ok(indexes.iter().map(hash).collect())
    }
}

fn letter() -> Payload {
    EpochAccepted {
        old_log_id: hongyan_proto::id::LogId::from_bytes([1; 32]),
        new_log_id: hongyan_proto::id::LogId::from_bytes([2; 32]),
        base: 0,
        held: 0,
    }
    .into()
}

proptest! {
    /// Wherever the reader stands and however the frames are cut, it comes to the author's end, and knows the author's key.
    #[test]
    fn a_reader_follows_from_anywhere(
        letters in prop::collection::vec(0_u64..6, 1..6), held: prop::sample::Index, most in 1_usize..9,
    ) {
        let log = Log::new(&letters);
        let mut follow = log.follow(held.index(log.entries.len() + 1) as u64);
        while follow.tree.size() < log.size() {
            let frame = log.frame(follow.tree.size(), most, None);
            let verified = follow.verify(frame).unwrap();
            follow.advance(&verified);
        }
        prop_assert_eq!(follow.tree.root(), log.tree(log.size()).root());
        prop_assert_eq!(&follow.signers, &log.signers);
    }

    /// A frame that ends somewhere is good under the key of that place, and under no other.
    #[test]
    fn no_other_key_closes_a_frame(
        letters in prop::collection::vec(1_u64..6, 2..6), at: prop::sample::Index, most in 1_usize..9, seed in 1_u8..7,
    ) {
        let log = Log::new(&letters);
        let from = at.index(log.entries.len()) as u64;
        let frame = log.frame(from, most, Some(seed));
        let right = *log.signers.at(frame.end()) == key(seed).public();
        let verified = log.follow(from).verify(frame);
        prop_assert_eq!(verified.is_ok(), right);
        if let Err(error) = verified {
            prop_assert!(matches!(error, FrameError::Checkpoint(_)), "{}", error);
        }
    }
}
