//! Attendance (参加组织生活).

use super::{
    record::{closed, record},
    text::Text,
};
use crate::time::Day;

record! {
    /// Inflow: one activity the member was invited to.
    Attendance "attendance" {
        /// Day of the activity.
        day: Day [Attendance],
        /// What kind of activity.
        activity: ActivityKind [Attendance],
        /// Theme.
        theme: Option<Text<200>> [Attendance],
        /// Was the member there?
        presence: Presence [Attendance],
    }
}

closed! {
    /// Kinds of organizational life.
    ActivityKind {
        ActivityDay "党员活动日" "activity day",
        BranchAssembly "支部党员大会" "branch assembly",
        BranchCommittee "支委会" "branch committee",
        GroupMeeting "党小组会" "group meeting",
        PartyLecture "党课" "party lecture",
        OrganizationalLife "组织生活会" "organizational life",
        Appraisal "民主评议" "appraisal",
        DemocraticLife "民主生活会" "democratic life",
        PartySpiritCheck "党性体检" "party spirit check",
        Talk "谈心谈话" "talk",
        StudyReport "述学述做" "study report",
    }
}

impl Presence {
    /// In the room or remotely: both count as having taken part (C §二.3).
    pub const fn was_there(self) -> bool {
        matches!(self, Self::Present | Self::Remote)
    }
}

closed! {
    /// Whether the member was there.
    Presence {
        Present "到场" "present",
        Remote "线上参加" "remote",
        AbsentWithReason "请假" "absent with reason",
        Absent "缺席" "absent",
    }
}
