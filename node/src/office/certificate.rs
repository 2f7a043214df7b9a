//! Certificates (活动证): numbers that the county gave, handing them out, looking at them, replacing them and taking them back.

mod card;

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::{CaseId, CertificateNumber, MemberId},
    letter::{
        CertificateChecked, CertificateFinding, CertificateHandedIn, CertificateIssued,
        CertificateKind, CertificateRange, CertificateReplaced, ReplacementReason, Text,
    },
    time::Day,
};
use prost::Message;

use super::{
    Answer, Office, OfficeError, Request,
    desk::Desk,
    find,
    happened::happened,
    tell::{self, Telling},
    view::person,
};
use crate::{
    book::{self, CaseFile, Member, Shelf},
    domain::{
        case::Side,
        certificate::{Certificate, CertificateRefusal, Certificates, Event},
    },
};

pub(super) use card::{Signer, card, signer, verify};

/// What entries and roster together say.
pub(super) struct Registry {
    pub(super) book: Certificates,
    roster: BTreeMap<CertificateNumber, MemberId>,
    members: BTreeMap<MemberId, Member>,
}

impl Registry {
    pub(super) fn open(shelf: &impl Shelf) -> Result<Self, OfficeError> {
        let members = book::members(shelf)?;
        let held = members
            .iter()
            .filter_map(|member| Some((member.details.certificate.clone()?, member.member_id)));
        Ok(Self {
            book: book::certificates(shelf)?,
            roster: held.collect(),
            members: members
                .into_iter()
                .map(|member| (member.member_id, member))
                .collect(),
        })
    }

    /// The numbers that roster files brought.
    pub(super) fn in_roster(&self) -> BTreeSet<CertificateNumber> {
        self.roster.keys().cloned().collect()
    }

    /// A certificate by number: from the entries, else from the roster.
    pub(super) fn get(&self, number: &CertificateNumber) -> Result<Certificate, OfficeError> {
        if let Some(known) = self.book.get(number) {
            let mut known = known.clone();
            known.member = known.member.or(self.roster.get(number).copied());
            return Ok(known);
        }
        self.roster
            .get(number)
            .map(|member| Certificate::from_roster(number.clone(), Some(*member)))
            .ok_or_else(|| CertificateRefusal::Unknown(number.clone()).into())
    }

    /// The same, or one of another organization that was looked at here.
    pub(super) fn look_up(&self, number: &CertificateNumber) -> Result<Certificate, OfficeError> {
        self.get(number)
            .or_else(|unknown| self.book.shown(number).cloned().ok_or(unknown))
    }

    /// Whose it is.
    pub(super) fn holder(&self, certificate: &Certificate) -> Option<&Member> {
        self.members.get(&certificate.member?)
    }

    /// All of them, by number.
    pub(super) fn all(&self) -> Vec<Certificate> {
        let mut numbers = self.in_roster();
        numbers.extend(self.book.all().map(|known| known.number.clone()));
        numbers
            .iter()
            .filter_map(|number| self.get(number).ok())
            .collect()
    }
}

/// The department gave numbers.
pub(super) async fn add_range(
    office: &Office,
    request: Request,
    range: CertificateRange,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            book::certificates(desk.draft)?.may_add(&range, desk.today)?;
            let range = CertificateRange {
                actor: desk.actor.clone(),
                ..range
            };
            desk.enter(&range.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// Notes on the roster which flow certificate a member has; the other kind has no place there.
fn note(
    desk: &mut Desk<'_, '_>,
    member: &Member,
    kind: Option<CertificateKind>,
    number: Option<CertificateNumber>,
) -> Result<(), OfficeError> {
    if kind == Some(CertificateKind::Member) || member.details.certificate == number {
        return Ok(());
    }
    let mut member = member.clone();
    member.details.certificate = number;
    member.actor = desk.actor.clone();
    desk.local(&member.into(), None).map(drop)
}

/// Hands a certificate to a member. The answer's extra is its number.
pub(super) async fn issue(
    office: &Office,
    request: Request,
    member: String,
    kind: CertificateKind,
    number: Option<CertificateNumber>,
    on: Day,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            happened(on, desk.today, "on")?;
            let registry = Registry::open(desk.draft)?;
            let member = find::member(desk.draft, &member)?;
            if member.removed {
                return Err(OfficeError::field("member", "已离开名册 left the roster"));
            }
            let held = registry
                .book
                .held_by(member.member_id, kind)
                .map(|held| held.number.clone());
            let on_roster = member.details.certificate.clone();
            let on_roster = on_roster.filter(|_| kind == CertificateKind::Flow);
            if let Some(held) = held.or(on_roster) {
                return Err(CertificateRefusal::Holds(held).into());
            }
            let number =
                registry
                    .book
                    .choose(number.as_ref(), (kind, on), &registry.in_roster())?;
            let entry = CertificateIssued {
                number: number.clone(),
                kind,
                member_id: member.member_id,
                issued_on: on,
                actor: desk.actor.clone(),
            };
            desk.enter(&entry.into(), None)?;
            note(desk, &member, Some(kind), Some(number.clone()))?;
            handed_out(desk, (member.member_id, kind), (&number, on))
        })
        .await
}

