//! Reading one rule: its kind decides which keys may stand in its table.

use jiff::civil::Weekday;

use super::{
    error::PolicyError,
    rule::{Heading, Meeting, Points, Rule, Rung, UnitKind},
    table::{Table, Value},
    timing::{Timing, YearDay},
};
use crate::domain::calendar::{Avoid, DayRule, Shift};

/// Every kind of rule; `none` drops a rule of the base.
const KINDS: &str = "activity-day, contents, record-form, plan, meeting, lecture, absence, lapse, talk, study-report, training, points, exemption, inspection, record-book, dues, flow-life, screening, contact, flow-term, told, none";

/// Most days of a term.
const MOST_DAYS: u16 = 366;

/// None: a rule of the base is dropped.
pub(super) fn read_rule(table: &Table<'_>) -> Result<Option<Rule>, PolicyError> {
    let kind = table.need("kind")?;
    Ok(Some(match kind.value.as_str().unwrap_or_default() {
        "activity-day" => activity_day(table)?,
        "contents" => contents(table)?,
        "record-form" => Rule::RecordForm {
            fields: table.need_word_list("fields")?,
            copies: table.optional_number("copies", (1, 9))?.unwrap_or(1),
            within_days: table.optional_number("within-days", (1, MOST_DAYS))?,
            signed: table.flag("signed")?,
            published: table.flag("published")?,
        },
        "plan" => Rule::Plan {
            at_least: table.number("at-least", (1, 366))?,
            by: year_day(table, "by")?,
        },
        "meeting" => meeting(table)?,
        "lecture" => Rule::Lecture {
            by: table.word("by")?,
            timing: timing(table)?,
        },
        "absence" => absence(table)?,
        "lapse" => Rule::Lapse {
            months: table.number("after-months", (1, 24))?,
            of: table.need_word_list("of")?,
            within_days: table.number("within-days", (1, MOST_DAYS))?,
        },
        "talk" => Rule::Talk {
            between: table.word("between")?,
            timing: timing(table)?,
            before_activity_day: table.flag("before-activity-day")?,
        },
        "study-report" => Rule::StudyReport {
            by: table.word("by")?,
            timing: timing(table)?,
        },
        "training" => Rule::Training {
            of: table.word("of")?,
            hours: table.number("hours", (1, 2000))?,
        },
        "points" => points(table)?,
        "exemption" => Rule::Exemption {
            from: table.need_word_list("from")?,
            age: table.optional_number("age", (50, 120))?,
        },
        "inspection" => Rule::Inspection {
            by: table.word("by")?,
            of: table.word("of")?,
            timing: if table.flag("unannounced")? {
                None
            } else {
                Some(timing(table)?)
            },
        },
        "record-book" => Rule::RecordBook {
            kinds: table.need_word_list("kinds")?,
            role: table
                .optional_number("role-times-a-year", (1, 12))?
                .map(|times| Timing::Times(times, super::timing::Period::Year)),
            confirmed: table.flag("confirmed")?,
        },
        "dues" => {
            let rate = table.need("rate")?;
            if rate.value.as_str() != Some("national") {
                return Err(table.like(&rate, "rate", "\"national\""));
            }
            Rule::Dues
        }
        "flow-life" => Rule::FlowLife(table.need_word_list("ways")?),
        "told" => Rule::Told,
        "screening" => Rule::Screening(timing(table)?),
        "contact" => Rule::Contact(timing(table)?),
        "flow-term" => Rule::FlowTerm {
            step: table.word("step")?,
            days: table.number("days", (1, MOST_DAYS))?,
        },
        "none" => return Ok(None),
        _ => {
            return Err(table.source.wrong(
                &kind.at,
                format!("未知的规则种类; 可用: {KINDS}"),
                format!("unknown kind of rule; there are: {KINDS}"),
            ));
        }
    }))
}

