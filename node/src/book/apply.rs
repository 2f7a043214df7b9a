//! One entry into the views it touches. The only way in: the commit that stores an entry calls this once, and so does a rebuild.

use hongyan_proto::{
    id::{CaseId, KeyId, LogId, MemberId},
    letter::{Access, Payload, RefusalReason},
    log::{Header, Kind, KindGroup},
};

use super::{
    BookError, Shelf as _, attended, certificate, changed, confirm, contacted, dues, epoch, event,
    form, key, life, member, partner, policy,
    posting::Postings,
    put, quarter, receipt,
    record::{EventRecord, InvitationRecord},
    refusal::{self, refusal},
    said, unit,
};
use crate::store::{Draft, LogNo, View};

/// Who wrote an entry, seen from this node.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Author {
    /// This node.
    Own,
    /// The partner.
    Partner,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The log.
    pub log: LogNo,
    /// Who wrote it.
    pub author: Author,
    /// The partner of the correspondence, and the number of its first own log, which names the correspondence in keys.
    /// None: the local log.
    pub partner: Option<(KeyId, LogNo)>,
}

impl Place {
    /// The local log.
    pub const LOCAL: Self = Self {
        log: LogNo::LOCAL,
        author: Author::Own,
        partner: None,
    };

    /// The correspondence in keys; the local log is its own.
    pub fn correspondence(&self) -> LogNo {
        self.partner.map_or(LogNo::LOCAL, |(_, no)| no)
    }
}

/// Applies one entry. `payload` is none when the body is not there; `refused` when this node refused it.
pub fn apply(
    draft: &mut Draft<'_>,
    place: &Place,
    header: &Header,
    payload: Option<&Payload>,
    refused: bool,
) -> Result<(), BookError> {
    apply_content(draft, place, header, payload, refused)?;
    let mut postings = Postings::of(place.log);
    postings.keep(draft, header)?;
    postings.end(draft)
}

/// Applies one entry of many; the caller keeps their [`Postings`].
pub(super) fn apply_content(
    draft: &mut Draft<'_>,
    place: &Place,
    header: &Header,
    payload: Option<&Payload>,
    refused: bool,
) -> Result<(), BookError> {
    if place.author == Author::Partner && payload.is_none() {
        without_body(draft, place.log, header.sequence)?;
    }
    match header.kind.group() {
        KindGroup::Transition => transition(draft, place, header, payload, refused),
        KindGroup::Fact => fact(draft, place, header, payload),
        KindGroup::Quarter => {
            let Some(payload) = payload else {
                return Ok(());
            };
            let record = EventRecord::new(place, header, Some(payload), refused);
            quarter::keep(draft, place, payload, &record)
        }
        KindGroup::Correspondence => correspondence(draft, place, header, payload, refused),
        KindGroup::Local => payload.map_or(Ok(()), |payload| local(draft, header, payload)),
    }
}

/// A partner's entry without its body was refused, here or before this node was restored. The next receipt must say so: an author that
/// does not hear it counts the entry, and both sides derive different cases.
fn without_body(draft: &mut Draft<'_>, log: LogNo, sequence: u64) -> Result<(), BookError> {
    if refusal(draft, log, sequence)?.is_some() {
        return Ok(());
    }
    let refused = refusal::Refused {
        sequence,
        reason: RefusalReason::Malformed,
        field: "body".to_owned(),
    };
    Ok(refusal::keep(draft, log, &refused)?)
}

/// The key of a case's record: by case first, so that people can name it by its first digits.
pub(super) fn case_key(id: CaseId, correspondence: LogNo) -> Vec<u8> {
    [id.as_bytes().as_slice(), &correspondence.0.to_be_bytes()].concat()
}

/// The key that leads from a certificate to the cases that name it.
pub(super) fn certificate_key(
    correspondence: LogNo,
    blind: [u8; 16],
    case: Option<CaseId>,
) -> Vec<u8> {
    let case = case
        .as_ref()
        .map_or(&[][..], |case| case.as_bytes().as_slice());
    [&correspondence.0.to_be_bytes()[..], &blind, case].concat()
}

