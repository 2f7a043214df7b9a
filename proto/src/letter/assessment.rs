//! What a unit says of its members over a year: appraisal (民主评议), training hours (学时), exemptions on approved application. Never leaves
//! the node.

use std::collections::BTreeSet;

use super::{
    error::{At, PayloadError},
    number::Within,
    record::{closed, record},
    text::Text,
};
use crate::{id::MemberId, time::Day};

/// Members one entry may name.
const MAX_MEMBERS: usize = 2000;

/// Hours of study in tenths: up to 240 hours in one training.
pub type StudyTenths = Within<1, 2400>;

record! {
    /// How a unit appraised its members in one year.
    Appraisal "appraisal" {
        /// Branch.
        unit: Text<100> [],
        /// The year that was appraised.
        year: Within<1900, 2999> [],
        /// The day of the result.
        day: Day [],
        /// One for every member.
        lines: Vec<AppraisalLine> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules each_member_once
    arranged arrange_appraisal
}

record! {
    /// One member's result.
    AppraisalLine "appraisal.lines" {
        /// Who.
        member_id: MemberId [],
        /// The result.
        grade: AppraisalGrade [],
        /// Votes for excellent.
        excellent: u32 [],
        /// Votes for qualified.
        qualified: u32 [],
        /// Votes for unqualified.
        unqualified: u32 [],
        /// In words.
        note: Option<Text<500>> [],
    }
}

closed! {
    /// The result of an appraisal (X §四.2).
    AppraisalGrade {
        Excellent "优秀" "excellent",
        Qualified "合格" "qualified",
        Unqualified "不合格" "unqualified",
    }
}

record! {
    /// Members were trained together.
    Training "training" {
        /// Who.
        member_ids: Vec<MemberId> [],
        /// The last day of it.
        day: Day [],
        /// Hours of study in tenths.
        tenths: StudyTenths [],
        /// What about.
        title: Text<200> [],
        /// Who held it.
        organizer: Option<Text<100>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules each_trained_once
    arranged arrange_training
}

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

fn each_once(
    members: impl Iterator<Item = MemberId>,
    count: usize,
    at: &At<'_>,
) -> Result<(), PayloadError> {
    if count == 0 || count > MAX_MEMBERS {
        return Err(at.rule("党员应为 1–2000 人", "1 to 2,000 members must be named"));
    }
    let mut seen = BTreeSet::new();
    for (index, member) in members.enumerate() {
        if !seen.insert(member) {
            return Err(at
                .line(index)
                .rule("同一党员不得重复", "a member must not be named twice"));
        }
    }
    Ok(())
}

fn each_member_once(appraisal: &Appraisal, at: &At<'_>) -> Result<(), PayloadError> {
    let lines = &appraisal.lines;
    each_once(
        lines.iter().map(|line| line.member_id),
        lines.len(),
        &at.field("lines"),
    )
}

fn each_trained_once(training: &Training, at: &At<'_>) -> Result<(), PayloadError> {
    let members = &training.member_ids;
    each_once(
        members.iter().copied(),
        members.len(),
        &at.field("member_ids"),
    )
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
fn arrange_appraisal(appraisal: Appraisal) -> Appraisal {
    let mut appraisal = appraisal;
    appraisal.lines.truncate(3);
    appraisal
}

#[cfg(test)]
fn arrange_training(training: Training) -> Training {
    let mut training = training;
    training.member_ids.truncate(3);
    training
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
