//! Two offices in temporary folders, and a session between them without a network: what one side sends is handed to the other.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use hongyan_proto::{
    id::KeyId,
    identity::{Invitation, KeyRotation, OrganizationName, PublicKey, Succession},
    letter::Text,
    log::{Frame, VerifiedFrame, proof},
    message::Message,
    time::{Day, Timestamp},
};
use prost::Message as _;
use tempfile::TempDir;

use crate::{
    book,
    office::{
        self, Introduction, NewNode, Office, OfficeError, Organization, Request, backup, partner,
    },
    store::{LogNo, Unlock},
    sync::{Action, Roots, Session, Start, cut},
};

const PASSPHRASE: &str = "correct horse battery";

/// One organization.
pub(in crate::office) struct Town {
    pub(in crate::office) office: Office,
    pub(super) folder: TempDir,
    clock: Arc<AtomicI64>,
    requests: AtomicU64,
    /// Every frame that left, as it travelled.
    pub(super) sent: std::sync::Mutex<Vec<Vec<u8>>>,
    /// Kept over all sessions, longer than any link keeps one: it must see by itself what has changed.
    intake: Arc<std::sync::Mutex<book::Intake>>,
}

pub(super) fn unlock(folder: &Path) -> Unlock {
    Unlock::KeyFile(folder.join("unlock.key"))
}

pub(super) fn clock(at: &Arc<AtomicI64>) -> office::Clock {
    let at = Arc::clone(at);
    Arc::new(move || Timestamp::from_millis(at.load(Ordering::SeqCst)))
}

impl Town {
    pub(super) fn new(code: &str, region: &str, seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let organization = Organization {
            code: code.parse().unwrap(),
            name: OrganizationName::parse(&format!("{code} 党委")).unwrap(),
            region: region.parse().unwrap(),
            endpoint: "127.0.0.1:7420".to_owned(),
        };
        let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::from_seed([seed; 32]);
        office::init(
            &data,
            &NewNode {
                organization,
                unlock: unlock(&data),
            },
            &mut rng,
        )
        .unwrap();
        let at = Arc::new(AtomicI64::new(
            "2026-04-01".parse::<Day>().unwrap().start().millis() + 36_000_000,
        ));
        let office =
            Office::open(&data, &unlock(&data), [seed; 32], clock(&at), &|_, _| {}).unwrap();
        Self {
            office,
            folder,
            clock: at,
            requests: AtomicU64::new(0),
            sent: std::sync::Mutex::default(),
            intake: Arc::default(),
        }
    }

    pub(super) fn set_day(&self, day: &str) {
        self.clock.store(
            day.parse::<Day>().unwrap().start().millis() + 36_000_000,
            Ordering::SeqCst,
        );
    }

    pub(super) fn reopen_from(&mut self, office: Office) {
        self.office = office;
    }

    pub(super) fn backup(&self) -> Vec<u8> {
        let mut saved = Vec::new();
        backup::backup(&self.office, PASSPHRASE, &mut saved, &|_, _| {}).unwrap();
        saved
    }

    /// Goes on with what a backup has.
    pub(super) fn restore(&mut self, saved: &[u8]) {
        let data = self.folder.path().join("restored");
        let (opens, seed) = (unlock(&data), [9; 32]);
        backup::restore(
            &data,
            saved,
            PASSPHRASE,
            &opens,
            seed,
            self.clock(),
            &|_, _| {},
        )
        .unwrap();
        let restored = Office::open(&data, &opens, [10; 32], self.clock(), &|_, _| {}).unwrap();
        self.reopen_from(restored);
    }

    pub(super) fn clock(&self) -> office::Clock {
        clock(&self.clock)
    }

    pub(in crate::office) fn request(&self) -> Request {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        Request {
            actor: Text::parse("王书记").unwrap(),
            id,
            digest: [7; 32],
        }
    }

    pub(in crate::office) fn partner(&self) -> book::Partner {
        book::partners(self.office.store()).unwrap().pop().unwrap()
    }

    pub(super) fn size(&self, log: LogNo) -> u64 {
        self.office.store().log(log).unwrap().size()
    }
}

fn rotations(all: &[KeyRotation]) -> Succession {
    Succession::newest(all).unwrap()
}

/// Two that have met.
pub(in crate::office) struct Pair {
    pub(in crate::office) home: Town,
    pub(in crate::office) host: Town,
}