/// The key that leads from a member to its cases.
pub(super) fn member_key(member: MemberId, case: Option<CaseId>) -> Vec<u8> {
    let case = case
        .as_ref()
        .map_or(&[][..], |case| case.as_bytes().as_slice());
    [&b"m"[..], member.as_bytes(), case].concat()
}

/// The key under which a receipt number of dues is remembered.
pub(super) fn dues_key(correspondence: LogNo, blind: [u8; 16]) -> Vec<u8> {
    [&b"d"[..], &correspondence.0.to_be_bytes(), &blind].concat()
}

/// The key under which the person who wrote an entry is remembered.
pub(super) fn actor_key(log: &LogId, sequence: u64) -> Vec<u8> {
    [&b"a"[..], log.as_bytes(), &sequence.to_be_bytes()].concat()
}

fn transition(
    draft: &mut Draft<'_>,
    place: &Place,
    header: &Header,
    payload: Option<&Payload>,
    refused: bool,
) -> Result<(), BookError> {
    let Some(id) = header.case_id else {
        return Ok(());
    };
    let key = case_key(id, place.correspondence());
    event::keep(
        draft,
        View::Case,
        &key,
        &EventRecord::new(place, header, payload, refused),
    )?;
    let certificate = payload
        .and_then(Payload::disclosed)
        .and_then(|disclosed| disclosed.certificate.as_ref());
    if let Some(certificate) = certificate {
        let blind = draft.blind(certificate.as_str().as_bytes());
        let key = certificate_key(place.correspondence(), blind, Some(id));
        draft.put_view(View::CaseOfCertificate, &key, Vec::new())?;
    }
    if let Some(Payload::Departed(departed)) = payload {
        draft.put_view(
            View::Index,
            &member_key(departed.member_id, Some(id)),
            Vec::new(),
        )?;
    }
    Ok(())
}

/// Own letters are found by what they say; own dues leave a trace, so that a receipt number is not used twice; contacts, so that the overdue
/// ones are found.
fn fact(
    draft: &mut Draft<'_>,
    place: &Place,
    header: &Header,
    payload: Option<&Payload>,
) -> Result<(), BookError> {
    changed::keep(draft, place, header, payload)?;
    let own = place.author == Author::Own && place.partner.is_some();
    if let (true, Some(id), Some(payload)) = (own, header.case_id, payload) {
        attended::keep(draft, place, id, (header, payload))?;
        said::keep(draft, place, id, (header, payload))?;
        if let Payload::Contact(contact) = payload {
            contacted::keep(draft, place, id, header, contact.day)?;
        }
    }
    if let (Author::Own, Some(Payload::Dues(dues))) = (place.author, payload) {
        let blind = draft.blind(dues.receipt.as_str().as_bytes());
        let key = dues_key(place.correspondence(), blind);
        draft.put_view(
            View::Index,
            &key,
            event::event_key(&[], place.log, header.sequence),
        )?;
    }
    Ok(())
}

fn correspondence(
    draft: &mut Draft<'_>,
    place: &Place,
    header: &Header,
    payload: Option<&Payload>,
    refused: bool,
) -> Result<(), BookError> {
    let Some((partner, no)) = place.partner else {
        return Ok(());
    };
    match (header.kind, payload) {
        (Kind::Receipt, Some(Payload::Receipt(receipt))) => match place.author {
            Author::Own => receipt::written(draft, partner, receipt),
            Author::Partner => receipt::read(draft, partner, receipt),
        },
        (Kind::AgreementProposed | Kind::AgreementSigned | Kind::AgreementEnded, _) => {
            let record = EventRecord::new(place, header, payload, refused);
            Ok(event::keep(
                draft,
                View::Agreement,
                &no.0.to_be_bytes(),
                &record,
            )?)
        }
        (_, Some(Payload::EpochReset(reset))) if place.author == Author::Own => {
            epoch::begun_here(draft, partner, place.log, reset)
        }
        (_, Some(Payload::EpochAccepted(accepted))) => match place.author {
            Author::Own => epoch::accepted_here(draft, partner, accepted),
            Author::Partner => epoch::accepted_there(draft, partner, accepted),
        },
        (_, Some(Payload::KeyRotated(rotated))) if place.author == Author::Partner => {
            key::rotated(draft, partner, rotated, header.time)
        }
        // What the partner says about its own epochs waits for a person here.
        _ => Ok(()),
    }
}

