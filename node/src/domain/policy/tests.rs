//! The shipped policies are whole, and every error names its place.

use std::collections::BTreeSet;

use hongyan_proto::time::Day;
use proptest::prelude::*;

use super::{
    Adopted, Count, Field, Measure, Meeting, Period, Policy, PolicyHistory, Rule, SHIPPED, Timing,
    shipped,
};
use crate::domain::calendar::{Avoid, DayRule, Shift};

fn policy(name: &str) -> Policy {
    shipped(name).unwrap().unwrap()
}

#[test]
fn every_shipped_policy_is_read_and_says_where_each_rule_comes_from() {
    for (name, _) in SHIPPED {
        let policy = policy(name);
        assert_eq!(policy.name, name);
        let mut ids = BTreeSet::new();
        for ruled in &policy.rules {
            assert!(ids.insert(&ruled.id), "{name}: {} twice", ruled.id);
            let letter = ruled.clause.chars().next().unwrap();
            assert!("WCXZJ".contains(letter), "{name}: {}", ruled.clause);
            let told = ruled.rule.in_words();
            assert!(
                !told.zh.is_empty() && !told.en.is_empty(),
                "{name}: {}",
                ruled.id
            );
        }
    }
}

#[test]
fn the_five_localities_differ_as_their_papers_do() {
    let day = |name: &str| {
        let policy = policy(name);
        policy
            .pick(|rule| match rule {
                Rule::ActivityDay { day, shift, .. } => Some((day.clone(), *shift)),
                _ => None,
            })
            .map(|(_, found)| found)
            .next()
    };
    assert_eq!(
        day("wuxi"),
        Some((DayRule::Fixed(15), Shift::Later(Avoid::RestDays)))
    );
    assert_eq!(
        day("chizhou"),
        Some((DayRule::OneOf(vec![5, 10]), Shift::Later(Avoid::Holidays)))
    );
    assert_eq!(day("xianning"), Some((DayRule::Monthly, Shift::Never)));
    assert!(matches!(
        day("chuzhou"),
        Some((DayRule::NthWeekday(1, _), Shift::Never))
    ));
    assert_eq!(day("jiaxing"), None);
    let ladder = |name: &str| {
        let policy = policy(name);
        policy
            .pick(|rule| match rule {
                Rule::Absence { count, rungs, .. } => Some((
                    *count,
                    rungs
                        .iter()
                        .map(|rung| (rung.at, rung.measure))
                        .collect::<Vec<_>>(),
                )),
                _ => None,
            })
            .map(|(_, found)| found)
            .next()
    };
    assert_eq!(
        ladder("chizhou"),
        Some((
            Count::PerYear,
            vec![(3, Measure::TalkAndTerm), (6, Measure::Unqualified)]
        ))
    );
    assert_eq!(
        ladder("jiaxing"),
        Some((
            Count::InARow,
            vec![
                (1, Measure::Remind),
                (2, Measure::Warn),
                (3, Measure::Criticize)
            ]
        ))
    );
    assert_eq!(ladder("xianning"), None);
    let lectures = policy("xianning");
    let lectures: Vec<_> = lectures
        .pick(|rule| match rule {
            Rule::Meeting {
                meeting: Meeting::PartyLecture,
                fields,
                timing,
                ..
            } => Some((fields.clone(), timing.clone())),
            _ => None,
        })
        .map(|(_, found)| found)
        .collect();
    assert_eq!(lectures.len(), 3);
    assert_eq!(
        lectures[0],
        (
            vec![Field::Office, Field::Institution],
            Timing::Times(1, Period::Month)
        )
    );
}

const HEAD: &str =
    "format = 1\nname = \"own\"\nbased-on = \"wuxi\"\n[source]\nzh = \"本委\"\nen = \"own\"\n";
const WORDS: &str = "clause = \"党委会 2026-1\"\nzh = \"规定\"\nen = \"rule\"\n";

fn own(rules: &str) -> Result<Policy, super::PolicyError> {
    Policy::of_file("own.toml", &format!("{HEAD}{rules}"))
}

