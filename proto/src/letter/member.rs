//! A member as this node's roster has it (党员名册). Never leaves the node.

use super::{
    disclosed::Disclosed,
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::{
    id::{MemberId, UnitId},
    time::Day,
};

record! {
    /// The latest entry for a `member_id` counts.
    Member "member" {
        /// This node's own id of the member.
        member_id: MemberId [],
        /// All that is known about the person.
        details: Disclosed [],
        /// Branch or group as it was named then.
        unit: Option<Text<100>> [],
        /// True when the member left the roster.
        removed: bool [],
        /// Who entered it.
        actor: Text<60> [],
        /// The unit of this node's tree; none in entries from before there was a tree.
        unit_id: Option<UnitId> [],
        /// The day from which the unit, or having left, counts; none: the day of the entry that said so first.
        since: Option<Day> [],
        /// Why the member left the roster.
        exit: Option<MemberExit> [],
    }
    rules left_for_a_reason
    arranged arrange_exit
}

closed! {
    /// Why a member is on the roster no more.
    MemberExit {
        Transferred "组织关系转出" "transferred",
        Deceased "去世" "deceased",
        Expelled "出党" "expelled",
        Mistaken "误登" "mistaken",
    }
}

fn left_for_a_reason(member: &Member, at: &At<'_>) -> Result<(), PayloadError> {
    if member.exit.is_some() && !member.removed {
        return Err(at.field("exit").rule(
            "仅在离开名册时填写",
            "may be set for a member who left the roster only",
        ));
    }
    Ok(())
}

#[cfg(test)]
fn arrange_exit(mut member: Member) -> Member {
    if !member.removed {
        member.exit = None;
    }
    member
}
