//! One's own TLS key and certificate: replaceable at any time, bound to the identity key.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _, SanType,
};
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{
    certificate::{CertificateError, PeerIdentity, server_name},
    config::provider,
    extension::{BINDING_OID, Binding},
    succession::{SUCCESSION_OID, succession_to_der},
};
use crate::{
    identity::{IdentityKey, Succession},
    time::Timestamp,
};

/// The last second an X.509 time can name: 9999-12-31T23:59:59Z, in milliseconds.
const LAST_TIME_MS: i64 = 253_402_300_799_000;

/// A TLS identity that cannot be issued or read.
#[derive(Debug, Error)]
pub enum TlsIdentityError {
    /// The validity is empty or outside what a certificate can say.
    #[error("证书有效期无效: {0} 至 {1}  not a validity a certificate can have")]
    Validity(Timestamp, Timestamp),
    /// The library could not make it.
    #[error("无法签发 TLS 证书: {0}  the TLS certificate could not be issued")]
    Issue(#[from] rcgen::Error),
    /// The stored text is not PEM of the expected kind.
    #[error(
        "TLS {0} 文件损坏; 用身份密钥重新签发 the stored TLS {0} is damaged; issue it again from the identity key"
    )]
    Pem(&'static str),
    /// The stored certificate is not good.
    #[error("TLS 证书无效 the stored TLS certificate is not good: {0}")]
    Certificate(#[from] CertificateError),
    /// The stored key is not the certificate's.
    #[error(
        "TLS 私钥与证书不配; 用身份密钥重新签发 the TLS key is not the certificate's; issue both again: {0}"
    )]
    Mismatch(rustls::Error),
}

/// A P-256 key with its certificate. Cheap to clone.
#[derive(Clone)]
pub struct TlsIdentity {
    certificate: CertificateDer<'static>,
    key: Arc<Zeroizing<Vec<u8>>>,
    pub(super) certified: Arc<CertifiedKey>,
    peer: PeerIdentity,
}

impl TlsIdentity {
    /// Makes a new P-256 key and a certificate for it. The key comes from the operating system's randomness, as the TLS
    /// library takes no other.
    ///
    /// The certificate is no authority (CA:FALSE) and names no key usage, so that a client which trusts exactly this
    /// certificate as its root (OpenSSL, `BoringSSL`) takes it for the self-signed leaf it is.
    pub fn issue(
        identity: &IdentityKey,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Self, TlsIdentityError> {
        Self::issue_after(identity, &Succession::NONE, not_before, not_after)
    }

    /// The same for a key that replaced another: the certificate also shows how, so that whoever pinned the other can follow.
    pub fn issue_after(
        identity: &IdentityKey,
        succession: &Succession,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Result<Self, TlsIdentityError> {
        let key_pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let binding = Binding::sign(identity, &key_pair.subject_public_key_info());
        let name = server_name(&identity.public().key_id());
        let mut extensions = vec![(BINDING_OID, binding.to_der())];
        if !succession.rotations().is_empty() {
            extensions.push((SUCCESSION_OID, succession_to_der(succession)));
        }
        let certificate = assemble(&key_pair, &extensions, &name, not_before, not_after)?;
        Self::from_der(certificate, Zeroizing::new(key_pair.serialize_der()))
    }

    /// Reads what [`Self::certificate_pem`] and [`Self::key_pem`] gave. An expired one is read too: the caller looks at
    /// [`Self::not_after`] and issues a new one.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, TlsIdentityError> {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes())
            .map_err(|_| TlsIdentityError::Pem("证书 certificate"))?;
        let key = PrivatePkcs8KeyDer::from_pem_slice(key.as_bytes())
            .map_err(|_| TlsIdentityError::Pem("私钥 key"))?;
        Self::from_der(certificate, Zeroizing::new(key.secret_pkcs8_der().to_vec()))
    }

    fn from_der(
        certificate: CertificateDer<'static>,
        key: Zeroizing<Vec<u8>>,
    ) -> Result<Self, TlsIdentityError> {
        let peer = PeerIdentity::parse(&certificate)?;
        let certified = certify(certificate.clone(), &key)?;
        certified.keys_match().map_err(TlsIdentityError::Mismatch)?;
        Ok(Self {
            certificate,
            key: Arc::new(key),
            certified: Arc::new(certified),
            peer,
        })
    }

    /// Whom the certificate shows: oneself.
    pub fn peer(&self) -> &PeerIdentity {
        &self.peer
    }

    /// Until when the certificate is valid.
    pub fn not_after(&self) -> Timestamp {
        self.peer.not_after
    }

    /// The certificate, DER.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificate as text: for the disk, and for clients that trust exactly this certificate.
    pub fn certificate_pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    /// The private key as PKCS#8 text, to be stored under seal.
    pub fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem("PRIVATE KEY", &self.key))
    }
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsIdentity")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

