//! Stories of two offices that exchange letters: what officers do, and what both sides see then.

#![allow(clippy::unwrap_used)]

mod again;
mod alone;
mod amended;
mod assessment;
mod at_home;
pub(super) mod bad_input;
mod certificate;
mod closings;
mod dues;
mod dues_both;
mod duties;
mod ended;
mod forms;
mod gateways;
mod hostile;
mod letter_alone;
mod life;
mod listed;
mod meeting;
mod moves;
mod overdue;
pub(super) mod pair;
mod parts;
mod points;
mod probation;
mod rebuild;
mod reported;
mod roster;
mod rotation;
mod same_theme;
pub(super) mod stories;
mod units;
