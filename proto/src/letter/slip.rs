//! The slip on a printed form: what its QR code says, signed, so that anyone who has the issuer's key pinned verifies the paper offline.
//! It says nothing that does not stand on the paper.

use thiserror::Error;

use super::{
    carried::{self, Unreadable},
    error::{At, PayloadError},
    form::FormKind,
    form_code::FormCode,
    record::record,
    text::Text,
    wire::Wire as _,
};
use crate::{
    id::{Hash, KeyId, OrganizationCode},
    identity::IdentityKey,
    pb::exchange::v1 as pb,
    time::Timestamp,
};

/// A slip's text begins with this.
pub const SLIP_PREFIX: &str = "hongyan-form1:";
/// What is signed begins with this, so that a slip's signature is good for nothing else.
const DOMAIN: &[u8] = b"hongyan/form-slip/v1\n";

/// A text that is no good slip.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SlipError {
    /// Something else.
    #[error(
        "这不是本系统打印的表格或核验码 not a form of this system: its slip begins with {SLIP_PREFIX}"
    )]
    NotASlip,
    /// Cut short or mistyped.
    #[error("二维码内容有误, 请重新扫描 the code is cut short or mistyped: scan it again")]
    Mistyped,
    /// A field is not good: the issuer's program is at fault.
    #[error("表格核验信息无效 the slip's content is not valid: {0}")]
    Content(PayloadError),
    /// Not what the key signed.
    #[error(
        "核验信息签名不符, 表格可能是伪造的; 请联系出具表格的党组织 the signature does not fit: the form may be forged; call the organization it names"
    )]
    Forged,
}

impl From<Unreadable> for SlipError {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Other => Self::NotASlip,
            Unreadable::Mistyped => Self::Mistyped,
            Unreadable::Forged => Self::Forged,
        }
    }
}

record! {
    /// What a slip says.
    FormSlipContent "slip" {
        /// Which form.
        kind: FormKind [],
        /// Its number.
        number: Text<40> [],
        /// What to compare with the paper.
        subject: Text<200> [],
        /// When it was printed.
        issued_ms: Timestamp [],
        /// The issuer's code.
        organization_code: OrganizationCode [],
        /// The issuer's name.
        organization_name: Text<100> [],
        /// SHA-256 of the page with marks where this slip stands.
        page: Hash [],
        /// The identity key that signs.
        key: [u8; 32] [],
    }
}

/// A slip whose signature fits the key it names. Whether that key is a partner's, the reader must ask its pins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FormSlip {
    content: FormSlipContent,
    signature: [u8; 64],
}

fn message(content: &FormSlipContent) -> Vec<u8> {
    let wire: pb::FormSlipContent = content.write();
    carried::signed_bytes(DOMAIN, &wire)
}

impl FormSlip {
    /// Signs one. The key named in it becomes the signing one.
    pub fn sign(key: &IdentityKey, content: FormSlipContent) -> Self {
        let content = FormSlipContent {
            key: *key.public().as_bytes(),
            ..content
        };
        let signature = key.sign(&message(&content));
        Self { content, signature }
    }

    /// What it says.
    pub const fn content(&self) -> &FormSlipContent {
        &self.content
    }

    /// The code that people type for it.
    pub fn code(&self) -> FormCode {
        FormCode::of(&self.content)
    }

    /// The fingerprint of the key that signed it.
    pub fn key_id(&self) -> KeyId {
        carried::key_id(&self.content.key)
    }

    /// The line of text.
    pub fn to_text(&self) -> String {
        let slip = pb::FormSlip {
            content: Some(self.content.write()),
            signature: bytes::Bytes::copy_from_slice(&self.signature),
        };
        carried::write(SLIP_PREFIX, &slip)
    }

