//! Real nodes' links on port 0, with real TLS and stores in temporary folders.

#![allow(clippy::unwrap_used)]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use hongyan_proto::{
    channel::{self, Admission, Listener, TlsIdentity, connect},
    id::{Epoch, KeyId, LogOrigin, OrganizationCode, RegionCode},
    identity::{IdentityKey, Invitation, InvitationSecret, OrganizationName, PublicKey, Purpose},
    letter::{EpochAccepted, PartnerAdded, PartnerRevoked, Payload, Text},
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
    store::{Draft, LogNo, NewEntry, StoreError, Unlock},
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

fn local(draft: &mut Draft<'_>, payload: &Payload) -> Result<(), BookError> {
    let new = NewEntry {
        seen: 0,
        time: NOW,
        kind: payload.kind(),
        case_id: None,
        agreement: None,
        payload: payload.encode(),
    };
    let sequence = draft.append(LogNo::LOCAL, new)?;
    let entry = draft.entry(LogNo::LOCAL, sequence)?;
    apply(draft, &Place::LOCAL, entry.header(), Some(payload), false)
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

const LIMITS: Limits = Limits {
    hello: Duration::from_millis(600),
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
        let (link, wishes) =
            Link::new(store, Arc::new(key(seed)), tls.clone(), clock(), limits).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let pins = link.pins().clone();
        let quiet = Arc::new(|_: &channel::HandshakeFailure| {});
        let listener = Listener::start(
            tcp,
            &tls,
            pins,
            Admission::AllowIntroduction,
            clock(),
            quiet,
        );
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
                let payload = letter();
                let new = NewEntry {
                    seen: 0,
                    time: NOW,
                    kind: payload.kind(),
                    case_id: None,
                    agreement: None,
                    payload: payload.encode(),
                };
                let seen = draft.log(out)?.last_seen;
                draft.append(out, NewEntry { seen, ..new })?;
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
                back.abort();
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn both_logs_come_up_to_date_and_receipts_cross() {
    let (home, host) = partners().await;
    home.write(&host, 1500).await;
    host.write(&home, 700).await;
    let outcome = home.sync(&host).await;
    assert_eq!(
        (&outcome.end, outcome.standing),
        (&End::Settled, Standing::Both)
    );
    assert_eq!(outcome.skew_ms, Some(0));
    assert!(
        outcome.received >= 700 && outcome.sent >= 1500,
        "{outcome:?}"
    );
    // Both receipts are in, and neither led to another.
    assert_equal(&home, &host);
    let [own, mirror] = home.logs(&host);
    assert_eq!((own.0, mirror.0), (1501, 701));
    let partner = home.partner(&host);
    assert_eq!((partner.contact.acked, partner.applied), (1501, 1500));
    assert_eq!(
        (partner.contact.last_sync, partner.owes_receipt),
        (Some(NOW), false)
    );
    let again = home.sync(&host).await;
    assert_eq!(
        (again.standing, again.sent, again.received),
        (Standing::Equal, 0, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_in_the_middle_loses_nothing_and_the_next_session_goes_on() {
    let (home, host) = partners().await;
    let relay = scissors(host.address, 500_000).await;
    home.add(&host, relay).await;
    home.write(&host, 4000).await;
    let cut = home.sync(&host).await;
    assert!(matches!(cut.end, End::Cut(_)), "{cut:?}");
    assert!(home.partner(&host).contact.problem.is_some());
    let outcome = home.sync(&host).await;
    assert_eq!(outcome.end, End::Settled);
    assert!(
        outcome.sent < 4000,
        "what was stored was not sent again: {}",
        outcome.sent
    );
    assert_equal(&home, &host);
    assert_eq!(home.partner(&host).contact.problem, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_may_only_redeem_an_invitation() {
    let (home, host) = (Node::start(1).await, Node::start(2).await);
    // The home has pinned the host, the host has not pinned the home.
    home.add(&host, host.address).await;
    let refused = home.link.sync(host.id(), |_| {}).await.unwrap_err();
    assert!(
        matches!(refused, LinkError::Refused(Reason::NotPinned)),
        "{refused}"
    );
    assert!(
        home.partner(&host)
            .contact
            .problem
            .unwrap()
            .contains("not pinned")
    );
    let channel = connect(&host.address.to_string(), host.id(), &tls(&key(1)), clock())
        .await
        .unwrap();
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel);
    let request = tonic_health::pb::HealthCheckRequest {
        service: String::new(),
    };
    let status = health.check(request.clone()).await.unwrap_err();
    assert_eq!(Reason::of(&status), Some(Reason::NotPinned));
    host.add(&home, home.address).await;
    health.check(request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_makes_partners_of_two_once() {
    let (home, host) = (Node::start(1).await, Node::start(2).await);
    let secret = InvitationSecret::from_slice(&[5; 16]).unwrap();
    *host.secret.lock().unwrap() = Some(secret.clone());
    let who = host.identity();
    let mut invitation = Invitation {
        endpoint: who.endpoint.clone().unwrap(),
        code: who.code,
        name: who.name,
        region: who.region,
        key: key(2).public(),
        secret: InvitationSecret::from_slice(&[6; 16]).unwrap(),
        expires: NOW.plus_millis(1000),
        purpose: Purpose::Partner,
    };
    let introduce = async |invitation: &Invitation| {
        home.link
            .introduce(invitation, &home.identity(), epoch(1))
            .await
    };
    let wrong = introduce(&invitation).await.unwrap_err();
    assert!(
        matches!(wrong, LinkError::Refused(Reason::InvitationUnknown)),
        "{wrong}"
    );
    invitation.secret = secret;
    let met = introduce(&invitation).await.unwrap();
    assert_eq!((met.key, met.epoch), (key(2).public(), epoch(2)));
    assert_eq!(met.identity, host.identity());
    home.add(&host, host.address).await;
    home.write(&host, 3).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    assert_equal(&home, &host);
    let second = introduce(&invitation).await.unwrap_err();
    assert!(
        matches!(second, LinkError::Refused(Reason::InvitationUnknown)),
        "{second}"
    );
    // Another key answers at the address than the invitation names.
    invitation.key = key(3).public();
    let other = introduce(&invitation).await.unwrap_err();
    assert!(matches!(other, LinkError::Channel(_)), "{other}");
}

/// A partner by its key, with a program of its own: says what the test wants.
struct Rogue {
    outgoing: mpsc::Sender<pb::SyncRequest>,
    incoming: tonic::Streaming<pb::SyncResponse>,
}

impl Rogue {
    async fn dial(node: &Node, seed: u8) -> Self {
        let address = node.address.to_string();
        let channel = connect(&address, node.id(), &tls(&key(seed)), clock()).await;
        let mut client = client::client(channel.unwrap());
        loop {
            let (outgoing, requests) = mpsc::channel(64);
            match client.sync(ReceiverStream::new(requests)).await {
                Ok(answers) => {
                    let incoming = answers.into_inner();
                    return Self { outgoing, incoming };
                }
                // The sessions before this one are still being recorded.
                Err(status) => assert_eq!(Reason::of(&status), Some(Reason::Busy)),
            }
        }
    }

    async fn say(&self, message: Message) {
        let message = Some(message.into_wire());
        self.outgoing
            .send(pb::SyncRequest { message })
            .await
            .unwrap();
    }

    async fn hear(&mut self) -> Option<Message> {
        let response = self.incoming.message().await.ok()??;
        Some(Message::from_wire(response.message.unwrap()).unwrap())
    }

    async fn stop(&mut self) -> Option<StopReason> {
        while let Some(message) = self.hear().await {
            if let Message::Stop(stop) = message {
                return Some(stop.reason);
            }
        }
        None
    }
}

/// The log a rogue host writes to the home, and the ways it can be wrong.
struct Forged {
    origin: LogOrigin,
    signer: IdentityKey,
    entries: Vec<Entry>,
}

impl Forged {
    fn new(epoch_seed: u8) -> Self {
        let origin = LogOrigin {
            author: key(2).public().key_id(),
            audience: key(1).public().key_id(),
            epoch: epoch(epoch_seed),
        };
        let entries = (0..5).map(|sequence| {
            let body = body::seal([3; 16], &letter().encode());
            let header = NewHeader {
                log_id: origin.log_id(),
                sequence,
                seen: 0,
                time: NOW,
                kind: letter().kind(),
                case_id: None,
                agreement: None,
                body_hash: body::body_hash(&body),
            };
            Entry::join(header.encode(), body).unwrap()
        });
        Self {
            origin,
            signer: key(2),
            entries: entries.collect(),
        }
    }

    fn note(&self, size: usize) -> SignedCheckpoint {
        let mut tree = Tree::new();
        self.entries[..size]
            .iter()
            .for_each(|entry| tree.append(entry.header().leaf_hash()));
        SignedCheckpoint::sign(&self.signer, &self.origin, tree.size(), tree.root()).unwrap()
    }

    fn frame(&self) -> Frame {
        Frame::new(
            self.origin.log_id(),
            0,
            &self.entries,
            &self.note(5),
            vec![],
        )
    }

    fn hello(&self) -> Message {
        Message::Hello(Hello {
            protocol: PROTOCOL,
            own: self.note(5).note().clone(),
            held: None,
            time: NOW,
            agreements: vec![],
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_verify_is_refused_by_name_and_leaves_everything_as_it_was() {
    let (home, host) = partners().await;
    home.write(&host, 10).await;
    host.write(&home, 2).await;
    let before = home.logs(&host);
    let good = Forged::new(2);
    let mut wrong_root = good.frame();
    wrong_root.entries.pop();
    wrong_root.entries.push(pb::Entry {
        header: good.entries[4].header().bytes().clone(),
        body: Bytes::from_static(b"another body, sixteen bytes and more"),
    });
    let mut gap = good.frame();
    gap.first = 1;
    let mut short = good.frame();
    short.entries.pop();
    let other_epoch = Forged::new(9);
    let mut forged_signature = good.frame();
    forged_signature.checkpoint = Forged {
        signer: key(3),
        ..Forged::new(2)
    }
    .note(5)
    .note()
    .clone();
    let rows = [
        (good.hello(), wrong_root, StopReason::BadFrame),
        (good.hello(), gap, StopReason::BadFrame),
        (good.hello(), short, StopReason::BadFrame),
        (good.hello(), forged_signature, StopReason::BadFrame),
        (good.hello(), other_epoch.frame(), StopReason::BadFrame),
        (other_epoch.hello(), other_epoch.frame(), StopReason::Epoch),
    ];
    for (number, (hello, frame, reason)) in rows.into_iter().enumerate() {
        let mut rogue = Rogue::dial(&home, 2).await;
        rogue.say(hello).await;
        rogue.say(Message::Frame(frame)).await;
        assert_eq!(rogue.stop().await, Some(reason), "row {number}");
        assert_eq!(home.logs(&host), before, "row {number}");
    }
    let mut rogue = Rogue::dial(&home, 2).await;
    rogue.say(Message::Done { size: 7 }).await;
    assert_eq!(rogue.stop().await, Some(StopReason::Protocol));
    // The true host is served as before.
    assert_eq!(host.sync(&home).await.end, End::Settled);
    assert_equal(&home, &host);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_peer_is_told_and_left() {
    let (home, _host) = partners().await;
    let mut rogue = Rogue::dial(&home, 2).await;
    assert_eq!(rogue.stop().await, Some(StopReason::Timeout));
    assert_eq!(rogue.hear().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_histories_are_kept_as_evidence_and_stop_the_correspondence() {
    let (home, host) = partners().await;
    host.write(&home, 5).await;
    assert_eq!(host.sync(&home).await.end, End::Settled);
    // The same key signs another log of the same epoch.
    let mut rogue = Rogue::dial(&home, 2).await;
    rogue.say(Forged::new(2).hello()).await;
    assert_eq!(rogue.stop().await, Some(StopReason::Fork));
    while rogue.hear().await.is_some() {}
    // The record is written before the next call is answered: the place is freed after it.
    let refused = loop {
        match host.link.sync(home.id(), |_| {}).await {
            Err(LinkError::Refused(Reason::Busy)) => {}
            other => break other,
        }
    };
    assert!(
        matches!(refused, Err(LinkError::Refused(Reason::Fork))),
        "{refused:?}"
    );
    assert_eq!(home.partner(&host).state, PartnerState::Frozen);
    let evidence = home
        .link
        .store()
        .scan_view(crate::store::View::Evidence, host.id().as_bytes(), 9)
        .unwrap();
    assert_eq!(evidence.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_partner_is_cut_off_and_told_why() {
    let (home, host) = partners().await;
    let mut live = Rogue::dial(&home, 2).await;
    live.say(Forged::new(2).hello()).await;
    assert!(matches!(live.hear().await, Some(Message::Hello(_))));
    home.revoke(&host).await;
    // Ends, with the word for it when the connection lives long enough to carry it.
    let reason = live.stop().await;
    assert!(
        matches!(reason, None | Some(StopReason::Revoked)),
        "{reason:?}"
    );
    let refused = host.link.sync(home.id(), |_| {}).await.unwrap_err();
    let words = refused.to_string();
    assert!(
        words.contains("撤销") && words.contains("revoked"),
        "{words}"
    );
    let refused = home.link.sync(host.id(), |_| {}).await.unwrap_err();
    assert!(matches!(refused, LinkError::RevokedHere));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_goes_out_by_itself_and_comes_back_as_a_receipt() {
    let (mut home, mut host) = partners().await;
    let schedules = [home.wishes.take(), host.wishes.take()]
        .into_iter()
        .zip([home.link.clone(), host.link.clone()])
        .map(|(wishes, link)| tokio::spawn(schedule(link, wishes.unwrap(), [7; 32])))
        .collect::<Vec<_>>();
    let applied = async |node: &Node, other: &Node, size: u64| {
        let mut moved = node.link.store().subscribe();
        while node.partner(other).applied < size {
            moved.changed().await.unwrap();
        }
    };
    let limit = Duration::from_secs(30);
    home.write(&host, 1).await;
    tokio::time::timeout(limit, applied(&home, &host, 1))
        .await
        .unwrap();
    host.write(&home, 1).await;
    tokio::time::timeout(limit, applied(&host, &home, 1))
        .await
        .unwrap();
    home.link.close();
    host.link.close();
    for schedule in schedules {
        schedule.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_carried_by_hand_does_what_a_session_does() {
    let (home, host) = partners().await;
    home.write(&host, 1200).await;
    let letter = home.link.export_letter(host.id(), None).await.unwrap();
    assert_eq!((letter.own.clone(), letter.more), (0..1200, false));
    let read = host.link.import_letter(letter.bytes.clone()).await.unwrap();
    assert_eq!((read.partner, read.outcome.received), (home.id(), 1200));
    assert_eq!(read.outcome.standing, Standing::Behind);
    // Twice is nothing new, and no error.
    let twice = host.link.import_letter(letter.bytes.clone()).await.unwrap();
    assert_eq!(twice.outcome.received, 0);
    // The letter back carries the receipt.
    let back = host.link.export_letter(home.id(), None).await.unwrap();
    assert_eq!(back.own, 0..1);
    home.link.import_letter(back.bytes).await.unwrap();
    assert_equal(&home, &host);
    let partner = home.partner(&host);
    assert_eq!((partner.applied, partner.contact.acked), (1200, 1200));
    // The first letter again, old by now, is not taken for a loss.
    host.link.import_letter(letter.bytes.clone()).await.unwrap();
    // Not for the home itself, not from a stranger, not cut short.
    let own = home
        .link
        .import_letter(letter.bytes.clone())
        .await
        .unwrap_err();
    assert!(own.to_string().contains("another organization"), "{own}");
    let cut = host
        .link
        .import_letter(letter.bytes[..letter.bytes.len() / 2].to_vec())
        .await;
    assert!(cut.unwrap_err().to_string().contains("cut short"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_letter_is_named_with_the_place_to_export_from() {
    let (home, host) = partners().await;
    home.write(&host, 5).await;
    let first = home.link.export_letter(host.id(), None).await.unwrap();
    home.write(&host, 5).await;
    let second = home.link.export_letter(host.id(), Some(5)).await.unwrap();
    let gap = host
        .link
        .import_letter(second.bytes.clone())
        .await
        .unwrap_err();
    assert!(gap.to_string().contains("letter export --from 0"), "{gap}");
    host.link.import_letter(first.bytes).await.unwrap();
    let read = host.link.import_letter(second.bytes).await.unwrap();
    assert_eq!(read.outcome.received, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_names_the_first_thing_that_is_wrong() {
    let (home, host) = partners().await;
    home.write(&host, 2).await;
    let steps = home.link.check(host.id()).await.unwrap();
    let state = |steps: &[Check], name| {
        steps
            .iter()
            .find(|step| step.name == name)
            .map(|step| step.state)
            .unwrap()
    };
    for name in [
        CheckName::Name,
        CheckName::Port,
        CheckName::Tls,
        CheckName::Key,
        CheckName::Clock,
    ] {
        assert_eq!(state(&steps, name), CheckState::Ok, "{steps:?}");
    }
    assert_eq!(state(&steps, CheckName::Version), CheckState::Ok);
    assert_eq!(state(&steps, CheckName::Agreement), CheckState::Warn);
    assert_eq!(
        state(&steps, CheckName::Backlog),
        CheckState::Ok,
        "{steps:?}"
    );
    // Somebody else answers there.
    let other = Node::start(3).await;
    home.add(&host, other.address).await;
    let steps = home.link.check(host.id()).await.unwrap();
    assert_eq!(state(&steps, CheckName::Tls), CheckState::Ok, "{steps:?}");
    assert_eq!(state(&steps, CheckName::Key), CheckState::Failed);
    let found = &steps[3].found.zh;
    assert!(
        found.contains(&host.id().spoken()) && found.contains(&other.id().spoken()),
        "{found}"
    );
    assert_eq!(state(&steps, CheckName::Clock), CheckState::Skipped);
    // Nobody does.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = port.local_addr().unwrap();
    drop(port);
    home.add(&host, free).await;
    let steps = home.link.check(host.id()).await.unwrap();
    assert_eq!(state(&steps, CheckName::Port), CheckState::Failed);
    assert!(!steps[1].remedy.zh.is_empty());
}

/// The home as it was before it wrote anything: restored from a backup that is too old.
async fn restored(host: &Node) -> Node {
    let home = Node::start(1).await;
    home.add(host, host.address).await;
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_entries_come_back_from_the_partner_in_a_session() {
    let (home, host) = partners().await;
    home.write(&host, 1300).await;
    host.write(&home, 4).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    let before = home.logs(&host);
    let again = restored(&host).await;
    let outcome = again.sync(&host).await;
    assert_eq!(
        (&outcome.end, outcome.standing),
        (&End::Settled, Standing::LostHere)
    );
    assert_eq!(
        (outcome.recovered, outcome.received),
        (before[0].0, before[1].0)
    );
    assert_equal(&again, &host);
    // Its own entries are the very same; a receipt for what came back may follow them.
    let out = again.partner(&host).out;
    let tree = again.link.store().tree_at(out, before[0].0).unwrap();
    assert_eq!(tree.root(), before[0].1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_entries_come_back_by_letters_too() {
    let (home, host) = partners().await;
    home.write(&host, 5).await;
    host.write(&home, 3).await;
    assert_eq!(home.sync(&host).await.end, End::Settled);
    let before = home.logs(&host);
    let again = restored(&host).await;
    // The host cannot know it yet, and its letter says what is missing.
    host.write(&home, 1).await;
    let unknowing = host.link.export_letter(again.id(), None).await.unwrap();
    let lost = again.link.import_letter(unknowing.bytes).await.unwrap_err();
    assert!(lost.to_string().contains("are lost here"), "{lost}");
    let asking = again.link.export_letter(host.id(), None).await.unwrap();
    host.link.import_letter(asking.bytes).await.unwrap();
    let giving = host.link.export_letter(again.id(), Some(0)).await.unwrap();
    assert_eq!(giving.given_back, 0..before[0].0);
    let read = again.link.import_letter(giving.bytes).await.unwrap();
    assert_eq!(read.outcome.recovered, before[0].0);
    assert_eq!(read.outcome.standing, Standing::LostHere);
    let [own, mirror] = again.logs(&host);
    // Its own entries are as they were, and the receipt for the new one follows them.
    assert_eq!((own.0, mirror.0), (before[0].0 + 1, before[1].0 + 1));
}
