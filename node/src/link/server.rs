//! The exchange port: who may call what, and the sessions that partners dial.

use std::{future::Future, pin::Pin, sync::Arc};

use hongyan_proto::{
    channel::{ConnectInfo, PeerIdentity},
    id::{Epoch, IdError, KeyId, OrganizationCode, RegionCode},
    identity::{Endpoint, InvitationSecret, OrganizationName, PublicKey, Succession},
    log::limits::MAX_MESSAGE_BYTES,
    pb::{
        DESCRIPTORS,
        exchange::v1::{
            self as pb,
            exchange_service_server::{ExchangeService, ExchangeServiceServer},
        },
    },
};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{
    Request, Response, Status, Streaming,
    service::{Routes, interceptor::InterceptedService},
};

use super::{
    Link, Reason,
    driver::{self, Line, OUTGOING_MESSAGES, Role},
};
use crate::book::{self, BookError, Partner, PartnerState};

/// An organization as it names itself on the wire, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Identity {
    /// Code.
    pub code: OrganizationCode,
    /// Name.
    pub name: OrganizationName,
    /// GB/T 2260.
    pub region: RegionCode,
    /// Where it can be dialled; none: it cannot.
    pub endpoint: Option<Endpoint>,
}

impl Identity {
    pub(super) fn to_wire(&self) -> pb::Organization {
        pb::Organization {
            code: self.code.as_str().to_owned(),
            name: self.name.as_str().to_owned(),
            region: self.region.as_str().to_owned(),
            endpoint: self
                .endpoint
                .as_ref()
                .map(Endpoint::to_string)
                .unwrap_or_default(),
        }
    }

    pub(super) fn from_wire(wire: Option<&pb::Organization>) -> Result<Self, String> {
        let wire = wire.ok_or_else(|| "organization: missing".to_owned())?;
        let text = |error: IdError| error.to_string();
        let endpoint = Some(wire.endpoint.as_str()).filter(|endpoint| !endpoint.is_empty());
        let endpoint = endpoint.map(str::parse::<Endpoint>).transpose();
        Ok(Self {
            code: OrganizationCode::parse(&wire.code).map_err(text)?,
            name: OrganizationName::parse(&wire.name).map_err(text)?,
            region: RegionCode::parse(&wire.region).map_err(text)?,
            endpoint: endpoint.map_err(|error| error.to_string())?,
        })
    }
}

/// Someone redeems an invitation.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The key proven by TLS.
    pub key: PublicKey,
    /// How it came to be, as its certificate shows.
    pub succession: Succession,
    /// The invitation's secret.
    pub secret: InvitationSecret,
    /// Who it says it is.
    pub identity: Identity,
    /// Its epoch for the log it will write to this node.
    pub epoch: Epoch,
    /// Its word on which of this node's logs it holds entries of.
    pub held: Option<Epoch>,
}

impl Caller {
    /// Reads the call of a key that TLS proved, with those it had before. What is wrong is said in words.
    pub fn from_wire(
        (key, succession): (PublicKey, &Succession),
        wire: &pb::IntroduceRequest,
    ) -> Result<Self, String> {
        let text = |error: IdError| error.to_string();
        let held = Some(&wire.held_epoch).filter(|held| !held.is_empty());
        Ok(Self {
            key,
            succession: succession.clone(),
            secret: InvitationSecret::from_slice(&wire.secret).map_err(text)?,
            identity: Identity::from_wire(wire.organization.as_ref())?,
            epoch: Epoch::from_slice(&wire.epoch).map_err(text)?,
            held: held
                .map(|held| Epoch::from_slice(held))
                .transpose()
                .map_err(text)?,
        })
    }
}

/// Redeems an invitation in one commit: checks the secret, marks it used, adds the partner; answers with this node's words and
/// its epoch for the log it will write to the caller.
pub type Redeem = Arc<
    dyn Fn(Caller) -> Pin<Box<dyn Future<Output = Result<(Identity, Epoch), Reason>> + Send>>
        + Send
        + Sync,
>;

/// The services of the exchange port: exchange for whom it may concern, health and reflection for partners only.
pub async fn routes(
    link: &Link,
    redeem: Redeem,
) -> Result<Routes, tonic_reflection::server::Error> {
    let exchange = ExchangeServiceServer::new(Exchange {
        link: link.clone(),
        redeem,
    })
    .max_decoding_message_size(MAX_MESSAGE_BYTES)
    .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_serving::<ExchangeServiceServer<Exchange>>()
        .await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .with_service_name("hongyan.exchange.v1.ExchangeService")
        .build_v1()?;
    let partners_only = |link: &Link| {
        let link = link.clone();
        move |request: Request<()>| link.pinned(&request).map(|_: KeyId| request)
    };
    Ok(Routes::new(exchange)
        .add_service(InterceptedService::new(health, partners_only(link)))
        .add_service(InterceptedService::new(reflection, partners_only(link))))
}

