//! Who has a session with whom right now. Both sides may dial at the same moment; one of the two sessions is enough.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use hongyan_proto::id::KeyId;
use tokio::sync::Notify;

use super::driver::Role;

/// Sessions that one partner may have with this node at once, as the side that dialled: a new one may begin before the end of
/// the one before it was noticed.
const ANSWERED_AT_ONCE: u32 = 4;

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    dialled: bool,
    answered: u32,
}

/// The sessions under way, by partner.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    counts: Mutex<HashMap<KeyId, Count>>,
    freed: Notify,
}

/// A place in the table; leaving it frees the place.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Slots,
    partner: KeyId,
    role: Role,
}

impl Slots {
    /// Takes a place for a session; none when another session between the two will do. When both dial at once, the call of the
    /// side with the smaller key goes on.
    pub(super) fn enter(&self, own: &KeyId, partner: KeyId, role: Role) -> Option<Slot> {
        let mut counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(partner).or_default();
        let free = match role {
            Role::Dialled => !count.dialled && count.answered == 0,
            Role::Answered => {
                count.answered < ANSWERED_AT_ONCE && (!count.dialled || partner < *own)
            }
        };
        if !free {
            return None;
        }
        match role {
            Role::Dialled => count.dialled = true,
            Role::Answered => count.answered += 1,
        }
        Some(Slot {
            slots: self.clone(),
            partner,
            role,
        })
    }

    /// Is a session with this partner under way?
    pub(super) fn is_taken(&self, partner: &KeyId) -> bool {
        let counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.contains_key(partner)
    }

    /// Waits until a place to dial is free. The caller bounds the time.
    pub(super) async fn wait(&self, own: &KeyId, partner: KeyId) -> Slot {
        loop {
            let freed = self.0.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            if let Some(slot) = self.enter(own, partner, Role::Dialled) {
                return slot;
            }
            freed.await;
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let shared = &self.slots.0;
        let mut counts = shared.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.partner) {
            match self.role {
                Role::Dialled => count.dialled = false,
                Role::Answered => count.answered -= 1,
            }
            if !count.dialled && count.answered == 0 {
                counts.remove(&self.partner);
            }
        }
        drop(counts);
        shared.freed.notify_waiters();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn of_two_calls_that_cross_one_goes_on() {
        let (small, large) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
        let (at_small, at_large) = (Slots::default(), Slots::default());
        let _from_small = at_small.enter(&small, large, Role::Dialled).unwrap();
        let _from_large = at_large.enter(&large, small, Role::Dialled).unwrap();
        assert!(at_small.enter(&small, large, Role::Answered).is_none());
        assert!(at_large.enter(&large, small, Role::Answered).is_some());
    }

    #[test]
    fn a_place_is_freed_by_leaving_it() {
        let (own, partner) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
        let slots = Slots::default();
        let answered: Vec<_> =
            std::iter::from_fn(|| slots.enter(&own, partner, Role::Answered)).collect();
        assert_eq!(answered.len(), ANSWERED_AT_ONCE as usize);
        assert!(slots.enter(&own, partner, Role::Dialled).is_none());
        drop(answered);
        assert!(slots.enter(&own, partner, Role::Dialled).is_some());
        assert!(slots.0.counts.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn who_waits_is_told() {
        let (own, partner) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
        let slots = Slots::default();
        let first = slots.enter(&own, partner, Role::Dialled).unwrap();
        let (_second, ()) = tokio::join!(slots.wait(&own, partner), async move { drop(first) });
    }
}
