//! One simulated node: a key, two logs, the frames its disk has not finished yet, perhaps a session.

use std::collections::VecDeque;

use hongyan_node::sync::{Action, Roots, Session, Start};
use hongyan_proto::{
    id::{CaseId, Epoch, LogOrigin},
    identity::{IdentityKey, Succession},
    letter::Payload,
    log::VerifiedFrame,
    message::{Message, Stop},
    time::Timestamp,
};

use super::log::Log;

/// What a node asks of the town after it acted.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) sent: Vec<Message>,
    pub(super) settled: Option<bool>,
    pub(super) stopped: Option<Stop>,
}

/// What survives a crash, and what a backup holds.
#[derive(Clone)]
pub(super) struct Disk {
    pub(super) out: Log,
    pub(super) mirror: Log,
    /// The own log must be taken back up to here before anything is appended to it, as a store keeps it.
    pub(super) recovering: Option<u64>,
}

/// The end of what a restored node lost, before its partner said it.
pub(super) const UNKNOWN: u64 = u64::MAX;

pub(super) struct Node {
    pub(super) key: IdentityKey,
    pub(super) disk: Disk,
    pub(super) backup: Option<Disk>,
    /// The disk went back in time unnoticed, and nobody has worked here since: the first hello must lock the log.
    pub(super) rolled_back: bool,
    pub(super) session: Option<Session>,
    /// Frames handed to the disk and not yet durable; true: taken back.
    pub(super) under_way: VecDeque<(VerifiedFrame, bool)>,
    pub(super) clock: Timestamp,
}

impl Node {
    pub(super) fn pair(clocks: [i64; 2]) -> [Self; 2] {
        let keys = [
            IdentityKey::from_seed([1; 32]),
            IdentityKey::from_seed([2; 32]),
        ];
        let ids = [keys[0].public(), keys[1].public()];
        let origin = |author: usize| LogOrigin {
            author: ids[author].key_id(),
            audience: ids[1 - author].key_id(),
            epoch: Epoch::from_bytes([9; 16]),
        };
        let mut side = 0;
        keys.map(|key| {
            let (own, other) = (side, 1 - side);
            side += 1;
            Self {
                key,
                disk: Disk {
                    out: Log::new(origin(own), ids[own]),
                    mirror: Log::new(origin(other), ids[other]),
                    recovering: None,
                },
                backup: None,
                rolled_back: false,
                session: None,
                under_way: VecDeque::new(),
                clock: Timestamp::from_millis(clocks[own]),
            }
        })
    }

    /// Time passes, or goes back when someone sets the clock.
    pub(super) fn pass(&mut self, millis: i64) {
        self.clock = self.clock.plus_millis(millis);
    }

    pub(super) fn open(&mut self) -> Effects {
        let Disk { out, mirror, .. } = &self.disk;
        let (session, actions) = Session::open(Start {
            own: out.sign(&self.key, &out.tree),
            own_follow: out.follow(0),
            mirror: mirror.follow(out.size()),
            held: mirror.note.clone(),
            own_base: 0,
            now: self.clock,
            agreements: Vec::new(),
            reset: None,
            rotations: Succession::NONE,
            held_rotations: Succession::NONE,
        });
        self.session = Some(session);
        self.perform(actions)
    }

    pub(super) fn receive(&mut self, message: Message) -> Effects {
        let Some(session) = &mut self.session else {
            return Effects::default();
        };
        let mut roots = Roots::default();
        if let Message::Hello(hello) = &message {
            let (held, own) = session.hello_sizes(hello);
            roots.own_at_held = held
                .and_then(|size| self.disk.out.tree_at(size))
                .map(|tree| tree.root());
            roots.mirror_at_own = own
                .and_then(|size| self.disk.mirror.tree_at(size))
                .map(|tree| tree.root());
        }
        let actions = session.receive(message, roots);
        self.perform(actions)
    }

    /// The disk finishes the oldest frame.
    pub(super) fn finish_write(&mut self) -> Effects {
        let Some((frame, own)) = self.under_way.pop_front() else {
            return Effects::default();
        };
        let log = if own {
            &mut self.disk.out
        } else {
            &mut self.disk.mirror
        };
        log.extend(&frame);
        let size = log.size();
        let disk = &mut self.disk;
        disk.recovering = disk.recovering.filter(|until| disk.out.size() < *until);
        let Some(session) = &mut self.session else {
            return Effects::default();
        };
        let actions = session.stored(size);
        self.perform(actions)
    }

    /// Would the store take an entry now?
    pub(super) fn may_write(&self) -> bool {
        let Disk {
            out,
            mirror,
            recovering,
        } = &self.disk;
        // Own entries came back that had seen more than the mirror has again: an entry must not have seen less than the last.
        let last_seen = out.entries.last().map_or(0, |entry| entry.header().seen);
        recovering.is_none() && !self.rolled_back && last_seen <= mirror.size()
    }

    pub(super) fn write(&mut self, case_id: CaseId, payload: &Payload, salt: [u8; 16]) -> Effects {
        let seen = self.disk.mirror.size();
        self.disk
            .out
            .append(case_id, seen, self.clock, payload, salt);
        let size = self.disk.out.size();
        let Some(session) = &mut self.session else {
            return Effects::default();
        };
        let actions = session.grown(size);
        self.perform(actions)
    }

    /// The power is gone: what the disk had not finished never was.
    pub(super) fn crash(&mut self) {
        self.session = None;
        self.under_way.clear();
    }

    fn perform(&mut self, actions: Vec<Action>) -> Effects {
        let mut effects = Effects::default();
        let mut queue = VecDeque::from(actions);
        while let Some(action) = queue.pop_front() {
            match action {
                Action::Send(message) => effects.sent.push(message),
                Action::Read { log_id, from, .. } => {
                    let Disk { out, mirror, .. } = &self.disk;
                    let own = log_id == out.origin.log_id();
                    let frame = if own {
                        out.frame(from, Some(&self.key))
                    } else {
                        mirror.frame(from, None)
                    };
                    if let Some(session) = &mut self.session {
                        queue.extend(session.read(frame));
                    }
                }
                Action::Mirror(frame) => self.under_way.push_back((frame, false)),
                Action::TakeBack(frame) => self.under_way.push_back((frame, true)),
                Action::MustRecover { until } => {
                    self.rolled_back = false;
                    let recovering = &mut self.disk.recovering;
                    if self.disk.out.size() < until && recovering.is_none_or(|known| known < until)
                    {
                        *recovering = Some(until);
                    }
                }
                Action::Confirmed => {
                    self.rolled_back = false;
                    let recovering = &mut self.disk.recovering;
                    *recovering = recovering.filter(|until| *until != UNKNOWN);
                }
                Action::Settled { again } => effects.settled = Some(again),
                Action::Stopped(stop) => effects.stopped = Some(stop),
            }
        }
        effects
    }
}
