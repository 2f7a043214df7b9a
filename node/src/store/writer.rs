//! The one writer. It takes what waits in the queue as a group: every commit's work runs in order over the earlier ones'
//! writes, and one batch goes to the engine. Then [`super::syncer`] makes it durable and answers, while the next group is
//! worked on over what this one wrote.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender},
    },
};

use rand::rngs::StdRng;

use super::{
    Shared,
    draft::Draft,
    error::StoreError,
    log::{LogNo, LogTable},
    overlay::Overlay,
    syncer::Written,
};

/// A group's values stay below this, in bytes, plus one commit's: a longer one would be written in pieces, or wait for the one before.
const GROUP_BYTES: usize = 64 * 1024;
/// A group has at most this many commits, so that the first one's answer is not put off for ever.
const GROUP_COMMITS: usize = 1024;

/// Tells a waiter how its group ended.
pub(super) type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// A commit's work, and whether its writes are to be kept.
pub(super) type Job = Box<dyn FnOnce(Result<&mut Draft<'_>, StoreError>) -> (bool, Answer) + Send>;

/// The writer's own state.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    /// The logs with everything written so far, durable or not.
    pub(super) table: Arc<LogTable>,
    pub(super) rng: StdRng,
}

impl Writer {
    /// Works until every handle of the store is gone. `written` leads to the syncer.
    pub(super) fn run(mut self, queue: &Receiver<Job>, written: &SyncSender<Written>) {
        while let Ok(job) = queue.recv() {
            if let Some(reason) = self.shared.stopped() {
                let (_, answer) = job(Err(reason));
                answer(Ok(()));
                continue;
            }
            let group = self.group(job, queue);
            // The syncer lives until this end of the channel is dropped.
            let _ = written.send(group);
        }
    }

    /// Runs a group of commits and gives it to the engine.
    fn group(&mut self, first: Job, queue: &Receiver<Job>) -> Written {
        let table = Arc::clone(&self.table);
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
        let (changed, result) = match self.write(overlay) {
            Ok(changed) => (changed, Ok(())),
            Err(error) => {
                self.shared.stop(&error);
                (Vec::new(), Err(error))
            }
        };
        Written {
            // A commit that wrote nothing may still rest on an earlier one's writes: its answer waits for them all the same.
            wrote: !Arc::ptr_eq(&table, &self.table),
            table: Arc::clone(&self.table),
            changed,
            result,
            answers,
        }
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

    /// Writes a group's changes and says which logs are among them. Nothing of them is durable yet.
    pub(super) fn write(&mut self, overlay: Overlay) -> Result<Vec<LogNo>, StoreError> {
        if overlay.is_empty() {
            return Ok(Vec::new());
        }
        let logs = overlay.logs.clone();
        self.shared.vault.write(overlay, &mut self.rng)?;
        let changed = logs.keys().copied().collect();
        let mut table = (*self.table).clone();
        table.extend(logs);
        self.table = Arc::new(table);
        Ok(changed)
    }
}
