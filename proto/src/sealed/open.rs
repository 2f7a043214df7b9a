//! Reads a sealed letter. Nothing of it is believed before its author's signature over all of it was checked.

use std::io::{BufReader, Read};

use age::DecryptError;
use bytes::Bytes;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    FORMAT_VERSION, MAX_LETTER_BYTES, SIGNATURE_TAG, SealedError, key,
    write::{signature_len, signed_bytes},
};
use crate::{
    id::{IdError, KeyId},
    identity::{IdentityKey, PublicKey},
    log::Frame,
    message::{Hello, MessageError},
    pb::exchange::v1 as pb,
};

/// A letter that was decrypted. Its author names itself, but has proven nothing yet.
#[derive(Debug)]
pub struct Opened {
    author: KeyId,
    letter: pb::SealedLetter,
    signed: Vec<u8>,
}

/// A letter whose author is who it says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedLetter {
    /// Who wrote it.
    pub author: KeyId,
    /// What a connection would have said first.
    pub hello: Hello,
    /// What a connection would have sent; each still has to be verified against the log it continues.
    pub frames: Vec<Frame>,
}

/// Decrypts a letter with the reader's own key.
pub fn open(input: impl Read, own: &IdentityKey) -> Result<Opened, SealedError> {
    let decryptor = age::Decryptor::new_buffered(BufReader::new(input)).map_err(refuse)?;
    let identity = key::identity(own)?;
    let identities = std::iter::once(&identity as &dyn age::Identity);
    let mut plain = Vec::new();
    decryptor
        .decrypt(identities)
        .map_err(refuse)?
        .take(MAX_LETTER_BYTES as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(refuse_io)?;
    if plain.len() > MAX_LETTER_BYTES {
        return Err(SealedError::TooLarge);
    }
    parse(&plain.into(), own.public().key_id())
}

fn refuse(error: DecryptError) -> SealedError {
    match error {
        DecryptError::NoMatchingKeys => SealedError::NotForUs,
        DecryptError::Io(error) => refuse_io(error),
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => SealedError::NotALetter,
        _ => SealedError::CutOrAltered,
    }
}

fn refuse_io(error: std::io::Error) -> SealedError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData => {
            SealedError::CutOrAltered
        }
        _ => SealedError::Io(error),
    }
}

fn malformed(error: &IdError) -> SealedError {
    SealedError::Malformed(error.to_string())
}

/// Reads the plaintext; checks all that needs no partner's key.
pub(super) fn parse(plain: &Bytes, own: KeyId) -> Result<Opened, SealedError> {
    let letter = pb::SealedLetter::decode(plain.clone())
        .map_err(|error| SealedError::Malformed(error.to_string()))?;
    if letter.format_version != FORMAT_VERSION {
        return Err(SealedError::Version(letter.format_version));
    }
    let author = KeyId::from_slice(&letter.author).map_err(|error| malformed(&error))?;
    let audience = KeyId::from_slice(&letter.audience).map_err(|error| malformed(&error))?;
    if audience != own {
        // Someone sealed another's letter anew, to us.
        return Err(SealedError::NotForUs);
    }
    let split = plain.len().saturating_sub(signature_len());
    let (before, end) = plain.split_at(split);
    // The signature covers the exact bytes before it: it must be the last field, and must be there once.
    if end.get(..2) != Some(&SIGNATURE_TAG) || end.get(2..) != Some(&letter.signature) {
        return Err(SealedError::Signature);
    }
    let signed = signed_bytes(Sha256::new_with_prefix(before));
    Ok(Opened {
        author,
        letter,
        signed,
    })
}

impl Opened {
    /// Who it says wrote it: look up that partner's key, then [`Opened::verify`].
    pub fn author(&self) -> KeyId {
        self.author
    }

    /// Checks the author's signature and the limits of everything inside.
    pub fn verify(self, author: &PublicKey) -> Result<SealedLetter, SealedError> {
        if author.key_id() != self.author {
            return Err(SealedError::Author {
                expected: author.key_id(),
                found: self.author,
            });
        }
        author
            .verify(&self.signed, &self.letter.signature)
            .map_err(|_| SealedError::Signature)?;
        let hello = self.letter.hello.ok_or(MessageError::Empty)?;
        let frames = self.letter.frames.into_iter().map(Frame::from_wire);
        Ok(SealedLetter {
            author: self.author,
            hello: Hello::from_wire(hello)?,
            frames: frames
                .collect::<Result<_, _>>()
                .map_err(MessageError::from)?,
        })
    }
}
