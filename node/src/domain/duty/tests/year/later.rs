//! The same year, lived years later.

use hongyan_proto::time::{Day, Month};

use crate::domain::duty::facts::{Facts, Stay};

/// Moves a year's days. No day of the year may be one that another year does not have.
#[derive(Clone, Copy)]
struct By(i16);

impl By {
    fn day(self, day: &mut Day) {
        let date = day.date();
        *day = Day::new(date.year() + self.0, date.month(), date.day()).unwrap();
    }

    fn end(self, day: &mut Option<Day>) {
        if let Some(day) = day {
            self.day(day);
        }
    }

    fn stay(self, stay: &mut Stay) {
        self.end(&mut stay.from);
        self.end(&mut stay.until);
    }

    fn month(self, month: &mut Month) {
        let mut first = month.first_day();
        self.day(&mut first);
        *month = first.month();
    }
}

/// Everything of a town without quarters and exemptions with an end.
pub(super) fn later(facts: &mut Facts, years: i16) {
    let by = By(years);
    for unit in &mut facts.units {
        by.end(&mut unit.since);
        by.end(&mut unit.until);
    }
    for person in &mut facts.people {
        person.stays.iter_mut().for_each(|stay| by.stay(stay));
        for (_, stay) in &mut person.posts {
            by.stay(stay);
        }
        for (from, until) in &mut person.away {
            by.day(from);
            by.end(until);
        }
        for probation in &mut person.probation {
            by.day(&mut probation.until);
            if let Some((day, _)) = &mut probation.decided {
                by.day(day);
            }
        }
    }
    for activity in &mut facts.activities {
        by.day(&mut activity.day);
        if let Some((day, _)) = &mut activity.form_up {
            by.day(day);
        }
    }
    for planned in &mut facts.planned {
        by.day(&mut planned.day);
    }
    for plan in &mut facts.plans {
        plan.year += years;
        by.day(&mut plan.filed);
    }
    for paid in &mut facts.dues {
        by.month(&mut paid.month);
        by.day(&mut paid.day);
    }
    for case in &mut facts.cases {
        for step in &mut case.steps {
            by.day(&mut step.day);
            by.day(&mut step.on);
        }
        if let Some(since) = &mut case.since {
            by.day(since);
        }
        if let Some((from, until)) = &mut case.managed {
            by.day(from);
            if let Some(until) = until {
                by.day(until);
            }
        }
        for (day, _) in case.contacts.iter_mut().chain(&mut case.looks) {
            by.day(day);
        }
    }
    let days = facts.measures.iter_mut().map(|one| &mut one.day);
    let days = days.chain(facts.talks.iter_mut().map(|one| &mut one.day));
    let days = days.chain(facts.reports.iter_mut().map(|one| &mut one.day));
    let days = days.chain(facts.training.iter_mut().map(|one| &mut one.day));
    let days = days.chain(facts.roles.iter_mut().map(|one| &mut one.day));
    let days = days.chain(facts.inspections.iter_mut().map(|one| &mut one.day));
    let days = days.chain(facts.exemptions.iter_mut().map(|one| &mut one.since));
    let days = days.chain(facts.screenings.iter_mut().map(|(day, _)| day));
    days.for_each(|day| by.day(day));
}
