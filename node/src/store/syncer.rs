//! Makes groups durable and answers: one flush for all that were written meanwhile, the head records, then the readers, and
//! only then whoever waits. When a flush fails, nobody is told that anything was written, and the store stops: after a
//! failed sync the disk's state is unknown.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use super::{
    Shared,
    error::StoreError,
    heads::Heads,
    log::{LogNo, LogTable},
    writer::Answer,
};

/// Between two syncs of the head records, which cost as much as a group's own.
const HEADS_PAUSE: Duration = Duration::from_secs(1);

/// Groups that may be written and not yet durable. One is enough to keep the writer busy, and bounds what is in memory.
pub(super) const GROUPS_WAITING: usize = 1;

/// A group that the engine has.
pub(super) struct Written {
    /// Something of it is to be made durable.
    pub(super) wrote: bool,
    /// The logs as they are with it.
    pub(super) table: Arc<LogTable>,
    /// Which of them it changed: a node with a thousand partners must not look at all of theirs for one letter.
    pub(super) changed: Vec<LogNo>,
    /// How writing went.
    pub(super) result: Result<(), StoreError>,
    /// Whom to tell.
    pub(super) answers: Vec<Answer>,
}

/// The syncer's own state.
pub(super) struct Syncer {
    pub(super) shared: Arc<Shared>,
    pub(super) heads: Heads,
    /// When the head records were last synced. Paces the disk, decides nothing.
    pub(super) heads_synced: Instant,
}

impl Syncer {
    /// Works until the writer is gone.
    pub(super) fn run(mut self, written: &Receiver<Written>) {
        loop {
            let next = if self.heads.is_dirty() {
                written.recv_timeout(HEADS_PAUSE)
            } else {
                written.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match next {
                Ok(first) => {
                    let groups = std::iter::once(first).chain(written.try_iter());
                    self.groups(groups.collect());
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(error) = self.sync_heads() {
                        self.shared.stop(&error);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // A failure here loses nothing: the head records only lag, and the next opening writes them anew.
        if let Err(error) = self.heads.sync() {
            tracing::warn!(%error, "head records not synced at close");
        }
    }

    fn groups(&mut self, groups: Vec<Written>) {
        // A group that was worked on over writes that failed must not be answered either.
        let mut durable = self.shared.stopped().map_or(Ok(()), Err);
        if durable.is_ok()
            && let Some(last) = groups.iter().rfind(|group| group.wrote)
        {
            let changed = groups.iter().flat_map(|group| &group.changed);
            durable = self.make_durable(&last.table, changed);
            if let Err(error) = &durable {
                self.shared.stop(error);
            }
        }
        for group in groups {
            let result = group.result.and(durable.clone());
            for answer in group.answers {
                answer(result.clone());
            }
        }
    }

    /// Everything written so far becomes durable, and readers see it.
    pub(super) fn make_durable<'a>(
        &mut self,
        table: &Arc<LogTable>,
        changed: impl IntoIterator<Item = &'a LogNo>,
    ) -> Result<(), StoreError> {
        self.shared.vault.sync()?;
        let before = self.shared.table();
        for (no, record) in changed.into_iter().filter_map(|no| table.get_key_value(no)) {
            let unchanged = before
                .get(no)
                .is_some_and(|old| old.size() == record.size() && record.size() > 0);
            if !unchanged {
                self.heads.set(*no, record.size(), record.root())?;
            }
        }
        if self.heads.is_dirty() && self.heads_synced.elapsed() >= HEADS_PAUSE {
            self.sync_heads()?;
        }
        self.shared.publish(Arc::clone(table));
        Ok(())
    }

    fn sync_heads(&mut self) -> Result<(), StoreError> {
        self.heads.sync()?;
        self.heads_synced = Instant::now();
        Ok(())
    }
}
