//! The town: what the tests, the benchmarks and the demo have in common. It knows every room; no room knows it.

pub mod bench;
pub mod decoders;
pub mod demo;
pub mod full;
mod mount;
pub mod played;
pub mod power;
pub mod roster;
pub mod simulator;
pub mod town;