#[test]
fn an_own_file_replaces_drops_and_adds_rules() {
    let policy = own(&format!(
        "[rule.activity-day]\nkind = \"activity-day\"\n{WORDS}day = 20\nshift = \"earlier\"\navoid = \"rest-days\"\n\
         [rule.leaders-lecture]\nkind = \"none\"\n{WORDS}\
         [rule.group-meeting]\nkind = \"meeting\"\n{WORDS}meeting = \"group-meeting\"\ntimes = 2\nper = \"quarter\"\n"
    ))
    .unwrap();
    let wuxi = shipped("wuxi").unwrap().unwrap();
    assert_eq!(policy.rules.len(), wuxi.rules.len());
    assert!(policy.rule("leaders-lecture").is_none());
    let day = policy.rule("activity-day").unwrap();
    assert_eq!((day.file.as_str(), day.line), ("own.toml", 7));
    assert!(matches!(
        day.rule,
        Rule::ActivityDay {
            day: DayRule::Fixed(20),
            ..
        }
    ));
    // What an adoption keeps reads the same without the program's own files.
    let names: Vec<_> = policy.texts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["own.toml", "wuxi", "two-way"]);
    assert_eq!(Policy::of_texts(&policy.texts).unwrap().unwrap(), policy);
    assert!(Policy::of_texts(&policy.texts[..2]).unwrap().is_err());
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table of errors")]
fn every_error_names_its_line_and_column_and_what_to_do() {
    let rule = |kind: &str, rest: &str| format!("[rule.own]\nkind = \"{kind}\"\n{WORDS}{rest}\n");
    let meeting = "meeting = \"branch-committee\"\n";
    let table = [
        // What is wrong, line and column in the file, a word of the remedy.
        ("[rule.own\n".to_owned(), 7, 10, "TOML"),
        (rule("wish", ""), 8, 8, "unknown kind"),
        (
            rule("plan", "at-least = 12\nby = \"02-30\""),
            13,
            6,
            "03-25",
        ),
        (
            rule("plan", "at-least = 0\nby = \"03-25\""),
            12,
            12,
            "1 to 366",
        ),
        (rule("plan", "at-least = 12"), 7, 7, "by is missing"),
        (
            rule("plan", "at-leat = 12\nby = \"03-25\""),
            12,
            1,
            "is at-leat meant",
        ),
        (
            rule("plan", "at-least = 12\nby = \"03-25\"\nbuy = 1"),
            14,
            1,
            "unknown key buy",
        ),
        (
            rule("meeting", &format!("{meeting}times = 1\nper = \"weekly\"")),
            14,
            7,
            "quarter",
        ),
        (
            rule(
                "meeting",
                &format!("{meeting}times = 1\nper = \"month\"\nmonths = [6]"),
            ),
            7,
            7,
            "exactly one way",
        ),
        (
            rule("meeting", &format!("{meeting}months = [6, 13]")),
            13,
            14,
            "1 to 12",
        ),
        (
            rule("meeting", &format!("{meeting}months = [6, 6]")),
            13,
            14,
            "twice",
        ),
        (
            rule("meeting", &format!("{meeting}months = []")),
            13,
            10,
            "at least one item",
        ),
        (
            rule(
                "meeting",
                &format!("{meeting}from = \"12-01\"\nto = \"01-31\""),
            ),
            7,
            7,
            "before from",
        ),
        (
            rule("activity-day", "day = 32\nshift = \"never\""),
            12,
            7,
            "1 to 31",
        ),
        (
            rule("activity-day", "day = \"sixth friday\"\nshift = \"never\""),
            12,
            7,
            "first friday",
        ),
        (
            rule("activity-day", "day = [5, 5]\nshift = \"never\""),
            12,
            11,
            "twice",
        ),
        (
            rule("activity-day", "day = 5\nshift = \"later\""),
            13,
            9,
            "contradict",
        ),
        (
            rule(
                "activity-day",
                "day = 5\nshift = \"never\"\navoid = \"holidays\"",
            ),
            13,
            9,
            "contradict",
        ),
        (
            rule(
                "activity-day",
                "day = \"monthly\"\nshift = \"later\"\navoid = \"holidays\"",
            ),
            13,
            9,
            "cannot be moved",
        ),
        // Another rule settles the activity day already.
        (
            rule("activity-day", "day = 5\nshift = \"never\""),
            7,
            1,
            "same thing",
        ),
        (
            rule(
                "absence",
                "count = \"in-a-row\"\nwithin-days = 9\nsteps = [{ at = 3, measure = \"warn\" }, { at = 2, measure = \"remind\" }]",
            ),
            14,
            40,
            "higher number",
        ),
        (rule("dues", "rate = \"own\""), 12, 8, "national"),
        (
            rule("training", "of = \"member\"\nhours = \"many\""),
            13,
            9,
            "whole number",
        ),
        (
            "[rule.screening]\nkind = \"screening\"\nclause = \"\"\nzh = \"一\"\nen = \"a\"\ntimes = 1\nper = \"year\"\n".to_owned(),
            9,
            10,
            "1 to 80",
        ),
        (
            format!("[rule.nothing]\nkind = \"none\"\n{WORDS}"),
            7,
            7,
            "no rule nothing to drop",
        ),
        (
            "[rule.\"A b\"]\nkind = \"none\"\n".to_owned(),
            7,
            7,
            "branch-assembly",
        ),
    ];
    for (rules, line, column, remedy) in table {
        let error = own(&rules).unwrap_err();
        let found = (error.line, error.column, error.en.contains(remedy));
        assert_eq!(found, (line, column, true), "{rules}\n{error}");
        assert_eq!(error.file, "own.toml");
    }
}

