//! How rustls is set up, the same on both ends but for the verifier: TLS 1.3, one provider, HTTP/2, no resumption.

use std::sync::{Arc, LazyLock};

use rustls::{
    ClientConfig, Error, ServerConfig, client::Resumption, crypto::CryptoProvider,
    server::NoServerSessionStorage, sign::SingleCertAndKey, version::TLS13,
};

use super::{
    tls_identity::TlsIdentity,
    verifier::{AdmittedClient, ExpectedServer},
};

/// HTTP/2 and nothing else: gRPC needs it, and another protocol's bytes must not be taken for it.
pub(super) const ALPN: &[u8] = b"h2";

static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));

/// The one set of ciphers and signatures in use.
pub(super) fn provider() -> Arc<CryptoProvider> {
    PROVIDER.clone()
}

/// The dialling side of one handshake. No resumption: a resumed session would skip the verifier.
pub(super) fn client_config(
    tls: &TlsIdentity,
    verifier: Arc<ExpectedServer>,
) -> Result<ClientConfig, Error> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(tls.certified.clone())));
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

/// The listening side of one handshake. No tickets and no session store, for the same reason.
pub(super) fn server_config(
    tls: &TlsIdentity,
    verifier: Arc<AdmittedClient>,
) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(tls.certified.clone())));
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}
