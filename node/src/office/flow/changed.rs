//! A change of telephone, address or certificate: home's roster follows what home tells, and home alone tells which certificate it is.

use hongyan_proto::letter::{Change, Payload, Replacement};

use super::super::{OfficeError, desk::Desk};
use crate::{
    book::{self, CaseFile, Member},
    domain::case::Side,
};

/// What changed, when the letter says so.
const fn change(payload: &Payload) -> Option<&Change> {
    match payload {
        Payload::Change(change) => Some(change),
        Payload::Correction(correction) => match &correction.replacement {
            Some(Replacement::Change(change)) => Some(change),
            _ => None,
        },
        _ => None,
    }
}

/// The member on this node's roster, when it is home.
fn member(desk: &Desk<'_, '_>, file: &CaseFile) -> Result<Option<Member>, OfficeError> {
    let id = file.member.filter(|_| file.side() == Some(Side::Outflow));
    let found = id.map(|id| book::member(desk.draft, id)).transpose()?;
    Ok(found.flatten().filter(|member| !member.removed))
}

/// Takes what is about to be told into the roster. The number of a certificate is the roster's already.
pub(super) fn note(
    desk: &mut Desk<'_, '_>,
    file: &CaseFile,
    payload: &Payload,
) -> Result<(), OfficeError> {
    let Some(change) = change(payload) else {
        return Ok(());
    };
    let known = member(desk, file)?;
    let own = known
        .as_ref()
        .and_then(|one| one.details.certificate.as_ref());
    if change.certificate.is_some() && change.certificate.as_ref() != own {
        return Err(OfficeError::field(
            "change.certificate",
            "活动证编号由流出地按名册告知; 补换先用 certificate replace  the home organization tells the number that its roster has: enter a new one with certificate replace",
        ));
    }
    let Some(known) = known else {
        return Ok(());
    };
    let mut right = known.clone();
    let details = &mut right.details;
    details.phone = change.phone.clone().or(details.phone.take());
    details.address = change.address.clone().or(details.address.take());
    if right != known {
        right.actor = desk.actor.clone();
        desk.local(&right.into(), None)?;
    }
    Ok(())
}
