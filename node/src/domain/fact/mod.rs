//! What a case's facts add up to: the latest correction of each counts, void ones are gone.
//!
//! Sums over a quarter belong to `statement`; who may write a fact when belongs to `case::table`.

pub mod dues;
pub mod effective;

pub use effective::{Effective, corrected, effective};
