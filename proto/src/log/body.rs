//! Bodies: a random salt, then the payload. The salt keeps a body's hash from disclosing a guessable payload.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::limits::SALT_BYTES;
use crate::id::Hash;

/// The body bytes of a payload. The salt must be random and used once.
pub fn seal(salt: [u8; SALT_BYTES], payload: &[u8]) -> Bytes {
    let mut body = Vec::with_capacity(SALT_BYTES + payload.len());
    body.extend_from_slice(&salt);
    body.extend_from_slice(payload);
    body.into()
}

/// What a header says of a body: SHA-256 over salt and payload.
pub fn body_hash(body: &[u8]) -> Hash {
    Hash::from_bytes(Sha256::digest(body).into())
}

/// The payload in a body; none when the body is shorter than its salt.
pub fn payload(body: &Bytes) -> Option<Bytes> {
    (body.len() >= SALT_BYTES).then(|| body.slice(SALT_BYTES..))
}
