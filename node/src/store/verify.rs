//! Reading a whole log back from disk and believing nothing: every header, every body, the tree, the author's signature.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use hongyan_proto::{
    id::Hash,
    log::{Entry, Kind, Signers, Tree},
};

use super::{
    bundle::{BUNDLE_ENTRIES, subtree_root},
    damage::Harm,
    entries::read_bundle,
    error::StoreError,
    hashes::read_node,
    log::LogRecord,
    overlay::Sight,
    signed::{check_signed, check_signers},
};

/// Hashing is shared by this many threads; the reference machine has as many cores.
const THREADS: u64 = 2;

/// A log that is as its author signed it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verified {
    /// How many entries.
    pub size: u64,
    /// How many of them have no body: erased, or refused on arrival.
    pub without_body: u64,
    /// The root of their tree.
    pub root: Hash,
    /// How many of them the author's signature covers; none when nothing was signed yet.
    pub signed: Option<u64>,
}

#[derive(Default)]
struct Part {
    roots: Vec<Hash>,
    rest: Vec<Hash>,
    without_body: u64,
    rotations: Vec<Entry>,
}

pub(super) fn verify_log(
    sight: Sight<'_>,
    record: &LogRecord,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Verified, StoreError> {
    let bundles = record.size().div_ceil(BUNDLE_ENTRIES);
    let share = bundles.div_ceil(THREADS).max(1);
    let done = AtomicU64::new(0);
    let parts: Vec<Result<Part, StoreError>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                let range = worker * share..((worker + 1) * share).min(bundles);
                let done = &done;
                scope.spawn(move || verify_part(sight, record, range, done, progress))
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or(Err(StoreError::WorkPanicked)))
            .collect()
    });
    let mut tree = Tree::new();
    let mut without_body = 0;
    let mut signers = Signers::from(*record.signers.first());
    // In order, so that the first bad entry is the one named.
    for part in parts {
        let part = part?;
        without_body += part.without_body;
        for entry in part.rotations {
            let bad = |_| record.bad_entry(entry.header().sequence, "换钥无效 a bad rotation");
            signers.follow(&entry).map_err(bad)?;
        }
        part.roots
            .into_iter()
            .for_each(|root| tree.append_subtree(root, BUNDLE_ENTRIES.ilog2()));
        part.rest.into_iter().for_each(|leaf| tree.append(leaf));
    }
    if tree != record.tree {
        let size = record.size();
        return Err(record.damage(Harm::Root { size }).into());
    }
    check_signers(sight, record, &signers)?;
    Ok(Verified {
        size: record.size(),
        without_body,
        root: tree.root(),
        signed: check_signed(sight, record)?,
    })
}

fn verify_part(
    sight: Sight<'_>,
    record: &LogRecord,
    bundles: Range<u64>,
    done: &AtomicU64,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Part, StoreError> {
    let mut part = Part::default();
    for number in bundles {
        let first = number * BUNDLE_ENTRIES;
        let bundle = read_bundle(sight, record, first)?;
        let mut leaves = Vec::with_capacity(256);
        for (sequence, stored) in (first..).zip(bundle.into_entries()) {
            let entry = stored
                .into_entry()
                .map_err(|detail| record.bad_entry(sequence, detail))?;
            check_place(record, sequence, &entry)?;
            part.without_body += u64::from(entry.body().is_none());
            if entry.header().kind == Kind::KeyRotated {
                part.rotations.push(entry.clone());
            }
            leaves.push(entry.header().leaf_hash());
        }
        let count = leaves.len() as u64;
        if count == BUNDLE_ENTRIES {
            let root = subtree_root(leaves);
            if read_node(sight, record, 1, number)? != root {
                return Err(record.bad_entry(first, "束根不符 the bundle has another root"));
            }
            part.roots.push(root);
        } else {
            part.rest = leaves;
        }
        progress(done.fetch_add(count, Ordering::Relaxed) + count);
    }
    Ok(part)
}

fn check_place(record: &LogRecord, sequence: u64, entry: &Entry) -> Result<(), StoreError> {
    let header = entry.header();
    if header.sequence != sequence || header.log_id != record.log_id() {
        return Err(record.bad_entry(
            sequence,
            "条目属于别处 the entry belongs to another place or log",
        ));
    }
    Ok(())
}
