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
    pub(super) code: String,
    process: Process,
}

impl Gateway {
    pub(super) async fn start(
        program: &Path,
        folder: &Path,
        code: &str,
        name: &str,
        region: &str,
    ) -> Result<Self, TownError> {
        let init = ["init", "--code", code, "--name", name, "--region", region];
        Process::run(program, &arguments(folder, &init)).await?;
        let process = Process::start(
            program,
            &arguments(folder, &["serve", "--listen", "127.0.0.1:0"]),
        )
        .await?;
        Ok(Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            code: code.to_owned(),
            process,
        })
    }

    /// Runs one command and reads its JSON.
    pub(super) async fn ask(&self, rest: &[&str]) -> Result<Value, TownError> {
        let text = Process::run(&self.program, &arguments(&self.folder, rest)).await?;
        serde_json::from_str(&text)
            .map_err(|error| TownError::Process(format!("{rest:?}: {error}: {text}")))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn ready(&self) -> &str {
        self.process.ready()
    }

    pub(super) async fn stop(self) -> Result<(), TownError> {
        self.process.stop().await
    }
}

fn arguments(folder: &Path, rest: &[&str]) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec![
        "gateway".into(),
        "--data".into(),
        folder.into(),
        "--json".into(),
    ];
    all.extend(rest.iter().map(OsString::from));
    all
}
