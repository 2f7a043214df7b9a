//! Stories of two offices that exchange letters: what officers do, and what both sides see then.

#![allow(clippy::unwrap_used)]

mod alone;
mod assessment;
mod certificate;
mod dues;
mod duties;
mod forms;
mod gateways;
mod hostile;
mod life;
mod overdue;
mod pair;
mod parts;
mod roster;
mod rotation;
mod stories;
mod units;
