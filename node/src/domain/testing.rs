//! Two partners who write and hear from each other, for this room's tests.

use hongyan_proto::{
    id::Fen,
    letter::{
        Award, Change, Correction, MajorEvent, MatterNotified, ProbationDecision, ProbationOpinion,
        ProbationOutcome, Role, Text,
    },
};
use hongyan_proto::{
    id::{CertificateNumber, KeyId, RegionCode},
    letter::{
        Accept, ActivityKind, Attendance, CertificateCheck, Claim, Conduct, ConductGrade, Confirm,
        Contact, Decline, DeclineReason, DepartureReason, Destination, Disclosed, Disown,
        DisownReason, Dues, Found, LostContact, Moved, Notice, Payload, Place, Presence, Returned,
        Transferred, Withdraw, WithdrawReason, Within,
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

pub(crate) fn disclosed() -> Disclosed {
    Disclosed {
        name: Some(text("张建国")),
        certificate: Some(CertificateNumber::parse(CERTIFICATE).unwrap()),
        ..Disclosed::default()
    }
}

pub(crate) fn destination() -> Destination {
    Destination {
        region: RegionCode::parse("320213").unwrap(),
        description: None,
    }
}

pub(crate) fn notice() -> Notice {
    Notice {
        disclosed: disclosed(),
        since: day("2026-07-01"),
        reason: DepartureReason::Work,
        destination: destination(),
        previous_case: None,
    }
}

pub(crate) fn claim() -> Claim {
    Claim {
        disclosed: disclosed(),
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
#[allow(clippy::too_many_lines)] // A list: one line a kind.
pub(crate) fn sample(kind: Kind) -> Payload {
    let on = day("2026-07-11");
    match kind {
        Kind::Notice => notice().into(),
        Kind::Claim => claim().into(),
        Kind::Confirm => Confirm {
            disclosed: disclosed(),
        }
        .into(),
        Kind::Disown => Disown {
            reason: DisownReason::UnknownPerson,
            note: None,
        }
        .into(),
        Kind::Accept => Accept {
            certificate_check: Some(CertificateCheck::Seen),
            arrived_on: on,
        }
        .into(),
        Kind::Decline => Decline {
            reason: DeclineReason::NotFound,
            suggested_region: None,
            note: None,
        }
        .into(),
        Kind::Place => Place {
            unit: text("第一党支部"),
            placed_on: on,
        }
        .into(),
        Kind::Moved => Moved {
            moved_on: on,
            destination: None,
            organization_code: None,
        }
        .into(),
        Kind::LostContact => LostContact {
            last_contact_on: on,
            note: None,
        }
        .into(),
        Kind::Found => Found {
            found_on: on,
            note: None,
        }
        .into(),
        Kind::Returned => Returned {
            returned_on: on,
            certificate_check: Some(CertificateCheck::Seen),
            member_account: Some(text("表现良好")),
            host_account: Some(text("表现良好")),
        }
        .into(),
        Kind::Transferred => Transferred {
            transferred_on: on,
            letter_number: None,
        }
        .into(),
        Kind::Withdraw => withdraw(WithdrawReason::RegisteredInError),
        Kind::Attendance => attendance("2026-07-11", Presence::Present).into(),
        Kind::Dues => dues("2026-07", 1, 500).into(),
        Kind::Award => Award {
            day: on,
            penalty: false,
            title: text("优秀党员"),
        }
        .into(),
        Kind::Role => Role {
            day: on,
            description: text("志愿服务"),
        }
        .into(),
        Kind::Conduct => Conduct {
            quarter: "2026-Q3".parse().unwrap(),
            grade: ConductGrade::Good,
            remark: None,
        }
        .into(),
        Kind::Change => Change {
            day: on,
            phone: Some(text("0510-12345678")),
            employer: None,
            address: None,
        }
        .into(),
        Kind::MajorEvent => MajorEvent {
            day: on,
            description: text("工伤"),
        }
        .into(),
        Kind::Contact => Contact {
            day: on,
            means: text("电话"),
            summary: None,
        }
        .into(),
        Kind::MatterNotified => MatterNotified {
            day: on,
            matter: text("换届选举"),
        }
        .into(),
        Kind::ProbationOpinion => ProbationOpinion {
            day: on,
            convert_on_time: true,
            opinion: text("同意按期转正"),
        }
        .into(),
        Kind::ProbationDecision => ProbationDecision {
            day: on,
            outcome: ProbationOutcome::Converted,
            extended_until: None,
        }
        .into(),
        Kind::Correction => Correction {
            corrects: 0,
            reason: None,
            replacement: None,
        }
        .into(),
        other => panic!("not a kind a partner writes into a case: {other}"),
    }
}