fn local(draft: &mut Draft<'_>, header: &Header, payload: &Payload) -> Result<(), BookError> {
    match payload {
        Payload::Member(member) => member::keep(draft, header, member, payload),
        Payload::PartnerAdded(added) => partner::keep(draft, header, added),
        Payload::PartnerRevoked(revoked) => partner::revoke(draft, &revoked.key),
        Payload::Invitation(invitation) => {
            let key = invitation.secret_hash.as_bytes();
            let before = draft.get(View::Invitation, key)?;
            // A second entry for the same secret takes it back: it was redeemed.
            let record = InvitationRecord {
                expires_ms: invitation.expires_ms.millis(),
                used: before.is_some(),
            };
            Ok(put(draft, View::Invitation, key, &record)?)
        }
        Payload::Access(access) => match written_by(access) {
            Some((log, sequence)) => {
                let actor = access.actor.as_str().as_bytes().to_vec();
                Ok(draft.put_view(View::Index, &actor_key(&log, sequence), actor)?)
            }
            None => Ok(()),
        },
        Payload::PolicyAdopted(_)
        | Payload::CalendarAmended(_)
        | Payload::Excused(_)
        | Payload::Screened(_)
        | Payload::MeasureTaken(_)
        | Payload::InspectionMade(_) => policy::keep(draft, header.sequence, payload),
        Payload::Gateway(gateway) => {
            Ok(draft.put_view(View::Gateway, &gateway.key, payload.encode())?)
        }
        Payload::ActivityPlan(_)
        | Payload::PlanFiled(_)
        | Payload::Activity(_)
        | Payload::FormHandedUp(_)
        | Payload::BookRecord(_)
        | Payload::Exemption(_)
        | Payload::Appraisal(_)
        | Payload::Training(_) => life::keep(draft, header, payload),
        Payload::LocalCorrection(correction) => {
            if policy::void(draft, correction.corrects)? {
                return Ok(());
            }
            if life::is_kept(draft, correction.corrects)? {
                return life::keep(draft, header, payload);
            }
            certificate::void(draft, correction.corrects)
        }
        Payload::FormIssued(issued) => form::keep(draft, header, issued),
        Payload::DuesBase(_)
        | Payload::DuesRelief(_)
        | Payload::DuesPayment(_)
        | Payload::DuesCorrection(_)
        | Payload::DuesClosed(_) => dues::keep(draft, header, payload),
        Payload::BookCode(code) => confirm::given(draft, header, code),
        Payload::BookConfirmed(confirmed) => confirm::taken(draft, header, confirmed),
        _ => tree(draft, header, payload),
    }
}

/// Units, officers and certificates.
fn tree(draft: &mut Draft<'_>, header: &Header, payload: &Payload) -> Result<(), BookError> {
    let number = match payload {
        Payload::UnitFounded(founded) => {
            return unit::keep(draft, Some(founded.unit_id), header, payload);
        }
        Payload::UnitChanged(changed) => {
            return unit::keep(draft, Some(changed.unit_id), header, payload);
        }
        Payload::UnitClosed(closed) => {
            return unit::keep(draft, Some(closed.unit_id), header, payload);
        }
        Payload::OfficerAppointed(appointed) => {
            return unit::keep(draft, appointed.unit_id, header, payload);
        }
        Payload::OfficerEnded(ended) => return unit::keep(draft, ended.unit_id, header, payload),
        Payload::CertificateRange(_) => None,
        Payload::CertificateIssued(issued) => Some(&issued.number),
        Payload::CertificateChecked(checked) => Some(&checked.number),
        Payload::CertificateReplaced(replaced) => Some(&replaced.number),
        Payload::CertificateHandedIn(handed) => Some(&handed.number),
        _ => return Ok(()),
    };
    certificate::keep(draft, number, header, payload)
}

/// Who wrote an entry into a partner's log is kept in the local log, as an access whose purpose names the entry.
fn written_by(access: &Access) -> Option<(LogId, u64)> {
    let (log, sequence) = access
        .purpose
        .as_ref()?
        .as_str()
        .strip_prefix("entry ")?
        .split_once('/')?;
    Some((log.parse().ok()?, sequence.parse().ok()?))
}
