//! Organizational life of a unit (组织生活): who belongs to an activity, what of it a partner is told, what a year adds up to.
//!
//! Records come in as the local log has them. What a locality demands, and by when, belongs to `policy` and `duty`, not here.

pub mod book;
pub mod brief;
pub mod disclose;
pub mod exempt;
pub mod ledger;
pub mod points;
pub mod record;
pub mod roll;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod roll_tests;
pub mod unit;

pub use brief::{Brief, Gathering, Gist};
pub use disclose::disclose;
pub use exempt::Exempted;
pub use ledger::{Ledger, Line, Person, ledger};
pub use record::Record;
pub use roll::{Candidate, Named, RollProblem, Who};
