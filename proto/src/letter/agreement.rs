//! The entries that propose, sign and end a co-management agreement.

use super::{record::record, terms::Terms, text::Text};
use crate::{id::AgreementHash, time::Day};

const SIGNATURE_DOMAIN: &[u8] = b"hongyan/agreement-signature/v1\n";

/// What a party's identity key signs: "hongyan/agreement-signature/v1\n" ‖ agreement hash.
pub fn signature_message(hash: AgreementHash) -> Vec<u8> {
    [SIGNATURE_DOMAIN, hash.as_bytes()].concat()
}

record! {
    /// Proposes terms.
    AgreementProposed "agreement_proposed" {
        /// What is hashed and signed is exactly their encoding.
        terms: Terms [],
        /// Hash of the proposal this one answers.
        answers: Option<AgreementHash> [],
    }
}

record! {
    /// Signs terms. The agreement is in force when both parties have signed the same hash.
    AgreementSigned "agreement_signed" {
        /// What is signed.
        agreement_hash: AgreementHash [],
        /// Ed25519 over [`signature_message`], by the party's identity key.
        signature: [u8; 64] [],
        /// Who signed for the party.
        signatory: Text<60> [],
    }
}

record! {
    /// Ends an agreement before its time.
    AgreementEnded "agreement_ended" {
        /// Which.
        agreement_hash: AgreementHash [],
        /// Last day in force; not before the day it was written.
        last_day: Day [],
        /// Why.
        reason: Option<Text<500>> [],
    }
}
