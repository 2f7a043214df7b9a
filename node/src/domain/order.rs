//! The order of a correspondence's entries: one line through two logs, the same on both sides, that never puts an effect
//! before its cause.

use hongyan_proto::id::KeyId;

/// Where an entry stands in the two logs. Both numbers count from the correspondence's start: after an epoch reset the
/// caller adds the reset's `base` to the numbers of the new log, or a new log's first entries would sort before the old one's.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Stamp {
    /// The entry's place in its author's log.
    pub sequence: u64,
    /// How many of the partner's entries the author had applied.
    pub seen: u64,
}

/// Sorts entries of both logs. `clock` is the sum of the two-part vector clock: whoever had seen an entry writes a greater sum,
/// so sorting by it respects causality; the author's key settles what happened at once.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Position {
    /// `sequence + seen`.
    clock: u64,
    /// Who wrote the entry.
    author: KeyId,
    /// The entry's place in its author's log.
    sequence: u64,
}

impl Position {
    /// The position of an entry.
    pub const fn new(author: KeyId, stamp: Stamp) -> Self {
        Self {
            clock: stamp.sequence.saturating_add(stamp.seen),
            author,
            sequence: stamp.sequence,
        }
    }

    /// Who wrote the entry.
    pub const fn author(&self) -> KeyId {
        self.author
    }

    /// The entry's place in its author's log.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The same counted in the log of its epoch, which began at `base`: what people are told.
    pub const fn in_log(&self, base: u64) -> u64 {
        self.sequence.saturating_sub(base)
    }

    /// How many of the partner's entries the author had applied.
    pub const fn seen(&self) -> u64 {
        self.clock.saturating_sub(self.sequence)
    }

    /// The sum both sides sort by.
    pub const fn clock(&self) -> u64 {
        self.clock
    }
}

/// Did both sides act at once: had neither author seen the other's entry?
pub fn concurrent(a: &Position, b: &Position) -> bool {
    a.author != b.author && a.seen() <= b.sequence && b.seen() <= a.sequence
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(author: u8, sequence: u64, seen: u64) -> Position {
        Position::new(KeyId::from_bytes([author; 32]), Stamp { sequence, seen })
    }

    #[test]
    fn an_answer_sorts_after_what_it_answers() {
        let notice = at(9, 5, 3);
        let accept = at(1, 3, 6);
        assert!(notice < accept);
        assert!(!concurrent(&notice, &accept));
    }

    #[test]
    fn what_crossed_on_the_way_is_concurrent_and_the_key_decides() {
        let (a, b) = (at(1, 4, 4), at(2, 4, 4));
        assert!(concurrent(&a, &b) && concurrent(&b, &a));
        assert!(a < b);
    }

    proptest! {
        /// Two people write and hear from each other at random; no entry ever sorts before one its author knew.
        #[test]
        fn sorting_is_a_linear_extension_of_causality(steps in prop::collection::vec((any::<bool>(), any::<bool>()), 1..80)) {
            let mut logs: [Vec<Position>; 2] = [vec![], vec![]];
            let mut heard = [0_usize; 2];
            for (second, hears) in steps {
                let me = usize::from(second);
                let other = 1 - me;
                if hears {
                    heard[me] = logs[other].len();
                }
                let position = at(if second { 2 } else { 1 }, logs[me].len() as u64, heard[me] as u64);
                for known in logs[me].iter().chain(&logs[other][..heard[me]]) {
                    prop_assert!(*known < position);
                    prop_assert!(!concurrent(known, &position));
                }
                for unknown in &logs[other][heard[me]..] {
                    prop_assert!(concurrent(unknown, &position));
                }
                logs[me].push(position);
            }
        }
    }
}
