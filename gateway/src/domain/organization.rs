//! An organization that may report, and what the gateway remembers of its log.

use bytes::Bytes;
use hongyan_proto::{
    id::{Hash, LogId},
    identity::PublicKey,
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
    /// Its identity key.
    pub key: PublicKey,
    /// Since when.
    pub enrolled: Timestamp,
    /// Its pin was taken away.
    pub revoked: Option<Timestamp>,
    /// The largest log it handed in.
    pub log: Option<LogHead>,
    /// A smaller or contradicting log came after a larger one; evidence is kept.
    pub log_went_back: bool,
    /// Two different reports with one revision came; evidence is kept.
    pub equivocated: bool,
}
