//! Hashes of a log's tree, for proofs and for older sizes. Roots of 256, 65,536, … entries are stored; what lies below 256
//! is computed from one bundle's headers.

use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use hongyan_proto::{id::Hash, log::Tree};
use tlog_tiles::{HashReader, split_stored_hash_index};

use super::{
    Store,
    bundle::{BUNDLE_ENTRIES, subtree_root},
    draft::Draft,
    entries::read_bundle,
    error::StoreError,
    key,
    log::{LogNo, LogRecord},
    overlay::Sight,
};

/// A stored root covers 2^8 times as many entries as one of the tier below.
const TIER_BITS: u32 = 8;
/// The highest tier that is ever stored: 256^7 entries.
const TIER_MAX: u8 = 7;

/// The root of the perfect subtree of 256^`tier` entries with this number.
pub(super) fn read_node(
    sight: Sight<'_>,
    record: &LogRecord,
    tier: u8,
    number: u64,
) -> Result<Hash, StoreError> {
    let bad = || {
        record.bad_entry(
            number << (u32::from(tier) * TIER_BITS),
            "树哈希缺失 a stored hash of the tree is missing",
        )
    };
    let bytes = sight
        .get(&key::node(record.no, tier, number))?
        .ok_or_else(bad)?;
    Hash::from_slice(&bytes).map_err(|_| bad())
}

/// The roots to store once the bundle with this number is full: its own, and those of the tiers it completes.
pub(super) fn finished_nodes(
    sight: Sight<'_>,
    record: &LogRecord,
    bundle: u64,
    root: Hash,
) -> Result<Vec<(u8, u64, Hash)>, StoreError> {
    let mut nodes = vec![(1, bundle, root)];
    let (mut tier, mut number, mut last) = (1, bundle, root);
    while number % BUNDLE_ENTRIES == BUNDLE_ENTRIES - 1 && tier < TIER_MAX {
        let first = number - (BUNDLE_ENTRIES - 1);
        let mut hashes = (first..number)
            .map(|number| read_node(sight, record, tier, number))
            .collect::<Result<Vec<_>, _>>()?;
        hashes.push(last);
        last = subtree_root(hashes);
        tier += 1;
        number /= BUNDLE_ENTRIES;
        nodes.push((tier, number, last));
    }
    Ok(nodes)
}

/// The tree as it was when the log had `size` entries.
pub(super) fn tree_at(sight: Sight<'_>, record: &LogRecord, size: u64) -> Result<Tree, StoreError> {
    if size > record.size() {
        return Err(StoreError::UnknownEntry {
            log: record.no,
            sequence: size - 1,
        });
    }
    let mut tree = Tree::new();
    for tier in (1..=TIER_MAX).rev() {
        let bits = u32::from(tier) * TIER_BITS;
        while size - tree.size() >= 1 << bits {
            let root = read_node(sight, record, tier, tree.size() >> bits)?;
            tree.append_subtree(root, bits);
        }
    }
    if tree.size() < size {
        let rest = usize::try_from(size - tree.size()).unwrap_or(usize::MAX);
        let bundle = read_bundle(sight, record, tree.size())?;
        bundle
            .leaves()
            .take(rest)
            .for_each(|leaf| tree.append(leaf));
    }
    Ok(tree)
}

impl Draft<'_> {
    /// The tree of a log as it was when it had `size` entries.
    pub fn tree_at(&self, no: LogNo, size: u64) -> Result<Tree, StoreError> {
        tree_at(self.sight(), self.log(no)?, size)
    }
}

/// Gives `tlog_tiles` the hashes it asks for. Remembers the leaves of the bundles it went through.
#[derive(Debug)]
pub struct Hashes {
    store: Store,
    record: Arc<LogRecord>,
    leaves: RefCell<BTreeMap<u64, Vec<Hash>>>,
}

impl Hashes {
    pub(super) fn new(store: Store, record: Arc<LogRecord>) -> Self {
        Self {
            store,
            record,
            leaves: RefCell::default(),
        }
    }

    /// The log, as of when this was made.
    pub fn record(&self) -> &LogRecord {
        &self.record
    }

    fn read(&self, level: u8, number: u64) -> Result<Hash, StoreError> {
        let bits = u32::from(level);
        let tier = bits / TIER_BITS;
        let below = bits % TIER_BITS;
        let first = number << below;
        let range = first..first + (1 << below);
        if tier == 0 {
            return self.read_leaves(range.start, 1 << below);
        }
        let tier = u8::try_from(tier).unwrap_or(u8::MAX);
        let hashes = range
            .map(|number| read_node(self.store.sight(), &self.record, tier, number))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(subtree_root(hashes))
    }

    fn read_leaves(&self, first: u64, count: usize) -> Result<Hash, StoreError> {
        let bundle = first / BUNDLE_ENTRIES;
        let mut cache = self.leaves.borrow_mut();
        let leaves = match cache.entry(bundle) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let entries = read_bundle(self.store.sight(), &self.record, first)?;
                unknown.insert(entries.leaves().collect())
            }
        };
        let skip = usize::try_from(first % BUNDLE_ENTRIES).unwrap_or(usize::MAX);
        leaves
            .get(skip..skip + count)
            .map(|leaves| subtree_root(leaves.iter().copied()))
            .ok_or(StoreError::UnknownEntry {
                log: self.record.no,
                sequence: first,
            })
    }
}

impl HashReader for Hashes {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        indexes
            .iter()
            .map(|index| {
                let (level, number) = split_stored_hash_index(*index);
                self.read(level, number)
                    .map(tlog_tiles::Hash::from)
                    .map_err(|error| tlog_tiles::Error::InvalidInput(error.to_string()))
            })
            .collect()
    }
}
