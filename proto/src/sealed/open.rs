//! Reads a sealed letter. Nothing of it is believed before its author's signature over all of it was checked.

use std::io::{BufReader, Read};

use age::DecryptError;
use bytes::Bytes;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    FORMAT_VERSION, Inquiry, MAX_LETTER_BYTES, SIGNATURE_TAG, SealedError, key,
    write::{signature_len, signed_bytes},
};
use crate::{
    id::{IdError, KeyId},
    identity::{IdentityKey, MAX_ROTATIONS, PublicKey, Succession},
    log::{
        Frame, FrameError,
        limits::{MAX_FRAME_ENTRIES, MAX_MESSAGE_BYTES, MAX_PROOF_HASHES},
    },
    message::{Hello, MessageError},
    outline::{self, Value},
    pb::exchange::v1 as pb,
};

/// Most bytes of one statement of a replaced key. Ours have about 210.
const MAX_STATEMENT_BYTES: usize = 512;

/// Numbers of the fields that are read by hand.
mod field {
    pub(super) const VERSION: u32 = 1;
    pub(super) const AUTHOR: u32 = 2;
    pub(super) const AUDIENCE: u32 = 3;
    pub(super) const HELLO: u32 = 4;
    pub(super) const FRAMES: u32 = 5;
    pub(super) const SIGNATURE: u32 = 6;
    pub(super) const ASK: u32 = 8;
    pub(super) const ANSWER: u32 = 9;
    pub(super) const ANSWER_HELD: u32 = 10;
    /// In a hello.
    pub(super) const HELLO_ROTATIONS: u32 = 7;
    /// In a frame.
    pub(super) const FRAME_ENTRIES: u32 = 3;
    /// In a frame.
    pub(super) const FRAME_CONSISTENCY: u32 = 5;
}

/// A letter that was decrypted. Its author names itself, but has proven nothing yet.
#[derive(Debug)]
pub struct Opened {
    author: KeyId,
    signature: Bytes,
    hello: Bytes,
    plain: Bytes,
    signed: Vec<u8>,
}

/// A letter whose author is who it says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SealedLetter {
    /// Who wrote it.
    pub author: KeyId,
    /// What a connection would have said first.
    pub hello: Hello,
    /// What it asks and answers.
    pub inquiry: Inquiry,
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

/// Before the signature was checked a letter's fields are anybody's: they are told apart, not decoded.
fn next_field<'a>(rest: &mut &'a [u8]) -> Result<Option<(u32, Value<'a>)>, SealedError> {
    outline::next_field(rest).map_err(SealedError::Malformed)
}

fn undecodable(error: impl std::fmt::Display) -> SealedError {
    SealedError::Malformed(error.to_string())
}

/// What of a letter must be known to find and check its author.
#[derive(Default)]
struct Outline {
    version: u32,
    author: Bytes,
    audience: Bytes,
    signature: Bytes,
    hello: Bytes,
}

impl Outline {
    fn read(plain: &Bytes) -> Result<Self, SealedError> {
        let mut outline = Self::default();
        let mut rest: &[u8] = plain;
        while let Some((tag, value)) = next_field(&mut rest)? {
            match (tag, value) {
                (field::VERSION, Value::Number(version)) => {
                    outline.version = u32::try_from(version).unwrap_or(u32::MAX);
                    if outline.version != FORMAT_VERSION {
                        return Err(SealedError::Version(outline.version));
                    }
                }
                (field::AUTHOR, Value::Bytes(author)) => outline.author = plain.slice_ref(author),
                (field::AUDIENCE, Value::Bytes(audience)) => {
                    outline.audience = plain.slice_ref(audience);
                }
                (field::SIGNATURE, Value::Bytes(_)) if !outline.signature.is_empty() => {
                    return Err(SealedError::Signature);
                }
                (field::SIGNATURE, Value::Bytes(signature)) => {
                    outline.signature = plain.slice_ref(signature);
                }
                (field::HELLO, Value::Bytes(hello)) => outline.hello = plain.slice_ref(hello),
                (field::FRAMES, Value::Bytes(_)) => {}
                (field::VERSION..=field::SIGNATURE, _) => {
                    return Err(undecodable(format!("field {tag} has another type")));
                }
                // Not of this format, and of no meaning here.
                _ => {}
            }
        }
        Ok(outline)
    }
}

