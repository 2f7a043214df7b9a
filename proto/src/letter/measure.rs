//! What was done about absences, and inspections of units. Never leaves the node.

use super::{
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::{
    id::{CaseId, MemberId},
    time::Day,
};

record! {
    /// What a branch did about absences without reason, or about months of neglect.
    MeasureTaken "measure_taken" {
        /// A member of the roster.
        member_id: Option<MemberId> [],
        /// A flow member hosted here.
        case_id: Option<CaseId> [],
        /// What.
        measure: AbsenceMeasure [],
        /// When.
        day: Day [],
        /// What was said and agreed.
        note: Option<Text<500>> [],
        /// Who did it.
        actor: Text<60> [],
    }
    rules one_person
    arranged arrange
}

fn one_person(taken: &MeasureTaken, at: &At<'_>) -> Result<(), PayloadError> {
    if taken.member_id.is_some() == taken.case_id.is_some() {
        return Err(at.rule(
            "须写明一名党员, 且只写一名",
            "exactly one of member_id and case_id must be set",
        ));
    }
    Ok(())
}

#[cfg(test)]
fn arrange(mut taken: MeasureTaken) -> MeasureTaken {
    if taken.member_id.is_some() == taken.case_id.is_some() {
        taken.member_id = Some(MemberId::from_bytes([1; 16]));
        taken.case_id = None;
    }
    taken
}

closed! {
    /// What is done about absences.
    AbsenceMeasure {
        Criticize "批评教育帮助" "criticize and help",
        Remind "提醒" "remind",
        Warn "告诫" "warn",
        TalkAndTerm "谈话提醒、限期整改" "talk, and set a term to correct",
        Unqualified "作为确定不合格党员的依据" "basis for \"unqualified\"",
        Removal "按自行脱党研究处理" "removal procedure",
    }
}

record! {
    /// The committee inspected a unit.
    InspectionMade "inspection_made" {
        /// Which.
        unit: Text<100> [],
        /// Of what.
        kind: InspectionKind [],
        /// When.
        day: Day [],
        /// What was found.
        findings: Option<Text<2000>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

closed! {
    /// What an inspection looks at.
    InspectionKind {
        Life "组织生活督查" "life",
        Visit "派员参加活动日" "visit",
        HealthCheck "健康体检" "health check",
        Rating "评星定级" "rating",
    }
}
