//! Activity days, their record forms, and the yearly plan.

use hongyan_proto::time::{Day, Month};

use super::{
    draft::Draft,
    facts::{Held, Kept, Unit, UnitKind, UnitName},
    term::{Scene, dated, words},
};
use crate::domain::{
    calendar::{ActivityDay, DayRule, Shift, last_day},
    policy::{Period, Rule, Timing, Window, YearDay},
};

pub(super) fn find(scene: &mut Scene<'_>) {
    if scene.keeps(Kept::Activities) {
        days(scene);
        forms(scene);
    }
    if scene.keeps(Kept::Plans) {
        plans(scene);
    }
}

/// Branches, by whom activity days are held (W 活动日 二), that existed for the whole of the window.
pub(super) fn branches<'a>(
    scene: &Scene<'a>,
    window: Window,
) -> impl Iterator<Item = &'a Unit> + use<'a> {
    let units: &'a [Unit] = &scene.facts.units;
    let branches = units.iter().filter(|unit| unit.kind == UnitKind::Branch);
    branches.filter(move |unit| existed(unit, &window))
}

/// Did the unit exist for the whole of the window? A branch founded or ended within it owes nothing for it.
pub(super) fn existed(unit: &Unit, window: &Window) -> bool {
    unit.since.is_none_or(|since| since <= window.from)
        && unit.until.is_none_or(|until| window.until <= until)
}

/// The activity day a month's rule and calendar give: the first to come, where there are several.
pub(super) fn by_rule(
    scene: &Scene<'_>,
    (day, shift): (&DayRule, Shift),
    month: Month,
) -> Option<ActivityDay> {
    let days = scene.calendar.activity_days(day, shift, month);
    days.into_iter().next()
}

/// The activity day of a month that a unit's plan names: it goes before the rule's.
pub(super) fn by_plan<'a>(
    scene: &Scene<'a>,
    unit: &'a UnitName,
    month: Month,
) -> Option<ActivityDay> {
    scene.index.planned(unit, month).map(|day| ActivityDay {
        named: day,
        held: day,
        provisional: false,
    })
}

fn days(scene: &mut Scene<'_>) {
    let monthly = Timing::Times(1, Period::Month);
    let terms = scene.terms_of(|rule, year| match rule {
        Rule::ActivityDay {
            day, shift, joint, ..
        } => Some(((day, *shift, joint.as_slice()), monthly.windows(year))),
        _ => None,
    });
    for term in terms {
        let month = term.window.from.month();
        let (day, shift, joint) = term.asks;
        let by_rule = by_rule(scene, (day, shift), month);
        for unit in branches(scene, term.window) {
            let planned = by_plan(scene, &unit.name, month).or(by_rule);
            let held = scene
                .index
                .held_in(&unit.name, Held::ActivityDay, joint, &term.window)
                .next();
            let what = words(
                format!("{month} 党员活动日"),
                format!("activity day of {month}"),
            );
            let draft = Draft {
                from: planned.map_or(term.window.from, |day| day.held),
                planned: planned.is_some(),
                provisional: planned.is_some_and(|day| day.provisional),
                ..Draft::of(&term, what)
            };
            let held = held.map(|one| (one.day, &one.entry));
            scene.add(draft.by(unit).closed(held));
        }
    }
}

/// The form of every activity day that was held goes up within its days (C 附件).
fn forms(scene: &mut Scene<'_>) {
    for unit in &scene.facts.units {
        // A form goes up once, from whoever held the day.
        let own = scene.index.held(&unit.name, Held::ActivityDay, &[]);
        for activity in own {
            let rule = scene.rule_on(activity.day, |rule| match rule {
                Rule::RecordForm { within_days, .. } => *within_days,
                _ => None,
            });
            let Some((policy, ruled, days)) = rule else {
                continue;
            };
            let what = words(
                format!("报送 {} 党日活动记录表", activity.day),
                format!("send up the record form of {}", activity.day),
            );
            let term = (activity.day, activity.day.plus_days(i32::from(days)));
            let draft = Draft {
                about: activity.entry.sequence.to_string(),
                evidence: vec![&activity.entry],
                ..Draft::new((policy, ruled), term, what)
            };
            scene.add(draft.by(unit).closed(activity.form_up.as_ref().map(dated)));
        }
    }
}

fn plan_window(by: YearDay, year: i16) -> Option<Window> {
    Some(Window {
        from: Day::new(year, 1, 1).ok()?,
        until: by.of(year)?,
        times: 1,
    })
}

fn plans(scene: &mut Scene<'_>) {
    let terms = scene.terms_of(|rule, year| match rule {
        Rule::Plan { at_least, by } => {
            Some((*at_least, plan_window(*by, year).into_iter().collect()))
        }
        _ => None,
    });
    for term in terms {
        let year = term.window.from.date().year();
        let whole = Window {
            until: term.window.until.max(last_day(term.window.from.month())),
            ..term.window
        };
        for unit in branches(scene, whole) {
            let filed = scene
                .facts
                .plans
                .iter()
                .filter(|plan| plan.unit == unit.name && plan.year == year)
                .filter(|plan| plan.activities >= term.asks)
                .min_by_key(|plan| plan.filed);
            let what = words(
                format!("{year} 年党日活动计划备案, 不少于 {} 次", term.asks),
                format!("file the plan of {year}, at least {} activities", term.asks),
            );
            let filed = filed.map(|plan| (plan.filed, &plan.entry));
            scene.add(Draft::of(&term, what).by(unit).closed(filed));
        }
    }
}
