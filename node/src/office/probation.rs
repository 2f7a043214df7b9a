//! Conversion of probationary members (预备党员转正): decided at home, written on the roster, and told to the host where the agreement
//! names it.

use hongyan_proto::{
    id::MemberId,
    letter::{Member, Payload, ProbationDecided, ProbationDecision, ProbationOutcome, Text},
    log::Kind,
    time::Day,
};

use super::{
    Answer, Office, OfficeError, Request, desk::Desk, find, flow, happened::happened, later,
};
use crate::{
    book::{self, CaseFile},
    domain::case::{self, Side, probation::decided_until},
};

/// What was decided about a member whose probation ended (Constitution art. 7). The answer's extra byte says whether the host was told; else the
/// decision is kept here.
pub(super) async fn decide(
    office: &Office,
    request: Request,
    name: String,
    decision: ProbationDecision,
) -> Result<Answer, OfficeError> {
    let payload = Payload::ProbationDecision(decision.clone());
    payload.check()?;
    let store = office.store.clone();
    office
        .write(request, move |desk| {
            let (file, member) = about(desk, &name)?;
            let Some(until) = member.details.probationary_until else {
                return Err(OfficeError::field(
                    "case",
                    "名册上该党员不在预备期; 如登记有误, 先导入名册补上预备期满日期 is on no probation by the roster: where that is wrong, import the last day of it first",
                ));
            };
            happened(decision.day, desk.today, "day")?;
            let end = checked(&decision, &member, until)?;
            later::tell(desk, &store, member.member_id)?;
            let earlier = desk.written.len();
            let told = tell(desk, file, payload)?;
            if told.is_none() {
                keep(desk, &member, (&decision, until))?;
            }
            put_on_roster(desk, member, end)?;
            // What was asked for comes first.
            desk.written.rotate_left(earlier);
            let extra = vec![u8::from(told.is_some())].into();
            Ok(Answer {
                extra,
                ..told.unwrap_or_default()
            })
        })
        .await
}

