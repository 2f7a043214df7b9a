//! The keys a running program holds: the one that is valid, and those it replaced as long as they are of use.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use super::key::{IdentityKey, PublicKey};

struct Keys {
    current: Arc<IdentityKey>,
    others: Vec<Arc<IdentityKey>>,
}

/// Clones share one ring, so that a rotation reaches every room at once.
#[derive(Clone)]
pub struct Keyring(Arc<RwLock<Keys>>);

impl Keyring {
    /// A ring with the valid key, and the keys it replaced.
    pub fn new(current: Arc<IdentityKey>, others: Vec<Arc<IdentityKey>>) -> Self {
        Self(Arc::new(RwLock::new(Keys { current, others })))
    }

    /// The key that signs what is new.
    pub fn current(&self) -> Arc<IdentityKey> {
        self.with(|keys| Arc::clone(&keys.current))
    }

    /// The private half of this key, when it is held.
    pub fn find(&self, public: &PublicKey) -> Option<Arc<IdentityKey>> {
        self.all().into_iter().find(|key| key.public() == *public)
    }

    /// Every key held, the valid one first.
    pub fn all(&self) -> Vec<Arc<IdentityKey>> {
        self.with(|keys| {
            std::iter::once(&keys.current)
                .chain(&keys.others)
                .cloned()
                .collect()
        })
    }

    /// Holds one more key without using it yet: what is signed for a log goes by the log's own record of its signers, and that may
    /// name the new key a moment before [`Self::promote`] is called.
    pub fn prepare(&self, key: Arc<IdentityKey>) {
        self.change(|keys| keys.others.push(key));
    }

    /// From now on this key is the valid one; the one before stays in the ring.
    pub fn promote(&self, public: &PublicKey) {
        self.change(|keys| {
            if let Some(at) = keys.others.iter().position(|key| key.public() == *public) {
                let promoted = keys.others.swap_remove(at);
                let before = std::mem::replace(&mut keys.current, promoted);
                keys.others.push(before);
            }
        });
    }

    /// Gives up every key but the valid one for which `keep` says no.
    pub fn retain(&self, mut keep: impl FnMut(&PublicKey) -> bool) {
        self.change(|keys| keys.others.retain(|key| keep(&key.public())));
    }

    fn with<T>(&self, read: impl FnOnce(&Keys) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Keys)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl From<Arc<IdentityKey>> for Keyring {
    fn from(key: Arc<IdentityKey>) -> Self {
        Self::new(key, Vec::new())
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As with the key itself: not even the public halves.
        f.write_str("Keyring(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_key_is_found_before_it_is_the_valid_one() {
        let [old, new] = [1, 2].map(|seed| Arc::new(IdentityKey::from_seed([seed; 32])));
        let ring = Keyring::from(old.clone());
        let shared = ring.clone();
        ring.prepare(new.clone());
        assert_eq!(shared.current().public(), old.public());
        assert!(shared.find(&new.public()).is_some());
        ring.promote(&new.public());
        assert_eq!(shared.current().public(), new.public());
        assert!(shared.find(&old.public()).is_some());
        ring.retain(|_| false);
        assert!(shared.find(&old.public()).is_none());
        assert_eq!(shared.all().len(), 1);
    }
}
