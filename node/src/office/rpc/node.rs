//! `NodeService`.

use std::io;

use bytes::Bytes;
use hongyan_proto::{
    pb::office::v1::{self as pb, backup_response::Part, node_service_server::NodeService},
    time::Timestamp,
};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{
    convert::{self, labels, words},
    export,
    log::{Answers, summary},
    request::{actor, request},
};
use crate::{
    halves,
    office::{Office, OfficeError, backup, overdue::Overdue, rotation, status},
    store::{Damage, Harm, StoreError},
};

type Answered<T> = Result<Response<T>, Status>;

/// Bytes in one chunk of a stream.
pub(super) const CHUNK: usize = 512 * 1024;
/// The stored data's format, as the store counts it.
const FORMAT_VERSION: u32 = 1;

fn damage(office: &Office, damage: &Damage) -> pb::Damage {
    let log = damage.log.and_then(|no| office.store().log(no));
    let (from, until) = match damage.what {
        Harm::Missing { from, to } => (from, to),
        Harm::Entry { sequence, .. } => (sequence, sequence + 1),
        Harm::LogMissing { size } => (0, size),
        Harm::Root { size } | Harm::Checkpoint { size } => (size, size),
        Harm::HeadsUnreadable | Harm::HeadUnreadable => (0, 0),
    };
    pb::Damage {
        log_id: log.map(|log| log.log_id().to_string()).unwrap_or_default(),
        from,
        until,
        what: Some(labels(halves::split(&damage.what.to_string()))),
        remedy: Some(labels(halves::split(&damage.take_from.to_string()))),
    }
}

fn overdue(one: &Overdue) -> pb::Overdue {
    pb::Overdue {
        partner: one.partner.clone(),
        kind: one.kind as i32,
        due: one.due.to_string(),
        what: Some(words(one.what.clone())),
        must_act: match one.must_act {
            Some(author) => convert::author(Some(author)),
            None => pb::Author::Both.into(),
        },
        case_id: one.case.map(|id| id.to_string()).unwrap_or_default(),
    }
}

