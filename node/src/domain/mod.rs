//! The rules: what a case, an agreement and a quarter are, and who may do what next.
//!
//! Everything here is pure: no disk, no network, no clock, no randomness. What happened comes in as events, what day it is
//! comes in as a parameter, and the same events give the same answer on both nodes in whatever order they arrived.
//! It knows only `hongyan_proto`. It must not know how entries are stored or sent.

pub mod agreement;
pub mod calendar;
pub mod case;
pub mod certificate;
pub mod dues;
pub mod duty;
pub mod event;
pub mod fact;
pub mod life;
pub mod order;
pub mod policy;
pub mod scope;
pub mod statement;
pub mod unit;

pub use event::Event;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
pub(crate) mod testing;
