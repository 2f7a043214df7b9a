//! What needs the network, as functions handed in by the wiring: the office itself opens no connection.

use std::{fmt, future::Future, pin::Pin};

use hongyan_proto::{
    id::{Hash, KeyId, OrganizationCode},
    identity::{Invitation, PublicKey, Succession},
    letter::GatewayEnrolled,
    message::Stop,
    time::Timestamp,
};
use tokio::sync::mpsc;

use super::{Introduction, OfficeError, Organization};

/// A future whose type has no name.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Words in both languages.
pub type CheckWord = (String, String);

/// One step of the way to a partner. Names and states are numbered as the API numbers them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CheckStep {
    /// 1 name, 2 port, 3 TLS, 4 key, 5 clock, 6 version, 7 agreement, 8 backlog.
    pub name: i32,
    /// 1 in order, 2 warning, 3 failed, 4 skipped.
    pub state: i32,
    /// What was found.
    pub found: CheckWord,
    /// What to do next.
    pub remedy: CheckWord,
    /// How long it took.
    pub micros: u64,
}

/// Where a session is. Numbered as the API numbers it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SyncPhase(pub i32);

/// Where a session is and how far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SyncProgress {
    /// Dialling, hello, frames, receipts.
    pub phase: SyncPhase,
    /// Entries sent so far.
    pub sent: u64,
    /// Entries to send in all.
    pub to_send: u64,
    /// Entries received so far.
    pub received: u64,
    /// Entries to receive in all.
    pub to_receive: u64,
}

/// How a session or a letter ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SyncOutcome {
    /// The partner.
    pub partner: KeyId,
    /// What both hellos said, numbered as the API numbers it.
    pub situation: i32,
    /// Both logs are up to date and durable on both sides.
    pub complete: bool,
    /// Entries sent.
    pub sent: u64,
    /// Entries received.
    pub received: u64,
    /// Own entries taken back.
    pub recovered: u64,
    /// Received bodies refused here.
    pub refused_here: u64,
    /// Why it ended badly.
    pub stop: Option<Stop>,
    /// Why it was cut off, in words, where there is no stop.
    pub why: Option<String>,
    /// From dialling to the end.
    pub micros: u64,
}

/// What a sealed letter is to carry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// Everything the partner is not known to have.
    New,
    /// Own entries from this one on: an earlier file was lost.
    From(u64),
    /// No entries, but the question what the partner holds of the own log.
    Question,
}

/// A sealed file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Letter {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// First entry inside.
    pub from: u64,
    /// One past the last entry inside.
    pub until: u64,
    /// Suggested file name.
    pub filename: String,
}

/// A report's canonical bytes and their signature.
pub type Signed = (Vec<u8>, Vec<u8>);
/// The revision a gateway keeps, when it took it in milliseconds since 1970 UTC, and whether it had these bytes already.
pub type Taken = (u32, i64, bool);

type Step<A, T> = Box<dyn Fn(A) -> BoxFuture<Result<T, OfficeError>> + Send + Sync>;

/// Whoever answered at the address of an invitation, before anything was said.
pub struct Meeting {
    /// Its key, as TLS proved.
    pub key: PublicKey,
    /// How that came to be.
    pub succession: Succession,
    /// Redeems the invitation: says who this node is, hears who that one is.
    pub introduce:
        Box<dyn FnOnce(Introduction) -> BoxFuture<Result<Introduction, OfficeError>> + Send>,
}

/// The ways to the network.
pub struct Carrier {
    /// Dials the node that wrote an invitation.
    pub meet: Step<Invitation, Meeting>,
    /// Tries the way to a partner step by step.
    pub check: Box<dyn Fn(KeyId) -> BoxFuture<Vec<CheckStep>> + Send + Sync>,
    /// Dials a partner and runs one session; tells how far it is.
    pub sync: Step<(KeyId, mpsc::Sender<SyncProgress>), SyncOutcome>,
    /// Makes a sealed letter for a partner.
    pub export: Step<(KeyId, Wanted), Letter>,
    /// Takes a sealed letter in.
    pub import: Step<Vec<u8>, SyncOutcome>,
    /// Enrols at a gateway by its invitation, under this superior or directly under its department; returns what it calls itself.
    pub enroll: Step<(Invitation, Organization, Option<OrganizationCode>), Organization>,
    /// Sends the signed report to a gateway; returns the revision it keeps, when it took it, and whether it had it already.
    pub submit: Step<(GatewayEnrolled, Signed), Taken>,
    /// When a partner is dialled next by itself; none when it is not.
    pub next_try: Box<dyn Fn(KeyId) -> Option<Timestamp> + Send + Sync>,
    /// To be told after a partner was added or revoked, so that pins follow the book.
    pub partners_changed: Box<dyn Fn() + Send + Sync>,
    /// To be told after the identity key was replaced, or to show another TLS key: makes a new one and its certificate, and says until when
    /// that is valid.
    pub renew_tls: Box<dyn Fn() -> Result<Timestamp, OfficeError> + Send + Sync>,
    /// What is shown at handshakes now: until when it is valid, and the fingerprint of its TLS key.
    pub shown_tls: Box<dyn Fn() -> (Timestamp, Hash) + Send + Sync>,
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carrier(..)")
    }
}
