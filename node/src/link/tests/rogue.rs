//! A partner by its key with a program of its own: what it says wrongly is refused by name, and nothing is lost by it.

use tokio::sync::watch;

use super::*;
use crate::sync::WINDOW_FRAMES;

/// A partner by its key, with a program of its own: says what the test wants.
struct Rogue {
    outgoing: mpsc::Sender<pb::SyncRequest>,
    incoming: tonic::Streaming<pb::SyncResponse>,
}

impl Rogue {
    async fn dial(node: &Node, seed: u8) -> Self {
        let address = node.address.to_string();
        let channel = connect(&address, key(node.seed).public(), &tls(&key(seed)), clock()).await;
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

    /// Whoever was stopped meanwhile is heard no more: what stopped it is for the test to read.
    async fn say(&self, message: Message) {
        let message = Some(message.into_wire());
        let _ = self.outgoing.send(pb::SyncRequest { message }).await;
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
            reset: None,
            rotations: Succession::NONE,
            held_rotations: Succession::NONE,
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
    let limits = Limits {
        hello: Duration::from_millis(600),
        ..LIMITS
    };
    let (home, host) = (Node::start_with(1, limits).await, Node::start(2).await);
    home.add(&host, host.address).await;
    let mut rogue = Rogue::dial(&home, 2).await;
    assert_eq!(rogue.stop().await, Some(StopReason::Timeout));
    assert_eq!(rogue.hear().await, None);
}

/// A session whose other end is in the test's hands, message by message.
struct Slow {
    unread: mpsc::Receiver<pb::SyncMessage>,
    say: mpsc::Sender<Result<pb::SyncMessage, tonic::Status>>,
    told: watch::Receiver<u64>,
    session: JoinHandle<Outcome>,
}

impl Slow {
    fn open(home: &Node, partner: Partner) -> Self {
        let link = home.link.clone();
        let (outgoing, unread) = mpsc::channel::<pb::SyncMessage>(driver::OUTGOING_MESSAGES);
        let (say, incoming) = mpsc::channel(1);
        let (tell, told) = watch::channel(0);
        let session = tokio::spawn(async move {
            let stream = driver::Line {
                incoming: ReceiverStream::new(incoming),
                outgoing,
                wrap: |message| message,
            };
            let progress = move |progress: Progress| {
                tell.send_replace(progress.sent);
            };
            driver::run(&link, &partner, stream, driver::Role::Answered, progress).await
        });
        Self {
            unread,
            say,
            told,
            session,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_before_the_hello_goes_out_with_it() {
    let (home, host) = partners().await;
    let mut slow = Slow::open(&home, home.partner(&host));
    // It has looked at its log, and waits for the hello.
    slow.told.changed().await.unwrap();
    home.write(&host, 1).await;
    let hello = Forged::new(2).hello().into_wire();
    slow.say.send(Ok(hello)).await.unwrap();
    let sent = slow.told.wait_for(|sent| *sent == 1);
    tokio::time::timeout(Duration::from_secs(15), sent)
        .await
        .unwrap()
        .unwrap();
    drop(slow.say);
    slow.session.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_acknowledges_what_it_does_not_read_is_left() {
    let (home, host) = partners().await;
    let partner = home.partner(&host);
    let log_id = home.link.store().log(partner.out).unwrap().log_id();
    let Slow {
        unread,
        say,
        mut told,
        session,
    } = Slow::open(&home, partner);
    say.send(Ok(Forged::new(2).hello().into_wire()))
        .await
        .unwrap();
    // Each entry goes out in a frame of its own, and each is acknowledged: the window never closes.
    let mut size = 0;
    while unread.len() < driver::OUTGOING_MESSAGES {
        home.write(&host, 1).await;
        size += 1;
        // What it says between two entries may have taken the last room: then it has ended by now, and hears nothing more.
        if told.wait_for(|sent| *sent >= size).await.is_err() {
            break;
        }
        let acknowledged = Message::Ack { log_id, size };
        if say.send(Ok(acknowledged.into_wire())).await.is_err() {
            break;
        }
    }
    assert!(size > WINDOW_FRAMES as u64, "{size}");
    home.write(&host, 1).await;
    // It reads one more entry, has no room for it, and ends by itself.
    let _ = told.wait_for(|sent| *sent > size).await;
    let limit = Duration::from_secs(30);
    let outcome = tokio::time::timeout(limit, session).await.unwrap().unwrap();
    drop(say);
    assert!(
        matches!(&outcome.end, End::Stopped(stop) if stop.reason == StopReason::Timeout),
        "{outcome:?}"
    );
    assert_eq!(unread.len(), driver::OUTGOING_MESSAGES);
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
    // Another session of the partner's may begin before this one's end is recorded.
    let mut moved = home.link.store().subscribe();
    let recorded = async {
        while home.partner(&host).state != PartnerState::Frozen {
            moved.changed().await.unwrap();
        }
    };
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, recorded).await.unwrap();
    let refused = host.sync(&home).await;
    assert!(
        matches!(&refused.end, End::Stopped(stop) if stop.reason == StopReason::Fork),
        "{refused:?}"
    );
    assert_eq!((refused.sent, refused.received), (0, 0));
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
