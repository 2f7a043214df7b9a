//! Home tells where a member went: departures and notices.

use hongyan_proto::{
    id::{CaseId, CertificateNumber, KeyId},
    letter::{Departed, DepartureReason, Destination, Member, Notice, Payload},
    log::Kind,
    time::Day,
};

use super::opening;

use crate::office::{
    Answer, Office, OfficeError, Request,
    desk::{Cut, Desk},
    find,
    happened::since_birth,
    view::{CaseView, latest},
};
use crate::{
    book::{self, CaseFile, Partner},
    domain::case::{self, Side, State, dates::check_dates, link::Links},
};

/// What a departure or a notice says beside who it is about; what is left out stays as it was.
#[derive(Clone, Debug, Default)]
pub(in crate::office) struct Trip {
    pub(in crate::office) since: Option<Day>,
    pub(in crate::office) reason: Option<DepartureReason>,
    pub(in crate::office) destination: Option<Destination>,
    pub(in crate::office) certificate: Option<CertificateNumber>,
    /// By its id or the first digits of it; empty: none.
    pub(in crate::office) previous_case: String,
}

/// Whom a notice is about.
#[derive(Clone, Debug)]
pub(in crate::office) enum Subject {
    /// A member of the roster: opens a case.
    Member(String),
    /// An open case in Departed or Declined.
    Case(String),
}

/// Home, local only: the member left.
pub(in crate::office) async fn depart(
    office: &Office,
    request: Request,
    member: String,
    partner: String,
    trip: Trip,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let member = find::member(desk.draft, &member)?;
            no_open_case(desk, &member)?;
            let partner = match partner.as_str() {
                "" => None,
                text => Some(find::partner(desk.draft, text)?.key_id),
            };
            let id = CaseId::random(desk.draft.rng());
            let departed = departed(desk, &member, partner, &trip)?;
            could_leave(&member, departed.since)?;
            let payload = Payload::Departed(departed);
            check_dates(&case::Case::default(), &payload, desk.today)?;
            desk.enter(&payload, Some(id))?;
            Ok(Answer::about(id))
        })
        .await
}

pub(super) fn departed(
    desk: &Desk<'_, '_>,
    member: &Member,
    partner: Option<KeyId>,
    trip: &Trip,
) -> Result<Departed, OfficeError> {
    let previous_case = match trip.previous_case.as_str() {
        "" => moved_before(desk, member)?,
        text => Some(find::case(desk.draft, text)?.0.id),
    };
    Ok(Departed {
        member_id: member.member_id,
        since: trip
            .since
            .ok_or_else(|| OfficeError::field("since", "此项必填 this field is required"))?,
        reason: trip
            .reason
            .ok_or_else(|| OfficeError::field("reason", "此项必填 this field is required"))?,
        destination: trip.destination.clone(),
        partner,
        certificate: trip
            .certificate
            .clone()
            .or_else(|| member.details.certificate.clone()),
        previous_case,
    })
}

/// The case a member moved on from and that nothing follows yet: the new one continues it.
pub(super) fn moved_before(
    desk: &Desk<'_, '_>,
    member: &Member,
) -> Result<Option<CaseId>, OfficeError> {
    let files = cases_of(desk, member)?;
    let links = Links::derive(files.iter().map(|file| (file.id, &file.case)));
    Ok(files
        .iter()
        .find(|file| links.awaits_following(file.id, &file.case))
        .map(|file| file.id))
}

fn cases_of(desk: &Desk<'_, '_>, member: &Member) -> Result<Vec<CaseFile>, OfficeError> {
    book::cases_of_member(desk.draft, member.member_id)?
        .into_iter()
        .map(|id| find::case_by_id(desk.draft, id).map(|(file, _)| file))
        .collect()
}

pub(super) fn no_open_case(desk: &Desk<'_, '_>, member: &Member) -> Result<(), OfficeError> {
    for file in cases_of(desk, member)? {
        // From a moved case the member went on: the next case begins.
        if file.is_open() && file.case.state() != Some(State::Moved) {
            return Err(OfficeError::OpenCase(format!(
                "该党员已有未结案卷 {}  the member already has this open case",
                file.id
            )));
        }
    }
    Ok(())
}

/// Home: tells the partner. Opens a case, or goes on with one in Departed or Declined.
pub(in crate::office) async fn notice(
    office: &Office,
    request: Request,
    partner: String,
    subject: Subject,
    trip: Trip,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| match subject {
            Subject::Member(text) => {
                let member = find::member(desk.draft, &text)?;
                let partner = find::partner(desk.draft, &partner)?;
                if let Some(file) = waiting(desk, &member)? {
                    return notice_again(desk, &file, &partner, &member, &trip);
                }
                no_open_case(desk, &member)?;
                notice_new(desk, &partner, &member, trip)
            }
            Subject::Case(text) => {
                let (file, at) = find::case(desk.draft, &text)?;
                let partner = match at {
                    Some(at) => {
                        stays_with(desk, (&file, &at), &partner)?;
                        at
                    }
                    None => find::partner(desk.draft, &partner)?,
                };
                let member = roster(desk, &file)?;
                notice_again(desk, &file, &partner, &member, &trip)
            }
        })
        .await
}

