//! Officers of units and their terms. Never leaves the node.

use super::{
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::{
    id::{MemberId, UnitId},
    time::Day,
};

closed! {
    /// What an officer does.
    OfficerRole {
        Secretary "书记" "secretary",
        DeputySecretary "副书记" "deputy secretary",
        Organization "组织委员" "organization",
        Publicity "宣传委员" "publicity",
        Discipline "纪检委员" "discipline",
        CommitteeMember "委员" "committee member",
        GroupLeader "组长" "group leader",
    }
}

record! {
    /// A member takes up an office.
    OfficerAppointed "officer_appointed" {
        /// Where; none: in the committee itself.
        unit_id: Option<UnitId> [],
        /// Who.
        member_id: MemberId [],
        /// As what.
        role: OfficerRole [],
        /// First day.
        from: Day [],
        /// Last day of the term; the office is held on until it is ended.
        until: Option<Day> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules in_order
    arranged arrange
}

fn in_order(appointed: &OfficerAppointed, at: &At<'_>) -> Result<(), PayloadError> {
    match appointed.until {
        Some(until) if until < appointed.from => Err(at.field("until").rule(
            "任期届满日不得早于任职日",
            "the term must not end before it begins",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
fn arrange(mut appointed: OfficerAppointed) -> OfficerAppointed {
    if let Some(until) = appointed.until.filter(|until| *until < appointed.from) {
        appointed.until = Some(appointed.from);
        appointed.from = until;
    }
    appointed
}

record! {
    /// A member holds an office no more.
    OfficerEnded "officer_ended" {
        /// Where; none: in the committee itself.
        unit_id: Option<UnitId> [],
        /// Who.
        member_id: MemberId [],
        /// As what.
        role: OfficerRole [],
        /// Last day.
        ended_on: Day [],
        /// Why.
        reason: Option<Text<500>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}
