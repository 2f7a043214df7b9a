//! Appraisals, training hours and exemptions: entered once, voided when wrong.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::MemberId,
    letter::{
        Appraisal, AppraisalLine, Exemption, LocalCorrection, Payload, StudyTenths, Text, Training,
        Within,
    },
    log::Kind,
    time::Day,
};

use super::{Answer, Office, OfficeError, Request, Violation, plan::not_ahead, roster};
use crate::{
    book,
    domain::life::{
        Candidate, Who,
        roll::{RollProblem, find},
    },
};

const APPRAISAL: (&str, &str) = ("民主评议结果", "result of an appraisal");
const RECORD: (&str, &str) = ("评议、培训或免考记录", "appraisal, training or exemption");

/// A member of the roster whom a text names.
fn member(candidates: &[Candidate], text: &str) -> Result<MemberId, String> {
    match find(candidates, text).map(|candidate| candidate.who) {
        Ok(Who::Member(id)) => Ok(id),
        Ok(Who::Hosted(_)) => Err(format!(
            "{text} 是流入党员, 由流出地党组织评议和审批 a hosted member: the home organization appraises and approves"
        )),
        Err(problem) => Err(RollProblem::to_string(&problem)),
    }
}

/// Each name as a member, or every name that is none with its place.
fn members<'a>(
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

/// The result that counts for a unit and a year.
fn result(
    shelf: &impl book::Shelf,
    unit: &str,
    year: u16,
) -> Result<Option<(u64, Appraisal)>, OfficeError> {
    let records = book::life_of_year(shelf, year)?;
    Ok(records
        .into_iter()
        .filter(|record| !record.void)
        .find_map(|record| match record.payload {
            Payload::Appraisal(appraisal) if appraisal.unit.as_str() == unit => {
                Some((record.sequence, appraisal))
            }
            _ => None,
        }))
}

/// The result of a unit's appraisal. `votes` has the names; the lines take their ids.
pub(super) async fn appraise(
    office: &Office,
    request: Request,
    (unit, year, day): (Text<100>, Within<1900, 2999>, Option<Day>),
    votes: Vec<(String, AppraisalLine)>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let day = day.unwrap_or(desk.today);
            not_ahead(day, desk.today, "day")?;
            let candidates = roster::candidates(desk.draft, unit.as_str())?;
            roster::require(&candidates, unit.as_str())?;
            let filed = u16::try_from(year.get()).unwrap_or_default();
            if let Some((before, _)) = result(desk.draft, unit.as_str(), filed)? {
                return Err(OfficeError::field(
                    "year",
                    format!(
                        "该年度结果已有 (序号 {before}), 有误请先作废 the year has a result: void it first when it is wrong"
                    ),
                ));
            }
            let ids = members(&candidates, votes.iter().map(|(name, _)| name.as_str()), "votes")?;
            let lines = votes.into_iter().zip(ids);
            let appraisal = Appraisal {
                lines: lines
                    .map(|((_, line), member_id)| AppraisalLine { member_id, ..line })
                    .collect(),
                unit,
                year,
                day,
                actor: desk.actor.clone(),
            };
            desk.enter(&appraisal.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// The result of a year, with the members' names.
pub(super) fn appraisal(
    office: &Office,
    unit: &str,
    year: u16,
) -> Result<(u64, Appraisal, BTreeMap<Who, String>), OfficeError> {
    let (sequence, appraisal) = result(&office.store, unit, year)?
        .ok_or_else(|| OfficeError::not_found(APPRAISAL, format!("{unit} {year}")))?;
    let people = appraisal.lines.iter();
    let people = people.map(|line| Who::Member(line.member_id));
    let names = roster::names_of(&office.store, people)?;
    Ok((sequence, appraisal, names))
}

/// What is entered about a training, without those who were trained.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) day: Option<Day>,
    pub(super) tenths: StudyTenths,
    pub(super) title: Text<200>,
    pub(super) organizer: Option<Text<100>>,
}

/// Members were trained: those named, and everyone of a unit when it is not empty.
pub(super) async fn train(
    office: &Office,
    request: Request,
    people: Vec<String>,
    unit: String,
    course: Course,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let day = course.day.unwrap_or(desk.today);
            not_ahead(day, desk.today, "day")?;
            let candidates = roster::candidates(desk.draft, &unit)?;
            let mut member_ids = Vec::new();
            if !unit.is_empty() {
                roster::require(&candidates, &unit)?;
                member_ids.extend(
                    candidates
                        .iter()
                        .filter(|one| one.belongs)
                        .filter_map(|one| match one.who {
                            Who::Member(id) => Some(id),
                            Who::Hosted(_) => None,
                        }),
                );
            }
            let everyone = roster::everyone(desk.draft)?;
            let named = members(&everyone, people.iter().map(String::as_str), "people")?;
            member_ids.extend(named);
            let count = u32::try_from(member_ids.len()).unwrap_or(u32::MAX);
            let training = Training {
                member_ids,
                day,
                tenths: course.tenths,
                title: course.title,
                organizer: course.organizer,
                actor: desk.actor.clone(),
            };
            desk.enter(&training.into(), None)?;
            Ok(Answer {
                extra: count.to_be_bytes().to_vec().into(),
                ..Answer::default()
            })
        })
        .await
}

/// A year's trainings that count, oldest first.
pub(super) fn trainings(office: &Office, year: u16) -> Result<Vec<(u64, Training)>, OfficeError> {
    let records = book::life_of_year(&office.store, year)?;
    let mut found: Vec<_> = records
        .into_iter()
        .filter(|record| !record.void)
        .filter_map(|record| match record.payload {
            Payload::Training(training) => Some((record.sequence, training)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(sequence, training)| (training.day, *sequence));
    Ok(found)
}

/// The members of a unit, by name then id.
pub(super) fn members_of(
    office: &Office,
    unit: &str,
) -> Result<Vec<(MemberId, String)>, OfficeError> {
    let candidates = roster::candidates(&office.store, unit)?;
    roster::require(&candidates, unit)?;
    let own = candidates.into_iter().filter(|one| one.belongs);
    Ok(own
        .filter_map(|one| match one.who {
            Who::Member(id) => Some((id, one.names.first().cloned().unwrap_or_default())),
            Who::Hosted(_) => None,
        })
        .collect())
}

/// A member was exempted. The member's id is filled in from the name.
pub(super) async fn exempt(
    office: &Office,
    request: Request,
    name: String,
    exemption: Exemption,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            not_ahead(exemption.approved_on, desk.today, "approved_on")?;
            let member_id = member(&roster::everyone(desk.draft)?, &name)
                .map_err(|problem| OfficeError::field("person", problem))?;
            let exemption = Exemption {
                member_id,
                actor: desk.actor.clone(),
                ..exemption
            };
            desk.enter(&exemption.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// Exemptions that count, those that are over only when asked for.
pub(super) fn exemptions(
    office: &Office,
    all: bool,
) -> Result<Vec<(u64, Exemption, Option<book::Member>)>, OfficeError> {
    let today = office.today();
    let mut found = Vec::new();
    for (sequence, exemption) in book::exemptions(&office.store)? {
        if all || exemption.until.is_none_or(|until| today <= until) {
            let member = book::member(&office.store, exemption.member_id)?;
            found.push((sequence, exemption, member));
        }
    }
    Ok(found)
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
