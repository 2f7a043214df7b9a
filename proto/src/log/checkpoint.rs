//! Checkpoints: a log's size and root, signed. C2SP tlog-checkpoint in a C2SP signed note, so that any such tool can check it.

use bytes::Bytes;
use signed_note::{Note, Signer, StandardVerifier, VerifierList};
use thiserror::Error;
use tlog_tiles::Checkpoint;

use super::limits::MAX_NOTE_BYTES;
use crate::{
    id::{Hash, LogOrigin},
    identity::{IdentityKey, PublicKey},
};

/// A checkpoint that cannot be accepted.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum CheckpointError {
    /// Longer than [`MAX_NOTE_BYTES`].
    #[error("检查点过长: {0} 字节 checkpoint too long: {0} bytes, at most {MAX_NOTE_BYTES}")]
    TooLong(usize),
    /// Not a signed note with a checkpoint in it.
    #[error("检查点无法解读 checkpoint cannot be read: {0}")]
    Malformed(String),
    /// Its origin is not the author's log.
    #[error("检查点属于另一日志 the checkpoint is of another log: {0}")]
    Origin(String),
    /// Not signed by the key of the log's author that signs this size.
    #[error(
        "检查点签名不符: 不是该组织当时有效的密钥所签 bad checkpoint signature: not made by the key of this organization that signs this size"
    )]
    Signature,
}

/// The C2SP verifier key of a log: what an independent tool needs to check its checkpoints.
pub fn verifier_key(origin: &LogOrigin, author: &PublicKey) -> Result<String, CheckpointError> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(author.as_bytes())
        .map_err(|error| CheckpointError::Malformed(error.to_string()))?;
    Ok(signed_note::new_ed25519_verifier_key(
        &origin.to_string(),
        &key,
    ))
}

/// A log's size and root, and the note in which its author signed them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedCheckpoint {
    origin: LogOrigin,
    size: u64,
    root: Hash,
    note: Bytes,
}

/// The key under the name that C2SP asks for: a checkpoint is signed in the name of its origin.
struct OriginSigner<'a> {
    name: String,
    key: &'a IdentityKey,
}

const NOTE_ED25519: u8 = 1;

impl Signer for OriginSigner<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        let mut key = vec![NOTE_ED25519];
        key.extend_from_slice(self.key.public().as_bytes());
        signed_note::key_id(&self.name, &key)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.key.sign(message).to_vec())
    }
}

impl SignedCheckpoint {
    /// Signs a log's state. The note's first line is the origin, which keeps this signature apart from every other use of the key.
    pub fn sign(
        key: &IdentityKey,
        origin: &LogOrigin,
        size: u64,
        root: Hash,
    ) -> Result<Self, CheckpointError> {
        let malformed =
            |error: &dyn std::fmt::Debug| CheckpointError::Malformed(format!("{error:?}"));
        let name = origin.to_string();
        let text = Checkpoint::new(&name, size, root.into(), "")
            .map_err(|error| malformed(&error))?
            .to_bytes();
        let mut note = Note::new(&text, &[]).map_err(|error| malformed(&error))?;
        note.add_sigs(&[&OriginSigner { name, key }])
            .map_err(|error| malformed(&error))?;
        Ok(Self {
            origin: *origin,
            size,
            root,
            note: note.to_bytes().into(),
        })
    }

    /// Reads a note and checks that `author` signed it for a log that began with this very key.
    pub fn verify(note: &Bytes, author: &PublicKey) -> Result<Self, CheckpointError> {
        let verified = Self::verify_by(note, |_, _| vec![*author])?;
        if verified.origin.author != author.key_id() {
            return Err(CheckpointError::Origin(verified.origin.to_string()));
        }
        Ok(verified)
    }

    /// Reads a note and checks that one of the keys signed it which `keys` gives for its origin and size. Whether the origin is that
    /// of the log expected is for the caller to compare.
    pub fn verify_by(
        note: &Bytes,
        keys: impl FnOnce(&LogOrigin, u64) -> Vec<PublicKey>,
    ) -> Result<Self, CheckpointError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(CheckpointError::TooLong(note.len()));
        }
        let malformed =
            |error: &dyn std::fmt::Debug| CheckpointError::Malformed(format!("{error:?}"));
        let parsed = Note::from_bytes(note).map_err(|error| malformed(&error))?;
        let checkpoint =
            Checkpoint::from_bytes(parsed.text()).map_err(|error| malformed(&error))?;
        let origin: LogOrigin = checkpoint
            .origin()
            .parse()
            .map_err(|_| CheckpointError::Origin(checkpoint.origin().to_owned()))?;
        let mut signed = false;
        for key in keys(&origin, checkpoint.size()) {
            let verifier = StandardVerifier::new(&verifier_key(&origin, &key)?)
                .map_err(|error| malformed(&error))?;
            let list = VerifierList::new(vec![Box::new(verifier)]);
            if parsed.verify(&list).is_ok() {
                signed = true;
                break;
            }
        }
        if !signed {
            return Err(CheckpointError::Signature);
        }
        Ok(Self {
            origin,
            size: checkpoint.size(),
            root: Hash::from(*checkpoint.hash()),
            note: note.clone(),
        })
    }

    /// Which log.
    pub fn origin(&self) -> &LogOrigin {
        &self.origin
    }

    /// How many entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of their tree.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The signed note, as it is stored, sent and shown.
    pub fn note(&self) -> &Bytes {
        &self.note
    }

    /// Do the two contradict: the same author, log and size, and another root? That is a fork, and both notes are its proof.
    pub fn contradicts(&self, other: &Self) -> bool {
        self.origin == other.origin && self.size == other.size && self.root != other.root
    }
}
