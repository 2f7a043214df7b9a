//! A rule's figures in words: a rule's own text may be short, the program says what it counts with.

use super::{
    Count, Rung, Words,
    rule::{Rule, UnitKind},
    timing::Timing,
    word::Word,
};
use crate::domain::calendar::{Avoid, DayRule, Shift};

fn words(zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words {
        zh: zh.into(),
        en: en.into(),
    }
}

fn list<T: Word>(items: &[T]) -> Words {
    let zh: Vec<_> = items.iter().map(|item| item.label().0).collect();
    let en: Vec<_> = items.iter().map(|item| item.label().1).collect();
    words(zh.join("、"), en.join(", "))
}

fn named<T: Word>(word: T) -> Words {
    list(&[word])
}

fn with(what: &Words, timing: &Timing) -> Words {
    let (zh, en) = timing.label();
    words(format!("{}: {zh}", what.zh), format!("{}: {en}", what.en))
}

fn term(what: &Words, days: u16) -> Words {
    words(
        format!("{}: {days} 日内", what.zh),
        format!("{}: within {days} days", what.en),
    )
}

fn ladder((count, counts_leave): (Count, bool), rungs: &[Rung]) -> Words {
    let count = named(count);
    let leave = if counts_leave {
        ("; 请假的也计入", "; absences with leave count as well")
    } else {
        ("; 请假的不计", "; absences with leave do not count")
    };
    let zh = rungs
        .iter()
        .map(|rung| format!("{} 次 {}", rung.at, rung.measure.label().0));
    let en = rungs
        .iter()
        .map(|rung| format!("{}: {}", rung.at, rung.measure.label().1));
    words(
        format!(
            "{}{}{}",
            count.zh,
            zh.collect::<Vec<_>>().join("; "),
            leave.0
        ),
        format!(
            "{}; {}{}",
            count.en,
            en.collect::<Vec<_>>().join("; "),
            leave.1
        ),
    )
}

impl Rule {
    /// What the program counts with.
    pub fn in_words(&self) -> Words {
        match self {
            Self::ActivityDay {
                day,
                shift,
                minutes,
                joint,
            } => jointly(activity_day(day, *shift, *minutes), joint),
            Self::Contents(headings) => {
                let zh: Vec<_> = headings.iter().map(|one| one.words.zh.as_str()).collect();
                let en: Vec<_> = headings.iter().map(|one| one.words.en.as_str()).collect();
                words(zh.join("、"), en.join(", "))
            }
            Self::RecordForm {
                fields,
                copies,
                within_days,
                ..
            } => {
                let fields = list(fields);
                let up = within_days.map_or_else(Words::default, |days| {
                    words(
                        format!(", {days} 日内报送"),
                        format!(", up within {days} days"),
                    )
                });
                words(
                    format!("{}; {copies} 份{}", fields.zh, up.zh),
                    format!("{}; {copies} copies{}", fields.en, up.en),
                )
            }
            Self::Plan { at_least, by } => {
                let (zh, en) = by.label();
                words(
                    format!("每年不少于 {at_least} 次, {zh}前备案"),
                    format!("at least {at_least} a year, filed by {en}"),
                )
            }
            Self::Meeting {
                meeting,
                fields,
                held_by,
                joint,
                timing,
                on_activity_day,
            } => {
                let mut what = named(*meeting);
                if !fields.is_empty() {
                    let fields = list(fields);
                    what = words(
                        format!("{} ({})", what.zh, fields.zh),
                        format!("{} ({})", what.en, fields.en),
                    );
                }
                if held_by.len() > 1 {
                    let by = list(held_by);
                    what = words(
                        format!("{}: {}", by.zh, what.zh),
                        format!("{}: {}", by.en, what.en),
                    );
                }
                if *on_activity_day {
                    what.zh.push_str(", 在活动日当天召开");
                    what.en.push_str(", held on an activity day");
                }
                jointly(with(&what, timing), joint)
            }
            Self::Lecture { by, timing } | Self::StudyReport { by, timing } => {
                with(&named(*by), timing)
            }
            Self::Absence {
                count,
                counts_leave,
                rungs,
                ..
            } => ladder((*count, *counts_leave), rungs),
            Self::Lapse { months, of, .. } => {
                let of = list(of);
                words(
                    format!("连续 {months} 个月: {}", of.zh),
                    format!("{months} months on end: {}", of.en),
                )
            }
            Self::Talk {
                between, timing, ..
            } => with(&named(*between), timing),
            Self::Training { of, hours } => words(
                format!("{}每年不少于 {hours} 学时", of.label().0),
                format!("{}: at least {hours} hours a year", of.label().1),
            ),
            _ => self.in_short(),
        }
    }

