//! Identifiers: what they look like, how they are read and printed. An identifier that exists is well formed.

use std::{fmt, str::FromStr};

use rand::{CryptoRng, RngCore};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// An identifier that cannot be read. The text names what was expected.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum IdError {
    /// Bytes or hex digits of the wrong number.
    #[error(
        "{}应为 {expected} 字节, 实为 {found} 字节 {}  must be {expected} bytes, found {found}",
        zh(what),
        en(what)
    )]
    Length {
        /// Which identifier, in Chinese and in English.
        what: &'static str,
        /// Bytes it must have.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// Text that is not hex digits.
    #[error(
        "{}应为十六进制数字 {}  must be hex digits: {text:?}",
        zh(what),
        en(what)
    )]
    Hex {
        /// Which identifier, in Chinese and in English.
        what: &'static str,
        /// The text found.
        text: String,
    },
    /// Text outside its alphabet or length.
    #[error(
        "{}格式不符: {text:?}; 应为{rule} {}  must be {rule_en}: {text:?}",
        zh(what),
        en(what)
    )]
    Text {
        /// Which identifier, in Chinese and in English.
        what: &'static str,
        /// The text found.
        text: String,
        /// The rule in Chinese.
        rule: &'static str,
        /// The rule in English.
        rule_en: &'static str,
    },
}

/// The Chinese one of two names; the English one stands behind it.
fn zh<'a>(what: &'a &'static str) -> &'a str {
    what.split_once(' ').map_or(*what, |(zh, _)| zh)
}

fn en<'a>(what: &'a &'static str) -> &'a str {
    what.split_once(' ').map_or(*what, |(_, en)| en)
}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Wraps bytes that are already known to be this identifier.
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// Reads it from a message field.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, IdError> {
                bytes.try_into().map(Self).map_err(|_| IdError::Length {
                    what: $what,
                    expected: $len,
                    found: bytes.len(),
                })
            }

            /// The raw bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The raw bytes as a message field.
            pub fn to_field(self) -> bytes::Bytes {
                bytes::Bytes::copy_from_slice(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = hex::decode(text).map_err(|_| IdError::Hex {
                    what: $what,
                    text: text.chars().take(80).collect(),
                })?;
                Self::from_slice(&bytes)
            }
        }
    };
}

bytes_id! {
    /// A key's fingerprint: SHA-256 of the Ed25519 public key. What partners pin and compare by telephone.
    KeyId, 32, "密钥指纹 key fingerprint"
}
bytes_id! {
    /// Random, made when a log is created: a log that starts anew is another log.
    Epoch, 16, "纪元 epoch"
}
bytes_id! {
    /// A log's identity: the hash of its [`LogOrigin`].
    LogId, 32, "日志标识 log id"
}
bytes_id! {
    /// One member's stay away, from departure to return. Random; says nothing about the member.
    CaseId, 16, "案卷标识 case id"
}
bytes_id! {
    /// A node's own opaque id of a member. Never leaves the node.
    MemberId, 16, "党员标识 member id"
}
bytes_id! {
    /// A node's own opaque id of a unit of its tree. Never leaves the node.
    UnitId, 16, "党组织标识 unit id"
}
bytes_id! {
    /// Hash of an agreement's terms.
    AgreementHash, 32, "协议哈希 agreement hash"
}
bytes_id! {
    /// A SHA-256 hash: a leaf, a node or a root of a log's RFC 6962 tree, or of a body.
    Hash, 32, "哈希 hash"
}

macro_rules! random_id {
    ($($name:ident),+) => {
        $(impl $name {
            /// A new one.
            pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }
        })+
    };
}

random_id!(Epoch, CaseId, MemberId, UnitId);

impl From<tlog_tiles::Hash> for Hash {
    fn from(hash: tlog_tiles::Hash) -> Self {
        Self(hash.0)
    }
}

impl From<Hash> for tlog_tiles::Hash {
    fn from(hash: Hash) -> Self {
        Self(hash.0)
    }
}

/// Who writes a log, for whom, since when. Its text is the C2SP checkpoint origin.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LogOrigin {
    /// The only writer.
    pub author: KeyId,
    /// The only reader. A local log has its author here.
    pub audience: KeyId,
    /// Which of the author's logs for this audience.
    pub epoch: Epoch,
}

const LOG_ID_DOMAIN: &[u8] = b"hongyan/log-id/v1\n";

impl LogOrigin {
    /// The log's identity, as every entry's header carries it.
    pub fn log_id(&self) -> LogId {
        let mut hasher = Sha256::new();
        hasher.update(LOG_ID_DOMAIN);
        hasher.update(self.author.0);
        hasher.update(self.audience.0);
        hasher.update(self.epoch.0);
        LogId(hasher.finalize().into())
    }
}

impl fmt::Display for LogOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "hongyan/{}/{}/{}",
            self.author, self.audience, self.epoch
        )
    }
}

impl FromStr for LogOrigin {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let malformed = || IdError::Text {
            what: "日志来源 log origin",
            text: text.chars().take(200).collect(),
            rule: " hongyan/作者/读者/纪元",
            rule_en: "hongyan/<author>/<audience>/<epoch>",
        };
        let mut parts = text.split('/');
        if parts.next() != Some("hongyan") {
            return Err(malformed());
        }
        let mut part = || parts.next().ok_or_else(malformed);
        let origin = Self {
            author: part()?.parse()?,
            audience: part()?.parse()?,
            epoch: part()?.parse()?,
        };
        // Upper-case hex would be a second spelling of the same log.
        if parts.next().is_some() || origin.to_string() != text {
            return Err(malformed());
        }
        Ok(origin)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $allowed:expr, $rule:literal, $rule_en:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(String);

        impl $name {
            /// Reads it; surrounding white space is not forgiven, so that two spellings never meet.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let allowed: fn(&str) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !allowed(text) {
                    return Err(IdError::Text {
                        what: $what,
                        text: text.chars().take(80).collect(),
                        rule: $rule,
                        rule_en: $rule_en,
                    });
                }
                Ok(Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }
    };
}

fn code_characters(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'-')
}

text_id! {
    /// An organization's code, unique among those it deals with.
    OrganizationCode, "组织代码 organization code", 32, code_characters,
    " 1–32 位大写字母、数字或连字符", "1–32 of A–Z, 0–9, hyphen"
}
text_id! {
    /// A certificate's number, from a range the county department issued (W 记实 §二.2).
    CertificateNumber, "活动证编号 certificate number", 32, code_characters,
    " 1–32 位大写字母、数字或连字符", "1–32 of A–Z, 0–9, hyphen"
}
text_id! {
    /// A region by GB/T 2260: two digits each for province, city and county.
    RegionCode, "行政区划代码 region code", 6,
    |text| text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()),
    " 6 位数字 (GB/T 2260)", "six digits (GB/T 2260)"
}

impl RegionCode {
    /// The province this region lies in, as a code.
    #[must_use]
    pub fn province(&self) -> Self {
        Self(format!("{}0000", &self.0[..2]))
    }

    /// The city this region lies in, as a code; a province's code stays what it is.
    #[must_use]
    pub fn city(&self) -> Self {
        Self(format!("{}00", &self.0[..4]))
    }
}

/// Money: one hundredth of a yuan. Only whole ones exist.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Fen(pub i64);

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(
            f,
            "{sign}{}.{:02}",
            self.0.unsigned_abs() / 100,
            self.0.unsigned_abs() % 100
        )
    }
}
