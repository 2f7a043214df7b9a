//! The gateway's rules: who may report and ask, what is kept, how it is counted, compared and suppressed. Pure: no async,
//! no disk, no network, no clock.

pub mod access;
pub mod admission;
pub mod listing;
pub mod matrix;
pub mod organization;
pub mod query;
pub mod region;
pub mod register;
pub mod suppress;
pub mod tree;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod fixture;
