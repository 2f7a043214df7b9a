//! `SyncService`: what the carrier does, told step by step.

use bytes::Bytes;
use hongyan_proto::{
    message::StopReason,
    pb::{
        exchange::v1 as exchange,
        office::v1::{
            self as pb, export_letter_response::Part, sync_partner_response::Event,
            sync_service_server::SyncService,
        },
    },
};
use tokio::sync::mpsc;
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{Request, Response, Status, Streaming};

use super::{
    convert::{self, labels},
    log::Answers,
    node::CHUNK,
    request::actor,
};
use crate::{
    book, halves,
    office::{
        Office, OfficeError, SyncOutcome, SyncProgress, Wanted, desk::writable, find, status,
    },
};

type Answered<T> = Result<Response<T>, Status>;

/// A sealed file may have this many bytes.
const LETTER_MAX: usize = 512 * 1024 * 1024;

fn progress(progress: SyncProgress) -> pb::SyncPartnerResponse {
    pb::SyncPartnerResponse {
        event: Some(Event::Progress(pb::SyncProgress {
            phase: progress.phase.0,
            sent: progress.sent,
            to_send: progress.to_send,
            received: progress.received,
            to_receive: progress.to_receive,
        })),
    }
}

fn stop_code(reason: StopReason) -> i32 {
    (match reason {
        StopReason::Version => exchange::StopReason::Version,
        StopReason::BadFrame => exchange::StopReason::BadFrame,
        StopReason::Fork => exchange::StopReason::Fork,
        StopReason::Epoch => exchange::StopReason::Epoch,
        StopReason::Protocol => exchange::StopReason::Protocol,
        StopReason::Store => exchange::StopReason::Store,
        StopReason::Revoked => exchange::StopReason::Revoked,
        StopReason::Timeout => exchange::StopReason::Timeout,
        StopReason::Key => exchange::StopReason::Key,
    })
    .into()
}

fn outcome(office: &Office, outcome: &SyncOutcome) -> Result<pb::SyncOutcome, OfficeError> {
    let partner = book::partner(office.store(), outcome.partner)?;
    let refused_there = book::refusals(office.store(), partner.out)?.len() as u64;
    let why = match (&outcome.stop, &outcome.why) {
        (Some(stop), _) => Some(labels(halves::split(stop.reason.words()))),
        (None, Some(why)) => Some(labels(halves::split(why))),
        (None, None) => None,
    };
    let pending = match &outcome.stop {
        Some(_) => book::pending_epoch(office.store(), &partner)?,
        None => None,
    };
    let remedy = pending
        .map(|pending| convert::words(pending.words(partner.code.as_str())))
        .or_else(|| {
            let stop = outcome.stop.as_ref()?;
            Some(labels(halves::split(
                OfficeError::from(stop.clone()).remedy(),
            )))
        })
        .or_else(|| {
            why.as_ref()
                .map(|_| labels(("用 partner check 逐步检查", "look at it with partner check")))
        });
    Ok(pb::SyncOutcome {
        partner: partner.code.to_string(),
        situation: outcome.situation,
        complete: outcome.complete,
        sent: outcome.sent,
        received: outcome.received,
        recovered: outcome.recovered,
        refused_here: outcome.refused_here,
        refused_there,
        stop: outcome
            .stop
            .as_ref()
            .map_or(0, |stop| stop_code(stop.reason)),
        why,
        remedy,
        micros: outcome.micros,
    })
}

#[tonic::async_trait]
impl SyncService for Office {
    type SyncPartnerStream = Answers<pb::SyncPartnerResponse>;

