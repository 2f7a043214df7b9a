//! Yearly plans of activities (年度活动计划): set, amended by a new version, filed up.

use std::{collections::BTreeMap, iter};

use hongyan_proto::{
    letter::{ActivityKind, ActivityPlan, LocalReplacement, Payload, PlanFiled, Text, Within},
    time::{Day, Month},
};

use super::{
    Answer, Office, OfficeError, Request,
    desk::Desk,
    exemption::exempted,
    happened::{calendar, happened},
    joint::Joint,
    lived, roster,
};
use crate::{
    book::{self, Shelf},
    domain::{
        life::{Brief, Ledger, Record, ledger},
        unit::Called,
    },
};

const PLAN: (&str, &str) = ("年度计划", "plan of the year");

fn of_year(desk: &Desk<'_, '_>, unit: &str, year: u32) -> Result<Ledger, OfficeError> {
    Ok(ledger(
        &lived::of_year(desk.draft, calendar(year)?)?,
        unit,
        &exempted(desk.draft)?,
    ))
}

/// A plan is made for this year or the next one, or entered later.
fn planned_for(year: u32, today: Day) -> Result<(), OfficeError> {
    let next = today.date().year().saturating_add(1);
    if i64::from(year) <= i64::from(next) {
        return Ok(());
    }
    Err(OfficeError::field(
        "plan.year",
        format!("应不晚于 {next} 年 no later than that year"),
    ))
}

/// The first plan of a unit for a year, or with a reason a new version of it.
pub(super) async fn set(
    office: &Office,
    request: Request,
    plan: ActivityPlan,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let plan = ActivityPlan {
                unit: roster::unit(desk.draft, plan.unit.as_str())?,
                actor: desk.actor.clone(),
                ..plan
            };
            planned_for(plan.year.get(), desk.today)?;
            let before = of_year(desk, plan.unit.as_str(), plan.year.get())?.plan;
            match (before, &plan.reason) {
                (Some(_), None) => Err(OfficeError::field(
                    "plan.reason",
                    "该年度计划已有, 修订请用 plan amend 并写明原因 this year's plan is there: amend it with plan amend and say why",
                )),
                (None, Some(_)) => Err(OfficeError::not_found(
                    PLAN,
                    format!("{} {}", plan.unit, plan.year.get()),
                )),
                (Some((_, before)), _) if before.items == plan.items => Err(OfficeError::field(
                    "plan.items",
                    "与现行计划相同, 没有修订 it is the plan there is: nothing is amended",
                )),
                _ => {
                    desk.enter(&plan.into(), None)?;
                    Ok(Answer::default())
                }
            }
        })
        .await
}

/// The newest version was filed up.
pub(super) async fn file(
    office: &Office,
    request: Request,
    unit: Text<100>,
    year: Within<1900, 2999>,
    day: Option<Day>,
    superior: Option<Text<100>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let unit = roster::unit(desk.draft, unit.as_str())?;
            let known = of_year(desk, unit.as_str(), year.get())?;
            let Some((plan, _)) = known.plan else {
                let name = format!("{unit} {}", year.get());
                return Err(OfficeError::not_found(PLAN, name));
            };
            if let Some(filing) = known.filings.iter().find(|filing| filing.plan == plan) {
                return Err(OfficeError::field(
                    "year",
                    format!(
                        "该版计划已于 {} 备案 this version was filed on that day already",
                        filing.day
                    ),
                ));
            }
            let day = day.unwrap_or(desk.today);
            happened(day, desk.today, "day")?;
            let filed = PlanFiled {
                unit,
                year,
                plan,
                day,
                superior,
                actor: desk.actor.clone(),
            };
            desk.enter(&Payload::PlanFiled(filed), None)?;
            Ok(Answer::default())
        })
        .await
}

/// When something went up, and to whom; none: as it was.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub(super) day: Option<Day>,
    pub(super) superior: Option<Text<100>>,
}

/// The latest record of a year that is such a one and counts.
pub(super) fn latest<'a, T>(
    records: &'a [Record],
    is: impl Fn(&'a Payload) -> Option<&'a T>,
) -> Option<(u64, &'a T)> {
    let mut counting = records.iter().rev().filter(|record| !record.void);
    counting.find_map(|record| Some((record.sequence, is(&record.payload)?)))
}

