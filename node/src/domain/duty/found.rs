//! A duty as it was found, and the few of very many that somebody wants to read.
//!
//! A large committee has a hundred thousand duties, of which a page is shown. So nothing of a rule or a fact is copied before it is, and what
//! nobody asked for is counted and let go.

use std::{cmp::Ordering, sync::Arc};

use hongyan_proto::{id::UnitId, time::Day};

use super::{
    Duty, DutyId, State, Subject,
    facts::{Entry, UnitName},
};
use crate::domain::policy::{Policy, Ruled, Words};

/// A duty as it was found.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    pub(super) policy: &'a Policy,
    pub(super) ruled: &'a Ruled,
    pub(super) subject: Subject,
    pub(super) place: Option<UnitId>,
    pub(super) about: String,
    /// The unit it belongs to; none: the committee's.
    pub unit: Option<&'a UnitName>,
    /// For people to read: the unit's or the person's name.
    pub who: &'a str,
    pub(super) what: Arc<Words>,
    pub(super) from: Day,
    /// The last day.
    pub due: Day,
    pub(super) planned: bool,
    /// How it stands.
    pub state: State,
    pub(super) provisional: bool,
    pub(super) evidence: Vec<&'a Entry>,
}

impl Found<'_> {
    /// Its id, the same whenever it is asked for.
    pub fn id(&self) -> DutyId {
        let subject = (&self.subject, self.place);
        DutyId::of(&self.ruled.id, subject, &self.about, self.from)
    }

    /// Is this entry evidence of it?
    pub fn rests_on(&self, entry: &Entry) -> bool {
        self.evidence.iter().any(|known| **known == *entry)
    }

    /// Everything of it, to be kept.
    pub fn whole(self) -> Duty {
        Duty {
            rule: self.ruled.id.clone(),
            policy: self.policy.name.clone(),
            clause: self.ruled.clause.clone(),
            subject: self.subject,
            place: self.place,
            about: self.about,
            unit: self.unit.cloned(),
            who: self.who.to_owned(),
            what: Arc::unwrap_or_clone(self.what),
            from: self.from,
            due: self.due,
            planned: self.planned,
            state: self.state,
            provisional: self.provisional,
            evidence: self.evidence.into_iter().cloned().collect(),
        }
    }

    /// By last day.
    pub(super) fn by_day(&self, other: &Self) -> Ordering {
        fn key<'b>(found: &'b Found<'_>) -> impl Ord + 'b {
            (
                found.due,
                &found.ruled.id,
                &found.subject,
                found.who,
                found.from,
                &found.about,
            )
        }
        key(self).cmp(&key(other))
    }

    /// The most urgent first, then by last day.
    fn by_urgency(&self, other: &Self) -> Ordering {
        let rank = self.state.rank().cmp(&other.state.rank());
        rank.then_with(|| self.by_day(other))
    }
}

/// How many duties stand in each way, by [`State::rank`].
pub type Counts = [u32; State::RANKS];

/// Which duties are wanted: those that are taken, and of them no more than the most urgent.
#[derive(Clone, Copy)]
pub struct Wanted<'w> {
    /// Is it asked for?
    pub takes: &'w (dyn Fn(&Found<'_>) -> bool + Sync),
    /// At most so many.
    pub most: usize,
}

/// What came of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Sifted<'a> {
    /// The wanted ones, the most urgent first.
    pub(super) first: Vec<Found<'a>>,
    /// How many are asked for, those beyond the most included.
    pub(super) total: usize,
    /// How all stand, asked for or not.
    pub(super) counts: Counts,
}

/// More than are wanted are let go when so many have come together.
const SLACK: usize = 1024;

impl<'a> Sifted<'a> {
    pub(super) fn add(&mut self, found: Found<'a>, wanted: Wanted<'_>) {
        self.counts[usize::from(found.state.rank())] += 1;
        if !(wanted.takes)(&found) {
            return;
        }
        self.total += 1;
        self.first.push(found);
        if self.first.len() >= wanted.most.saturating_mul(2).saturating_add(SLACK) {
            self.cut(wanted.most);
        }
    }

    /// Keeps the most urgent.
    fn cut(&mut self, most: usize) {
        if most < self.first.len() {
            let first = &mut self.first;
            first.select_nth_unstable_by(most, Found::by_urgency);
            first.truncate(most);
        }
    }

    /// What two went through, together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.first.extend(other.first);
        self.total += other.total;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self
    }

    pub(super) fn sorted(mut self, most: usize) -> Self {
        self.cut(most);
        self.first.sort_by(Found::by_urgency);
        self
    }
}
