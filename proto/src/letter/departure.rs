//! A member leaves: who, when, why and where to.

use super::{
    record::{closed, record},
    text::Text,
};
use crate::{
    id::{CaseId, CertificateNumber, KeyId, MemberId, RegionCode},
    time::Day,
};

record! {
    /// Outflow, local log only: the member has left; the destination organization is not known yet.
    Departed "departed" {
        /// This node's own id of the member.
        member_id: MemberId [],
        /// Away since.
        since: Day [],
        /// Why.
        reason: DepartureReason [],
        /// Where to, as far as it is known.
        destination: Option<Destination> [],
        /// The partner's key fingerprint when the destination organization is known.
        partner: Option<KeyId> [],
        /// The certificate handed out.
        certificate: Option<CertificateNumber> [],
        /// The case that this one continues after a move.
        previous_case: Option<CaseId> [],
    }
}

record! {
    /// Where a member goes.
    Destination "destination" {
        /// Region by GB/T 2260.
        region: RegionCode [],
        /// In words: district, street, employer.
        description: Option<Text<200>> [],
    }
}

closed! {
    /// Why a member leaves.
    DepartureReason {
        Work "务工" "work",
        Business "经商" "business",
        Study "求学" "study",
        Family "随家属" "family",
        Retirement "退休异地居住" "retirement",
        Other "其他" "other",
    }
}