    /// Reads a line and checks the signature. White space that copying brought in is forgiven.
    pub fn parse(text: &str) -> Result<Self, SlipError> {
        let slip: pb::FormSlip = carried::read(SLIP_PREFIX, text)?;
        let content =
            FormSlipContent::read(slip.content.ok_or(SlipError::Mistyped)?, &At::root("slip"))
                .map_err(SlipError::Content)?;
        let signature = carried::check(&content.key, &message(&content), &slip.signature)?;
        Ok(Self { content, signature })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same slip for every golden test.
    pub(in crate::letter) fn content() -> FormSlipContent {
        FormSlipContent {
            kind: FormKind::Activity,
            number: "HD-2026-0001".parse().unwrap(),
            subject: "东街支部 2026-07-10 学习党章 12/14".parse().unwrap(),
            issued_ms: Timestamp::from_millis(1_783_672_200_000),
            organization_code: "341700-001".parse().unwrap(),
            organization_name: "池州市某镇党委".parse().unwrap(),
            page: Hash::from_bytes([9; 32]),
            key: *IdentityKey::from_seed([7; 32]).public().as_bytes(),
        }
    }

    fn slip() -> FormSlip {
        FormSlip::sign(&IdentityKey::from_seed([7; 32]), content())
    }

    /// Signed and carried on paper: these bytes never change.
    #[test]
    fn golden_bytes_of_a_slip() {
        let message = message(slip().content());
        assert_eq!(&message[..21], DOMAIN);
        assert_eq!(hex::encode(&message[21..]), GOLDEN_CONTENT);
        assert_eq!(slip().to_text(), GOLDEN_TEXT);
    }

    const GOLDEN_CONTENT: &str = "0801120c48442d323032362d303030311a2ae4b89ce8a197e694afe983a820323032362d30372d313020e5ada6e4b9a0e5859ae7aba02031322f313420c0b697d9f4332a0a3334313730302d3030313215e6b1a0e5b79ee5b882e69f90e99587e5859ae5a7943a2009090909090909090909090909090909090909090909090909090909090909094220ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";
    const GOLDEN_TEXT: &str = "hongyan-form1:CqoBCAESDEhELTIwMjYtMDAwMRoq5Lic6KGX5pSv6YOoIDIwMjYtMDctMTAg5a2m5Lmg5YWa56ugIDEyLzE0IMC2l9n0MyoKMzQxNzAwLTAwMTIV5rGg5bee5biC5p-Q6ZWH5YWa5aeUOiAJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCUIg6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iwSQC8-K7CytosfVC3PHvD-qGP6nd1oFLbDBPFLKlFOaM7E3p5pcA6CMFKGixsnOUmVq3GXB1aiH5_l2jGTetMAPQQ";

    #[test]
    fn a_slip_is_read_again_and_any_other_character_is_refused() {
        let text = slip().to_text();
        assert_eq!(FormSlip::parse(&format!(" {text}\n")).unwrap(), slip());
        assert_eq!(FormSlip::parse("HD-2026-0001"), Err(SlipError::NotASlip));
        for place in SLIP_PREFIX.len()..text.len() {
            let other = if &text[place..=place] == "A" {
                "B"
            } else {
                "A"
            };
            let mut altered = text.clone();
            altered.replace_range(place..=place, other);
            assert!(FormSlip::parse(&altered).is_err(), "{place}");
        }
    }

    #[test]
    fn another_subject_or_key_is_a_forgery() {
        let mut forged = slip();
        forged.content.subject = "东街支部 2026-07-10 学习党章 14/14".parse().unwrap();
        assert_eq!(FormSlip::parse(&forged.to_text()), Err(SlipError::Forged));
        let mut forged = slip();
        forged.content.key = *IdentityKey::from_seed([8; 32]).public().as_bytes();
        assert_eq!(FormSlip::parse(&forged.to_text()), Err(SlipError::Forged));
    }

    proptest! {
        #[test]
        fn whatever_text_comes_it_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert!(FormSlip::parse(&text).is_err());
            let prefixed = format!("{SLIP_PREFIX}{text}");
            prop_assert!(FormSlip::parse(&prefixed).is_err());
        }
    }
}
