//! What appraisals, trainings and exemptions have in common: they name members of the roster, and a wrong one is corrected or voided.

use hongyan_proto::{
    id::MemberId,
    letter::{Payload, Text},
    log::Kind,
    time::Day,
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

/// What such a record says now, if it counts.
pub(super) fn one<T>(
    shelf: &impl book::Shelf,
    sequence: u64,
    is: impl Fn(Payload) -> Option<T>,
) -> Result<T, OfficeError> {
    let missing = || OfficeError::not_found(RECORD, sequence.to_string());
    let record = book::life_record(shelf, sequence)?.ok_or_else(missing)?;
    let void = record.void;
    let found = is(record.payload).ok_or_else(missing)?;
    if void {
        return Err(OfficeError::field(
            "record",
            "该记录已作废, 请另行记录 the record is void: record another",
        ));
    }
    Ok(found)
}

/// A correction that leaves everything as it was is a slip of the hand.
pub(super) fn changed<T: PartialEq>(before: &T, after: &T) -> Result<(), OfficeError> {
    if before == after {
        return Err(OfficeError::field(
            "record",
            "与原记录相同, 没有更正 it says what it said: nothing is corrected",
        ));
    }
    Ok(())
}

/// Refuses what the year's records have already; `next` says what to do where it is meant all the same.
pub(super) fn not_again(
    shelf: &impl book::Shelf,
    day: Day,
    next: &str,
    same: impl Fn(&Payload) -> bool,
) -> Result<(), OfficeError> {
    let year = u16::try_from(day.date().year()).unwrap_or_default();
    let records = book::life_of_year(shelf, year)?;
    let mut records = records.iter().filter(|record| !record.void);
    match records.find(|record| same(&record.payload)) {
        Some(record) => Err(again(record.sequence, next)),
        None => Ok(()),
    }
}

/// What is entered twice would count twice.
pub(super) fn again(sequence: u64, next: &str) -> OfficeError {
    OfficeError::field("record", format!("已记录 (序号 {sequence}), {next}"))
}

/// Takes those out who were named by mistake; each must be in the record.
pub(super) fn leave<T>(
    lines: &mut Vec<T>,
    gone: &[MemberId],
    of: impl Fn(&T) -> MemberId,
    field: &str,
) -> Result<(), OfficeError> {
    for (at, id) in gone.iter().enumerate() {
        let before = lines.len();
        lines.retain(|line| of(line) != *id);
        if lines.len() == before {
            return Err(OfficeError::field(
                format!("{field}[{at}]"),
                "不在原记录中 is not in the record",
            ));
        }
    }
    Ok(())
}

/// A record is filed under its year.
pub(super) fn same_year(before: Day, after: Day) -> Result<(), OfficeError> {
    if before.date().year() == after.date().year() {
        return Ok(());
    }
    Err(OfficeError::field(
        "day",
        "年度不能更正, 请作废后另记 the year cannot be corrected: void the record and record another",
    ))
}

/// An appraisal, a training or an exemption never was; with `wanted` it must be one of that kind.
pub(super) async fn void(
    office: &Office,
    request: Request,
    sequence: u64,
    reason: Text<500>,
    wanted: Option<Kind>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            one(desk.draft, sequence, |payload| {
                let kind = payload.kind();
                let known = matches!(kind, Kind::Appraisal | Kind::Training | Kind::Exemption);
                (known && wanted.is_none_or(|wanted| wanted == kind)).then_some(())
            })?;
            desk.correct(sequence, reason, None)?;
            Ok(Answer::default())
        })
        .await
}
