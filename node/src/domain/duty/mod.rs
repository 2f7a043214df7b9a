//! Duties (应办事项): what a policy obliges someone to do by a day, derived from policies × recorded facts × today.
//!
//! A duty is never typed in and never ticked off: the record that fulfils it closes it. Everything here is pure; what is known comes in as
//! [`Facts`]. One file per group of rules; what a locality asks for is data and stands in `domain::policy`.

mod absence;
mod activity;
mod by_who;
mod draft;
pub mod facts;
mod feed;
mod flow;
mod index;
mod item;
mod meeting;
mod person;
mod term;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

pub use facts::Facts;
pub use feed::feed;
pub use item::{Duty, DutyId, State, Subject};

use hongyan_proto::time::Day;

use self::{index::Index, term::Scene};
use super::{calendar::Calendar, policy::PolicyHistory};

/// Which days a list of duties looks at: those whose last day lies in it. What is overdue since longer was somebody else's year.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Horizon {
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
}

impl Horizon {
    /// The year before, and what begins within this one.
    pub fn around(today: Day) -> Self {
        let year = today.date().year();
        Self {
            from: Day::new(year - 1, 1, 1).unwrap_or(today),
            until: Day::new(year, 12, 31)
                .unwrap_or(today)
                .max(today.plus_days(92)),
        }
    }

    fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }

    fn years(self) -> std::ops::RangeInclusive<i16> {
        self.from.date().year()..=self.until.date().year()
    }
}

/// Every duty of the horizon, by due day.
pub fn duties(
    policies: &PolicyHistory,
    facts: &Facts,
    calendar: &Calendar,
    today: Day,
    horizon: Horizon,
) -> Vec<Duty> {
    let index = Index::of(facts);
    let mut scene = Scene::new(policies, facts, &index, calendar, today, horizon);
    activity::find(&mut scene);
    meeting::find(&mut scene);
    person::find(&mut scene);
    absence::find(&mut scene);
    flow::find(&mut scene);
    scene.finish()
}