    /// Rules whose figures fit in a few words.
    fn in_short(&self) -> Words {
        match self {
            Self::PointsTable { items, .. } => {
                let zh: Vec<_> = items
                    .iter()
                    .map(|one| format!("{} {}", one.item.label().0, one.most))
                    .collect();
                let en: Vec<_> = items
                    .iter()
                    .map(|one| format!("{} {}", one.item.label().1, one.most))
                    .collect();
                words(zh.join("、"), en.join(", "))
            }
            Self::Exemption { from, age } => {
                let from = list(from);
                let age = age.map_or_else(Words::default, |age| {
                    words(
                        format!(", {age} 岁以上或因病"),
                        format!(", from {age} years or ill"),
                    )
                });
                words(
                    format!("{}{}", from.zh, age.zh),
                    format!("{}{}", from.en, age.en),
                )
            }
            Self::Inspection { by, of, timing } => {
                let what = words(
                    format!("{} {}", by.label().0, of.label().0),
                    format!("{}: {}", by.label().1, of.label().1),
                );
                timing.as_ref().map_or_else(
                    || {
                        words(
                            format!("{}: 不定期", what.zh),
                            format!("{}: unannounced", what.en),
                        )
                    },
                    |timing| with(&what, timing),
                )
            }
            Self::RecordBook { kinds, .. } => list(kinds),
            Self::Dues => words(
                "按月, 依中央组织部标准",
                "every month, by the national rule",
            ),
            Self::FlowLife(ways) => list(ways),
            Self::Told => words("不作推算, 由人落实", "not derived: people see to it"),
            Self::Screening(timing) => with(&words("排查", "screening"), timing),
            Self::Contact(timing) => with(&words("联系", "contact"), timing),
            Self::FlowTerm { step, days } => term(&named(*step), *days),
            _ => Words::default(),
        }
    }
}

/// Who else may hold it for the units below.
fn jointly(what: Words, by: &[UnitKind]) -> Words {
    if by.is_empty() {
        return what;
    }
    let by = list(by);
    words(
        format!("{}; {}统一开展的计入所属党组织", what.zh, by.zh),
        format!(
            "{}; one held by a {} counts for the units below",
            what.en, by.en
        ),
    )
}

fn activity_day(day: &DayRule, shift: Shift, minutes: Option<u16>) -> Words {
    let day = match day {
        DayRule::Fixed(day) => words(format!("每月 {day} 日"), format!("day {day} of the month")),
        DayRule::OneOf(days) => {
            let days: Vec<_> = days.iter().map(ToString::to_string).collect();
            words(
                format!("每月 {} 日", days.join(" 日或 ")),
                format!("day {} of the month", days.join(" or ")),
            )
        }
        DayRule::NthWeekday(nth, weekday) => {
            let weekday = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default();
            let zh = ["一", "二", "三", "四", "五", "六", "日"][weekday];
            let en = [
                "Monday",
                "Tuesday",
                "Wednesday",
                "Thursday",
                "Friday",
                "Saturday",
                "Sunday",
            ];
            words(
                format!("每月第 {nth} 个星期{zh}"),
                format!("{} no. {nth} of the month", en[weekday]),
            )
        }
        DayRule::Monthly => words("每月一次", "once a month"),
    };
    let avoided = |avoid| match avoid {
        Avoid::RestDays => ("遇节假日和周末", "off holidays and weekends"),
        Avoid::Holidays => ("遇法定节假日", "off statutory holidays"),
    };
    let moved = match shift {
        Shift::Never => Words::default(),
        Shift::Later(avoid) => {
            let (zh, en) = avoided(avoid);
            words(
                format!(", {zh}顺延 (不出当月)"),
                format!(", later {en}, within the month"),
            )
        }
        Shift::Earlier(avoid) => {
            let (zh, en) = avoided(avoid);
            words(
                format!(", {zh}前移 (不出当月)"),
                format!(", earlier {en}, within the month"),
            )
        }
        Shift::Nearest(avoid) => {
            let (zh, en) = avoided(avoid);
            words(
                format!(", {zh}就近调整 (不出当月)"),
                format!(", nearest day {en}, within the month"),
            )
        }
    };
    let long = minutes.map_or_else(Words::default, |minutes| {
        words(
            format!(", 不少于 {minutes} 分钟"),
            format!(", at least {minutes} minutes"),
        )
    });
    words(
        [day.zh, moved.zh, long.zh].concat(),
        [day.en, moved.en, long.en].concat(),
    )
}
