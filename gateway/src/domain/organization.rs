//! An organization that may report, and what the gateway remembers of its log.

use bytes::Bytes;
use hongyan_proto::{
    id::{Hash, LogId},
    identity::{KeyRotation, PublicKey},
    log::SignedCheckpoint,
    report::Organization,
    time::Timestamp,
};

/// The largest local log an organization handed in: what a later one is held against.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogHead {
    /// Which log.
    pub log_id: LogId,
    /// How many entries.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// When the report that carried it was compiled, by the organization's clock.
    pub compiled: Timestamp,
    /// The organization's own signature over it.
    pub note: Bytes,
}

impl LogHead {
    /// From a verified checkpoint.
    pub fn new(checkpoint: &SignedCheckpoint, compiled: Timestamp) -> Self {
        Self {
            log_id: checkpoint.origin().log_id(),
            size: checkpoint.size(),
            root: checkpoint.root(),
            compiled,
            note: checkpoint.note().clone(),
        }
    }
}

/// An enrolled organization.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Enrolled {
    /// Who it is, as it named itself when it enrolled.
    pub organization: Organization,
    /// The identity key it enrolled with: its name here for good.
    pub key: PublicKey,
    /// How it replaced that key since, oldest first.
    pub rotations: Vec<KeyRotation>,
    /// Since when.
    pub enrolled: Timestamp,
    /// Its pin was taken away.
    pub revoked: Option<Timestamp>,
    /// The largest log it handed in.
    pub log: Option<LogHead>,
    /// A smaller or contradicting log came after a larger one since it was enrolled; evidence is kept.
    pub log_went_back: bool,
    /// Two different reports with one revision came since it was enrolled; evidence is kept.
    pub equivocated: bool,
}

impl Enrolled {
    /// The key it has now.
    pub fn current(&self) -> PublicKey {
        let last = self.rotations.last();
        last.map_or(self.key, |rotation| rotation.new_key)
    }

    /// Every key it has had since it enrolled.
    pub fn keys(&self) -> impl Iterator<Item = PublicKey> + '_ {
        let later = self.rotations.iter().map(|rotation| rotation.new_key);
        std::iter::once(self.key).chain(later)
    }
}
