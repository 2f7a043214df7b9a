//! Maps by person. Attendance of a large committee is half a million places to be found by an id, and most of the time went into the
//! standard hash, which is made for keys of any length.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher, RandomState},
};

use super::facts::Who;

/// A map by person.
pub(super) type ByWho<T> = HashMap<Who, T, Folding>;

/// Odd, and without a pattern in its bits: 2^64 divided by the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
/// Bytes that are folded at once.
const WORD: usize = size_of::<u64>();

/// Makes hashes of ids. The seed is random: ids that a partner chose cannot be made to fall together.
#[derive(Clone, Debug)]
pub(super) struct Folding(u64);

impl Default for Folding {
    fn default() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }
}

impl BuildHasher for Folding {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded(self.0)
    }
}

pub(super) struct Folded(u64);

impl Folded {
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(FACTOR);
        let [low, high] = [product, product >> u64::BITS].map(|half| {
            #[allow(clippy::cast_possible_truncation)] // Half of the product each.
            {
                half as u64
            }
        });
        self.0 = low ^ high;
    }
}

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<WORD>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        for byte in rest {
            self.fold(u64::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        self.fold(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hongyan_proto::id::{CaseId, MemberId};

    use super::*;

    #[test]
    fn ids_that_differ_a_little_fall_apart() {
        let folding = Folding::default();
        let mut all = BTreeSet::new();
        let mut low = BTreeSet::new();
        let mut count = 0;
        for number in 0..4096_u128 {
            for shift in [0, 8, 40, 64, 104, 116] {
                let id = (number << shift).to_be_bytes();
                for who in [
                    Who::Member(MemberId::from_bytes(id)),
                    Who::Hosted(CaseId::from_bytes(id)),
                ] {
                    let hash = folding.hash_one(who);
                    if all.insert((hash, who)) {
                        count += 1;
                    }
                    low.insert(hash & 0xffff);
                }
            }
        }
        let hashes: BTreeSet<u64> = all.iter().map(|(hash, _)| *hash).collect();
        assert_eq!(hashes.len(), count);
        // Of 65,536 places about half are met by chance.
        assert!(low.len() > 30_000, "{}", low.len());
    }
}
