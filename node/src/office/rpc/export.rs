//! The export of entries as a stream of lines.

use hongyan_proto::{
    json::to_json,
    letter::{Payload, Text},
    pb::office::v1 as pb,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::{log::Answers, payload::wire};
use crate::office::{Office, OfficeError, export};

/// Every entry of the logs that were asked for, in order.
pub(super) async fn stream(
    office: &Office,
    actor: Text<60>,
    log: &str,
    purpose: Text<500>,
) -> Result<Answers<pb::ExportEntriesResponse>, OfficeError> {
    let logs = export::begin(office, actor, log, purpose).await?;
    let (answers, stream) = mpsc::channel(64);
    let store = office.store().clone();
    let records = logs.iter().filter_map(|no| store.log(*no));
    let mut all: u64 = records.map(|record| record.size()).sum();
    tokio::task::spawn_blocking(move || {
        for no in logs {
            let entries = match store.entries(no, 0..u64::MAX) {
                Ok(entries) => entries,
                Err(error) => {
                    let _ = answers.blocking_send(Err(OfficeError::from(error).into()));
                    return;
                }
            };
            for entry in entries {
                let line = entry
                    .map(|entry| pb::ExportEntriesResponse {
                        line: export::line(&entry, |payload: &Payload| to_json(&wire(payload))),
                        // Only the first line says it.
                        all: std::mem::take(&mut all),
                    })
                    .map_err(|error| Status::from(OfficeError::from(error)));
                let failed = line.is_err();
                // A caller that has gone wants no more.
                if answers.blocking_send(line).is_err() || failed {
                    return;
                }
            }
        }
    });
    Ok(Box::pin(ReceiverStream::new(stream)))
}
