//! A seeded simulator of two partners: the real session, an imagined network and imagined disks.
//!
//! One seed is one schedule of writes, deliveries, cuts, duplicates, losses, crashes, restores and clocks that go their own ways. Whatever the schedule,
//! both sides must end with the same two logs and derive the same cases, and nothing that was acknowledged may be lost.

mod case;
mod log;
mod node;
mod payload;
mod town;

pub use town::{Outcome, run};