/// What should be looked at in a notice that was sent: told neither number, the host has the name alone to know the person by.
pub(in crate::office) fn remark(view: &CaseView) -> Option<(String, String)> {
    let told = latest(&view.file, Kind::Notice)?.disclosed()?;
    if told.id_number.is_some() || told.certificate.is_some() {
        return None;
    }
    let own = &view.person;
    let (why, why_en) = if own.id_number.is_some() || own.certificate.is_some() {
        (
            "协议不披露二者: 可用 agreement amend 修订披露范围",
            "the agreement discloses neither: amend its scope with agreement amend",
        )
    } else {
        (
            "名册上二者都没有: 请补入名册 (member import) 或发证 (certificate issue)",
            "the roster has neither: complete it (member import) or issue a certificate (certificate issue)",
        )
    };
    Some((
        format!(
            "通知中既无公民身份号码, 也无活动证号, 对方只能凭姓名核对, 请先电话告知。{why}; 对方退回后用 flow notice --case 再通知"
        ),
        format!(
            "the notice names neither an ID number nor a certificate, and the host has the name alone to go by: tell it by telephone. {why_en}; once it was declined, notice again with flow notice --case"
        ),
    ))
}

/// A case is one correspondence's: what another partner is to know begins a case of its own.
fn stays_with(
    desk: &Desk<'_, '_>,
    (file, at): (&CaseFile, &Partner),
    named: &str,
) -> Result<(), OfficeError> {
    if named.is_empty() || find::partner(desk.draft, named)?.key_id == at.key_id {
        return Ok(());
    }
    let (id, code) = (file.id, &at.code);
    Err(OfficeError::field(
        "partner",
        format!(
            "案卷 {id} 属于与 {code} 的互通, 不能改发 {named}: 请先用 flow withdraw 撤销本案卷, 再用 flow notice --member … --partner {named} --previous-case {id} 另发通知 \
             the case belongs to the correspondence with {code}: withdraw it, then send a new notice to {named} with --previous-case {id}"
        ),
    ))
}

/// A departure that was only registered so far: the notice goes on with it.
fn waiting(desk: &Desk<'_, '_>, member: &Member) -> Result<Option<CaseFile>, OfficeError> {
    Ok(cases_of(desk, member)?
        .into_iter()
        .find(|file| file.case.state() == Some(State::Departed)))
}

fn roster(desk: &Desk<'_, '_>, file: &CaseFile) -> Result<Member, OfficeError> {
    let missing = || {
        OfficeError::not_found(
            ("案卷对应的党员", "member of this case"),
            file.id.to_string(),
        )
    };
    let id = file.member.ok_or_else(missing)?;
    book::member(desk.draft, id)?.ok_or_else(missing)
}

fn notice_new(
    desk: &mut Desk<'_, '_>,
    partner: &Partner,
    member: &Member,
    trip: Trip,
) -> Result<Answer, OfficeError> {
    let id = CaseId::random(desk.draft.rng());
    let destination = trip.destination.clone().unwrap_or(Destination {
        region: partner.region.clone(),
        description: None,
    });
    let trip = Trip {
        destination: Some(destination),
        ..trip
    };
    let departed = departed(desk, member, Some(partner.key_id), &trip)?;
    could_leave(member, departed.since)?;
    opening(desk, partner, departed.certificate.as_ref(), None)?;
    desk.local(&Payload::Departed(departed.clone()), Some(id))?;
    let notice = notice_of(&departed, partner, member);
    check_dates(&case::Case::default(), &notice, desk.today)?;
    desk.send(partner, notice, Some(id), Cut::Restrict)?;
    Ok(Answer::about(id))
}

fn notice_of(departed: &Departed, partner: &Partner, member: &Member) -> Payload {
    let mut disclosed = member.details.clone();
    disclosed.certificate.clone_from(&departed.certificate);
    Payload::Notice(Notice {
        disclosed,
        since: departed.since,
        reason: departed.reason,
        destination: departed.destination.clone().unwrap_or(Destination {
            region: partner.region.clone(),
            description: None,
        }),
        previous_case: departed.previous_case,
    })
}

fn notice_again(
    desk: &mut Desk<'_, '_>,
    file: &CaseFile,
    partner: &Partner,
    member: &Member,
    trip: &Trip,
) -> Result<Answer, OfficeError> {
    case::check(&file.case, Side::Outflow, Kind::Notice)?;
    let before = match (latest(file, Kind::Notice), latest(file, Kind::Departed)) {
        (Some(Payload::Notice(notice)), _) => Departed {
            member_id: member.member_id,
            since: notice.since,
            reason: notice.reason,
            destination: Some(notice.destination.clone()),
            partner: Some(partner.key_id),
            certificate: member.details.certificate.clone(),
            previous_case: notice.previous_case,
        },
        (_, Some(Payload::Departed(departed))) => departed.clone(),
        _ => departed(desk, member, Some(partner.key_id), trip)?,
    };
    let previous_case = match trip.previous_case.as_str() {
        "" => before.previous_case,
        text => Some(find::case(desk.draft, text)?.0.id),
    };
    let departed = Departed {
        since: trip.since.unwrap_or(before.since),
        reason: trip.reason.unwrap_or(before.reason),
        destination: trip.destination.clone().or(before.destination),
        certificate: trip.certificate.clone().or(before.certificate),
        previous_case,
        ..before
    };
    could_leave(member, departed.since)?;
    opening(desk, partner, departed.certificate.as_ref(), Some(file.id))?;
    let notice = notice_of(&departed, partner, member);
    check_dates(&case::Case::default(), &notice, desk.today)?;
    desk.send(partner, notice, Some(file.id), Cut::Restrict)?;
    Ok(Answer::about(file.id))
}

/// Nobody leaves before they joined, or were born.
fn could_leave(member: &Member, since: Day) -> Result<(), OfficeError> {
    since_birth(since, &member.details, "since")?;
    match member.details.joined.filter(|joined| since < *joined) {
        None => Ok(()),
        Some(joined) => Err(OfficeError::field(
            "since",
            format!(
                "外出日期 {since} 早于入党时间 {joined}, 请核对 is before the member joined: check it"
            ),
        )),
    }
}