impl Pair {
    pub(super) async fn met() -> Self {
        let (home, host) = (
            Town::new("340800-001", "340800", 1),
            Town::new("320200-001", "320200", 2),
        );
        let (invitation, _) = partner::invite(&home.office, home.request(), "", 0)
            .await
            .unwrap();
        let text = invitation.to_text();
        introduce(&host, &home, &text).await.unwrap();
        Self { home, host }
    }

    pub(super) fn set_day(&self, day: &str) {
        self.home.set_day(day);
        self.host.set_day(day);
    }

    /// Sessions until nobody has anything new to say.
    pub(in crate::office) async fn sync(&self) {
        for _ in 0..4 {
            let before = self.sizes();
            session(&self.home, &self.host).await.unwrap();
            for town in [&self.home, &self.host] {
                let (key, now) = (town.partner().key_id, town.office.now());
                town.office
                    .store()
                    .commit(move |draft| book::acknowledge_receipt(draft, key, now))
                    .await
                    .unwrap();
            }
            if self.sizes() == before {
                return;
            }
        }
        panic!("two nodes talk for ever");
    }

    fn sizes(&self) -> [u64; 4] {
        let of = |town: &Town| {
            let partner = town.partner();
            [town.size(partner.out), town.size(partner.incoming.unwrap())]
        };
        let ([a, b], [c, d]) = (of(&self.home), of(&self.host));
        [a, b, c, d]
    }
}

/// The keys a node shows when it meets somebody: its own, and those before it.
pub(super) fn shown(town: &Town) -> (PublicKey, Succession) {
    let local = town.office.store().log(LogNo::LOCAL).unwrap();
    let rotations = local.signers.rotations();
    let succession = Succession::newest(&rotations).unwrap();
    (town.office.public(), succession)
}

/// What the wiring does over the network: the invited side asks, the inviting side redeems.
pub(super) async fn introduce(asks: &Town, inviter: &Town, text: &str) -> Result<(), OfficeError> {
    let invitation = Invitation::parse(text).unwrap();
    let (key, succession) = shown(inviter);
    let own = partner::own_introduction(&asks.office, &invitation, (key, &succession))?;
    let epoch = own.epoch;
    let caller = Introduction {
        succession: shown(asks).1,
        ..own
    };
    let reply = inviter.office.redeem(invitation.secret, caller).await?;
    let reply = Introduction {
        succession,
        ..reply
    };
    partner::adopt(&asks.office, asks.request(), reply, epoch)
        .await
        .map(drop)
}

struct Side<'a> {
    town: &'a Town,
    session: Session,
    partner: book::Partner,
}

impl<'a> Side<'a> {
    fn open(town: &'a Town) -> (Self, Vec<Action>) {
        let partner = town.partner();
        let store = town.office.store();
        let own = store.log(partner.out).unwrap();
        let mirror = store.log(partner.incoming.unwrap()).unwrap();
        let start = Start {
            own: town.office.checkpoint(own.no).unwrap(),
            own_follow: own.follow(u64::MAX),
            mirror: mirror.follow(own.size()),
            held: mirror
                .checkpoint
                .clone()
                .filter(|held| held.size() == mirror.size()),
            own_base: match book::proposed_here(store, &partner).unwrap() {
                Some(_) => u64::MAX,
                None => partner.out_base,
            },
            now: town.office.now(),
            agreements: Vec::new(),
            reset: book::beginning(store, &partner).unwrap(),
            rotations: rotations(&store.log(LogNo::LOCAL).unwrap().signers.rotations()),
            held_rotations: rotations(&mirror.signers.rotations()),
        };
        let (session, actions) = Session::open(start);
        (
            Self {
                town,
                session,
                partner,
            },
            actions,
        )
    }

    fn read(&self, log_id: hongyan_proto::id::LogId, from: u64, until: u64) -> Frame {
        let store = self.town.office.store();
        let record = store
            .logs()
            .into_iter()
            .find(|record| record.log_id() == log_id)
            .unwrap();
        let mut tree = store.tree_at(record.no, from).unwrap();
        let entries = store.entries(record.no, from..until).unwrap();
        let frame = cut(log_id, &mut tree, entries, |tree| {
            let Some(note) = record.closing(tree.size()).cloned() else {
                let keys = self.town.office.keys();
                let note = record.sign(keys, tree.size(), tree.root()).unwrap();
                return Ok((note, Vec::new()));
            };
            let reader = store.hash_reader(record.no).unwrap();
            Ok((
                note.clone(),
                proof::prove_consistency(&reader, note.size(), tree.size()).unwrap(),
            ))
        });
        frame.unwrap().unwrap()
    }

