//! Through which door a call came, and so as whom: over TLS as the key that was proven, over the Unix socket as the department.

use hongyan_proto::{
    channel::{ConnectInfo, PeerIdentity},
    time::Timestamp,
};
use tonic::{Extensions, Request, Status, service::Interceptor};

use super::{Gateway, refusal};
use crate::domain::access::Role;

/// Where a face is served.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Door {
    /// On the gateway's own Unix socket or within its process: the operator.
    Local,
    /// Over mutual TLS.
    Network,
}

/// The peer that TLS proved.
pub(super) fn peer(extensions: &Extensions) -> Result<&PeerIdentity, Status> {
    extensions
        .get::<ConnectInfo>()
        .map(|info| &info.peer)
        .ok_or_else(|| refusal::not_granted(None))
}

impl Door {
    /// As what the call may ask.
    pub(super) fn role(self, gateway: &Gateway, extensions: &Extensions) -> Result<Role, Status> {
        if self == Self::Local {
            return Ok(Role::Department);
        }
        let info = extensions.get::<ConnectInfo>();
        let register = gateway.store.register();
        // Looked up anew on every call: a right that was taken away ends at once.
        let name = info.map(|info| gateway.name(&info.peer, gateway.now()));
        let grant = name.and_then(|name| register.callers.get(&name));
        grant
            .map(|grant| grant.role.clone())
            .ok_or_else(|| refusal::not_granted(info))
    }
}

/// Lets through what a known key calls. In front of everything on the network but `ReportService`, whose `Enroll` an unknown
/// key may call and whose `Submit` looks for itself.
#[derive(Clone)]
pub(super) struct KnownOnly(pub(super) Gateway);

impl Interceptor for KnownOnly {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let info = request.extensions().get::<ConnectInfo>();
        let known = info.is_some_and(|info| self.0.is_known(&info.peer, self.0.now()));
        if known {
            Ok(request)
        } else {
            Err(refusal::not_granted(info))
        }
    }
}

impl Gateway {
    /// May this key be here at all? A granted caller's key is pinned the first time it comes, so that its connection may stay.
    fn is_known(&self, peer: &PeerIdentity, now: Timestamp) -> bool {
        let register = self.store.register();
        // Callers are known by fingerprint only: the key that was granted something may be one its owner has replaced since.
        let mut keys = peer.succession.keys_before().chain([peer.key]);
        let granted = keys.find(|key| register.callers.contains_key(&key.key_id()));
        if let Some(granted) = granted
            && self.pins.current(&granted.key_id()).is_none()
        {
            self.pins.pin(granted, None);
        }
        let name = self.name(peer, now);
        register.callers.contains_key(&name) || register.reporter(&name).is_some()
    }
}
