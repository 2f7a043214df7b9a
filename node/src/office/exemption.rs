//! Exemptions on approved application.

use hongyan_proto::letter::Exemption;

use super::{Answer, Office, OfficeError, Request, assessment::member, plan::not_ahead, roster};
use crate::{
    book::{self, Shelf},
    domain::life::Exempted,
};

/// A member was exempted. The member's id is filled in from the name.
pub(super) async fn exempt(
    office: &Office,
    request: Request,
    name: String,
    exemption: Exemption,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            not_ahead(exemption.approved_on, desk.today, "approved_on")?;
            let member_id = member(&roster::everyone(desk.draft)?, &name)
                .map_err(|problem| OfficeError::field("person", problem))?;
            let exemption = Exemption {
                member_id,
                actor: desk.actor.clone(),
                ..exemption
            };
            desk.enter(&exemption.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// Who is exempt from what, as the log says now.
pub(super) fn exempted(shelf: &impl Shelf) -> Result<Exempted, OfficeError> {
    let found = book::exemptions(shelf)?.into_iter();
    Ok(found.map(|(_, exemption)| exemption).collect())
}

/// Exemptions that count, those that are over only when asked for.
pub(super) fn exemptions(
    office: &Office,
    all: bool,
) -> Result<Vec<(u64, Exemption, Option<book::Member>)>, OfficeError> {
    let today = office.today();
    let mut found = Vec::new();
    for (sequence, exemption) in book::exemptions(&office.store)? {
        if all || exemption.until.is_none_or(|until| today <= until) {
            let member = book::member(&office.store, exemption.member_id)?;
            found.push((sequence, exemption, member));
        }
    }
    Ok(found)
}
