//! A member as this node's roster has it (党员名册). Never leaves the node.

use super::{disclosed::Disclosed, record::record, text::Text};
use crate::id::{MemberId, UnitId};

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
    }
}
