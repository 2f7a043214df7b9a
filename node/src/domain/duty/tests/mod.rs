//! Duties worked out by hand from the clauses: every case has a name, names its clause, and says what must come out.
//!
//! Dates were looked up in the official schedules and counted by hand, never taken from the program.

mod chizhou;
mod chuzhou;
mod flow;
mod jiaxing;
mod listed;
mod town;
mod units;
mod wuxi;
mod xianning;
mod year;

use std::fmt::Write as _;

use hongyan_proto::time::{Day, Timestamp};

use super::{Duty, Horizon, State, duties, feed};
use crate::domain::{
    calendar::Calendar,
    policy::{Adopted, Policy, PolicyHistory, SHIPPED, shipped},
};

pub(super) use town::Town;

/// One case.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// Where the paper says it; every duty found must name the same.
    pub(super) clause: &'static str,
    /// Policies and the days from which they count.
    pub(super) policies: &'static [(&'static str, &'static str)],
    pub(super) today: &'static str,
    pub(super) given: fn(&mut Town),
    /// The rule looked at, and what the last day of its duties begins with.
    pub(super) rule: &'static str,
    pub(super) due: &'static str,
    /// "state last-day whom [done-day]", by last day.
    pub(super) expected: &'static [&'static str],
}

impl Case {
    /// What must come out, in the order of the text: who comes first of one day says nothing.
    fn lines(&self) -> Vec<String> {
        sorted(self.expected.iter().map(ToString::to_string))
    }
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines
}

pub(super) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Committees' own policies over Wuxi's.
const OWN: [(&str, &str, &str); 2] = [
    ("own-earlier", "本委 一", "day = 15\nshift = \"earlier\""),
    ("own-last", "本委 二", "day = 31\nshift = \"later\""),
];

fn policy(name: &str) -> Policy {
    let Some((_, clause, days)) = OWN.iter().find(|(own, ..)| *own == name) else {
        return shipped(name).unwrap().unwrap();
    };
    let text = format!(
        "format = 1\nname = \"{name}\"\nbased-on = \"wuxi\"\n[source]\nzh = \"本委\"\nen = \"own\"\n\
         [rule.activity-day]\nkind = \"activity-day\"\nclause = \"{clause}\"\nzh = \"本委\"\nen = \"own\"\n\
         {days}\navoid = \"rest-days\"\n"
    );
    Policy::of_file("own.toml", &text).unwrap()
}

fn history(policies: &[(&str, &str)]) -> PolicyHistory {
    let adopted = policies.iter().map(|(from, name)| Adopted {
        from: day(from),
        policy: policy(name).into(),
    });
    PolicyHistory::new(adopted, None)
}

fn found(town: &Town, policies: &[(&str, &str)], today: &str) -> Vec<Duty> {
    let horizon = Horizon {
        from: day("2025-01-01"),
        until: day("2026-12-31"),
    };
    let calendar = Calendar::shipped();
    duties(
        &history(policies),
        &town.facts,
        calendar,
        day(today),
        horizon,
    )
}

fn shown(duty: &Duty) -> String {
    let mut text = format!("{} {} {}", duty.state.label().1, duty.due, duty.who);
    if let State::Done(day) | State::DoneLate(day) = duty.state {
        write!(text, " {day}").unwrap();
    }
    text
}