    async fn sync_partner(
        &self,
        request_: Request<pb::SyncPartnerRequest>,
    ) -> Answered<Self::SyncPartnerStream> {
        let message = request_.into_inner();
        actor(&message.actor)?;
        let partner = find::partner(self.store(), &message.partner)?;
        if partner.state == book::PartnerState::Revoked {
            return Err(OfficeError::Revoked(partner.code.to_string()).into());
        }
        self.tell_what_was_kept().await;
        let (steps, mut heard) = mpsc::channel(16);
        let session = (self.carrier()?.sync)((partner.key_id, steps));
        let (answers, stream) = mpsc::channel(16);
        let office = self.clone();
        tokio::spawn(async move {
            let telling = answers.clone();
            let tell = async move {
                while let Some(step) = heard.recv().await {
                    // A caller that does not keep up misses a step, not the outcome.
                    let _ = telling.try_send(Ok(progress(step)));
                }
            };
            let session = async {
                // Whoever cancels the call ends the session after the frame in hand.
                tokio::select! {
                    ended = session => Some(ended),
                    () = answers.closed() => None,
                }
            };
            let (ended, ()) = tokio::join!(session, tell);
            if let Some(ended) = ended {
                let last = ended
                    .and_then(|ended| outcome(&office, &ended))
                    .map(|outcome| pb::SyncPartnerResponse {
                        event: Some(Event::Outcome(outcome)),
                    })
                    .map_err(Status::from);
                let _ = answers.send(last).await;
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn sync_status(
        &self,
        request_: Request<pb::SyncStatusRequest>,
    ) -> Answered<pb::SyncStatusResponse> {
        let wanted = find::partners(self.store(), &request_.into_inner().partner)?;
        let mut partners = Vec::new();
        for partner in wanted {
            let view = status::partner(self, &partner)?;
            let contact = &view.partner.contact;
            let next = self.carrier.as_ref();
            let next = next.and_then(|carrier| (carrier.next_try)(partner.key_id));
            let last = contact.last_contact.map(|_| pb::SyncOutcome {
                partner: partner.code.to_string(),
                complete: contact.problem.is_none(),
                why: contact
                    .problem
                    .as_ref()
                    .map(|problem| labels(halves::split(problem))),
                ..pb::SyncOutcome::default()
            });
            partners.push(pb::PartnerSync {
                own_size: view.own_size,
                acknowledged: contact.acked,
                applied: view.partner.applied,
                held: view.held,
                last,
                last_ms: contact
                    .last_contact
                    .map_or(0, hongyan_proto::time::Timestamp::millis),
                retry_ms: next.map_or(0, hongyan_proto::time::Timestamp::millis),
                partner: Some(convert::partner(&view)),
            });
        }
        Ok(Response::new(pb::SyncStatusResponse { partners }))
    }

    type ExportLetterStream = Answers<pb::ExportLetterResponse>;

    async fn export_letter(
        &self,
        request_: Request<pb::ExportLetterRequest>,
    ) -> Answered<Self::ExportLetterStream> {
        let message = request_.into_inner();
        actor(&message.actor)?;
        let partner = find::partner(self.store(), &message.partner)?;
        let wanted = match (message.ask, message.from) {
            (true, None) => Wanted::Question,
            (true, Some(_)) => {
                let words = "询问信不含条目 a question carries no entries";
                return Err(OfficeError::field("from", words).into());
            }
            (false, from) => {
                writable(&partner)?;
                self.tell_what_was_kept().await;
                from.map_or(Wanted::New, Wanted::From)
            }
        };
        let letter = (self.carrier()?.export)((partner.key_id, wanted)).await?;
        let summary = pb::LetterSummary {
            partner: partner.code.to_string(),
            from: letter.from,
            until: letter.until,
            bytes: letter.bytes.len() as u64,
            filename: letter.filename,
        };
        let whole = Bytes::from(letter.bytes);
        let mut parts: Vec<_> = (0..whole.len())
            .step_by(CHUNK)
            .map(|from| Part::Chunk(whole.slice(from..whole.len().min(from + CHUNK))))
            .collect();
        parts.push(Part::Summary(summary));
        let parts = parts
            .into_iter()
            .map(|part| Ok(pb::ExportLetterResponse { part: Some(part) }));
        Ok(Response::new(Box::pin(tokio_stream::iter(parts))))
    }

    async fn import_letter(
        &self,
        request_: Request<Streaming<pb::ImportLetterRequest>>,
    ) -> Answered<pb::ImportLetterResponse> {
        let mut chunks = request_.into_inner();
        let mut bytes = Vec::new();
        let mut first = true;
        while let Some(message) = chunks.next().await {
            let message = message?;
            if std::mem::take(&mut first) {
                actor(&message.actor)?;
            }
            if bytes.len() + message.chunk.len() > LETTER_MAX {
                return Err(OfficeError::LetterMalformed(
                    "大于 512 MiB  larger than 512 MiB".to_owned(),
                )
                .into());
            }
            bytes.extend_from_slice(&message.chunk);
        }
        let ended = (self.carrier()?.import)(bytes).await?;
        Ok(Response::new(pb::ImportLetterResponse {
            outcome: Some(outcome(self, &ended)?),
        }))
    }
}
