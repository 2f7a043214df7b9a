//! Dialling partners: one connection each, kept while it is used; introductions; sessions.

use std::{
    collections::HashMap,
    future::Future,
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

use hongyan_proto::{
    channel::{Expect, Pins, connect},
    id::{Epoch, KeyId},
    identity::{Invitation, InvitationSecret, PublicKey, Succession},
    log::limits::MAX_MESSAGE_BYTES,
    pb::exchange::v1::{self as pb, exchange_service_client::ExchangeServiceClient},
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout},
};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{Streaming, transport::Channel};

use super::{
    End, Identity, Link, LinkError, Outcome, Progress, Reason,
    driver::{self, Line, OUTGOING_MESSAGES, Role},
    scheduler::BUSY_RETRY,
    slots::Slot,
};
use crate::book::{self, Partner, PartnerState};

/// How long one call that is not a session may take.
const CALL_LIMIT: Duration = Duration::from_secs(20);

/// How long a person's sync waits for another session with the same partner to end.
const TURN_LIMIT: Duration = Duration::from_mins(1);

/// A connection that no session used for this long is closed: a thousand idle partners must cost nothing.
pub(super) const CHANNEL_IDLE: Duration = Duration::from_mins(1);

/// A connection that is kept.
pub(super) struct Known {
    endpoint: String,
    channel: Channel,
    used: Instant,
}

/// An organization that answered at the address of its invitation, before anything was said.
#[derive(Debug)]
pub struct Meeting {
    /// Its key, as TLS proved: the invitation's, or one that replaced it.
    pub key: PublicKey,
    /// How that came to be, as its certificate shows.
    pub succession: Succession,
    channel: Channel,
}

/// What an introduction brought.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Introduced {
    /// Who it says it is.
    pub identity: Identity,
    /// Its epoch for the log it will write to this node.
    pub epoch: Epoch,
}

impl Introduced {
    /// Reads the answer. What is wrong is said in words.
    pub fn from_wire(wire: &pb::IntroduceResponse) -> Result<Self, String> {
        Ok(Self {
            identity: Identity::from_wire(wire.organization.as_ref())?,
            epoch: Epoch::from_slice(&wire.epoch).map_err(|error| error.to_string())?,
        })
    }
}

pub(super) fn client(channel: Channel) -> ExchangeServiceClient<Channel> {
    ExchangeServiceClient::new(channel)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES)
}

/// One call's answer within its time.
pub(super) async fn within<T>(
    call: impl Future<Output = Result<tonic::Response<T>, tonic::Status>>,
) -> Result<T, LinkError> {
    let answer = timeout(CALL_LIMIT, call).await;
    let late = || tonic::Status::deadline_exceeded("no answer in time");
    Ok(answer.unwrap_or_else(|_| Err(late()))?.into_inner())
}

impl Meeting {
    /// Redeems the invitation. The caller then adds the partner and calls [`Link::refresh_pins`].
    pub async fn introduce(
        self,
        secret: &InvitationSecret,
        own: &Identity,
        (epoch, held): (Epoch, Option<Epoch>),
    ) -> Result<Introduced, LinkError> {
        let request = pb::IntroduceRequest {
            secret: bytes::Bytes::copy_from_slice(secret.as_bytes()),
            organization: Some(own.to_wire()),
            epoch: epoch.to_field(),
            held_epoch: held.map(Epoch::to_field).unwrap_or_default(),
        };
        let answer = within(client(self.channel).introduce(request)).await?;
        Introduced::from_wire(&answer).map_err(LinkError::Answer)
    }
}

impl Link {
    /// Dials the organization that wrote an invitation.
    pub async fn meet(&self, invitation: &Invitation) -> Result<Meeting, LinkError> {
        let endpoint = invitation.endpoint.to_string();
        // The invitation may be older than the last rotation: who answers shows how its key came from the one in the invitation.
        let met = Pins::new();
        met.pin(invitation.key, None);
        let expect = Expect::pinned(invitation.key.key_id(), &met);
        let channel = connect(&endpoint, expect.clone(), self.tls(), self.clock().clone()).await?;
        let key = met.current(&invitation.key.key_id());
        Ok(Meeting {
            key: key.unwrap_or(invitation.key),
            succession: expect.succession(),
            channel,
        })
    }

