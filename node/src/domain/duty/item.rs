//! A duty and how it stands.

use std::fmt::{self, Write as _};

use hongyan_proto::{id::UnitId, time::Day};
use sha2::{Digest, Sha256};

use super::facts::{Entry, UnitName, Who};
use crate::domain::policy::Words;

/// A duty's id: the same for the same rule, subject and period, whenever it is asked for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DutyId(pub [u8; 8]);

impl DutyId {
    /// Of a rule, whom it is about, and the first day of its period.
    pub(super) fn of(
        rule: &str,
        (subject, unit): (&Subject, Option<UnitId>),
        about: &str,
        from: Day,
    ) -> Self {
        // A unit of the tree is known by its id: renamed, it keeps its duties and their excuses.
        let mut hashed = Hashed(Sha256::new());
        let written = match unit {
            Some(id) => write!(hashed, "hongyan/duty/1\n{rule}\nunit {id}\n{about}\n{from}"),
            None => write!(
                hashed,
                "hongyan/duty/1\n{rule}\n{subject:?}\n{about}\n{from}"
            ),
        };
        debug_assert!(written.is_ok(), "a hash takes every text");
        let digest = hashed.0.finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
    }
}

/// Takes a text as it is made: ids of many thousands are asked for at once when one may be excused.
struct Hashed(Sha256);

impl fmt::Write for Hashed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text);
        Ok(())
    }
}

impl fmt::Display for DutyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Who must act.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Subject {
    /// The committee.
    Committee,
    /// A unit.
    Unit(UnitName),
    /// A person.
    Person(Who),
}

/// How a duty stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum State {
    /// Its day has not come.
    Upcoming,
    /// It can be done now, and its last day is not over.
    Due,
    /// Its last day is over.
    Overdue,
    /// Done in time.
    Done(Day),
    /// Done after its last day.
    DoneLate(Day),
    /// Excused: why, and by whom.
    Excused {
        /// Why.
        reason: String,
        /// By whom.
        person: String,
    },
    /// The partner must act or cannot be reached: no breach of ours.
    WaitingForPartner,
}

impl State {
    /// What people read: Chinese, English.
    pub const fn label(&self) -> (&'static str, &'static str) {
        match self {
            Self::Upcoming => ("未到期", "upcoming"),
            Self::Due => ("应办", "due"),
            Self::Overdue => ("逾期", "overdue"),
            Self::Done(_) => ("已办", "done"),
            Self::DoneLate(_) => ("逾期已办", "done late"),
            Self::Excused { .. } => ("已说明缘由", "excused"),
            Self::WaitingForPartner => ("等待对方", "waiting for partner"),
        }
    }

    /// Must someone here still act?
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Upcoming | Self::Due | Self::Overdue)
    }
}

impl State {
    /// How many ways there are.
    pub const RANKS: usize = 7;

    /// How urgent it is for people here: the smaller the sooner.
    pub const fn rank(&self) -> u8 {
        match self {
            Self::Overdue => 0,
            Self::Due => 1,
            Self::WaitingForPartner => 2,
            Self::Upcoming => 3,
            Self::Excused { .. } => 4,
            Self::DoneLate(_) => 5,
            Self::Done(_) => 6,
        }
    }
}

/// Something to be done by a day.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Duty {
    /// The rule's name in the policy.
    pub rule: String,
    /// The policy's name.
    pub policy: String,
    /// Where the source says it.
    pub clause: String,
    /// Who must act.
    pub subject: Subject,
    /// The unit's id, where the subject is a unit of the tree.
    pub place: Option<UnitId>,
    /// What tells it from the subject's other duties of the same rule and day.
    pub about: String,
    /// The unit it belongs to; none: the committee's.
    pub unit: Option<UnitName>,
    /// For people to read: the unit's or the person's name.
    pub who: String,
    /// What is to be done.
    pub what: Words,
    /// The day it is planned for, or can first be done.
    pub from: Day,
    /// The last day.
    pub due: Day,
    /// Is `from` the day it is planned for, and not only the first on which it can be done?
    pub planned: bool,
    /// How it stands.
    pub state: State,
    /// Its day may still move: the year's notice of holidays is not known.
    pub provisional: bool,
    /// The entries that closed it, or count towards it.
    pub evidence: Vec<Entry>,
}

impl Duty {
    /// Its id, the same whenever it is asked for.
    pub fn id(&self) -> DutyId {
        let subject = (&self.subject, self.place);
        DutyId::of(&self.rule, subject, &self.about, self.from)
    }
}
