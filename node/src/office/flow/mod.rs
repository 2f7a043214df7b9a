//! Transitions of cases: each writes one signed entry that the table allows, or nothing.

mod changed;
mod claimed;
mod leaving;
mod shown;

use hongyan_proto::{
    id::{CaseId, CertificateNumber},
    letter::{Payload, Place},
    log::KindGroup,
};

use super::{
    Answer, Office, OfficeError, Request,
    desk::{Cut, Desk},
    find,
};

use crate::{
    book::{self, Partner},
    domain::case::{self, Side, crossing::check_opening, dates::check_dates},
};

pub(super) use claimed::{claim, confirm};
pub(super) use leaving::{Subject, Trip, depart, notice};
pub(super) use shown::{Filter, list, show};

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
                changed::note(desk, &file, &payload)?;
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