/// What an answer of this room says beside where the entries went.
#[derive(Clone, PartialEq, Message)]
struct About {
    #[prost(string, tag = "1")]
    number: String,
    /// Which partners were told of it.
    #[prost(message, optional, tag = "2")]
    telling: Option<Telling>,
}

impl About {
    fn answer(&self) -> Answer {
        Answer {
            extra: self.encode_to_vec().into(),
            ..Answer::default()
        }
    }

    fn of(answer: &Answer) -> Result<Self, OfficeError> {
        Self::decode(answer.extra.clone())
            .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))
    }
}

fn about(number: &CertificateNumber) -> Answer {
    let number = number.to_string();
    About {
        number,
        telling: None,
    }
    .answer()
}

/// Whoever hosts the member looks at the flow certificate that they have now.
fn handed_out(
    desk: &mut Desk<'_, '_>,
    (member, kind): (MemberId, CertificateKind),
    (number, on): (&CertificateNumber, Day),
) -> Result<Answer, OfficeError> {
    let mut telling = Telling::default();
    if kind == CertificateKind::Flow {
        tell::certificate(desk, member, (number, on), &mut telling)?;
    }
    let number = number.to_string();
    Ok(About {
        number,
        telling: Some(telling),
    }
    .answer())
}

/// The number an answer is about.
pub(super) fn of_answer(answer: &Answer) -> Result<CertificateNumber, OfficeError> {
    CertificateNumber::parse(&About::of(answer)?.number)
        .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))
}

/// Which partners were told of the new number, and which not.
pub(super) fn telling(answer: &Answer) -> Result<Telling, OfficeError> {
    Ok(About::of(answer)?.telling.unwrap_or_default())
}

/// A look at a certificate as somebody enters it.
#[derive(Clone, Debug)]
pub(super) struct Look {
    pub(super) number: CertificateNumber,
    /// The case of the hosted member who showed it; empty: it is one of this committee's, or the partner told its number.
    pub(super) case: String,
    pub(super) finding: CertificateFinding,
    pub(super) on: Day,
    pub(super) note: Option<Text<500>>,
}

/// Someone looked at a certificate.
pub(super) async fn check(
    office: &Office,
    request: Request,
    look: Look,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let number = look.number;
            let own = Registry::open(desk.draft)?.get(&number);
            let case_id = if look.case.is_empty() && own.is_ok() {
                None
            } else {
                shown_by(desk.draft, &number, &look.case)?
            };
            if case_id.is_some() {
                happened(look.on, desk.today, "checked_on")?;
            } else {
                own?.may_change(look.on, desk.today)?;
            }
            let entry = CertificateChecked {
                number: number.clone(),
                checked_on: look.on,
                finding: look.finding,
                note: look.note,
                actor: desk.actor.clone(),
                case_id,
            };
            desk.enter(&entry.into(), None)?;
            Ok(about(&number))
        })
        .await
}

/// The hosted member who showed a certificate: the one named, or, of a number that is none of this committee's, the one whose partner told it.
fn shown_by(
    shelf: &impl Shelf,
    number: &CertificateNumber,
    case: &str,
) -> Result<Option<CaseId>, OfficeError> {
    let told = |file: &CaseFile| person(shelf, file).map(|told| told.certificate);
    if !case.is_empty() {
        let (file, _) = find::case(shelf, case)?;
        let other = told(&file)?.filter(|told| told != number);
        return match (file.side(), other) {
            (Some(Side::Inflow), None) => Ok(Some(file.id)),
            (Some(Side::Inflow), Some(told)) => Err(OfficeError::field(
                "number",
                format!(
                    "与对方告知的编号 {told} 不同; 请核对证件, 并与对方联系 the partner told {told}: compare with the paper, and ask them"
                ),
            )),
            _ => Err(OfficeError::field(
                "case",
                "不是流入本委的案卷; 本委党员的活动证只按编号登记 not a case of a hosted member: a member's own certificate is named by its number alone",
            )),
        };
    }
    for file in book::all_cases(shelf, None)? {
        let hosted = file.is_open() && file.side() == Some(Side::Inflow);
        if hosted && told(&file)?.as_ref() == Some(number) {
            return Ok(Some(file.id));
        }
    }
    Ok(None)
}

