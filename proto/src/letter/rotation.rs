//! The author replaces its identity key (更换密钥).

use super::record::record;
use crate::time::Timestamp;

record! {
    /// Signed by the old key (this log's checkpoints) and by the new one.
    KeyRotated "key_rotated" {
        /// The new Ed25519 public key.
        new_key: [u8; 32] [],
        /// The new key's signature over the rotation statement.
        new_key_signature: [u8; 64] [],
        /// Until when the old key is still accepted.
        overlap_until_ms: Timestamp [],
    }
}
