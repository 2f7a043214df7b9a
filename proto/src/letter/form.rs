//! A form was printed: what its paper is checked by later. Never leaves the node; the slip on the paper does.

use super::{
    error::{At, PayloadError},
    number::Within,
    record::{closed, record},
    slip::FormSlipContent,
    text::Text,
};
use crate::{
    id::{AgreementHash, CaseId, CertificateNumber, Hash, KeyId, MemberId},
    time::Quarter,
};

closed! {
    /// Which printed form.
    FormKind {
        Activity "活动记录表" "activity record",
        Certificate "流动党员活动证" "certificate",
        Book "党员记实册" "record book",
        Receipt "党费收据" "dues receipt",
        Agreement "双向共管协议" "agreement",
        Statement "季度通报" "quarter statement",
        Ledger "活动管理台账" "activity ledger",
    }
}

impl FormKind {
    /// The two letters its numbers begin with, from the Chinese name.
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Activity => "HD",
            Self::Certificate => "HZ",
            Self::Book => "JS",
            Self::Receipt => "DF",
            Self::Agreement => "XY",
            Self::Statement => "TB",
            Self::Ledger => "TZ",
        }
    }
}

record! {
    /// A form was printed.
    FormIssued "form_issued" {
        /// What its code stands for.
        slip: FormSlipContent [],
        /// SHA-256 of what was recorded then.
        facts: Hash [],
        /// What it is about.
        target: FormTarget [],
        /// Who printed it.
        actor: Text<60> [],
    }
    rules fits
    arranged arrange
}

record! {
    /// What a form is about: exactly the fields that its kind needs are set.
    FormTarget "form_issued.target" {
        /// An activity or a payment, by the sequence of its first entry.
        record: Option<u64> [],
        /// A certificate.
        certificate: Option<CertificateNumber> [],
        /// Whose book: of the roster.
        member_id: Option<MemberId> [],
        /// Whose book: hosted here.
        case_id: Option<CaseId> [],
        /// The year of a book or a ledger.
        year: Option<Within<1900, 2999>> [],
        /// An agreement.
        agreement: Option<AgreementHash> [],
        /// Whose statement: the key the partner was pinned with.
        partner: Option<KeyId> [],
        /// The quarter of a statement.
        quarter: Option<Quarter> [],
        /// The unit of a ledger.
        unit: Option<Text<100>> [],
    }
}

impl FormTarget {
    /// About nothing yet.
    pub const NONE: Self = Self {
        record: None,
        certificate: None,
        member_id: None,
        case_id: None,
        year: None,
        agreement: None,
        partner: None,
        quarter: None,
        unit: None,
    };

    /// Which fields are set, in order.
    const fn set(&self) -> [bool; 9] {
        [
            self.record.is_some(),
            self.certificate.is_some(),
            self.member_id.is_some(),
            self.case_id.is_some(),
            self.year.is_some(),
            self.agreement.is_some(),
            self.partner.is_some(),
            self.quarter.is_some(),
            self.unit.is_some(),
        ]
    }
}

/// The fields that a kind needs, as [`FormTarget::set`] has them; a book has one of two.
const fn needed(kind: FormKind) -> &'static [[bool; 9]] {
    const YES: bool = true;
    const NO: bool = false;
    match kind {
        FormKind::Activity | FormKind::Receipt => &[[YES, NO, NO, NO, NO, NO, NO, NO, NO]],
        FormKind::Certificate => &[[NO, YES, NO, NO, NO, NO, NO, NO, NO]],
        FormKind::Book => &[
            [NO, NO, YES, NO, YES, NO, NO, NO, NO],
            [NO, NO, NO, YES, YES, NO, NO, NO, NO],
        ],
        FormKind::Agreement => &[[NO, NO, NO, NO, NO, YES, NO, NO, NO]],
        FormKind::Statement => &[[NO, NO, NO, NO, NO, NO, YES, YES, NO]],
        FormKind::Ledger => &[[NO, NO, NO, NO, YES, NO, NO, NO, YES]],
    }
}

fn fits(issued: &FormIssued, at: &At<'_>) -> Result<(), PayloadError> {
    if needed(issued.slip.kind).contains(&issued.target.set()) {
        return Ok(());
    }
    Err(at.field("target").rule(
        "须写明且只写明该表所指的对象",
        "must name what a form of this kind is about, and nothing else",
    ))
}

#[cfg(test)]
fn arrange(issued: FormIssued) -> FormIssued {
    let target = match issued.slip.kind {
        FormKind::Activity | FormKind::Receipt => FormTarget {
            record: Some(7),
            ..FormTarget::NONE
        },
        FormKind::Certificate => FormTarget {
            certificate: "F001".parse().ok(),
            ..FormTarget::NONE
        },
        FormKind::Book => FormTarget {
            member_id: Some(MemberId::from_bytes([1; 16])),
            year: Within::new(2026).ok(),
            ..FormTarget::NONE
        },
        FormKind::Agreement => FormTarget {
            agreement: Some(AgreementHash::from_bytes([2; 32])),
            ..FormTarget::NONE
        },
        FormKind::Statement => FormTarget {
            partner: Some(KeyId::from_bytes([3; 32])),
            quarter: "2026-Q1".parse().ok(),
            ..FormTarget::NONE
        },
        FormKind::Ledger => FormTarget {
            unit: Text::parse("东街支部").ok(),
            year: Within::new(2026).ok(),
            ..FormTarget::NONE
        },
    };
    FormIssued { target, ..issued }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        letter::{Payload, slip::tests::content},
        log::Kind,
    };

    fn issued() -> FormIssued {
        FormIssued {
            slip: content(),
            facts: Hash::from_bytes([5; 32]),
            target: FormTarget {
                record: Some(7),
                ..FormTarget::NONE
            },
            actor: "王书记".parse().unwrap(),
        }
    }

    /// Kept in the log: these bytes never change.
    #[test]
    fn golden_bytes_of_a_printed_form() {
        let payload = Payload::from(issued());
        assert_eq!(hex::encode(payload.encode()), GOLDEN);
        assert_eq!(
            Payload::decode(Kind::FormIssued, &payload.encode()).unwrap(),
            payload
        );
    }

    const GOLDEN: &str = "ba07de010aaa010801120c48442d323032362d303030311a2ae4b89ce8a197e694afe983a820323032362d30372d313020e5ada6e4b9a0e5859ae7aba02031322f313420c0b697d9f4332a0a3334313730302d3030313215e6b1a0e5b79ee5b882e69f90e99587e5859ae5a7943a2009090909090909090909090909090909090909090909090909090909090909094220ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c122005050505050505050505050505050505050505050505050505050505050505051a0208072209e78e8be4b9a6e8aeb0";

    #[test]
    fn a_form_names_what_it_is_about_and_nothing_else() {
        let mut wrong = issued();
        wrong.target.unit = Some("东街支部".parse().unwrap());
        assert!(Payload::from(wrong).check().is_err());
        let mut wrong = issued();
        wrong.slip.kind = FormKind::Book;
        assert!(Payload::from(wrong).check().is_err());
        for kind in FormKind::ALL {
            let mut form = issued();
            form.slip.kind = *kind;
            Payload::from(arrange(form)).check().unwrap();
        }
    }
}
