//! The closing both sides sign at the end of a quarter (季度结账).

use super::record::record;
use crate::{id::Hash, time::Quarter};

record! {
    /// Signs the quarter's result. The quarter is closed when both partners' closings carry the same hash.
    Closing "closing" {
        /// The quarter.
        quarter: Quarter [],
        /// Hash of the result's canonical bytes.
        result_hash: Hash [],
        /// Cases that agree.
        agreed: u32 [],
        /// Cases that differ in a field.
        differing: u32 [],
        /// Cases only the outflow side knows.
        only_outflow: u32 [],
        /// Cases only the inflow side knows.
        only_inflow: u32 [],
    }
}
