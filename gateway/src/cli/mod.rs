//! The command line: noun, then verb. Speaks to the running gateway over its Unix socket, else to one within this process.

mod args;
mod failure;
mod run;
mod table;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, parser::ValueSource};
use hongyan_proto::time::Clock;

use args::Cli;
use failure::Failure;

fn parse(arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches_from(arguments)?;
    let small_below_typed = matches.value_source("small_below") == Some(ValueSource::CommandLine);
    Ok(Cli {
        small_below_typed,
        ..Cli::from_arg_matches(&matches)?
    })
}

/// Runs one command line.
pub(crate) fn main(arguments: impl IntoIterator<Item = OsString>, clock: Clock) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let for_programs = arguments.iter().any(|argument| argument == "--json");
    let cli = match parse(arguments) {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use hongyan_proto::identity::{IdentityKey, OrganizationName};
    use tokio::net::UnixListener;

    use super::*;
    use crate::{domain::register::Department, folder::Folder, running::machine_clock};

    fn parsed(data: &str, rest: &[&str]) -> Result<Cli, clap::Error> {
        let begin = ["hongyan-gateway", "--data", data];
        let words = begin.iter().chain(rest).map(OsString::from);
        parse(words.collect())
    }

    #[tokio::test]
    async fn an_option_that_the_serving_gateway_would_pass_over_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let department = Department {
            code: "320200".parse().unwrap(),
            name: OrganizationName::parse("中共无锡市委组织部").unwrap(),
            region: "320200".parse().unwrap(),
        };
        let key = IdentityKey::from_seed([7; 32]);
        let clock = machine_clock();
        let made = Folder::create(folder.path(), &department, &key, clock()).unwrap();
        let _serving = UnixListener::bind(made.socket()).unwrap();
        for typed in [
            ["--small-below", "3", "organization", "list"],
            ["organization", "list", "--small-below", "3"],
        ] {
            let refused = run::run(parsed(data, &typed).unwrap(), clock.clone()).await;
            let words = format!("{:?}", refused.unwrap_err());
            assert!(words.contains("--small-below"), "{words}");
        }
    }

    #[test]
    fn an_invitation_is_valid_for_a_day_at_least() {
        parsed("x", &["invite", "--days", "0"]).unwrap_err();
        parsed("x", &["invite", "--days", "91"]).unwrap_err();
        assert!(
            !parsed("x", &["invite", "--days", "1"])
                .unwrap()
                .small_below_typed
        );
    }
}
