//! The claim (持证报到告知): a person showed us a certificate of yours, and what you answer.

use super::{
    disclosed::Disclosed,
    record::{closed, record},
    text::Text,
};
use crate::time::Day;

record! {
    /// Inflow → outflow: a person showed us a certificate of yours and you told us nothing.
    Claim "claim" {
        /// What the certificate and the person say.
        disclosed: Disclosed [*],
        /// The day the certificate was shown.
        shown_on: Day [],
    }
}

record! {
    /// Outflow: the claimed person is ours.
    Confirm "confirm" {
        /// Completes what the agreement lets us disclose.
        disclosed: Disclosed [*],
    }
}

record! {
    /// Outflow: the claimed person is not ours. The case closes, marked disputed.
    Disown "disown" {
        /// Why.
        reason: DisownReason [],
        /// In words.
        note: Option<Text<500>> [],
    }
}

closed! {
    /// Why a claim is not confirmed.
    DisownReason {
        UnknownPerson "查无此人" "unknown person",
        CertificateNotOurs "活动证非本组织发放" "certificate not ours",
        CertificateWithdrawn "活动证已收回" "certificate withdrawn",
    }
}
