//! Where a command reads and writes: the process's own streams, or a test's.

use std::{
    env,
    io::{self, BufRead, IsTerminal as _, Write},
    process::ExitCode,
};

use super::{error::Failure, lang::Lang};

/// The streams of one command.
// Four independent facts about a terminal, not the states of one thing.
#[allow(clippy::struct_excessive_bools)]
pub struct Io {
    /// Answers.
    pub out: Box<dyn Write + Send>,
    /// Errors, questions and progress.
    pub err: Box<dyn Write + Send>,
    /// What a person types.
    pub input: Box<dyn BufRead + Send>,
    /// A person can answer a question.
    pub can_ask: bool,
    /// Colours are understood on `out`.
    pub colour: bool,
    /// Progress bars are understood on `err`.
    pub progress: bool,
    /// Answers and errors are JSON.
    pub json: bool,
}

impl Io {
    /// The process's own. Colours are off where nobody looks, and where `NO_COLOR` is set (no-color.org).
    pub fn process(json: bool) -> Self {
        let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            out: Box::new(io::stdout()),
            err: Box::new(io::stderr()),
            input: Box::new(io::BufReader::new(io::stdin())),
            can_ask: io::stdin().is_terminal(),
            colour: io::stdout().is_terminal() && !no_colour && !json,
            progress: io::stderr().is_terminal() && !json,
            json,
        }
    }

    /// One or more lines of an answer, coloured by their marks.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Failure> {
        let text = if self.colour {
            super::table::paint(text)
        } else {
            text.to_owned()
        };
        writeln!(self.out, "{text}").map_err(Failure::from)
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes)?;
        self.out.flush().map_err(Failure::from)
    }

    /// Tells the failure and gives the exit code that goes with it.
    pub(super) fn failed(&mut self, failure: &Failure, lang: Lang) -> ExitCode {
        // A reader that has gone away (`| head`) has seen what it wanted.
        if failure.is_broken_pipe() {
            return ExitCode::SUCCESS;
        }
        let text = if self.json {
            failure.to_json().to_string()
        } else {
            failure.to_text(lang)
        };
        // Nothing is left to tell the person when stderr itself is gone: the exit code still says it.
        let _ = writeln!(self.err, "{text}");
        ExitCode::FAILURE
    }

    /// The same for programs: the one object in which they read every failure, also exit code 2.
    pub(super) fn misread(&mut self, words: &str, lang: Lang) -> ExitCode {
        let help = "见该命令的 --help  see the command's --help";
        let failure = Failure::new("INVALID_ARGUMENT", "USAGE", words.trim_end(), help);
        self.failed(&failure, lang);
        ExitCode::from(2)
    }

    /// Tells what is wrong with the command line: exit code 2.
    pub(super) fn misused(&mut self, words: &str) -> ExitCode {
        // As above: the exit code still says it.
        let _ = write!(self.err, "{words}");
        ExitCode::from(2)
    }
}
