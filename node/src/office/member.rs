//! The roster (党员名册): reading it, leaving it, and taking that back.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::MemberExit,
    time::Day,
};

use super::{Answer, Office, OfficeError, Request, find, roster, unit};
use crate::book::{self, CaseFile, Member, Shelf};

/// A member leaves the roster on a day: from then on nothing is due any more, and what was due before stays.
pub(super) async fn remove(
    office: &Office,
    request: Request,
    text: String,
    (exit, on): (MemberExit, Day),
) -> Result<(Member, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let refuse = |problem: String| Err(OfficeError::field("member", problem));
            let member = find::member(desk.draft, &text)?;
            if member.removed {
                return refuse(format!("{text} 已离开名册 left the roster already"));
            }
            for id in book::cases_of_member(desk.draft, member.member_id)? {
                if find::case_by_id(desk.draft, id)?.0.is_open() {
                    return refuse(format!(
                        "{text} 有在办的流动案卷 {id}, 请先用 flow return、flow transfer 或 flow withdraw 结案 has an open case: end it first with flow return, flow transfer or flow withdraw"
                    ));
                }
            }
            let units = book::units(desk.draft)?;
            let mut held = units.officers().iter();
            if held.any(|one| one.member == member.member_id && one.ended_on.is_none()) {
                return refuse(format!(
                    "{text} 仍在任职, 请先用 unit officer end 免职 holds an office: end it first with unit officer end"
                ));
            }
            let from = roster::now(&units, &member);
            let closings = book::dues_closings(desk.draft)?;
            let formers = book::formers_of(desk.draft, member.member_id)?;
            let (days, left) = ((on, desk.today), [from.as_deref()]);
            roster::may_count_from(&closings, (&member, &formers), days, &left)?;
            let entry = Member {
                removed: true,
                since: Some(on),
                exit: Some(exit),
                actor: desk.actor.clone(),
                ..member
            };
            let about = about(&entry);
            desk.enter(&entry.into(), None)?;
            Ok(about)
        })
        .await?;
    told(office, answer)
}

/// Takes back that a member left the roster: on it again from a day on; none: from the day they left, as if it had never been entered.
pub(super) async fn restore(
    office: &Office,
    request: Request,
    text: String,
    on: Option<Day>,
) -> Result<(Member, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let member = gone(desk.draft, &text)?;
            let formers = book::formers_of(desk.draft, member.member_id)?;
            let left = book::last_elsewhere(&member, &formers);
            let left = left.map(|at| formers[at].until);
            let on = on.or(left).unwrap_or(desk.today);
            let units = book::units(desk.draft)?;
            let unit = member.unit_id.and_then(|id| units.get(id));
            if let Some(unit) = unit.filter(|unit| unit.closed_on.is_some()) {
                let path = units.path(unit.id);
                return Err(OfficeError::field(
                    "member",
                    format!("{path} 已撤销, 请导入名册并写明现在的支部 that unit is closed: import them with the one they belong to now"),
                ));
            }
            if let Some(number) = &member.details.certificate {
                for id in book::members_of_certificate(desk.draft, number)? {
                    if book::member(desk.draft, id)?.is_some_and(|other| !other.removed) {
                        return Err(OfficeError::field(
                            "member",
                            format!("活动证 {number} 现由另一名党员持有; 请改为导入名册 (写明本人现在的证号或不写), 再用 unit assign --on 写明原日期 another member holds that certificate now: import this one with the number they have now, and date that with unit assign --on"),
                        ));
                    }
                }
            }
            let place = roster::now(&units, &member);
            let closings = book::dues_closings(desk.draft)?;
            let days = (on, desk.today);
            roster::may_count_from(&closings, (&member, &formers), days, &[place.as_deref()])?;
            let entry = Member {
                removed: false,
                since: Some(on),
                exit: None,
                actor: desk.actor.clone(),
                ..member
            };
            let about = about(&entry);
            desk.enter(&entry.into(), None)?;
            Ok(about)
        })
        .await?;
    told(office, answer)
}

/// Who left the roster, as a person names them.
fn gone(shelf: &impl Shelf, text: &str) -> Result<Member, OfficeError> {
    match find::left(shelf, text) {
        Ok(member) if member.removed => Ok(member),
        Err(OfficeError::NotFound { .. }) | Ok(_) if find::member(shelf, text).is_ok() => {
            Err(OfficeError::field(
                "member",
                format!(
                    "{text} 在册, 没有可撤销的离开登记 is on the roster: there is nothing to take back"
                ),
            ))
        }
        other => other,
    }
}

fn about(member: &Member) -> Answer {
    Answer {
        extra: member.member_id.to_field(),
        ..Answer::default()
    }
}

/// The member that an answer is about.
fn told(office: &Office, answer: Answer) -> Result<(Member, Answer), OfficeError> {
    let named = MemberId::from_slice(&answer.extra).ok();
    let member = named
        .map(|id| book::member(&office.store, id))
        .transpose()?;
    let member = member
        .flatten()
        .ok_or_else(|| OfficeError::Damaged("请求记录 request record".to_owned()))?;
    Ok((
        unit::called_now(&book::units(&office.store)?, member),
        answer,
    ))
}

/// A member and the cases it has.
pub(super) fn show(office: &Office, text: &str) -> Result<(Member, Vec<CaseFile>), OfficeError> {
    let member = match find::member(&office.store, text) {
        Err(error @ OfficeError::NotFound { .. }) => match find::left(&office.store, text) {
            Err(OfficeError::NotFound { .. }) => Err(error),
            found => found,
        },
        found => found,
    }?;
    let member = unit::called_now(&book::units(&office.store)?, member);
    let mut cases = Vec::new();
    for id in book::cases_of_member(&office.store, member.member_id)? {
        cases.push(find::case_by_id(&office.store, id)?.0);
    }
    cases.sort_by_key(|file| file.records.first().map(|record| record.time_ms));
    Ok((member, cases))
}

/// Members that fit, by name then id, each with its open case.
pub(super) fn list(
    office: &Office,
    search: &str,
    removed: bool,
    away: bool,
) -> Result<Vec<(Member, Option<CaseId>)>, OfficeError> {
    let open: BTreeMap<MemberId, CaseId> = book::all_cases(&office.store, None)?
        .into_iter()
        .filter(CaseFile::is_open)
        .filter_map(|file| Some((file.member?, file.id)))
        .collect();
    let units = book::units(&office.store)?;
    let mut found: Vec<_> = book::members(&office.store)?
        .into_iter()
        .filter(|member| removed || !member.removed)
        .map(|member| {
            let member = unit::called_now(&units, member);
            let case = open.get(&member.member_id).copied();
            (member, case)
        })
        .filter(|(member, case)| (!away || case.is_some()) && mentions(member, search))
        .collect();
    found.sort_by(|(a, _), (b, _)| {
        let key = |member: &Member| {
            (
                member.details.name.as_ref().map(ToString::to_string),
                member.member_id,
            )
        };
        key(a).cmp(&key(b))
    });
    Ok(found)
}

fn mentions(member: &Member, search: &str) -> bool {
    let details = &member.details;
    search.is_empty()
        || details
            .name
            .as_ref()
            .is_some_and(|name| name.as_str().contains(search))
        || details
            .certificate
            .as_ref()
            .is_some_and(|number| number.as_str().contains(search))
        || member
            .unit
            .as_ref()
            .is_some_and(|unit| unit.as_str().contains(search))
}
