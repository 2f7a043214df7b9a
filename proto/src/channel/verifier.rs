//! What rustls asks us about a peer's certificate, on both ends. Everything not explicitly good is refused.

use std::sync::{Arc, LazyLock, OnceLock};

use rustls::{
    CertificateError as TlsCertificateError, ClientConfig, DigitallySignedStruct,
    DistinguishedName, Error, PeerIncompatible, PeerMisbehaved, ServerConfig, SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::{
        NoServerSessionStorage,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::SingleCertAndKey,
    version::TLS13,
};

use super::{
    certificate::{CertificateError, PeerIdentity, server_name},
    expect::Expect,
    pins::{Admission, Pins},
    tls_identity::TlsIdentity,
};
use crate::time::Clock;

/// HTTP/2 and nothing else: gRPC needs it, and another protocol's bytes must not be taken for it.
pub(super) const ALPN: &[u8] = b"h2";
/// The only signature our certificates' keys can make.
const SCHEME: SignatureScheme = SignatureScheme::ECDSA_NISTP256_SHA256;

static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(rustls::crypto::ring::default_provider()));

/// The one set of ciphers and signatures in use.
pub(super) fn provider() -> Arc<CryptoProvider> {
    PROVIDER.clone()
}

/// What one handshake's verifier found. rustls keeps only a category; people need the reason.
type Verdict = OnceLock<Result<PeerIdentity, CertificateError>>;

/// The alert a refused peer receives is all it ever learns, so "not pinned" has one of its own (`access_denied`).
fn refusal(error: &CertificateError) -> Error {
    Error::InvalidCertificate(match error {
        CertificateError::NotPinned(_)
        | CertificateError::Retired { .. }
        | CertificateError::WrongKey { .. } => TlsCertificateError::ApplicationVerificationFailure,
        CertificateError::Expired { .. } => TlsCertificateError::Expired,
        CertificateError::NotYetValid { .. } => TlsCertificateError::NotValidYet,
        _ => TlsCertificateError::BadEncoding,
    })
}

fn check_signature(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    if signature.scheme != SCHEME {
        return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
    }
    let algorithms = &PROVIDER.signature_verification_algorithms;
    verify_tls13_signature(message, certificate, signature, algorithms)
}

fn no_tls12() -> Error {
    PeerIncompatible::SupportedVersionsExtensionRequired.into()
}

/// The dialling side's verifier: one organization is expected, under the name of the key it was pinned with first. Made anew for each
/// handshake.
#[derive(Debug)]
pub(super) struct ExpectedServer {
    expected: Expect,
    clock: ClockHandle,
    verdict: Verdict,
}

impl ExpectedServer {
    pub(super) fn new(expected: Expect, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            expected,
            clock: ClockHandle(clock),
            verdict: Verdict::new(),
        })
    }

    pub(super) fn refused(&self) -> Option<CertificateError> {
        self.verdict.get()?.as_ref().err().cloned()
    }

    fn judge(
        &self,
        certificate: &[u8],
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
    ) -> Result<PeerIdentity, CertificateError> {
        if !chain.is_empty() {
            return Err(CertificateError::Chain);
        }
        let now = (self.clock.0)();
        let peer = PeerIdentity::verify(certificate, now)?;
        let expected = self.expected.name;
        match self.expected.pins.admit(&peer.key, &peer.succession, now) {
            Ok(name) if name == expected => {}
            Err(retired @ CertificateError::Retired { .. }) => return Err(retired),
            Ok(_) | Err(_) => {
                return Err(CertificateError::WrongKey {
                    expected: self.expected.current(),
                    found: peer.key_id,
                });
            }
        }
        // The certificate's name was compared with its key; this compares the name dialled.
        match name {
            ServerName::DnsName(name) if name.as_ref() == server_name(&expected) => {
                Ok(PeerIdentity {
                    pinned_as: expected,
                    introduced: true,
                    ..peer
                })
            }
            _ => Err(CertificateError::Name(peer.key_id)),
        }
    }
}

impl ServerCertVerifier for ExpectedServer {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        _ambient_now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.judge(certificate, chain, name);
        let answer = verdict.as_ref().map(|_| ServerCertVerified::assertion());
        let answer = answer.map_err(refusal);
        // A verifier serves one handshake, which asks once; a second answer could only repeat the first.
        let _ = self.verdict.set(verdict);
        answer
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        check_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SCHEME]
    }
}

/// The listening side's verifier: a certificate is mandatory, and its key must be pinned or come to be introduced.
/// Made anew for each handshake.
#[derive(Debug)]
pub(super) struct AdmittedClient {
    pins: Pins,
    admission: Admission,
    clock: ClockHandle,
    verdict: Verdict,
}

impl AdmittedClient {
    pub(super) fn new(pins: Pins, admission: Admission, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            pins,
            admission,
            clock: ClockHandle(clock),
            verdict: Verdict::new(),
        })
    }

    /// What was found, once the client has shown its certificate.
    pub(super) fn verdict(&self) -> Option<Result<PeerIdentity, CertificateError>> {
        self.verdict.get().cloned()
    }

    fn judge(
        &self,
        certificate: &[u8],
        chain: &[CertificateDer<'_>],
    ) -> Result<PeerIdentity, CertificateError> {
        if !chain.is_empty() {
            return Err(CertificateError::Chain);
        }
        let now = (self.clock.0)();
        let peer = PeerIdentity::verify(certificate, now)?;
        match (
            self.pins.admit(&peer.key, &peer.succession, now),
            self.admission,
        ) {
            (Ok(name), _) => Ok(PeerIdentity {
                pinned_as: name,
                introduced: true,
                ..peer
            }),
            (Err(CertificateError::NotPinned(_)), Admission::AllowIntroduction) => Ok(peer),
            (Err(refused), _) => Err(refused),
        }
    }
}

impl ClientCertVerifier for AdmittedClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        _ambient_now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verdict = self.judge(certificate, chain);
        let answer = verdict.as_ref().map(|_| ClientCertVerified::assertion());
        let answer = answer.map_err(refusal);
        // As above: asked once.
        let _ = self.verdict.set(verdict);
        answer
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(no_tls12())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        check_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SCHEME]
    }
}

/// rustls wants verifiers that can be printed; a clock cannot.
struct ClockHandle(Clock);

impl std::fmt::Debug for ClockHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
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
