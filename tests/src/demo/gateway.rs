//! A department's gateway as a process, asked through its own command line.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::town::{Process, TownError};

/// A running gateway.
pub(super) struct Gateway {
    program: PathBuf,
    folder: PathBuf,
    clock: PathBuf,
    pub(super) code: String,
    process: Process,
}

impl Gateway {
    pub(super) async fn start(
        program: &Path,
        clock: &Path,
        folder: &Path,
        (code, name): (&str, &str),
    ) -> Result<Self, TownError> {
        let init = ["init", "--code", code, "--name", name, "--region", code];
        Process::run(program, &arguments(clock, folder, &init)).await?;
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let process = Process::start(program, &arguments(clock, folder, &serve)).await?;
        Ok(Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            clock: clock.to_owned(),
            code: code.to_owned(),
            process,
        })
    }

    /// Runs one command and reads its JSON.
    pub(super) async fn ask(&self, rest: &[&str]) -> Result<Value, TownError> {
        let text = Process::run(&self.program, &arguments(&self.clock, &self.folder, rest)).await?;
        serde_json::from_str(&text)
            .map_err(|error| TownError::Process(format!("{rest:?}: {error}: {text}")))
    }

    /// Where whoever may read the data folder asks.
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.join("gateway.sock")
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where nodes report and the department's callers ask.
    pub(super) fn address(&self) -> String {
        let ready: Value = serde_json::from_str(self.process.ready()).unwrap_or_default();
        ready["address"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) async fn stop(self) -> Result<(), TownError> {
        self.process.stop().await
    }
}

fn arguments(clock: &Path, folder: &Path, rest: &[&str]) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec![
        "played".into(),
        clock.into(),
        "gateway".into(),
        "--data".into(),
        folder.into(),
        "--json".into(),
    ];
    all.extend(rest.iter().map(OsString::from));
    all
}
