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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        id::{Epoch, Hash, LogOrigin},
        identity::IdentityKey,
        time::Timestamp,
    };

    fn key(seed: u8) -> IdentityKey {
        IdentityKey::from_seed([seed; 32])
    }

    fn step(from: u8, to: u8) -> KeyRotation {
        KeyRotation::sign(&key(from), &key(to), Timestamp::from_millis(1)).unwrap()
    }

    fn note(seed: u8, size: u64) -> Bytes {
        let origin = LogOrigin {
            author: key(1).public().key_id(),
            audience: key(99).public().key_id(),
            epoch: Epoch::from_bytes([7; 16]),
        };
        let root = Hash::from_bytes([5; 32]);
        let signed = SignedCheckpoint::sign(&key(seed), &origin, size, root);
        signed.unwrap().note().clone()
    }

    /// Signers of a log that began with key 1 and went on to 2, 3, … after these sizes.
    fn chain(sizes: &[u64]) -> Signers {
        let mut signers = Signers::from(key(1).public());
        for (number, size) in (1_u8..).zip(sizes) {
            signers.push(*size, step(number, number + 1)).unwrap();
        }
        signers
    }

    #[test]
    fn a_rotation_of_another_key_or_an_old_one_is_refused() {
        let mut signers = chain(&[4]);
        let mut refused = |size, rotation| signers.push(size, rotation).unwrap_err();
        assert_eq!(refused(9, step(3, 4)), RotationError::OtherKey);
        assert_eq!(refused(9, step(1, 2)), RotationError::OtherKey);
        assert_eq!(refused(9, step(2, 1)), RotationError::Reused);
        assert_eq!(refused(4, step(2, 3)), RotationError::OtherKey);
        assert_eq!(signers, chain(&[4]));
    }

    #[test]
    fn what_is_not_held_yet_may_be_signed_by_a_key_that_was_shown() {
        let signers = chain(&[]);
        let shown = Succession::new(vec![step(1, 2), step(2, 3)]).unwrap();
        assert!(signers.verify(&note(3, 9), 5, &shown).is_ok());
        assert!(signers.verify(&note(3, 9), 5, &Succession::NONE).is_err());
        assert!(signers.verify(&note(3, 5), 5, &shown).is_err());
        let other = Succession::new(vec![step(4, 3)]).unwrap();
        assert!(signers.verify(&note(3, 9), 5, &other).is_err());
    }

    proptest! {
        /// Whatever the row of rotations: each size has exactly one key, and the change lies behind the rotation's own entry.
        #[test]
        fn each_size_has_one_key(
            steps in prop::collection::vec(1_u64..5, 0..6), size in 0_u64..40, signer in 1_u8..8,
        ) {
            let sizes: Vec<u64> = steps.iter().scan(0, |sum, step| { *sum += step; Some(*sum) }).collect();
            let signers = chain(&sizes);
            let passed = sizes.iter().filter(|boundary| **boundary < size).count();
            let right = u8::try_from(passed).unwrap() + 1;
            prop_assert_eq!(*signers.at(size), key(right).public());
            let verified = signers.verify(&note(signer, size), 40, &Succession::NONE);
            prop_assert_eq!(verified.is_ok(), signer == right);
        }
    }
}
