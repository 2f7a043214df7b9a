//! Reading: what is stored, under a large group that is being applied piece by piece. One look, at a value, at keys or at a scan, sees such a
//! group as a whole or not at all, and waits for nobody but the moment in which the group is laid over.

use std::{
    ops::Bound,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use super::{Engine, SPLIT, StoreError, WHOLE, Write, part_key};

/// A large group while it is applied, ascending by key. Who reads holds the lock for one look.
pub(super) type Coming = RwLock<Option<Arc<[Write]>>>;

/// A key and what is under it.
enum Found {
    /// A stored value, or the number of its parts.
    Stored(sled::IVec, sled::IVec),
    /// A value of the group that is being applied.
    Coming(Vec<u8>, Vec<u8>),
}

impl Engine {
    /// The value under a key, its parts joined.
    pub(in crate::store) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let coming = self.coming();
        if let Some(group) = coming.as_ref()
            && let Ok(at) = group.binary_search_by(|write| write.key.as_slice().cmp(key))
        {
            return Ok(group[at].value.clone());
        }
        self.guarded(|| self.db.get(key))?
            .map(|head| self.join(key, &head))
            .transpose()
    }

    /// Keys and values from `start` to before `end`, in order. Whoever holds the iterator must not read or write anything else: the next large
    /// group waits for it, and everybody else for the group.
    pub(in crate::store) fn scan(
        &self,
        start: Vec<u8>,
        end: Option<Vec<u8>>,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>> + '_ {
        self.found(start, end).map(|found| match found? {
            Found::Stored(key, head) => Ok((key.to_vec(), self.join(&key, &head)?)),
            Found::Coming(key, value) => Ok((key, value)),
        })
    }

    /// The keys alone; values are not joined.
    pub(in crate::store) fn keys(
        &self,
        start: Vec<u8>,
        end: Option<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let keys = self.found(start, end).map(|found| match found? {
            Found::Stored(key, _) => Ok(key.to_vec()),
            Found::Coming(key, _) => Ok(key),
        });
        keys.collect()
    }

    /// Lays a large group over what is stored, or takes it away when all of it is applied. Waits for those who read.
    pub(super) fn lay_over(&self, group: Option<Arc<[Write]>>) {
        *self.coming.write().unwrap_or_else(PoisonError::into_inner) = group;
    }

    fn coming(&self) -> RwLockReadGuard<'_, Option<Arc<[Write]>>> {
        self.coming.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is stored and what is coming, merged by key. Ends after the first error of the engine: it may return the same one for ever.
    fn found(
        &self,
        start: Vec<u8>,
        end: Option<Vec<u8>>,
    ) -> impl Iterator<Item = Result<Found, StoreError>> + '_ {
        let coming = self.coming();
        let group = coming.clone().unwrap_or_default();
        let place = |bound: &Vec<u8>| group.partition_point(|write| write.key < *bound);
        let (mut at, until) = (place(&start), end.as_ref().map_or(group.len(), place));
        let end = end.map_or(Bound::Unbounded, Bound::Excluded);
        let mut range = self.db.range::<Vec<u8>, _>((Bound::Included(start), end));
        let mut stored: Option<(sled::IVec, sled::IVec)> = None;
        let mut failed = false;
        std::iter::from_fn(move || {
            // Until the iterator is gone no group begins or ends.
            let _: &RwLockReadGuard<'_, _> = &coming;
            loop {
                if failed {
                    return None;
                }
                if stored.is_none() {
                    match self.guarded(|| range.next().transpose()) {
                        Ok(next) => stored = next,
                        Err(error) => {
                            failed = true;
                            return Some(Err(error));
                        }
                    }
                }
                let next = group[..until].get(at).filter(|write| {
                    let key = stored.as_ref().map(|(key, _)| key.as_ref());
                    key.is_none_or(|key| write.key.as_slice() <= key)
                });
                let Some(write) = next else {
                    return stored
                        .take()
                        .map(|(key, head)| Ok(Found::Stored(key, head)));
                };
                at += 1;
                // What it takes the place of is over.
                stored = stored.take().filter(|(key, _)| *key != write.key);
                if let Some(value) = &write.value {
                    return Some(Ok(Found::Coming(write.key.clone(), value.clone())));
                }
            }
        })
    }

    fn join(&self, key: &[u8], head: &[u8]) -> Result<Vec<u8>, StoreError> {
        let malformed = StoreError::Malformed {
            what: "分段 a value in parts",
        };
        match head {
            [WHOLE, value @ ..] => Ok(value.to_vec()),
            [SPLIT, high, low, first @ ..] => {
                let count = u16::from_be_bytes([*high, *low]);
                let mut value = Vec::with_capacity((usize::from(count) + 1) * self.value_max);
                value.extend_from_slice(first);
                for number in 0..count {
                    let part = self
                        .guarded(|| self.db.get(part_key(key, number)))?
                        .ok_or_else(|| malformed.clone())?;
                    value.extend_from_slice(&part);
                }
                Ok(value)
            }
            _ => Err(malformed),
        }
    }
}
