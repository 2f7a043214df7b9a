//! The shapes in which views keep what the logs say. Stored: a field is never renumbered, and a change of meaning raises the
//! view's version so that it is made again from the logs.

use bytes::Bytes;
use prost::Message;

/// One entry, as far as the rules need it.
#[derive(Clone, PartialEq, Message)]
pub struct EventRecord {
    /// The log's number in this store.
    #[prost(uint32, tag = "1")]
    pub log: u32,
    /// Its place in that log.
    #[prost(uint64, tag = "2")]
    pub sequence: u64,
    /// What its author had applied of the other log, counted from the correspondence's start.
    #[prost(uint64, tag = "3")]
    pub seen: u64,
    /// The author's clock.
    #[prost(sint64, tag = "4")]
    pub time_ms: i64,
    /// What it is.
    #[prost(int32, tag = "5")]
    pub kind: i32,
    /// The encoded payload; none when the body is not there.
    #[prost(bytes = "bytes", optional, tag = "6")]
    pub payload: Option<Bytes>,
    /// The reader's receipt refuses it: neither side applies it.
    #[prost(bool, tag = "7")]
    pub refused: bool,
    /// The agreement it was disclosed under, or empty.
    #[prost(bytes = "bytes", tag = "8")]
    pub agreement: Bytes,
}

/// A log of a correspondence.
#[derive(Clone, Copy, Eq, PartialEq, Message)]
pub(super) struct LogRecordRef {
    /// Its number in this store.
    #[prost(uint32, tag = "1")]
    pub no: u32,
    /// How many entries of earlier epochs stay in force before it.
    #[prost(uint64, tag = "2")]
    pub base: u64,
    /// How much of it the partner's receipts cover; own logs only.
    #[prost(uint64, tag = "3")]
    pub applied: u64,
    /// Begun with a new pin, not with an epoch reset.
    #[prost(bool, tag = "4")]
    pub fresh: bool,
    /// A new epoch left behind what comes from here on.
    #[prost(uint64, optional, tag = "5")]
    pub ends: Option<u64>,
    /// Its reader has said from where its positions count.
    #[prost(bool, tag = "6")]
    pub counted: bool,
}

/// A new epoch that the partner proposes.
#[derive(Clone, PartialEq, Message)]
pub(super) struct EpochProposal {
    /// The origin of the new log, as text.
    #[prost(string, tag = "1")]
    pub origin: String,
    // Tag 2 was the size of what was held then.
    /// What the new log begins with, as an encoded payload.
    #[prost(bytes = "bytes", tag = "3")]
    pub reset: Bytes,
    /// The key with which the new log begins; empty: the pinned one.
    #[prost(bytes = "bytes", tag = "4")]
    pub author: Bytes,
}

/// The partner replaced its key.
#[derive(Clone, PartialEq, Message)]
pub(super) struct KeyChangeRecord {
    /// The new Ed25519 public key.
    #[prost(bytes = "bytes", tag = "1")]
    pub new_key: Bytes,
    /// Until when the one before is still accepted.
    #[prost(sint64, tag = "2")]
    pub until_ms: i64,
    /// When the partner wrote it, by its clock.
    #[prost(sint64, tag = "3")]
    pub since_ms: i64,
}

/// A partner and the logs of the correspondence, as the logs say it.
#[derive(Clone, PartialEq, Message)]
pub(super) struct PartnerRecord {
    /// Ed25519 public key.
    #[prost(bytes = "bytes", tag = "1")]
    pub key: Bytes,
    /// Organization code.
    #[prost(string, tag = "2")]
    pub code: String,
    /// Organization name.
    #[prost(string, tag = "3")]
    pub name: String,
    /// GB/T 2260.
    #[prost(string, tag = "4")]
    pub region: String,
    /// host:port, or empty.
    #[prost(string, tag = "5")]
    pub endpoint: String,
    /// The logs this node wrote to the partner, oldest first; the last is written now.
    #[prost(message, repeated, tag = "6")]
    pub out_logs: Vec<LogRecordRef>,
    /// The partner's logs that are mirrored here, oldest first. Empty until its epoch is known.
    #[prost(message, repeated, tag = "7")]
    pub in_logs: Vec<LogRecordRef>,
    /// The pin was taken away.
    #[prost(bool, tag = "8")]
    pub revoked: bool,
    /// How much of the partner's current log the own receipts cover.
    #[prost(uint64, tag = "10")]
    pub receipted: u64,
    /// Something else than receipts arrived since the last own receipt.
    #[prost(bool, tag = "11")]
    pub owes_receipt: bool,
    /// How its key was replaced since it was pinned, oldest first.
    #[prost(message, repeated, tag = "12")]
    pub rotations: Vec<KeyChangeRecord>,
}

/// What no log says: how the last contacts went.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ContactRecord {
    /// How much of the own current log the partner acknowledged.
    #[prost(uint64, tag = "1")]
    pub acked: u64,
    /// The last session that ended well, or the newest letter that was read; 0: never.
    #[prost(sint64, tag = "2")]
    pub last_sync_ms: i64,
    /// The last time anything was tried or came in; 0: never.
    #[prost(sint64, tag = "3")]
    pub last_contact_ms: i64,
    /// Why the last session ended badly; empty when it ended well.
    #[prost(string, tag = "4")]
    pub problem: String,
    /// The partner's clock minus this node's.
    #[prost(sint64, tag = "5")]
    pub skew_ms: i64,
    /// Two histories of one log were shown: people must decide.
    #[prost(bool, tag = "6")]
    pub forked: bool,
    /// A new epoch waits for a decision here.
    #[prost(message, optional, tag = "7")]
    pub proposal: Option<EpochProposal>,
    // Tag 8 was a lock that the log's own state tells.
    /// What the partner holds of the own log, as its last hello said: a note this node signed. Empty: not known.
    #[prost(bytes = "bytes", tag = "9")]
    pub held: Bytes,
    /// What this node asked the partner by letter and has no answer to. Empty: nothing.
    #[prost(bytes = "bytes", tag = "10")]
    pub asked: Bytes,
    /// The partner's newest question, which every letter to it answers. Empty: it asked nothing.
    #[prost(bytes = "bytes", tag = "11")]
    pub to_answer: Bytes,
}

/// A body that was refused, here or there.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RefusalRecord {
    /// The reason's code on the wire.
    #[prost(int32, tag = "1")]
    pub reason: i32,
    /// Dotted path, or empty.
    #[prost(string, tag = "2")]
    pub field: String,
}

/// An invitation that was written.
#[derive(Clone, PartialEq, Message)]
pub(super) struct InvitationRecord {
    /// Not redeemed from this instant on.
    #[prost(sint64, tag = "1")]
    pub expires_ms: i64,
    /// It was redeemed or taken back.
    #[prost(bool, tag = "2")]
    pub used: bool,
}
