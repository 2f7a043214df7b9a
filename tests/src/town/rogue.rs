//! A partner by its key with a program of its own: it has a node's true key and logs, and says to the other node what a story
//! wants.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use hongyan_node::{
    book,
    office::Office,
    store::{LogNo, Unlock},
};
use hongyan_proto::{
    channel::{TlsIdentity, connect},
    id::{AgreementHash, CaseId, LogOrigin},
    identity::{IdentityKey, PublicKey, Succession},
    log::{Entry, Frame, Kind, NewHeader, SignedCheckpoint, Tree, body},
    message::{Hello, Message, PROTOCOL, Stop},
    pb::exchange::v1::{self as x, exchange_service_client::ExchangeServiceClient},
    time::{Clock, Timestamp},
};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::TownError;

/// How long before and after now its certificate is valid, in milliseconds.
const CERTIFICATE_MS: i64 = 3_600_000;

/// Messages it may say before anybody listens.
const OUTGOING_MESSAGES: usize = 64;

/// What a node is and has written to one partner, taken from its data folder while it does not run.
pub struct Rogue {
    /// Its true key.
    pub key: Arc<IdentityKey>,
    /// The log it writes to the partner.
    pub log: Forged,
    /// What it holds of the partner's log: the partner's own note.
    pub held: Option<Bytes>,
    /// The partner's key.
    pub partner: PublicKey,
    /// The agreement in force.
    pub agreement: Option<AgreementHash>,
    /// The partner's clock.
    pub now: Timestamp,
}

// Taken by value so that `map_err` hands an error over as it is.
#[allow(clippy::needless_pass_by_value)]
fn broken(error: impl ToString) -> TownError {
    TownError::Process(error.to_string())
}

impl Rogue {
    /// Takes over the stopped node in `folder`; `partner` is the code of the one it will speak to, `now` that one's clock.
    pub fn of(folder: &Path, partner: &str, now: Timestamp) -> Result<Self, TownError> {
        let unlock = Unlock::KeyFile(folder.join("unlock.key"));
        let clock: Clock = Arc::new(move || now);
        let office = Office::open(folder, &unlock, [7; 32], clock, &|_, _| {}).map_err(broken)?;
        let store = office.store();
        let partners = book::partners(store).map_err(broken)?;
        let partner = partners
            .into_iter()
            .find(|known| known.code.as_str() == partner)
            .ok_or_else(|| broken("no such partner"))?;
        let read = |no: LogNo| -> Result<Vec<Entry>, TownError> {
            let size = store.log(no).map_or(0, |log| log.size());
            let entries = store.entries(no, 0..size).map_err(broken)?;
            entries.map(|entry| entry.map_err(broken)).collect()
        };
        let origin = store
            .log(partner.out)
            .ok_or_else(|| broken("no own log"))?
            .origin;
        let mirror = partner.incoming.and_then(|no| store.log(no));
        let agreement = book::in_force(store, &partner, now.day()).map_err(broken)?;
        Ok(Self {
            log: Forged {
                origin,
                signer: office.key(),
                entries: read(partner.out)?,
            },
            key: office.key(),
            held: mirror.and_then(|log| Some(log.checkpoint.as_ref()?.note().clone())),
            partner: partner.signer,
            agreement: agreement.map(|agreement| agreement.hash),
            now,
        })
    }

    /// Its hello, with this log as its own.
    pub fn hello(&self, log: &Forged) -> Message {
        Message::Hello(Hello {
            protocol: PROTOCOL,
            own: log.note(log.entries.len()).note().clone(),
            held: self.held.clone(),
            time: self.now,
            agreements: self.agreement.into_iter().collect(),
            reset: None,
            rotations: Succession::NONE,
            held_rotations: Succession::NONE,
        })
    }

    /// Its log with one more entry, written as no honest program would.
    pub fn with(&self, case: Option<CaseId>, kind: Kind, payload: &x::Payload) -> Forged {
        let mut log = self.log.clone();
        log.append(self.now, case, self.agreement, kind, payload);
        log
    }

    /// A certificate for its true key.
    pub(super) fn tls(&self) -> Result<TlsIdentity, TownError> {
        let (from, until) = (
            self.now.plus_millis(-CERTIFICATE_MS),
            self.now.plus_millis(CERTIFICATE_MS),
        );
        TlsIdentity::issue(&self.key, from, until).map_err(broken)
    }

