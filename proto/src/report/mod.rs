//! What an organization reports to its department for a quarter: counts by cell, measures, and its log's checkpoint, signed.
//!
//! Here are the checked types, the canonical bytes and the signature. How counts are made out of cases (node) and what is
//! asked of them (gateway) is not known here. Nothing in this room can hold a person's name, number or id.

mod cell;
mod content;
pub mod limits;
mod measure;
mod signed;
mod word;

pub use cell::CellKey;
pub use content::{Content, Organization, Report, ReportError};
pub use measure::{Measure, PARTS};
pub use signed::SignedReport;
pub use word::{CaseState, Direction, MemberClass, Standing};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
