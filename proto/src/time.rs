//! Time as the records know it: an instant, a day, a month, a quarter. The clock itself is always a parameter.

use std::{fmt, iter, str::FromStr, sync::Arc};

use jiff::civil::Date;
use thiserror::Error;

/// A text that is not the day, month or quarter it should be.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("格式不符: {text:?}, 应写成如 {expected} 的样子 must look like {expected}")]
pub struct TimeError {
    /// The text found.
    pub text: String,
    /// An example of what is right.
    pub expected: &'static str,
}

fn error(text: &str, expected: &'static str) -> TimeError {
    TimeError {
        text: text.chars().take(40).collect(),
        expected,
    }
}

/// An instant: milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

/// Tells the time. Wiring passes the machine's; tests pass their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// China has had one time zone since 1949 and no daylight saving since 1991.
const CHINA_OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// From milliseconds since 1970-01-01 UTC.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant moved by milliseconds; stays at the end of the range instead of overflowing.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// The instant as people in China read it: day and time of day, to the second.
    pub fn in_china(self) -> String {
        let of_day = self.0.saturating_add(CHINA_OFFSET_MS).rem_euclid(DAY_MS) / 1000;
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        format!("{} {hour:02}:{minute:02}:{second:02}", self.day())
    }

    /// The day it is in China at this instant.
    pub fn day(self) -> Day {
        let days = self.0.saturating_add(CHINA_OFFSET_MS).div_euclid(DAY_MS);
        let days = i32::try_from(days).unwrap_or(0).clamp(-700_000, 2_900_000);
        let epoch = jiff::civil::date(1970, 1, 1);
        // The clamp above keeps the sum inside the calendar's range; the epoch is only a formal way out.
        Day(epoch
            .checked_add(jiff::Span::new().days(days))
            .unwrap_or(epoch))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// A day of the calendar, written YYYY-MM-DD.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Day(Date);

impl Day {
    /// A day by number; an error when there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeError> {
        Date::new(year, month, day)
            .map(Self)
            .map_err(|_| error(&format!("{year}-{month}-{day}"), "2026-11-22"))
    }

    /// The civil date.
    pub const fn date(self) -> Date {
        self.0
    }

    /// The month it lies in.
    pub fn month(self) -> Month {
        Month {
            year: self.0.year(),
            month: self.0.month(),
        }
    }

    /// This day moved by days; stays where it is at the calendar's end.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(
            self.0
                .checked_add(jiff::Span::new().days(days))
                .unwrap_or(self.0),
        )
    }

    /// The first instant of the day in China.
    pub fn start(self) -> Timestamp {
        let epoch = jiff::civil::date(1970, 1, 1);
        let days = epoch.until(self.0).map_or(0, |span| span.get_days());
        Timestamp(i64::from(days) * DAY_MS - CHINA_OFFSET_MS)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        // Every entry that is read is written again to see that it is canonical, and most of them name a day: digits are put in their places.
        let (Ok(year), Ok(month), Ok(day)) =
            (u16::try_from(year), u8::try_from(month), u8::try_from(day))
        else {
            return write!(f, "{year:04}-{month:02}-{day:02}");
        };
        let [century, year] = [year / 100, year % 100].map(|two| u8::try_from(two).unwrap_or(0));
        let mut text = *b"0000-00-00";
        for (at, two) in [(0, century), (2, year), (5, month), (8, day)] {
            text[at] = b'0' + two / 10;
            text[at + 1] = b'0' + two % 10;
        }
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl FromStr for Day {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let day = match text.as_bytes() {
            [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => two_digits(*y1, *y2)
                .zip(two_digits(*y3, *y4))
                .zip(two_digits(*m1, *m2).zip(two_digits(*d1, *d2))),
            _ => None,
        };
        day.and_then(|((century, year), (month, day))| {
            Date::new(i16::from(century) * 100 + i16::from(year), month, day).ok()
        })
        .map(Self)
        .ok_or_else(|| error(text, "2026-11-22"))
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    let digits = [tens, ones];
    let value = digits
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| (tens - b'0') * 10 + (ones - b'0'));
    value.and_then(|value| i8::try_from(value).ok())
}

/// A month, written YYYY-MM.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month's first day.
    pub fn first_day(self) -> Day {
        Day(jiff::civil::date(self.year, self.month, 1))
    }

    /// The month `months` later.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let span = jiff::Span::new().try_months(months).unwrap_or_default();
        Day(self
            .first_day()
            .0
            .checked_add(span)
            .unwrap_or(self.first_day().0))
        .month()
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        self.first_day().plus_days(-1).month()
    }

    /// Every month from this one to `last`, both included; none where `last` lies before.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> + Clone {
        // Behind the last month of the calendar there is none.
        let after = |month: &Self| Some(month.plus_months(1)).filter(|next| next > month);
        let months = iter::successors(Some(self), after);
        months.take_while(move |month| *month <= last)
    }

    /// The quarter it lies in.
    pub fn quarter(self) -> Quarter {
        Quarter {
            year: self.year,
            quarter: (self.month - 1) / 3 + 1,
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if text.len() != 7 {
            return Err(error(text, "2026-11"));
        }
        format!("{text}-01")
            .parse::<Day>()
            .map(Day::month)
            .map_err(|_| error(text, "2026-11"))
    }
}

