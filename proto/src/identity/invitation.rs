//! The invitation: one line of text, carried by people, with which trust between two organizations begins.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use prost::{
    Message as _,
    encoding::{WireType, decode_key, decode_varint},
};
use rand::{CryptoRng, RngCore};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{
    endpoint::{Endpoint, EndpointError},
    key::{KeyError, PublicKey},
};
use crate::{
    id::{Hash, IdError, OrganizationCode, RegionCode},
    pb::exchange::v1 as pb,
    time::Timestamp,
};

const PREFIX: &str = "hongyan1:";
const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 4;
const SECRET_BYTES: usize = 16;
/// Field number of the purpose, which is always there and always last: without it the text is cut short.
const LAST_FIELD: u32 = 8;
/// Longest text that is looked at, in bytes. The longest invitation has about 900.
const TEXT_LIMIT: usize = 8192;
/// Longest organization name, in characters.
const NAME_LIMIT: usize = 100;
/// What the inviting side keeps instead of the secret begins with this.
const SECRET_DOMAIN: &[u8] = b"hongyan/invitation-secret/v1\n";

/// An invitation that cannot be used. The text says what to ask the inviter for.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum InvitationError {
    /// No invitation at all.
    #[error("这不是邀请码; 邀请码以 hongyan1: 开头 not an invitation: it begins with hongyan1:")]
    NotAnInvitation,
    /// The beginning is there, the end is not.
    #[error(
        "邀请码不完整, 末尾缺失; 请完整复制整行 the invitation is cut short; copy the whole line again"
    )]
    CutShort,
    /// Some character is not what the inviter wrote.
    #[error(
        "邀请码有误, 可能抄错了字符; 请重新复制 the invitation is mistyped somewhere; copy it again"
    )]
    Mistyped,
    /// Made by another version of the program.
    #[error(
        "邀请码版本为 {0}, 本机只懂版本 1; 请升级 the invitation is of version {0}, this program reads version 1; upgrade"
    )]
    OtherVersion(u8),
    /// Undamaged, yet a field in it is not good: the inviter's program is at fault.
    #[error(
        "邀请码内容无效 ({field}): {reason}; 请对方重新邀请 the invitation's content is not valid; ask for a new one"
    )]
    Content {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// An organization's name as people read it: 1–100 characters, no control characters (a name must not steer a terminal).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct OrganizationName(String);

impl OrganizationName {
    /// Reads it; white space around it is not forgiven.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let unreadable = |character: char| {
            character.is_control()
                || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        if text.is_empty()
            || text.trim() != text
            || text.chars().count() > NAME_LIMIT
            || text.contains(unreadable)
        {
            return Err(IdError::Text {
                what: "组织名称 organization name",
                text: text.chars().take(80).collect(),
                rule: " 1–100 个字符, 首尾无空格, 无控制字符",
                rule_en: "1–100 characters, no space around, no control characters",
            });
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrganizationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an invitation is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Two nodes become partners.
    Partner,
    /// A node reports to a gateway.
    Report,
}

/// The one-time secret that shows whoever redeems an invitation has read it. Wiped from memory when dropped.
#[derive(Clone, Eq, PartialEq)]
pub struct InvitationSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl InvitationSecret {
    /// A new one.
    pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        rng.fill_bytes(bytes.as_mut());
        Self(bytes)
    }

    /// Reads it from a message field.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, IdError> {
        let secret = bytes.try_into().map_err(|_| IdError::Length {
            what: "邀请密语 invitation secret",
            expected: SECRET_BYTES,
            found: bytes.len(),
        })?;
        Ok(Self(Zeroizing::new(secret)))
    }

    /// The raw bytes, for `Introduce`.
    pub fn as_bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// What the inviting side keeps to recognize it: a stolen database must not redeem open invitations.
    pub fn hash(&self) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(SECRET_DOMAIN);
        hasher.update(self.as_bytes());
        Hash::from_bytes(hasher.finalize().into())
    }
}

impl fmt::Debug for InvitationSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InvitationSecret(..)")
    }
}

