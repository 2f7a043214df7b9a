//! Who wrote a sealed letter, and with which of its keys: both sides' keys may have been replaced while it was on its way.

use std::io::Read;

use hongyan_proto::{
    id::KeyId,
    identity::PublicKey,
    sealed::{self, MAX_SEALED_BYTES, SealedError},
};

use super::{LetterFailure, Link};
use crate::book::{self, Partner};

impl Link {
    /// Decrypts a letter with the key it was sealed to: the valid one, or one that was replaced while the letter was on its way.
    pub(super) fn open_letter(&self, bytes: &[u8]) -> Result<sealed::Opened, SealedError> {
        let mut last = SealedError::NotForUs;
        for key in self.keys().all() {
            match sealed::open(bytes.take(MAX_SEALED_BYTES as u64), &key) {
                Err(error @ SealedError::NotForUs) => last = error,
                opened => return opened,
            }
        }
        Err(last)
    }

    /// Which partner wrote the letter, and with which key: one of those known, or one that the letter itself shows to follow from the
    /// valid one. Those statements are signed by the key they begin with, so they need not wait for the letter's own signature.
    pub(super) fn letter_author(
        &self,
        opened: &sealed::Opened,
    ) -> Result<(KeyId, PublicKey), LetterFailure> {
        let author = opened.author();
        let shown = opened.rotations()?;
        for partner in book::partners(self.store())? {
            let later = shown.after(&partner.signer).iter().map(|one| one.new_key);
            let key = partner
                .keys()
                .chain(later)
                .find(|key| key.key_id() == author);
            if let Some(key) = key {
                return Ok((partner.key_id, key));
            }
        }
        Err(LetterFailure::UnknownAuthor(author))
    }

    /// A letter signed with a key that was given up is taken in until the overlap ends.
    pub(super) fn in_time(
        &self,
        author: &PublicKey,
        partner: &Partner,
    ) -> Result<(), LetterFailure> {
        let mut changes = partner.rotations.iter();
        match changes.find(|change| change.old_key == *author) {
            Some(change) if change.until <= self.now() => Err(LetterFailure::KeyRetired {
                key: author.key_id(),
                until: change.until,
            }),
            _ => Ok(()),
        }
    }
}