/// Exactly one of `times` with `per`, `months`, or `from` with `to`.
fn timing(table: &Table<'_>) -> Result<Timing, PolicyError> {
    let ways = [table.get("times"), table.get("months"), table.get("from")];
    let given = ways.iter().flatten().count();
    if given != 1 {
        return Err(table.source.wrong(
            &table.at,
            "期限须写一种: times 与 per, 或 months, 或 from 与 to",
            "say how often in exactly one way: times and per, or months, or from and to",
        ));
    }
    if table.get("times").is_some() {
        return Ok(Timing::Times(
            table.number("times", (1, 366))?,
            table.word("per")?,
        ));
    }
    if table.get("months").is_some() {
        let mut months = Vec::new();
        for value in table.list("months")? {
            let month = table.number_of(&value, "months", (1, 12))?;
            let month = i8::try_from(month).unwrap_or(1);
            if months.contains(&month) {
                return Err(table.twice(&value, &month.to_string()));
            }
            months.push(month);
        }
        months.sort_unstable();
        return Ok(Timing::Months(months));
    }
    let (from, to) = (year_day(table, "from")?, year_day(table, "to")?);
    if to < from {
        return Err(table.source.wrong(
            &table.at,
            "to 不得早于 from",
            "to must not be before from",
        ));
    }
    Ok(Timing::Between(from, to))
}

fn year_day(table: &Table<'_>, key: &'static str) -> Result<YearDay, PolicyError> {
    let value = table.need(key)?;
    value
        .value
        .as_str()
        .and_then(YearDay::parse)
        .ok_or_else(|| table.like(&value, key, "\"03-25\""))
}

const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

fn nth_weekday(text: &str) -> Option<DayRule> {
    let (nth, weekday) = text.split_once(' ')?;
    let nth = ORDINALS.iter().position(|word| *word == nth)?;
    let (_, weekday) = WEEKDAYS.iter().find(|(word, _)| *word == weekday)?;
    Some(DayRule::NthWeekday(u8::try_from(nth + 1).ok()?, *weekday))
}

fn day_rule(table: &Table<'_>) -> Result<DayRule, PolicyError> {
    let value = table.need("day")?;
    let number = |value: &Value<'_>| {
        let day = table.number_of(value, "day", (1, 31))?;
        Ok::<_, PolicyError>(u8::try_from(day).unwrap_or(31))
    };
    if value.value.is_array() {
        let mut days = Vec::new();
        for value in table.list("day")? {
            let day = number(&value)?;
            if days.contains(&day) {
                return Err(table.twice(&value, &day.to_string()));
            }
            days.push(day);
        }
        return Ok(DayRule::OneOf(days));
    }
    match value.value.as_str() {
        None => number(&value).map(DayRule::Fixed),
        Some("monthly") => Ok(DayRule::Monthly),
        Some(text) => nth_weekday(text).ok_or_else(|| {
            table.like(&value, "day", "15, [5, 10], \"first friday\" / \"monthly\"")
        }),
    }
}

fn activity_day(table: &Table<'_>) -> Result<Rule, PolicyError> {
    let day = day_rule(table)?;
    let minutes = table.optional_number("minutes", (1, 1440))?;
    let avoid = match table.get("avoid") {
        None => None,
        Some(value) => Some(match value.value.as_str() {
            Some("rest-days") => Avoid::RestDays,
            Some("holidays") => Avoid::Holidays,
            _ => return Err(table.like(&value, "avoid", "\"rest-days\" / \"holidays\"")),
        }),
    };
    let value = table.need("shift")?;
    let moved = match (value.value.as_str(), avoid) {
        (Some("never"), None) => Shift::Never,
        (Some("never"), Some(_)) | (Some("later" | "earlier" | "nearest"), None) => {
            return Err(table.source.wrong(
                &value.at,
                "shift 与 avoid 矛盾: 移动则须写 avoid, 不移动 (never) 则不写",
                "shift and avoid contradict each other: a day that moves needs avoid, one that never moves has none",
            ));
        }
        (Some("later"), Some(avoid)) => Shift::Later(avoid),
        (Some("earlier"), Some(avoid)) => Shift::Earlier(avoid),
        (Some("nearest"), Some(avoid)) => Shift::Nearest(avoid),
        _ => {
            return Err(table.like(
                &value,
                "shift",
                "\"later\", \"earlier\", \"nearest\" / \"never\"",
            ));
        }
    };
    if day == DayRule::Monthly && moved != Shift::Never {
        return Err(table.source.wrong(
            &value.at,
            "不固定的日子 (monthly) 无从移动: 请写 shift = \"never\"",
            "a day that is not named (monthly) cannot be moved: write shift = \"never\"",
        ));
    }
    Ok(Rule::ActivityDay {
        day,
        shift: moved,
        minutes,
        joint: joint(table)?,
    })
}

