//! The bytes of a result that both sides sign: lines of words, one spelling for each content.

use std::fmt::Write as _;

use hongyan_proto::id::Hash;
use sha2::{Digest, Sha256};

/// What is hashed starts with this, so that no other signed thing can be taken for a result.
pub const DOMAIN: &[u8] = b"hongyan/reconciliation/v1\n";

/// Collects lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds a line of words. Words come from identifiers and closed lists, never from people: they have no spaces.
    pub(super) fn words(&mut self, words: &[&dyn std::fmt::Display]) {
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                self.0.push(' ');
            }
            // Writing into a String cannot fail.
            let _ = write!(self.0, "{word}");
        }
        self.0.push('\n');
    }

    /// Adds text that people wrote, with its length in front so that it cannot pass for a line.
    pub(super) fn text(&mut self, label: &str, text: &str) {
        let _ = writeln!(self.0, "{label} {}:{text}", text.len());
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// The hash both closings carry.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(DOMAIN);
    hasher.update(bytes);
    Hash::from_bytes(hasher.finalize().into())
}
