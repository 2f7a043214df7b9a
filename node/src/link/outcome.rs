//! How a session went: what both hellos said together, how much went each way, and how it ended.

use hongyan_proto::message::{Hello, Stop, StopReason};

/// What both hellos said together, seen from this side.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Standing {
    /// No hello came.
    #[default]
    Unknown,
    /// Both sides held the same.
    Equal,
    /// Here was more than there.
    Ahead,
    /// There was more than here.
    Behind,
    /// Each side had something new.
    Both,
    /// The partner had more of this side's own log than this side.
    LostHere,
    /// This side had more of the partner's log than the partner.
    LostThere,
    /// Two histories of one log.
    Fork,
    /// Another epoch than the one accepted.
    EpochChanged,
    /// No protocol version in common.
    Version,
}

/// Sizes of both logs on both sides, from the hellos.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Sizes {
    pub(super) own_here: u64,
    pub(super) own_there: u64,
    pub(super) mirror_here: u64,
    pub(super) mirror_there: u64,
}

impl Sizes {
    pub(super) fn standing(self) -> Standing {
        let ahead = self.own_here > self.own_there;
        let behind = self.mirror_there > self.mirror_here;
        match (ahead, behind) {
            _ if self.own_there > self.own_here => Standing::LostHere,
            _ if self.mirror_here > self.mirror_there => Standing::LostThere,
            (true, true) => Standing::Both,
            (true, false) => Standing::Ahead,
            (false, true) => Standing::Behind,
            (false, false) => Standing::Equal,
        }
    }
}

/// How a session ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum End {
    /// Both logs are up to date and durable on both sides.
    Settled,
    /// Lost entries went back to their author: another session brings the rest.
    Again,
    /// One side said why it cannot go on.
    Stopped(Stop),
    /// The connection ended in the middle. What was acknowledged stays.
    Cut(String),
    /// This node is closing.
    Closing,
}

/// How a session went.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// What both hellos said.
    pub standing: Standing,
    /// How it ended.
    pub end: End,
    /// Entries sent.
    pub sent: u64,
    /// The partner's entries received and stored.
    pub received: u64,
    /// Own entries taken back from the partner.
    pub recovered: u64,
    /// Received bodies that were refused here.
    pub refused: u64,
    /// How much of the own log the partner acknowledged, as far as it is known.
    pub acknowledged: Option<u64>,
    /// The partner's clock minus this node's, in milliseconds; none without a hello.
    pub skew_ms: Option<i64>,
    /// The partner's protocol versions and agreements, as its hello said.
    pub hello: Option<Hello>,
}

/// A session in which nothing has happened yet.
pub(super) fn blank(end: End) -> Outcome {
    Outcome {
        standing: Standing::Unknown,
        end,
        sent: 0,
        received: 0,
        recovered: 0,
        refused: 0,
        acknowledged: None,
        skew_ms: None,
        hello: None,
    }
}

impl Outcome {
    /// Are both logs up to date?
    pub fn complete(&self) -> bool {
        self.end == End::Settled
    }

    /// This session and the one before it as one: lost entries went back in the first.
    #[must_use]
    pub(super) fn after(mut self, before: &Self) -> Self {
        self.standing = before.standing;
        self.sent += before.sent;
        self.received += before.received;
        self.recovered += before.recovered;
        self.refused += before.refused;
        self
    }

    /// Why it did not end well, in words; none when it did.
    pub fn problem(&self) -> Option<String> {
        match &self.end {
            End::Settled | End::Again | End::Closing => None,
            End::Stopped(stop) => Some(stop.to_string()),
            End::Cut(words) => Some(words.clone()),
        }
    }
}

/// How far a session is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Progress {
    /// Entries sent so far.
    pub sent: u64,
    /// Entries to send in all.
    pub to_send: u64,
    /// Entries stored so far.
    pub received: u64,
    /// Entries to receive in all.
    pub to_receive: u64,
}

/// A stop that waits for people rather than for better luck.
pub(super) fn needs_people(reason: StopReason) -> bool {
    match reason {
        StopReason::Fork
        | StopReason::Epoch
        | StopReason::Revoked
        | StopReason::Version
        | StopReason::BadFrame
        | StopReason::Key
        | StopReason::Protocol => true,
        StopReason::Store | StopReason::Timeout => false,
    }
}