fn certify(
    certificate: CertificateDer<'static>,
    key: &[u8],
) -> Result<CertifiedKey, TlsIdentityError> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.to_vec()));
    let key = provider()
        .key_provider
        .load_private_key(key)
        .map_err(TlsIdentityError::Mismatch)?;
    Ok(CertifiedKey::new(vec![certificate], key))
}

/// A self-signed certificate with these extensions of ours and this name.
fn assemble(
    key_pair: &KeyPair,
    extensions: &[([u64; 9], Vec<u8>)],
    name: &str,
    not_before: Timestamp,
    not_after: Timestamp,
) -> Result<CertificateDer<'static>, TlsIdentityError> {
    let validity = || TlsIdentityError::Validity(not_before, not_after);
    if not_before > not_after || not_after.millis() > LAST_TIME_MS {
        return Err(validity());
    }
    // rcgen's time type comes from a crate we do not name; counting from its epoch needs only the standard library.
    let since_epoch = |time: Timestamp| {
        u64::try_from(time.millis())
            .map(std::time::Duration::from_millis)
            .map_err(|_| validity())
    };
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let mut params = CertificateParams::default();
    params.not_before = epoch + since_epoch(not_before)?;
    params.not_after = epoch + since_epoch(not_after)?;
    params.subject_alt_names = vec![SanType::DnsName(name.try_into()?)];
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    params.custom_extensions = extensions
        .iter()
        .map(|(oid, der)| CustomExtension::from_oid_content(oid, der.clone()))
        .collect();
    Ok(params.self_signed(key_pair)?.der().clone())
}