/// Another certificate takes its place. The answer's extra is the new number.
pub(super) async fn replace(
    office: &Office,
    request: Request,
    number: CertificateNumber,
    reason: ReplacementReason,
    replacement: Option<CertificateNumber>,
    on: Day,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let registry = Registry::open(desk.draft)?;
            let old = registry.get(&number)?;
            old.may_change(on, desk.today)?;
            let member = registry
                .holder(&old)
                .cloned()
                .ok_or_else(|| CertificateRefusal::Unknown(number.clone()))?;
            // What came with a roster file is the flow certificate: the roster has no other.
            let kind = old.kind.unwrap_or(CertificateKind::Flow);
            let new =
                registry
                    .book
                    .choose(replacement.as_ref(), (kind, on), &registry.in_roster())?;
            let entry = CertificateReplaced {
                number,
                replacement: new.clone(),
                member_id: member.member_id,
                kind,
                reason,
                replaced_on: on,
                actor: desk.actor.clone(),
            };
            desk.enter(&entry.into(), None)?;
            note(desk, &member, Some(kind), Some(new.clone()))?;
            handed_out(desk, (member.member_id, kind), (&new, on))
        })
        .await
}

/// A member gave a certificate back.
pub(super) async fn hand_in(
    office: &Office,
    request: Request,
    number: CertificateNumber,
    on: Day,
    text: Option<Text<500>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let registry = Registry::open(desk.draft)?;
            let certificate = registry.get(&number)?;
            certificate.may_change(on, desk.today)?;
            let entry = CertificateHandedIn {
                number: number.clone(),
                handed_in_on: on,
                note: text,
                actor: desk.actor.clone(),
                member_id: certificate.member,
            };
            desk.enter(&entry.into(), None)?;
            let holder = registry.holder(&certificate);
            if let Some(member) =
                holder.filter(|member| member.details.certificate.as_ref() == Some(&number))
            {
                note(desk, member, certificate.kind, None)?;
            }
            Ok(about(&number))
        })
        .await
}

/// The last step of a certificate never was: a look at it, or that it was handed in.
pub(super) async fn void(
    office: &Office,
    request: Request,
    number: CertificateNumber,
    reason: Text<500>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let mut events = book::certificate_events(desk.draft)?.into_iter();
            match events.rfind(|(_, event)| event.is_of(&number)) {
                Some((sequence, Event::Checked(_))) => desk.correct(sequence, reason, None)?,
                Some((sequence, Event::HandedIn(handed))) => {
                    held_again(desk, &handed)?;
                    desk.correct(sequence, reason, None)?;
                }
                Some(_) => return Err(CertificateRefusal::NotVoid(number).into()),
                None => return Err(CertificateRefusal::Unknown(number).into()),
            }
            Ok(about(&number))
        })
        .await
}

/// The roster has a certificate again that was not handed in after all, when neither its holder has another since nor another has the number.
fn held_again(desk: &mut Desk<'_, '_>, handed: &CertificateHandedIn) -> Result<(), OfficeError> {
    let registry = Registry::open(desk.draft)?;
    let certificate = registry.get(&handed.number)?;
    let kind = certificate.kind.unwrap_or(CertificateKind::Flow);
    let Some(id) = handed.member_id.or(certificate.member) else {
        return Ok(());
    };
    let on_roster = registry.roster.get(&handed.number);
    if on_roster.is_some_and(|other| *other != id) {
        return Err(CertificateRefusal::Used(handed.number.clone()).into());
    }
    let Some(member) = registry.members.get(&id).filter(|one| !one.removed) else {
        return Ok(());
    };
    let held = registry.book.held_by(id, kind).map(|held| &held.number);
    let noted = member.details.certificate.as_ref();
    let noted = noted.filter(|noted| kind == CertificateKind::Flow && **noted != handed.number);
    if let Some(other) = held.or(noted) {
        return Err(CertificateRefusal::Holds(other.clone()).into());
    }
    note(desk, member, Some(kind), Some(handed.number.clone()))
}
