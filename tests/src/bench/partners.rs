//! Many partners of one node: each is introduced by an invitation and synced once, then all of them rest.
//!
//! The partners are light ones, all in this process: a key, a certificate, the real session over empty logs in memory. What
//! is measured is the one real node that has them all.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant},
};

use hongyan_node::sync::{Action, Roots, Session, Start};
use hongyan_proto::{
    channel::{TlsIdentity, connect},
    id::{Epoch, KeyId, LogOrigin},
    identity::{IdentityKey, Invitation, PublicKey, Succession},
    log::{Follow, SignedCheckpoint, Tree},
    message::Message,
    pb::exchange::v1::{self as x, exchange_service_client::ExchangeServiceClient},
    time::Clock,
};
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use super::{BenchError, process};
use crate::town::{Desk, Process, Town};

/// How long the node's rest is watched.
const REST: Duration = Duration::from_secs(10);

/// Partners that sync at the same time.
const AT_ONCE: usize = 8;

/// Messages of one session that may wait; a session over empty logs has fewer.
const MESSAGES: usize = 16;

const NODE: &str = "320200-001";

/// What many partners cost one node.
#[derive(Clone, Copy, Debug)]
pub struct ManyPartners {
    /// Resident memory before there was any partner, MiB.
    pub alone_mib: f64,
    /// Resident memory with every partner's connection open and at rest, MiB.
    pub connected_mib: f64,
    /// Processor time of the node for each introduction, ms.
    pub introduce_cpu_ms: f64,
    /// Processor time of the node for each first session, ms.
    pub sync_cpu_ms: f64,
    /// Sessions in a second, eight at a time.
    pub syncs_per_second: f64,
    /// Share of one core that the node uses while all of them rest, per cent.
    pub idle_cpu_percent: f64,
}

/// A partner without a store.
struct Light {
    key: IdentityKey,
    epoch: Epoch,
    channel: Channel,
    node: PublicKey,
    node_epoch: Epoch,
    clock: Clock,
}

fn tool(error: impl std::fmt::Display) -> BenchError {
    BenchError::Tool(error.to_string())
}

