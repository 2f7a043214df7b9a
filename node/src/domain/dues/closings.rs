//! Closed months: their lists do not change any more.

use hongyan_proto::{letter::DuesClosed, time::Month};

use super::{account::Noted, person::Person};
use crate::domain::life::unit::belongs;

/// Which months of which units are closed.
#[derive(Clone, Debug, Default)]
pub struct Closings(Vec<Noted<DuesClosed>>);

impl Closings {
    /// All there are.
    pub const fn new(closings: Vec<Noted<DuesClosed>>) -> Self {
        Self(closings)
    }

    /// The last closed month of a unit: its own, or one of a unit it lies in.
    pub fn last(&self, unit: &str) -> Option<Month> {
        let of = self
            .0
            .iter()
            .filter(|noted| belongs(unit, noted.entry.unit.as_str()));
        of.map(|noted| noted.entry.month).max()
    }

    /// What was said when exactly this unit closed this month.
    pub fn of(&self, unit: &str, month: Month) -> Option<&Noted<DuesClosed>> {
        let same = |noted: &&Noted<DuesClosed>| {
            noted.entry.unit.as_str() == unit && noted.entry.month == month
        };
        self.0.iter().find(same)
    }

    /// The closing that an entry is.
    pub fn at(&self, sequence: u64) -> Option<&Noted<DuesClosed>> {
        self.0.iter().find(|noted| noted.sequence == sequence)
    }

    /// Is the month closed for the unit that a person belonged to in it?
    pub fn is_closed(&self, person: &Person, month: Month) -> bool {
        person
            .unit_on(person.day_of(month))
            .and_then(|unit| self.last(unit))
            .is_some_and(|closed| month <= closed)
    }
}
