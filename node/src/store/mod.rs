//! The store: logs, views and secrets of one node, sealed, in one folder, written by one thread.
//!
//! This is the only place that says sled. What an entry means is not known here (see `domain`), nor who may write it (see
//! `office`), nor how it travels (see `sync`). Readers see nothing of a log before it is durable.

mod ahead;
mod append;
mod backup;
mod bundle;
mod damage;
mod draft;
mod engine;
mod entries;
mod error;
mod folder;
#[cfg(test)]
mod forge;
mod hashes;
mod heads;
mod key;
mod log;
mod migrate;
mod open;
mod overlay;
mod seal;
mod signed;
mod syncer;
mod turn;
mod unlock;
mod vault;
mod verify;
mod view;
mod writer;

use std::{
    fmt,
    ops::Range,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc},
    thread::{self, JoinHandle, ThreadId},
};

use bytes::Bytes;
use hongyan_proto::{
    id::Hash,
    log::{Entry, Tree},
};
use tokio::sync::{oneshot, watch};

pub use self::{
    ahead::read_ahead,
    backup::BackupReport,
    bundle::BUNDLE_ENTRIES,
    damage::{Damage, Harm, Source},
    draft::Draft,
    entries::Entries,
    error::StoreError,
    hashes::Hashes,
    log::{LogNo, LogRecord, LogState, NewEntry},
    open::OpenReport,
    unlock::Unlock,
    verify::Verified,
    view::View,
};
use self::{folder::Folder, log::LogTable, overlay::Sight, vault::Vault, writer::Job};

/// A node's store. Clones are handles to the same one; it closes when the last is dropped.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    queue: Mutex<Option<mpsc::Sender<Job>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// The thread that answers.
    syncer: ThreadId,
}

/// What readers and the writer share. The folder comes last: its lock must outlive the open database.
struct Shared {
    vault: Vault,
    durable: RwLock<Arc<LogTable>>,
    stopped: RwLock<Option<StoreError>>,
    moved: watch::Sender<u64>,
    folder: Folder,
}