#[test]
fn a_file_must_say_its_format_and_a_base_that_there_is() {
    for (text, line, column) in [
        ("name = \"own\"", 1, 1),
        ("format = 2\nname = \"own\"", 1, 10),
        ("format = 1\nname = \"Own\"", 2, 8),
        (
            "format = 1\nname = \"own\"\nbased-on = \"nowhere\"\nrule = {}\n[source]\nzh = \"本\"\nen = \"o\"",
            3,
            12,
        ),
        (
            "format = 1\nname = \"own\"\nrule = 3\n[source]\nzh = \"本\"\nen = \"o\"",
            3,
            8,
        ),
    ] {
        let error = Policy::of_file("own.toml", text).unwrap_err();
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{text}: {error}"
        );
    }
    // A file that is based on itself.
    let circle =
        "format = 1\nname = \"a\"\nbased-on = \"b\"\nrule = {}\n[source]\nzh = \"本\"\nen = \"o\"";
    let error = Policy::read("a", circle, |_| Some(circle.to_owned())).unwrap_err();
    assert!(error.en.contains("circle"), "{error}");
    let large = " ".repeat(super::read::MOST_BYTES + 1);
    assert!(
        Policy::of_file("own.toml", &large)
            .unwrap_err()
            .en
            .contains("32 KiB")
    );
}

#[test]
fn a_policy_counts_from_its_day_on() {
    let day = |text: &str| text.parse::<Day>().unwrap();
    let adopted = |from: &str, name: &str| Adopted {
        from: day(from),
        policy: policy(name).into(),
    };
    let history = PolicyHistory::new(
        [
            adopted("2026-06-01", "xianning"),
            adopted("2025-01-01", "wuxi"),
            // The later word from the same day.
            adopted("2026-06-01", "jiaxing"),
        ],
        Some(policy("two-way").into()),
    );
    let name = |text: &str| history.at(day(text)).unwrap().name.clone();
    assert_eq!(name("2024-12-31"), "two-way");
    assert_eq!(name("2025-01-01"), "wuxi");
    assert_eq!(name("2026-05-31"), "wuxi");
    assert_eq!(name("2026-06-01"), "jiaxing");
    assert_eq!(history.all().count(), 3);
}

#[test]
fn windows_are_the_calendars() {
    let windows = |timing: Timing, year| {
        let shown = timing
            .windows(year)
            .iter()
            .map(|one| format!("{}..{}", one.from, one.until))
            .collect::<Vec<_>>();
        shown.join(" ")
    };
    assert_eq!(
        windows(Timing::Times(1, Period::Month), 2024)
            .matches("..")
            .count(),
        12
    );
    assert!(windows(Timing::Times(1, Period::Month), 2024).contains("2024-02-01..2024-02-29"));
    assert!(
        windows(Timing::Times(1, Period::TwoMonths), 2025)
            .starts_with("2025-01-01..2025-02-28 2025-03-01..2025-04-30")
    );
    assert_eq!(
        windows(Timing::Times(2, Period::HalfYear), 2026),
        "2026-01-01..2026-06-30 2026-07-01..2026-12-31"
    );
    assert_eq!(
        windows(Timing::Months(vec![6, 12]), 2026),
        "2026-06-01..2026-06-30 2026-12-01..2026-12-31"
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,300}") {
        let _ = Policy::of_file("any.toml", &text);
        let _ = own(&text);
    }

    #[test]
    fn a_shipped_file_with_one_byte_less_is_read_or_refused(at in 0_usize..4000) {
        let text = SHIPPED[0].1;
        let chars: String = text.chars().enumerate().filter(|(index, _)| *index != at).map(|(_, character)| character).collect();
        if let Err(error) = Policy::of_file("wuxi.toml", &chars) {
            prop_assert!(error.line >= 1 && error.column >= 1 && error.line <= chars.lines().count() + 1);
        }
    }
}

#[test]
fn no_shipped_rule_replaces_another_by_accident_and_what_is_told_is_apart() {
    for (name, _) in SHIPPED {
        let policy = shipped(name).unwrap().unwrap();
        let texts = policy.texts.iter();
        let written: usize = texts
            .map(|(_, text)| text.matches("\n[rule.").count())
            .sum();
        assert_eq!(written, policy.rules.len() + policy.told.len(), "{name}");
        assert!(!policy.told.is_empty(), "{name}");
        assert!(policy.told.iter().all(|ruled| ruled.rule == Rule::Told));
        assert!(policy.rules.iter().all(|ruled| ruled.rule != Rule::Told));
    }
}
