//! The statement with which an organization replaces its identity key.

use thiserror::Error;

use super::key::{BadSignature, IdentityKey, KeyError, PublicKey};
use crate::{pb::exchange::v1 as pb, time::Timestamp};

/// What both keys sign begins with this.
const DOMAIN: &[u8] = b"hongyan/key-rotation/v1\n";

/// A rotation that must not be followed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RotationError {
    /// A key cannot be used.
    #[error("密钥无效 the key is not usable: {0}")]
    Key(#[from] KeyError),
    /// One of the two keys' holders did not sign, or signed something else.
    #[error(
        "换钥声明的签名不符; 请用电话核对, 必要时重新邀请 one of the two keys did not sign this rotation; compare by telephone, and invite anew if needed: {0}"
    )]
    Signature(#[from] BadSignature),
    /// Nothing changes.
    #[error("新旧密钥相同; 无需轮换 the new key is the old one; nothing to rotate")]
    SameKey,
    /// Of another key than the one that is valid at that place: forged, or an earlier one said again.
    #[error(
        "换钥声明不是由当时有效的密钥所作; 请用电话核对 the rotation is not of the key valid then; compare by telephone"
    )]
    OtherKey,
    /// Back to a key that was given up.
    #[error(
        "换钥声明回到已停用的密钥; 请用电话核对 the rotation goes back to a key that was given up; compare by telephone"
    )]
    Reused,
    /// More in a row than are looked at.
    #[error("换钥声明过多: {0}; 请重新邀请 too many rotations in a row: {0}; invite anew")]
    TooMany(usize),
    /// No statement where one belongs.
    #[error(
        "换钥条目无法解读; 请对方检查程序 the rotation cannot be read; ask them to check their program"
    )]
    Malformed,
}

/// "From now on I am this key; the old one is accepted until then." Signed by both keys, so that it is good by itself: in a log's
/// entry, in a certificate, in a hello.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyRotation {
    /// The key that is given up.
    pub old_key: PublicKey,
    /// The key that replaces it.
    pub new_key: PublicKey,
    /// Until when the old key is still accepted.
    pub overlap_until: Timestamp,
    old_signature: [u8; 64],
    new_signature: [u8; 64],
}

fn signed_bytes(old: &PublicKey, new: &PublicKey, overlap_until: Timestamp) -> Vec<u8> {
    let mut bytes = DOMAIN.to_vec();
    bytes.extend_from_slice(old.as_bytes());
    bytes.extend_from_slice(new.as_bytes());
    bytes.extend_from_slice(&overlap_until.millis().to_be_bytes());
    bytes
}

impl KeyRotation {
    /// Length of [`Self::to_bytes`].
    pub const BYTES: usize = 32 + 32 + 8 + 64 + 64;

    /// Signs the replacement of the old key with the new one.
    pub fn sign(
        old: &IdentityKey,
        new: &IdentityKey,
        overlap_until: Timestamp,
    ) -> Result<Self, RotationError> {
        let (old_key, new_key) = (old.public(), new.public());
        if old_key == new_key {
            return Err(RotationError::SameKey);
        }
        let bytes = signed_bytes(&old_key, &new_key, overlap_until);
        Ok(Self {
            old_key,
            new_key,
            overlap_until,
            old_signature: old.sign(&bytes),
            new_signature: new.sign(&bytes),
        })
    }

    /// Checks both signatures. Whether the old key was the one valid is for whoever knows its place.
    pub fn check(
        old_key: &[u8],
        new_key: &[u8],
        overlap_until: Timestamp,
        [old_signature, new_signature]: [&[u8]; 2],
    ) -> Result<Self, RotationError> {
        let (old_key, new_key) = (
            PublicKey::from_slice(old_key)?,
            PublicKey::from_slice(new_key)?,
        );
        if old_key == new_key {
            return Err(RotationError::SameKey);
        }
        let bytes = signed_bytes(&old_key, &new_key, overlap_until);
        old_key.verify(&bytes, old_signature)?;
        new_key.verify(&bytes, new_signature)?;
        // The checks above refuse any other length.
        let fixed = |signature: &[u8]| signature.try_into().map_err(|_| BadSignature);
        Ok(Self {
            old_key,
            new_key,
            overlap_until,
            old_signature: fixed(old_signature)?,
            new_signature: fixed(new_signature)?,
        })
    }

    /// Reads a statement and checks both signatures.
    pub fn verify(message: &pb::KeyRotated) -> Result<Self, RotationError> {
        Self::check(
            &message.old_key,
            &message.new_key,
            Timestamp::from_millis(message.overlap_until_ms),
            [&message.old_key_signature, &message.new_key_signature],
        )
    }

    /// The message as it travels.
    pub fn to_message(&self) -> pb::KeyRotated {
        pb::KeyRotated {
            new_key: self.new_key.to_field(),
            new_key_signature: bytes::Bytes::copy_from_slice(&self.new_signature),
            overlap_until_ms: self.overlap_until.millis(),
            old_key: self.old_key.to_field(),
            old_key_signature: bytes::Bytes::copy_from_slice(&self.old_signature),
        }
    }

    /// Both signatures: the old key's, the new key's.
    pub fn signatures(&self) -> [&[u8; 64]; 2] {
        [&self.old_signature, &self.new_signature]
    }

    /// Old key, new key, overlap's end (8 bytes, big endian), the old key's signature, the new key's.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let parts: [&[u8]; 5] = [
            self.old_key.as_bytes(),
            self.new_key.as_bytes(),
            &self.overlap_until.millis().to_be_bytes(),
            &self.old_signature,
            &self.new_signature,
        ];
        let mut bytes = [0; Self::BYTES];
        for (place, byte) in bytes.iter_mut().zip(parts.concat()) {
            *place = byte;
        }
        bytes
    }

    /// Reads [`Self::to_bytes`] and checks both signatures.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Result<Self, RotationError> {
        let (old_key, rest) = bytes.split_at(32);
        let (new_key, rest) = rest.split_at(32);
        let (until, signatures) = rest.split_at(8);
        let until = until
            .iter()
            .fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
        let (old, new) = signatures.split_at(64);
        Self::check(old_key, new_key, Timestamp::from_millis(until), [old, new])
    }
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
