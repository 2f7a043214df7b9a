//! Reading entries: full bundles as one value, the tail as runs. A bundle is read once and its entries share its bytes.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use bytes::Bytes;
use hongyan_proto::{id::Hash, log::Entry};

use super::{
    Store,
    bundle::{BUNDLE_ENTRIES, Bundle, Stored},
    error::StoreError,
    hashes::read_node,
    key,
    log::LogRecord,
    overlay::Sight,
};

/// The entries from the start of the bundle that `sequence` lies in: all 256, or the tail as far as the record goes.
pub(super) fn read_bundle(
    sight: Sight<'_>,
    record: &LogRecord,
    sequence: u64,
) -> Result<Bundle, StoreError> {
    let number = sequence / BUNDLE_ENTRIES;
    let first = number * BUNDLE_ENTRIES;
    let wanted = (record.size() - first).min(BUNDLE_ENTRIES);
    let mut missing = first;
    if wanted < BUNDLE_ENTRIES {
        match read_tail(sight, record, first)? {
            Ok(tail) => return Ok(tail),
            Err(gap) => missing = gap,
        }
    }
    // The tail may have become a full bundle since the record was read.
    let bytes = sight
        .get(&key::bundle(record.no, number))
        .map_err(|error| named(record, first, error))?
        .ok_or_else(|| record.bad_entry(missing, "条目束缺失 the bundle is missing"))?;
    let mut entries = decoded(record, first, &bytes)?.into_entries();
    if (entries.len() as u64) < wanted {
        return Err(record.bad_entry(
            first + entries.len() as u64,
            "条目束过短 the bundle is too short",
        ));
    }
    entries.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
    Ok(Bundle::new(entries))
}

/// A full bundle's headers and bodies, and the root of their tile.
pub(super) fn full_bundle(
    sight: Sight<'_>,
    record: &LogRecord,
    number: u64,
) -> Result<(Vec<(Bytes, Bytes)>, Hash), StoreError> {
    if number >= record.size() / BUNDLE_ENTRIES {
        return Err(StoreError::UnknownEntry {
            log: record.no,
            sequence: number.saturating_mul(BUNDLE_ENTRIES),
        });
    }
    let bundle = read_bundle(sight, record, number * BUNDLE_ENTRIES)?;
    let entries = bundle.into_entries().into_iter();
    let entries = entries.map(|stored| (stored.header, stored.body.unwrap_or_default()));
    Ok((entries.collect(), read_node(sight, record, 1, number)?))
}

/// The runs of the tail that starts at `first`; the first entry that is not there when they are not all there.
fn read_tail(
    sight: Sight<'_>,
    record: &LogRecord,
    first: u64,
) -> Result<Result<Bundle, u64>, StoreError> {
    let mut entries = Vec::new();
    for key in tail_keys(sight, record, first)? {
        let next = first + entries.len() as u64;
        if key::run_first(&key) != Some(next) {
            return Ok(Err(next));
        }
        let Some(bytes) = sight
            .get(&key)
            .map_err(|error| named(record, next, error))?
        else {
            return Ok(Err(next));
        };
        entries.extend(decoded(record, next, &bytes)?.into_entries());
    }
    let end = first + entries.len() as u64;
    if end != record.size() {
        return Ok(Err(end));
    }
    Ok(Ok(Bundle::new(entries)))
}

/// The entries from `first` on, out of their bytes. What was sealed and is no bundle is damage of this log, with a name like any other.
fn decoded(record: &LogRecord, first: u64, bytes: &Bytes) -> Result<Bundle, StoreError> {
    Bundle::decode(bytes)
        .map_err(|_| record.bad_entry(first, "条目束无法解读 the bundle cannot be read"))
}

/// Where the runs of the tail that starts at `first` lie.
pub(super) fn tail_keys(
    sight: Sight<'_>,
    record: &LogRecord,
    first: u64,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let start = key::run(record.no, first);
    sight.keys(start, Some(key::run(record.no, record.size())))
}

/// An altered value says more when the entry is named.
fn named(record: &LogRecord, sequence: u64, error: StoreError) -> StoreError {
    match error {
        StoreError::Unsealable { .. } | StoreError::Malformed { .. } => {
            record.bad_entry(sequence, "密封不符 the seal is broken")
        }
        other => other,
    }
}

/// The entries at these places, ascending. Each bundle is read once.
pub(super) fn pick(
    sight: Sight<'_>,
    record: &LogRecord,
    places: &[u64],
) -> Result<Vec<Entry>, StoreError> {
    let mut picked = Vec::with_capacity(places.len());
    for together in places.chunk_by(|a, b| a / BUNDLE_ENTRIES == b / BUNDLE_ENTRIES) {
        let unknown = |sequence| StoreError::UnknownEntry {
            log: record.no,
            sequence,
        };
        if let Some(beyond) = together.iter().find(|place| **place >= record.size()) {
            return Err(unknown(*beyond));
        }
        let bundle = read_bundle(sight, record, together[0])?;
        for place in together {
            let index = usize::try_from(place % BUNDLE_ENTRIES).unwrap_or(usize::MAX);
            let stored = bundle.entries().get(index).cloned();
            let entry = stored.ok_or_else(|| unknown(*place))?.into_entry();
            picked.push(entry.map_err(|detail| record.bad_entry(*place, detail))?);
        }
    }
    Ok(picked)
}

/// Entries of one log in order. Stops after the first error.
#[derive(Debug)]
pub struct Entries {
    store: Store,
    record: Arc<LogRecord>,
    next: u64,
    end: u64,
    ready: VecDeque<Stored>,
}

impl Entries {
    pub(super) fn new(store: Store, record: Arc<LogRecord>, range: Range<u64>) -> Self {
        let end = range.end.min(record.size());
        Self {
            store,
            next: range.start.min(end),
            end,
            record,
            ready: VecDeque::new(),
        }
    }

    fn fill(&mut self) -> Result<(), StoreError> {
        let bundle = read_bundle(self.store.sight(), &self.record, self.next)?;
        let skip = usize::try_from(self.next % BUNDLE_ENTRIES).unwrap_or(usize::MAX);
        self.ready
            .extend(bundle.into_entries().into_iter().skip(skip));
        Ok(())
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        if self.ready.is_empty()
            && let Err(error) = self.fill()
        {
            self.end = self.next;
            return Some(Err(error));
        }
        let entry = self.ready.pop_front()?.into_entry();
        let sequence = self.next;
        self.next += 1;
        Some(entry.map_err(|detail| {
            self.end = self.next;
            self.record.bad_entry(sequence, detail)
        }))
    }
}
