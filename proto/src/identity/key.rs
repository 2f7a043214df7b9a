//! The identity key and its public half.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rand::{CryptoRng, RngCore};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::id::KeyId;

/// A signature that does not fit the key and the message.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "签名不符; 内容在途中被改动或密钥不对 signature does not match: the content was altered or the key is another"
)]
pub struct BadSignature;

/// Bytes that are no usable Ed25519 public key.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum KeyError {
    /// Not 32 bytes.
    #[error(
        "公钥应为 32 字节, 实为 {0}; 请对方重新发送 a public key must be 32 bytes, found {0}; ask for it again"
    )]
    Length(usize),
    /// Not the one canonical encoding of a point of the curve, or a point of small order, under which anyone can sign.
    #[error(
        "不是有效的 Ed25519 公钥; 请对方重新发送 not a usable Ed25519 public key; ask for it again"
    )]
    Point,
}

/// An organization's Ed25519 secret. Wiped from memory when dropped.
pub struct IdentityKey(SigningKey);

impl IdentityKey {
    /// A new key.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Self::from_seed(*seed)
    }

    /// The key that an RFC 8032 seed stands for. Every seed is a key.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// The RFC 8032 seed, to be stored under seal.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey::new(self.0.verifying_key())
    }

    /// Signs (RFC 8032). The caller puts the domain prefix in front of the message: a signature for one purpose must
    /// never be good for another.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not even the public half: a log that shows keys invites to log secrets.
        f.write_str("IdentityKey(..)")
    }
}

/// An organization's Ed25519 public key: a canonical point of the curve, not of small order.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct PublicKey {
    key: VerifyingKey,
    /// Kept beside the key: every entry that is judged asks for it.
    id: KeyId,
}

impl PublicKey {
    fn new(key: VerifyingKey) -> Self {
        let id = KeyId::from_bytes(Sha256::digest(key.as_bytes()).into());
        Self { key, id }
    }

    /// Reads it from a message field.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: &[u8; 32] = bytes
            .try_into()
            .map_err(|_| KeyError::Length(bytes.len()))?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        // A second encoding of the same point would be a second fingerprint of the same key.
        if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
            return Err(KeyError::Point);
        }
        Ok(Self::new(key))
    }

    /// The raw bytes (RFC 8032).
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The raw bytes as a message field.
    pub fn to_field(&self) -> bytes::Bytes {
        bytes::Bytes::copy_from_slice(self.as_bytes())
    }

    /// The fingerprint: what partners pin.
    pub const fn key_id(&self) -> KeyId {
        self.id
    }

    /// Checks a signature strictly (no malleable or small-order parts), so that everyone agrees on what is signed.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let signature = Signature::from_slice(signature).map_err(|_| BadSignature)?;
        self.key
            .verify_strict(message, &signature)
            .map_err(|_| BadSignature)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