impl Shared {
    fn table(&self) -> Arc<LogTable> {
        Arc::clone(&self.durable.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, table: Arc<LogTable>) {
        *self.durable.write().unwrap_or_else(PoisonError::into_inner) = table;
        self.moved.send_modify(|groups| *groups += 1);
    }

    /// What whoever writes is told, if the store has stopped.
    fn stopped(&self) -> Option<StoreError> {
        let stopped = self.stopped.read();
        stopped.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Nothing is acknowledged from here on. The first reason stays. A full disk keeps its own name: whoever writes next has to
    /// make room, not to try again later.
    fn stop(&self, error: &StoreError) {
        tracing::error!(%error, "the store stops");
        let mut stopped = self.stopped.write().unwrap_or_else(PoisonError::into_inner);
        stopped.get_or_insert_with(|| match error {
            StoreError::DiskFull(_) => error.clone(),
            _ => StoreError::Stopped(Arc::from(error.to_string())),
        });
    }
}

impl Store {
    /// Makes a store in a new or empty folder. `seed` must be fresh random bytes.
    pub fn create(folder: &Path, unlock: &Unlock, seed: [u8; 32]) -> Result<Self, StoreError> {
        open::create(folder, unlock, seed)
    }

    /// Opens a store: checks itself, migrates, and says what it found. `seed` must be fresh random bytes.
    pub fn open(
        folder: &Path,
        unlock: &Unlock,
        seed: [u8; 32],
    ) -> Result<(Self, OpenReport), StoreError> {
        open::open(folder, unlock, seed)
    }

    /// Replaces the passphrase or key file of a closed store. No data are rewritten.
    pub fn change_unlock(folder: &Path, old: &Unlock, new: &Unlock) -> Result<(), StoreError> {
        let folder = Folder::open(folder)?;
        let key = unlock::unwrap(&folder.data_key(), old)?;
        new.prepare()?;
        unlock::wrap(&folder.data_key(), new, &key)
    }

    /// Runs `work` on the writer and answers when its writes are durable. An error of `work` rolls back its writes only.
    ///
    /// The work is queued by the call, not by the first poll: whoever has several under way has them done in the order of the calls.
    pub fn commit<T, E, W>(
        &self,
        work: W,
    ) -> impl Future<Output = Result<T, E>> + Send + use<T, E, W>
    where
        W: FnOnce(&mut Draft<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let queued = self.submit(work, move |result| {
            // The waiter may have gone away; its commit stands all the same.
            let _ = answer.send(result);
        });
        async move {
            queued?;
            answered
                .await
                .unwrap_or_else(|_| Err(StoreError::WorkPanicked.into()))
        }
    }

    /// [`Self::commit`] for callers that are not async.
    pub fn commit_blocking<T, E>(
        &self,
        work: impl FnOnce(&mut Draft<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = mpsc::channel();
        self.submit(work, move |result| {
            let _ = answer.send(result);
        })?;
        answered
            .recv()
            .unwrap_or_else(|_| Err(StoreError::WorkPanicked.into()))
    }

    fn submit<T, E>(
        &self,
        work: impl FnOnce(&mut Draft<'_>) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), StoreError>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let job: Job = Box::new(move |draft| {
            let result = draft.map_err(E::from).and_then(work);
            let keep = result.is_ok();
            let answer: writer::Answer =
                Box::new(move |durable| answer(durable.map_err(E::from).and(result)));
            (keep, answer)
        });
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let stopped = || StoreError::Stopped(Arc::from("写线程已结束 the writer has ended"));
        queue
            .as_ref()
            .ok_or_else(stopped)?
            .send(job)
            .map_err(|_| stopped())
    }

    fn sight(&self) -> Sight<'_> {
        Sight::plain(&self.0.shared.vault)
    }

    fn record(&self, no: LogNo) -> Result<Arc<LogRecord>, StoreError> {
        self.log(no).ok_or(StoreError::UnknownLog(no))
    }

    /// A log's record as of the last durable group.
    pub fn log(&self, no: LogNo) -> Option<Arc<LogRecord>> {
        self.0.shared.table().get(&no).cloned()
    }

    /// Every log, by its number.
    pub fn logs(&self) -> Vec<Arc<LogRecord>> {
        self.0.shared.table().values().cloned().collect()
    }

    /// The durable entries of a range, in order; what lies behind the durable size is left out.
    pub fn entries(&self, no: LogNo, range: Range<u64>) -> Result<Entries, StoreError> {
        Ok(Entries::new(self.clone(), self.record(no)?, range))
    }

    /// One durable entry.
    pub fn entry(&self, no: LogNo, sequence: u64) -> Result<Entry, StoreError> {
        self.entries(no, sequence..sequence.saturating_add(1))?
            .next()
            .unwrap_or(Err(StoreError::UnknownEntry { log: no, sequence }))
    }

    /// Headers and bodies of a full bundle as they lie, and the root of their tile. Nothing is checked but the seal: for whoever
    /// hands them on to a reader that checks everything. An empty body stands for one that was erased or refused.
    pub fn bundle(
        &self,
        no: LogNo,
        number: u64,
    ) -> Result<(Vec<(Bytes, Bytes)>, Hash), StoreError> {
        entries::full_bundle(self.sight(), &*self.record(no)?, number)
    }

    /// The durable entries at these places, ascending; a bundle is read once, and only what is asked for is checked.
    pub fn pick(&self, no: LogNo, places: &[u64]) -> Result<Vec<Entry>, StoreError> {
        entries::pick(self.sight(), &*self.record(no)?, places)
    }

    /// The tree as it was when the log had `size` entries.
    pub fn tree_at(&self, no: LogNo, size: u64) -> Result<Tree, StoreError> {
        hashes::tree_at(self.sight(), &*self.record(no)?, size)
    }

    /// The hashes of a log's tree, for `proof::prove_inclusion` and `proof::prove_consistency`.
    pub fn hash_reader(&self, no: LogNo) -> Result<Hashes, StoreError> {
        Ok(Hashes::new(self.clone(), self.record(no)?))
    }

    /// Reads every entry of a log from disk again and checks it against its hashes, its tree and its author's signature.
    /// `progress` hears how many entries are done. An error names the first bad entry.
    pub fn verify_log(
        &self,
        no: LogNo,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Verified, StoreError> {
        verify::verify_log(self.sight(), &*self.record(no)?, progress)
    }

    /// The value of a view under a key. Unlike a log's entries it may be of a group that is not yet confirmed.
    pub fn view(&self, view: View, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.sight().get(&key::view(view.space(), key))
    }

    /// The first `limit` keys and values of a view whose keys start with `prefix`, in order. Keys come whole.
    pub fn scan_view(
        &self,
        view: View,
        prefix: &[u8],
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError> {
        draft::scan_view(self.sight(), view, prefix, limit)
    }

    /// Keys and values of a view whose keys start with `prefix`, in order, one at a time. Keys come whole. Until the iterator is gone,
    /// nothing else may be read or written by whoever holds it: a large commit waits for it, and everybody else for the commit.
    pub(crate) fn each_in_view(
        &self,
        view: View,
        prefix: &[u8],
    ) -> impl Iterator<Item = Result<(Vec<u8>, Bytes), StoreError>> + '_ {
        let start = key::view(view.space(), prefix);
        let end = key::after(&start);
        self.sight().vault.scan(start, end).map(|item| {
            let (mut key, value) = item?;
            // The space is the store's affair.
            key.remove(0);
            Ok((key, value))
        })
    }

    /// A secret by its name.
    pub fn secret(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.sight().get(&key::secret(name))
    }

    /// A short opaque name for something personal, to be used in keys. The same every time on this node.
    pub fn blind(&self, value: &[u8]) -> [u8; 16] {
        self.0.shared.vault.blind(value)
    }

    /// A counter that moves after each durable group.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.shared.moved.subscribe()
    }

    /// Why the store has stopped, if it has.
    pub fn stopped(&self) -> Option<StoreError> {
        self.0.shared.stopped()
    }

    /// Bytes of the database on disk.
    pub fn size_on_disk(&self) -> Result<u64, StoreError> {
        self.0.shared.vault.size_on_disk()
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.0.shared.folder.path()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let queue = self.queue.get_mut();
        queue.unwrap_or_else(PoisonError::into_inner).take();
        let writer = self.writer.get_mut();
        let writer = writer.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            // A commit that held the last handle ends on one of these threads, which end by themselves then.
            && ![writer.thread().id(), self.syncer].contains(&thread::current().id())
        {
            // A panic of the writer was already answered to whoever waited.
            let _ = writer.join();
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.folder()).finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
