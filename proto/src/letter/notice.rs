//! The notice (外出通知): a member of ours lives with you.

use super::{
    departure::{DepartureReason, Destination},
    disclosed::Disclosed,
    record::record,
};
use crate::{id::CaseId, time::Day};

record! {
    /// Outflow → inflow: a member of ours lives with you (W §二(一)2).
    Notice "notice" {
        /// What the agreement lets us tell about the member.
        disclosed: Disclosed [*],
        /// Away since.
        since: Day [],
        /// Why.
        reason: DepartureReason [],
        /// Where to.
        destination: Destination [],
        /// The case that this one continues after a move.
        previous_case: Option<CaseId> [],
    }
}
