//! A correspondence by letters that are carried: which entries go into one, and what its reader does with them.
//!
//! A letter says what a connection would have said, with one difference: it may be old. What an old hello says about its
//! sender's own log, or about how much the sender held, is no news; only what was signed cannot become untrue.

use std::ops::Range;

use hongyan_proto::{
    log::{Follow, Frame, FrameError, SignedCheckpoint, VerifiedFrame},
    message::{Hello, PROTOCOL, Stop, StopReason},
};
use thiserror::Error;

use super::{
    incoming::bad_frame,
    session::their_note,
    situation::{self, Roots, Situation, View},
};

/// A letter that cannot be taken in, or not further than it was.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum LetterError {
    /// An earlier letter is missing.
    #[error(
        "中间缺信: 本方已有 {expected} 条, 此信从第 {found} 条开始; 请对方执行 `hongyan-node letter export --from {expected}`  a letter is missing: {expected} entries are here, this one begins at {found}; ask the partner to export from {expected}"
    )]
    Gap {
        /// Entries held here: the partner exports again from there.
        expected: u64,
        /// Where the letter begins.
        found: u64,
    },
    /// The partner has entries of this side's own log that are lost here.
    #[error(
        "本方日志缺第 {from} 至 {until} 条 (恢复了旧备份?), 对方仍有; 请先与对方联网同步, 或请对方导出含这些条目的信件 entries {from} to {until} of this side's own log are lost here and the partner has them: sync with it, or ask it for a letter that brings them back"
    )]
    LostEntries {
        /// First entry lost.
        from: u64,
        /// Entries the partner holds.
        until: u64,
    },
    /// As a session would have been stopped.
    #[error(transparent)]
    Stop(#[from] Stop),
}

/// What is known of the partner when a letter to it is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Known {
    /// Durable entries of this side's own log.
    pub own: u64,
    /// Of these the partner is known to hold so many.
    pub held_there: u64,
    /// Durable entries of the partner's log here.
    pub mirror: u64,
    /// The size of the partner's own log in the last hello that came from it, when that was less than `mirror`.
    pub lost_there: Option<u64>,
    /// Where the operator wants the letter to begin.
    pub from: Option<u64>,
}

/// What goes into a letter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Contents {
    /// Entries of the partner's own log that it seems to have lost. They come first: its own log must be whole before it
    /// can judge what has seen it.
    pub give_back: Range<u64>,
    /// Entries of this side's log.
    pub own: Range<u64>,
}

/// Decides what goes into a letter. It may bring what is held already: that costs room, never order.
pub fn contents(known: &Known) -> Contents {
    let from = known.from.unwrap_or(known.held_there).min(known.own);
    let lost_from = known.lost_there.unwrap_or(known.mirror).min(known.mirror);
    Contents {
        give_back: lost_from..known.mirror,
        own: from..known.own,
    }
}

/// Takes a letter in, frame by frame, against what is durable here.
#[derive(Debug)]
pub struct Reading {
    own: Follow,
    own_base: u64,
    mirror: Follow,
    /// The note the mirror ends with.
    held_here: Option<SignedCheckpoint>,
    /// Entries of this side's own log that the partner holds.
    held_there: u64,
    /// Size of the partner's own log when it wrote the letter.
    size_there: u64,
}

/// What a frame of a letter asks for.
#[derive(Debug)]
pub enum Step {
    /// Everything in it is held already.
    Held,
    /// Check the scope of a partner's entries and store them.
    Mirror(VerifiedFrame),
    /// Store own entries that had been lost.
    TakeBack(VerifiedFrame),
}

/// The notes of a letter's hello, verified: what they say needs roots of this side's copies at these sizes.
#[derive(Clone, Debug)]
pub struct Greeting {
    theirs: SignedCheckpoint,
    held: Option<SignedCheckpoint>,
}

impl Greeting {
    /// Checks a hello's version and signatures.
    pub fn read(hello: &Hello, own: &Follow, mirror: &Follow) -> Result<Self, LetterError> {
        if hello.protocol.0 > PROTOCOL.1 || hello.protocol.1 < PROTOCOL.0 {
            let detail = format!("they speak {:?}, this side {PROTOCOL:?}", hello.protocol);
            return Err(Stop::new(StopReason::Version, detail).into());
        }
        let refuse = |error| Stop::new(StopReason::Protocol, error);
        let theirs = their_note(hello, mirror)?;
        let held = hello.held.as_ref();
        let held = held.map(|note| own.note(note, &hello.held_rotations));
        Ok(Self {
            theirs,
            held: held.transpose().map_err(refuse)?,
        })
    }

    /// The sizes at which [`Reading::begin`] needs roots: of the own log, and of the mirror.
    pub fn sizes(&self) -> (Option<u64>, u64) {
        let held = self.held.as_ref().map(SignedCheckpoint::size);
        (held, self.theirs.size())
    }
}

