//! Meetings by their frequencies, and inspections.

use super::{
    Subject,
    activity::{branches, existed},
    draft::Draft,
    facts::{Held, Kept, Unit, UnitKind},
    term::{Scene, words},
};
use hongyan_proto::time::Day;

use crate::domain::policy::{Field, Inspector, Rule, Word as _};

pub(super) fn find(scene: &mut Scene<'_>) {
    if scene.keeps(Kept::Meetings) {
        meetings(scene);
    }
    if scene.keeps(Kept::Inspections) {
        inspections(scene);
    }
}

/// Does the rule speak of this unit? One that names fields of work leaves alone a unit whose field is not said; a period belongs to the
/// field of its first day.
fn concerns(fields: &[Field], unit: &Unit, day: Day) -> bool {
    fields.is_empty() || unit.field(day).is_some_and(|field| fields.contains(&field))
}

/// Did the unit, or one above it, hold an activity day on this day? A meeting that belongs to the theme day (X 三1, 四1) may be held at other
/// times as well, but that is not the one that is asked for.
fn is_activity_day(scene: &Scene<'_>, unit: &Unit, day: Day) -> bool {
    const ABOVE: [UnitKind; 3] = [
        UnitKind::Branch,
        UnitKind::GeneralBranch,
        UnitKind::Committee,
    ];
    let mut held = scene.index.held(&unit.name, Held::ActivityDay, &ABOVE);
    held.any(|one| one.day == day)
}

fn meetings(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Meeting {
            meeting,
            fields,
            held_by,
            joint,
            timing,
            on_activity_day,
        } => Some((
            (*meeting, fields, (held_by, joint), *on_activity_day),
            timing,
        )),
        _ => None,
    });
    for term in terms {
        let (meeting, fields, (held_by, joint), on_activity_day) = term.asks;
        let (zh, en) = meeting.label();
        for unit in &scene.facts.units {
            if !held_by.contains(&unit.kind)
                || !concerns(fields, unit, term.window.from)
                || !existed(unit, &term.window)
            {
                continue;
            }
            let times = usize::from(term.window.times);
            let held: Vec<_> = scene
                .index
                .held_in(&unit.name, Held::Meeting(meeting), joint, &term.window)
                .filter(|one| !on_activity_day || is_activity_day(scene, unit, one.day))
                .take(times)
                .collect();
            let done = held.get(times.saturating_sub(1)).map(|one| one.day);
            let count = if times > 1 {
                format!(" {}/{times}", held.len())
            } else {
                String::new()
            };
            let (on_zh, on_en) = if on_activity_day {
                ("在活动日", " on an activity day")
            } else {
                ("", "")
            };
            let what = words(
                format!("{on_zh}召开{zh}{count}"),
                format!("hold{on_en}: {en}{count}"),
            );
            let draft = Draft {
                done,
                evidence: held.iter().map(|one| &one.entry).collect(),
                ..Draft::of(&term, what)
            };
            scene.add(draft.by(unit));
        }
    }
}

/// Inspections the committee itself makes of its branches; those of departments are the departments' duties.
fn inspections(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Inspection {
            by: Inspector::Committee,
            of,
            timing: Some(timing),
        } => Some((*of, timing)),
        _ => None,
    });
    for term in terms {
        let (zh, en) = term.asks.label();
        for unit in branches(scene, term.window) {
            let made = scene
                .facts
                .inspections
                .iter()
                .filter(|one| one.unit == unit.name && one.of == term.asks)
                .filter(|one| term.window.contains(one.day))
                .min_by_key(|one| one.day);
            let what = words(
                format!("对{}{zh}", unit.name),
                format!("{en}: {}", unit.name),
            );
            let draft = Draft {
                subject: Subject::Committee,
                about: unit.key(),
                ..Draft::of(&term, what).by(unit)
            };
            scene.add(draft.closed(made.map(|one| (one.day, &one.entry))));
        }
    }
}
