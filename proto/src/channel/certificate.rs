//! What a peer's certificate must be, and what it proves.

use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, oid_registry::Oid,
    prelude::FromDer as _, x509::X509Version,
};

use super::{
    extension::{BINDING_OID, Binding},
    succession::{SUCCESSION_OID, succession_from_der},
};
use crate::{
    id::{Hash, KeyId},
    identity::{PublicKey, Succession},
    time::Timestamp,
};

/// Longest certificate that is looked at, in bytes. Ours have about 600, and 203 more for every rotation they show.
const CERTIFICATE_LIMIT: usize = 4096;
/// Hex digits of the key id in a certificate's name: half of it, as a DNS label holds at most 63 characters.
const NAME_DIGITS: usize = 32;
/// DER of a P-256 `SubjectPublicKeyInfo` up to its uncompressed point (RFC 5480).
const P256_SPKI: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// DER of the `AlgorithmIdentifier` ecdsa-with-SHA256 (RFC 5758).
const ECDSA_WITH_SHA256: [u8; 12] = [
    0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
];
/// Bytes of the DER header of a sequence of 256 to 65,535 bytes, as every certificate is.
const LONG_HEADER: usize = 4;
const P256_SPKI_LENGTH: usize = P256_SPKI.len() + 64;

/// Why a certificate is refused.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum CertificateError {
    /// Not one well-formed X.509 v3 certificate.
    #[error(
        "证书无法读取 ({0}); 对方可能不是鸿雁节点 the certificate cannot be read; the other side may be no Hongyan program"
    )]
    Malformed(&'static str),
    /// Not made for a P-256 key.
    #[error(
        "证书的密钥不是 P-256; 请对方重新签发 the certificate's key is not P-256; ask them to issue it again"
    )]
    KeyType,
    /// No identity key in it, or more than one.
    #[error(
        "证书未绑定身份密钥; 对方不是鸿雁节点 the certificate names no identity key; the other side is no Hongyan program"
    )]
    NoIdentity,
    /// The identity key did not sign this TLS key: someone pretends.
    #[error(
        "证书中的身份签名不符 (指纹 {0}); 有人冒充, 请勿继续 the identity key did not sign this certificate: someone pretends to be it; do not go on"
    )]
    Binding(KeyId),
    /// The certificate was altered after it was signed.
    #[error(
        "证书自签名不符; 证书被改动 the certificate's own signature does not match: it was altered"
    )]
    SelfSignature,
    /// The certificate's name is not the one of its identity key.
    #[error(
        "证书名称与身份密钥不一致 (指纹 {0}) the certificate's name is not that of its identity key"
    )]
    Name(KeyId),
    /// Valid only later. Mostly a clock is wrong.
    #[error(
        "证书到 {not_before} 才生效, 本机时间 {now}; 请核对两边的时钟 the certificate is valid only from then; compare both clocks"
    )]
    NotYetValid {
        /// From when it is valid.
        not_before: Timestamp,
        /// The time here.
        now: Timestamp,
    },
    /// No longer valid.
    #[error(
        "证书已于 {not_after} 过期, 本机时间 {now}; 请证书持有方重新签发并核对时钟 the certificate has expired; its owner must issue a new one; compare clocks too"
    )]
    Expired {
        /// Until when it was valid.
        not_after: Timestamp,
        /// The time here.
        now: Timestamp,
    },
    /// The statements of how its identity key was replaced are not good, or lead to another key.
    #[error(
        "证书中的换钥声明无效 (指纹 {0}); 用电话核对指纹 the certificate's statements about its replaced key are not good: compare fingerprints by telephone"
    )]
    Succession(KeyId),
    /// A good certificate of a key that its organization replaced.
    #[error("该密钥已被其组织更换, 自 {until} 起停用 (指纹 {}); 对方若恢复了换钥前的备份, 须恢复较新的备份 this key was replaced by its organization and is accepted no more since then; whoever restored a backup from before must restore a newer one", .key.spoken())]
    Retired {
        /// The old key.
        key: KeyId,
        /// When its time ended.
        until: Timestamp,
    },
    /// A good certificate of a key that is not, or no longer, pinned here.
    #[error("密钥未登记 (指纹 {}); 请先交换邀请 this key is not pinned here (fingerprint {}); exchange an invitation first", .0.spoken(), .0)]
    NotPinned(KeyId),
    /// A good certificate of another organization than the one dialled.
    #[error("对方密钥不符: 应为 {}, 实为 {}; 用电话核对指纹 not the key expected: expected {expected}, found {found}; compare fingerprints by telephone", .expected.spoken(), .found.spoken())]
    WrongKey {
        /// The key dialled for.
        expected: KeyId,
        /// The key that answered.
        found: KeyId,
    },
    /// More certificates than the one.
    #[error(
        "对方发来了证书链; 只接受一张自签名证书 the other side sent a chain; exactly one self-signed certificate is accepted"
    )]
    Chain,
}

/// The name in the certificate of a key: the first 32 hex digits of its id under `hongyan.internal`.
pub fn server_name(key_id: &KeyId) -> String {
    let mut name = key_id.to_string();
    name.truncate(NAME_DIGITS);
    name.push_str(".hongyan.internal");
    name
}

/// Whom a certificate shows. It exists only for a certificate found good; that the peer holds the TLS key is shown by the
/// handshake's signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PeerIdentity {
    /// The organization's identity key.
    pub key: PublicKey,
    /// Its fingerprint.
    pub key_id: KeyId,
    /// The fingerprint under which this organization was pinned here first: its name for everything that outlives a key. The same as
    /// `key_id` for one that is not pinned or never replaced its key.
    pub pinned_as: KeyId,
    /// How the key came to be, as the certificate says; verified.
    pub succession: Succession,
    /// From when the certificate is valid.
    pub not_before: Timestamp,
    /// Until when the certificate is valid, this instant included.
    pub not_after: Timestamp,
    /// SHA-256 of the TLS key's `SubjectPublicKeyInfo`: tells one TLS key of an organization from its next.
    pub spki_hash: Hash,
    /// Was the key pinned when the connection began? When false, the only call it may make is `Introduce`.
    pub introduced: bool,
}

