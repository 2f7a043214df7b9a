//! One node of the town: its folder, its process, its wire.

use std::{
    ffi::OsString,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::{Child, Command};

use super::{Desk, Process, TownError, Wire};

/// A node that can be started, stopped, killed and started again on the same folder.
pub struct Node {
    program: PathBuf,
    folder: PathBuf,
    code: String,
    region: String,
    wire: Wire,
    listen: String,
    /// The played clock's file, when it does not run by the machine's.
    clock: Option<PathBuf>,
    process: Option<Process>,
    desk: Option<Desk>,
}

impl Node {
    /// Makes a node in an empty folder. It does not run yet.
    pub async fn make(
        program: &Path,
        folder: &Path,
        code: &str,
        region: &str,
    ) -> Result<Self, TownError> {
        Self::make_at(program, folder, code, region, None).await
    }

    /// Makes a node that says it can be dialled at `endpoint` instead of at its wire.
    pub async fn make_at(
        program: &Path,
        folder: &Path,
        code: &str,
        region: &str,
        endpoint: Option<&str>,
    ) -> Result<Self, TownError> {
        let anywhere = "127.0.0.1:0".to_owned();
        let node = Self::new(program, folder, (code, region), anywhere).await?;
        node.init(endpoint).await
    }

    /// Makes a node that runs by the clock in a file.
    pub async fn make_on(
        clock: &Path,
        program: &Path,
        folder: &Path,
        code: &str,
        region: &str,
    ) -> Result<Self, TownError> {
        let mut node = Self::over(program, folder, code, region).await?;
        node.clock = Some(clock.to_owned());
        node.init(None).await
    }

    /// Makes a node that is dialled where it listens, with no wire between: a wire copies every byte once more, and would be
    /// measured along.
    pub async fn make_bare(
        program: &Path,
        folder: &Path,
        code: &str,
        region: &str,
    ) -> Result<Self, TownError> {
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let node = Self::new(program, folder, (code, region), free.clone()).await?;
        node.init(Some(&free)).await
    }

    /// A node that is in its folder already, and does not run. Nothing dials it.
    pub async fn over(
        program: &Path,
        folder: &Path,
        code: &str,
        region: &str,
    ) -> Result<Self, TownError> {
        Self::new(program, folder, (code, region), "127.0.0.1:0".to_owned()).await
    }

    async fn new(
        program: &Path,
        folder: &Path,
        (code, region): (&str, &str),
        listen: String,
    ) -> Result<Self, TownError> {
        Ok(Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            code: code.to_owned(),
            region: region.to_owned(),
            wire: Wire::lay().await?,
            listen,
            clock: None,
            process: None,
            desk: None,
        })
    }

    async fn init(self, endpoint: Option<&str>) -> Result<Self, TownError> {
        let wire = self.wire.address().to_string();
        let endpoint = endpoint.unwrap_or(&wire);
        let name = format!("{} 党委", self.code);
        self.command(&[
            "init",
            "--code",
            &self.code,
            "--name",
            &name,
            "--region",
            &self.region,
            "--endpoint",
            endpoint,
        ])
        .await?;
        Ok(self)
    }

    /// Runs one command of the command line on this node's folder and returns what it printed as JSON.
    pub async fn command(&self, arguments: &[&str]) -> Result<String, TownError> {
        Process::run(&self.program, &self.arguments(arguments)).await
    }

    /// Begins one command of the command line, for a story that kills it: nobody reads what it prints.
    pub fn begin(&self, arguments: &[&str]) -> Result<Child, TownError> {
        let mut command = Command::new(&self.program);
        command.args(self.arguments(arguments)).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(command.stderr(Stdio::null()).spawn()?)
    }

    fn arguments(&self, arguments: &[&str]) -> Vec<OsString> {
        let mut all: Vec<OsString> = match &self.clock {
            Some(clock) => vec!["played".into(), clock.into()],
            None => Vec::new(),
        };
        all.extend(["node".into(), "--data".into(), self.folder.clone().into()]);
        all.extend(["--json", "--yes", "--actor", "town"].map(OsString::from));
        all.extend(arguments.iter().map(OsString::from));
        all
    }

    /// Runs it.
    pub async fn start(&mut self) -> Result<(), TownError> {
        self.serve(&["serve", "--listen", &self.listen.clone()])
            .await
    }

    /// Runs it so that it takes calls and dials nobody by itself.
    pub async fn start_passive(&mut self) -> Result<(), TownError> {
        self.serve(&["serve", "--listen", &self.listen.clone(), "--passive"])
            .await
    }

    async fn serve(&mut self, arguments: &[&str]) -> Result<(), TownError> {
        let process = Process::start(&self.program, &self.arguments(arguments)).await?;
        let desk = Desk::open(&self.folder.join("office.sock"), "town").await?;
        let listening = desk.status().await?.listening;
        let address = listening.parse().map_err(|_| {
            TownError::Process(format!(
                "{}: listening on {listening:?}?\n{}",
                self.code,
                process.output()
            ))
        })?;
        self.wire.lead_to(address);
        self.process = Some(process);
        self.desk = Some(desk);
        Ok(())
    }

    /// Stops it as an operator would.
    pub async fn stop(&mut self) -> Result<(), TownError> {
        self.desk = None;
        match self.process.take() {
            Some(process) => process.stop().await,
            None => Ok(()),
        }
    }

    /// Kills it without a word.
    pub async fn kill(&mut self) -> Result<(), TownError> {
        self.desk = None;
        match self.process.take() {
            Some(process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// The same node, not running, on a folder that was moved or copied.
    #[must_use]
    pub fn moved_to(self, folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            process: None,
            desk: None,
            ..self
        }
    }

    /// Its own API.
    ///
    /// # Panics
    /// When it does not run: a story that talks to a stopped node is wrong.
    pub fn desk(&self) -> Desk {
        #[allow(clippy::expect_used)]
        self.desk.clone().expect("the node runs")
    }

    /// The process, when it runs.
    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// Where it listens, behind its wire.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn listening(&self) -> SocketAddr {
        #[allow(clippy::expect_used)]
        self.desk()
            .status()
            .await
            .ok()
            .and_then(|status| status.listening.parse().ok())
            .expect("a running node says where it listens")
    }

    /// Its data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its organization code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The wire to it.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }
}
