//! The receiving half of a session: verifies frames as they come, hands them on to be stored, acknowledges what is durable.

use bytes::Bytes;
use hongyan_proto::{
    id::LogId,
    log::{Follow, Frame, FrameError, SignedCheckpoint},
    message::{Message, Stop, StopReason},
};

use super::session::Action;

/// What is being received: the other side's log, or this side's own entries that it lost.
#[derive(Debug)]
pub(super) struct Incoming {
    follow: Follow,
    /// The note that what is held ends with: one half of the evidence, should the next frame not continue it.
    held: Option<SignedCheckpoint>,
    /// Taken back from the partner instead of mirrored.
    own: bool,
    /// Durable here.
    stored: u64,
    /// The other side has nothing beyond this.
    end: Option<u64>,
}

impl Incoming {
    pub(super) fn new(follow: Follow, held: Option<SignedCheckpoint>, own: bool) -> Self {
        let stored = follow.tree.size();
        Self {
            follow,
            held,
            own,
            stored,
            end: None,
        }
    }

    pub(super) fn log_id(&self) -> LogId {
        self.follow.origin.log_id()
    }

    /// The other side's log may have seen this much of ours by now.
    pub(super) fn raise_seen_limit(&mut self, size: u64) {
        self.follow.seen_limit = self.follow.seen_limit.max(size);
    }

    /// Everything the other side announced is durable here.
    pub(super) fn settled(&self) -> bool {
        self.end.is_some_and(|end| end == self.stored)
    }

    pub(super) fn stored_size(&self) -> u64 {
        self.stored
    }

    /// Entries that were verified, durable or not yet.
    pub(super) fn verified(&self) -> u64 {
        self.follow.tree.size()
    }

    /// Where the other side said that it has nothing more.
    pub(super) fn end(&self) -> Option<u64> {
        self.end
    }

    /// A frame arrived: verify it against what is held, pass it on to be stored.
    pub(super) fn frame(&mut self, frame: Frame, actions: &mut Vec<Action>) -> Result<(), Stop> {
        if frame.log_id == self.log_id() && frame.end() <= self.follow.tree.size() {
            // Sent twice: say again what is durable, store nothing.
            actions.push(Action::Send(Message::Ack {
                log_id: frame.log_id,
                size: self.stored,
            }));
            return Ok(());
        }
        let note = frame.checkpoint.clone();
        let verified = self
            .follow
            .verify(frame)
            .map_err(|error| bad_frame(&error, self.held.as_ref(), note))?;
        self.held = Some(verified.checkpoint().clone());
        self.follow.advance(&verified);
        actions.push(if self.own {
            Action::TakeBack(verified)
        } else {
            Action::Mirror(verified)
        });
        Ok(())
    }

    /// Entries up to `size` are durable.
    pub(super) fn stored(&mut self, size: u64, actions: &mut Vec<Action>) {
        self.stored = self.stored.max(size);
        actions.push(Action::Send(Message::Ack {
            log_id: self.log_id(),
            size: self.stored,
        }));
    }

    /// The other side says this is all it has.
    pub(super) fn done(&mut self, size: u64) -> Result<(), Stop> {
        // Less than is held: its author lost entries, and gets them back from this side.
        if size > self.follow.tree.size() {
            let detail = format!(
                "done at {size}, but {} entries arrived",
                self.follow.tree.size()
            );
            return Err(Stop::new(StopReason::Protocol, detail));
        }
        self.end = Some(self.follow.tree.size());
        Ok(())
    }
}

/// Why a frame ends the session.
///
/// When its entries do not lead to the root, its note is signed by the author all the same. The author's history may have
/// two branches, the newer longer than what is held here: then no two notes are of one size. Or whoever sent the frame
/// altered it. Both notes go along as evidence; the author decides it with a consistency proof between the two, which
/// only a single history has.
pub(super) fn bad_frame(error: &FrameError, held: Option<&SignedCheckpoint>, note: Bytes) -> Stop {
    let mut stop = Stop::new(StopReason::BadFrame, error);
    if matches!(error, FrameError::Root(_)) {
        let held = held.map(|held| held.note().clone());
        stop.evidence = held.into_iter().chain([note]).collect();
    }
    stop
}
