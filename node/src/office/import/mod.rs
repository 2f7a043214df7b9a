//! Bringing the roster in step with a file: first what would happen, row by row and column by column, then all of it in one commit.
//!
//! What a file says is read in `roster_file`; here is decided who each row is and what it changes. The plan is pure, so that a dry run
//! says exactly what the import does.

mod apply;
mod conflict;
mod identity;
mod new_unit;
mod plan;
mod result;
mod who;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use hongyan_proto::id::UnitId;
use tokio::sync::oneshot;

use super::{Answer, Office, OfficeError, Request, roster_file};
use crate::book;

pub(super) use plan::said;
pub(super) use result::{ColumnChange, Imported, Outcome, RowResult, Said};

/// What is being done; told with how much of all is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    Reading,
    Writing,
}

/// Hears how far an import is: the stage, rows done, all rows.
pub(super) type Progress = Arc<dyn Fn(Stage, usize, usize) + Send + Sync>;

/// A file to be imported, and how.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) content: Bytes,
    pub(super) filename: String,
    /// Say what would happen, and write nothing.
    pub(super) dry_run: bool,
    /// Write nothing when any row is refused.
    pub(super) strict: bool,
    /// Found the branches that the tree lacks.
    pub(super) found_units: bool,
}

/// Brings the roster in step with a file, in one commit; or says what would happen.
pub(super) async fn import(
    office: &Office,
    request: Request,
    source: Source,
    progress: Progress,
) -> Result<(Imported, Answer), OfficeError> {
    let today = office.today();
    let Source {
        content,
        filename,
        dry_run,
        strict,
        found_units,
    } = source;
    progress(Stage::Reading, 0, 0);
    // A large file takes seconds: beside the runtime, or every other call would wait.
    let reading =
        tokio::task::spawn_blocking(move || roster_file::read(&content, &filename, today));
    let roster = reading
        .await
        .map_err(|_| OfficeError::UnreadableFile("读取中断 reading broke off".to_owned()))??;
    let rows = roster.rows.len();
    progress(Stage::Reading, rows, rows);
    if dry_run {
        let members = book::members(&office.store)?;
        let units = book::units(&office.store)?;
        let mut number = 0_u128;
        let mut next = || {
            number += 1;
            // Stands for an id that nobody will ever see.
            UnitId::from_bytes(number.to_be_bytes())
        };
        let plan = plan::plan(
            roster,
            members,
            units,
            found_units.then_some(&mut next),
            today,
        );
        return Ok((plan.imported.undone(), Answer::default()));
    }
    let (tell, told) = oneshot::channel();
    let answer = office
        .write(request, move |desk| {
            let members = book::members(desk.draft)?;
            let units = book::units(desk.draft)?;
            let mut next = || UnitId::random(desk.draft.rng());
            let plan = plan::plan(
                roster,
                members,
                units,
                found_units.then_some(&mut next),
                today,
            );
            let imported = if strict && plan.imported.count(Outcome::Refused) > 0 {
                plan.imported.undone()
            } else {
                apply::apply(desk, plan, &progress)?
            };
            let extra = imported.remembered();
            // Whoever asked may have gone; the answer is remembered all the same.
            let _ = tell.send(imported);
            Ok(Answer {
                extra,
                ..Answer::default()
            })
        })
        .await?;
    let imported = match told.await {
        Ok(imported) => imported,
        // The request was answered before: what is remembered of it.
        Err(_) => Imported::recall(&answer.extra)?,
    };
    Ok((imported, answer))
}
