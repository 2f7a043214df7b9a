//! What is to be written: row by row, against the roster and the tree as they are. Pure.

use hongyan_proto::{
    id::{MemberId, UnitId},
    letter::{Disclosed, Text, UnitFounded},
    time::Day,
};

use super::{
    conflict,
    identity::Index,
    new_unit::{Named, Resolver},
    result::{ColumnChange, Imported, Outcome, RowResult, Said},
    who,
};
use crate::{
    book::{self, Member},
    domain::unit::Units,
    office::roster_file::{Column, Problem, Roster, Row},
};

/// Rows to be added whose columns are shown one by one.
const SHOWN_ADDED: usize = 1000;

/// A member to be written.
pub(super) struct Change {
    /// Index into the results.
    pub(super) at: usize,
    pub(super) member: Option<MemberId>,
    pub(super) details: Disclosed,
    pub(super) unit: Option<Text<100>>,
    pub(super) unit_id: Option<UnitId>,
    /// From when on the unit counts, where an earlier entry said so.
    pub(super) since: Option<Day>,
}

/// All that an import does.
pub(super) struct Plan {
    pub(super) imported: Imported,
    pub(super) changes: Vec<Change>,
    pub(super) founded: Vec<UnitFounded>,
}

/// `next` gives the ids of units to be founded; none: no unit is.
pub(super) fn plan(
    roster: Roster,
    members: Vec<Member>,
    units: Units,
    next: Option<&mut dyn FnMut() -> UnitId>,
    today: Day,
) -> Plan {
    let index = Index::of(members);
    let mut conflicts = conflict::find(&roster.rows);
    let mut resolver = Resolver::new(units, next, today);
    let mut plan = Plan {
        imported: Imported {
            ignored: roster.ignored,
            ..Imported::default()
        },
        changes: Vec::new(),
        founded: Vec::new(),
    };
    let mut found = who::find(&roster.rows, &index);
    let mut shown = 0;
    // Each row becomes what it changes: a large roster is not to be in memory twice.
    for (at, mut row) in roster.rows.into_iter().enumerate() {
        let mut problems = std::mem::take(&mut row.problems);
        problems.extend(conflicts.remove(&at).unwrap_or_default());
        let found = match std::mem::replace(&mut found[at], Ok(None)) {
            Ok(found) => found.and_then(|id| index.members.get(&id)),
            Err(problem) => {
                problems.push(*problem);
                None
            }
        };
        let mut result = RowResult {
            row: row.number,
            name: std::mem::take(&mut row.name),
            remarks: row.remarks.iter().map(Said::from).collect(),
            ..RowResult::default()
        };
        let change = if problems.is_empty() {
            wish(row, found, &mut resolver)
                .map_err(|problem| problems.push(problem))
                .ok()
        } else {
            None
        };
        match change {
            None => {
                result.outcome = Outcome::Refused as i32;
                result.problems = problems.iter().map(Said::from).collect();
            }
            Some(change) => {
                settle(&mut result, found, &change, shown < SHOWN_ADDED);
                shown += usize::from(result.outcome == Outcome::Added as i32);
                if result.outcome != Outcome::Unchanged as i32 {
                    plan.changes.push(Change { at, ..change });
                }
            }
        }
        plan.imported.rows.push(result);
    }
    plan.imported.unknown_units = resolver.unknown;
    plan.founded = resolver.founded;
    plan
}

