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
pub struct Closings(Vec<(String, Noted<DuesClosed>)>);

impl Closings {
    /// All there are, each with its unit as it is called now.
    pub const fn new(closings: Vec<(String, Noted<DuesClosed>)>) -> Self {
        Self(closings)
    }

    /// Those of a unit, and of the units it lies in.
    fn about(&self, unit: &str) -> impl Iterator<Item = &(String, Noted<DuesClosed>)> {
        self.0
            .iter()
            .filter(move |(closed, _)| belongs(unit, closed))
    }

    /// The last closed month of a unit: its own, or one of a unit it lies in.
    pub fn last(&self, unit: &str) -> Option<Month> {
        self.about(unit).map(|(_, noted)| noted.entry.month).max()
    }

    /// The entry that closed a month of a unit, with its unit: that one, or one it lies in. One of that very month comes before one of a later.
    pub fn by(&self, unit: &str, month: Month) -> Option<&(String, Noted<DuesClosed>)> {
        let of = self.about(unit);
        of.filter(|(_, noted)| month <= noted.entry.month)
            .min_by_key(|(_, noted)| (noted.entry.month, noted.sequence))
    }

    /// The closing that an entry is, with its unit.
    pub fn at(&self, sequence: u64) -> Option<&(String, Noted<DuesClosed>)> {
        self.0.iter().find(|(_, noted)| noted.sequence == sequence)
    }

    /// The first day whose lists know a letter about a person: after the last month that was closed without it. None: every list does.
    pub fn known_from(&self, person: &Person, (log, sequence): (LogId, u64)) -> Option<Day> {
        let without = self.0.iter().filter(|(unit, noted)| {
            let closed = &noted.entry;
            let knew = |told: &Told| told.log_id == log && sequence <= told.sequence;
            closed.letters_noted
                && !closed.letters.iter().any(knew)
                && is_on(person, unit, closed.month)
        });
        let last = without.map(|(_, noted)| noted.entry.month).max();
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