/// Reads a letter's plaintext, addressed to `own`; checks all that needs no partner's key.
pub fn parse(plain: &Bytes, own: KeyId) -> Result<Opened, SealedError> {
    let outline = Outline::read(plain)?;
    if outline.version != FORMAT_VERSION {
        return Err(SealedError::Version(outline.version));
    }
    let author = KeyId::from_slice(&outline.author).map_err(|error| malformed(&error))?;
    let audience = KeyId::from_slice(&outline.audience).map_err(|error| malformed(&error))?;
    if audience != own {
        // Someone sealed another's letter anew, to us.
        return Err(SealedError::NotForUs);
    }
    let split = plain.len().saturating_sub(signature_len());
    let (before, end) = plain.split_at(split);
    // The signature covers the exact bytes before it: it must be the last field, and must be there once.
    if end.get(..2) != Some(&SIGNATURE_TAG) || end.get(2..) != Some(&outline.signature) {
        return Err(SealedError::Signature);
    }
    let signed = signed_bytes(Sha256::new_with_prefix(before));
    Ok(Opened {
        author,
        signature: outline.signature,
        hello: outline.hello,
        plain: plain.clone(),
        signed,
    })
}

impl Opened {
    /// Who it says wrote it: look up that partner's key, then [`Opened::verify`].
    pub fn author(&self) -> KeyId {
        self.author
    }

    /// How its author's key came to be what it is, as the letter says: to find the partner it follows from. Each statement is signed
    /// by the keys it names, so that it is good without the letter's signature; nothing else of the hello is looked at.
    pub fn rotations(&self) -> Result<Succession, SealedError> {
        let mut statements = Vec::new();
        let mut rest: &[u8] = &self.hello;
        while let Some((tag, value)) = next_field(&mut rest)? {
            let (field::HELLO_ROTATIONS, Value::Bytes(statement)) = (tag, value) else {
                continue;
            };
            if statements.len() == MAX_ROTATIONS || statement.len() > MAX_STATEMENT_BYTES {
                return Err(SealedError::TooLarge);
            }
            statements.push(pb::KeyRotated::decode(statement).map_err(undecodable)?);
        }
        let succession = Succession::read(&statements);
        Ok(succession.map_err(MessageError::from)?)
    }

    /// Checks the author's signature over the bytes as they came; only then are the messages inside decoded, one at a time,
    /// each within the limits of a connection.
    pub fn verify(self, author: &PublicKey) -> Result<SealedLetter, SealedError> {
        if author.key_id() != self.author {
            return Err(SealedError::Author {
                expected: author.key_id(),
                found: self.author,
            });
        }
        author
            .verify(&self.signed, &self.signature)
            .map_err(|_| SealedError::Signature)?;
        let mut hello = None;
        let mut frames = Vec::new();
        let (mut ask, mut answer, mut answer_held) = (Bytes::new(), Bytes::new(), 0);
        let plain = &self.plain;
        let mut rest: &[u8] = plain;
        while let Some((tag, value)) = next_field(&mut rest)? {
            match (tag, value) {
                (field::HELLO, Value::Bytes(_)) if hello.is_some() => {
                    return Err(undecodable("two hellos"));
                }
                (field::HELLO, Value::Bytes(bytes)) => {
                    hello = Some(read_hello(plain.slice_ref(bytes))?);
                }
                (field::FRAMES, Value::Bytes(bytes)) => {
                    frames.push(read_frame(plain.slice_ref(bytes))?);
                }
                (field::ASK, Value::Bytes(bytes)) => ask = plain.slice_ref(bytes),
                (field::ANSWER, Value::Bytes(bytes)) => answer = plain.slice_ref(bytes),
                (field::ANSWER_HELD, Value::Number(held)) => answer_held = held,
                _ => {}
            }
        }
        Ok(SealedLetter {
            author: self.author,
            inquiry: Inquiry::read(&ask, &answer, answer_held)?,
            hello: hello.ok_or(MessageError::Empty)?,
            frames,
        })
    }
}

fn read_hello(bytes: Bytes) -> Result<Hello, SealedError> {
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Err(SealedError::TooLarge);
    }
    let hello = pb::Hello::decode(bytes).map_err(undecodable)?;
    Ok(Hello::from_wire(hello)?)
}

/// Counts a frame's parts before it makes room for them.
fn read_frame(bytes: Bytes) -> Result<Frame, SealedError> {
    let (mut entries, mut hashes) = (0, 0);
    let mut rest: &[u8] = &bytes;
    while let Some((tag, _)) = next_field(&mut rest)? {
        entries += usize::from(tag == field::FRAME_ENTRIES);
        hashes += usize::from(tag == field::FRAME_CONSISTENCY);
    }
    let many = entries > MAX_FRAME_ENTRIES || hashes > MAX_PROOF_HASHES;
    if many || bytes.len() > MAX_MESSAGE_BYTES {
        let error = FrameError::TooLarge(entries, bytes.len());
        return Err(MessageError::from(error).into());
    }
    let frame = pb::Frame::decode(bytes).map_err(undecodable)?;
    Ok(Frame::from_wire(frame).map_err(MessageError::from)?)
}
