//! Real nodes' links on port 0, with real TLS and stores in temporary folders.

#![allow(clippy::unwrap_used)]

mod carried;
mod rogue;
mod rotation;
mod session;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use hongyan_proto::{
    channel::{self, Listener, TlsIdentity, connect},
    id::{Epoch, KeyId, LogOrigin, OrganizationCode, RegionCode},
    identity::{IdentityKey, Invitation, InvitationSecret, OrganizationName, PublicKey, Purpose},
    letter::{EpochAccepted, EpochReset, PartnerAdded, PartnerRevoked, Payload, Text},
    log::{Entry, Frame, NewHeader, SignedCheckpoint, Tree, body},
    message::{Hello, Message, PROTOCOL, StopReason},
    pb::exchange::v1 as pb,
    time::{Clock, Timestamp},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};
use tokio_stream::wrappers::ReceiverStream;

use super::*;
use crate::{
    book::{Place, apply},
    store::{Draft, LogNo, LogState, NewEntry, StoreError, Unlock},
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed([seed; 32])
}

fn clock() -> Clock {
    Arc::new(|| NOW)
}

fn tls(key: &IdentityKey) -> TlsIdentity {
    TlsIdentity::issue(key, NOW.plus_millis(-1000), NOW.plus_millis(86_400_000)).unwrap()
}

fn epoch(seed: u8) -> Epoch {
    Epoch::from_bytes([seed; 16])
}

fn identity(seed: u8, endpoint: Option<SocketAddr>) -> Identity {
    Identity {
        code: OrganizationCode::parse(&format!("ORG{seed:03}")).unwrap(),
        name: OrganizationName::parse("某某街道党工委").unwrap(),
        region: RegionCode::parse("320200").unwrap(),
        endpoint: endpoint.map(|address| address.to_string().parse().unwrap()),
    }
}

/// A new entry with this content.
fn entry(payload: &Payload) -> NewEntry {
    NewEntry {
        seen: 0,
        time: NOW,
        kind: payload.kind(),
        case_id: None,
        agreement: None,
        payload: payload.encode(),
    }
}

fn local(draft: &mut Draft<'_>, payload: &Payload) -> Result<(), BookError> {
    let header = draft.append_entry(LogNo::LOCAL, entry(payload))?;
    apply(draft, &Place::LOCAL, &header, Some(payload), false)
}

fn added(partner: PublicKey, who: &Identity, out: Epoch, incoming: Epoch) -> Payload {
    let endpoint = who
        .endpoint
        .as_ref()
        .map(|endpoint| Text::parse(&endpoint.to_string()).unwrap());
    PartnerAdded {
        key: *partner.as_bytes(),
        code: who.code.clone(),
        name: Text::parse(who.name.as_str()).unwrap(),
        region: who.region.clone(),
        endpoint,
        out_epoch: out,
        in_epoch: Some(incoming),
        actor: Text::parse("test").unwrap(),
        rotations: Vec::new(),
    }
    .into()
}

/// A node: its store, its link, its port.
struct Node {
    seed: u8,
    link: Link,
    wishes: Option<Wishes>,
    address: SocketAddr,
    secret: Arc<Mutex<Option<InvitationSecret>>>,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.link.close();
        self.serving.abort();
    }
}

/// Far beyond what a busy machine takes: a test that waits for one of them sets its own.
const LIMITS: Limits = Limits {
    hello: Duration::from_secs(20),
    silence: Duration::from_secs(20),
    receipt: Duration::from_secs(20),
};

impl Node {
    async fn start(seed: u8) -> Self {
        Self::start_with(seed, LIMITS).await
    }

    async fn start_with(seed: u8, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let unlock = Unlock::KeyFile(folder.path().join("key"));
        let store = Store::create(&folder.path().join("data"), &unlock, [seed; 32]).unwrap();
        let public = key(seed).public();
        let id = public.key_id();
        store
            .commit(move |draft| {
                let origin = LogOrigin {
                    author: id,
                    audience: id,
                    epoch: epoch(seed),
                };
                draft.create_log(origin, public, true).map(|_: LogNo| ())
            })
            .await
            .map_err(|error: StoreError| error)
            .unwrap();
        let tls = tls(&key(seed));
        let (link, wishes) = Link::new(store, Arc::new(key(seed)), &tls, clock(), limits).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let pins = link.pins().clone();
        pins.let_in_strangers(Some(Timestamp::from_millis(i64::MAX)));
        let quiet = Arc::new(|_: &channel::HandshakeFailure| {});
        let listener = Listener::start(tcp, link.tls(), pins, clock(), quiet);
        let secret = Arc::new(Mutex::new(None));
        let redeem = redeem(seed, address, link.clone(), secret.clone());
        let routes = routes(&link, redeem).await.unwrap();
        let serving = tokio::spawn(async move {
            let server = channel::server().add_routes(routes);
            server.serve_with_incoming(listener).await.unwrap();
        });
        Self {
            seed,
            link,
            wishes: Some(wishes),
            address,
            secret,
            serving,
            _folder: folder,
        }
    }

