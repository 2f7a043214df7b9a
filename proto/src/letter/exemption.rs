//! Exemptions on approved application (经申请和组织审批). Never leave the node.

use super::{
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::{id::MemberId, time::Day};

record! {
    /// A member was exempted on approved application.
    Exemption "exemption" {
        /// Who.
        member_id: MemberId [],
        /// From what.
        from: Vec<ExemptionFrom> [],
        /// First day.
        since: Day [],
        /// Last day; none: until it is corrected.
        until: Option<Day> [],
        /// Why.
        reason: Text<200> [],
        /// When the member applied.
        applied_on: Day [],
        /// When it was approved.
        approved_on: Day [],
        /// By whom.
        approved_by: Text<100> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules approved
    arranged arrange_exemption
}

closed! {
    /// What a member may be exempted from.
    ExemptionFrom {
        /// Record book (W 记实 §二).
        Records "记实管理" "records",
        /// Points (X §五.3).
        Points "积分考核" "points",
        /// Activities: not expected unless named.
        Attendance "集中活动" "attendance",
    }
}

impl Exemption {
    /// Does it free the member of this on that day?
    pub fn covers(&self, from: ExemptionFrom, day: Day) -> bool {
        self.from.contains(&from)
            && self.since <= day
            && self.until.is_none_or(|until| day <= until)
    }
}

fn approved(exemption: &Exemption, at: &At<'_>) -> Result<(), PayloadError> {
    let codes: Vec<_> = exemption.from.iter().map(|from| from.code()).collect();
    if codes.is_empty() || !codes.is_sorted_by(|a, b| a < b) {
        return Err(at.field("from").rule(
            "免予事项至少一项, 按顺序排列且不重复",
            "at least one, ascending, each at most once",
        ));
    }
    if exemption.approved_on < exemption.applied_on {
        return Err(at.field("approved_on").rule(
            "审批日期不能早于申请日期",
            "not approved before it was applied for",
        ));
    }
    if exemption.until.is_some_and(|until| until < exemption.since) {
        return Err(at.field("until").rule(
            "截止日期不能早于起始日期",
            "it must not end before it begins",
        ));
    }
    Ok(())
}

#[cfg(test)]
fn arrange_exemption(exemption: Exemption) -> Exemption {
    let mut exemption = exemption;
    exemption.from.sort_unstable_by_key(|from| from.code());
    exemption.from.dedup();
    exemption.approved_on = exemption.approved_on.max(exemption.applied_on);
    exemption.until = exemption.until.filter(|until| *until >= exemption.since);
    exemption
}
