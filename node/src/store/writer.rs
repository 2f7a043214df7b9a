//! The one writer. It takes what waits in the queue as a group: every commit's work runs in order over the earlier ones'
//! writes, then one batch, one durable flush, the head records, and only then the answers. When a flush fails, nobody
//! is told that anything was written, and the store stops: after a failed sync the disk's state is unknown.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, PoisonError,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use rand::rngs::StdRng;

use super::{
    Shared, draft::Draft, error::StoreError, heads::Heads, log::LogTable, overlay::Overlay,
};

/// A group's values stay below this, in bytes, plus one commit's.
const GROUP_BYTES: usize = 4 * 1024 * 1024;
/// A group has at most this many commits, so that the first one's answer is not put off for ever.
const GROUP_COMMITS: usize = 1024;
/// Between two syncs of the head records, which cost as much as a group's own.
const HEADS_PAUSE: Duration = Duration::from_secs(1);

/// Tells a waiter how its group ended.
pub(super) type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// A commit's work, and whether its writes are to be kept.
pub(super) type Job = Box<dyn FnOnce(Result<&mut Draft<'_>, StoreError>) -> (bool, Answer) + Send>;

/// The writer's own state.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    pub(super) heads: Heads,
    /// When the head records were last synced. Paces the disk, decides nothing.
    pub(super) heads_synced: Instant,
    pub(super) rng: StdRng,
}

impl Writer {
    /// Works until every handle of the store is gone.
    pub(super) fn run(mut self, queue: &Receiver<Job>) {
        loop {
            let next = if self.heads.is_dirty() {
                queue.recv_timeout(HEADS_PAUSE)
            } else {
                queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            let failed = match next {
                Ok(job) => self.group(job, queue).err(),
                Err(RecvTimeoutError::Timeout) => self.sync_heads().err(),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if let Some(error) = failed {
                self.stop(&error, queue);
                return;
            }
        }
        // A failure here loses nothing: the head records only lag, and the next opening writes them anew.
        if let Err(error) = self.heads.sync() {
            tracing::warn!(%error, "head records not synced at close");
        }
    }

    /// Runs a group of commits and makes it durable.
    fn group(&mut self, first: Job, queue: &Receiver<Job>) -> Result<(), StoreError> {
        let table = self.shared.table();
        let mut overlay = Overlay::default();
        let mut answers = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            self.work(job, &table, &mut overlay, &mut answers);
            if overlay.bytes() >= GROUP_BYTES || answers.len() >= GROUP_COMMITS {
                break;
            }
            next = queue.try_recv().ok();
        }
        let result = self.commit(overlay, table);
        for answer in answers {
            answer(result.clone());
        }
        result
    }

    fn work(
        &mut self,
        job: Job,
        table: &LogTable,
        overlay: &mut Overlay,
        answers: &mut Vec<Answer>,
    ) {
        let mut draft = Draft {
            vault: &self.shared.vault,
            group: overlay,
            table,
            rng: &mut self.rng,
            own: Overlay::default(),
        };
        // A panic in one commit's work must not take the others down. Its waiter sees the closed channel.
        let done = panic::catch_unwind(AssertUnwindSafe(|| job(Ok(&mut draft))));
        let own = draft.own;
        if let Ok((keep, answer)) = done {
            if keep {
                overlay.absorb(own);
            }
            answers.push(answer);
        }
    }

    /// Makes a group's changes durable and lets readers see its entries.
    pub(super) fn commit(
        &mut self,
        overlay: Overlay,
        table: Arc<LogTable>,
    ) -> Result<(), StoreError> {
        if overlay.is_empty() {
            return Ok(());
        }
        let logs = overlay.logs.clone();
        self.shared.vault.commit(overlay, &mut self.rng)?;
        for (no, record) in &logs {
            let unchanged = table
                .get(no)
                .is_some_and(|old| old.size() == record.size() && record.size() > 0);
            if !unchanged {
                self.heads.set(*no, record.size(), record.root())?;
            }
        }
        if self.heads.is_dirty() && self.heads_synced.elapsed() >= HEADS_PAUSE {
            self.sync_heads()?;
        }
        let mut table = Arc::unwrap_or_clone(table);
        table.extend(logs);
        self.shared.publish(table);
        Ok(())
    }

    fn sync_heads(&mut self) -> Result<(), StoreError> {
        self.heads.sync()?;
        self.heads_synced = Instant::now();
        Ok(())
    }

    fn stop(&self, error: &StoreError, queue: &Receiver<Job>) {
        tracing::error!(%error, "the store stops");
        let reason: Arc<str> = Arc::from(error.to_string());
        *self
            .shared
            .stopped
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&reason));
        while let Ok(job) = queue.recv() {
            let (_, answer) = job(Err(StoreError::Stopped(Arc::clone(&reason))));
            answer(Ok(()));
        }
    }
}
