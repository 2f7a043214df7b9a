//! Whose connections are taken: the keys pinned now, shared by everything that accepts or serves.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use tokio::sync::watch;

use super::certificate::CertificateError;
use crate::{
    id::KeyId,
    identity::{PublicKey, Succession},
    time::Timestamp,
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Pin {
    key: PublicKey,
    until: Option<Timestamp>,
    /// The key under which this organization was pinned first.
    name: KeyId,
    /// Its organization replaced it: it can put no other key in its place any more.
    retired: bool,
}

#[derive(Debug)]
struct Shared {
    pinned: RwLock<HashMap<KeyId, Pin>>,
    /// Strangers are let in before this instant, in milliseconds.
    strangers: AtomicI64,
    changes: watch::Sender<()>,
}

/// The pinned keys. Clones share one set; a change reaches live connections at once.
#[derive(Clone, Debug)]
pub struct Pins(Arc<Shared>);

impl Default for Pins {
    fn default() -> Self {
        Self::new()
    }
}

impl Pins {
    /// Nobody is pinned.
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            pinned: RwLock::default(),
            strangers: AtomicI64::new(i64::MIN),
            changes: watch::Sender::new(()),
        }))
    }

    /// Takes this key's connections from now on, before `until` if given. Replaces an earlier pin of the same key.
    pub fn pin(&self, key: PublicKey, until: Option<Timestamp>) {
        let name = key.key_id();
        self.set(&Pin {
            key,
            until,
            name,
            retired: false,
        });
    }

    /// Takes the connections of the key that an organization has now, which was pinned first under `name`.
    pub fn pin_as(&self, name: KeyId, key: PublicKey) {
        self.set(&Pin {
            key,
            until: None,
            name,
            retired: false,
        });
    }

    /// The organization that was pinned first under `name` replaced this key: its connections are taken before `until` only, and a
    /// statement by it is followed no more.
    pub fn retire(&self, name: KeyId, key: PublicKey, until: Timestamp) {
        self.set(&Pin {
            key,
            until: Some(until),
            name,
            retired: true,
        });
    }

    fn set(&self, pin: &Pin) {
        let key_id = pin.key.key_id();
        let same = |pinned: &HashMap<_, _>| pinned.get(&key_id) == Some(pin);
        if !same(&self.0.pinned.read().unwrap_or_else(PoisonError::into_inner)) {
            self.change(|pinned| {
                pinned.insert(key_id, *pin);
            });
        }
    }

    /// Takes the connections of this organization no more, whichever of its keys is named, and cuts the live ones.
    pub fn unpin(&self, key_id: &KeyId) {
        self.change(|pinned| {
            let name = pinned.get(key_id).map_or(*key_id, |pin| pin.name);
            pinned.retain(|_, pin| pin.name != name);
        });
    }

    /// Lets keys through TLS that are not pinned, before this instant: so long somebody may redeem an invitation. Their connections are marked
    /// (`PeerIdentity::introduced` is false), every call but `Introduce` must be refused, and they end after
    /// [`super::INTRODUCTION_LIMIT`] unless the key is pinned by then. None: whoever is not pinned is refused at the handshake.
    pub fn let_in_strangers(&self, until: Option<Timestamp>) {
        let until = until.map_or(i64::MIN, Timestamp::millis);
        self.0.strangers.store(until, Ordering::Release);
    }

    pub(super) fn lets_in_strangers(&self, now: Timestamp) -> bool {
        now.millis() < self.0.strangers.load(Ordering::Acquire)
    }

    /// Under which name the peer that shows this key, and how it came to be, is pinned here. A key that follows from a pinned one is
    /// pinned from now on in its place; the replaced one stays for the overlap.
    pub fn admit(
        &self,
        key: &PublicKey,
        succession: &Succession,
        now: Timestamp,
    ) -> Result<KeyId, CertificateError> {
        let key_id = key.key_id();
        if let Some(pin) = self.find(&key_id, now) {
            return Ok(pin.name);
        }
        let any = self.any(&key_id);
        if let Some(Pin {
            retired: true,
            until: Some(until),
            ..
        }) = any
        {
            return Err(CertificateError::Retired { key: key_id, until });
        }
        // The newest pinned key in the row: older ones may have been pinned too, and are retired.
        let from = succession.rotations().iter().rev().find_map(|rotation| {
            self.find(&rotation.old_key.key_id(), now)
                .filter(|pin| !pin.retired)
        });
        let Some(from) = from.filter(|_| succession.last() == Some(*key)) else {
            return Err(CertificateError::NotPinned(key_id));
        };
        for rotation in succession.after(&from.key) {
            self.retire(from.name, rotation.old_key, rotation.overlap_until);
        }
        self.set(&Pin {
            key: *key,
            until: from.until,
            name: from.name,
            retired: false,
        });
        Ok(from.name)
    }

    /// The key that the organization pinned first under `name` has now.
    pub fn current(&self, name: &KeyId) -> Option<PublicKey> {
        let pinned = self.0.pinned.read().unwrap_or_else(PoisonError::into_inner);
        let mut pins = pinned.values();
        pins.find(|pin| pin.name == *name && !pin.retired)
            .map(|pin| pin.key)
    }

    /// Is the key pinned at this instant?
    pub fn is_pinned(&self, key_id: &KeyId, now: Timestamp) -> bool {
        self.find(key_id, now).is_some()
    }

    /// The pinned key behind a fingerprint.
    pub fn key(&self, key_id: &KeyId, now: Timestamp) -> Option<PublicKey> {
        self.find(key_id, now).map(|pin| pin.key)
    }

    /// Until when the key is pinned, the end of time if without end; `None` when it is not pinned.
    pub(super) fn until(&self, key_id: &KeyId, now: Timestamp) -> Option<Timestamp> {
        let end_of_time = Timestamp::from_millis(i64::MAX);
        self.find(key_id, now)
            .map(|pin| pin.until.unwrap_or(end_of_time))
    }

    /// Tells of every change from now on. Look at the set after subscribing, or a change in between goes unseen.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }

    fn find(&self, key_id: &KeyId, now: Timestamp) -> Option<Pin> {
        self.any(key_id)
            .filter(|pin| pin.until.is_none_or(|until| now < until))
    }

    fn any(&self, key_id: &KeyId) -> Option<Pin> {
        // A panic elsewhere cannot leave a map half changed here, so a poisoned lock still guards good data.
        let pinned = self.0.pinned.read().unwrap_or_else(PoisonError::into_inner);
        pinned.get(key_id).copied()
    }

    fn change(&self, change: impl FnOnce(&mut HashMap<KeyId, Pin>)) {
        change(
            &mut self
                .0
                .pinned
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        );
        self.0.changes.send_replace(());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::identity::{IdentityKey, KeyRotation};

    const END: Timestamp = Timestamp::from_millis(1000);

    fn public(seed: u8) -> PublicKey {
        IdentityKey::from_seed([seed; 32]).public()
    }

    fn row(keys: &[u8]) -> Succession {
        let key = |seed: u8| IdentityKey::from_seed([seed; 32]);
        let steps = keys
            .windows(2)
            .map(|pair| KeyRotation::sign(&key(pair[0]), &key(pair[1]), END).unwrap());
        Succession::new(steps.collect()).unwrap()
    }

    #[test]
    fn a_key_follows_the_pinned_one_and_the_old_one_stays_for_the_overlap() {
        let pins = Pins::new();
        pins.pin(public(1), None);
        let before = END.plus_millis(-1);
        let name = pins.admit(&public(3), &row(&[1, 2, 3]), before).unwrap();
        assert_eq!(name, public(1).key_id());
        assert_eq!(pins.current(&name), Some(public(3)));
        assert_eq!(pins.admit(&public(3), &Succession::NONE, END), Ok(name));
        assert_eq!(pins.admit(&public(1), &Succession::NONE, before), Ok(name));
        assert!(matches!(
            pins.admit(&public(1), &Succession::NONE, END),
            Err(CertificateError::Retired { .. })
        ));
        // Whoever stole the old key puts no other in its place, neither during the overlap nor after it.
        for now in [before, END] {
            let stolen = pins.admit(&public(9), &row(&[1, 9]), now);
            assert_eq!(stolen, Err(CertificateError::NotPinned(public(9).key_id())));
        }
        pins.unpin(&public(3).key_id());
        assert!(pins.admit(&public(1), &Succession::NONE, before).is_err());
    }

    #[test]
    fn without_a_pinned_key_in_the_row_nobody_enters() {
        let pins = Pins::new();
        pins.pin(public(5), None);
        let refused = |key: u8, keys: &[u8]| pins.admit(&public(key), &row(keys), END).unwrap_err();
        assert_eq!(
            refused(3, &[1, 2, 3]),
            CertificateError::NotPinned(public(3).key_id())
        );
        assert_eq!(
            refused(7, &[5, 6]),
            CertificateError::NotPinned(public(7).key_id())
        );
    }

    #[test]
    fn a_pin_holds_until_its_instant() {
        let pins = Pins::new();
        let key = IdentityKey::from_seed([1; 32]).public();
        let end = Timestamp::from_millis(1000);
        pins.pin(key, Some(end));
        assert!(pins.is_pinned(&key.key_id(), end.plus_millis(-1)));
        assert!(!pins.is_pinned(&key.key_id(), end));
        pins.pin(key, None);
        assert_eq!(pins.key(&key.key_id(), end), Some(key));
    }

    #[test]
    fn strangers_come_in_until_their_instant_only() {
        let pins = Pins::new();
        let before = END.plus_millis(-1);
        assert!(!pins.lets_in_strangers(before));
        pins.let_in_strangers(Some(END));
        assert!(pins.lets_in_strangers(before) && !pins.lets_in_strangers(END));
        pins.let_in_strangers(None);
        assert!(!pins.lets_in_strangers(before));
    }

    #[test]
    fn clones_share_and_tell() {
        let pins = Pins::new();
        let key = IdentityKey::from_seed([1; 32]).public();
        let changes = pins.changes();
        pins.clone().pin(key, None);
        assert!(changes.has_changed().is_ok_and(|changed| changed));
        assert!(pins.is_pinned(&key.key_id(), Timestamp::default()));
        pins.unpin(&key.key_id());
        assert!(!pins.is_pinned(&key.key_id(), Timestamp::default()));
    }
}
