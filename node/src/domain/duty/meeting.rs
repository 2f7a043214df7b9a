//! Meetings by their frequencies, and inspections.

use super::{
    Subject,
    activity::{branches, existed},
    facts::{Held, Kept, Unit, UnitKind},
    index::is,
    term::{Draft, Scene, words},
};
use crate::domain::policy::{Field, Inspector, Meeting, Rule, Word as _};

pub(super) fn find(scene: &mut Scene<'_>) {
    if scene.keeps(Kept::Meetings) {
        meetings(scene);
    }
    if scene.keeps(Kept::Inspections) {
        inspections(scene);
    }
}

/// Which kind of unit holds it.
const fn holder(meeting: Meeting) -> UnitKind {
    match meeting {
        Meeting::GroupMeeting => UnitKind::Group,
        Meeting::DemocraticLife => UnitKind::Committee,
        _ => UnitKind::Branch,
    }
}

/// Does the rule speak of this unit? One that names fields of work leaves alone a unit whose field is not said.
fn concerns(fields: &[Field], unit: &Unit) -> bool {
    fields.is_empty() || unit.field.is_some_and(|field| fields.contains(&field))
}

fn meetings(scene: &mut Scene<'_>) {
    let terms = scene.terms(|rule| match rule {
        Rule::Meeting {
            meeting,
            fields,
            timing,
            ..
        } => Some(((*meeting, fields.as_slice()), timing)),
        _ => None,
    });
    for term in terms {
        let (meeting, fields) = term.asks;
        let (zh, en) = meeting.label();
        for unit in &scene.facts.units {
            if unit.kind != holder(meeting)
                || !concerns(fields, unit)
                || !existed(unit, &term.window)
            {
                continue;
            }
            let times = usize::from(term.window.times);
            let held: Vec<_> = scene
                .index
                .held(&unit.name)
                .iter()
                .filter(|one| is(one, Held::Meeting(meeting)) && term.window.contains(one.day))
                .take(times)
                .collect();
            let done = held.get(times.saturating_sub(1)).map(|one| one.day);
            let count = if times > 1 {
                format!(" {}/{times}", held.len())
            } else {
                String::new()
            };
            let subject = match unit.kind {
                UnitKind::Committee => Subject::Committee,
                _ => Subject::Unit(unit.name.clone()),
            };
            scene.add(Draft {
                policy: term.policy,
                ruled: term.ruled,
                subject,
                about: String::new(),
                unit: Some(unit.name.clone()),
                who: unit.name.to_string(),
                what: words(format!("召开{zh}{count}"), format!("hold a {en}{count}")),
                from: term.window.from,
                due: term.window.until,
                planned: false,
                provisional: false,
                done,
                evidence: held.iter().map(|one| one.entry.clone()).collect(),
                waits: false,
            });
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
        for unit in branches(scene) {
            if !existed(unit, &term.window) {
                continue;
            }
            let made = scene
                .facts
                .inspections
                .iter()
                .filter(|one| one.unit == unit.name && one.of == term.asks)
                .filter(|one| term.window.contains(one.day))
                .min_by_key(|one| one.day);
            scene.add(Draft {
                policy: term.policy,
                ruled: term.ruled,
                subject: Subject::Committee,
                about: unit.name.to_string(),
                unit: Some(unit.name.clone()),
                who: unit.name.to_string(),
                what: words(
                    format!("对{}{zh}", unit.name),
                    format!("{en}: {}", unit.name),
                ),
                from: term.window.from,
                due: term.window.until,
                planned: false,
                provisional: false,
                done: made.map(|one| one.day),
                evidence: made.map(|one| one.entry.clone()).into_iter().collect(),
                waits: false,
            });
        }
    }
}