/// Checks every case and names all that fail.
pub(super) fn check(cases: &[Case]) {
    let mut failed = Vec::new();
    for case in cases {
        let mut town = Town::new();
        (case.given)(&mut town);
        let all = found(&town, case.policies, case.today);
        let of_rule =
            |duty: &&Duty| duty.rule == case.rule && duty.due.to_string().starts_with(case.due);
        let found: Vec<_> = all.iter().filter(of_rule).collect();
        // Of a rule that asks for nothing here, the name and the clause must be somebody's: a slip of the pen finds nothing either.
        let known = |name: &str| {
            let mut rules = policy(name).rules.into_iter();
            rules.any(|ruled| ruled.id == case.rule && ruled.clause == case.clause)
        };
        let mut own = case.policies.iter().map(|(_, name)| *name);
        if !SHIPPED.iter().any(|(name, _)| known(name)) && !own.any(known) {
            let (name, rule, clause) = (case.name, case.rule, case.clause);
            failed.push(format!("{name}: no rule {rule} of {clause}"));
        }
        let texts = sorted(found.iter().map(|duty| shown(duty)));
        let clauses = found.iter().all(|duty| duty.clause == case.clause);
        if texts != case.lines() || !clauses {
            failed.push(format!(
                "{} ({}): {texts:?}, clauses as named: {clauses}",
                case.name, case.clause
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn an_id_is_the_same_whenever_it_is_asked_for_and_no_two_duties_share_one() {
    let mut town = Town::new();
    town.branch("一支部")
        .branch("二支部")
        .member("张三", "一支部")
        .member("李四", "二支部");
    let policies = [("2025-01-01", "xianning")];
    let (before, after) = (
        found(&town, &policies, "2026-03-01"),
        found(&town, &policies, "2026-11-01"),
    );
    assert!(before.len() > 100, "{}", before.len());
    let ids: std::collections::BTreeSet<_> = before.iter().map(Duty::id).collect();
    assert_eq!(ids.len(), before.len());
    for duty in &after {
        assert!(ids.contains(&duty.id()), "{duty:?}");
    }
}

#[test]
fn an_excuse_carries_a_reason_and_a_person_and_is_no_deed() {
    let mut town = Town::new();
    town.branch("一支部");
    let policies = [("2025-01-01", "wuxi")];
    let missed = |town: &Town| {
        let all = found(town, &policies, "2026-05-01");
        all.into_iter()
            .find(|duty| duty.rule == "activity-day" && duty.due == day("2026-03-31"))
            .unwrap()
    };
    let before = missed(&town);
    assert_eq!(before.state, State::Overdue);
    town.excuse(before.id().0, "防汛", "王书记");
    let after = missed(&town);
    assert_eq!(
        after.state,
        State::Excused {
            reason: "防汛".into(),
            person: "王书记".into()
        }
    );
    assert_eq!(after.evidence.len(), 1);
    // What is done in spite of it counts.
    town.activity("一支部", "2026-03-16", &[]);
    assert_eq!(missed(&town).state, State::Done(day("2026-03-16")));
}

#[test]
fn nothing_is_owed_where_nothing_can_be_recorded() {
    let mut town = Town::new();
    town.branch("一支部").member("张三", "一支部");
    town.facts.kept.clear();
    assert_eq!(
        found(&town, &[("2025-01-01", "xianning")], "2026-06-01"),
        []
    );
}

#[test]
fn the_feed_shows_what_is_open_on_its_day() {
    let mut town = Town::new();
    town.branch("第一支部；东区, 2号\\楼");
    let all = found(&town, &[("2026-01-01", "wuxi")], "2026-09-30");
    let text = feed(
        &all,
        "320200-001",
        Timestamp::from_millis(1_790_000_000_000),
    );
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{line}");
    }
    assert!(
        text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(['\r', '\n'])
    );
    let whole = text.replace("\r\n ", "");
    // October's day is moved from no holiday: the 15th is a Thursday.
    assert!(
        whole.contains("DTSTART;VALUE=DATE:20261015\r\nDTEND;VALUE=DATE:20261016\r\n"),
        "{whole}"
    );
    assert!(
        whole.contains("SUMMARY:2026-10 党员活动日 (第一支部；东区\\, 2号\\\\楼)"),
        "{whole}"
    );
    assert!(whole.contains("DTSTAMP:20260921T"), "{whole}");
    // What is overdue is nothing that is coming.
    let mut open = all.iter().filter(|duty| duty.state.is_open());
    assert!(open.clone().any(|duty| duty.due < day("2026-09-21")));
    let coming = open.by_ref().filter(|duty| day("2026-09-21") <= duty.due);
    assert_eq!(whole.matches("BEGIN:VEVENT").count(), coming.count());
}
