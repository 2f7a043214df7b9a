//! The upper department's side: nodes report counts, the department and those it lets ask query them. Counts, never names.

pub mod domain;
pub mod rpc;
pub mod store;