impl PeerIdentity {
    /// Reads a certificate (DER) and checks all that can be checked without knowing whom to expect.
    pub fn verify(certificate: &[u8], now: Timestamp) -> Result<Self, CertificateError> {
        let peer = Self::parse(certificate)?;
        peer.check_time(now)?;
        Ok(peer)
    }

    /// The same at no particular time, for one's own certificate read from disk.
    pub(super) fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let certificate = parse_x509(der)?;
        let spki = certificate.public_key().raw;
        if spki.len() != P256_SPKI_LENGTH || !spki.starts_with(&P256_SPKI) {
            return Err(CertificateError::KeyType);
        }
        let binding = find_binding(&certificate)?;
        let key_id = binding.key.key_id();
        let succession = find_succession(&certificate, &binding.key)?;
        binding
            .verify(spki)
            .map_err(|_| CertificateError::Binding(key_id))?;
        check_encoding(der, &certificate)?;
        check_self_signature(&certificate)?;
        check_name(&certificate, key_id)?;
        let validity = certificate.validity();
        Ok(Self {
            key: binding.key,
            key_id,
            pinned_as: key_id,
            succession,
            not_before: Timestamp::from_millis(validity.not_before.timestamp() * 1000),
            not_after: Timestamp::from_millis(validity.not_after.timestamp() * 1000),
            spki_hash: Hash::from_bytes(Sha256::digest(spki).into()),
            introduced: false,
        })
    }

    fn check_time(&self, now: Timestamp) -> Result<(), CertificateError> {
        let (not_before, not_after) = (self.not_before, self.not_after);
        if now < not_before {
            return Err(CertificateError::NotYetValid { not_before, now });
        }
        if now > not_after {
            return Err(CertificateError::Expired { not_after, now });
        }
        Ok(())
    }
}

fn parse_x509(der: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    if der.len() > CERTIFICATE_LIMIT {
        return Err(CertificateError::Malformed("size"));
    }
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) if certificate.version() == X509Version::V3 => Ok(certificate),
        Ok(([], _)) => Err(CertificateError::Malformed("version")),
        Ok(_) => Err(CertificateError::Malformed("trailing bytes")),
        Err(_) => Err(CertificateError::Malformed("DER")),
    }
}

fn find_binding(certificate: &X509Certificate<'_>) -> Result<Binding, CertificateError> {
    let oid = Oid::from(&BINDING_OID).map_err(|_| CertificateError::NoIdentity)?;
    let mut found = certificate
        .iter_extensions()
        .filter(|extension| extension.oid == oid);
    match (found.next(), found.next()) {
        (Some(extension), None) => {
            Binding::from_der(extension.value).ok_or(CertificateError::NoIdentity)
        }
        _ => Err(CertificateError::NoIdentity),
    }
}

fn find_succession(
    certificate: &X509Certificate<'_>,
    key: &PublicKey,
) -> Result<Succession, CertificateError> {
    let bad = || CertificateError::Succession(key.key_id());
    let oid = Oid::from(&SUCCESSION_OID).map_err(|_| bad())?;
    let mut found = certificate
        .iter_extensions()
        .filter(|extension| extension.oid == oid);
    match (found.next(), found.next()) {
        (None, _) => Ok(Succession::NONE),
        (Some(extension), None) => succession_from_der(extension.value)
            .filter(|succession| succession.last() == Some(*key))
            .ok_or_else(bad),
        _ => Err(bad()),
    }
}

/// What surrounds the signed part has one spelling only, so that a certificate is the same bytes for everyone.
fn check_encoding(der: &[u8], certificate: &X509Certificate<'_>) -> Result<(), CertificateError> {
    let malformed = CertificateError::Malformed("encoding");
    let signature = &certificate.signature_value.data;
    let (Some(length), Ok(signature_length)) = (
        der.len().checked_sub(LONG_HEADER),
        u8::try_from(signature.len() + 1),
    ) else {
        return Err(malformed);
    };
    let [.., high, low] = length.to_be_bytes();
    let parts: [&[u8]; 5] = [
        &[0x30, 0x82, high, low],
        certificate.tbs_certificate.as_ref(),
        &ECDSA_WITH_SHA256,
        &[0x03, signature_length, 0],
        signature,
    ];
    let same_algorithm = certificate.tbs_certificate.signature == certificate.signature_algorithm;
    if same_algorithm && parts.concat() == der {
        Ok(())
    } else {
        Err(malformed)
    }
}

fn check_self_signature(certificate: &X509Certificate<'_>) -> Result<(), CertificateError> {
    let point = &certificate.public_key().subject_public_key.data;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
        .verify(
            certificate.tbs_certificate.as_ref(),
            &certificate.signature_value.data,
        )
        .map_err(|_| CertificateError::SelfSignature)
}

fn check_name(certificate: &X509Certificate<'_>, key_id: KeyId) -> Result<(), CertificateError> {
    let names = certificate
        .subject_alternative_name()
        .map_err(|_| CertificateError::Malformed("subjectAltName"))?;
    match names.map(|names| names.value.general_names.as_slice()) {
        Some([GeneralName::DNSName(name)]) if *name == server_name(&key_id) => Ok(()),
        _ => Err(CertificateError::Name(key_id)),
    }
}
