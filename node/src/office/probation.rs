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
    book,
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
            let file = match find::case(desk.draft, &name) {
                Ok((file, _)) => Some(file),
                Err(OfficeError::NotFound { .. }) => None,
                Err(error) => return Err(error),
            };
            if file.as_ref().and_then(book::CaseFile::side) == Some(Side::Inflow) {
                // Not the host's to decide: the table refuses it, and says why.
                return flow::put(desk, &name, payload);
            }
            let on_roster = file.as_ref().and_then(|file| file.member);
            let on_roster = on_roster.map(|id| book::member(desk.draft, id));
            let member = match on_roster.transpose()?.flatten() {
                Some(member) => member,
                None => find::member(desk.draft, &name)?,
            };
            let Some(until) = member.details.probationary_until else {
                return Err(OfficeError::field(
                    "case",
                    "名册上该党员不在预备期; 如登记有误, 先导入名册补上预备期满日期 is on no probation by the roster: where that is wrong, import the last day of it first",
                ));
            };
            happened(decision.day, desk.today, "day")?;
            let active = file.filter(|file| {
                let asked = case::check(&file.case, Side::Outflow, Kind::ProbationDecision);
                file.partner.is_some() && asked.is_ok()
            });
            let told = match active.map(|file| flow::put(desk, &file.id.to_string(), payload)) {
                // The roster is this node's own, however the correspondence stands.
                None
                | Some(Err(
                    OfficeError::OutOfScope(_)
                    | OfficeError::NotInForce(_)
                    | OfficeError::Revoked(_)
                    | OfficeError::Fork(_)
                    | OfficeError::KeyLost(_),
                )) => None,
                Some(told) => Some(told?),
            };
            let until = match decision.outcome {
                ProbationOutcome::Converted => None,
                ProbationOutcome::Extended => {
                    let longer = decision.extended_until.filter(|longer| *longer > until);
                    Some(longer.ok_or_else(|| {
                        OfficeError::field(
                            "extended_until",
                            format!("应晚于现有的预备期满日期 {until} must be after {until}, when probation ends now"),
                        )
                    })?)
                }
                ProbationOutcome::Revoked if told.is_none() => {
                    return Err(OfficeError::field(
                        "outcome",
                        "取消预备党员资格, 请用 member remove --reason expelled 移出名册 whose probation is revoked leaves the roster: member remove --reason expelled",
                    ));
                }
                ProbationOutcome::Revoked => Some(until),
            };
            put_on_roster(desk, member, until)?;
            let extra = vec![u8::from(told.is_some())].into();
            Ok(Answer {
                extra,
                ..told.unwrap_or_default()
            })
        })
        .await
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
