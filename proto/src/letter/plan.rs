//! The yearly plan of a unit's activities (党员活动日年度计划) and its filing (备案). Never leaves the node.

use super::{
    attendance::ActivityKind,
    error::{At, PayloadError},
    number::Within,
    record::record,
    text::Text,
};
use crate::time::Day;

/// Items a plan may have.
const MAX_ITEMS: usize = 200;
/// Months of a year.
const MONTHS: u32 = 12;

record! {
    /// What one unit plans for one year. The latest for a unit and a year counts.
    ActivityPlan "activity_plan" {
        /// Branch or group.
        unit: Text<100> [],
        /// The year.
        year: Within<1900, 2999> [],
        /// First month the plan covers.
        from_month: Within<1, 12> [],
        /// Ascending by day, at least one for every month covered (C §四.1: no fewer than twelve a year).
        items: Vec<PlanItem> [],
        /// Why the plan before it is amended.
        reason: Option<Text<500>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules covers_the_year
    arranged arrange
}

record! {
    /// One activity that is planned.
    PlanItem "activity_plan.items" {
        /// When.
        day: Day [],
        /// What kind of activity.
        kind: ActivityKind [],
        /// About what.
        theme: Text<200> [],
    }
}

record! {
    /// A plan was filed up.
    PlanFiled "plan_filed" {
        /// Branch or group.
        unit: Text<100> [],
        /// The plan's year.
        year: Within<1900, 2999> [],
        /// Sequence of the plan's entry: this version was filed.
        plan: u64 [],
        /// When.
        day: Day [],
        /// With whom.
        superior: Option<Text<100>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

impl ActivityPlan {
    /// How few items are enough: one for every month covered.
    pub const fn least(&self) -> u32 {
        MONTHS + 1 - self.from_month.get()
    }
}

fn covers_the_year(plan: &ActivityPlan, at: &At<'_>) -> Result<(), PayloadError> {
    let items = at.field("items");
    let count = u32::try_from(plan.items.len()).unwrap_or(u32::MAX);
    if count < plan.least() {
        return Err(items.rule(
            "全年计划不少于 12 次, 年中成立的支部自起始月起每月不少于 1 次",
            "a year's plan has at least 12 items; a branch founded within the year at least one for each month from its first",
        ));
    }
    if plan.items.len() > MAX_ITEMS {
        return Err(items.rule("计划不超过 200 项", "a plan has at most 200 items"));
    }
    for (index, item) in plan.items.iter().enumerate() {
        let at = items.line(index);
        if u32::try_from(item.day.date().year()) != Ok(plan.year.get()) {
            return Err(at.field("day").rule(
                "日期须在计划年度之内",
                "the day must lie within the plan's year",
            ));
        }
        let before = index.checked_sub(1).map(|before| &plan.items[before]);
        if before
            .is_some_and(|before| (before.day, before.kind.code()) >= (item.day, item.kind.code()))
        {
            return Err(at.rule(
                "各项须按日期排列, 同一天同类活动只列一次",
                "items must be in order of their days, each kind at most once a day",
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
fn arrange(plan: ActivityPlan) -> ActivityPlan {
    let year = plan.year.get().clamp(1950, 2099);
    let items = (1..=12)
        .zip(plan.items.into_iter().cycle())
        .filter_map(|(month, item)| {
            let day = Day::new(i16::try_from(year).ok()?, month, item.day.date().day()).ok()?;
            Some(PlanItem { day, ..item })
        })
        .collect();
    ActivityPlan {
        year: Within::new(year).unwrap_or(plan.year),
        items,
        ..plan
    }
}
