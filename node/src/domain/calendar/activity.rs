//! Where a month's activity day falls: the rule names a day, the calendar may move it, and it never leaves the month
//! (W 活动日 三: "原则上必须在当月内完成").

use hongyan_proto::time::{Day, Month};
use jiff::civil::Weekday;

use super::{Calendar, DayKind, last_day};

/// Which day of the month a locality names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DayRule {
    /// The n-th day of the month; its last day where the month is shorter.
    Fixed(u8),
    /// One of several days of the month; the unit holds its activity on any of them (C 二1: 5 or 10).
    OneOf(Vec<u8>),
    /// The n-th of a weekday, from 1 (Z 二(一): first Friday).
    NthWeekday(u8, Weekday),
    /// Once a month, on no named day.
    Monthly,
}

/// Which days an activity day is moved off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Avoid {
    /// Holidays and weekends that are not made up for (节假日).
    RestDays,
    /// Days off by a yearly notice only; a plain weekend is kept (法定节假日).
    Holidays,
}

/// How an activity day is moved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shift {
    /// It stays.
    Never,
    /// To the next free day; back where that would leave the month (顺延).
    Later(Avoid),
    /// To the last free day before; forward where that would leave the month (前移).
    Earlier(Avoid),
    /// To the nearest free day, the later of two.
    Nearest(Avoid),
}

/// One activity day of a month.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ActivityDay {
    /// What the rule names.
    pub named: Day,
    /// Where it is held.
    pub held: Day,
    /// The year's notice is not known yet: it may still move.
    pub provisional: bool,
}

impl Calendar {
    /// The activity days of a month, ascending: one, or one of them is to be chosen; none with [`DayRule::Monthly`].
    pub fn activity_days(&self, rule: &DayRule, shift: Shift, month: Month) -> Vec<ActivityDay> {
        let mut days: Vec<_> = named(rule, month)
            .into_iter()
            .map(|named| ActivityDay {
                named,
                held: self.moved(named, shift),
                provisional: self.is_provisional(named),
            })
            .collect();
        days.sort_by_key(|day| (day.held, day.named));
        days
    }

    fn moved(&self, named: Day, shift: Shift) -> Day {
        let (avoid, later_first, by_turns) = match shift {
            Shift::Never => return named,
            Shift::Later(avoid) => (avoid, true, false),
            Shift::Earlier(avoid) => (avoid, false, false),
            Shift::Nearest(avoid) => (avoid, true, true),
        };
        let month = named.month();
        let free = |day: &Day| !self.is_avoided(*day, avoid);
        let run = |step: i32| {
            (0..31)
                .map(move |n| named.plus_days(n * step))
                .take_while(move |day| day.month() == month)
        };
        if by_turns {
            let nearest = (0..31)
                .flat_map(|n| [named.plus_days(n), named.plus_days(-n)])
                .filter(|day| day.month() == month)
                .find(free);
            return nearest.unwrap_or(named);
        }
        let (first, second) = if later_first { (1, -1) } else { (-1, 1) };
        run(first)
            .find(free)
            .or_else(|| run(second).find(free))
            .unwrap_or(named)
    }

    fn is_avoided(&self, day: Day, avoid: Avoid) -> bool {
        match self.day(day) {
            DayKind::Working | DayKind::MadeUp(_) => false,
            DayKind::Holiday(_) => true,
            DayKind::Weekend => avoid == Avoid::RestDays,
        }
    }
}

fn named(rule: &DayRule, month: Month) -> Vec<Day> {
    let first = month.first_day();
    let numbered = |number: u8| {
        let day = first.plus_days(i32::from(number.clamp(1, 31)) - 1);
        day.min(last_day(month))
    };
    match rule {
        DayRule::Fixed(number) => vec![numbered(*number)],
        DayRule::OneOf(numbers) => {
            let mut days: Vec<_> = numbers.iter().copied().map(numbered).collect();
            days.sort_unstable();
            days.dedup();
            days
        }
        DayRule::NthWeekday(nth, weekday) => {
            let ahead = first.date().weekday().until(*weekday);
            let day = first.plus_days(i32::from(ahead) + 7 * (i32::from((*nth).clamp(1, 5)) - 1));
            // A fifth weekday that the month does not have is its fourth.
            vec![if day.month() == month {
                day
            } else {
                day.plus_days(-7)
            }]
        }
        DayRule::Monthly => Vec::new(),
    }
}