#[tonic::async_trait]
impl NodeService for Office {
    async fn get_status(
        &self,
        _: Request<pb::GetStatusRequest>,
    ) -> Answered<pb::GetStatusResponse> {
        let status = status::status(self)?;
        let mut damages: Vec<pb::Damage> =
            status.damage.iter().map(|one| damage(self, one)).collect();
        if let Some(why) = &status.stopped {
            damages.push(pb::Damage {
                what: Some(labels(halves::split(why))),
                ..pb::Damage::default()
            });
        }
        Ok(Response::new(pb::GetStatusResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            organization: Some(convert::organization(self.organization())),
            fingerprint: self.key_id().to_string(),
            spoken: self.key_id().spoken(),
            logs: status.logs.iter().map(summary).collect(),
            partners: status.partners.iter().map(convert::partner).collect(),
            overdue: status.overdue.iter().map(overdue).collect(),
            store: Some(pb::StoreHealth {
                healthy: damages.is_empty(),
                damage: damages,
                bytes_on_disk: status.bytes_on_disk,
                entries: status.entries,
                format_version: FORMAT_VERSION,
            }),
            time_ms: status.now.millis(),
            members: status.members,
            open_outflow: status.open[0],
            open_inflow: status.open[1],
            serving: self.is_serving(),
            listening: self.listening().to_owned(),
        }))
    }

    async fn rotate_key(
        &self,
        request_: Request<pb::RotateKeyRequest>,
    ) -> Answered<pb::RotateKeyResponse> {
        let message = request_.into_inner();
        let request = request(&message, &message.actor, &message.request_id)?;
        let (rotated, answer) = rotation::rotate(self, request, message.overlap_days).await?;
        Ok(Response::new(pb::RotateKeyResponse {
            fingerprint: rotated.key.key_id().to_string(),
            spoken: rotated.key.key_id().spoken(),
            overlap_until_ms: rotated.until.millis(),
            written: answer
                .written
                .iter()
                .map(|one| convert::one_written(one, answer.repeated))
                .collect(),
        }))
    }

    async fn get_key(&self, _: Request<pb::GetKeyRequest>) -> Answered<pb::GetKeyResponse> {
        let (since, previous) = rotation::history(self)?;
        let shown = self.carrier.as_ref().map(|carrier| (carrier.shown_tls)());
        let millis = |time: Option<Timestamp>| time.map_or(0, Timestamp::millis);
        Ok(Response::new(pb::GetKeyResponse {
            fingerprint: self.key_id().to_string(),
            spoken: self.key_id().spoken(),
            since_ms: millis(since),
            previous: previous
                .iter()
                .map(|before| pb::PreviousKey {
                    fingerprint: before.key.key_id().to_string(),
                    spoken: before.key.key_id().spoken(),
                    since_ms: millis(before.since),
                    replaced_ms: before.replaced.millis(),
                    accepted_until_ms: before.until.millis(),
                })
                .collect(),
            tls_until_ms: millis(shown.map(|(until, _)| until)),
            tls_fingerprint: shown.map_or_else(String::new, |(_, key)| key.to_string()),
        }))
    }

    async fn renew_tls(
        &self,
        request_: Request<pb::RenewTlsRequest>,
    ) -> Answered<pb::RenewTlsResponse> {
        actor(&request_.into_inner().actor)?;
        let (until, key) = rotation::renew_tls(self)?;
        Ok(Response::new(pb::RenewTlsResponse {
            tls_until_ms: until.millis(),
            tls_fingerprint: key.to_string(),
        }))
    }

    type BackupStream = Answers<pb::BackupResponse>;

    async fn backup(&self, request_: Request<pb::BackupRequest>) -> Answered<Self::BackupStream> {
        let message = request_.into_inner();
        let actor = actor(&message.actor)?;
        let noted = self.note_access(actor, "备份 backup", 0, None).await;
        match noted {
            // A node whose local log lost its end can still be backed up: that is the way on.
            Err(error @ OfficeError::Store(StoreError::MustRecover { .. })) => {
                tracing::warn!(%error, "a backup was made that could not be written down");
            }
            noted => noted?,
        }
        let (answers, stream) = mpsc::channel(4);
        let office = self.clone();
        tokio::task::spawn_blocking(move || {
            let mut chunks = Chunks::new(answers.clone());
            let progress = |entries, all| {
                let part = Some(Part::Progress(pb::BackupProgress { entries, all }));
                // A caller that does not keep up misses a step, not a chunk.
                let _ = answers.try_send(Ok(pb::BackupResponse { part }));
            };
            let done = backup::backup(&office, &message.passphrase, &mut chunks, &progress);
            let last = done.map_err(Status::from).and_then(|report| {
                let (bytes, sha256) = chunks.finish().map_err(|_| Status::cancelled("gone"))?;
                let summary = pb::BackupSummary {
                    entries: report.entries,
                    bytes,
                    sha256,
                    time_ms: office.now().millis(),
                };
                Ok(pb::BackupResponse {
                    part: Some(Part::Summary(summary)),
                })
            });
            let _ = answers.blocking_send(last);
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    type ExportEntriesStream = Answers<pb::ExportEntriesResponse>;

    async fn export_entries(
        &self,
        request_: Request<pb::ExportEntriesRequest>,
    ) -> Answered<Self::ExportEntriesStream> {
        let message = request_.into_inner();
        let actor = actor(&message.actor)?;
        if message.purpose.chars().count() > 200 {
            return Err(
                OfficeError::field("purpose", "至多 200 个字符 at most 200 characters").into(),
            );
        }
        let purpose =
            message
                .purpose
                .parse()
                .map_err(|error: hongyan_proto::letter::ValueError| {
                    OfficeError::field("purpose", error)
                })?;
        Ok(Response::new(
            export::stream(self, actor, &message.log, purpose).await?,
        ))
    }
}

/// Cuts what is written into chunks of a stream.
struct Chunks {
    answers: mpsc::Sender<Result<pb::BackupResponse, Status>>,
    buffer: Vec<u8>,
    hash: Sha256,
    bytes: u64,
}

impl Chunks {
    fn new(answers: mpsc::Sender<Result<pb::BackupResponse, Status>>) -> Self {
        Self {
            answers,
            buffer: Vec::with_capacity(CHUNK),
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = Bytes::from(std::mem::replace(
            &mut self.buffer,
            Vec::with_capacity(CHUNK),
        ));
        self.hash.update(&chunk);
        self.bytes += chunk.len() as u64;
        self.answers
            .blocking_send(Ok(pb::BackupResponse {
                part: Some(Part::Chunk(chunk)),
            }))
            .map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the caller has gone"))
    }

    fn finish(mut self) -> io::Result<(u64, String)> {
        self.send()?;
        Ok((self.bytes, hex::encode(self.hash.finalize())))
    }
}

impl io::Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
