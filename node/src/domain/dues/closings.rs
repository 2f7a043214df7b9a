//! Closed months: their lists do not change any more, because the entries that closed them have them.

use std::collections::BTreeMap;

use hongyan_proto::{
    letter::DuesClosed,
    time::{Day, Month},
};

use super::person::Person;

/// An entry that closed a month of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Closed {
    /// The unit as it is called now.
    pub unit: String,
    /// Its place in the local log.
    pub sequence: u64,
    /// What it says.
    pub entry: DuesClosed,
}

/// Which months of which units are closed: the first one with a list and the last one, by the unit as it is called now.
#[derive(Clone, Debug, Default)]
pub struct Closings(BTreeMap<String, (Month, Month)>);

impl Closings {
    /// All there are.
    pub const fn new(spans: BTreeMap<String, (Month, Month)>) -> Self {
        Self(spans)
    }

    /// The last closed month of a unit.
    pub fn last(&self, unit: &str) -> Option<Month> {
        self.0.get(unit).map(|(_, last)| *last)
    }

    /// Of the months that units closed last, the earliest.
    pub fn earliest_last(&self) -> Option<Month> {
        self.0.values().map(|(_, last)| *last).min()
    }

    /// Is a unit's list of a month the one that was closed? A closing keeps the lists of all months behind the one before it: of a month that has
    /// no entry it is empty, because nobody was on it.
    pub fn has_list(&self, unit: &str, month: Month) -> bool {
        let span = self.0.get(unit);
        span.is_some_and(|(first, last)| (*first..=*last).contains(&month))
    }

    /// Is a unit's month closed?
    pub fn covers(&self, unit: &str, month: Month) -> bool {
        self.last(unit).is_some_and(|last| month <= last)
    }

    /// The last closed list of those on which a person stands in some months: the unit and the month.
    pub fn last_of<'p>(
        &self,
        person: &'p Person,
        (from, until): (Month, Month),
    ) -> Option<(&'p str, Month)> {
        let months = from.through(until);
        let lists = months.filter_map(|month| Some((person.unit_on(person.day_of(month))?, month)));
        lists
            .filter(|(unit, month)| self.covers(unit, *month))
            .last()
    }

    /// The last closed list that money of a day would change: of the unit that took it, which may have closed more months since, or of the one that
    /// the person belonged to in a month since then, which says what they owe.
    pub fn since<'p>(&self, person: &'p Person, day: Day, today: Day) -> Option<(&'p str, Month)> {
        let took = person.unit_on(day);
        let took = took.and_then(|unit| Some((unit, self.last(unit)?)));
        let took = took.filter(|(_, last)| *last >= day.month());
        let since = self.last_of(person, (day.month(), today.month()));
        took.into_iter()
            .chain(since)
            .max_by_key(|(_, month)| *month)
    }
}

/// The first day whose list is open where `last` is the last closed month. Only months that are over are closed, so it has come.
pub fn open_from(last: Month) -> Day {
    last.plus_months(1).first_day()
}
