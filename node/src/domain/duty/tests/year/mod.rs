//! A committee of twenty branches, 600 members, 80 of them away and 40 hosted, lives 2026 under each of the five policies; what must come out
//! was worked out by hand from the clauses. Every hand-worked case of the other files is played inside that town as well, in branches of its own.

mod counted;
mod cut;
mod keeps;
mod later;
mod life;
mod named;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::time::Day;

use self::{
    counted::counted,
    cut::as_of,
    keeps::keeps,
    later::later,
    life::{BRANCHES, settle},
};
use super::{
    Case, Duty, Horizon, Town, chizhou, chuzhou, day, duties, flow, history, jiaxing, shown,
    sorted, units, wuxi, xianning,
};
use crate::domain::{calendar::Calendar, policy::PolicyHistory};

/// What the year is drawn from.
const SEED: u64 = 2026;

/// Every hand-worked case.
const CASES: &[&[Case]] = &[
    wuxi::ACTIVITY_DAYS,
    wuxi::LIFE_OF_A_YEAR,
    wuxi::DUES,
    chizhou::THE_DAY_THE_PLAN_AND_THE_FORM,
    chizhou::ABSENCES_IN_A_YEAR,
    chizhou::MOVED_BY_PLAN,
    xianning::MEETINGS_AND_LECTURES,
    xianning::WHAT_PERSONS_OWE,
    chuzhou::FIRST_FRIDAYS,
    chuzhou::A_POLICY_CHANGED_IN_JUNE,
    jiaxing::MEETINGS_AND_CHECKS,
    jiaxing::ABSENCES_IN_A_ROW,
    jiaxing::SIX_MONTHS_OF_NEGLECT,
    flow::HOME,
    flow::HOST_AND_WAITING,
    flow::STATEMENTS,
    units::TREE,
    units::OFFICERS,
    units::PROBATION,
    named::CASES,
];

/// The year that life was written for.
const WRITTEN_FOR: i16 = 2026;

/// A year under one policy.
struct Year {
    /// Which.
    of: i16,
    town: Town,
    policies: PolicyHistory,
    /// Cases by what stands before their names.
    cases: Vec<(String, &'static Case)>,
}

impl Year {
    fn new(of: i16, policy: &[(&'static str, &'static str)]) -> Self {
        let mut town = Town::new();
        settle(&mut town, SEED);
        later(&mut town.facts, of - WRITTEN_FOR);
        let fits = |case: &&Case| case.policies == policy && case.rule != "screening";
        let cases = CASES.iter().flat_map(|cases| cases.iter()).filter(fits);
        let cases: Vec<_> = cases
            .enumerate()
            .map(|(number, case)| (format!("{number:03}·"), case))
            .collect();
        for (scope, case) in &cases {
            town.scope.clone_from(scope);
            (case.given)(&mut town);
        }
        town.scope.clear();
        Self {
            of,
            town,
            policies: history(policy),
            cases,
        }
    }

    fn end(&self) -> Day {
        Day::new(self.of, 12, 31).unwrap()
    }

    /// The duties as they stood on a day, by what was recorded until then.
    fn on(&self, today: Day) -> Vec<Duty> {
        let facts = as_of(&self.town.facts, today);
        let horizon = Horizon {
            from: Day::new(self.of - 1, 1, 1).unwrap(),
            until: self.end(),
        };
        duties(&self.policies, &facts, Calendar::shipped(), today, horizon)
    }
}

/// Whose a duty is, for the tables: a duty of a case begins with its scope.
fn is_of(duty: &Duty, scope: &str) -> bool {
    duty.who.starts_with(scope)
}

/// The case's lines, as its own small town gives them.
fn lines(all: &[Duty], scope: &str, case: &Case) -> (Vec<String>, bool) {
    let found: Vec<_> = all
        .iter()
        .filter(|duty| is_of(duty, scope) && duty.rule == case.rule)
        .filter(|duty| duty.due.to_string().starts_with(case.due))
        .collect();
    let clauses = found.iter().all(|duty| duty.clause == case.clause);
    let lines = found.iter().map(|duty| shown(duty).replace(scope, ""));
    (sorted(lines), clauses)
}

/// Lives the year: on the days of the cases and at the end of every month everything is derived, by what was recorded until then.
fn live(of: i16, policy: &[(&'static str, &'static str)]) -> Vec<String> {
    let year = Year::new(of, policy);
    let ends = (1..=12).map(|month| {
        let first = Day::new(of, month, 1).unwrap();
        crate::domain::calendar::last_day(first.month())
    });
    let mut days: BTreeSet<Day> = ends.collect();
    days.extend(year.cases.iter().map(|(_, case)| day(case.today)));
    let mut failed = Vec::new();
    let mut done = BTreeMap::new();
    for today in days {
        let all = year.on(today);
        failed.extend(keeps(&year, today, &all, &mut done));
        for (scope, case) in year
            .cases
            .iter()
            .filter(|(_, case)| day(case.today) == today)
        {
            let (lines, clauses) = lines(&all, scope, case);
            if lines != case.lines() || !clauses {
                failed.push(format!(
                    "{} ({}): {lines:?}, clauses as named: {clauses}",
                    case.name, case.clause
                ));
            }
        }
        if today == year.end() {
            failed.extend(counted(&all, of, policy));
        }
    }
    failed
}

fn holds(policy: &[(&'static str, &'static str)]) {
    holds_in(WRITTEN_FOR, policy);
}

fn holds_in(of: i16, policy: &[(&'static str, &'static str)]) {
    let failed = live(of, policy);
    assert!(
        failed.is_empty(),
        "seed {SEED}, {} failures:\n{}",
        failed.len(),
        failed
            .iter()
            .take(60)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn under_wuxi() {
    holds(&[("2025-01-01", "wuxi")]);
}

#[test]
fn under_chizhou() {
    holds(&[("2025-01-01", "chizhou")]);
}

#[test]
fn under_xianning() {
    holds(&[("2025-01-01", "xianning")]);
}

#[test]
fn under_chuzhou() {
    holds(&[("2025-01-01", "chuzhou")]);
}

#[test]
fn under_jiaxing() {
    holds(&[("2025-01-01", "jiaxing")]);
}

#[test]
fn under_a_policy_changed_in_june() {
    holds(&[("2025-01-01", "chuzhou"), ("2026-06-01", "jiaxing")]);
}

#[test]
fn under_a_policy_of_its_own() {
    holds(named::OWN);
}

#[test]
fn in_a_leap_year() {
    holds_in(2028, named::LEAP);
}

#[test]
fn at_least_sixty_cases_are_played_in_the_town() {
    let five = ["wuxi", "chizhou", "xianning", "chuzhou", "jiaxing"];
    let played = CASES.iter().flat_map(|cases| cases.iter());
    let played = played
        .filter(|case| matches!(case.policies, [("2025-01-01", policy)] if five.contains(policy)));
    assert!(played.count() >= 60);
    assert_eq!(BRANCHES, 20);
}
