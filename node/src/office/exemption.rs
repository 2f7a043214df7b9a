//! Exemptions on approved application.

use hongyan_proto::{
    letter::{Exemption, ExemptionFrom, LocalReplacement, Payload, Text},
    time::Day,
};

use super::{
    Answer, Office, OfficeError, Request,
    assessment::{again, changed, member, one},
    happened::happened,
    roster,
};
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
            happened(exemption.approved_on, desk.today, "approved_on")?;
            let member_id = member(&roster::everyone(desk.draft)?, &name)
                .map_err(|problem| OfficeError::field("person", problem))?;
            let exemption = Exemption {
                member_id,
                actor: desk.actor.clone(),
                ..exemption
            };
            for (sequence, known) in book::exemptions(desk.draft)? {
                let same = (known.member_id, &known.from, known.since, known.until)
                    == (member_id, &exemption.from, exemption.since, exemption.until);
                if same {
                    let next = "如有不同, 用 exemption correct 更正 it is recorded already: exemption correct changes it";
                    return Err(again(sequence, next));
                }
            }
            desk.enter(&exemption.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// Until when an exemption counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    /// Its last day.
    Day(Day),
    /// It has none.
    Open,
}

/// What is right about an exemption; none and empty: as it was.
#[derive(Clone, Debug)]
pub(super) struct Righted {
    pub(super) from: Vec<ExemptionFrom>,
    pub(super) since: Option<Day>,
    /// Until when.
    pub(super) until: Option<Until>,
    pub(super) because: Option<Text<200>>,
    pub(super) applied_on: Option<Day>,
    pub(super) approved_on: Option<Day>,
    pub(super) approved_by: Option<Text<100>>,
}

/// An exemption was wrong, or ends on another day. The member stays: of another, it is another exemption.
pub(super) async fn correct(
    office: &Office,
    request: Request,
    sequence: u64,
    reason: Text<500>,
    right: Righted,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let before = one(desk.draft, sequence, |payload| match payload {
                Payload::Exemption(exemption) => Some(exemption),
                _ => None,
            })?;
            let after = Exemption {
                member_id: before.member_id,
                from: if right.from.is_empty() {
                    before.from.clone()
                } else {
                    right.from
                },
                since: right.since.unwrap_or(before.since),
                until: match right.until {
                    Some(Until::Day(day)) => Some(day),
                    Some(Until::Open) => None,
                    None => before.until,
                },
                reason: right.because.unwrap_or_else(|| before.reason.clone()),
                applied_on: right.applied_on.unwrap_or(before.applied_on),
                approved_on: right.approved_on.unwrap_or(before.approved_on),
                approved_by: right
                    .approved_by
                    .unwrap_or_else(|| before.approved_by.clone()),
                actor: before.actor.clone(),
            };
            happened(after.approved_on, desk.today, "approved_on")?;
            changed(&before, &after)?;
            let actor = desk.actor.clone();
            let after = LocalReplacement::Exemption(Exemption { actor, ..after });
            desk.correct(sequence, reason, Some(after))?;
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
