//! The engine behind the seal: what goes in is sealed for its place, what comes out was sealed there.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use rand::rngs::StdRng;

use super::{
    engine::{Engine, Write, bytes_of},
    error::StoreError,
    key,
    overlay::{Change, Overlay},
    seal::{self, Sealer},
    unlock::DataKey,
};

/// An open database and its keys.
#[derive(Debug)]
pub(super) struct Vault {
    engine: Engine,
    sealer: Sealer,
}

impl Vault {
    pub(super) fn open(
        path: &Path,
        data_key: &DataKey,
    ) -> Result<(Self, Vec<PathBuf>), StoreError> {
        let (engine, stray) = Engine::open(path)?;
        let sealer = Sealer::new(data_key);
        Ok((Self { engine, sealer }, stray))
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.engine
            .get(key)?
            .map(|sealed| self.sealer.open(key, sealed))
            .transpose()
    }

    pub(super) fn scan(
        &self,
        start: Vec<u8>,
        end: Option<Vec<u8>>,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Bytes), StoreError>> + '_ {
        self.engine.scan(start, end).map(|item| {
            let (key, sealed) = item?;
            let value = self.sealer.open(&key, sealed)?;
            Ok((key, value))
        })
    }

    pub(super) fn keys(
        &self,
        start: Vec<u8>,
        end: Option<Vec<u8>>,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        self.engine.keys(start, end)
    }

    /// Seals and writes a group's changes: after a crash all of them are there or none. Durable only after [`Self::sync`].
    pub(super) fn write(&self, overlay: Overlay, rng: &mut StdRng) -> Result<(), StoreError> {
        let (writes, logs) = overlay.into_parts();
        let logs = logs
            .into_iter()
            .map(|(no, record)| (key::log(no), Change::Put(record.encode().into())));
        let changes: Vec<_> = writes.into_iter().chain(logs).collect();
        let long = changes.iter().filter_map(|(key, change)| match change {
            Change::Fresh(value) => Some((key, value.len() + seal::OVERHEAD)),
            Change::Put(_) | Change::Delete => None,
        });
        let room = self.engine.room(long);
        let bytes = changes.iter().map(|(key, change)| match change {
            Change::Put(value) | Change::Fresh(value) => {
                bytes_of(key.len(), value.len() + seal::OVERHEAD)
            }
            Change::Delete => bytes_of(key.len(), 0),
        });
        let bytes = bytes.sum();
        // Each value is sealed when its turn comes: all of a group's at once would be as much memory again.
        let writes = changes.into_iter().map(|(key, change)| {
            let fresh = matches!(change, Change::Fresh(_));
            let value = match change {
                Change::Put(value) | Change::Fresh(value) => {
                    Some(self.sealer.seal(rng, &key, &value))
                }
                Change::Delete => None,
            };
            Write { key, value, fresh }
        });
        self.engine.write((room, bytes), writes)
    }

    /// Makes everything written so far durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.engine.sync()
    }

    pub(super) fn blind(&self, value: &[u8]) -> [u8; 16] {
        self.sealer.blind(value)
    }

    pub(super) fn nonce_seed(&self, seed: [u8; 32], opening: u64) -> [u8; 32] {
        self.sealer.nonce_seed(seed, opening)
    }

    pub(super) fn size_on_disk(&self) -> Result<u64, StoreError> {
        self.engine.size_on_disk()
    }
}
