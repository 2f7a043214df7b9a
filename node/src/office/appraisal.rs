//! Appraisals (民主评议党员): one result a unit and year, with the votes.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::MemberId,
    letter::{
        Appraisal, AppraisalGrade, AppraisalLine, LocalReplacement, Payload, Text, UnitKind, Within,
    },
    time::Day,
};

use super::{
    Answer, Office, OfficeError, Request,
    assessment::{changed, leave, members, one},
    find,
    happened::{happened, this_year_or},
    lived, roster,
};
use crate::{
    book,
    domain::{case::stay::covers, life::Who},
    store::Store,
};

const APPRAISAL: (&str, &str) = ("民主评议结果", "result of an appraisal");

/// The result that counts for a unit and a year.
fn result(
    shelf: &impl book::Shelf,
    unit: &str,
    year: u16,
) -> Result<Option<(u64, Appraisal)>, OfficeError> {
    let records = lived::of_year(shelf, year)?;
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
            happened(day, desk.today, "day")?;
            let unit = roster::unit(desk.draft, unit.as_str())?;
            let units = book::units(desk.draft)?;
            // One that only texts name is a group when it is written inside a branch.
            let group = match find::unit(&units, unit.as_str()) {
                Ok(known) => known.kind == UnitKind::Group,
                Err(_) => unit.as_str().contains('/') && unit.as_str().ends_with("小组"),
            };
            if group {
                let name = unit.as_str();
                return Err(OfficeError::field(
                    "unit",
                    format!(
                        "{name} 是党小组, 民主评议以支部为单位, 请写明支部 a group: members are appraised by their branch, name that"
                    ),
                ));
            }
            let candidates = roster::candidates_on(desk.draft, unit.as_str(), day)?;
            roster::require(&candidates, unit.as_str())?;
            let filed = this_year_or(desk.today, year.get())?;
            of_its_year(day, filed)?;
            if let Some((before, _)) = result(desk.draft, unit.as_str(), filed)? {
                return Err(OfficeError::field(
                    "year",
                    format!(
                        "该年度结果已有 (序号 {before}), 有误请用 appraisal correct 更正 the year has a result: correct it when it is wrong"
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

/// A year is appraised in its course or in the next one.
fn of_its_year(day: Day, year: u16) -> Result<(), OfficeError> {
    let held = i32::from(day.date().year());
    let year = i32::from(year);
    if (year..=year + 1).contains(&held) {
        return Ok(());
    }
    Err(OfficeError::field(
        "day",
        format!(
            "{year} 年度的民主评议应在当年或次年进行, 请核对日期 {day}  the year is appraised in its course or in the next one: check the day"
        ),
    ))
}

/// What is right about a result.
#[derive(Clone, Debug)]
pub(super) struct Recount {
    pub(super) day: Option<Day>,
    /// Lines that change or are added, by the member's name.
    pub(super) votes: Vec<(String, AppraisalLine)>,
    pub(super) not_appraised: Vec<String>,
}

/// A result was wrong: votes, grades, or who was appraised. Unit and year stay.
pub(super) async fn correct(
    office: &Office,
    request: Request,
    sequence: u64,
    reason: Text<500>,
    right: Recount,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let before = one(desk.draft, sequence, |payload| match payload {
                Payload::Appraisal(appraisal) => Some(appraisal),
                _ => None,
            })?;
            let day = right.day.unwrap_or(before.day);
            happened(day, desk.today, "day")?;
            of_its_year(day, u16::try_from(before.year.get()).unwrap_or_default())?;
            // Who was appraised here may be named, even when the person has left the unit since.
            let unit = roster::named(desk.draft, before.unit.as_str())?;
            let mut candidates = roster::candidates_on(desk.draft, &unit, day)?;
            for candidate in &mut candidates {
                let was = |line: &AppraisalLine| candidate.who == Who::Member(line.member_id);
                candidate.belongs |= before.lines.iter().any(was);
            }
            let names = right.votes.iter().map(|(name, _)| name.as_str());
            let ids = members(&candidates, names, "votes")?;
            let gone = right.not_appraised.iter().map(String::as_str);
            let gone = members(&candidates, gone, "not_appraised")?;
            let mut lines = before.lines.clone();
            for (id, (_, vote)) in ids.into_iter().zip(right.votes) {
                let line = AppraisalLine {
                    member_id: id,
                    ..vote
                };
                match lines.iter_mut().find(|line| line.member_id == id) {
                    Some(old) => *old = line,
                    None => lines.push(line),
                }
            }
            leave(&mut lines, &gone, |line| line.member_id, "not_appraised")?;
            let after = Appraisal {
                lines,
                day,
                ..before.clone()
            };
            changed(&before, &after)?;
            let actor = desk.actor.clone();
            let after = LocalReplacement::Appraisal(Appraisal { actor, ..after });
            desk.correct(sequence, reason, Some(after))?;
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
    let unit = &*roster::named(&office.store, unit)?;
    let (sequence, appraisal) = result(&office.store, unit, year)?
        .ok_or_else(|| OfficeError::not_found(APPRAISAL, format!("{unit} {year}")))?;
    let people = appraisal.lines.iter();
    let people = people.map(|line| Who::Member(line.member_id));
    let names = roster::names_of(&office.store, people)?;
    Ok((sequence, appraisal, names))
}

/// What people should look at again in a result.
#[derive(Clone, Debug, Default)]
pub(super) struct Remarks {
    /// Members of the unit on that day, not away then, of whom it says nothing, by name.
    pub(super) left_out: Vec<String>,
    /// Whom more votes were counted for than the unit had people on that day: guests may have voted.
    pub(super) many_votes: Vec<String>,
    /// Whose grade nobody voted for though there were votes.
    pub(super) unlike_votes: Vec<String>,
}

const fn votes_for_grade(line: &AppraisalLine) -> u32 {
    match line.grade {
        AppraisalGrade::Excellent => line.excellent,
        AppraisalGrade::Qualified => line.qualified,
        AppraisalGrade::Unqualified => line.unqualified,
    }
}

/// What a result should be looked at for.
pub(super) fn remarks(office: &Office, appraisal: &Appraisal) -> Result<Remarks, OfficeError> {
    let (store, day) = (&office.store, appraisal.day);
    let unit = roster::named(store, appraisal.unit.as_str())?;
    let mut people = roster::candidates_on(store, &unit, day)?;
    people.retain(|one| one.belongs && one.since.is_none_or(|since| since <= day));
    let at_most = people.len() as u64;
    let mut remarks = Remarks::default();
    for one in &people {
        let Who::Member(id) = one.who else { continue };
        let line = appraisal.lines.iter().find(|line| line.member_id == id);
        let votes = line.map(|line| [line.excellent, line.qualified, line.unqualified]);
        let votes = votes.map(|votes| votes.into_iter().map(u64::from).sum::<u64>());
        let name = one.names.first().cloned();
        if line.is_some_and(|line| votes > Some(0) && votes_for_grade(line) == 0) {
            remarks.unlike_votes.extend(name.clone());
        }
        match votes {
            Some(votes) if votes > at_most => remarks.many_votes.extend(name),
            None if !is_away(store, id, day)? => remarks.left_out.extend(name),
            _ => {}
        }
    }
    Ok(remarks)
}

/// The same of the result that an entry is; nothing where it counts no more.
pub(super) fn remarks_of(office: &Office, sequence: u64) -> Remarks {
    let result = one(&office.store, sequence, |payload| match payload {
        Payload::Appraisal(appraisal) => Some(appraisal),
        _ => None,
    });
    // The entry is written: what is only remarked about it must not make an error of that.
    let remarks = result.and_then(|result| remarks(office, &result));
    remarks.unwrap_or_default()
}

/// Did a host manage the member on a day?
fn is_away(store: &Store, id: MemberId, day: Day) -> Result<bool, OfficeError> {
    let stays = find::stays(store, id)?;
    Ok(stays.into_iter().any(|stay| covers(stay, day)))
}
