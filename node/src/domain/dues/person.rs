//! Whose dues they are: where the person belonged, and what was paid on the other side.

use hongyan_proto::{
    id::{CaseId, Fen},
    time::{Day, Month},
};

use crate::domain::{case::Side, life::Who};

/// Whose money a letter tells of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Told {
    /// The other side's.
    Theirs,
    /// Ours, and the letter is all there is: the node was restored from a backup from before the payment. It counts as taken here.
    Ours,
    /// Ours, and the payment is in the account: the letter only says what the other side knows of it.
    Kept,
}

/// Dues that a letter of a case tells of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Elsewhere {
    /// Whose money it is.
    pub told: Told,
    /// The case: one side of it knows nothing of letters of another.
    pub case: CaseId,
    /// First month.
    pub month: Month,
    /// How many.
    pub months: u32,
    /// How much.
    pub fen: Fen,
    /// When.
    pub paid_on: Day,
    /// The receipt.
    pub receipt: String,
    /// Where the letter lies, as commands name logs and entries.
    pub place: String,
}

impl Elsewhere {
    /// Was it paid for the month?
    pub fn covers(&self, month: Month) -> bool {
        (0..self.months).any(|more| self.month.plus_months(more) == month)
    }
}

/// A stay in a unit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stay {
    /// The unit as it is called now; none: on the roster without a unit.
    pub unit: Option<String>,
    /// First day; none: since ever.
    pub from: Option<Day>,
    /// Last day; none: it goes on.
    pub until: Option<Day>,
}

/// Whose dues they are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Person {
    /// Who.
    pub who: Who,
    /// For people to read.
    pub name: String,
    /// Day of admission (规定 8: dues begin in its month).
    pub joined: Option<Day>,
    /// Where and when the person belonged here, in order.
    pub stays: Vec<Stay>,
    /// From when until when a host managed the person: those months are the host's to collect (规定 9, W 双向共管).
    pub away: Vec<(Day, Option<Day>)>,
}

fn within(day: Day, from: Option<Day>, until: Option<Day>) -> bool {
    from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
}

impl Person {
    /// Which side of a stay this node plays for the person.
    pub const fn side(&self) -> Side {
        match self.who {
            Who::Member(_) => Side::Outflow,
            Who::Hosted(_) => Side::Inflow,
        }
    }

    /// The stay on a day.
    pub fn stay(&self, day: Day) -> Option<&Stay> {
        self.stays
            .iter()
            .find(|stay| within(day, stay.from, stay.until))
    }

    /// The day that says whose a month is: its first, or the day of admission in it.
    pub fn day_of(&self, month: Month) -> Day {
        self.joined
            .filter(|joined| joined.month() == month)
            .unwrap_or(month.first_day())
    }

    /// Is a host to collect the month?
    pub fn is_away(&self, month: Month) -> bool {
        let day = self.day_of(month);
        self.away
            .iter()
            .any(|(from, until)| within(day, Some(*from), *until))
    }

    /// The unit that received something on a day: the person's then, or the last one before it.
    pub fn unit_on(&self, day: Day) -> Option<&str> {
        let past = self.stays.iter().rev();
        let mut past = past.filter(|stay| stay.from.is_none_or(|from| from <= day));
        let stay = self.stay(day).or_else(|| past.next());
        stay.or(self.stays.first())?.unit.as_deref()
    }
}
