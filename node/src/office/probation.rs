//! Conversion of probationary members (预备党员转正): decided at home, written on the roster, and told to the host where the agreement
//! names it.

use hongyan_proto::{
    id::MemberId,
    letter::{Member, Payload, ProbationDecision, ProbationOutcome},
    log::Kind,
    time::Day,
};

use super::{Answer, Office, OfficeError, Request, desk::Desk, find, flow, happened::happened};
use crate::{
    book::{self, CaseFile},
    domain::case::{self, Side},
};

/// What was decided about a member whose probation ends (Constitution art. 7). The answer's extra byte says whether the host was told.
pub(super) async fn decide(
    office: &Office,
    request: Request,
    name: String,
    decision: ProbationDecision,
) -> Result<Answer, OfficeError> {
    let payload = Payload::ProbationDecision(decision.clone());
    payload.check()?;
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
            let told = tell(desk, file, payload)?;
            let until = until_now(&decision, until, told.is_some())?;
            put_on_roster(desk, member, until)?;
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
        Err(
            OfficeError::OutOfScope(_)
            | OfficeError::NotInForce(_)
            | OfficeError::Revoked(_)
            | OfficeError::Fork(_)
            | OfficeError::KeyLost(_),
        ) => Ok(None),
        told => told.map(Some),
    }
}

/// Until when the member is on probation after a decision; none: converted.
fn until_now(
    decision: &ProbationDecision,
    until: Day,
    told: bool,
) -> Result<Option<Day>, OfficeError> {
    match decision.outcome {
        ProbationOutcome::Converted => Ok(None),
        ProbationOutcome::Extended => {
            let longer = decision.extended_until.filter(|longer| *longer > until);
            let problem = || {
                format!(
                    "应晚于现有的预备期满日期 {until}  must be after {until}, when probation ends now"
                )
            };
            let longer = longer.ok_or_else(|| OfficeError::field("extended_until", problem()))?;
            Ok(Some(longer))
        }
        ProbationOutcome::Revoked if told => Ok(Some(until)),
        ProbationOutcome::Revoked => Err(OfficeError::field(
            "outcome",
            "取消预备党员资格, 请用 member remove --reason expelled 移出名册 whose probation is revoked leaves the roster: member remove --reason expelled",
        )),
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

/// A decision that the host was told of was corrected: the roster follows what is right, or is as it was before.
pub(super) fn corrected(
    desk: &mut Desk<'_, '_>,
    member: Option<MemberId>,
    right: Option<&ProbationDecision>,
) -> Result<(), OfficeError> {
    let Some(id) = member else { return Ok(()) };
    let Some(member) = book::member(desk.draft, id)? else {
        return Ok(());
    };
    let formers = book::formers_of(desk.draft, id)?;
    let ends = formers.iter().rev();
    let mut ends = ends.filter_map(|former| former.member.details.probationary_until);
    let now = member.details.probationary_until;
    let before = ends.find(|end| Some(*end) != now).or(now);
    let until = match right.map(|right| right.outcome) {
        Some(ProbationOutcome::Converted) => None,
        Some(ProbationOutcome::Extended) => right.and_then(|right| right.extended_until),
        Some(ProbationOutcome::Revoked) | None => before,
    };
    put_on_roster(desk, member, until)
}
