//! Activity days, their record forms, and the yearly plan.

use hongyan_proto::time::{Day, Month};

use super::{
    Subject,
    facts::{Held, Kept, Unit, UnitKind},
    index::is,
    term::{Draft, Scene, words},
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

/// Branches, by whom activity days are held (W 活动日 二).
pub(super) fn branches<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a Unit> + use<'a> {
    let units: &'a [Unit] = &scene.facts.units;
    units.iter().filter(|unit| unit.kind == UnitKind::Branch)
}

/// Did the unit exist for the whole of the window? A branch founded or ended within it owes nothing for it.
pub(super) fn existed(unit: &Unit, window: &Window) -> bool {
    unit.since.is_none_or(|since| since <= window.from)
        && unit.until.is_none_or(|until| window.until <= until)
}

/// The activity day a month's rule and calendar give: the first to come, where there are several.
pub(super) fn planned(
    scene: &Scene<'_>,
    (day, shift): (&DayRule, Shift),
    month: Month,
) -> Option<ActivityDay> {
    let days = scene.calendar.activity_days(day, shift, month);
    days.into_iter().next()
}

fn days(scene: &mut Scene<'_>) {
    let monthly = Timing::Times(1, Period::Month);
    let terms = scene.terms_of(|rule, year| match rule {
        Rule::ActivityDay { day, shift, .. } => Some(((day, *shift), monthly.windows(year))),
        _ => None,
    });
    for term in terms {
        let month = term.window.from.month();
        let planned = planned(scene, term.asks, month);
        for unit in branches(scene) {
            if !existed(unit, &term.window) {
                continue;
            }
            let held = scene
                .index
                .held(&unit.name)
                .iter()
                .find(|one| is(one, Held::ActivityDay) && term.window.contains(one.day));
            scene.add(Draft {
                policy: term.policy,
                ruled: term.ruled,
                subject: Subject::Unit(unit.name.clone()),
                about: String::new(),
                unit: Some(unit.name.clone()),
                who: unit.name.to_string(),
                what: words(
                    format!("{month} 党员活动日"),
                    format!("activity day of {month}"),
                ),
                from: planned.map_or(term.window.from, |day| day.held),
                due: term.window.until,
                planned: planned.is_some(),
                provisional: planned.is_some_and(|day| day.provisional),
                done: held.map(|one| one.day),
                evidence: held.map(|one| one.entry.clone()).into_iter().collect(),
                waits: false,
            });
        }
    }
}

/// The form of every activity day that was held goes up within its days (C 附件).
fn forms(scene: &mut Scene<'_>) {
    for unit in branches(scene) {
        // A form goes up once, from whoever held the day.
        let own = scene.index.held(&unit.name).iter();
        for activity in own.filter(|one| is(one, Held::ActivityDay) && one.unit == unit.name) {
            let rule = scene.rule_on(activity.day, |rule| match rule {
                Rule::RecordForm { within_days, .. } => *within_days,
                _ => None,
            });
            let Some((policy, ruled, days)) = rule else {
                continue;
            };
            scene.add(Draft {
                policy,
                ruled,
                subject: Subject::Unit(unit.name.clone()),
                about: activity.entry.sequence.to_string(),
                unit: Some(unit.name.clone()),
                who: unit.name.to_string(),
                what: words(
                    format!("报送 {} 党日活动记录表", activity.day),
                    format!("send up the record form of {}", activity.day),
                ),
                from: activity.day,
                due: activity.day.plus_days(i32::from(days)),
                planned: false,
                provisional: false,
                done: activity.form_up,
                evidence: vec![activity.entry.clone()],
                waits: false,
            });
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
            until: last_day(term.window.from.month()),
            ..term.window
        };
        for unit in branches(scene) {
            if !existed(unit, &whole) {
                continue;
            }
            let filed = scene
                .facts
                .plans
                .iter()
                .filter(|plan| plan.unit == unit.name && plan.year == year)
                .filter(|plan| plan.activities >= term.asks)
                .min_by_key(|plan| plan.filed);
            scene.add(Draft {
                policy: term.policy,
                ruled: term.ruled,
                subject: Subject::Unit(unit.name.clone()),
                about: String::new(),
                unit: Some(unit.name.clone()),
                who: unit.name.to_string(),
                what: words(
                    format!("{year} 年党日活动计划备案, 不少于 {} 次", term.asks),
                    format!("file the plan of {year}, at least {} activities", term.asks),
                ),
                from: term.window.from,
                due: term.window.until,
                planned: false,
                provisional: false,
                done: filed.map(|plan| plan.filed),
                evidence: filed.map(|plan| plan.entry.clone()).into_iter().collect(),
                waits: false,
            });
        }
    }
}
