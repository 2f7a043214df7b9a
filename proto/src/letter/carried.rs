//! A signed message as one line of text, as a QR code carries it: a prefix that says what it is, and base64url of the message.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use prost::Message;

/// Longest text that is looked at, in bytes. The longest has about 1,500.
const TEXT_LIMIT: usize = 4096;

/// Why a text is no such line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unreadable {
    /// Something else.
    Other,
    /// Cut short or mistyped.
    Mistyped,
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