    fn id(&self) -> KeyId {
        key(self.seed).public().key_id()
    }

    fn identity(&self) -> Identity {
        identity(self.seed, Some(self.address))
    }

    /// Adds the other as a partner that can be dialled at `address`.
    async fn add(&self, other: &Node, address: SocketAddr) {
        let who = identity(other.seed, Some(address));
        let payload = added(
            key(other.seed).public(),
            &who,
            epoch(self.seed),
            epoch(other.seed),
        );
        self.link
            .store()
            .commit(move |draft| local(draft, &payload))
            .await
            .unwrap();
        self.link.refresh_pins().unwrap();
    }

    async fn revoke(&self, other: &Node) {
        let key = *key(other.seed).public().as_bytes();
        let reason = Text::parse("不再共管").unwrap();
        let payload = PartnerRevoked {
            key,
            reason,
            actor: Text::parse("test").unwrap(),
        }
        .into();
        self.link
            .store()
            .commit(move |draft| local(draft, &payload))
            .await
            .unwrap();
        self.link.refresh_pins().unwrap();
    }

    fn partner(&self, other: &Node) -> Partner {
        book::partner(self.link.store(), other.id()).unwrap()
    }

    /// Writes so many letters to a partner, in one commit.
    async fn write(&self, other: &Node, count: u64) {
        let out = self.partner(other).out;
        let commit = self.link.store().commit(move |draft| {
            for _ in 0..count {
                let seen = draft.log(out)?.last_seen;
                draft.append(
                    out,
                    NewEntry {
                        seen,
                        ..entry(&letter())
                    },
                )?;
            }
            Ok::<_, StoreError>(())
        });
        commit.await.unwrap();
    }

    async fn sync(&self, other: &Node) -> Outcome {
        self.link.sync(other.id(), |_| {}).await.unwrap()
    }

    /// Sizes and roots of the own log and of the mirror.
    fn logs(&self, other: &Node) -> [(u64, hongyan_proto::id::Hash); 2] {
        let partner = self.partner(other);
        [partner.out, partner.incoming.unwrap()].map(|no| {
            let log = self.link.store().log(no).unwrap();
            (log.size(), log.root())
        })
    }
}

/// A letter that needs no agreement and changes nothing: what is tested is that it arrives.
fn letter() -> Payload {
    EpochAccepted {
        old_log_id: hongyan_proto::id::LogId::from_bytes([1; 32]),
        new_log_id: hongyan_proto::id::LogId::from_bytes([2; 32]),
        base: 0,
        held: 0,
    }
    .into()
}

fn redeem(
    seed: u8,
    address: SocketAddr,
    link: Link,
    secret: Arc<Mutex<Option<InvitationSecret>>>,
) -> Redeem {
    Arc::new(move |caller: Caller| {
        let (link, secret) = (link.clone(), secret.clone());
        Box::pin(async move {
            let invited = secret.lock().unwrap().take();
            if invited.as_ref() != Some(&caller.secret) {
                *secret.lock().unwrap() = invited;
                return Err(Reason::InvitationUnknown);
            }
            let payload = added(caller.key, &caller.identity, epoch(seed), caller.epoch);
            link.store()
                .commit(move |draft| local(draft, &payload))
                .await
                .unwrap();
            Ok((identity(seed, Some(address)), epoch(seed)))
        })
    })
}

/// Two partners that know each other.
async fn partners() -> (Node, Node) {
    let (home, host) = (Node::start(1).await, Node::start(2).await);
    home.add(&host, host.address).await;
    host.add(&home, home.address).await;
    (home, host)
}

fn assert_equal(home: &Node, host: &Node) {
    let [own, mirror] = home.logs(host);
    let [there_own, there_mirror] = host.logs(home);
    assert_eq!((own, mirror), (there_mirror, there_own));
}

/// A relay that cuts the connection after so many bytes from the dialling side, once.
async fn scissors(to: SocketAddr, after: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut left = Some(after);
        while let Ok((from, _)) = listener.accept().await {
            let to = TcpStream::connect(to).await.unwrap();
            let limit = left.take();
            tokio::spawn(async move {
                let ((mut in_read, mut in_write), (mut out_read, mut out_write)) =
                    (from.into_split(), to.into_split());
                let back =
                    tokio::spawn(
                        async move { tokio::io::copy(&mut out_read, &mut in_write).await },
                    );
                let mut buffer = vec![0; 16 * 1024];
                let mut left = limit.unwrap_or(usize::MAX);
                while let Ok(read @ 1..) = in_read.read(&mut buffer).await {
                    if read > left || out_write.write_all(&buffer[..read]).await.is_err() {
                        break;
                    }
                    left -= read;
                }
                // What got through arrives: a socket that is dropped instead takes it along when it was not read yet.
                let _ = out_write.shutdown().await;
                let _ = back.await;
            });
        }
    });
    address
}