/// The newest plan of each unit in a year's records, which stand in their order. `whose` names the unit, which may have been called otherwise on the
/// plan's first day.
pub(super) fn newest<U: Ord>(
    records: &[Brief],
    whose: impl Fn(&ActivityPlan, Day) -> U,
) -> BTreeMap<U, &ActivityPlan> {
    let plans = records.iter().filter_map(|record| {
        let Some(Payload::ActivityPlan(plan)) = record.what.record() else {
            return None;
        };
        Some((whose(plan, plan.items.first()?.day), plan))
    });
    plans.collect()
}

/// The activity days that a plan names.
pub(super) fn activity_days(plan: &ActivityPlan) -> impl Iterator<Item = Day> {
    let items = plan.items.iter();
    let days = items.filter(|item| item.kind == ActivityKind::ActivityDay);
    days.map(|item| item.day)
}

/// The activity days that a unit's plan names in a month, or the nearest plan above it that names one.
pub(super) fn planned_days(
    shelf: &impl Shelf,
    unit: &str,
    month: Month,
) -> Result<Vec<Day>, OfficeError> {
    let year = u16::try_from(month.first_day().date().year()).unwrap_or_default();
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    // In brief: who was where in thousands of activities says nothing of plans.
    let records = book::life_in_brief(shelf, year)?;
    let plans = newest(&records, |plan, first| {
        called.now(plan.unit.as_str(), Some(first))
    });
    let unit = roster::named(shelf, unit)?;
    let ends = unit.rmatch_indices('/').map(|(at, _)| at);
    let above = iter::once(unit.len()).chain(ends).map(|end| &unit[..end]);
    for above in above.chain([roster::COMMITTEE]) {
        let days = plans
            .get(above)
            .into_iter()
            .flat_map(|plan| activity_days(plan));
        let days: Vec<Day> = days.filter(|day| day.month() == month).collect();
        if !days.is_empty() {
            return Ok(days);
        }
    }
    Ok(Vec::new())
}

/// What was said of the latest filing was wrong. A void one was never made: the plan waits for its filing again.
pub(super) async fn correct_filing(
    office: &Office,
    request: Request,
    (unit, year): (Text<100>, Within<1900, 2999>),
    reason: Text<500>,
    right: Option<Passed>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let unit = roster::named(desk.draft, unit.as_str())?;
            let records = lived::of_year(desk.draft, calendar(year.get())?)?;
            let latest = latest(&records, |payload| match payload {
                Payload::PlanFiled(filed) if filed.unit.as_str() == unit => Some(filed),
                _ => None,
            });
            let (sequence, filed) = latest.ok_or_else(|| {
                let name = format!("{unit} {}", year.get());
                OfficeError::not_found(("年度计划备案", "filing of the plan"), name)
            })?;
            let right = match right {
                None => None,
                Some(right) => {
                    let day = right.day.unwrap_or(filed.day);
                    happened(day, desk.today, "day")?;
                    Some(LocalReplacement::PlanFiled(PlanFiled {
                        day,
                        superior: right.superior.or_else(|| filed.superior.clone()),
                        actor: desk.actor.clone(),
                        ..filed.clone()
                    }))
                }
            };
            desk.correct(sequence, reason, right)?;
            Ok(Answer::default())
        })
        .await
}

/// A unit's year; an error when nobody belongs to the unit and nothing was recorded of it.
pub(super) fn year(office: &Office, unit: &str, year: u32) -> Result<Ledger, OfficeError> {
    let year = match year {
        0 => u16::try_from(office.today().date().year()).unwrap_or_default(),
        year => calendar(year)?,
    };
    let store = &office.store;
    let unit = roster::named(store, unit)?;
    let records = lived::of_year(store, year)?;
    let joint = Joint::of(store, &unit)?;
    let found = ledger(&records, &unit, &exempted(store)?)
        .with_joint(&records, |activity| joint.counts(activity));
    if found == Ledger::default() {
        roster::known_unit(&office.store, &unit)?;
    }
    Ok(found)
}