fn peer<T>(request: &Request<T>) -> Result<PeerIdentity, Status> {
    let info = request.extensions().get::<ConnectInfo>();
    // Only the pinned listener serves these routes, and it always says who calls.
    let info = info.ok_or_else(|| Status::unauthenticated("no TLS identity"))?;
    Ok(info.peer.clone())
}

impl Link {
    /// The caller, if its key is pinned at this moment: a pin may have been taken away since the connection was made.
    fn pinned<T>(&self, request: &Request<T>) -> Result<KeyId, Status> {
        let peer = peer(request)?;
        if self.pins().is_pinned(&peer.key_id, self.now()) {
            // The connection may have begun before the key was pinned, and does not know the name.
            let name = self.pins().admit(&peer.key, &peer.succession, self.now());
            return Ok(name.unwrap_or(peer.pinned_as));
        }
        let key = peer.pinned_as;
        match book::partner(self.store(), key) {
            Ok(partner) if partner.state == PartnerState::Revoked => {
                Err(Reason::Revoked.status(""))
            }
            _ => Err(Reason::NotPinned.status("")),
        }
    }

    fn correspondent(&self, key: KeyId) -> Result<Partner, Status> {
        let partner = book::partner(self.store(), key).map_err(|error| match error {
            BookError::UnknownPartner(_) => Reason::NotPinned.status(""),
            other => Reason::Store.status(&other.to_string()),
        })?;
        match partner.state {
            PartnerState::Revoked => Err(Reason::Revoked.status("")),
            // A forked log is not continued, but a new epoch can only be heard of in a hello.
            PartnerState::Frozen | PartnerState::Active | PartnerState::AwaitingEpoch => {
                Ok(partner)
            }
        }
    }
}

struct Exchange {
    link: Link,
    redeem: Redeem,
}

#[tonic::async_trait]
impl ExchangeService for Exchange {
    type SyncStream = ReceiverStream<Result<pb::SyncResponse, Status>>;

    async fn introduce(
        &self,
        request: Request<pb::IntroduceRequest>,
    ) -> Result<Response<pb::IntroduceResponse>, Status> {
        let peer = peer(&request)?;
        let caller = Caller::from_wire((peer.key, &peer.succession), &request.into_inner())
            .map_err(|problem| Reason::Malformed.status(&problem))?;
        let redeemed = (self.redeem)(caller).await;
        let (identity, epoch) = redeemed.map_err(|reason| reason.status(""))?;
        let pinned = self.link.refresh_pins();
        pinned.map_err(|error| Reason::Store.status(&error.to_string()))?;
        Ok(Response::new(pb::IntroduceResponse {
            organization: Some(identity.to_wire()),
            epoch: epoch.to_field(),
        }))
    }

    async fn sync(
        &self,
        request: Request<Streaming<pb::SyncRequest>>,
    ) -> Result<Response<Self::SyncStream>, Status> {
        let key = self.link.pinned(&request)?;
        let partner = self.link.correspondent(key)?;
        let own = partner.own.key_id();
        let slot = self.link.0.slots.enter(&own, key, Role::Answered);
        let slot = slot.ok_or_else(|| Reason::Busy.status(""))?;
        let turn = timeout(
            self.link.limits().hello,
            self.link.0.sessions.clone().acquire_owned(),
        );
        let Ok(Ok(turn)) = turn.await else {
            return Err(Reason::Busy.status("too many sessions"));
        };
        let incoming = request
            .into_inner()
            .map(|request| request.map(|request| request.message.unwrap_or_default()));
        let (outgoing, answers) = mpsc::channel(OUTGOING_MESSAGES);
        let stream = Line {
            incoming,
            outgoing,
            wrap: |message| {
                Ok(pb::SyncResponse {
                    message: Some(message),
                })
            },
        };
        let link = self.link.clone();
        tokio::spawn(async move {
            let outcome = driver::run(&link, &partner, stream, Role::Answered, |_| {}).await;
            drop(turn);
            link.record(&partner, &outcome).await;
            drop(slot);
            link.after_session(&partner, &outcome);
        });
        Ok(Response::new(ReceiverStream::new(answers)))
    }
}
