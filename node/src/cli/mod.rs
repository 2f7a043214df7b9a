//! The command line: a face that speaks `hongyan.office.v1` and nothing else, to the running node or to an office in this process.
//!
//! One file per noun. No rule of the domain lives here: what a command may do is the office's word, and its refusals are shown as they come.
//!
//! Exit codes: 0 done; 1 refused, failed, or found in bad order (`log verify`, `partner check`, `sync`); 2 the command line was wrong.

mod activity;
mod agreement;
mod appraisal;
mod args;
mod assessment;
mod backup;
mod book;
mod certificate;
mod connect;
mod dues;
mod duties;
mod error;
mod exemption;
mod export;
mod file;
mod flow;
mod form;
mod gateway;
mod init;
mod io;
mod key;
mod lang;
mod letter;
mod log;
mod member;
mod partial;
mod partner;
mod plan;
mod points;
mod policy;
mod progress;
mod prompt;
mod reconcile;
mod record;
mod restore;
#[rustfmt::skip]
mod roster_words;
mod said;
mod serve;
mod session;
mod speech;
mod statement;
mod status;
mod sync;
mod table;
#[cfg(test)]
mod tests;
mod told;
mod tour;
mod training;
mod unit;
mod values;
mod wiring;
// One value, one line: the lists are read as tables.
#[rustfmt::skip]
mod words;

pub use activity::activity_people;
pub use args::Place;
pub use error::Failure;
pub use init::Init;
pub use io::Io;
pub use plan::plan_items;
pub use restore::Restore;
pub use serve::Serve;
pub use wiring::{BoxFuture, Office, Told, Wiring};

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _};

use self::{
    args::{Cli, Command},
    session::{Ended, Session},
};

/// Runs one command on this process's own terminal.
pub fn run(args: impl IntoIterator<Item = OsString>, wiring: &Wiring) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let lang = speech::chosen(&args, speech::variable());
    let mut command = speech::command(Cli::command(), lang);
    let for_programs = args.iter().any(|arg| arg == "--json");
    let parsed = command
        .try_get_matches_from_mut(args)
        .and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, options) = match parsed {
        Ok((cli, matches)) => (cli, options(&command, &matches)),
        Err(error) => match speech::usage(&error, lang) {
            Some(words) if for_programs => return Io::process(true).misread(&words, lang),
            Some(words) => return Io::process(false).misused(&words),
            None => error.exit(),
        },
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return Io::process(cli.global.json).failed(&error.into(), lang),
    };
    let io = Io::process(cli.global.json);
    runtime.block_on(execute(cli, &options, wiring, io))
}

/// The long options of the command that was chosen.
fn options(command: &clap::Command, matches: &clap::ArgMatches) -> Vec<String> {
    let chosen = matches.subcommand();
    match chosen.and_then(|(name, under)| Some((command.find_subcommand(name)?, under))) {
        Some((command, matches)) => options(command, matches),
        None => command
            .get_arguments()
            .filter_map(|argument| argument.get_long().map(str::to_owned))
            .collect(),
    }
}

/// Runs one parsed command; what it says goes to `io`.
async fn execute(cli: Cli, options: &[String], wiring: &Wiring, mut io: Io) -> ExitCode {
    let lang = cli.global.lang;
    let done = match cli.command {
        Command::Completion { shell } => completion(shell, &mut io),
        Command::Init(init) => init::run(init, &cli.global, wiring, &mut io).await,
        Command::Serve(serve) => serve::run(serve, &cli.global, wiring).await,
        Command::Restore(restore) => restore::run(restore, &cli.global, wiring, &mut io).await,
        command => speak(command, &cli.global, wiring, &mut io).await,
    };
    match done {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Badly) => ExitCode::FAILURE,
        Err(failure) => io.failed(&failure.with_options(options), lang),
    }
}

/// Everything that goes through the API.
async fn speak(
    command: Command,
    global: &args::Global,
    wiring: &Wiring,
    io: &mut Io,
) -> Result<Ended, Failure> {
    let link = connect::connect(global, wiring, io).await?;
    let mut session = Session::new(link.channel(), global, (wiring.now)(), io);
    let done = dispatch(command, &mut session).await;
    drop(session);
    link.close().await;
    done
}

async fn dispatch(command: Command, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match command {
        Command::Status => status::run(session).await,
        Command::Key(verb) => key::run(verb, session).await,
        Command::Member(verb) => member::run(verb, session).await,
        Command::Unit(verb) => unit::run(verb, session).await,
        Command::Certificate(verb) => certificate::run(verb, session).await,
        Command::Plan(verb) => plan::run(verb, session).await,
        Command::Activity(verb) => activity::run(verb, session).await,
        Command::Book(verb) => book::run(verb, session).await,
        Command::Dues(verb) => dues::run(verb, session).await,
        Command::Appraisal(verb) => appraisal::run(verb, session).await,
        Command::Training(verb) => training::run(verb, session).await,
        Command::Exemption(verb) => exemption::run(verb, session).await,
        Command::Points(verb) => points::run(verb, session).await,
        Command::Partner(verb) => partner::run(verb, session).await,
        Command::Agreement(verb) => agreement::run(verb, session).await,
        Command::Flow(verb) => flow::run(verb, session).await,
        Command::Record(verb) => record::run(verb, session).await,
        Command::Statement(verb) => statement::run(verb, session).await,
        Command::Reconcile(verb) => reconcile::run(verb, session).await,
        Command::Form(verb) => form::run(verb, session).await,
        Command::Policy(verb) => policy::run(verb, session).await,
        Command::Duties(duties) => duties::run(duties, session).await,
        Command::Sync(sync) => sync::run(sync, session).await,
        Command::Letter(verb) => letter::run(verb, session).await,
        Command::Log(verb) => log::run(verb, session).await,
        Command::Gateway(verb) => gateway::run(verb, session).await,
        Command::Backup(backup) => backup::run(backup, session).await,
        Command::Export(export) => export::run(export, session).await,
        // These four never speak to an office: `execute` took them.
        Command::Init(_) | Command::Serve(_) | Command::Restore(_) | Command::Completion { .. } => {
            Ok(Ended::Well)
        }
    }
}

fn completion(shell: clap_complete::Shell, io: &mut Io) -> Result<Ended, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hongyan-node", &mut script);
    io.bytes(&script)?;
    Ok(Ended::Well)
}
