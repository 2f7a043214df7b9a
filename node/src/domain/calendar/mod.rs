//! The calendar: which days are worked, by the State Council's yearly notices, and where an activity day falls.
//!
//! Facts come from a table of rows (`node/calendar/holidays.csv`, and rows a committee entered since); a year without a notice is computed
//! from weekends and marked provisional. No policy lives here: what a locality wants of its day comes in as a [`DayRule`].

mod activity;
mod read;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use hongyan_proto::time::{Day, Month};
use jiff::civil::Weekday;

pub use activity::{ActivityDay, Avoid, DayRule, Shift};
pub use read::CalendarError;

/// What a day is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DayKind<'a> {
    /// An ordinary working day.
    Working,
    /// A working day on a weekend, made up for a holiday (调休上班). It is worked like any other.
    MadeUp(&'a str),
    /// Saturday or Sunday.
    Weekend,
    /// Off by a yearly notice: the festival itself, or a day joined to it.
    Holiday(&'a str),
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Row {
    /// Of which year's notice.
    year: i16,
    off: bool,
    name: String,
}

/// Working days and holidays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Calendar {
    days: BTreeMap<Day, Row>,
    /// Years whose notice is known.
    years: BTreeSet<i16>,
}

static SHIPPED: LazyLock<Calendar> = LazyLock::new(|| {
    // The file is part of the program and read by a test: were it broken, every year would be provisional, and would say so.
    Calendar::parse(include_str!("../../../calendar/holidays.csv")).unwrap_or_default()
});

impl Calendar {
    /// The table that comes with the program.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// The same with the years of `newer` taken from there.
    #[must_use]
    pub fn amended(&self, newer: &Self) -> Self {
        let mut days = self.days.clone();
        days.retain(|_, row| !newer.years.contains(&row.year));
        days.extend(newer.days.iter().map(|(day, row)| (*day, row.clone())));
        Self {
            days,
            years: self.years.union(&newer.years).copied().collect(),
        }
    }

    /// The years whose notice is known, ascending.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.iter().copied()
    }

    /// Is the year's notice not known, so that its days are computed from weekends alone?
    pub fn is_provisional(&self, day: Day) -> bool {
        !self.years.contains(&day.date().year())
    }

    /// What a day is.
    pub fn day(&self, day: Day) -> DayKind<'_> {
        match self.days.get(&day) {
            Some(row) if row.off => DayKind::Holiday(&row.name),
            Some(row) => DayKind::MadeUp(&row.name),
            None if is_weekend(day) => DayKind::Weekend,
            None => DayKind::Working,
        }
    }

    /// Is it worked?
    pub fn is_working_day(&self, day: Day) -> bool {
        matches!(self.day(day), DayKind::Working | DayKind::MadeUp(_))
    }
}

fn is_weekend(day: Day) -> bool {
    matches!(day.date().weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The month's last day.
pub fn last_day(month: Month) -> Day {
    month.plus_months(1).first_day().plus_days(-1)
}
