//! How far an import is, told to whoever waits for it.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hongyan_proto::pb::office::v1::{self as pb, import_roster_response::Event};
use tokio::sync::mpsc::Sender;
use tonic::Status;

use crate::office::import::{Progress, Stage};

/// Progress is told at most this often.
const EVERY: Duration = Duration::from_millis(100);

/// Tells it into a stream of answers.
pub(super) fn told(answers: Sender<Result<pb::ImportRosterResponse, Status>>) -> Progress {
    let last: Mutex<Option<Instant>> = Mutex::new(None);
    Arc::new(move |stage, done, rows| {
        #[allow(clippy::disallowed_methods)]
        let now = Instant::now();
        let Ok(mut last) = last.lock() else { return };
        if last.is_some_and(|last| now.duration_since(last) < EVERY) {
            return;
        }
        *last = Some(now);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let progress = pb::ImportProgress {
            stage: match stage {
                Stage::Reading => pb::ImportStage::Reading,
                Stage::Writing => pb::ImportStage::Writing,
            }
            .into(),
            done: count(done),
            rows: count(rows),
        };
        // A caller that does not keep up misses a step, not the result.
        let _ = answers.try_send(Ok(pb::ImportRosterResponse {
            event: Some(Event::Progress(progress)),
        }));
    })
}