/// A calendar quarter, written 2026-Q3: the period both partners state and reconcile.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Quarter {
    year: i16,
    quarter: i8,
}

impl Quarter {
    /// The quarter a day lies in.
    pub fn of(day: Day) -> Self {
        day.month().quarter()
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        Day(jiff::civil::date(self.year, self.quarter * 3 - 2, 1))
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        Day(jiff::civil::date(self.year, self.quarter * 3, 1).last_of_month())
    }

    /// Does the day lie in it?
    pub fn contains(self, day: Day) -> bool {
        Self::of(day) == self
    }

    /// The one after.
    #[must_use]
    pub fn next(self) -> Self {
        Self::of(self.last_day().plus_days(1))
    }

    /// The one before.
    #[must_use]
    pub fn previous(self) -> Self {
        Self::of(self.first_day().plus_days(-1))
    }

    /// Its three months.
    pub fn months(self) -> [Month; 3] {
        let first = self.first_day().month();
        [first, first.plus_months(1), first.plus_months(2)]
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.quarter)
    }
}

impl FromStr for Quarter {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let malformed = || error(text, "2026-Q3");
        let (year, quarter) = text.split_once("-Q").ok_or_else(malformed)?;
        if year.len() != 4 || !matches!(quarter, "1" | "2" | "3" | "4") {
            return Err(malformed());
        }
        let quarter: i8 = quarter.parse().map_err(|_| malformed())?;
        let month = format!("{year}-{:02}", quarter * 3);
        month
            .parse::<Month>()
            .map(Month::quarter)
            .map_err(|_| malformed())
    }
}

/// A time of the day in China, written HH:MM.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

impl TimeOfDay {
    /// Hour 0 to 23, minute 0 to 59.
    pub fn new(hour: u8, minute: u8) -> Result<Self, TimeError> {
        if hour < 24 && minute < 60 {
            Ok(Self { hour, minute })
        } else {
            Err(error(&format!("{hour}:{minute}"), "14:30"))
        }
    }

    /// Minutes since midnight.
    pub fn minutes(self) -> u32 {
        u32::from(self.hour) * 60 + u32::from(self.minute)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl FromStr for TimeOfDay {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let malformed = || error(text, "14:30");
        let number = |part: &str| {
            (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<u8>().ok())
                .flatten()
                .ok_or_else(malformed)
        };
        let (hour, minute) = text.split_once(':').ok_or_else(malformed)?;
        Self::new(number(hour)?, number(minute)?).map_err(|_| malformed())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Month, TimeOfDay};

    #[test]
    fn months_end_with_the_calendar() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        let count = |from: &str, last: &str| month(from).through(month(last)).count();
        assert_eq!(count("2026-11", "2027-02"), 4);
        assert_eq!(count("2026-11", "2026-10"), 0);
        assert_eq!(count("9999-11", "9999-12"), 2);
    }

    #[test]
    fn a_time_of_the_day_is_written_in_one_way() {
        for good in ["00:00", "09:05", "23:59"] {
            assert_eq!(good.parse::<TimeOfDay>().unwrap().to_string(), good);
        }
        for bad in [
            "24:00", "12:60", "9:05", "09:5", "0905", "", "+9:05", "09:05:00",
        ] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
    }
}
