//! What was recorded of each person, gathered once: rules ask for it by person, many times over.

use hongyan_proto::{
    letter::Presence,
    time::{Day, Month},
};

use super::{
    by_who::ByWho,
    facts::{Activity, Dated, DuesPaid, Entry, Exemption, Facts, Person, Talk, UnitName, Who},
};
use crate::domain::policy::{Exempt, Measure, Neglect};

/// Everything that is recorded of one person.
#[derive(Default)]
pub(super) struct Records<'a> {
    /// Where the person was expected, ascending by day. Empty for whoever was never absent.
    pub(super) attended: Vec<(&'a Activity, Presence)>,
    pub(super) lectures: Vec<(Day, &'a Entry)>,
    pub(super) talks: Vec<&'a Talk>,
    pub(super) reports: Vec<(Day, &'a Entry)>,
    pub(super) roles: Vec<(Day, &'a Entry)>,
    pub(super) training: Vec<&'a Dated<u16>>,
    pub(super) measures: Vec<&'a Dated<Measure>>,
    pub(super) refusals: Vec<&'a Dated<Neglect>>,
    /// The first payment of each month, ascending. The months stand here: each is asked for many times.
    pub(super) dues: Vec<(Month, &'a DuesPaid)>,
    exemptions: Vec<&'a Exemption>,
}

impl<'a> Records<'a> {
    /// Is the person exempted on that day?
    pub(super) fn is_exempt(&self, from: Exempt, day: Day) -> bool {
        self.exemptions.iter().any(|one| {
            one.from == from && one.since <= day && one.until.is_none_or(|until| day <= until)
        })
    }

    /// What was paid for a month.
    pub(super) fn paid(&self, month: Month) -> Option<&'a DuesPaid> {
        let at = self.dues.binary_search_by_key(&month, |(month, _)| *month);
        at.ok().map(|at| self.dues[at].1)
    }

    fn sort(&mut self) {
        self.lectures.sort();
        self.reports.sort();
        self.roles.sort();
        self.dues.sort_by_key(|(month, paid)| (*month, paid.day));
        self.dues.dedup_by_key(|(month, _)| *month);
    }
}

/// A person with the branch of each stay, and where the records about the person lie.
pub(super) struct Folk<'a> {
    pub(super) person: &'a Person,
    branches: Vec<&'a UnitName>,
    /// Place in the list of records.
    pub(super) at: usize,
}

impl<'a> Folk<'a> {
    /// The branch on a day, or the unit where there is none.
    pub(super) fn branch_on(&self, day: Day) -> Option<&'a UnitName> {
        let stays = &self.person.stays;
        let at = stays.iter().position(|stay| stay.covers(day))?;
        Some(self.branches[at])
    }

    /// The branch on a day on which the member is this node's to manage.
    pub(super) fn here_on(&self, day: Day) -> Option<&'a UnitName> {
        self.branch_on(day).filter(|_| !self.person.is_away(day))
    }
}

/// Everybody, and what is recorded of them.
#[derive(Default)]
pub(super) struct People<'a> {
    pub(super) all: Vec<Folk<'a>>,
    /// By the places of their records.
    persons: Vec<&'a Person>,
    records: Vec<Records<'a>>,
    known: ByWho<usize>,
}

impl<'a> People<'a> {
    pub(super) fn of(facts: &'a Facts, branch: impl Fn(&'a UnitName) -> &'a UnitName) -> Self {
        let mut known = ByWho::default();
        let mut all = Vec::with_capacity(facts.people.len());
        let mut persons = Vec::with_capacity(facts.people.len());
        for person in &facts.people {
            let at = *known.entry(person.who).or_insert(persons.len());
            match persons.get_mut(at) {
                Some(known) => *known = person,
                None => persons.push(person),
            }
            let stays = person.stays.iter();
            let branches = stays.map(|stay| branch(&stay.unit)).collect();
            all.push(Folk {
                person,
                branches,
                at,
            });
        }
        let mut records = Vec::new();
        records.resize_with(persons.len(), Records::default);
        let mut people = Self {
            all,
            persons,
            records,
            known,
        };
        people.gather(facts);
        people.attended(facts);
        people.records.iter_mut().for_each(Records::sort);
        people
    }

    pub(super) fn records(&self, folk: &Folk<'a>) -> &Records<'a> {
        &self.records[folk.at]
    }

    /// Whoever has the id.
    pub(super) fn person(&self, who: Who) -> Option<&'a Person> {
        self.known.get(&who).map(|at| self.persons[*at])
    }

    fn records_of(&mut self, who: Who) -> Option<&mut Records<'a>> {
        let at = *self.known.get(&who)?;
        Some(&mut self.records[at])
    }

    fn gather(&mut self, facts: &'a Facts) {
        for one in &facts.reports {
            if let Some(records) = self.records_of(one.who) {
                records.reports.push((one.day, &one.entry));
            }
        }
        for one in &facts.roles {
            if let Some(records) = self.records_of(one.who) {
                records.roles.push((one.day, &one.entry));
            }
        }
        for talk in &facts.talks {
            for who in &talk.with {
                if let Some(records) = self.records_of(*who) {
                    records.talks.push(talk);
                }
            }
        }
        for one in &facts.training {
            if let Some(records) = self.records_of(one.who) {
                records.training.push(one);
            }
        }
        for one in &facts.measures {
            if let Some(records) = self.records_of(one.who) {
                records.measures.push(one);
            }
        }
        for one in &facts.refusals {
            if let Some(records) = self.records_of(one.who) {
                records.refusals.push(one);
            }
        }
        for one in &facts.dues {
            if let Some(records) = self.records_of(one.who) {
                records.dues.push((one.month, one));
            }
        }
        for one in &facts.exemptions {
            if let Some(records) = self.records_of(one.who) {
                records.exemptions.push(one);
            }
        }
        for activity in &facts.activities {
            for who in &activity.lecturers {
                if let Some(records) = self.records_of(*who) {
                    records.lectures.push((activity.day, &activity.entry));
                }
            }
        }
    }

    /// Attendance of a large committee is half a million places: each is looked up once, and kept only for those who were ever absent.
    fn attended(&mut self, facts: &'a Facts) {
        /// In place of somebody who is not among the people.
        const NOBODY: u32 = u32::MAX;
        let mut order: Vec<&Activity> = facts.activities.iter().collect();
        order.sort_by_key(|activity| activity.day);
        let mut counts = vec![(0_usize, false); self.records.len()];
        let seats = order.iter().map(|activity| activity.attendance.len());
        let mut seated = Vec::with_capacity(seats.sum());
        for activity in &order {
            for (who, presence) in &activity.attendance {
                let at = self.known.get(who).copied();
                if let Some(at) = at {
                    counts[at].0 += 1;
                    counts[at].1 |= !presence.was_there();
                }
                let at = at.and_then(|at| u32::try_from(at).ok());
                seated.push(at.unwrap_or(NOBODY));
            }
        }
        for (records, (count, absent)) in self.records.iter_mut().zip(&counts) {
            if *absent {
                records.attended.reserve_exact(*count);
            }
        }
        let mut seated = seated.into_iter();
        for activity in order {
            for ((_, presence), at) in activity.attendance.iter().zip(&mut seated) {
                let Ok(at) = usize::try_from(at) else {
                    continue;
                };
                if counts.get(at).is_some_and(|(_, absent)| *absent) {
                    self.records[at].attended.push((activity, *presence));
                }
            }
        }
    }
}
