//! Changes not yet on disk, over what is on disk: a commit sees its own and its group's earlier writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;

use super::{
    error::StoreError,
    log::{LogNo, LogRecord},
    vault::Vault,
};

/// A change of one key.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// A new value for a key that may have one.
    Put(Bytes),
    /// A value for a key that has none on disk: there is nothing to look up or to delete.
    Fresh(Bytes),
    /// No value any more.
    Delete,
}

/// The changes of one commit, or of a group so far.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    writes: BTreeMap<Vec<u8>, Change>,
    pub(super) logs: BTreeMap<LogNo, Arc<LogRecord>>,
    bytes: usize,
}

impl Overlay {
    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.logs.is_empty()
    }

    /// Bytes of values held, so that a group stays within its memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: Bytes) {
        self.bytes += key.len() + value.len();
        let change = match self.writes.get(&key) {
            Some(Change::Fresh(_)) => Change::Fresh(value),
            _ => Change::Put(value),
        };
        self.writes.insert(key, change);
    }

    pub(super) fn put_fresh(&mut self, key: Vec<u8>, value: Bytes) {
        self.bytes += key.len() + value.len();
        self.writes.insert(key, Change::Fresh(value));
    }

    pub(super) fn delete(&mut self, key: Vec<u8>) {
        if matches!(self.writes.get(&key), Some(Change::Fresh(_))) {
            self.writes.remove(&key);
        } else {
            self.writes.insert(key, Change::Delete);
        }
    }

    /// Takes over the changes of a commit that came after this.
    pub(super) fn absorb(&mut self, later: Self) {
        for (key, change) in later.writes {
            match change {
                Change::Put(value) => self.put(key, value),
                Change::Fresh(value) => self.put_fresh(key, value),
                Change::Delete => self.delete(key),
            }
        }
        self.logs.extend(later.logs);
    }

    pub(super) fn into_parts(self) -> (BTreeMap<Vec<u8>, Change>, BTreeMap<LogNo, Arc<LogRecord>>) {
        (self.writes, self.logs)
    }

    fn range(&self, start: &[u8], end: Option<&[u8]>) -> impl Iterator<Item = (&Vec<u8>, &Change)> {
        self.writes
            .range(start.to_vec()..)
            .take_while(move |(key, _)| end.is_none_or(|end| key.as_slice() < end))
    }
}

/// What a reader sees: the disk, under the layers of changes it may know of. A plain reader has none.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) vault: &'a Vault,
    /// The newest first.
    pub(super) layers: [Option<&'a Overlay>; 2],
}

impl<'a> Sight<'a> {
    /// The disk alone.
    pub(super) fn plain(vault: &'a Vault) -> Self {
        Self {
            vault,
            layers: [None, None],
        }
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        for layer in self.layers.into_iter().flatten() {
            match layer.writes.get(key) {
                Some(Change::Put(value) | Change::Fresh(value)) => return Ok(Some(value.clone())),
                Some(Change::Delete) => return Ok(None),
                None => {}
            }
        }
        self.vault.get(key)
    }

    pub(super) fn keys(
        &self,
        start: Vec<u8>,
        end: Option<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        if self.layers.iter().all(Option::is_none) {
            return self.vault.keys(start, end);
        }
        let stored = self.vault.keys(start.clone(), end.clone())?;
        let mut keys: BTreeSet<_> = stored.into_iter().collect();
        for layer in self.layers.into_iter().rev().flatten() {
            for (key, change) in layer.range(&start, end.as_deref()) {
                match change {
                    Change::Put(_) | Change::Fresh(_) => keys.insert(key.clone()),
                    Change::Delete => keys.remove(key),
                };
            }
        }
        Ok(keys.into_iter().collect())
    }

    /// Keys and values in order, the first `limit` of them.
    pub(super) fn scan(
        &self,
        start: Vec<u8>,
        end: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError> {
        if self.layers.iter().all(Option::is_none) {
            return self.vault.scan(start, end).take(limit).collect();
        }
        let keys = self.keys(start, end)?;
        keys.into_iter()
            .take(limit)
            .filter_map(|key| match self.get(&key) {
                Ok(value) => value.map(|value| Ok((key, value))),
                Err(error) => Some(Err(error)),
            })
            .collect()
    }
}
