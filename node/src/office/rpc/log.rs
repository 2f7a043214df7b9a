//! `LogService`.

use std::{
    pin::Pin,
    sync::Mutex,
    time::{Duration, Instant},
};

use hongyan_proto::pb::office::v1::{
    self as pb, log_service_server::LogService, verify_log_response::Event,
};
use tokio::sync::mpsc;
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::{Request, Response, Status};

use super::convert::{self, labels};
use crate::halves;
use crate::office::{
    Office,
    log::{self, LogView, Verdict},
};

type Answered<T> = Result<Response<T>, Status>;
/// A stream of answers whose type has no name.
pub(super) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Progress is told at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

pub(super) fn summary(view: &LogView) -> pb::LogSummary {
    let record = &view.record;
    let own = |size: u64| if record.own { size } else { 0 };
    let (acknowledged, applied) = match &view.partner {
        Some(partner) if view.current => (own(partner.contact.acked), own(partner.applied)),
        _ => (0, 0),
    };
    pb::LogSummary {
        log_id: record.log_id().to_string(),
        origin: record.origin.to_string(),
        partner: view
            .partner
            .as_ref()
            .map(|partner| partner.code.to_string())
            .unwrap_or_default(),
        author: convert::author(Some(view.author)),
        size: record.size(),
        root: record.root().to_string(),
        acknowledged,
        applied,
        current: view.current,
    }
}

fn result(verdict: Verdict, micros: u64) -> pb::VerifyResult {
    match verdict {
        Verdict::Good(verified) => pb::VerifyResult {
            good: true,
            size: verified.size,
            root: verified.root.to_string(),
            without_body: verified.without_body,
            micros,
            ..pb::VerifyResult::default()
        },
        Verdict::Bad {
            first,
            size,
            root,
            problem,
            remedy,
        } => pb::VerifyResult {
            good: false,
            size,
            root: root.to_string(),
            first_bad: first,
            problem: Some(labels(halves::split(&problem))),
            remedy: Some(labels(halves::split(&remedy))),
            micros,
            ..pb::VerifyResult::default()
        },
    }
}

#[tonic::async_trait]
impl LogService for Office {
    async fn list_logs(&self, _: Request<pb::ListLogsRequest>) -> Answered<pb::ListLogsResponse> {
        Ok(Response::new(pb::ListLogsResponse {
            logs: log::list(self)?.iter().map(summary).collect(),
        }))
    }

    type VerifyLogStream = Answers<pb::VerifyLogResponse>;

    async fn verify_log(
        &self,
        request_: Request<pb::VerifyLogRequest>,
    ) -> Answered<Self::VerifyLogStream> {
        let record = log::named(self, &request_.into_inner().log)?;
        let (answers, stream) = mpsc::channel(16);
        let office = self.clone();
        // Reading a million entries takes seconds: beside the runtime, or every other call would wait.
        tokio::task::spawn_blocking(move || {
            #[allow(clippy::disallowed_methods)]
            let begun = Instant::now();
            let told = Mutex::new(begun);
            let progress = |verified: u64| {
                #[allow(clippy::disallowed_methods)]
                let now = Instant::now();
                if let Ok(mut last) = told.lock()
                    && now.duration_since(*last) >= PROGRESS_EVERY
                {
                    *last = now;
                    let progress = pb::VerifyProgress {
                        verified,
                        size: record.size(),
                    };
                    // A caller that does not keep up misses a step, not the result.
                    let _ = answers.try_send(Ok(pb::VerifyLogResponse {
                        log_id: record.log_id().to_string(),
                        event: Some(Event::Progress(progress)),
                    }));
                }
            };
            let verdict = log::verify(&office, record.no, &progress);
            let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            let last = verdict
                .map(|verdict| pb::VerifyLogResponse {
                    log_id: record.log_id().to_string(),
                    event: Some(Event::Result(result(verdict, micros))),
                })
                .map_err(Status::from);
            // Whoever asked may have gone.
            let _ = answers.blocking_send(last);
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn get_checkpoint(
        &self,
        request_: Request<pb::GetCheckpointRequest>,
    ) -> Answered<pb::GetCheckpointResponse> {
        let (checkpoint, verifier_key) = log::checkpoint(self, &request_.into_inner().log).await?;
        Ok(Response::new(pb::GetCheckpointResponse {
            note: String::from_utf8_lossy(checkpoint.note()).into_owned(),
            verifier_key,
            origin: checkpoint.origin().to_string(),
            size: checkpoint.size(),
            root: checkpoint.root().to_string(),
        }))
    }

    async fn prove_entry(
        &self,
        request_: Request<pb::ProveEntryRequest>,
    ) -> Answered<pb::ProveEntryResponse> {
        let message = request_.into_inner();
        let proven = log::prove(self, &message.log, message.sequence).await?;
        Ok(Response::new(pb::ProveEntryResponse {
            proof: proven.proof,
            header: proven.header,
            leaf_hash: proven.leaf.to_string(),
            verifier_key: proven.key,
        }))
    }

    async fn prove_consistency(
        &self,
        request_: Request<pb::ProveConsistencyRequest>,
    ) -> Answered<pb::ProveConsistencyResponse> {
        let message = request_.into_inner();
        let proven =
            log::prove_consistency(self, &message.log, message.old_size, message.new_size).await?;
        Ok(Response::new(pb::ProveConsistencyResponse {
            hashes: proven.hashes.iter().map(ToString::to_string).collect(),
            old_size: proven.old.0,
            old_root: proven.old.1.to_string(),
            new_size: proven.new.0,
            new_root: proven.new.1.to_string(),
            note: String::from_utf8_lossy(proven.note.note()).into_owned(),
        }))
    }
}
