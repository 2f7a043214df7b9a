//! What appraisals, trainings and exemptions have in common: they name members of the roster, and a wrong one is voided.

use hongyan_proto::{
    id::MemberId,
    letter::{LocalCorrection, Text},
    log::Kind,
};

use super::{Answer, Office, OfficeError, Request, Violation};
use crate::{
    book,
    domain::life::{
        Candidate, Who,
        roll::{RollProblem, find},
    },
};

const RECORD: (&str, &str) = ("评议、培训或免考记录", "appraisal, training or exemption");

/// A member of the roster whom a text names.
pub(super) fn member(candidates: &[Candidate], text: &str) -> Result<MemberId, String> {
    match find(candidates, text).map(|candidate| candidate.who) {
        Ok(Who::Member(id)) => Ok(id),
        Ok(Who::Hosted(_)) => Err(format!(
            "{text} 是流入党员, 由流出地党组织评议和审批 a hosted member: the home organization appraises and approves"
        )),
        Err(problem) => Err(RollProblem::to_string(&problem)),
    }
}

/// Each name as a member, or every name that is none with its place.
pub(super) fn members<'a>(
    candidates: &[Candidate],
    names: impl Iterator<Item = &'a str>,
    field: &str,
) -> Result<Vec<MemberId>, OfficeError> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for (at, name) in names.enumerate() {
        match member(candidates, name) {
            Ok(id) => found.push(id),
            Err(problem) => wrong.push(Violation {
                field: format!("{field}[{at}].person"),
                problem,
            }),
        }
    }
    if wrong.is_empty() {
        Ok(found)
    } else {
        Err(OfficeError::Invalid(wrong))
    }
}

/// An appraisal, a training or an exemption never was.
pub(super) async fn void(
    office: &Office,
    request: Request,
    sequence: u64,
    reason: Text<500>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let missing = || OfficeError::not_found(RECORD, sequence.to_string());
            let record = book::life_record(desk.draft, sequence)?
                .filter(|record| {
                    matches!(
                        record.payload.kind(),
                        Kind::Appraisal | Kind::Training | Kind::Exemption
                    )
                })
                .ok_or_else(missing)?;
            if record.void {
                return Err(OfficeError::field(
                    "record",
                    "该记录已作废 the record is void already",
                ));
            }
            let correction = LocalCorrection {
                corrects: sequence,
                reason,
                replacement: None,
                actor: desk.actor.clone(),
            };
            desk.enter(&correction.into(), None)?;
            Ok(Answer::default())
        })
        .await
}
