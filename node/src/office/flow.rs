//! Transitions of cases: each writes one signed entry that the table allows, or nothing.

use hongyan_proto::{
    id::{CaseId, CertificateNumber, KeyId},
    letter::{
        Claim, Confirm, Departed, DepartureReason, Destination, Member, Notice, Payload, Place,
    },
    log::{Kind, KindGroup},
    time::Day,
};

use super::{
    Answer, Office, OfficeError, Request,
    desk::{Cut, Desk},
    find,
    happened::since_birth,
    view::{CaseView, latest, view},
};
use crate::{
    book::{self, CaseFile, Partner},
    domain::case::{self, Side, State, crossing::check_opening, dates::check_dates, link::Links},
};

/// What a departure or a notice says beside who it is about; what is left out stays as it was.
#[derive(Clone, Debug, Default)]
pub(super) struct Trip {
    pub(super) since: Option<Day>,
    pub(super) reason: Option<DepartureReason>,
    pub(super) destination: Option<Destination>,
    pub(super) certificate: Option<CertificateNumber>,
    /// By its id or the first digits of it; empty: none.
    pub(super) previous_case: String,
}

/// Whom a notice is about.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// A member of the roster: opens a case.
    Member(String),
    /// An open case in Departed or Declined.
    Case(String),
}

/// Home, local only: the member left.
pub(super) async fn depart(
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

fn departed(
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
fn moved_before(desk: &Desk<'_, '_>, member: &Member) -> Result<Option<CaseId>, OfficeError> {
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

fn no_open_case(desk: &Desk<'_, '_>, member: &Member) -> Result<(), OfficeError> {
    for file in cases_of(desk, member)? {
        // From a moved case the member went on: the next case begins.
        if file.is_open() && file.case.state() != Some(State::Moved) {
            return Err(OfficeError::OpenCase(format!(
                "该党员已有未结案卷 {} the member already has this open case",
                file.id
            )));
        }
    }
    Ok(())
}

/// Home: tells the partner. Opens a case, or goes on with one in Departed or Declined.
pub(super) async fn notice(
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
                let partner = match (at, partner.as_str()) {
                    (Some(at), _) => at,
                    (None, text) => find::partner(desk.draft, text)?,
                };
                let member = roster(desk, &file)?;
                notice_again(desk, &file, &partner, &member, &trip)
            }
        })
        .await
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

/// One open case for a certificate in a correspondence.
fn opening(
    desk: &Desk<'_, '_>,
    partner: &Partner,
    certificate: Option<&CertificateNumber>,
    own: Option<CaseId>,
) -> Result<(), OfficeError> {
    let Some(certificate) = certificate else {
        return Ok(());
    };
    let mut files = Vec::new();
    for id in book::cases_of_certificate(desk.draft, partner, certificate)? {
        files.extend(book::case(desk.draft, Some(partner), id)?);
    }
    check_opening(
        certificate,
        own,
        files.iter().map(|file| (file.id, &file.case)),
    )
    .map_err(|open| OfficeError::OpenCase(open.to_string()))
}

/// Host: a person showed a certificate of the partner's and no notice came.
pub(super) async fn claim(
    office: &Office,
    request: Request,
    partner: String,
    claim: Claim,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let partner = find::partner(desk.draft, &partner)?;
            let certificate = claim.disclosed.certificate.clone().ok_or_else(|| {
                OfficeError::field(
                    "claim.disclosed.certificate",
                    "认领须有活动证编号 a claim needs the certificate number",
                )
            })?;
            opening(desk, &partner, Some(&certificate), None)?;
            let id = CaseId::random(desk.draft.rng());
            let payload = Payload::Claim(claim);
            check_dates(&case::Case::default(), &payload, desk.today)?;
            desk.send(&partner, payload, Some(id), Cut::Refuse)?;
            Ok(Answer::about(id))
        })
        .await
}

/// Home: the claimed person is ours. The departure is registered with it, so that the case has its member.
pub(super) async fn confirm(
    office: &Office,
    request: Request,
    case: String,
    member: String,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let (file, partner) = find::case(desk.draft, &case)?;
            case::check(
                &file.case,
                file.side().unwrap_or(Side::Outflow),
                Kind::Confirm,
            )?;
            let partner =
                partner.ok_or_else(|| OfficeError::not_found(("结对党组织", "partner"), case))?;
            let Some(Payload::Claim(claim)) = latest(&file, Kind::Claim) else {
                return Err(OfficeError::not_found(
                    ("认领", "claim"),
                    file.id.to_string(),
                ));
            };
            let member = match (member.as_str(), &claim.disclosed.certificate) {
                ("", Some(certificate)) => {
                    let id = find::holder(desk.draft, certificate)?;
                    find::member(desk.draft, &id.to_string())?
                }
                (text, _) => find::member(desk.draft, text)?,
            };
            no_open_case(desk, &member)?;
            let departed = Departed {
                member_id: member.member_id,
                since: claim.shown_on,
                reason: DepartureReason::Other,
                destination: Some(Destination {
                    region: partner.region.clone(),
                    description: None,
                }),
                partner: Some(partner.key_id),
                certificate: claim.disclosed.certificate.clone(),
                previous_case: moved_before(desk, &member)?,
            };
            desk.local(&Payload::Departed(departed), Some(file.id))?;
            let confirm = Payload::Confirm(Confirm {
                disclosed: member.details.clone(),
            });
            desk.send(&partner, confirm, Some(file.id), Cut::Restrict)?;
            Ok(Answer::about(file.id))
        })
        .await
}