/// Who invites, where they can be dialled, by which key they are known, and the secret that redeems it once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invitation {
    /// Where to dial.
    pub endpoint: Endpoint,
    /// The inviting organization's code.
    pub code: OrganizationCode,
    /// The inviting organization's name.
    pub name: OrganizationName,
    /// The inviting organization's region.
    pub region: RegionCode,
    /// The inviting organization's identity key: what the dialler pins.
    pub key: PublicKey,
    /// Redeems it, once.
    pub secret: InvitationSecret,
    /// Not redeemed from this instant on.
    pub expires: Timestamp,
    /// What it is for.
    pub purpose: Purpose,
}

impl Invitation {
    /// The line of text people carry: "hongyan1:" and the base64url (no padding) of version ‖ message ‖ checksum.
    pub fn to_text(&self) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.to_message().encode_to_vec());
        let checksum = checksum(&bytes);
        bytes.extend_from_slice(&checksum);
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads the line. White space and line breaks that copying brought in are forgiven; any other change is refused.
    pub fn parse(text: &str) -> Result<Self, InvitationError> {
        if text.len() > TEXT_LIMIT {
            return Err(InvitationError::NotAnInvitation);
        }
        let text: String = text
            .chars()
            .filter(|character| {
                !character.is_whitespace() && !matches!(character, '\u{200b}' | '\u{feff}')
            })
            .collect();
        let body = match text.strip_prefix(PREFIX) {
            Some(body) => body,
            None if !text.is_empty() && PREFIX.starts_with(&text) => {
                return Err(InvitationError::CutShort);
            }
            None => return Err(InvitationError::NotAnInvitation),
        };
        let bytes = decode_base64(body)?;
        let Some((signed, found)) = bytes.split_last_chunk::<CHECKSUM_BYTES>() else {
            return Err(InvitationError::CutShort);
        };
        if checksum(signed) != *found {
            return Err(damage(&bytes));
        }
        match signed.split_first() {
            Some((&VERSION, message)) => Self::from_message(message),
            Some((&version, _)) => Err(InvitationError::OtherVersion(version)),
            None => Err(InvitationError::CutShort),
        }
    }

    /// May it no longer be redeemed?
    pub fn expired(&self, now: Timestamp) -> bool {
        now >= self.expires
    }

    /// What the inviting side keeps of the secret.
    pub fn secret_hash(&self) -> Hash {
        self.secret.hash()
    }

    fn to_message(&self) -> pb::Invitation {
        pb::Invitation {
            endpoint: self.endpoint.to_string(),
            code: self.code.to_string(),
            name: self.name.to_string(),
            region: self.region.to_string(),
            key: self.key.to_field(),
            secret: bytes::Bytes::copy_from_slice(self.secret.as_bytes()),
            expires_ms: self.expires.millis(),
            purpose: match self.purpose {
                Purpose::Partner => pb::InvitationPurpose::Partner,
                Purpose::Report => pb::InvitationPurpose::Report,
            }
            .into(),
        }
    }

    fn from_message(bytes: &[u8]) -> Result<Self, InvitationError> {
        let message = pb::Invitation::decode(bytes).map_err(|error| InvitationError::Content {
            field: "message",
            reason: error.to_string(),
        })?;
        let content = |field| {
            move |reason: &dyn fmt::Display| InvitationError::Content {
                field,
                reason: reason.to_string(),
            }
        };
        let purpose = match message.purpose() {
            pb::InvitationPurpose::Partner => Purpose::Partner,
            pb::InvitationPurpose::Report => Purpose::Report,
            pb::InvitationPurpose::Unspecified => {
                return Err(content("purpose")(&message.purpose));
            }
        };
        let invitation = Self {
            endpoint: (message.endpoint.parse())
                .map_err(|error: EndpointError| content("endpoint")(&error))?,
            code: OrganizationCode::parse(&message.code)
                .map_err(|error| content("code")(&error))?,
            name: OrganizationName::parse(&message.name)
                .map_err(|error| content("name")(&error))?,
            region: RegionCode::parse(&message.region)
                .map_err(|error| content("region")(&error))?,
            key: PublicKey::from_slice(&message.key)
                .map_err(|error: KeyError| content("key")(&error))?,
            secret: InvitationSecret::from_slice(&message.secret)
                .map_err(|error| content("secret")(&error))?,
            expires: Timestamp::from_millis(message.expires_ms),
            purpose,
        };
        // A second spelling or an unknown field would make two texts of one invitation.
        if invitation.to_message().encode_to_vec() != bytes {
            return Err(content("message")(&"unknown field or second spelling"));
        }
        Ok(invitation)
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let [first, second, third, fourth, ..] = digest;
    [first, second, third, fourth]
}

