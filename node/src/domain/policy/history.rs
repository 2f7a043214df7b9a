//! Which policy applied when: a change takes effect from a day and does not rewrite the past.

use std::sync::Arc;

use hongyan_proto::time::Day;

use super::Policy;

/// A policy and the day from which it counts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Adopted {
    /// Its first day.
    pub from: Day,
    /// The policy.
    pub policy: Arc<Policy>,
}

/// Every policy that was adopted, by its first day.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PolicyHistory {
    adopted: Vec<Adopted>,
    /// What applies while nothing was adopted: what agreements bring.
    before: Option<Arc<Policy>>,
}

impl PolicyHistory {
    /// In the order they were adopted; of two from the same day the later word counts.
    pub fn new(adopted: impl IntoIterator<Item = Adopted>, before: Option<Arc<Policy>>) -> Self {
        let mut history = Self {
            adopted: Vec::new(),
            before,
        };
        for one in adopted {
            history.adopted.retain(|known| known.from != one.from);
            history.adopted.push(one);
        }
        history.adopted.sort_by_key(|one| one.from);
        history
    }

    /// The policy that applies on a day. A period belongs to the policy of its first day.
    pub fn at(&self, day: Day) -> Option<&Arc<Policy>> {
        let adopted = self.adopted_by(day);
        adopted.map(|one| &one.policy).or(self.before.as_ref())
    }

    /// The adoption that counts on a day; none while nothing was adopted.
    pub fn adopted_by(&self, day: Day) -> Option<&Adopted> {
        self.adopted.iter().rev().find(|one| one.from <= day)
    }

    /// Every adoption, by first day.
    pub fn adopted(&self) -> &[Adopted] {
        &self.adopted
    }

    /// Every policy that applied at some time, each with its first day; none: since ever.
    pub fn all(&self) -> impl Iterator<Item = (Option<Day>, &Arc<Policy>)> {
        let before = self.before.iter().map(|policy| (None, policy));
        let adopted = self.adopted.iter().map(|one| (Some(one.from), &one.policy));
        before.chain(adopted)
    }
}
