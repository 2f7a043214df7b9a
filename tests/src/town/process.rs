//! One process of ours: started, waited for until it says it is ready, stopped or killed.

use std::{
    collections::VecDeque,
    ffi::OsString,
    io,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::oneshot,
    task::spawn_blocking,
    time::timeout,
};

use super::TownError;

/// How long a process may take to become ready, and to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// Last lines kept of what it printed, to be shown when it fails.
const KEPT_LINES: usize = 200;

type Lines = Arc<Mutex<VecDeque<String>>>;

/// A running process. Killed when dropped.
pub struct Process {
    child: Child,
    lines: Lines,
    ready: String,
}

impl Process {
    /// Starts it and waits for its first line on standard output, by which it says that it is ready.
    pub async fn start(program: &Path, arguments: &[OsString]) -> Result<Self, TownError> {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let lines = Lines::default();
        let (send, ready) = oneshot::channel();
        if let Some(stdout) = child.stdout.take() {
            keep(stdout, Arc::clone(&lines), Some(send));
        }
        if let Some(stderr) = child.stderr.take() {
            keep(stderr, Arc::clone(&lines), None);
        }
        let mut process = Self {
            child,
            lines,
            ready: String::new(),
        };
        match timeout(PATIENCE, ready).await {
            Ok(Ok(line)) => process.ready = line,
            _ => {
                return Err(TownError::Process(format!(
                    "{arguments:?} did not become ready:\n{}",
                    process.output()
                )));
            }
        }
        Ok(process)
    }

    /// Runs a command to its end and returns what it printed.
    pub async fn run(program: &Path, arguments: &[OsString]) -> Result<String, TownError> {
        let output = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(TownError::Process(format!(
            "{arguments:?} ended with {}: {words}",
            output.status
        )))
    }

    /// The line by which it said that it was ready.
    pub fn ready(&self) -> &str {
        &self.ready
    }

    /// Its process id; none when it has ended.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// The last lines it printed.
    pub fn output(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect::<Vec<_>>().join("\n")
    }

    /// Stops it in its tracks, all its threads. Returns only when none of them runs any more: a signal that was sent is not yet
    /// obeyed on a busy machine, and the process would go on writing and answering meanwhile.
    pub async fn freeze(&self) -> Result<(), TownError> {
        let ended = || TownError::Process(format!("ended by itself:\n{}", self.output()));
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok());
        let pid = pid.and_then(Pid::from_raw).ok_or_else(ended)?;
        kill_process(pid, Signal::STOP).map_err(io::Error::from)?;
        // An end is waited for too, and left to whoever waits for the child.
        let options = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let waiting = spawn_blocking(move || waitid(WaitId::Pid(pid), options));
        let waited = waiting.await.map_err(io::Error::from)?;
        match waited.map_err(io::Error::from)? {
            Some(status) if status.stopped() => Ok(()),
            _ => Err(ended()),
        }
    }

    /// Ends it without a word, as a power cut would end the program.
    pub async fn kill(mut self) -> Result<(), TownError> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) -> Result<(), TownError> {
        if let Some(pid) = self.child.id() {
            Command::new("kill")
                .args(["-TERM", &pid.to_string()])
                .status()
                .await?;
        }
        match timeout(PATIENCE, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            ended => Err(TownError::Process(format!(
                "did not stop well ({ended:?}):\n{}",
                self.output()
            ))),
        }
    }
}

fn keep(
    from: impl AsyncRead + Unpin + Send + 'static,
    lines: Lines,
    mut first: Option<oneshot::Sender<String>>,
) {
    tokio::spawn(async move {
        let mut reader = BufReader::new(from).lines();
        while let Ok(Some(line)) = reader.next_line().await {
            if let Some(first) = first.take() {
                // The receiver is gone when its patience ended; the line is kept all the same.
                let _: Result<(), String> = first.send(line.clone());
            }
            let mut kept = lines.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.len() == KEPT_LINES {
                kept.pop_front();
            }
            kept.push_back(line);
        }
    });
}