    /// Brings both logs of a correspondence up to date now. A session that ended badly is an outcome, not an error.
    pub async fn sync(
        &self,
        key: KeyId,
        progress: impl Fn(Progress) + Clone + Send + 'static,
    ) -> Result<Outcome, LinkError> {
        let own = book::partner(self.store(), key)?.own.key_id();
        let deadline = Instant::now() + TURN_LIMIT;
        let mut before: Option<Outcome> = None;
        loop {
            let slot = timeout(TURN_LIMIT, self.0.slots.wait(&own, key)).await;
            let slot = slot.map_err(|_| LinkError::Refused(Reason::Busy))?;
            match self.sync_once(key, slot, progress.clone()).await {
                Ok(outcome) => {
                    let outcome = match before.take() {
                        Some(before) => outcome.after(&before),
                        None => outcome,
                    };
                    if outcome.end != End::Again {
                        return Ok(outcome);
                    }
                    before = Some(outcome);
                }
                Err(LinkError::Refused(Reason::Busy)) if Instant::now() < deadline => {
                    sleep(BUSY_RETRY).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// A session with a partner that has none: for the scheduler.
    pub(super) async fn sync_if_free(&self, key: KeyId) -> Result<Outcome, LinkError> {
        let own = book::partner(self.store(), key)?.own.key_id();
        let slot = self.0.slots.enter(&own, key, Role::Dialled);
        let slot = slot.ok_or(LinkError::Refused(Reason::Busy))?;
        self.sync_once(key, slot, |_| {}).await
    }

    async fn sync_once(
        &self,
        key: KeyId,
        slot: Slot,
        progress: impl Fn(Progress) + Send + 'static,
    ) -> Result<Outcome, LinkError> {
        let partner = book::partner(self.store(), key)?;
        match partner.state {
            PartnerState::Revoked => return Err(LinkError::RevokedHere),
            // A forked log is not continued, but a new epoch can only be heard of in a hello.
            PartnerState::Frozen | PartnerState::Active | PartnerState::AwaitingEpoch => {}
        }
        let outcome = match self.session(&partner, progress).await {
            Ok(outcome) => outcome,
            Err(error) => {
                if !matches!(error, LinkError::Refused(Reason::Busy)) {
                    self.record_problem(key, error.to_string()).await;
                }
                return Err(error);
            }
        };
        self.record(&partner, &outcome).await;
        drop(slot);
        self.after_session(&partner, &outcome);
        Ok(outcome)
    }

    async fn session(
        &self,
        partner: &Partner,
        progress: impl Fn(Progress) + Send + 'static,
    ) -> Result<Outcome, LinkError> {
        let turn = self.0.sessions.clone().acquire_owned().await;
        let _turn = turn.map_err(|_| LinkError::Closing)?;
        let (outgoing, answers) = match self.call(partner).await {
            // A connection that was kept may have died unnoticed: that is no news of the partner.
            Err((LinkError::Channel(_), true)) => self.call(partner).await,
            called => called,
        }
        .map_err(|(error, _)| error)?;
        let line = Line {
            incoming: answers.map(|answer| answer.map(|answer| answer.message.unwrap_or_default())),
            outgoing,
            wrap: |message| pb::SyncRequest {
                message: Some(message),
            },
        };
        let outcome = driver::run(self, partner, line, Role::Dialled, progress).await;
        if matches!(outcome.end, End::Cut(_)) {
            self.forget_channel(&partner.key_id);
        }
        Ok(outcome)
    }

    /// Opens the stream. An error says whether the connection had been kept from before.
    async fn call(
        &self,
        partner: &Partner,
    ) -> Result<(mpsc::Sender<pb::SyncRequest>, Streaming<pb::SyncResponse>), (LinkError, bool)>
    {
        let (channel, kept) = self
            .channel(partner)
            .await
            .map_err(|error| (error, false))?;
        let (outgoing, asked) = mpsc::channel(OUTGOING_MESSAGES);
        let mut client = client(channel);
        match within(client.sync(ReceiverStream::new(asked))).await {
            Ok(answers) => Ok((outgoing, answers)),
            Err(error) => {
                if !matches!(error, LinkError::Refused(_)) {
                    self.forget_channel(&partner.key_id);
                }
                Err((error, kept))
            }
        }
    }

    /// The connection to a partner, and whether it was kept from before.
    pub(super) async fn channel(&self, partner: &Partner) -> Result<(Channel, bool), LinkError> {
        if partner.endpoint.is_empty() {
            return Err(LinkError::NoEndpoint);
        }
        if let Some(known) = self.channels().get_mut(&partner.key_id)
            && known.endpoint == partner.endpoint
        {
            known.used = Instant::now();
            return Ok((known.channel.clone(), true));
        }
        let (endpoint, key) = (partner.endpoint.clone(), partner.key_id);
        let expect = Expect::pinned(key, self.pins());
        let channel = connect(&endpoint, expect, self.tls(), self.clock().clone()).await?;
        let used = Instant::now();
        let known = Known {
            endpoint,
            channel: channel.clone(),
            used,
        };
        self.channels().insert(key, known);
        Ok((channel, false))
    }

    pub(super) fn forget_channel(&self, key: &KeyId) {
        self.channels().remove(key);
    }

    /// Drops every kept connection; the next session makes a new one.
    pub(super) fn forget_channels(&self) {
        self.channels().clear();
    }

    /// Closes connections that were not used for a while. True when some are left.
    pub(super) fn close_idle_channels(&self) -> bool {
        let mut channels = self.channels();
        channels.retain(|_, known| known.used.elapsed() < CHANNEL_IDLE);
        !channels.is_empty()
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<KeyId, Known>> {
        self.0
            .channels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
