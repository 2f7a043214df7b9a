//! One organization's node: its book of members and cases, its letters to partners, its two faces.
//!
//! Imports run one way: `domain ← store ← sync ← link` and `domain ← store ← office ← cli`. Only this file wires.

pub mod domain;
pub mod store;
pub mod sync;
