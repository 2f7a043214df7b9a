//! A claim that crosses a notice of the same certificate: both sides opened a case for one person at once. The notice's case
//! goes on, the claim's closes as duplicate, by the same rule on both sides and whatever arrived first.

use std::{collections::BTreeMap, fmt};

use hongyan_proto::{
    id::{CaseId, CertificateNumber},
    letter::Payload,
    log::Kind,
};
use thiserror::Error;

use super::{
    super::{
        event::Event,
        order::{Position, concurrent},
    },
    derive::Case,
    state::State,
};

/// An entry that names a certificate and opens a case (or notices it again).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Opening {
    /// The case.
    pub case: CaseId,
    /// A notice or a claim.
    pub kind: Kind,
    /// Where it stands in the correspondence.
    pub position: Position,
    /// The certificate it names.
    pub certificate: CertificateNumber,
}

/// A claim's case that closes as duplicate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Crossing {
    /// The notice's case, which goes on.
    pub goes_on: CaseId,
    /// From where in the correspondence on: the later of claim and notice.
    pub at: Position,
}

/// What an event says about the certificate, if it opens a case and names one.
pub fn opening(case: CaseId, event: &Event) -> Option<Opening> {
    if event.local {
        return None;
    }
    let certificate = match event.payload.as_ref()? {
        Payload::Notice(notice) => notice.disclosed.certificate.as_ref()?,
        Payload::Claim(claim) => claim.disclosed.certificate.as_ref()?,
        _ => return None,
    };
    Some(Opening {
        case,
        kind: event.kind,
        position: event.position,
        certificate: certificate.clone(),
    })
}

/// Finds every claim of a correspondence that crossed a notice, by the claim's case. Give it all openings of the correspondence,
/// in any order. Where several notices crossed one claim, the earliest goes on; of several claims in one case only the earliest counts,
/// which is the one that opened it.
pub fn find(openings: &[Opening]) -> BTreeMap<CaseId, Crossing> {
    let of = |kind: Kind| openings.iter().filter(move |opening| opening.kind == kind);
    let mut claims: BTreeMap<CaseId, &Opening> = BTreeMap::new();
    for claim in of(Kind::Claim) {
        let first = claims.entry(claim.case).or_insert(claim);
        if claim.position < first.position {
            *first = claim;
        }
    }
    let mut found: BTreeMap<CaseId, Crossing> = BTreeMap::new();
    for claim in claims.into_values() {
        let earliest = of(Kind::Notice)
            .filter(|notice| notice.certificate == claim.certificate && notice.case != claim.case)
            .filter(|notice| concurrent(&notice.position, &claim.position))
            .min_by_key(|notice| notice.position);
        if let Some(notice) = earliest {
            found.insert(
                claim.case,
                Crossing {
                    goes_on: notice.case,
                    at: notice.position.max(claim.position),
                },
            );
        }
    }
    found
}

/// A case for this certificate is already open: write into that one.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error(
    "活动证 {certificate} 已有未结案卷 {case} ({state}), 请在该案卷中{instead}  certificate {certificate} already has the open case {case} ({state}): {instead} there"
)]
pub struct AlreadyOpen {
    /// The certificate.
    pub certificate: CertificateNumber,
    /// The open case.
    pub case: CaseId,
    /// Its state.
    pub state: State,
    /// What to write there instead.
    pub instead: Instead,
}

/// What belongs into the open case instead of a second opening.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Instead {
    /// Confirm or disown the claim.
    AnswerClaim,
    /// Accept or decline the notice.
    AnswerNotice,
    /// Go on with it.
    GoOn,
}

impl fmt::Display for Instead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnswerClaim => "确认或不予确认 (confirm or disown)",
            Self::AnswerNotice => "接收或退回 (accept or decline)",
            Self::GoOn => "继续办理 (go on)",
        })
    }
}

/// Before writing a notice or claim: refuses a second open case for one certificate within a correspondence. A declined notice and a
/// moved case do not stand in the way: the person may yet come, or be somewhere else by now.
pub fn check_opening<'a>(
    certificate: &CertificateNumber,
    own_case: Option<CaseId>,
    cases: impl IntoIterator<Item = (CaseId, &'a Case)>,
) -> Result<(), AlreadyOpen> {
    for (id, case) in cases {
        let Some(state) = case.state() else { continue };
        if own_case == Some(id) || case.certificate() != Some(certificate) {
            continue;
        }
        let instead = match state {
            State::Claimed => Instead::AnswerClaim,
            State::Notified => Instead::AnswerNotice,
            State::Accepted | State::Active | State::LostContact => Instead::GoOn,
            State::Departed | State::Declined | State::Moved | State::Closed(_) => continue,
        };
        return Err(AlreadyOpen {
            certificate: certificate.clone(),
            case: id,
            state,
            instead,
        });
    }
    Ok(())
}
