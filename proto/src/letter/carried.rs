//! A signed message as one line of text, as a QR code carries it: a prefix that says what it is, and base64url of the message.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use prost::Message;

use crate::{id::KeyId, identity::PublicKey};

/// Longest text that is looked at, in bytes. The longest has about 1,500.
const TEXT_LIMIT: usize = 4096;

/// Why a text is no such line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unreadable {
    /// Something else.
    Other,
    /// Cut short or mistyped.
    Mistyped,
    /// Not what the key signed.
    Forged,
}

/// The line.
pub(super) fn write(prefix: &str, message: &impl Message) -> String {
    format!(
        "{prefix}{}",
        URL_SAFE_NO_PAD.encode(message.encode_to_vec())
    )
}

/// Reads a line. White space that copying brought in is forgiven.
pub(super) fn read<M: Message + Default>(prefix: &str, text: &str) -> Result<M, Unreadable> {
    if text.len() > TEXT_LIMIT {
        return Err(Unreadable::Other);
    }
    let text: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    let body = text.strip_prefix(prefix).ok_or(Unreadable::Other)?;
    let mistyped = Unreadable::Mistyped;
    let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| mistyped)?;
    let message = M::decode(bytes.as_slice()).map_err(|_| mistyped)?;
    // A second spelling of the same message would be another code for the same thing.
    if message.encode_to_vec() != bytes {
        return Err(mistyped);
    }
    Ok(message)
}

/// What is signed: the domain, so that the signature is good for nothing else, and the content.
pub(super) fn signed_bytes(domain: &[u8], content: &impl Message) -> Vec<u8> {
    [domain, &content.encode_to_vec()].concat()
}

/// The signature, when it fits what was signed and the key that the content names.
pub(super) fn check(
    key: &[u8; 32],
    signed: &[u8],
    signature: &[u8],
) -> Result<[u8; 64], Unreadable> {
    let key = PublicKey::from_slice(key).map_err(|_| Unreadable::Forged)?;
    let signature: [u8; 64] = signature.try_into().map_err(|_| Unreadable::Mistyped)?;
    key.verify(signed, &signature)
        .map_err(|_| Unreadable::Forged)?;
    Ok(signature)
}

/// The fingerprint of a key that was checked when its message was read or signed.
pub(super) fn key_id(key: &[u8; 32]) -> KeyId {
    PublicKey::from_slice(key).map_or(KeyId::from_bytes([0; 32]), |key| key.key_id())
}
