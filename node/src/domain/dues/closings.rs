//! Closed months: their lists do not change any more.

use hongyan_proto::{
    id::LogId,
    letter::{DuesClosed, Told},
    time::{Day, Month},
};

use super::{account::Noted, person::Person};
use crate::domain::{calendar::last_day, life::unit::belongs};

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

    /// The first day whose lists know a letter about a person: after the last month that was closed without it. None: every list does.
    pub fn known_from(&self, person: &Person, (log, sequence): (LogId, u64)) -> Option<Day> {
        let without = self.0.iter().map(|noted| &noted.entry).filter(|closed| {
            let knew = |told: &Told| told.log_id == log && sequence <= told.sequence;
            closed.letters_noted
                && !closed.letters.iter().any(knew)
                && is_on(person, closed.unit.as_str(), closed.month)
        });
        let last = without.map(|closed| closed.month).max();
        last.map(|month| last_day(month).plus_days(1))
    }

    /// Is the month closed for the unit that a person belonged to in it?
    pub fn is_closed(&self, person: &Person, month: Month) -> bool {
        person
            .unit_on(person.day_of(month))
            .and_then(|unit| self.last(unit))
            .is_some_and(|closed| month <= closed)
    }
}

/// Does a person belong to a unit, or to one inside it, in a month?
pub fn is_on(person: &Person, unit: &str, month: Month) -> bool {
    let place = person.unit_on(person.day_of(month));
    place.is_some_and(|place| belongs(place, unit))
}
