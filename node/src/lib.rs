//! One organization's node: its book of members and cases, its letters to partners, its two faces.
//!
//! Imports run one way: `domain ← store ← sync ← link` and `domain ← store ← office ← cli`. Only this file wires.

pub mod book;
pub mod cli;
pub mod domain;
pub mod link;
pub mod office;
pub mod store;
pub mod sync;

use std::{
    ffi::OsString,
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

use hongyan_proto::time::Timestamp;

/// The whole program: `hongyan-node`, and `hongyan-demo node`.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// The program with these arguments, the first being its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    cli::run(args, &wiring())
}

/// What the command line is given. Until the office is part of this crate, what needs it says so.
fn wiring() -> cli::Wiring {
    fn absent<T: Send + 'static>() -> cli::BoxFuture<Result<T, cli::Failure>> {
        let failure = cli::Failure::new(
            "UNIMPLEMENTED",
            "NO_OFFICE",
            "此程序还不含办公部分 this program has no office yet",
            "",
        );
        Box::pin(async { Err(failure) })
    }
    cli::Wiring {
        open_office: Box::new(|_| absent()),
        init: Box::new(|_| absent()),
        serve: Box::new(|_| absent()),
        restore: Box::new(|_| absent()),
        now,
    }
}

/// The machine's clock: the wiring may read it, rooms get it handed in.
#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    let millis = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}
