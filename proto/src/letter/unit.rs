//! The committee's own tree of units (党总支、党支部、党小组). Never leaves the node.

use super::{
    record::{closed, record},
    text::Text,
};
use crate::{id::UnitId, time::Day};

closed! {
    /// What a unit is. A unit stands below the committee, or below a unit of a kind named before its own.
    UnitKind {
        GeneralBranch "党总支" "general branch",
        Branch "党支部" "branch",
        Group "党小组" "group",
    }
}

closed! {
    /// Where a unit has its seat: policies differ by it (X: lectures monthly in offices, quarterly elsewhere).
    UnitPlace {
        Office "机关" "office",
        Village "村" "village",
        Community "社区" "community",
        StateEnterprise "国有企业" "state enterprise",
        PrivateEnterprise "非公企业" "private enterprise",
        School "学校" "school",
        Hospital "医院" "hospital",
        SocialOrganization "社会组织" "social organization",
        PublicInstitution "事业单位" "public institution",
        Other "其他" "other",
    }
}

record! {
    /// A unit was founded.
    UnitFounded "unit_founded" {
        /// Its id, for ever.
        unit_id: UnitId [],
        /// Its name; unique among the open units below the same one.
        name: Text<30> [],
        /// What it is, for ever.
        kind: UnitKind [],
        /// Where it has its seat.
        place: UnitPlace [],
        /// The unit above; none: directly below the committee.
        parent: Option<UnitId> [],
        /// Since when it is.
        founded_on: Day [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

record! {
    /// A unit is called otherwise, stands elsewhere in the tree, or has another seat. All of it as it is from the day on.
    UnitChanged "unit_changed" {
        /// Which.
        unit_id: UnitId [],
        /// Its name.
        name: Text<30> [],
        /// Where it has its seat.
        place: UnitPlace [],
        /// The unit above; none: directly below the committee.
        parent: Option<UnitId> [],
        /// Since when.
        changed_on: Day [],
        /// Why.
        reason: Option<Text<500>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

record! {
    /// A unit is no more. It had no members and no units below it then.
    UnitClosed "unit_closed" {
        /// Which.
        unit_id: UnitId [],
        /// Since when it is no more.
        closed_on: Day [],
        /// Why.
        reason: Option<Text<500>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}
