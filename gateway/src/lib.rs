//! The upper department's side: nodes report counts, the department and those it lets ask query them. Counts, never names.

mod cli;
pub mod domain;
pub mod folder;
pub mod rpc;
pub mod running;
pub mod store;

use std::{ffi::OsString, process::ExitCode};

/// The program: reads the process's arguments.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

/// The program with given arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    cli::main(arguments)
}