    /// Dials the partner and opens a session.
    pub async fn call(&self, address: &str) -> Result<Call, TownError> {
        let (now, tls) = (self.now, self.tls()?);
        let clock: Clock = Arc::new(move || now);
        let channel = connect(address, self.partner, &tls, clock)
            .await
            .map_err(broken)?;
        let mut client = ExchangeServiceClient::new(channel);
        loop {
            let (outgoing, requests) = mpsc::channel(OUTGOING_MESSAGES);
            match client.sync(ReceiverStream::new(requests)).await {
                Ok(answers) => {
                    return Ok(Call {
                        outgoing,
                        incoming: answers.into_inner(),
                    });
                }
                // The session before this one is still being recorded.
                Err(status) if status.code() == tonic::Code::Aborted => {
                    tokio::task::yield_now().await;
                }
                Err(status) => return Err(status.into()),
            }
        }
    }
}

/// A log as someone with the key can write it.
#[derive(Clone)]
pub struct Forged {
    /// Whose, for whom, since when.
    pub origin: LogOrigin,
    /// Who signs its checkpoints.
    pub signer: Arc<IdentityKey>,
    /// What stands in it.
    pub entries: Vec<Entry>,
}

impl Forged {
    /// Adds an entry.
    pub fn append(
        &mut self,
        time: Timestamp,
        case_id: Option<CaseId>,
        agreement: Option<AgreementHash>,
        kind: Kind,
        payload: &x::Payload,
    ) {
        let body = body::seal([3; 16], &payload.encode_to_vec());
        let header = NewHeader {
            log_id: self.origin.log_id(),
            sequence: self.entries.len() as u64,
            seen: self.entries.last().map_or(0, |last| last.header().seen),
            time,
            kind,
            case_id,
            agreement,
            body_hash: body::body_hash(&body),
        };
        #[allow(clippy::expect_used)]
        let entry =
            Entry::join(header.encode(), body).expect("a body joins the header made for it");
        self.entries.push(entry);
    }

    /// Its signed checkpoint at a size.
    ///
    /// # Panics
    /// When the log has fewer entries.
    pub fn note(&self, size: usize) -> SignedCheckpoint {
        let mut tree = Tree::new();
        self.entries[..size]
            .iter()
            .for_each(|entry| tree.append(entry.header().leaf_hash()));
        #[allow(clippy::expect_used)]
        SignedCheckpoint::sign(&self.signer, &self.origin, tree.size(), tree.root())
            .expect("a key signs a checkpoint")
    }

    /// All its entries from `first` on, in one frame.
    pub fn frame(&self, first: usize) -> Frame {
        Frame::new(
            self.origin.log_id(),
            first as u64,
            &self.entries[first..],
            &self.note(self.entries.len()),
            vec![],
        )
    }
}

/// One session, from the side of whoever dialled.
pub struct Call {
    outgoing: mpsc::Sender<x::SyncRequest>,
    incoming: tonic::Streaming<x::SyncResponse>,
}

impl Call {
    /// Says something. False when nobody listens any more.
    pub async fn say(&self, message: Message) -> bool {
        self.say_raw(message.into_wire()).await
    }

    /// Says something that no checked message can be.
    pub async fn say_raw(&self, message: x::SyncMessage) -> bool {
        let message = Some(message);
        self.outgoing.send(x::SyncRequest { message }).await.is_ok()
    }

    /// The next thing the other side says; none at the end.
    pub async fn hear(&mut self) -> Option<Message> {
        let response = self.incoming.message().await.ok()??;
        Message::from_wire(response.message?).ok()
    }

    /// Its own log as the other side's hello shows it; none when it says something else first.
    pub async fn greeting(&mut self, author: &PublicKey) -> Option<SignedCheckpoint> {
        let Some(Message::Hello(hello)) = self.hear().await else {
            return None;
        };
        SignedCheckpoint::verify(&hello.own, author).ok()
    }

    /// How the other side ends the session; none when it ends without a word.
    pub async fn stop(&mut self) -> Option<Stop> {
        while let Some(message) = self.hear().await {
            if let Message::Stop(stop) = message {
                return Some(stop);
            }
        }
        None
    }
}
