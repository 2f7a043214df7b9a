//! How an identity key became another: rotations in a row, each by the key that the one before had put in place.

use super::{
    key::PublicKey,
    rotation::{KeyRotation, RotationError},
};
use crate::pb::exchange::v1 as pb;

/// Rotations in a row that are shown and looked at. Whoever missed more is invited anew.
pub const MAX_ROTATIONS: usize = 8;

/// Rotations of one organization's key, oldest first, without a gap and without a way back. Mostly there are none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Succession(Vec<KeyRotation>);

impl Succession {
    /// The key was never replaced.
    pub const NONE: Self = Self(Vec::new());

    /// Checks that each statement continues the one before, that no key comes twice, and that there are not too many.
    pub fn new(rotations: Vec<KeyRotation>) -> Result<Self, RotationError> {
        if rotations.len() > MAX_ROTATIONS {
            return Err(RotationError::TooMany(rotations.len()));
        }
        for (at, rotation) in rotations.iter().enumerate() {
            let (before, _) = rotations.split_at(at);
            if before
                .last()
                .is_some_and(|last| last.new_key != rotation.old_key)
            {
                return Err(RotationError::OtherKey);
            }
            if before
                .iter()
                .any(|earlier| earlier.old_key == rotation.new_key)
            {
                return Err(RotationError::Reused);
            }
        }
        Ok(Self(rotations))
    }

    /// The newest of one's own rotations, as many as are shown.
    pub fn newest(rotations: &[KeyRotation]) -> Result<Self, RotationError> {
        let skipped = rotations.len().saturating_sub(MAX_ROTATIONS);
        Self::new(rotations.iter().skip(skipped).cloned().collect())
    }

    /// Reads statements that travelled; both signatures of each are checked.
    pub fn read(messages: &[pb::KeyRotated]) -> Result<Self, RotationError> {
        // Counted first: every statement costs two signatures.
        if messages.len() > MAX_ROTATIONS {
            return Err(RotationError::TooMany(messages.len()));
        }
        let rotations = messages.iter().map(KeyRotation::verify);
        Self::new(rotations.collect::<Result<_, _>>()?)
    }

    /// As they travel.
    pub fn to_messages(&self) -> Vec<pb::KeyRotated> {
        self.0.iter().map(KeyRotation::to_message).collect()
    }

    /// Oldest first.
    pub fn rotations(&self) -> &[KeyRotation] {
        &self.0
    }

    /// The keys that were valid before the present one, oldest first.
    pub fn keys_before(&self) -> impl Iterator<Item = PublicKey> + '_ {
        self.0.iter().map(|rotation| rotation.old_key)
    }

    /// The rotations that follow when this key was valid, oldest first. Empty when it is the last one, or not among them.
    pub fn after(&self, key: &PublicKey) -> &[KeyRotation] {
        let at = self.0.iter().position(|one| one.old_key == *key);
        at.and_then(|at| self.0.get(at..)).unwrap_or_default()
    }

    /// The key that is valid now; none when it was never replaced.
    pub fn last(&self) -> Option<PublicKey> {
        self.0.last().map(|rotation| rotation.new_key)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{identity::IdentityKey, time::Timestamp};

    fn step(from: u8, to: u8) -> KeyRotation {
        let key = |seed| IdentityKey::from_seed([seed; 32]);
        KeyRotation::sign(&key(from), &key(to), Timestamp::from_millis(7)).unwrap()
    }

    #[test]
    fn a_row_is_followed_from_any_key_in_it() {
        let row = Succession::new(vec![step(1, 2), step(2, 3)]).unwrap();
        assert_eq!(Succession::read(&row.to_messages()), Ok(row.clone()));
        assert_eq!(row.after(&step(1, 9).old_key).len(), 2);
        assert_eq!(row.after(&step(2, 9).old_key), [step(2, 3)]);
        assert!(row.after(&step(3, 9).old_key).is_empty());
        assert_eq!(row.last(), Some(step(9, 3).new_key));
    }

    #[test]
    fn gaps_circles_and_crowds_are_refused() {
        let refused = |rotations| Succession::new(rotations).unwrap_err();
        assert_eq!(
            refused(vec![step(1, 2), step(3, 4)]),
            RotationError::OtherKey
        );
        assert_eq!(refused(vec![step(1, 2), step(2, 1)]), RotationError::Reused);
        let many: Vec<_> = (1..=9).map(|key| step(key, key + 1)).collect();
        assert_eq!(refused(many.clone()), RotationError::TooMany(9));
        let newest = Succession::newest(&many).unwrap();
        assert_eq!(newest.rotations(), &many[1..]);
    }
}