/// Any other transition, and every fact: one entry into a case that is there.
pub(super) async fn write(
    office: &Office,
    request: Request,
    case: String,
    payload: Payload,
) -> Result<Answer, OfficeError> {
    payload.check()?;
    office
        .write(request, move |desk| put(desk, &case, payload))
        .await
}

/// What a step must say of this node's own: a unit that its tree has, where the member went, by which letter.
fn complete(desk: &Desk<'_, '_>, payload: Payload) -> Result<Payload, OfficeError> {
    match payload {
        Payload::Place(place) if book::units(desk.draft)?.all().next().is_some() => {
            let unit = super::roster::unit(desk.draft, place.unit.as_str())?;
            Ok(Payload::Place(Place { unit, ..place }))
        }
        Payload::Moved(moved)
            if moved.destination.is_none() && moved.organization_code.is_none() =>
        {
            Err(OfficeError::field(
                "moved.destination",
                "须写明去向: --region 和 --place, 或 --organization; 去向不明的用 flow lost 记失联 say where to: --region and --place, or --organization; where that is not known, flow lost",
            ))
        }
        Payload::Transferred(transferred) if transferred.letter_number.is_none() => {
            Err(OfficeError::field(
                "transferred.letter_number",
                "组织关系转接须写介绍信编号 (--letter) a transfer names its letter of introduction (--letter)",
            ))
        }
        payload => Ok(payload),
    }
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

/// The same in a commit under way.
pub(super) fn put(
    desk: &mut Desk<'_, '_>,
    name: &str,
    payload: Payload,
) -> Result<Answer, OfficeError> {
    let (file, partner) = find::case(desk.draft, name)?;
    let payload = complete(desk, payload)?;
    let kind = payload.kind();
    let side = file.side().unwrap_or(Side::Outflow);
    case::check(&file.case, side, kind)?;
    check_dates(&file.case, &payload, desk.today)?;
    match partner {
        Some(partner) => {
            if kind.group() == KindGroup::Fact {
                super::record::check(desk, &partner, &file, &payload)?;
                super::record::told_once(desk, &partner, &file, &payload)?;
                super::record::not_again(desk, &partner, &file, &payload)?;
            }
            desk.send(&partner, payload, Some(file.id), Cut::Refuse)?;
        }
        // Only the departure is registered: the partner knows nothing, so it is told nothing.
        None => {
            desk.enter(&payload, Some(file.id))?;
        }
    }
    Ok(Answer::about(file.id))
}

/// A case as it stands, by its id.
pub(super) fn show(office: &Office, id: CaseId) -> Result<CaseView, OfficeError> {
    let store = &office.store;
    let (file, partner) = find::case_by_id(store, id)?;
    let mut related = vec![(file.id, file.case.clone())];
    // The host knows no member of ours, but the certificate stays the same from case to case.
    let others = match (file.member, &partner, file.case.certificate()) {
        (Some(member), ..) => book::cases_of_member(store, member)?,
        (None, Some(partner), Some(certificate)) => {
            book::cases_of_certificate(store, partner, certificate)?
        }
        _ => Vec::new(),
    };
    for id in others {
        let (other, _) = find::case_by_id(store, id)?;
        related.push((id, other.case));
    }
    let links = Links::derive(related.iter().map(|(id, case)| (*id, case)));
    view(store, file, partner.as_ref(), &links, office.today())
}

/// Which cases a list shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// Empty: all partners.
    pub(super) partner: String,
    pub(super) side: Option<Side>,
    pub(super) overdue: bool,
    pub(super) search: String,
}

/// Every case that fits, newest event first, then by id.
pub(super) fn list(
    office: &Office,
    filter: &Filter,
    wanted: impl Fn(State) -> bool,
) -> Result<Vec<CaseView>, OfficeError> {
    let store = &office.store;
    let only = match filter.partner.as_str() {
        "" => None,
        text => Some(find::partner(store, text)?),
    };
    let partners = book::partners(store)?;
    let files = book::all_cases(store, only.as_ref())?;
    let links: Vec<_> = files
        .iter()
        .map(|file| (file.id, file.case.clone()))
        .collect();
    let links = Links::derive(links.iter().map(|(id, case)| (*id, case)));
    let mut views = Vec::new();
    for file in files {
        if !file.case.state().is_some_and(&wanted) {
            continue;
        }
        let partner = partners
            .iter()
            .find(|partner| Some(partner.key_id) == file.partner);
        let view = view(store, file, partner, &links, office.today())?;
        let fits = filter.side.is_none_or(|side| view.side == Some(side))
            && (!filter.overdue || view.overdue)
            && mentions(&view, &filter.search);
        if fits {
            views.push(view);
        }
    }
    views.sort_by_key(|view| (std::cmp::Reverse(view.updated), view.file.id));
    Ok(views)
}

fn mentions(view: &CaseView, search: &str) -> bool {
    search.is_empty()
        || view
            .person
            .name
            .as_ref()
            .is_some_and(|name| name.as_str().contains(search))
        || view
            .person
            .certificate
            .as_ref()
            .is_some_and(|number| number.as_str().contains(search))
}
