//! A member as this node's roster has it (党员名册). Never leaves the node.

use super::{disclosed::Disclosed, record::record, text::Text};
use crate::id::MemberId;

record! {
    /// The latest entry for a `member_id` counts.
    Member "member" {
        /// This node's own id of the member.
        member_id: MemberId [],
        /// All that is known about the person.
        details: Disclosed [],
        /// Branch or group.
        unit: Option<Text<100>> [],
        /// True when the member left the roster.
        removed: bool [],
        /// Who entered it.
        actor: Text<60> [],
    }
}
