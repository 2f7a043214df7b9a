//! The statement with which an organization replaces its identity key.

use thiserror::Error;

use super::key::{BadSignature, IdentityKey, KeyError, PublicKey};
use crate::{pb::exchange::v1 as pb, time::Timestamp};

/// What the new key signs begins with this.
const DOMAIN: &[u8] = b"hongyan/key-rotation/v1\n";

/// A rotation that must not be followed.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RotationError {
    /// The new key cannot be used.
    #[error("新密钥无效 the new key is not usable: {0}")]
    Key(#[from] KeyError),
    /// The new key's holder did not sign, or signed something else.
    #[error(
        "新密钥的签名不符; 请对方重新轮换 the new key did not sign this rotation; ask them to rotate again: {0}"
    )]
    Signature(#[from] BadSignature),
    /// Nothing changes.
    #[error("新旧密钥相同; 无需轮换 the new key is the old one; nothing to rotate")]
    SameKey,
}

/// "From now on I am this key; the old one is accepted until then." It travels as an entry of the old key's log, so the old
/// key vouches for it by that log's checkpoint; the signature in it shows that the new key's holder agrees.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyRotation {
    /// The key that replaces the old one.
    pub new_key: PublicKey,
    /// Until when the old key is still accepted.
    pub overlap_until: Timestamp,
    signature: [u8; 64],
}

fn signed_bytes(old: &PublicKey, new: &PublicKey, overlap_until: Timestamp) -> Vec<u8> {
    let mut bytes = DOMAIN.to_vec();
    bytes.extend_from_slice(old.as_bytes());
    bytes.extend_from_slice(new.as_bytes());
    bytes.extend_from_slice(&overlap_until.millis().to_be_bytes());
    bytes
}

impl KeyRotation {
    /// Signs the replacement of `old` with the new key.
    pub fn sign(
        old: &PublicKey,
        new: &IdentityKey,
        overlap_until: Timestamp,
    ) -> Result<Self, RotationError> {
        let new_key = new.public();
        if *old == new_key {
            return Err(RotationError::SameKey);
        }
        Ok(Self {
            new_key,
            overlap_until,
            signature: new.sign(&signed_bytes(old, &new_key, overlap_until)),
        })
    }

    /// Reads a statement that came in the log of `old` and checks the new key's signature.
    pub fn verify(message: &pb::KeyRotated, old: &PublicKey) -> Result<Self, RotationError> {
        let new_key = PublicKey::from_slice(&message.new_key)?;
        if *old == new_key {
            return Err(RotationError::SameKey);
        }
        let overlap_until = Timestamp::from_millis(message.overlap_until_ms);
        new_key.verify(
            &signed_bytes(old, &new_key, overlap_until),
            &message.new_key_signature,
        )?;
        Ok(Self {
            new_key,
            overlap_until,
            // The check above refuses any other length.
            signature: message.new_key_signature[..]
                .try_into()
                .map_err(|_| BadSignature)?,
        })
    }

    /// The message as it travels.
    pub fn to_message(&self) -> pb::KeyRotated {
        pb::KeyRotated {
            new_key: self.new_key.to_field(),
            new_key_signature: bytes::Bytes::copy_from_slice(&self.signature),
            overlap_until_ms: self.overlap_until.millis(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use prost::Message as _;

    use super::*;

    fn rotation() -> (PublicKey, KeyRotation) {
        let old = IdentityKey::from_seed([1; 32]).public();
        let new = IdentityKey::from_seed([2; 32]);
        let until = Timestamp::from_millis(1_800_000_000_000);
        (old, KeyRotation::sign(&old, &new, until).unwrap())
    }

    #[test]
    fn golden() {
        let (_, rotation) = rotation();
        insta::assert_snapshot!(hex::encode(rotation.to_message().encode_to_vec()), @"0a208139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b3941240d5539a31d5beba7d543cd66f6c35db7fb27e484bcf4fc5e809bb27af3e21a424ab159fa5fde39adc1a575a0a05437dadfb4716dee16292c6b241c1794774c1091880a0f1c2b134");
    }

    #[test]
    fn round_trip() {
        let (old, rotation) = rotation();
        assert_eq!(
            KeyRotation::verify(&rotation.to_message(), &old),
            Ok(rotation)
        );
    }

    #[test]
    fn any_other_content_is_refused() {
        let (old, rotation) = rotation();
        let other = IdentityKey::from_seed([3; 32]).public();
        let bad = Err(RotationError::Signature(BadSignature));
        assert_eq!(KeyRotation::verify(&rotation.to_message(), &other), bad);

        let mut longer = rotation.to_message();
        longer.overlap_until_ms += 1;
        assert_eq!(KeyRotation::verify(&longer, &old), bad);

        let mut redirected = rotation.to_message();
        redirected.new_key = other.to_field();
        assert_eq!(KeyRotation::verify(&redirected, &old), bad);

        let mut unsigned = rotation.to_message();
        unsigned.new_key_signature = bytes::Bytes::new();
        assert_eq!(KeyRotation::verify(&unsigned, &old), bad);
    }

    #[test]
    fn a_key_does_not_replace_itself() {
        let key = IdentityKey::from_seed([1; 32]);
        let until = Timestamp::from_millis(0);
        assert_eq!(
            KeyRotation::sign(&key.public(), &key, until),
            Err(RotationError::SameKey)
        );
    }
}