/// The member on the roster, and the open case they are away in. Who is away is found by name before who is at home: of two people called so,
/// the id or the certificate says who is meant.
fn about(desk: &Desk<'_, '_>, name: &str) -> Result<(Option<CaseFile>, Member), OfficeError> {
    let file = match find::case(desk.draft, name) {
        Ok((file, _)) => Some(file),
        Err(OfficeError::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    let by_name = find::member(desk.draft, name);
    let file = match (file, &by_name) {
        (Some(file), Err(_)) if file.side() == Some(Side::Inflow) => {
            // Not the host's to decide: the table says so.
            case::check(&file.case, Side::Inflow, Kind::ProbationDecision)?;
            None
        }
        // A member of ours may be called like somebody who is hosted here.
        (file, _) => file.filter(|file| file.side() != Some(Side::Inflow)),
    };
    let away = file.as_ref().and_then(|file| file.member);
    let Some(away) = away else {
        return Ok((file, by_name?));
    };
    match by_name {
        Ok(member) if member.member_id != away => Err(OfficeError::field(
            "case",
            "名册上另有同名党员, 请用案卷编号、党员编号或活动证号指明 the roster has another member of that name: name the case, the member's id or the certificate",
        )),
        Err(error @ OfficeError::Ambiguous { .. }) => Err(error),
        _ => {
            let missing = || OfficeError::not_found(("党员", "member"), name);
            let member = book::member(desk.draft, away)?.ok_or_else(missing)?;
            Ok((file, member))
        }
    }
}

/// Tells the host of an active case, where there is one that may be told. The roster is this node's own, however the correspondence stands.
fn tell(
    desk: &mut Desk<'_, '_>,
    file: Option<CaseFile>,
    payload: Payload,
) -> Result<Option<Answer>, OfficeError> {
    let active = file.filter(|file| {
        let asked = case::check(&file.case, Side::Outflow, Kind::ProbationDecision);
        file.partner.is_some() && asked.is_ok()
    });
    let Some(file) = active else { return Ok(None) };
    match flow::put(desk, &file.id.to_string(), payload) {
        Err(error) if error.hinders_letters() => Ok(None),
        told => told.map(Some),
    }
}

/// Until when the member is on probation after a decision; none: converted.
fn checked(
    decision: &ProbationDecision,
    member: &Member,
    until: Day,
) -> Result<Option<Day>, OfficeError> {
    let joined = member.details.joined;
    decided_until(decision, joined, until)
        .map_err(|refusal| OfficeError::field(refusal.field(), refusal))
}

/// A decision that no letter tells stands in the local log, with its day.
fn keep(
    desk: &mut Desk<'_, '_>,
    member: &Member,
    (decision, until): (&ProbationDecision, Day),
) -> Result<(), OfficeError> {
    not_revoked(decision)?;
    let decided = ProbationDecided {
        member_id: member.member_id,
        until,
        day: decision.day,
        outcome: decision.outcome,
        extended_until: decision.extended_until,
        actor: desk.actor.clone(),
    };
    desk.enter(&decided.into(), None).map(drop)
}

fn not_revoked(decision: &ProbationDecision) -> Result<(), OfficeError> {
    if decision.outcome != ProbationOutcome::Revoked {
        return Ok(());
    }
    Err(OfficeError::field(
        "outcome",
        "取消预备党员资格, 请用 member remove --reason expelled 移出名册 whose probation is revoked leaves the roster: member remove --reason expelled",
    ))
}

/// May what was kept here be changed here? Not once a host was told of it, or another decision followed it.
fn changeable(desk: &Desk<'_, '_>, decided: &ProbationDecided) -> Result<(), OfficeError> {
    later::not_told(desk, decided)?;
    let others = book::decisions_at_home_of(desk.draft, decided.member_id)?;
    let later = others
        .iter()
        .find(|other| Some(other.said.until) == decided.extended_until);
    if let Some(later) = later {
        return Err(OfficeError::field(
            "record",
            format!(
                "其后另有决定 (序号 {0}), 请先作废那一条 entry {0} decided about the extension: void that one first",
                later.sequence
            ),
        ));
    }
    Ok(())
}

/// Something else is right than what was kept here only.
pub(super) fn replaced(
    desk: &mut Desk<'_, '_>,
    decided: &ProbationDecided,
    (reason, right): (Text<500>, &ProbationDecision),
) -> Result<(), OfficeError> {
    happened(right.day, desk.today, "day")?;
    not_revoked(right)?;
    changeable(desk, decided)?;
    let wrong = ProbationDecision {
        day: decided.day,
        outcome: decided.outcome,
        extended_until: decided.extended_until,
    };
    corrected(desk, Some(decided.member_id), &wrong, (reason, Some(right)))
}

/// A decision that was kept here only never was: the roster is as it was before, unless something else changed it since.
pub(super) fn taken_back(
    desk: &mut Desk<'_, '_>,
    decided: &ProbationDecided,
) -> Result<(), OfficeError> {
    changeable(desk, decided)?;
    match book::member(desk.draft, decided.member_id)? {
        Some(member) if member.details.probationary_until == decided.extended_until => {
            put_on_roster(desk, member, Some(decided.until))
        }
        _ => Ok(()),
    }
}

fn put_on_roster(
    desk: &mut Desk<'_, '_>,
    member: Member,
    until: Option<Day>,
) -> Result<(), OfficeError> {
    if member.details.probationary_until == until {
        return Ok(());
    }
    let mut changed = Member {
        actor: desk.actor.clone(),
        ..member
    };
    changed.details.probationary_until = until;
    desk.enter(&Payload::Member(changed), None).map(drop)
}

/// A decision was corrected, the letter that told the host or what was kept here: the roster and what is kept follow what is right, or are as they
/// were before.
pub(super) fn corrected(
    desk: &mut Desk<'_, '_>,
    member: Option<MemberId>,
    wrong: &ProbationDecision,
    (reason, right): (Text<500>, Option<&ProbationDecision>),
) -> Result<(), OfficeError> {
    let Some(id) = member else { return Ok(()) };
    let Some(member) = book::member(desk.draft, id)? else {
        return Ok(());
    };
    let kept = book::decisions_at_home_of(desk.draft, id)?;
    let same = |one: &ProbationDecided| {
        (one.day, one.outcome, one.extended_until)
            == (wrong.day, wrong.outcome, wrong.extended_until)
    };
    let kept = kept.into_iter().rev().find(|one| same(&one.said));
    let now = member.details.probationary_until;
    // Of a decision that another one followed the roster says nothing any more.
    let stands = wrong.outcome == ProbationOutcome::Revoked || now == wrong.extended_until;
    let formers = book::formers_of(desk.draft, id)?;
    let ends = formers.iter().rev();
    let mut ends = ends.filter_map(|former| former.member.details.probationary_until);
    let before = match &kept {
        Some(kept) => Some(kept.said.until),
        None if stands => ends.find(|end| Some(*end) != now).or(now),
        None => None,
    };
    let until = match (right, before) {
        (Some(right), Some(before)) => checked(right, &member, before)?,
        _ => before,
    };
    if let Some(kept) = kept {
        desk.correct(kept.sequence, reason, None)?;
        let right = right.filter(|right| right.outcome != ProbationOutcome::Revoked);
        if let Some(right) = right {
            keep(desk, &member, (right, kept.said.until))?;
        }
    }
    if stands {
        put_on_roster(desk, member, until)?;
    }
    Ok(())
}
