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
mod folk;
mod found;
mod index;
mod item;
mod meeting;
mod person;
mod term;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

pub use facts::Facts;
pub use feed::{coming, feed};
pub use found::{Counts, Found, Wanted};
pub use item::{Duty, DutyId, State, Subject};

use hongyan_proto::time::Day;

use self::{
    found::Sifted,
    index::Index,
    term::{Ground, Scene},
};
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

/// Everything that duties are derived from.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What applied when.
    pub policies: &'a PolicyHistory,
    /// What is recorded.
    pub facts: &'a Facts,
    /// Holidays and working days.
    pub calendar: &'a Calendar,
    /// The day it is.
    pub today: Day,
    /// The days that are looked at.
    pub horizon: Horizon,
}

/// The duties that are wanted, and how all of them stand.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The wanted ones, the most urgent first.
    pub first: Vec<Duty>,
    /// How many are asked for, those beyond the most included.
    pub total: usize,
    /// How many duties stand in each way, asked for or not.
    pub counts: Counts,
}

/// The duties that are wanted. All are derived: a page is of the same list whenever it is asked for.
pub fn list(known: Known<'_>, wanted: Wanted<'_>) -> Listed {
    sifted(known, wanted, |sifted| {
        let sifted = sifted.sorted(wanted.most);
        Listed {
            first: sifted.first.into_iter().map(Found::whole).collect(),
            total: sifted.total,
            counts: sifted.counts,
        }
    })
}

/// Every duty of the horizon, by due day.
pub fn duties(
    policies: &PolicyHistory,
    facts: &Facts,
    calendar: &Calendar,
    today: Day,
    horizon: Horizon,
) -> Vec<Duty> {
    let known = Known {
        policies,
        facts,
        calendar,
        today,
        horizon,
    };
    let all = Wanted {
        takes: &|_| true,
        most: usize::MAX,
    };
    sifted(known, all, |mut sifted| {
        sifted.first.sort_by(Found::by_day);
        sifted.first.into_iter().map(Found::whole).collect()
    })
}

/// Fewer people than this are not worth a thread.
const SHARE: usize = 256;
/// Threads that derive at the same time: a node is given a small machine.
const SHARES: usize = 2;

fn sifted<T>(known: Known<'_>, wanted: Wanted<'_>, then: impl FnOnce(Sifted<'_>) -> T) -> T {
    let index = Index::of(known.facts);
    let excuses = known.facts.excuses.iter();
    let excuses = excuses.map(|excuse| (excuse.duty, excuse)).collect();
    let ground = Ground {
        policies: known.policies,
        facts: known.facts,
        index: &index,
        calendar: known.calendar,
        today: known.today,
        horizon: known.horizon,
        excuses: &excuses,
    };
    let people = &index.people.all;
    let share = match people.len() {
        few if few < SHARE => few.max(1),
        many => many.div_ceil(SHARES),
    };
    let mut shares = people.chunks(share);
    let own = shares.next().unwrap_or_default();
    let found = std::thread::scope(|scope| {
        let others: Vec<_> = shares
            .map(|share| scope.spawn(move || of_people(Scene::new(ground, share, wanted))))
            .collect();
        let mut scene = Scene::new(ground, own, wanted);
        activity::find(&mut scene);
        meeting::find(&mut scene);
        flow::find(&mut scene);
        let own = of_people(scene);
        others.into_iter().fold(own, |found, other| {
            let other = other.join();
            found.and(other.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    });
    then(found)
}

/// What every single person of a share owes.
fn of_people(mut scene: Scene<'_>) -> Sifted<'_> {
    person::find(&mut scene);
    absence::find(&mut scene);
    flow::of_people(&mut scene);
    scene.found
}
