//! A person showed a certificate and no notice came: claims, and their confirmation.

use hongyan_proto::{
    id::CaseId,
    letter::{Claim, Confirm, Departed, DepartureReason, Payload},
    log::Kind,
};

use super::leaving::{moved_before, no_open_case};
use super::opening;

use crate::domain::case::{self, Side, dates::check_dates};
use crate::office::{Answer, Office, OfficeError, Request, desk::Cut, find, view::latest};

/// Host: a person showed a certificate of the partner's and no notice came.
pub(in crate::office) async fn claim(
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
pub(in crate::office) async fn confirm(
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
                destination: None,
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