/// What the member would be. What the file is silent about stays.
fn wish(row: Row, old: Option<&Member>, resolver: &mut Resolver<'_>) -> Result<Change, Problem> {
    let (mut unit, mut unit_id) = old.map_or((None, None), |old| (old.unit.clone(), old.unit_id));
    if let Some(text) = &row.unit {
        match resolver.resolve(text.as_str()) {
            Named::Known(id, path) => (unit, unit_id) = (Some(path), Some(id)),
            Named::Unknown => (unit, unit_id) = (Some(text.clone()), None),
            // Written before there was a tree, and said again: whoever exports and imports changes nothing.
            Named::Missing(_) if unit_id.is_none() && unit.as_ref() == Some(text) => {}
            Named::Refused(problem) | Named::Missing(problem) => {
                return Err(Problem {
                    column: Column::Unit.title().to_owned(),
                    problem,
                });
            }
        }
    }
    let details = match old {
        Some(old) => row.details.or(old.details.clone()),
        None => row.details,
    };
    // The file may know a first day only where the roster knows more; together they may contradict.
    if let (Some(joined), Some(until)) = (details.joined, details.probationary_until)
        && until < joined
    {
        return Err(Problem {
            column: Column::ProbationaryUntil.title().to_owned(),
            problem: "与名册中的入党时间矛盾 contradicts the day of joining on the roster"
                .to_owned(),
        });
    }
    // A move that the file tells counts from today; who stays where they are came there when they did.
    let to = (unit.as_ref(), unit_id);
    let stayed = |old: &&Member| !old.removed && book::same_unit(names(old), to);
    let since = old.filter(stayed).and_then(|old| old.since);
    Ok(Change {
        at: 0,
        member: old.map(|old| old.member_id),
        details,
        unit,
        unit_id,
        since,
    })
}

const fn names(member: &Member) -> book::Named<'_> {
    (member.unit.as_ref(), member.unit_id)
}

fn settle(result: &mut RowResult, old: Option<&Member>, change: &Change, show_added: bool) {
    let Some(old) = old else {
        result.outcome = Outcome::Added as i32;
        if show_added {
            result.changes = columns(None, change);
        }
        return;
    };
    result.member = old.member_id.to_field();
    let same_unit = book::same_unit(names(old), (change.unit.as_ref(), change.unit_id));
    if change.details == old.details && same_unit && !old.removed {
        result.outcome = Outcome::Unchanged as i32;
    } else {
        result.outcome = Outcome::Changed as i32;
        result.changes = columns(Some(old), change);
    }
}

/// The columns that differ, in words.
fn columns(old: Option<&Member>, change: &Change) -> Vec<ColumnChange> {
    let mut changes: Vec<ColumnChange> = Column::ALL
        .into_iter()
        .filter_map(|column| {
            let old = old.map_or_else(String::new, |old| {
                said(&old.details, old.unit.as_ref(), column)
            });
            let new = said(&change.details, change.unit.as_ref(), column);
            (old != new).then(|| ColumnChange {
                column: column.title().to_owned(),
                old,
                new,
            })
        })
        .collect();
    if old.is_some_and(|old| old.removed) {
        changes.push(ColumnChange {
            column: "名册".to_owned(),
            old: "已离开".to_owned(),
            new: "在册".to_owned(),
        });
    }
    if let (Some(old), Some(_)) = (old, change.unit_id)
        && changes.is_empty()
        && old.unit_id.is_none()
    {
        // The same words, now a unit of the tree.
        changes.push(ColumnChange {
            column: Column::Unit.title().to_owned(),
            old: "(未编入)".to_owned(),
            new: change
                .unit
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        });
    }
    changes
}

/// What a member's column says, as an export writes it.
pub(in crate::office) fn said(
    details: &Disclosed,
    unit: Option<&Text<100>>,
    column: Column,
) -> String {
    fn text(value: Option<&impl ToString>) -> String {
        value.map(ToString::to_string).unwrap_or_default()
    }
    match column {
        Column::Name => text(details.name.as_ref()),
        Column::Sex => details.sex.map_or("", |sex| sex.label().0).to_owned(),
        Column::Birth => text(details.birth_month.as_ref()),
        Column::IdNumber => text(details.id_number.as_ref()),
        Column::Joined => text(details.joined.as_ref()),
        Column::ProbationaryUntil => text(details.probationary_until.as_ref()),
        Column::Class => details
            .member_class
            .map_or("", |class| class.label().0)
            .to_owned(),
        Column::Unit => text(unit),
        Column::Certificate => text(details.certificate.as_ref()),
        Column::Phone => text(details.phone.as_ref()),
        Column::Address => text(details.address.as_ref()),
    }
}
