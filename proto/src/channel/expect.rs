//! Whom a dialler expects to answer.

use std::sync::{Arc, OnceLock};

use super::pins::Pins;
use crate::{
    id::KeyId,
    identity::{PublicKey, Succession},
};

/// Who must answer: the organization that is pinned under this name, with the key it has now, one that follows from it, or, for the
/// overlap, the one before.
#[derive(Clone, Debug)]
pub struct Expect {
    pub(super) name: KeyId,
    pub(super) pins: Pins,
    /// How the key came to be that answered first.
    pub(super) answered: Arc<OnceLock<Succession>>,
}

impl Expect {
    /// The organization pinned first under `name`. A key that follows is pinned in `pins`, so that the caller sees it there.
    pub fn pinned(name: KeyId, pins: &Pins) -> Self {
        let pins = pins.clone();
        Self {
            name,
            pins,
            answered: Arc::default(),
        }
    }

    /// How the key came to be of whoever answered, as its certificate shows; nothing before anybody answered.
    pub fn succession(&self) -> Succession {
        self.answered.get().cloned().unwrap_or_default()
    }

    /// The key it has now, as far as it is known.
    pub(super) fn current(&self) -> KeyId {
        let current = self.pins.current(&self.name);
        current.map_or(self.name, |key| key.key_id())
    }
}

/// Exactly this key, or one that follows from it.
impl From<PublicKey> for Expect {
    fn from(key: PublicKey) -> Self {
        let pins = Pins::new();
        pins.pin(key, None);
        Self::pinned(key.key_id(), &pins)
    }
}
