//! Writes a sealed letter as a stream: of its frames only one is in memory at a time.

use std::io::Write;

use age::stream::StreamWriter;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{FORMAT_VERSION, Inquiry, MAX_LETTER_BYTES, SIGNATURE_DOMAIN, SealedError, key};
use crate::{
    identity::{IdentityKey, PublicKey},
    log::Frame,
    message::Hello,
    pb::exchange::v1 as pb,
};

/// A letter under way to `W`. Without [`LetterWriter::finish`] it is cut short, and refused wherever it arrives.
pub struct LetterWriter<W: Write> {
    output: StreamWriter<W>,
    hash: Sha256,
    written: usize,
}

impl<W: Write> std::fmt::Debug for LetterWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LetterWriter")
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

impl<W: Write> LetterWriter<W> {
    /// Begins a letter with what a connection would have said first.
    pub fn begin(
        output: W,
        author: &PublicKey,
        audience: &PublicKey,
        hello: Hello,
    ) -> Result<Self, SealedError> {
        let recipient = key::recipient(audience)?;
        let recipients = std::iter::once(&recipient as &dyn age::Recipient);
        let output = age::Encryptor::with_recipients(recipients)
            .map_err(|error| SealedError::Malformed(error.to_string()))?
            .wrap_output(output)
            .map_err(SealedError::Io)?;
        let mut letter = Self {
            output,
            hash: Sha256::new(),
            written: 0,
        };
        letter.write(&pb::SealedLetter {
            format_version: FORMAT_VERSION,
            author: author.key_id().to_field(),
            audience: audience.key_id().to_field(),
            hello: Some(hello.into_wire()),
            ..pb::SealedLetter::default()
        })?;
        Ok(letter)
    }

    /// Says what the letter asks and answers. Once, before the first frame.
    pub fn inquire(&mut self, inquiry: Inquiry) -> Result<(), SealedError> {
        self.write(&inquiry.into_wire())
    }

    /// Adds a frame. False, and nothing is written, when the letter has no room for it: the rest goes into another letter.
    pub fn push(&mut self, frame: Frame) -> Result<bool, SealedError> {
        let part = pb::SealedLetter {
            frames: vec![frame.into_wire()],
            ..pb::SealedLetter::default()
        };
        if self.written + part.encoded_len() + signature_len() > MAX_LETTER_BYTES {
            return Ok(false);
        }
        self.write(&part)?;
        Ok(true)
    }

    /// Signs the letter, ends the encryption and gives the output back.
    pub fn finish(mut self, author: &IdentityKey) -> Result<W, SealedError> {
        let signature = author.sign(&signed_bytes(self.hash.clone()));
        self.write(&pb::SealedLetter {
            signature: bytes::Bytes::copy_from_slice(&signature),
            ..pb::SealedLetter::default()
        })?;
        self.output.finish().map_err(SealedError::Io)
    }

    /// A message's encoding is that of its parts, one after the other.
    fn write(&mut self, part: &pb::SealedLetter) -> Result<(), SealedError> {
        let bytes = part.encode_to_vec();
        self.hash.update(&bytes);
        self.written += bytes.len();
        self.output.write_all(&bytes).map_err(SealedError::Io)
    }
}

/// What is signed: the domain and the hash of everything before the signature.
pub(super) fn signed_bytes(hash: Sha256) -> Vec<u8> {
    [SIGNATURE_DOMAIN, &hash.finalize()].concat()
}

/// Tag, length and signature.
pub(super) const fn signature_len() -> usize {
    2 + 64
}
