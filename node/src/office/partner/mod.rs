//! Partners: invited, met, revoked, and what to do when a log cannot go on.

mod epoch;
mod introduction;
mod invitation;
mod meeting;

use hongyan_proto::{
    id::KeyId,
    letter::{PartnerRevoked, Text},
};

use super::{Answer, Office, OfficeError, Request, find};
use crate::book::{self, PartnerState};

pub(super) use epoch::{accept_epoch, reset_epoch};
pub use introduction::Introduction;
pub(super) use invitation::invite;
pub(super) use meeting::accept;
#[cfg(test)]
pub(super) use meeting::{adopt, own_introduction};

/// Removes the pin.
pub(super) async fn revoke(
    office: &Office,
    request: Request,
    partner: String,
    reason: Text<500>,
) -> Result<(Answer, KeyId), OfficeError> {
    let key = find::partner(&office.store, &partner)?.key_id;
    let answer = office
        .write(request, move |desk| {
            let partner = book::partner(desk.draft, key)?;
            if partner.state == PartnerState::Revoked {
                return Err(OfficeError::Revoked(partner.code.to_string()));
            }
            let revoked = PartnerRevoked {
                key: *partner.key.as_bytes(),
                reason,
                actor: desk.actor.clone(),
            };
            desk.enter(&revoked.into(), None)?;
            Ok(Answer::default())
        })
        .await?;
    office.partners_changed();
    Ok((answer, key))
}

impl Office {
    pub(super) fn partners_changed(&self) {
        if let Some(carrier) = &self.carrier {
            (carrier.partners_changed)();
        }
    }
}
