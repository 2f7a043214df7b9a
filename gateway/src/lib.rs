//! The upper department's side: nodes report counts, the department and those it lets ask query them. Counts, never names.

mod cli;
pub mod domain;
pub mod folder;
pub mod rpc;
pub mod running;
pub mod store;

use std::{ffi::OsString, process::ExitCode};

use hongyan_proto::time::Clock;

/// The program: reads the process's arguments.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// The program with given arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_on(arguments, running::machine_clock())
}

/// The same on another clock than the machine's: a year that is played in a minute is counted on its own days.
pub fn run_on(arguments: impl IntoIterator<Item = OsString>, clock: Clock) -> ExitCode {
    cli::main(arguments, clock)
}
