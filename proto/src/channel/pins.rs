//! Whose connections are taken: the keys pinned now, shared by everything that accepts or serves.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::watch;

use crate::{id::KeyId, identity::PublicKey, time::Timestamp};

/// Whom a listener lets through TLS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Admission {
    /// Pinned keys only.
    PinnedOnly,
    /// Also a key that is not pinned, so that it can redeem an invitation. The connection is marked
    /// (`PeerIdentity::introduced` is false), every call but `Introduce` must be refused, and it ends after
    /// [`super::INTRODUCTION_LIMIT`] unless the key is pinned by then.
    AllowIntroduction,
}

#[derive(Clone, Copy, Debug)]
struct Pin {
    key: PublicKey,
    until: Option<Timestamp>,
}

#[derive(Debug)]
struct Shared {
    pinned: RwLock<HashMap<KeyId, Pin>>,
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
            changes: watch::Sender::new(()),
        }))
    }

    /// Takes this key's connections from now on, before `until` if given. Replaces an earlier pin of the same key.
    pub fn pin(&self, key: PublicKey, until: Option<Timestamp>) {
        self.change(|pinned| {
            pinned.insert(key.key_id(), Pin { key, until });
        });
    }

    /// Takes this key's connections no more, and cuts the live ones.
    pub fn unpin(&self, key_id: &KeyId) {
        self.change(|pinned| {
            pinned.remove(key_id);
        });
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
        // A panic elsewhere cannot leave a map half changed here, so a poisoned lock still guards good data.
        let pinned = self.0.pinned.read().unwrap_or_else(PoisonError::into_inner);
        pinned
            .get(key_id)
            .copied()
            .filter(|pin| pin.until.is_none_or(|until| now < until))
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
mod tests {
    use super::*;
    use crate::identity::IdentityKey;

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
