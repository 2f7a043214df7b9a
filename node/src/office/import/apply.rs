//! Writing a plan: units first, then members, all in the commit of the request.

use hongyan_proto::{id::MemberId, letter::UnitFounded};

use super::{Progress, Stage, plan::Plan, result::Imported};
use crate::{
    book::Member,
    office::{OfficeError, desk::Desk},
};

/// Progress is told after so many entries.
const TELL_EVERY: usize = 512;

pub(super) fn apply(
    desk: &mut Desk<'_, '_>,
    plan: Plan,
    progress: &Progress,
) -> Result<Imported, OfficeError> {
    let mut imported = plan.imported;
    for founded in plan.founded {
        let founded = UnitFounded {
            actor: desk.actor.clone(),
            ..founded
        };
        desk.local(&founded.into(), None)?;
    }
    let all = plan.changes.len();
    for (done, change) in plan.changes.into_iter().enumerate() {
        let member_id = change
            .member
            .unwrap_or_else(|| MemberId::random(desk.draft.rng()));
        let member = Member {
            member_id,
            details: change.details,
            unit: change.unit,
            removed: false,
            actor: desk.actor.clone(),
            unit_id: change.unit_id,
            since: change.since,
            exit: None,
        };
        desk.local(&member.into(), None)?;
        if let Some(row) = imported.rows.get_mut(change.at) {
            row.member = member_id.to_field();
        }
        if done % TELL_EVERY == 0 {
            progress(Stage::Writing, done, all);
        }
    }
    progress(Stage::Writing, all, all);
    Ok(imported)
}
