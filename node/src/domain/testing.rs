//! Two partners who write and hear from each other, for this room's tests.

use hongyan_proto::{
    id::{CertificateNumber, Fen, KeyId, MemberId},
    letter::{
        ActivityKind, Attendance, Claim, Departed, DepartureReason, Dues, Notice, Payload,
        Presence, Text, Withdraw, WithdrawReason, Within, sample,
    },
    log::Kind,
    time::{Day, Timestamp},
};

use super::{case::Side, event::Event, order::Stamp};

/// Both logs of a correspondence.
#[derive(Clone, Debug)]
pub(crate) struct Letters {
    logs: [Vec<Event>; 2],
    heard: [usize; 2],
    keys: [KeyId; 2],
    today: Day,
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A departure as home writes it for itself, before it knows where to.
pub(crate) fn departed() -> Departed {
    Departed {
        member_id: MemberId::from_bytes([3; 16]),
        since: day("2026-07-01"),
        reason: DepartureReason::Work,
        destination: None,
        partner: None,
        certificate: None,
        previous_case: None,
    }
}

pub(crate) fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

fn at(side: Side) -> usize {
    usize::from(side == Side::Inflow)
}

impl Letters {
    pub(crate) fn new() -> Self {
        Self {
            logs: [vec![], vec![]],
            heard: [0, 0],
            keys: [KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32])],
            today: day("2026-07-10"),
        }
    }

    /// The same with the keys' order turned round: ties fall the other way.
    pub(crate) fn turned(mut self, turned: bool) -> Self {
        if turned {
            self.keys.reverse();
        }
        self
    }

    /// The same with these keys.
    pub(crate) fn keyed(mut self, keys: [KeyId; 2]) -> Self {
        self.keys = keys;
        self
    }

    pub(crate) fn key(&self, side: Side) -> KeyId {
        self.keys[at(side)]
    }

    pub(crate) fn on(&mut self, today: &str) {
        self.today = day(today);
    }

    /// Writes without having heard more than before.
    pub(crate) fn write(&mut self, side: Side, payload: impl Into<Payload>) -> Event {
        let stamp = Stamp {
            sequence: self.logs[at(side)].len() as u64,
            seen: self.heard[at(side)] as u64,
        };
        let time = Timestamp::from_millis(self.today.start().millis() + 3_600_000);
        let event = Event::exchanged(self.key(side), stamp, 0, time, payload.into());
        self.logs[at(side)].push(event.clone());
        event
    }

    /// Writes, and the partner hears everything at once.
    pub(crate) fn tell(&mut self, side: Side, payload: impl Into<Payload>) -> Event {
        let event = self.write(side, payload);
        self.hear();
        event
    }

    /// Both hear everything.
    pub(crate) fn hear(&mut self) {
        self.heard = [self.logs[1].len(), self.logs[0].len()];
    }

    /// One side hears everything.
    pub(crate) fn hears(&mut self, side: Side) {
        self.heard[at(side)] = self.logs[at(side.other())].len();
    }

    /// Every entry, outflow's log first.
    pub(crate) fn all(&self) -> Vec<Event> {
        self.logs.concat()
    }
}

pub(crate) const CERTIFICATE: &str = "LD-2026-000123";

fn certificate() -> CertificateNumber {
    CertificateNumber::parse(CERTIFICATE).unwrap()
}

pub(crate) fn notice() -> Notice {
    Notice {
        disclosed: sample::disclosed(&certificate()),
        since: day("2026-07-01"),
        reason: DepartureReason::Work,
        destination: sample::destination(),
        previous_case: None,
    }
}

pub(crate) fn claim() -> Claim {
    Claim {
        disclosed: sample::disclosed(&certificate()),
        shown_on: day("2026-07-05"),
    }
}

pub(crate) fn withdraw(reason: WithdrawReason) -> Payload {
    Withdraw { reason, note: None }.into()
}

pub(crate) fn dues(month: &str, months: u32, fen: i64) -> Dues {
    Dues {
        month: month.parse().unwrap(),
        months: Within::new(months).unwrap(),
        fen: Fen(fen),
        paid_on: day(&format!("{month}-11")),
        receipt: text("R-1"),
    }
}

pub(crate) fn attendance(on: &str, presence: Presence) -> Attendance {
    Attendance {
        day: day(on),
        activity: ActivityKind::ActivityDay,
        theme: None,
        presence,
    }
}

/// Some content of each kind a case knows.
pub(crate) fn sample(kind: Kind) -> Payload {
    match kind {
        Kind::Notice => notice().into(),
        Kind::Claim => claim().into(),
        _ => sample::payload(kind, &certificate(), day("2026-07-11")).unwrap(),
    }
}
