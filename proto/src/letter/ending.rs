//! The end of a case: the member is back, was transferred, or the case is withdrawn.

use super::{
    arrival::CertificateCheck,
    record::{closed, record},
    text::Text,
};
use crate::time::Day;

record! {
    /// Outflow: the member is back; certificate and both accounts of the stay were checked (W §二(一)2).
    Returned "returned" {
        /// When.
        returned_on: Day [],
        /// Whether and how the certificate was checked.
        certificate_check: Option<CertificateCheck> [Certificate],
        /// The member's own account, in summary.
        member_account: Option<Text<2000>> [Conduct],
        /// The host's account, in summary.
        host_account: Option<Text<2000>> [Conduct],
    }
}

record! {
    /// Outflow: formal membership was transferred to the host.
    Transferred "transferred" {
        /// When.
        transferred_on: Day [],
        /// Number of the letter of introduction.
        letter_number: Option<Text<60>> [],
    }
}

record! {
    /// Outflow: the case ends for another reason.
    Withdraw "withdraw" {
        /// Why.
        reason: WithdrawReason [],
        /// In words.
        note: Option<Text<500>> [],
    }
}

closed! {
    /// Why a case is withdrawn.
    WithdrawReason {
        RegisteredInError "登记有误" "registered in error",
        RemovedFromMembership "出党" "removed from membership",
        Deceased "去世" "deceased",
    }
}
