//! Who lacks what, and how both sides of a correspondence come to hold the same two logs.
//!
//! Everything here is a pure state machine: it is told what arrived and what was stored, and answers with what to send
//! and what to store. No socket, disk, clock or key is known here, so a simulator can run thousands of schedules.

mod cut;
mod incoming;
pub mod letter;
mod outgoing;
mod session;
mod situation;

pub use cut::cut;
pub use session::{Action, Session, Start, WINDOW_BYTES, WINDOW_FRAMES};
pub use situation::{Roots, Situation, View};

#[cfg(test)]
mod rotation_tests;
