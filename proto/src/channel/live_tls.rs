//! The TLS identity that a listener and its diallers show, replaceable while they run.

use tokio::sync::watch;

use super::tls_identity::TlsIdentity;

/// The TLS identity in use, which can be replaced while connections are made: every handshake takes the one of its moment. Clones
/// share it; live connections stay as they are.
#[derive(Clone, Debug)]
pub struct LiveTls(watch::Sender<TlsIdentity>);

impl LiveTls {
    /// The one in use.
    pub fn current(&self) -> TlsIdentity {
        self.0.borrow().clone()
    }

    /// Every handshake from now on shows this one.
    pub fn replace(&self, tls: TlsIdentity) {
        self.0.send_replace(tls);
    }
}

impl From<&TlsIdentity> for LiveTls {
    fn from(tls: &TlsIdentity) -> Self {
        Self(watch::Sender::new(tls.clone()))
    }
}

impl From<&Self> for LiveTls {
    fn from(tls: &Self) -> Self {
        tls.clone()
    }
}
