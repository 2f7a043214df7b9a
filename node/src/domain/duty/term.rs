//! The scene of one question: everything the rules look at, and the duties found so far.

use std::{collections::HashMap, ops::Deref, sync::Arc};

use hongyan_proto::time::Day;

use super::{
    Horizon, State, Subject,
    draft::Draft,
    facts::{Entry, Excuse, Facts, Kept},
    folk::Folk,
    found::{Found, Sifted, Wanted},
    index::Index,
};
use crate::domain::{
    calendar::Calendar,
    policy::{Policy, PolicyHistory, Rule, Ruled, Timing, Window, Words},
};

/// A rule as it applies in one period.
pub(super) struct Term<'a, T> {
    pub(super) policy: &'a Arc<Policy>,
    pub(super) ruled: &'a Ruled,
    /// What `pick` made of the rule.
    pub(super) asks: T,
    pub(super) window: Window,
}

/// What everything is derived from.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) policies: &'a PolicyHistory,
    pub(super) facts: &'a Facts,
    pub(super) index: &'a Index<'a>,
    pub(super) calendar: &'a Calendar,
    pub(super) today: Day,
    pub(super) horizon: Horizon,
    pub(super) excuses: &'a HashMap<[u8; 8], &'a Excuse>,
}

/// One share of the question: some of the people, and the duties found so far.
pub(super) struct Scene<'a> {
    ground: Ground<'a>,
    /// Whom this share is about.
    pub(super) people: &'a [Folk<'a>],
    wanted: Wanted<'a>,
    pub(super) found: Sifted<'a>,
}

impl<'a> Deref for Scene<'a> {
    type Target = Ground<'a>;

    fn deref(&self) -> &Ground<'a> {
        &self.ground
    }
}

impl<'a> Scene<'a> {
    pub(super) fn new(ground: Ground<'a>, people: &'a [Folk<'a>], wanted: Wanted<'a>) -> Self {
        Self {
            ground,
            people,
            wanted,
            found: Sifted::default(),
        }
    }

    /// Is this kind of fact recorded here?
    pub(super) fn keeps(&self, kind: Kept) -> bool {
        self.facts.kept.contains(&kind)
    }

    /// Every period of the horizon of every rule that `pick` takes and that applied on the period's first day: a change of policy leaves
    /// periods that began before it alone.
    pub(super) fn terms<T: Clone>(
        &self,
        pick: impl Fn(&'a Rule) -> Option<(T, &'a Timing)>,
    ) -> Vec<Term<'a, T>> {
        self.terms_of(|rule, year| pick(rule).map(|(asks, timing)| (asks, timing.windows(year))))
    }

    /// The same where the rule has windows of its own.
    pub(super) fn terms_of<T: Clone>(
        &self,
        pick: impl Fn(&'a Rule, i16) -> Option<(T, Vec<Window>)>,
    ) -> Vec<Term<'a, T>> {
        let mut terms = Vec::new();
        let policies: Vec<_> = self.policies.all().map(|(_, policy)| policy).collect();
        for (at, policy) in policies.iter().enumerate() {
            // The same policy may have been adopted twice.
            if policies[..at]
                .iter()
                .any(|known| Arc::ptr_eq(known, policy))
            {
                continue;
            }
            for ruled in &policy.rules {
                for year in self.horizon.years() {
                    let Some((asks, windows)) = pick(&ruled.rule, year) else {
                        break;
                    };
                    for window in windows {
                        let applies = self
                            .policies
                            .at(window.from)
                            .is_some_and(|known| Arc::ptr_eq(known, policy));
                        if applies && self.horizon.contains(window.until) {
                            terms.push(Term {
                                policy,
                                ruled,
                                asks: asks.clone(),
                                window,
                            });
                        }
                    }
                }
            }
        }
        terms
    }

    /// The rule of the policy that applies on a day.
    pub(super) fn rule_on<T>(
        &self,
        day: Day,
        pick: impl Fn(&'a Rule) -> Option<T>,
    ) -> Option<(&'a Policy, &'a Ruled, T)> {
        let policy: &'a Policy = self.policies.at(day)?;
        policy
            .rules
            .iter()
            .find_map(|ruled| Some((policy, ruled, pick(&ruled.rule)?)))
    }

    pub(super) fn add(&mut self, draft: Draft<'a>) {
        // What is still open stays in sight however long it is overdue.
        let past = draft.due < self.horizon.from && draft.done.is_some();
        if past || draft.due > self.horizon.until {
            return;
        }
        let place = match &draft.subject {
            Subject::Unit(name) => self.index.unit(name).and_then(|unit| unit.id),
            _ => None,
        };
        let state = match draft.done {
            Some(day) if day <= draft.due => State::Done(day),
            Some(day) => State::DoneLate(day),
            None if draft.waits => State::WaitingForPartner,
            None if draft.due < self.today => State::Overdue,
            None if draft.from <= self.today => State::Due,
            None => State::Upcoming,
        };
        let mut found = Found {
            policy: draft.policy,
            ruled: draft.ruled,
            subject: draft.subject,
            place,
            about: draft.about,
            unit: draft.unit,
            who: draft.who,
            what: draft.what,
            from: draft.from,
            due: draft.due,
            planned: draft.planned,
            state,
            provisional: draft.provisional,
            evidence: draft.evidence,
        };
        // An id is a hash: made only where an excuse may name it.
        if draft.done.is_none()
            && !self.excuses.is_empty()
            && let Some(excuse) = self.excuses.get(&found.id().0)
        {
            found.evidence.push(&excuse.entry);
            found.state = State::Excused {
                reason: excuse.reason.clone(),
                person: excuse.person.clone(),
            };
        }
        self.found.add(found, self.wanted);
    }
}

pub(super) fn words(zh: impl Into<String>, en: impl Into<String>) -> Arc<Words> {
    Arc::new(Words {
        zh: zh.into(),
        en: en.into(),
    })
}

/// A day and an entry, as duties take them.
pub(super) fn dated((day, entry): &(Day, Entry)) -> (Day, &Entry) {
    (*day, entry)
}
