//! The TLS key shown at handshakes: made at every start, replaced long before its certificate ends and with every rotation, never stored.

use hongyan_proto::{
    channel::{TlsIdentity, TlsIdentityError},
    identity::{Keyring, Succession},
    time::Timestamp,
};

use super::Link;
use crate::store::{LogNo, Store};

/// How long a certificate is valid, in milliseconds: two years.
const CERTIFICATE_MS: i64 = 2 * 366 * 86_400_000;
/// Partners' clocks may be behind this much, in milliseconds.
const CERTIFICATE_SLACK_MS: i64 = 86_400_000;
/// A certificate is replaced when it ends within this many milliseconds: 60 days.
const RENEW_MS: i64 = 60 * 86_400_000;

/// How this node's key came to be what it is.
pub(super) fn rotations(store: &Store) -> Succession {
    let local = store.log(LogNo::LOCAL);
    let rotations = local.map(|local| local.signers.rotations());
    // What the own log says is in a row.
    Succession::newest(&rotations.unwrap_or_default()).unwrap_or_default()
}

/// A new TLS key, bound to the node's identity of this moment.
pub fn issue_tls(
    store: &Store,
    keys: &Keyring,
    now: Timestamp,
) -> Result<TlsIdentity, TlsIdentityError> {
    TlsIdentity::issue_after(
        &keys.current(),
        &rotations(store),
        now.plus_millis(-CERTIFICATE_SLACK_MS),
        now.plus_millis(CERTIFICATE_MS),
    )
}

impl Link {
    /// Shows a new TLS key from now on, bound to the identity key of this moment. Connections that are kept were made with the one
    /// before: the next session makes a new one, and those under way end by themselves.
    pub fn renew_tls(&self) -> Result<Timestamp, TlsIdentityError> {
        let tls = issue_tls(self.store(), self.keys(), self.now())?;
        let until = tls.not_after();
        self.tls().replace(tls);
        self.forget_channels();
        Ok(until)
    }

    /// The same when the certificate shown ends soon. True when it was replaced.
    pub fn renew_tls_in_time(&self) -> Result<bool, TlsIdentityError> {
        let until = self.tls().current().not_after();
        let soon = until <= self.now().plus_millis(RENEW_MS);
        if soon {
            self.renew_tls()?;
        }
        Ok(soon)
    }
}