impl Reading {
    /// Judges what the letter's sender held. `own` and `mirror` are as they are durable here, `held_here` is the note the
    /// mirror ends with; `own_base` as in [`super::Start`].
    pub fn begin(
        (mut own, own_base): (Follow, u64),
        mut mirror: Follow,
        held_here: Option<&SignedCheckpoint>,
        greeting: &Greeting,
        roots: Roots,
    ) -> Result<Self, LetterError> {
        let theirs = &greeting.theirs;
        let held = greeting.held.as_ref();
        match situation::mirror(&view(&mirror), theirs, roots) {
            // "Lost" is what an old letter always looks like: it says only how long the log was when it was written.
            Situation::Equal | Situation::ReaderBehind { .. } | Situation::AuthorLost { .. } => {}
            Situation::Fork { size } => return Err(fork(size, held_here, theirs).into()),
            Situation::EpochChanged => {
                return Err(epoch("they write in another epoch than the one accepted here").into());
            }
        }
        match situation::own(&view(&own), held, roots) {
            Situation::Equal | Situation::ReaderBehind { .. } | Situation::AuthorLost { .. } => {}
            Situation::Fork { size } => {
                let detail = format!("roots differ at {size} entries");
                let mut stop = Stop::new(StopReason::Fork, detail);
                stop.evidence = held.iter().map(|held| held.note().clone()).collect();
                return Err(stop.into());
            }
            Situation::EpochChanged => {
                return Err(epoch("they hold another epoch of this side's log").into());
            }
        }
        own.seen_limit = u64::MAX;
        mirror.seen_limit = own_base.saturating_add(own.tree.size());
        Ok(Self {
            own,
            own_base,
            mirror,
            held_here: held_here.cloned(),
            held_there: held.map_or(0, SignedCheckpoint::size),
            size_there: theirs.size(),
        })
    }

    /// Entries of this side's own log that the partner proved to hold.
    pub fn held_there(&self) -> u64 {
        self.held_there
    }

    /// How much of this side's own log must be taken back before anybody may append to it, if anything: commit that before the
    /// first frame. A letter never says that nothing was lost, for it may be old.
    pub fn must_recover(&self) -> Option<u64> {
        self.lost().map(|(_, until)| until)
    }

    /// The partner's own log was shorter, when it wrote the letter, than what is held of it: old, or entries are lost there.
    pub fn size_there(&self) -> u64 {
        self.size_there
    }

    /// The next frame of the letter. Its step must be durable before the letter counts as taken in.
    pub fn frame(&mut self, frame: Frame) -> Result<Step, LetterError> {
        if frame.log_id == self.own.origin.log_id() {
            return self.own_frame(frame);
        }
        if let Some((from, until)) = self.lost() {
            // The partner's entries may have seen what is lost here: they cannot be judged yet.
            return Err(LetterError::LostEntries { from, until });
        }
        if held(&self.mirror, &frame) {
            return Ok(Step::Held);
        }
        let verified = verify(&mut self.mirror, self.held_here.as_ref(), frame)?;
        self.held_here = Some(verified.checkpoint().clone());
        Ok(Step::Mirror(verified))
    }

    /// Nothing more is in the letter: is this side's own log whole again?
    pub fn end(&self) -> Result<(), LetterError> {
        match self.lost() {
            Some((from, until)) => Err(LetterError::LostEntries { from, until }),
            None => Ok(()),
        }
    }

    fn own_frame(&mut self, frame: Frame) -> Result<Step, LetterError> {
        if held(&self.own, &frame) {
            return Ok(Step::Held);
        }
        let verified = verify(&mut self.own, None, frame)?;
        self.mirror.seen_limit = self.own_base.saturating_add(self.own.tree.size());
        Ok(Step::TakeBack(verified))
    }

    fn lost(&self) -> Option<(u64, u64)> {
        let here = self.own.tree.size();
        (here < self.held_there).then_some((here, self.held_there))
    }
}

fn view(follow: &Follow) -> View {
    View {
        origin: follow.origin,
        size: follow.tree.size(),
        root: follow.tree.root(),
    }
}

fn held(follow: &Follow, frame: &Frame) -> bool {
    frame.log_id == follow.origin.log_id() && frame.end() <= follow.tree.size()
}

fn verify(
    follow: &mut Follow,
    held: Option<&SignedCheckpoint>,
    frame: Frame,
) -> Result<VerifiedFrame, LetterError> {
    let note = frame.checkpoint.clone();
    let verified = follow.verify(frame).map_err(|error| match error {
        FrameError::Gap { expected, found } => LetterError::Gap { expected, found },
        error => LetterError::Stop(bad_frame(&error, held, note)),
    })?;
    follow.advance(&verified);
    Ok(verified)
}

fn fork(size: u64, one: Option<&SignedCheckpoint>, other: &SignedCheckpoint) -> Stop {
    let mut stop = Stop::new(StopReason::Fork, format!("roots differ at {size} entries"));
    stop.evidence = one
        .into_iter()
        .chain([other])
        .map(|note| note.note().clone())
        .collect();
    stop
}

fn epoch(detail: &str) -> Stop {
    Stop::new(StopReason::Epoch, detail)
}

#[cfg(test)]
#[path = "letter_tests.rs"]
pub(super) mod tests;
