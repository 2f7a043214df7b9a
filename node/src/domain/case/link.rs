//! Moved cases and the ones that follow them: a member's stays away, in a chain.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::id::CaseId;

use super::{derive::Case, state::State};

/// Which case continues which. Derived from the `previous_case` every notice (or departure) may name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Links {
    previous: BTreeMap<CaseId, CaseId>,
    following: BTreeMap<CaseId, CaseId>,
}

impl Links {
    /// Reads the links of all cases a node knows. Of two cases that both claim to continue one, the lower id counts, so that the
    /// answer does not depend on the order of reading.
    pub fn derive<'a>(cases: impl IntoIterator<Item = (CaseId, &'a Case)>) -> Self {
        let mut links = Self::default();
        for (id, case) in cases {
            let Some(previous) = case.previous_case().filter(|previous| *previous != id) else {
                continue;
            };
            links.previous.insert(id, previous);
            links
                .following
                .entry(previous)
                .and_modify(|first| *first = (*first).min(id))
                .or_insert(id);
        }
        links
    }

    /// The case that continues this one.
    pub fn following(&self, case: CaseId) -> Option<CaseId> {
        self.following.get(&case).copied()
    }

    /// The whole chain a case belongs to, oldest first. A chain that bites its tail (two logs can be made to say so) is cut there.
    pub fn chain(&self, case: CaseId) -> Vec<CaseId> {
        let mut met = BTreeSet::from([case]);
        let mut chain = vec![case];
        while let Some(previous) = self.previous.get(&chain[0]).filter(|id| met.insert(**id)) {
            chain.insert(0, *previous);
        }
        while let Some(next) = chain
            .last()
            .and_then(|last| self.following.get(last))
            .filter(|id| met.insert(**id))
        {
            chain.push(*next);
        }
        chain
    }

    /// Does a moved case still wait for the one that follows it? It is the outflow side's turn then.
    pub fn awaits_following(&self, id: CaseId, case: &Case) -> bool {
        case.state() == Some(State::Moved) && !self.following.contains_key(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> CaseId {
        CaseId::from_bytes([n; 16])
    }

    fn links(pairs: &[(u8, u8)]) -> Links {
        Links {
            previous: pairs
                .iter()
                .map(|(new, old)| (id(*new), id(*old)))
                .collect(),
            following: pairs
                .iter()
                .map(|(new, old)| (id(*old), id(*new)))
                .collect(),
        }
    }

    #[test]
    fn a_chain_is_found_from_any_of_its_cases() {
        let links = links(&[(2, 1), (3, 2)]);
        for start in 1..=3 {
            assert_eq!(links.chain(id(start)), [id(1), id(2), id(3)]);
        }
        assert_eq!(links.chain(id(9)), [id(9)]);
    }

    #[test]
    fn a_ring_ends() {
        assert_eq!(links(&[(1, 2), (2, 1)]).chain(id(1)).len(), 2);
    }
}
