//! One organization's node: its book of members and cases, its letters to partners, its two faces.
//!
//! Imports run one way: `domain ← store ← sync ← link` and `domain ← store ← office ← cli`; `form ← office`. Only this file wires.

pub mod book;
mod carry;
pub mod cli;
pub mod domain;
pub mod form;
mod halves;
pub mod link;
pub mod office;
mod serve;
pub mod store;
pub mod sync;
mod wiring;

use std::{
    ffi::OsString,
    process::ExitCode,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use hongyan_proto::time::{Clock, Timestamp};

pub use serve::{ADDRESS_FILE, OFFICE_SOCKET, ServeError, ServeOptions, serve, told_to_stop};

/// The whole program: `hongyan-node`, and `hongyan-demo node`.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// The program with these arguments, the first being its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_on(args, Arc::new(now))
}

/// The same on another clock than the machine's: a year that is played in a minute is written on its own days.
pub fn run_on(args: impl IntoIterator<Item = OsString>, clock: Clock) -> ExitCode {
    cli::run(args, &wiring::wiring(clock))
}

/// The machine's clock: the wiring may read it, rooms get it handed in.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    let millis = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
