//! Appraisal of members (民主评议党员): one result and its votes for each. Never leaves the node.

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

/// An entry names at least one member, and each once.
pub(super) fn each_once(
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

#[cfg(test)]
fn arrange_appraisal(appraisal: Appraisal) -> Appraisal {
    let mut appraisal = appraisal;
    appraisal.lines.truncate(3);
    appraisal
}
