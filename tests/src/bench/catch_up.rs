//! Catch-up of many entries between two node processes over loopback mutual TLS: everything verified, both stores durable.

use std::{path::Path, time::Instant};

pub use super::fill::BATCH;
use super::{BenchError, fill, process};
use crate::town::{Id, Town};

/// What one catch-up came to.
#[derive(Clone, Copy, Debug)]
pub struct CaughtUp {
    /// Entries.
    pub entries: u64,
    /// From the request to sync to the receipt.
    pub seconds: f64,
    /// Highest resident memory of the sender and of the receiver, MiB.
    pub peak_mib: (f64, f64),
    /// Bytes in the receiver's folder for each byte of payload.
    pub disk_ratio: f64,
}

impl CaughtUp {
    /// Entries per second.
    #[allow(clippy::cast_precision_loss)]
    pub fn rate(&self) -> f64 {
        self.entries as f64 / self.seconds
    }
}

/// What lies between the two nodes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lines {
    /// Nothing: the catch-up alone is measured.
    Bare,
    /// A wire that can be cut, to make them shake hands anew.
    Wired,
}

const HOME: &str = "320200-001";
const HOST: &str = "341700-001";

/// Two partners with one open stay; the home's log holds `entries` facts that the host lacks. Neither dials by itself.
pub(super) async fn prepare(
    program: &Path,
    entries: u64,
    payload: usize,
    per_commit: u64,
    lines: Lines,
) -> Result<(Town, Id, Id, String), BenchError> {
    let mut town = Town::new(entries, program)?;
    let (home, host) = match lines {
        Lines::Bare => (
            town.bare_node(HOME, "320200").await?,
            town.bare_node(HOST, "341700").await?,
        ),
        Lines::Wired => (
            town.node(HOME, "320200").await?,
            town.node(HOST, "341700").await?,
        ),
    };
    town.pair(home, host).await?;
    let people = town.members(home, 1).await?;
    let case = town
        .desk(home)
        .notice(HOST, &people[0].certificate, "2025-10-08", "341700")
        .await?;
    town.settle(home, host).await?;
    town.desk(host).accept(&case, "2025-10-12").await?;
    town.desk(host)
        .place(&case, "第一支部", "2025-10-15")
        .await?;
    town.settle(home, host).await?;
    town.desk(home).contact(&case, "2026-02-01").await?;
    town.settle(home, host).await?;
    town.at(home).stop().await?;
    town.at(host).stop().await?;
    let folder = town.folder_of(home).to_owned();
    tokio::task::spawn_blocking(move || {
        fill::fill(&fill::open(&folder)?, entries, payload, per_commit)
    })
    .await
    .map_err(|error| BenchError::Tool(error.to_string()))??;
    Ok((town, home, host, case))
}

/// Measures one catch-up of entries that were written `per_commit` at a time.
pub async fn measure(
    program: &Path,
    entries: u64,
    payload: usize,
    per_commit: u64,
    lines: Lines,
) -> Result<(CaughtUp, Town, Id, Id), BenchError> {
    let (mut town, home, host, _) = prepare(program, entries, payload, per_commit, lines).await?;
    town.at(home).start_passive().await?;
    town.at(host).start_passive().await?;
    let before = town
        .desk(host)
        .status()
        .await?
        .store
        .unwrap_or_default()
        .bytes_on_disk;
    let begin = Instant::now();
    let outcome = town.desk(home).sync(HOST).await?;
    let seconds = begin.elapsed().as_secs_f64();
    if !outcome.complete || outcome.sent < entries {
        return Err(BenchError::Tool(format!(
            "the catch-up did not complete: {outcome:?}"
        )));
    }
    let after = town
        .desk(host)
        .status()
        .await?
        .store
        .unwrap_or_default()
        .bytes_on_disk;
    let peak = |town: &mut Town, id| -> Result<f64, BenchError> {
        let pid = town
            .at(id)
            .process()
            .and_then(crate::town::Process::pid)
            .unwrap_or_default();
        process::memory_mib(pid, "VmHWM")
    };
    let peak_mib = (peak(&mut town, home)?, peak(&mut town, host)?);
    #[allow(clippy::cast_precision_loss)]
    let disk_ratio = (after - before.min(after)) as f64 / (entries as f64 * payload as f64);
    Ok((
        CaughtUp {
            entries,
            seconds,
            peak_mib,
            disk_ratio,
        },
        town,
        home,
        host,
    ))
}
