//! The quarter (季度): what each side states, how both statements compare, what is answered, when it is closed.
//!
//! Every function gives the same result on both nodes from the same entries, for the result is signed by both. A difference that stays
//! is a legitimate result: nothing here forces equality. Nothing here reads a log or a clock.

pub mod answer;
pub mod canonical;
pub mod compile;
pub mod parts;
pub mod quarter;
pub mod reconcile;
#[cfg(test)]
mod tests;

pub use answer::{Outcome, Settlement, settle};
pub use compile::compile;
pub use parts::Parts;
pub use quarter::{QuarterView, Status};
pub use reconcile::{Cause, Difference, Reconciliation, Stated, reconcile};