impl Light {
    /// Redeems an invitation over a connection that stays open.
    async fn introduce(
        number: u32,
        text: &str,
        node: SocketAddr,
        clock: Clock,
    ) -> Result<Self, BenchError> {
        let mut seed = [0x5a; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        let key = IdentityKey::from_seed(seed);
        let now = clock();
        let year = 365 * 86_400_000;
        let tls = TlsIdentity::issue(&key, now.plus_millis(-86_400_000), now.plus_millis(year));
        let invitation = Invitation::parse(text).map_err(tool)?;
        let (tls, node) = (tls.map_err(tool)?, node.to_string());
        let channel = connect(&node, invitation.key, &tls, clock.clone())
            .await
            .map_err(tool)?;
        let epoch = Epoch::from_bytes(seed[..16].try_into().unwrap_or_default());
        let request = x::IntroduceRequest {
            held_epoch: bytes::Bytes::new(),
            secret: bytes::Bytes::copy_from_slice(invitation.secret.as_bytes()),
            organization: Some(x::Organization {
                code: format!("341700-{number:05}"),
                name: format!("第{number}党委"),
                region: "341700".to_owned(),
                ..Default::default()
            }),
            epoch: epoch.to_field(),
        };
        let mut client = ExchangeServiceClient::new(channel.clone());
        let answer = client.introduce(request).await.map_err(tool)?.into_inner();
        Ok(Self {
            key,
            epoch,
            channel,
            node: invitation.key,
            node_epoch: Epoch::from_slice(&answer.epoch).map_err(tool)?,
            clock,
        })
    }

    fn follow(author: PublicKey, audience: KeyId, epoch: Epoch) -> Follow {
        Follow {
            origin: LogOrigin {
                author: author.key_id(),
                audience,
                epoch,
            },
            signers: author.into(),
            tree: Tree::new(),
            last_seen: 0,
            seen_limit: u64::MAX,
        }
    }

    /// One whole session with the node over what this partner holds: nothing yet, on either side.
    async fn sync(&self) -> Result<(), BenchError> {
        let own = Self::follow(self.key.public(), self.node.key_id(), self.epoch);
        let mirror = Self::follow(self.node, self.key.public().key_id(), self.node_epoch);
        let note = SignedCheckpoint::sign(&self.key, &own.origin, 0, own.tree.root());
        let (mut session, actions) = Session::open(Start {
            own: note.map_err(tool)?,
            own_follow: own,
            own_base: 0,
            mirror,
            held: None,
            now: (self.clock)(),
            agreements: Vec::new(),
            reset: None,
            rotations: Succession::default(),
            held_rotations: Succession::default(),
        });
        let (outgoing, asked) = mpsc::channel(MESSAGES);
        let mut settled = perform(&mut session, actions, &outgoing).await?;
        let mut client = ExchangeServiceClient::new(self.channel.clone());
        let answers = client.sync(ReceiverStream::new(asked)).await;
        let mut answers = answers.map_err(tool)?.into_inner();
        while !settled {
            let answer = answers.message().await.map_err(tool)?;
            let answer = answer.ok_or_else(|| tool("the node ended the session midway"))?;
            let message = Message::from_wire(answer.message.unwrap_or_default()).map_err(tool)?;
            let roots = match &message {
                Message::Hello(hello) => {
                    let (held, theirs) = session.hello_sizes(hello);
                    let root = |size: Option<u64>| {
                        size.filter(|size| *size == 0).map(|_| Tree::new().root())
                    };
                    Roots {
                        own_at_held: root(held),
                        mirror_at_own: root(theirs),
                    }
                }
                _ => Roots::default(),
            };
            let actions = session.receive(message, roots);
            settled = perform(&mut session, actions, &outgoing).await?;
        }
        drop(outgoing);
        while answers.message().await.map_err(tool)?.is_some() {}
        Ok(())
    }
}

/// Does what the session asks; true when everything is settled.
async fn perform(
    session: &mut Session,
    actions: Vec<Action>,
    outgoing: &mpsc::Sender<x::SyncRequest>,
) -> Result<bool, BenchError> {
    let mut actions = std::collections::VecDeque::from(actions);
    let mut settled = false;
    while let Some(action) = actions.pop_front() {
        match action {
            Action::Send(message) => {
                let message = Some(message.into_wire());
                outgoing
                    .send(x::SyncRequest { message })
                    .await
                    .map_err(tool)?;
            }
            Action::Mirror(frame) => actions.extend(session.stored(frame.tree().size())),
            Action::Settled { .. } => settled = true,
            Action::Stopped(stop) => return Err(tool(format!("the session stopped: {stop:?}"))),
            Action::Confirmed => {}
            Action::MustRecover { .. } | Action::Read { .. } | Action::TakeBack(_) => {
                return Err(tool("an empty log has nothing to read or to take back"));
            }
        }
    }
    Ok(settled)
}

/// Introduces `count` partners to one node, syncs each once, and lets them rest.
pub async fn measure(program: &Path, count: u32, clock: Clock) -> Result<ManyPartners, BenchError> {
    let mut town = Town::new(u64::from(count), program)?;
    let node = town.node(NODE, "320200").await?;
    let desk = town.desk(node);
    let pid = town
        .at(node)
        .process()
        .and_then(Process::pid)
        .unwrap_or_default();
    let address: SocketAddr = desk.status().await?.listening.parse().map_err(tool)?;
    let alone_mib = process::memory_mib(pid, "VmRSS")?;
    let per = f64::from(count);
    let before = process::cpu_ms(pid)?;
    let partners = introduce_all(&desk, count, address, clock).await?;
    let introduced = process::cpu_ms(pid)?;
    let begin = Instant::now();
    let partners = sync_all(partners).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let synced = process::cpu_ms(pid)?;
    sleep(REST).await;
    let rested = process::cpu_ms(pid)?;
    let connected_mib = process::memory_mib(pid, "VmRSS")?;
    drop(partners);
    Ok(ManyPartners {
        alone_mib,
        connected_mib,
        introduce_cpu_ms: (introduced - before) / per,
        sync_cpu_ms: (synced - introduced) / per,
        syncs_per_second: per / seconds,
        idle_cpu_percent: (rested - synced) / (REST.as_secs_f64() * 10.0),
    })
}

async fn introduce_all(
    desk: &Desk,
    count: u32,
    address: SocketAddr,
    clock: Clock,
) -> Result<Vec<Light>, BenchError> {
    let mut partners = Vec::new();
    for number in 0..count {
        let invitation = desk.invite().await?;
        partners.push(Light::introduce(number, &invitation, address, clock.clone()).await?);
    }
    Ok(partners)
}

async fn sync_all(mut waiting: Vec<Light>) -> Result<Vec<Light>, BenchError> {
    let mut under_way = JoinSet::new();
    let mut done = Vec::new();
    loop {
        while under_way.len() < AT_ONCE
            && let Some(partner) = waiting.pop()
        {
            under_way.spawn(async move { partner.sync().await.map(|()| partner) });
        }
        let Some(partner) = under_way.join_next().await else {
            return Ok(done);
        };
        done.push(partner.map_err(tool)??);
    }
}
