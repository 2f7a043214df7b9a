//! Who may sign a log's checkpoints, from which size on. A log's identity is fixed by the keys of the day it was made; what a
//! rotation changes is whose signature the later sizes need.

use bytes::Bytes;

use super::{CheckpointError, Entry, Kind, SignedCheckpoint};
use crate::{
    identity::{KeyRotation, PublicKey, RotationError, Succession},
    letter::Payload,
};

/// A rotation and where it stands in the log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// Entries with the rotation's own: the last size that the old key signs.
    pub size: u64,
    /// The statement.
    pub rotation: KeyRotation,
}

/// The keys of a log's author, each with the sizes it signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signers {
    first: PublicKey,
    changes: Vec<Change>,
}

impl From<PublicKey> for Signers {
    fn from(first: PublicKey) -> Self {
        Self {
            first,
            changes: Vec::new(),
        }
    }
}

impl Signers {
    /// The key with which the log began; the log's origin names it.
    pub fn first(&self) -> &PublicKey {
        &self.first
    }

    /// Every rotation, oldest first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The key that signs what is written next.
    pub fn current(&self) -> &PublicKey {
        self.changes
            .last()
            .map_or(&self.first, |change| &change.rotation.new_key)
    }

    /// The key that signs a checkpoint of this size.
    pub fn at(&self, size: u64) -> &PublicKey {
        let later = self.changes.iter().find(|change| size <= change.size);
        later.map_or_else(|| self.current(), |change| &change.rotation.old_key)
    }

    /// Every key, the first one first.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        let later = self.changes.iter().map(|change| &change.rotation.new_key);
        std::iter::once(&self.first).chain(later)
    }

    /// The rotations without their places.
    pub fn rotations(&self) -> Vec<KeyRotation> {
        let rotations = self.changes.iter().map(|change| change.rotation.clone());
        rotations.collect()
    }

    /// The log has `size` entries now, the last of which is this rotation.
    pub fn push(&mut self, size: u64, rotation: KeyRotation) -> Result<(), RotationError> {
        let behind = self.changes.last().is_none_or(|last| last.size < size);
        if rotation.old_key != *self.current() || !behind {
            return Err(RotationError::OtherKey);
        }
        if self.keys().any(|key| *key == rotation.new_key) {
            return Err(RotationError::Reused);
        }
        self.changes.push(Change { size, rotation });
        Ok(())
    }

    /// The same from an entry; entries of other kinds change nothing. True when it was a rotation.
    pub fn follow(&mut self, entry: &Entry) -> Result<bool, RotationError> {
        let header = entry.header();
        if header.kind != Kind::KeyRotated {
            return Ok(false);
        }
        // Without its body nobody could tell who signs what follows: a rotation's body is never erased.
        let payload = entry.payload().ok_or(RotationError::Malformed)?;
        let Ok(Payload::KeyRotated(rotated)) = Payload::decode(header.kind, &payload) else {
            return Err(RotationError::Malformed);
        };
        self.push(header.sequence.saturating_add(1), rotated.statement()?)?;
        Ok(true)
    }

    /// Reads a note of this log and checks that the right key signed it. `held`: how much of the log these signers are known for. A
    /// note of more may be signed by a key of which the log's later entries will tell; `shown` is what its author said of that.
    pub fn verify(
        &self,
        note: &Bytes,
        held: u64,
        shown: &Succession,
    ) -> Result<SignedCheckpoint, CheckpointError> {
        SignedCheckpoint::verify_by(note, |_, size| {
            if size <= held {
                return vec![*self.at(size)];
            }
            let current = self.current();
            let later = shown.after(current).iter().map(|one| one.new_key);
            std::iter::once(*current).chain(later).collect()
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
