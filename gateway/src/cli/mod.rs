//! The command line: noun, then verb. Speaks to the running gateway over its Unix socket, else to one within this process.

mod args;
mod run;
mod table;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser as _;
use hongyan_proto::time::Clock;

use args::Cli;

/// Runs one command line.
pub(crate) fn main(arguments: impl IntoIterator<Item = OsString>, clock: Clock) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Also help and version come this way; clap knows which stream and which exit code is right.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return run::fail(cli.json, &error.to_string()),
    };
    let json = cli.json;
    match runtime.block_on(run::run(cli, clock)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => run::fail(json, &error.to_string()),
    }
}