/// The units above which may hold something for those under them. Nothing stands under a group.
fn joint(table: &Table<'_>) -> Result<Vec<UnitKind>, PolicyError> {
    let joint: Vec<UnitKind> = table.word_list("joint")?;
    match table.get("joint") {
        Some(value) if joint.contains(&UnitKind::Group) => Err(table.source.wrong(
            &value.at,
            "joint 不能写 group: 党小组之下没有党组织",
            "joint cannot name group: nothing stands under one",
        )),
        _ => Ok(joint),
    }
}

fn meeting(table: &Table<'_>) -> Result<Rule, PolicyError> {
    let meeting = table.word("meeting")?;
    let mut held_by = table.word_list("held-by")?;
    if held_by.is_empty() {
        held_by.push(match meeting {
            Meeting::GroupMeeting => UnitKind::Group,
            Meeting::DemocraticLife => UnitKind::Committee,
            _ => UnitKind::Branch,
        });
    }
    Ok(Rule::Meeting {
        meeting,
        fields: table.word_list("fields")?,
        held_by,
        joint: joint(table)?,
        timing: timing(table)?,
        on_activity_day: table.flag("on-activity-day")?,
    })
}

fn contents(table: &Table<'_>) -> Result<Rule, PolicyError> {
    let mut headings: Vec<Heading> = Vec::new();
    for item in table.tables("headings")? {
        let heading = Heading {
            id: item.text("id")?.to_owned(),
            words: item.in_words()?,
            required: item.flag("required")?,
            alone: !item.flag("never-alone")?,
            free: item.flag("free")?,
        };
        item.finish()?;
        if headings.iter().any(|known| known.id == heading.id) {
            return Err(item.source.wrong(
                &item.at,
                format!("栏目 {} 写了两次; 请删去一个", heading.id),
                format!(
                    "the heading {} stands here twice: take one away",
                    heading.id
                ),
            ));
        }
        headings.push(heading);
    }
    Ok(Rule::Contents(headings))
}

fn absence(table: &Table<'_>) -> Result<Rule, PolicyError> {
    let mut rungs: Vec<Rung> = Vec::new();
    for item in table.tables("steps")? {
        let rung = Rung {
            at: item.number("at", (1, 366))?,
            measure: item.word("measure")?,
        };
        item.finish()?;
        let follows = rungs
            .last()
            .is_none_or(|last| last.at < rung.at && last.measure != rung.measure);
        if !follows {
            return Err(item.source.wrong(
                &item.at,
                "次数须逐级增加, 且各级措施不同",
                "each step must come at a higher number than the one before, with another measure",
            ));
        }
        rungs.push(rung);
    }
    Ok(Rule::Absence {
        count: table.word("count")?,
        counts_leave: table.flag("counts-leave")?,
        rungs,
        within_days: table.number("within-days", (1, MOST_DAYS))?,
    })
}

fn points(table: &Table<'_>) -> Result<Rule, PolicyError> {
    let of = table.need("of")?;
    let branch = match of.value.as_str() {
        Some("member") => false,
        Some("branch") => true,
        _ => return Err(table.like(&of, "of", "\"member\" / \"branch\"")),
    };
    let mut items: Vec<Points> = Vec::new();
    for item in table.tables("items")? {
        let points = Points {
            item: item.word("item")?,
            most: item.number("most", (1, 1000))?,
        };
        item.finish()?;
        if items.iter().any(|known| known.item == points.item) {
            return Err(item.source.wrong(
                &item.at,
                "同一项目写了两次; 请删去一个",
                "the same item stands here twice: take one away",
            ));
        }
        items.push(points);
    }
    Ok(Rule::PointsTable { branch, items })
}
