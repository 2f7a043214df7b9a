//! How often, and by when: the periods a rule counts in, as windows of days.

use hongyan_proto::time::{Day, Month};

use super::word::words;
use crate::domain::calendar::last_day;

words! {
    /// A period that begins with the calendar's.
    Period {
        Month "month" "每月" "a month",
        TwoMonths "two-months" "每两个月" "every two months",
        Quarter "quarter" "每季度" "a quarter",
        HalfYear "half-year" "每半年" "every half-year",
        Year "year" "每年" "a year",
    }
}

impl Period {
    const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::TwoMonths => 2,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

/// A day of every year. 29 February is not one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct YearDay {
    month: i8,
    day: i8,
}

impl YearDay {
    /// Reads `03-25`.
    pub fn parse(text: &str) -> Option<Self> {
        // Any year without a leap day decides which days there are.
        let day: Day = format!("2026-{text}").parse().ok()?;
        Some(Self {
            month: day.date().month(),
            day: day.date().day(),
        })
    }

    /// That day of a year.
    pub fn of(self, year: i16) -> Option<Day> {
        Day::new(year, self.month, self.day).ok()
    }

    /// As people read it.
    pub fn label(self) -> (String, String) {
        (
            format!("{}月{}日", self.month, self.day),
            format!("{:02}-{:02}", self.month, self.day),
        )
    }
}

/// How often something is to happen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Timing {
    /// So many times in every period.
    Times(u16, Period),
    /// Once in each of these months of the year.
    Months(Vec<i8>),
    /// Once between two days of the year, both included.
    Between(YearDay, YearDay),
}

/// One period in which something is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Window {
    /// Its first day: the policy in force on it decides.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// How many times.
    pub times: u16,
}

impl Window {
    /// Does the day lie in it?
    pub fn contains(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }
}

impl Timing {
    /// The windows that end in a year.
    pub fn windows(&self, year: i16) -> Vec<Window> {
        let Ok(first) = Day::new(year, 1, 1) else {
            return Vec::new();
        };
        let month = |number: i8| {
            let ahead = u32::try_from(number - 1).unwrap_or_default();
            first.month().plus_months(ahead)
        };
        let whole = |month: Month, months: u32, times| Window {
            from: month.first_day(),
            until: last_day(month.plus_months(months - 1)),
            times,
        };
        match self {
            Self::Times(times, period) => (0..12 / period.months())
                .map(|n| {
                    let begin = first.month().plus_months(n * period.months());
                    whole(begin, period.months(), *times)
                })
                .collect(),
            Self::Months(months) => months.iter().map(|n| whole(month(*n), 1, 1)).collect(),
            Self::Between(from, until) => from
                .of(year)
                .zip(until.of(year))
                .map(|(from, until)| Window {
                    from,
                    until,
                    times: 1,
                })
                .into_iter()
                .collect(),
        }
    }

    /// What people read.
    pub fn label(&self) -> (String, String) {
        use super::word::Word as _;
        match self {
            Self::Times(times, period) => {
                let (zh, en) = period.label();
                let often = match times {
                    1 => "once".to_owned(),
                    2 => "twice".to_owned(),
                    n => format!("{n} times"),
                };
                (
                    format!("{zh}至少 {times} 次"),
                    format!("at least {often} {en}"),
                )
            }
            Self::Months(months) => {
                let list: Vec<_> = months.iter().map(ToString::to_string).collect();
                let shown = list.join("、");
                (
                    format!("每年 {shown} 月各一次"),
                    format!("in month {} of every year", list.join(", ")),
                )
            }
            Self::Between(from, until) => (
                format!("每年 {} 至 {} 一次", from.label().0, until.label().0),
                format!(
                    "once between {} and {} of every year",
                    from.label().1,
                    until.label().1
                ),
            ),
        }
    }
}