    fn roots(&self, message: &Message) -> Roots {
        let Message::Hello(hello) = message else {
            return Roots::default();
        };
        let (own, mirror) = self.session.hello_sizes(hello);
        let store = self.town.office.store();
        let root = |log, size| store.tree_at(log, size).ok().map(|tree| tree.root());
        Roots {
            own_at_held: own.and_then(|size| root(self.partner.out, size)),
            mirror_at_own: mirror.and_then(|size| root(self.partner.incoming.unwrap(), size)),
        }
    }

    /// Does what the session asks; returns what is to be sent.
    async fn perform(&mut self, actions: Vec<Action>) -> Result<Vec<Message>, String> {
        let mut out = Vec::new();
        let mut queue: VecDeque<Action> = actions.into();
        let key = self.partner.key_id;
        while let Some(action) = queue.pop_front() {
            match action {
                Action::Send(message) => {
                    let wire = message.clone().into_wire().encode_to_vec();
                    self.town.sent.lock().unwrap().push(wire);
                    out.push(message);
                }
                Action::Read {
                    log_id,
                    from,
                    until,
                } => {
                    let frame = self.read(log_id, from, until);
                    queue.extend(self.session.read(frame));
                }
                Action::MustRecover { until } => {
                    let out = self.partner.out;
                    let locked =
                        move |draft: &mut crate::store::Draft<'_>| draft.must_recover(out, until);
                    self.town.office.store().commit(locked).await.unwrap();
                }
                Action::Confirmed => {
                    let out = self.partner.out;
                    let confirmed = move |draft: &mut crate::store::Draft<'_>| draft.confirmed(out);
                    self.town.office.store().commit(confirmed).await.unwrap();
                }
                Action::Mirror(frame) => {
                    let size = frame.tree().size();
                    let taken = take(self.town, key, frame).await;
                    taken.map_err(|error| error.to_string())?;
                    queue.extend(self.session.stored(size));
                }
                Action::TakeBack(frame) => {
                    let size = frame.tree().size();
                    let keys = self.town.office.keys().clone();
                    let kept = move |draft: &mut crate::store::Draft<'_>| {
                        book::take_back(draft, key, &frame, &keys)
                    };
                    self.town.office.store().commit(kept).await.unwrap();
                    queue.extend(self.session.stored(size));
                }
                Action::Settled { again } => {
                    if !again {
                        let (acked, now) = (
                            self.session.acknowledged().unwrap_or_default(),
                            self.town.office.now(),
                        );
                        let out = self.partner.out;
                        let noted = move |draft: &mut crate::store::Draft<'_>| {
                            book::note_held(draft, key, out, acked)?;
                            book::note_sync(draft, key, 0, now)
                        };
                        self.town.office.store().commit(noted).await.unwrap();
                    }
                }
                Action::Stopped(stop) => return Err(stop.to_string()),
            }
        }
        Ok(out)
    }
}

/// One session, both sides in turns.
pub(super) async fn session(one: &Town, other: &Town) -> Result<(), String> {
    let (mut a, first) = Side::open(one);
    let (mut b, second) = Side::open(other);
    let mut to_b: VecDeque<Message> = a.perform(first).await?.into();
    let mut to_a: VecDeque<Message> = b.perform(second).await?.into();
    while !(to_a.is_empty() && to_b.is_empty()) {
        if let Some(message) = to_b.pop_front() {
            let roots = b.roots(&message);
            let actions = b.session.receive(message, roots);
            to_a.extend(b.perform(actions).await?);
        }
        if let Some(message) = to_a.pop_front() {
            let roots = a.roots(&message);
            let actions = a.session.receive(message, roots);
            to_b.extend(a.perform(actions).await?);
        }
    }
    Ok(())
}

async fn take(
    town: &Town,
    key: KeyId,
    frame: VerifiedFrame,
) -> Result<book::Received, book::BookError> {
    let intake = Arc::clone(&town.intake);
    let taken = town.office.store().commit(move |draft| {
        let mut intake = intake.lock().unwrap();
        intake.receive(draft, key, &book::OpenFrame::open(frame))
    });
    taken.await
}

/// Brings over what one wrote, and nothing goes back: what a session does between two commits.
pub(super) async fn deliver(from: &Town, to: &Town) -> book::Received {
    let (side, _) = Side::open(from);
    let partner = to.partner();
    let store = to.office.store();
    let held = store.log(partner.incoming.unwrap()).unwrap();
    let log = from.office.store().log(side.partner.out).unwrap();
    let frame = side.read(log.log_id(), held.size(), log.size());
    let verified = held.follow(to.size(partner.out)).verify(frame).unwrap();
    take(to, partner.key_id, verified).await.unwrap()
}
