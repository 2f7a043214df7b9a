//! One session between two partners: hellos, then frames and acknowledgements in both directions at once. Symmetric: it does
//! not matter who dialled.

use bytes::Bytes;
use hongyan_proto::{
    id::{AgreementHash, LogId},
    identity::Succession,
    letter::EpochReset,
    log::{Follow, Frame, SignedCheckpoint, VerifiedFrame},
    message::{Hello, Message, PROTOCOL, Stop, StopReason},
    time::Timestamp,
};

use super::{
    incoming::Incoming,
    outgoing::Outgoing,
    situation::{self, Roots, Situation, View},
};

/// Frames under way before the sender waits for an acknowledgement. Enough that the receiver verifies while its disk is busy.
pub const WINDOW_FRAMES: usize = 32;

/// Bytes under way before the sender waits, however few frames they are: bounds memory on both sides to this and one frame. Four
/// commits of the receiver; eight mebibytes were not faster and took up to 20 more of its memory.
pub const WINDOW_BYTES: usize = 2 * 1024 * 1024;

/// Messages in a row that may bring nothing new: an acknowledgement or a frame that came twice. A peer that sends more keeps a session
/// open for nothing. Four windows: an honest peer repeats at most what was under way.
const IDLE_MESSAGES: usize = 4 * WINDOW_FRAMES;

/// What a session is started with: both logs as they are durable here.
#[derive(Clone, Debug)]
pub struct Start {
    /// This side's own log, signed.
    pub own: SignedCheckpoint,
    /// This side's own log as something to continue, should the partner hold more of it.
    pub own_follow: Follow,
    /// Entries of earlier epochs in force before the own log: what the partner's entries have seen counts from there.
    pub own_base: u64,
    /// The partner's log as it is mirrored here.
    pub mirror: Follow,
    /// The partner's signed checkpoint at exactly that size; none when nothing is mirrored yet.
    pub held: Option<SignedCheckpoint>,
    /// The clock.
    pub now: Timestamp,
    /// Agreements in force as this side sees it.
    pub agreements: Vec<AgreementHash>,
    /// What the own log begins with, when it replaces an older one and the partner has not taken it yet.
    pub reset: Option<EpochReset>,
    /// How this side's key was replaced.
    pub rotations: Succession,
    /// How the partner's key was replaced, as this side knows it.
    pub held_rotations: Succession,
}

/// What the session asks for. Each is done in order; what it leads to comes back through the method named.
#[derive(Debug)]
pub enum Action {
    /// The partner holds this much of this side's own log, and it is not here: let nobody append before it was taken back, or
    /// the log has two histories. Durable before the next action is begun.
    MustRecover {
        /// Entries the partner holds.
        until: u64,
    },
    /// The partner holds nothing of this side's own log that is not here: what was lost is no longer unknown. Durable before
    /// the next action is begun.
    Confirmed,
    /// Send this to the partner.
    Send(Message),
    /// Read entries, close them with a checkpoint, give them back to [`Session::read`].
    Read {
        /// Which log.
        log_id: LogId,
        /// First entry.
        from: u64,
        /// Entries that exist.
        until: u64,
    },
    /// Check the scope of a partner's entries and store them; when durable, call [`Session::stored`].
    Mirror(VerifiedFrame),
    /// Store own entries that had been lost; when durable, call [`Session::stored`].
    TakeBack(VerifiedFrame),
    /// Everything under way is durable on both sides. The session may be closed, or kept and continued by [`Session::grown`].
    Settled {
        /// Lost entries went back to their author: both sides open another session for the rest.
        again: bool,
    },
    /// The session is over, badly. The same was sent to the partner unless it came from there.
    Stopped(Stop),
}

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one of these per session, and it is open for nearly all of its life"
)]
enum Phase {
    Greeting,
    Open {
        outgoing: Outgoing,
        incoming: Incoming,
    },
    Stopped,
}

/// The state machine of one session.
#[derive(Debug)]
pub struct Session {
    start: Start,
    phase: Phase,
    /// Settled was said for this pair of sizes.
    settled_at: Option<(u64, u64)>,
    /// The hello did not show how much of the own log the partner holds: its acknowledgements will.
    unconfirmed: bool,
    /// How far the session was when a message last brought something, and how many have come since that did not.
    idle: (Option<Reached>, usize),
}

/// How far a session is: acknowledged there, verified here, announced there.
type Reached = (u64, u64, Option<u64>);

impl Session {
    /// Opens a session: the first action is always this side's hello.
    pub fn open(start: Start) -> (Self, Vec<Action>) {
        let hello = Hello {
            protocol: PROTOCOL,
            own: start.own.note().clone(),
            held: start.held.as_ref().map(|held| held.note().clone()),
            time: start.now,
            agreements: start.agreements.clone(),
            reset: start.reset.clone(),
            rotations: start.rotations.clone(),
            held_rotations: start.held_rotations.clone(),
        };
        let session = Self {
            start,
            phase: Phase::Greeting,
            settled_at: None,
            unconfirmed: false,
            idle: (None, 0),
        };
        (session, vec![Action::Send(Message::Hello(hello))])
    }

