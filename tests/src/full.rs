//! A full disk: a node writes on a small file system until there is no room; it must refuse in words, lose nothing it had
//! acknowledged, and go on when there is room again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tonic::Code;

use crate::{
    mount::{Mount, run, text},
    power::{HOST, contacts, open_stay},
    town::{Desk, Node, Town, TownError},
};

/// The file system, in MiB: sled's own files and a little more.
const DISK_MIB: usize = 48;

/// What is left when the ballast is in, in bytes.
const LEFT_BYTES: u64 = 3 * 1024 * 1024;

/// More writes than fit into what is left.
const WRITES: usize = 200_000;

/// The file system with the node and the ballast on it.
struct Disk(Mount);

impl Disk {
    async fn new(at: PathBuf) -> Result<Self, TownError> {
        Mount::memory(DISK_MIB, at).await.map(Self)
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Leaves [`LEFT_BYTES`].
    async fn fill(&self) -> Result<(), TownError> {
        let free = run("df", &["--output=avail", "-B1", &text(self.0.path())]).await?;
        let free: u64 = free
            .lines()
            .last()
            .and_then(|line| line.trim().parse().ok())
            .unwrap_or_default();
        let size = free.saturating_sub(LEFT_BYTES).to_string();
        run("fallocate", &["-l", &size, &text(&self.ballast())])
            .await
            .map(drop)
    }

    fn make_room(&self) -> Result<(), TownError> {
        Ok(fs::remove_file(self.ballast())?)
    }
}

/// Fills the disk of a writing node, and makes room again.
///
/// # Errors
/// In words, as soon as something is not as it must be.
pub async fn disk(program: &Path, seed: u64) -> Result<String, TownError> {
    let folder = tempfile::Builder::new().prefix("hongyan-full-").tempdir()?;
    let disk = Disk::new(folder.path().join("disk")).await?;
    let mut town = Town::new(seed, program)?;
    let host = town.node(HOST, "341700").await?;
    let mut home = Node::make(program, &disk.0.join("node"), "320200-001", "320200").await?;
    home.start().await?;
    let case = open_stay(&town, host, &home, seed).await?;
    let before = contacts(&home.desk(), &case).await?;
    disk.fill().await?;
    let (written, refusal) = write_until_refused(&home.desk(), &case).await?;
    // Whoever comes later is told the same, not to try again: only room helps.
    let (later, _) = write_until_refused(&home.desk(), &case).await?;
    expect(later == 0, "nothing is written before there is room")?;
    home.kill().await?;
    if let Err(error) = home.start().await {
        let words = error.to_string();
        expect(words.contains("磁盘") && words.contains("full"), &words)?;
    }
    home.kill().await?;
    disk.make_room()?;
    home.start().await?;
    let found = contacts(&home.desk(), &case).await?;
    expect(
        found >= before + written,
        &format!("{written} acknowledged after {before}, {found} found"),
    )?;
    let problems = home.desk().verify_logs().await?;
    expect(problems.is_empty(), &format!("{problems:?}"))?;
    home.desk().contact(&case, "2026-02-02").await?;
    while !home.desk().nothing_open(HOST).await? {
        let outcome = home.desk().sync(HOST).await?;
        expect(outcome.complete, &format!("{outcome:?}"))?;
    }
    let there = contacts(&town.desk(host), &case).await?;
    expect(there == found + 1, "the partner has every contact")?;
    home.stop().await?;
    town.at(host).stop().await?;
    Ok(format!(
        "{written} entries acknowledged before the disk was full, all there afterwards; refused in words: {refusal}"
    ))
}

fn expect(holds: bool, what: &str) -> Result<(), TownError> {
    if holds {
        return Ok(());
    }
    Err(TownError::Unsettled(what.to_owned()))
}

/// Writes until the node refuses; returns how many it acknowledged, and its words.
async fn write_until_refused(desk: &Desk, case: &str) -> Result<(usize, String), TownError> {
    for written in 0..WRITES {
        match desk.contact(case, "2026-02-01").await {
            Ok(()) => {}
            Err(TownError::Refused(status)) => {
                let words = status.message().to_owned();
                expect(
                    status.code() == Code::ResourceExhausted && words.contains("磁盘"),
                    &format!("{:?}: {words}", status.code()),
                )?;
                return Ok((written, words));
            }
            Err(other) => return Err(other),
        }
    }
    Err(TownError::Unsettled(format!(
        "{WRITES} writes did not fill {LEFT_BYTES} bytes"
    )))
}
