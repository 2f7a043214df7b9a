//! The gRPC faces: requests checked at the border, domain and store asked, refusals in words and with machine-readable reasons.
//! No rule is here.

mod convert;
mod department;
mod door;
mod refusal;
mod report;
mod serve;
mod statistics;

use std::sync::{Arc, Mutex};

use hongyan_proto::{
    channel::{PeerIdentity, Pins},
    id::KeyId,
    identity::PublicKey,
    time::{Clock, Timestamp},
};
use rand::rngs::StdRng;
use tonic::Status;

pub use convert::{matrix_query, organizations_asked, query};
pub use report::enrolment;
pub use serve::{local_routes, network_routes};

use crate::{domain::organization::Enrolled, store::Store};

/// What every face shares.
#[derive(Clone)]
pub struct Gateway {
    /// What is kept.
    pub store: Arc<Store>,
    /// Whose connections are taken.
    pub pins: Pins,
    /// The department's own key, as invitations name it.
    pub key: PublicKey,
    /// Where nodes can dial, as invitations name it; empty when it is not known.
    pub endpoint: String,
    /// A count below this is small.
    pub threshold: u64,
    /// What time it is.
    pub clock: Clock,
    /// For invitations' secrets.
    pub rng: Arc<Mutex<StdRng>>,
}

impl Gateway {
    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Pins every key that may call. Callers are known by fingerprint only: theirs is pinned when they come.
    pub fn pin_enrolled(&self) {
        for enrolled in self.store.register().organizations.values() {
            if enrolled.revoked.is_none() {
                self.pin_organization(enrolled);
            }
        }
    }

    /// Pins the key an organization has now, and those before it for their overlap.
    fn pin_organization(&self, enrolled: &Enrolled) {
        let name = enrolled.key.key_id();
        for rotation in &enrolled.rotations {
            self.pins
                .retire(name, rotation.old_key, rotation.overlap_until);
        }
        self.pins.pin_as(name, enrolled.current());
    }

    /// Under which name the peer is known here: the key it was enrolled or granted something with, when its own follows from that.
    fn name(&self, peer: &PeerIdentity, now: Timestamp) -> KeyId {
        let name = self.pins.admit(&peer.key, &peer.succession, now);
        name.unwrap_or(peer.pinned_as)
    }

    /// Takes a key's pin away unless it still may report or ask.
    fn unpin_unless_known(&self, key: &KeyId) {
        let register = self.store.register();
        if register.reporter(key).is_none() && !register.callers.contains_key(key) {
            self.pins.unpin(key);
        }
    }

    /// Runs what may wait for the disk or count for long where it holds up no other call.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let gateway = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&gateway)).await;
        done.unwrap_or_else(|error| {
            Err(Status::internal(format!(
                "内部错误 internal error: {error}"
            )))
        })
    }
}
