//! The committee's tree of units (党总支、党支部、党小组) and who holds which office in it.
//!
//! What a unit is on a day is derived from the local log's entries, and what may be entered next is decided here. Members are not kept here:
//! who belongs to a unit is the roster's word.

mod called;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod called_tests;
mod change;
mod name;
mod officer;
mod refusal;
mod tree;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use called::Called;
pub use change::{Above, Change, Found};
pub use name::COMMITTEE;
pub use officer::Officer;
pub use refusal::UnitRefusal;
pub use tree::{Stage, Unit, Units};

use hongyan_proto::letter::{OfficerAppointed, OfficerEnded, UnitChanged, UnitClosed, UnitFounded};

/// One entry about a unit or an officer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    /// A unit was founded.
    Founded(UnitFounded),
    /// A unit has another name, seat or place in the tree.
    Changed(UnitChanged),
    /// A unit is no more.
    Closed(UnitClosed),
    /// A member takes up an office.
    Appointed(OfficerAppointed),
    /// A member holds an office no more.
    Ended(OfficerEnded),
}
