//! Sealing of values at rest: AES-256-GCM under a key derived from the data key, bound to the place where the value lies.

use bytes::Bytes;
use rand::{CryptoRng, RngCore};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};

use super::{error::StoreError, unlock::DataKey};

/// The first byte of a sealed value: which key and which cipher. A new cipher takes the next number.
const KEY_VERSION: u8 = 1;
const TAG_LEN: usize = 16;
/// What sealing adds to a value, in bytes.
pub(super) const OVERHEAD: usize = 1 + NONCE_LEN + TAG_LEN;

/// Seals and opens values. Random 96-bit nonces are safe for some 2³² values; bundles make that a trillion entries.
#[derive(Debug)]
pub(super) struct Sealer {
    key: LessSafeKey,
    blind: hmac::Key,
    nonces: hmac::Key,
}

impl Sealer {
    pub(super) fn new(data_key: &DataKey) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, data_key.as_slice());
        let derive = |purpose: &str| hmac::sign(&root, purpose.as_bytes());
        let seal = derive("hongyan/store/seal/v1");
        // The tag of HMAC-SHA-256 is exactly an AES-256 key; another length would be another algorithm.
        let key = UnboundKey::new(&AES_256_GCM, seal.as_ref()).expect("32 bytes are a key");
        Self {
            key: LessSafeKey::new(key),
            blind: hmac::Key::new(hmac::HMAC_SHA256, derive("hongyan/store/blind/v1").as_ref()),
            nonces: hmac::Key::new(
                hmac::HMAC_SHA256,
                derive("hongyan/store/nonces/v1").as_ref(),
            ),
        }
    }

    /// A seed for this opening's nonces. Mixing in the count of openings keeps a caller that passes the same seed twice
    /// from using a nonce twice, which would break the cipher.
    pub(super) fn nonce_seed(&self, seed: [u8; 32], opening: u64) -> [u8; 32] {
        let mut message = seed.to_vec();
        message.extend_from_slice(&opening.to_be_bytes());
        digest(&self.nonces, &message)
    }

    /// A short name for something personal: the same every time, and nothing to whoever lacks the data key.
    pub(super) fn blind(&self, value: &[u8]) -> [u8; 16] {
        let mut short = [0; 16];
        short.copy_from_slice(&digest(&self.blind, value)[..16]);
        short
    }

    /// Seals a value for the place `key`: at another place it does not open.
    pub(super) fn seal(
        &self,
        rng: &mut (impl RngCore + CryptoRng),
        key: &[u8],
        plain: &[u8],
    ) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill_bytes(&mut nonce);
        let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD);
        sealed.push(KEY_VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let tag = self
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(key),
                &mut sealed[1 + NONCE_LEN..],
            )
            // The only failure is a text of more than 64 GiB.
            .expect("a stored value is far below the cipher's limit");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens a value sealed for the place `key`.
    pub(super) fn open(&self, key: &[u8], mut sealed: Vec<u8>) -> Result<Bytes, StoreError> {
        let space = key.first().copied().unwrap_or_default();
        let broken = StoreError::Unsealable { space };
        if sealed.len() < OVERHEAD || sealed[0] != KEY_VERSION {
            return Err(broken);
        }
        let (head, text) = sealed.split_at_mut(1 + NONCE_LEN);
        let Ok(nonce) = Nonce::try_assume_unique_for_key(&head[1..]) else {
            return Err(broken);
        };
        if self.key.open_in_place(nonce, Aad::from(key), text).is_err() {
            return Err(broken);
        }
        let end = sealed.len() - TAG_LEN;
        Ok(Bytes::from(sealed).slice(1 + NONCE_LEN..end))
    }
}

fn digest(key: &hmac::Key, message: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hmac::sign(key, message).as_ref());
    bytes
}
