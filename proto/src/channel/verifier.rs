//! What rustls asks us about a peer's certificate, on both ends. Everything not explicitly good is refused.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use rustls::{
    CertificateError as TlsCertificateError, DigitallySignedStruct, DistinguishedName, Error,
    PeerIncompatible, PeerMisbehaved, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::verify_tls13_signature,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use super::{
    certificate::{CertificateError, PeerIdentity, server_name},
    config::provider,
    expect::Expect,
    pins::Pins,
};
use crate::time::{Clock, Timestamp};

/// The only signature our certificates' keys can make.
const SCHEME: SignatureScheme = SignatureScheme::ECDSA_NISTP256_SHA256;

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

/// What one handshake's verifier goes by on either end, and what it found: rustls keeps only a category, people need the reason.
struct Examination {
    clock: Clock,
    verdict: OnceLock<Result<PeerIdentity, CertificateError>>,
}

impl Examination {
    const fn new(clock: Clock) -> Self {
        Self {
            clock,
            verdict: OnceLock::new(),
        }
    }

    /// Who shows this certificate, and when; whether it is welcome is another question.
    fn peer(
        &self,
        certificate: &[u8],
        chain: &[CertificateDer<'_>],
    ) -> Result<(PeerIdentity, Timestamp), CertificateError> {
        if !chain.is_empty() {
            return Err(CertificateError::Chain);
        }
        let now = (self.clock)();
        Ok((PeerIdentity::verify(certificate, now)?, now))
    }

    fn end(&self, verdict: Result<PeerIdentity, CertificateError>) -> Result<(), Error> {
        let answer = verdict.as_ref().map(drop).map_err(refusal);
        // A verifier serves one handshake, which asks once; a second answer could only repeat the first.
        let _ = self.verdict.set(verdict);
        answer
    }
}

/// rustls wants verifiers that can be printed; a clock cannot.
impl fmt::Debug for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Examination").field(&self.verdict).finish()
    }
}

/// What both of rustls's verifiers are asked about a handshake's signature: TLS 1.3 only, and really checked.
macro_rules! signatures {
    () => {
        fn verify_tls12_signature(
            &self,
            _message: &[u8],
            _certificate: &CertificateDer<'_>,
            _signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Err(PeerIncompatible::SupportedVersionsExtensionRequired.into())
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            if signature.scheme != SCHEME {
                return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
            }
            let algorithms = &provider().signature_verification_algorithms;
            verify_tls13_signature(message, certificate, signature, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            vec![SCHEME]
        }
    };
}

/// The dialling side's verifier: one organization is expected, under the name of the key it was pinned with first. Made anew for each
/// handshake.
#[derive(Debug)]
pub(super) struct ExpectedServer {
    expected: Expect,
    examination: Examination,
}

impl ExpectedServer {
    pub(super) fn new(expected: Expect, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            expected,
            examination: Examination::new(clock),
        })
    }

    pub(super) fn refused(&self) -> Option<CertificateError> {
        self.examination.verdict.get()?.as_ref().err().cloned()
    }

    fn judge(
        &self,
        certificate: &[u8],
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
    ) -> Result<PeerIdentity, CertificateError> {
        let (peer, now) = self.examination.peer(certificate, chain)?;
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
                self.expected
                    .answered
                    .get_or_init(|| peer.succession.clone());
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
        self.examination
            .end(self.judge(certificate, chain, name))
            .map(|()| ServerCertVerified::assertion())
    }

    signatures!();
}

/// The listening side's verifier: a certificate is mandatory, and its key must be pinned or come to be introduced.
/// Made anew for each handshake.
#[derive(Debug)]
pub(super) struct AdmittedClient {
    pins: Pins,
    examination: Examination,
}

impl AdmittedClient {
    pub(super) fn new(pins: Pins, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            pins,
            examination: Examination::new(clock),
        })
    }

    /// What was found, once the client has shown its certificate.
    pub(super) fn verdict(&self) -> Option<Result<PeerIdentity, CertificateError>> {
        self.examination.verdict.get().cloned()
    }

    fn judge(
        &self,
        certificate: &[u8],
        chain: &[CertificateDer<'_>],
    ) -> Result<PeerIdentity, CertificateError> {
        let (peer, now) = self.examination.peer(certificate, chain)?;
        match self.pins.admit(&peer.key, &peer.succession, now) {
            Ok(name) => Ok(PeerIdentity {
                pinned_as: name,
                introduced: true,
                ..peer
            }),
            Err(CertificateError::NotPinned(_)) if self.pins.lets_in_strangers(now) => Ok(peer),
            Err(refused) => Err(refused),
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
        self.examination
            .end(self.judge(certificate, chain))
            .map(|()| ClientCertVerified::assertion())
    }

    signatures!();
}