    /// A message arrived. `roots` are needed for a hello only: see [`Session::hello_sizes`].
    pub fn receive(&mut self, message: Message, roots: Roots) -> Vec<Action> {
        let mut actions = Vec::new();
        let result = match (&mut self.phase, message) {
            (Phase::Stopped, _) => Ok(()),
            (_, Message::Stop(stop)) => {
                self.phase = Phase::Stopped;
                return vec![Action::Stopped(stop)];
            }
            (Phase::Greeting, Message::Hello(hello)) => self.greet(&hello, roots, &mut actions),
            (Phase::Open { incoming, .. }, Message::Frame(frame)) => {
                incoming.frame(frame, &mut actions)
            }
            (Phase::Open { incoming, .. }, Message::Done { size }) => incoming.done(size),
            (Phase::Open { outgoing, .. }, Message::Ack { log_id, size })
                if log_id == outgoing.log_id() =>
            {
                outgoing.acknowledge(size)
            }
            (_, message) => Err(Stop::new(
                StopReason::Protocol,
                format!("{} out of order", name(&message)),
            )),
        };
        let result = result.and_then(|()| self.count_idle());
        self.conclude(result, actions)
    }

    fn count_idle(&mut self) -> Result<(), Stop> {
        let Phase::Open { outgoing, incoming } = &self.phase else {
            return Ok(());
        };
        let reached = Some((outgoing.acked(), incoming.verified(), incoming.end()));
        let (before, idle) = &mut self.idle;
        if *before != reached {
            (*before, *idle) = (reached, 0);
            return Ok(());
        }
        *idle += 1;
        if *idle > IDLE_MESSAGES {
            let detail = format!("{IDLE_MESSAGES} messages in a row that bring nothing new");
            return Err(Stop::new(StopReason::Protocol, detail));
        }
        Ok(())
    }

    /// The sizes at which a hello needs this side's roots: of its own log, and of the mirror.
    /// Nothing when the notes are not signed as they must be: [`Session::receive`] will refuse them.
    pub fn hello_sizes(&self, hello: &Hello) -> (Option<u64>, Option<u64>) {
        let held = hello
            .held
            .as_ref()
            .and_then(|note| self.own_note(note, hello).ok());
        let own = self.their_note(hello).ok();
        (held.map(|note| note.size()), own.map(|note| note.size()))
    }

