//! The electronic form of a certificate: one line of text (a QR code) that its holder shows and any partner of the issuer verifies
//! offline, against the key it has pinned. It proves what was issued, not that it still stands: that a letter or a call tells.

use thiserror::Error;

use super::{
    carried::{self, Unreadable},
    certificate::CertificateKind,
    error::{At, PayloadError},
    record::record,
    text::Text,
    wire::Wire as _,
};
use crate::{
    id::{CertificateNumber, KeyId, OrganizationCode},
    identity::IdentityKey,
    pb::exchange::v1 as pb,
    time::Day,
};

const PREFIX: &str = "hongyan-card1:";
/// What is signed begins with this, so that a card's signature is good for nothing else.
const DOMAIN: &[u8] = b"hongyan/certificate-card/v1\n";

/// A text that is no good card.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum CardError {
    /// Something else.
    #[error(
        "这不是电子活动证; 电子活动证以 {PREFIX} 开头 not an electronic certificate: it begins with {PREFIX}; 请重新扫描二维码 scan the code again"
    )]
    NotACard,
    /// Cut short or mistyped.
    #[error(
        "电子活动证内容有误, 请重新扫描 the certificate is cut short or mistyped: scan it again"
    )]
    Mistyped,
    /// A field is not good: the issuer's program is at fault.
    #[error("电子活动证内容无效 the certificate's content is not valid: {0}")]
    Content(PayloadError),
    /// Not what the key signed.
    #[error(
        "电子活动证签名不符, 内容可能被改动; 请查验原件并联系发证党组织 the signature does not fit: it may have been altered; look at the paper and call the issuer"
    )]
    Forged,
}

impl From<Unreadable> for CardError {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Other => Self::NotACard,
            Unreadable::Mistyped => Self::Mistyped,
            Unreadable::Forged => Self::Forged,
        }
    }
}

record! {
    /// What a card says.
    CertificateCardContent "card" {
        /// Number.
        number: CertificateNumber [],
        /// Which certificate.
        kind: CertificateKind [],
        /// The holder's name.
        name: Text<60> [],
        /// The issuer's code.
        organization_code: OrganizationCode [],
        /// The issuer's name.
        organization_name: Text<100> [],
        /// When it was issued.
        issued_on: Day [],
        /// The identity key that signs.
        key: [u8; 32] [],
    }
}

/// A card whose signature fits the key it names. Whether that key is a partner's, the reader must ask its pins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Card {
    content: CertificateCardContent,
    signature: [u8; 64],
}

fn message(content: &CertificateCardContent) -> Vec<u8> {
    let wire: pb::CertificateCardContent = content.write();
    carried::signed_bytes(DOMAIN, &wire)
}

impl Card {
    /// Signs one. The key named in it becomes the signing one.
    pub fn sign(key: &IdentityKey, content: CertificateCardContent) -> Self {
        let content = CertificateCardContent {
            key: *key.public().as_bytes(),
            ..content
        };
        let signature = key.sign(&message(&content));
        Self { content, signature }
    }

    /// What it says.
    pub const fn content(&self) -> &CertificateCardContent {
        &self.content
    }

    /// The fingerprint of the key that signed it.
    pub fn key_id(&self) -> KeyId {
        carried::key_id(&self.content.key)
    }

    /// The line of text.
    pub fn to_text(&self) -> String {
        let card = pb::CertificateCard {
            content: Some(self.content.write()),
            signature: bytes::Bytes::copy_from_slice(&self.signature),
        };
        carried::write(PREFIX, &card)
    }

    /// Reads a line and checks the signature. White space that copying brought in is forgiven.
    pub fn parse(text: &str) -> Result<Self, CardError> {
        let card: pb::CertificateCard = carried::read(PREFIX, text)?;
        let content = CertificateCardContent::read(
            card.content.ok_or(CardError::Mistyped)?,
            &At::root("card"),
        )
        .map_err(CardError::Content)?;
        let signature = carried::check(&content.key, &message(&content), &card.signature)?;
        Ok(Self { content, signature })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn card() -> Card {
        let key = IdentityKey::from_seed([7; 32]);
        let content = CertificateCardContent {
            number: "340800100001".parse().unwrap(),
            kind: CertificateKind::Flow,
            name: "张三".parse().unwrap(),
            organization_code: "340800-001".parse().unwrap(),
            organization_name: "安庆市某镇党委".parse().unwrap(),
            issued_on: "2026-03-01".parse().unwrap(),
            key: [0; 32],
        };
        Card::sign(&key, content)
    }

    /// Signed and carried on paper: these bytes never change.
    #[test]
    fn golden_bytes_of_a_card() {
        let message = message(card().content());
        assert_eq!(&message[..28], b"hongyan/certificate-card/v1\n");
        assert_eq!(hex::encode(&message[28..]), GOLDEN_CONTENT);
        assert_eq!(card().to_text(), GOLDEN_TEXT);
    }

    const GOLDEN_CONTENT: &str = "0a0c33343038303031303030303110011a06e5bca0e4b889220a3334303830302d3030312a15e5ae89e5ba86e5b882e69f90e99587e5859ae5a794320a323032362d30332d30313a20ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";
    const GOLDEN_TEXT: &str = "hongyan-card1:CmkKDDM0MDgwMDEwMDAwMRABGgblvKDkuIkiCjM0MDgwMC0wMDEqFeWuieW6huW4guafkOmVh-WFmuWnlDIKMjAyNi0wMy0wMTog6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iwSQDNMkE9g-rYnR1rBvw_ygdKV2cjc8lDIiXeh21SXhAC3ZdUf3Rx8ENsmdkh1nqqLS353mIEc2Y8ZpMX_S6xfRQ0";

    #[test]
    fn a_card_is_read_again_and_any_other_character_is_refused() {
        let text = card().to_text();
        assert_eq!(Card::parse(&format!(" {text}\n")).unwrap(), card());
        assert_eq!(
            card().key_id(),
            IdentityKey::from_seed([7; 32]).public().key_id()
        );
        assert_eq!(Card::parse("WX-0001"), Err(CardError::NotACard));
        for place in PREFIX.len()..text.len() {
            let other = if &text[place..=place] == "A" {
                "B"
            } else {
                "A"
            };
            let mut altered = text.clone();
            altered.replace_range(place..=place, other);
            assert!(Card::parse(&altered).is_err(), "{place}");
        }
    }

    #[test]
    fn another_key_or_name_is_a_forgery() {
        let mut forged = card();
        forged.content.name = "李四".parse().unwrap();
        assert_eq!(Card::parse(&forged.to_text()), Err(CardError::Forged));
        let mut forged = card();
        forged.content.key = *IdentityKey::from_seed([8; 32]).public().as_bytes();
        assert_eq!(Card::parse(&forged.to_text()), Err(CardError::Forged));
    }

    proptest! {
        #[test]
        fn whatever_text_comes_it_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert!(Card::parse(&text).is_err());
            let prefixed = format!("{PREFIX}{text}");
            prop_assert!(Card::parse(&prefixed).is_err());
        }
    }
}