/// RFC 7468 text: lines of 64 characters.
fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in Zeroizing::new(STANDARD.encode(der)).as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text + "-----END " + label + "-----\n"
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identity::KeyRotation;

    pub(in crate::channel) const OVERLAP: Timestamp = Timestamp::from_millis(1_760_000_000_000);
    pub(in crate::channel) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    pub(in crate::channel) const NOW: Timestamp = Timestamp::from_millis(1_750_000_000_000);
    pub(in crate::channel) const END: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    pub(in crate::channel) fn identity(seed: u8) -> IdentityKey {
        IdentityKey::from_seed([seed; 32])
    }

    pub(in crate::channel) fn issued(seed: u8) -> TlsIdentity {
        TlsIdentity::issue(&identity(seed), START, END).unwrap()
    }

    /// A certificate as an attacker or a broken program would make it; the reader's checks are not run.
    pub(in crate::channel) fn forged(
        certificate: CertificateDer<'static>,
        key: &[u8],
    ) -> TlsIdentity {
        TlsIdentity {
            certified: Arc::new(certify(certificate.clone(), key).unwrap()),
            certificate,
            key: Arc::new(Zeroizing::new(key.to_vec())),
            peer: issued(0).peer,
        }
    }

    /// A certificate for `name` whose binding was signed by `seed`'s key over another TLS key when `stolen`.
    pub(in crate::channel) fn crooked(seed: u8, name: &str, stolen: bool) -> TlsIdentity {
        let key_pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let other = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let signed = if stolen { &other } else { &key_pair };
        let binding = Binding::sign(&identity(seed), &signed.subject_public_key_info()).to_der();
        let binding = [(BINDING_OID, binding)];
        let certificate = assemble(&key_pair, &binding, name, START, END).unwrap();
        forged(certificate, &key_pair.serialize_der())
    }

    /// How key 1 became this one, step by step.
    pub(in crate::channel) fn row(to: u8) -> Succession {
        let step = |from| KeyRotation::sign(&identity(from), &identity(from + 1), OVERLAP).unwrap();
        Succession::new((1..to).map(step).collect()).unwrap()
    }

    /// A certificate of `seed`'s key that shows how it came from key 1.
    pub(in crate::channel) fn rotated(seed: u8) -> TlsIdentity {
        TlsIdentity::issue_after(&identity(seed), &row(seed), START, END).unwrap()
    }

    /// A certificate of `seed`'s key that shows how another became key `to`.
    pub(in crate::channel) fn borrowed(seed: u8, to: u8) -> TlsIdentity {
        let key_pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let binding = Binding::sign(&identity(seed), &key_pair.subject_public_key_info());
        let extensions = [
            (BINDING_OID, binding.to_der()),
            (SUCCESSION_OID, succession_to_der(&row(to))),
        ];
        let certificate = assemble(&key_pair, &extensions, &name(seed), START, END).unwrap();
        forged(certificate, &key_pair.serialize_der())
    }

    #[test]
    fn a_certificate_shows_how_its_key_came_to_be() {
        let peer = verify(&rotated(9)).unwrap();
        assert_eq!(peer.key, identity(9).public());
        assert_eq!(peer.succession, row(9));
        assert!(rotated(9).certificate_der().len() < 2500);
        let stolen = TlsIdentity::issue_after(&identity(5), &row(3), START, END);
        assert!(matches!(
            stolen,
            Err(TlsIdentityError::Certificate(CertificateError::Succession(
                _
            )))
        ));
    }

    fn name(seed: u8) -> String {
        server_name(&identity(seed).public().key_id())
    }

    fn verify(tls: &TlsIdentity) -> Result<PeerIdentity, CertificateError> {
        PeerIdentity::verify(tls.certificate_der(), NOW)
    }

    #[test]
    fn a_certificate_shows_its_identity_key() {
        let tls = issued(1);
        let peer = verify(&tls).unwrap();
        assert_eq!(peer.key, identity(1).public());
        assert_eq!(peer.key_id, identity(1).public().key_id());
        assert_eq!((peer.not_before, peer.not_after), (START, END));
        assert!(!peer.introduced);
        assert_ne!(peer.spki_hash, verify(&issued(1)).unwrap().spki_hash);
    }

    #[test]
    fn it_is_stored_and_read_again() {
        let tls = issued(1);
        let again = TlsIdentity::from_pem(&tls.certificate_pem(), &tls.key_pem()).unwrap();
        assert_eq!(again.certificate_der(), tls.certificate_der());
        assert_eq!(again.peer(), tls.peer());
        let other = issued(1);
        let mixed = TlsIdentity::from_pem(&tls.certificate_pem(), &other.key_pem());
        assert!(matches!(mixed, Err(TlsIdentityError::Mismatch(_))));
        let swapped = TlsIdentity::from_pem(&tls.key_pem(), &tls.certificate_pem());
        assert!(matches!(swapped, Err(TlsIdentityError::Pem(_))));
    }

    #[test]
    fn validity_holds_on_both_sides() {
        let der = issued(1);
        let der = der.certificate_der();
        assert!(PeerIdentity::verify(der, START).is_ok());
        assert!(PeerIdentity::verify(der, END).is_ok());
        assert!(matches!(
            PeerIdentity::verify(der, START.plus_millis(-1)),
            Err(CertificateError::NotYetValid { .. })
        ));
        assert!(matches!(
            PeerIdentity::verify(der, END.plus_millis(1)),
            Err(CertificateError::Expired { .. })
        ));
        let backwards = TlsIdentity::issue(&identity(1), END, START);
        assert!(matches!(backwards, Err(TlsIdentityError::Validity(..))));
        let too_far = TlsIdentity::issue(&identity(1), START, Timestamp::from_millis(i64::MAX));
        assert!(matches!(too_far, Err(TlsIdentityError::Validity(..))));
    }

    #[test]
    fn crooked_certificates_are_told_apart() {
        let key_id = identity(1).public().key_id();
        assert_eq!(
            verify(&crooked(1, &name(1), true)),
            Err(CertificateError::Binding(key_id))
        );
        assert_eq!(
            verify(&crooked(1, &name(2), false)),
            Err(CertificateError::Name(key_id))
        );
        assert!(verify(&crooked(1, &name(1), false)).is_ok());
    }

    #[test]
    fn exactly_one_binding() {
        let key_pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let binding = Binding::sign(&identity(1), &key_pair.subject_public_key_info()).to_der();
        for bindings in [vec![], vec![binding.clone(), binding]] {
            let bindings: Vec<_> = bindings.into_iter().map(|der| (BINDING_OID, der)).collect();
            let der = assemble(&key_pair, &bindings, &name(1), START, END).unwrap();
            let refused = PeerIdentity::verify(&der, NOW).unwrap_err();
            // A doubled extension is already refused by the X.509 reader or by our count of it.
            assert!(
                matches!(
                    refused,
                    CertificateError::NoIdentity | CertificateError::Malformed(_)
                ),
                "{refused}"
            );
        }
    }

    #[test]
    fn only_p256() {
        let key_pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        let binding = Binding::sign(&identity(1), &key_pair.subject_public_key_info()).to_der();
        let binding = [(BINDING_OID, binding)];
        let der = assemble(&key_pair, &binding, &name(1), START, END).unwrap();
        assert_eq!(
            PeerIdentity::verify(&der, NOW),
            Err(CertificateError::KeyType)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            prop_assert!(PeerIdentity::verify(&bytes, NOW).is_err());
        }
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        for tls in [issued(1), rotated(2)] {
            refuses_every_flipped_bit(&tls);
        }
    }

    fn refuses_every_flipped_bit(tls: &TlsIdentity) {
        let good = verify(tls).unwrap();
        let mut der = tls.certificate_der().to_vec();
        for bit in 0..der.len() * 8 {
            der[bit / 8] ^= 1 << (bit % 8);
            assert!(PeerIdentity::verify(&der, NOW).is_err(), "bit {bit}");
            der[bit / 8] ^= 1 << (bit % 8);
        }
        assert_eq!(PeerIdentity::verify(&der, NOW), Ok(good));
    }

    #[test]
    fn every_cut_is_refused() {
        let tls = issued(1);
        let der = tls.certificate_der();
        for length in 0..der.len() {
            assert!(PeerIdentity::verify(&der[..length], NOW).is_err());
        }
        assert!(PeerIdentity::verify(&[der, &[0]].concat(), NOW).is_err());
    }
}
