//! The node's connections: sessions with partners over pinned TLS, when to dial them, what is wrong when it does not work, sealed
//! letters in and out, and the way to the gateway.
//!
//! What a session does is decided in `sync`, what an entry means in `book`: here it is only carried out.

mod author;
mod check;
mod client;
mod driver;
mod error;
mod feed;
mod gateway;
mod keep;
mod letter;
mod newest;
mod outcome;
mod record;
mod schedule_loop;
pub mod scheduler;
mod server;
mod slots;
mod tls;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hongyan_proto::{
    channel::{LiveTls, Pins, TlsIdentity},
    id::{AgreementHash, KeyId},
    identity::{Keyring, PublicKey, Succession},
    time::{Clock, Timestamp},
};
use tokio::sync::{Semaphore, mpsc, watch};

pub use self::{
    check::{Check, CheckName, CheckState, Words},
    client::Introduced,
    driver::Limits,
    error::{ERROR_DOMAIN, LinkError, Reason},
    gateway::{Enrolled, Submitted},
    letter::{Exported, Imported, LetterFailure},
    outcome::{End, Outcome, Progress, Standing},
    schedule_loop::schedule,
    server::{Caller, Identity, Redeem, routes},
    tls::issue_tls,
};
use self::{client::Known, slots::Slots};
use crate::{
    book::{self, BookError, Partner, PartnerState},
    store::Store,
};

/// Sessions at the same time, over all partners. Each holds a thread and a window of frames.
pub const SESSIONS_AT_ONCE: usize = 64;

/// This node's connections. Clones are handles to the same.
#[derive(Clone)]
pub struct Link(Arc<Inner>);

struct Inner {
    store: Store,
    keys: Keyring,
    tls: LiveTls,
    pins: Pins,
    clock: Clock,
    limits: Limits,
    slots: Slots,
    sessions: Arc<Semaphore>,
    channels: Mutex<HashMap<KeyId, Known>>,
    closing: watch::Sender<bool>,
    asked: mpsc::UnboundedSender<scheduler::Event>,
    /// Held while the pins are made what the book says.
    refreshing: Mutex<()>,
    /// When the scheduler dials whom next. Empty without one.
    tries: Mutex<BTreeMap<KeyId, Timestamp>>,
}

/// What the scheduler's loop listens to. Given out once, by [`Link::new`].
#[derive(Debug)]
pub struct Wishes(mpsc::UnboundedReceiver<scheduler::Event>);

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link")
            .field(&self.0.keys.current().public().key_id())
            .finish()
    }
}

impl Link {
    /// Opens no connection yet. Pins every partner that is not revoked.
    pub fn new(
        store: Store,
        keys: impl Into<Keyring>,
        tls: &TlsIdentity,
        clock: Clock,
        limits: Limits,
    ) -> Result<(Self, Wishes), BookError> {
        let (asked, wishes) = mpsc::unbounded_channel();
        let link = Self(Arc::new(Inner {
            store,
            keys: keys.into(),
            tls: tls.into(),
            pins: Pins::new(),
            clock,
            limits,
            slots: Slots::default(),
            sessions: Arc::new(Semaphore::new(SESSIONS_AT_ONCE)),
            channels: Mutex::default(),
            closing: watch::Sender::new(false),
            asked,
            refreshing: Mutex::default(),
            tries: Mutex::default(),
        }));
        link.refresh_pins()?;
        Ok((link, Wishes(wishes)))
    }

    /// Makes the pins what the book says: to be called after a partner was added, revoked or changed its key.
    pub fn refresh_pins(&self) -> Result<(), BookError> {
        // One at a time: what was read first must not be set last.
        let _one = self
            .0
            .refreshing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for partner in book::partners(self.store())? {
            let pinned = self.pins().current(&partner.key_id);
            match (partner.state, pinned) {
                (PartnerState::Revoked, Some(_)) => self.drop_partner(&partner.key_id),
                (PartnerState::Revoked, None) => {}
                _ => self.pin(&partner, pinned),
            }
            if partner.state != PartnerState::Revoked && !partner.endpoint.is_empty() {
                self.tell(scheduler::Event::Known(partner.key_id));
            }
        }
        let invited = book::invited_until(self.store())?;
        self.pins().let_in_strangers(invited);
        Ok(())
    }

    /// Pins the key a partner has now, and its earlier ones for their overlap. A key it has shown since, with its statements, stays.
    fn pin(&self, partner: &Partner, shown: Option<PublicKey>) {
        for change in &partner.rotations {
            self.pins()
                .retire(partner.key_id, change.old_key, change.until);
        }
        let known: Vec<_> = partner.keys().collect();
        if shown.is_none_or(|shown| known.contains(&shown)) {
            self.pins().pin_as(partner.key_id, partner.signer);
        }
    }

    fn drop_partner(&self, key: &KeyId) {
        self.pins().unpin(key);
        self.forget_channel(key);
        self.tell(scheduler::Event::Gone(*key));
    }

    /// A person, or another room, wants this partner dialled now.
    pub fn ask(&self, key: KeyId) {
        self.tell(scheduler::Event::Asked(key));
    }

    /// When the scheduler dials a partner next; none while a session runs, when it waits for people, or without a scheduler.
    pub fn next_try(&self, key: &KeyId) -> Option<Timestamp> {
        self.tries().get(key).copied()
    }

    fn tries(&self) -> MutexGuard<'_, BTreeMap<KeyId, Timestamp>> {
        self.0.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: scheduler::Event) {
        // Without a scheduler nobody dials by itself: a node that only runs one command.
        let _ = self.0.asked.send(event);
    }

    /// Ends every session; nothing new is begun.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// Tells when the node closes.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.0.closing.subscribe()
    }

    /// The keys whose connections are taken.
    pub fn pins(&self) -> &Pins {
        &self.0.pins
    }

    /// What this node shows at every handshake.
    pub fn tls(&self) -> &LiveTls {
        &self.0.tls
    }

    /// The clock everything here goes by.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// The store whose letters travel.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    fn keys(&self) -> &Keyring {
        &self.0.keys
    }

    fn rotations(&self) -> Succession {
        tls::rotations(self.store())
    }

    fn limits(&self) -> Limits {
        self.0.limits
    }

    /// The agreements in force with a partner, for the hello.
    fn agreements(
        &self,
        partner: &Partner,
        now: Timestamp,
    ) -> Result<Vec<AgreementHash>, BookError> {
        let in_force = book::in_force(self.store(), partner, now.day())?;
        Ok(in_force
            .map(|agreement| agreement.hash)
            .into_iter()
            .collect())
    }
}

#[cfg(test)]
mod tests;
