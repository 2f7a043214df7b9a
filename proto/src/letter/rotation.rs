//! The author replaces its identity key (更换密钥).

use super::record::record;
use crate::{
    identity::{KeyRotation, RotationError},
    time::Timestamp,
};

record! {
    /// Signed by the old key and by the new one.
    KeyRotated "key_rotated" {
        /// The new Ed25519 public key.
        new_key: [u8; 32] [],
        /// The new key's signature over the rotation statement.
        new_key_signature: [u8; 64] [],
        /// Until when the old key is still accepted.
        overlap_until_ms: Timestamp [],
        /// The key that is replaced.
        old_key: [u8; 32] [],
        /// The old key's signature over the same statement.
        old_key_signature: [u8; 64] [],
    }
}

impl KeyRotated {
    /// The statement in it, with both signatures checked.
    pub fn statement(&self) -> Result<KeyRotation, RotationError> {
        KeyRotation::check(
            &self.old_key,
            &self.new_key,
            self.overlap_until_ms,
            [&self.old_key_signature, &self.new_key_signature],
        )
    }
}

impl From<&KeyRotation> for KeyRotated {
    fn from(rotation: &KeyRotation) -> Self {
        let [old, new] = rotation.signatures();
        Self {
            new_key: *rotation.new_key.as_bytes(),
            new_key_signature: *new,
            overlap_until_ms: rotation.overlap_until,
            old_key: *rotation.old_key.as_bytes(),
            old_key_signature: *old,
        }
    }
}