    /// A frame was read from the store.
    pub fn read(&mut self, frame: Frame) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Phase::Open { outgoing, .. } = &mut self.phase {
            outgoing.read(frame, &mut actions);
        }
        self.conclude(Ok(()), actions)
    }

    /// What was handed on to be stored is durable up to `size`.
    pub fn stored(&mut self, size: u64) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Phase::Open { incoming, .. } = &mut self.phase {
            incoming.stored(size, &mut actions);
        }
        self.conclude(Ok(()), actions)
    }

    /// This side's own log has grown to `size` durable entries.
    pub fn grown(&mut self, size: u64) -> Vec<Action> {
        let own = self.start.own.origin().log_id();
        if let Phase::Open { outgoing, incoming } = &mut self.phase
            && outgoing.log_id() == own
            // Growing by what the partner gives back is nothing to tell it.
            && incoming.log_id() != own
        {
            outgoing.grow(size);
            incoming.raise_seen_limit(self.start.own_base.saturating_add(size));
        }
        self.conclude(Ok(()), Vec::new())
    }

    /// This side cannot go on: tells the partner and ends.
    pub fn fail(&mut self, stop: Stop) -> Vec<Action> {
        self.conclude(Err(stop), Vec::new())
    }

    /// How much of this side's own log the partner is known to hold durably.
    pub fn acknowledged(&self) -> Option<u64> {
        match &self.phase {
            Phase::Open { outgoing, .. }
                if outgoing.log_id() == self.start.own.origin().log_id() =>
            {
                Some(outgoing.acked())
            }
            _ => None,
        }
    }

    fn conclude(&mut self, result: Result<(), Stop>, mut actions: Vec<Action>) -> Vec<Action> {
        if let Err(stop) = result {
            // The first reason is the one that is told.
            if matches!(self.phase, Phase::Stopped) {
                return actions;
            }
            self.phase = Phase::Stopped;
            actions.push(Action::Send(Message::Stop(stop.clone())));
            actions.push(Action::Stopped(stop));
            return actions;
        }
        if let Phase::Open { outgoing, incoming } = &mut self.phase {
            outgoing.advance(&mut actions);
            let sizes = (outgoing.acked(), incoming.stored_size());
            if outgoing.settled() && incoming.settled() && self.settled_at != Some(sizes) {
                self.settled_at = Some(sizes);
                let own = self.start.own.origin().log_id();
                let again = outgoing.log_id() != own || incoming.log_id() == own;
                if !again && std::mem::take(&mut self.unconfirmed) {
                    actions.push(Action::Confirmed);
                }
                actions.push(Action::Settled { again });
            }
        }
        actions
    }

    fn own_note(&self, note: &Bytes, hello: &Hello) -> Result<SignedCheckpoint, Stop> {
        let note = self.start.own_follow.note(note, &hello.held_rotations);
        note.map_err(|error| Stop::new(StopReason::Protocol, error))
    }

    fn their_note(&self, hello: &Hello) -> Result<SignedCheckpoint, Stop> {
        their_note(hello, &self.start.mirror)
    }

    fn greet(
        &mut self,
        hello: &Hello,
        roots: Roots,
        actions: &mut Vec<Action>,
    ) -> Result<(), Stop> {
        if hello.protocol.0 > PROTOCOL.1 || hello.protocol.1 < PROTOCOL.0 {
            let detail = format!("they speak {:?}, this side {PROTOCOL:?}", hello.protocol);
            return Err(Stop::new(StopReason::Version, detail));
        }
        let held = hello
            .held
            .as_ref()
            .map(|note| self.own_note(note, hello))
            .transpose()?;
        let own_view = view(&self.start.own_follow);
        let mirror_view = view(&self.start.mirror);
        let own = situation::own(&own_view, held.as_ref(), roots);
        if let Situation::AuthorLost { until, .. } = own {
            // Signed by this side itself, so it holds whatever else is wrong with the hello.
            actions.push(Action::MustRecover { until });
        }
        let theirs = self.their_note(hello)?;
        let mirror = situation::mirror(&mirror_view, &theirs, roots);
        let own_log = own_view.origin.log_id();
        let mut taking_back = false;
        let mut outgoing = Outgoing::new(own_log, own_view.size, own_view.size);
        match own {
            Situation::Equal => {}
            Situation::ReaderBehind { from } => {
                outgoing = Outgoing::new(own_log, from, own_view.size);
            }
            Situation::AuthorLost { .. } => taking_back = true,
            Situation::Fork { size } => {
                return Err(fork(size, held.as_ref(), &self.start.own));
            }
            Situation::EpochChanged => {
                return Err(epoch("they hold another epoch of this side's log"));
            }
        }
        match mirror {
            Situation::Equal | Situation::ReaderBehind { .. } => {}
            Situation::AuthorLost { from, until } => {
                // What they lost comes first. Their own log follows in the next session, when it is whole again.
                outgoing = Outgoing::new(mirror_view.origin.log_id(), from, until);
            }
            Situation::Fork { size } => {
                return Err(fork(size, self.start.held.as_ref(), &theirs));
            }
            Situation::EpochChanged => {
                return Err(epoch(
                    "they write in another epoch than the one accepted here",
                ));
            }
        }
        self.unconfirmed = held.is_none();
        if !taking_back && !self.unconfirmed {
            actions.push(Action::Confirmed);
        }
        let incoming = self.incoming(taking_back);
        self.phase = Phase::Open { outgoing, incoming };
        Ok(())
    }

    fn incoming(&self, taking_back: bool) -> Incoming {
        let start = &self.start;
        if taking_back {
            let mut follow = start.own_follow.clone();
            // A lost entry may have seen what this side's mirror lost too.
            follow.seen_limit = u64::MAX;
            return Incoming::new(follow, Some(start.own.clone()), true);
        }
        let mut follow = start.mirror.clone();
        // An entry may have seen everything this side has.
        let own_size = start.own_follow.tree.size();
        follow.seen_limit = start.own_base.saturating_add(own_size);
        Incoming::new(follow, start.held.clone(), false)
    }
}

/// The partner's note of its own log. A note signed by a key that it gave up, for a log that goes on under the next one, is not an
/// unknown signature: it has restored an old backup, and must be told.
pub(super) fn their_note(hello: &Hello, mirror: &Follow) -> Result<SignedCheckpoint, Stop> {
    mirror.note(&hello.own, &hello.rotations).map_err(|error| {
        let given_up = SignedCheckpoint::verify_by(&hello.own, |_, _| {
            mirror.signers.keys().copied().collect()
        });
        let reason = if given_up.is_ok() {
            StopReason::Key
        } else {
            StopReason::Protocol
        };
        Stop::new(reason, error)
    })
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

fn view(follow: &Follow) -> View {
    View {
        origin: follow.origin,
        size: follow.tree.size(),
        root: follow.tree.root(),
    }
}

fn epoch(detail: &str) -> Stop {
    Stop::new(StopReason::Epoch, detail)
}

fn name(message: &Message) -> &'static str {
    match message {
        Message::Hello(_) => "hello",
        Message::Frame(_) => "frame",
        Message::Ack { .. } => "ack",
        Message::Done { .. } => "done",
        Message::Stop(_) => "stop",
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
