//! The identity key as an age key. An Ed25519 key is a point of the same curve that X25519 computes on, so a partner needs to
//! pin one key only.

use age::x25519;
use bech32::{Bech32, Hrp};
use zeroize::Zeroizing;

use super::SealedError;
use crate::identity::{IdentityKey, PublicKey};

const RECIPIENT: Hrp = Hrp::parse_unchecked("age");
const IDENTITY: Hrp = Hrp::parse_unchecked("age-secret-key-");

fn malformed(error: impl std::fmt::Display) -> SealedError {
    SealedError::Malformed(error.to_string())
}

/// Whom to encrypt to.
pub(super) fn recipient(key: &PublicKey) -> Result<x25519::Recipient, SealedError> {
    let point = ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes())
        .map_err(malformed)?
        .to_montgomery();
    bech32::encode::<Bech32>(RECIPIENT, point.as_bytes())
        .map_err(malformed)?
        .parse()
        .map_err(malformed)
}

/// What to decrypt with.
pub(super) fn identity(key: &IdentityKey) -> Result<x25519::Identity, SealedError> {
    let signing = ed25519_dalek::SigningKey::from_bytes(&key.seed());
    // X25519 clamps the scalar itself, as Ed25519 does.
    let scalar = Zeroizing::new(signing.to_scalar_bytes());
    let text = bech32::encode_upper::<Bech32>(IDENTITY, scalar.as_slice()).map_err(malformed)?;
    Zeroizing::new(text).parse().map_err(malformed)
}
