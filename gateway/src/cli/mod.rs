//! The command line: noun, then verb. Speaks to the running gateway over its Unix socket, else to one within this process.

mod args;
mod failure;
mod run;
mod table;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser as _;
use hongyan_proto::time::Clock;

use args::Cli;
use failure::Failure;

/// Runs one command line.
pub(crate) fn main(arguments: impl IntoIterator<Item = OsString>, clock: Clock) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let for_programs = arguments.iter().any(|argument| argument == "--json");
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) if for_programs && error.use_stderr() => {
            let words = error.render().to_string();
            let _ = Failure::misuse(words.trim_end()).say(true);
            return ExitCode::from(2);
        }
        Err(error) => {
            // Also help and version come this way; clap knows which stream and which exit code is right.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::from(error).say(cli.json),
    };
    let json = cli.json;
    match runtime.block_on(run::run(cli, clock)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.say(json),
    }
}