fn decode_base64(body: &str) -> Result<Vec<u8>, InvitationError> {
    URL_SAFE_NO_PAD.decode(body).map_err(|error| match error {
        // A cut can leave half a byte; what is before it still tells whether the end is missing.
        base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidLastSymbol(..) => {
            let whole = body.len() / 4 * 4;
            match body.get(..whole).map(|whole| URL_SAFE_NO_PAD.decode(whole)) {
                Some(Ok(bytes)) => damage(&bytes),
                _ => InvitationError::Mistyped,
            }
        }
        _ => InvitationError::Mistyped,
    })
}

/// Tells a cut text from a mistyped one: walks the message's fields and sees whether the last one and the checksum are there.
fn damage(bytes: &[u8]) -> InvitationError {
    let mut rest = bytes.get(1..).unwrap_or_default();
    loop {
        if rest.is_empty() {
            return InvitationError::CutShort;
        }
        let Ok((number, wire)) = decode_key(&mut rest) else {
            return InvitationError::Mistyped;
        };
        let Ok(value) = decode_varint(&mut rest) else {
            return InvitationError::CutShort;
        };
        match wire {
            WireType::Varint => {}
            WireType::LengthDelimited => {
                let length = usize::try_from(value).unwrap_or(usize::MAX);
                match rest.get(length..) {
                    Some(after) => rest = after,
                    None => return InvitationError::CutShort,
                }
            }
            _ => return InvitationError::Mistyped,
        }
        if number == LAST_FIELD {
            return if rest.len() < CHECKSUM_BYTES {
                InvitationError::CutShort
            } else {
                InvitationError::Mistyped
            };
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identity::IdentityKey;

    fn invitation() -> Invitation {
        Invitation {
            endpoint: "node.example.cn:7443".parse().unwrap(),
            code: OrganizationCode::parse("HENAN-ZMD-01").unwrap(),
            name: OrganizationName::parse("驻马店市流动党员党委").unwrap(),
            region: RegionCode::parse("411700").unwrap(),
            key: IdentityKey::from_seed([1; 32]).public(),
            secret: InvitationSecret::from_slice(&[9; 16]).unwrap(),
            expires: Timestamp::from_millis(1_800_000_000_000),
            purpose: Purpose::Partner,
        }
    }

    #[test]
    fn golden() {
        insta::assert_snapshot!(invitation().to_text(), @"hongyan1:AQoUbm9kZS5leGFtcGxlLmNuOjc0NDMSDEhFTkFOLVpNRC0wMRoe6am76ams5bqX5biC5rWB5Yqo5YWa5ZGY5YWa5aeUIgY0MTE3MDAqIIqI4910CfGV_VLbLTy6XXLKZwm_HZQSG_N0iAG0D29cMhAJCQkJCQkJCQkJCQkJCQkJOICg8cKxNEABtteQIg");
        insta::assert_snapshot!(invitation().secret_hash(), @"b7230ac88c5aba51adad961960539fb377a750521439f0a81bf34c37e396ce22");
    }

    #[test]
    fn what_copying_does_to_a_line_is_forgiven() {
        let text = invitation().to_text();
        let (head, tail) = text.split_at(40);
        let copied = format!("\u{feff} \t{head}\r\n  {tail}\u{3000}\n");
        assert_eq!(Invitation::parse(&copied), Ok(invitation()));
    }

    #[test]
    fn any_single_changed_character_is_refused() {
        let text = invitation().to_text();
        for at in 0..text.len() {
            for other in ["A", "B", "z", "-", "_", "0", ":", "=", "é"] {
                let mut changed = text.clone();
                changed.replace_range(at..=at, other);
                if changed != text {
                    assert!(Invitation::parse(&changed).is_err(), "{at}: {changed}");
                }
            }
        }
    }

    #[test]
    fn a_cut_text_is_called_cut_short() {
        let text = invitation().to_text();
        for length in 1..text.len() {
            assert_eq!(
                Invitation::parse(&text[..length]),
                Err(InvitationError::CutShort),
                "{length} of {}",
                text.len()
            );
        }
    }

    #[test]
    fn a_mistyped_name_is_called_mistyped() {
        let text = invitation().to_text();
        let mut changed = text.clone();
        let other = if &text[70..71] == "A" { "B" } else { "A" };
        changed.replace_range(70..71, other);
        assert_eq!(Invitation::parse(&changed), Err(InvitationError::Mistyped));
        assert_eq!(
            Invitation::parse(&format!("{text}AAAA")),
            Err(InvitationError::Mistyped)
        );
    }

    #[test]
    fn another_version_is_named() {
        let mut bytes = vec![2];
        bytes.extend_from_slice(b"whatever version 2 will say");
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum);
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(
            Invitation::parse(&text),
            Err(InvitationError::OtherVersion(2))
        );
        assert_eq!(
            Invitation::parse("hongyan2:AAAA"),
            Err(InvitationError::NotAnInvitation)
        );
        assert_eq!(Invitation::parse(""), Err(InvitationError::NotAnInvitation));
    }

    #[test]
    fn it_expires_at_its_instant() {
        let invitation = invitation();
        assert!(!invitation.expired(invitation.expires.plus_millis(-1)));
        assert!(invitation.expired(invitation.expires));
    }

    #[test]
    fn its_secret_is_not_shown() {
        assert!(format!("{:?}", invitation()).contains("InvitationSecret(..)"));
    }

    #[test]
    fn content_that_no_program_of_ours_writes_is_refused() {
        let mut message = invitation().to_message();
        message.name = "党委\u{1b}[2J".to_owned();
        let refused = Invitation::from_message(&message.encode_to_vec());
        assert!(matches!(
            refused,
            Err(InvitationError::Content { field: "name", .. })
        ));
        let mut extended = invitation().to_message().encode_to_vec();
        extended.extend_from_slice(&[0x78, 1]);
        assert!(Invitation::from_message(&extended).is_err());
    }

    prop_compose! {
        fn any_invitation()(
            host in "[a-z0-9-]{1,20}(\\.[a-z]{1,10}){0,3}",
            port in 1_u16..,
            code in "[A-Z0-9-]{1,32}",
            name in "[\\p{Han}a-z]{1,40}",
            region in "[0-9]{6}",
            seed: [u8; 32],
            secret: [u8; 16],
            expires: i64,
            report: bool,
        ) -> Invitation {
            Invitation {
                endpoint: format!("{host}:{port}").parse().unwrap(),
                code: OrganizationCode::parse(&code).unwrap(),
                name: OrganizationName::parse(&name).unwrap(),
                region: RegionCode::parse(&region).unwrap(),
                key: IdentityKey::from_seed(seed).public(),
                secret: InvitationSecret::from_slice(&secret).unwrap(),
                expires: Timestamp::from_millis(expires),
                purpose: if report { Purpose::Report } else { Purpose::Partner },
            }
        }
    }

    proptest! {
        #[test]
        fn every_invitation_reads_back(invitation in any_invitation()) {
            prop_assert_eq!(Invitation::parse(&invitation.to_text()), Ok(invitation));
        }

        #[test]
        fn one_changed_character_never_reads(
            invitation in any_invitation(), at: prop::sample::Index, other in "[A-Za-z0-9_-]",
        ) {
            let text = invitation.to_text();
            let at = at.index(text.len());
            let mut changed = text.clone();
            changed.replace_range(at..=at, &other);
            prop_assert!(changed == text || Invitation::parse(&changed).is_err());
        }

        #[test]
        fn any_text_is_answered(text in "(hongyan1:)?[A-Za-z0-9_ -]{0,200}") {
            prop_assert!(Invitation::parse(&text).is_err());
        }
    }
}
