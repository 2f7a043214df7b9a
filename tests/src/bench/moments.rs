//! Short moments: a sync with nothing to say, one fact from command to the partner's disk, beside raw fdatasyncs of the same run;
//! and how a big store opens, verifies and rests.

use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use super::{BenchError, process};
use crate::town::{Id, Process, Town};

const REPEATS: usize = 41;

/// How long a cut line takes to end the connections over it. Not part of what is measured.
const LINE_DIES: Duration = Duration::from_millis(20);

const HOST: &str = "341700-001";

/// Medians, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    /// A whole sync with nothing new over a connection that was kept, from the request to the outcome.
    pub nothing_new_ms: f64,
    /// The same when the connection is gone: it is noticed, dialled again, shaken hands over.
    pub handshake_ms: f64,
    /// One fact: from the command to the partner's acknowledgement that it is durable there.
    pub one_fact_ms: f64,
    /// Two raw fdatasyncs of a small write.
    pub two_syncs_ms: f64,
}

/// A big store at rest.
#[derive(Clone, Copy, Debug)]
pub struct AtRest {
    /// From starting the process to the first answer of its own API, seconds.
    pub open_seconds: f64,
    /// `log verify` of the big log, seconds.
    pub verify_seconds: f64,
    /// Resident memory of the idle node, MiB.
    pub idle_mib: f64,
    /// Highest resident memory after the verification, MiB.
    pub verify_mib: f64,
}

/// The middle one of some samples.
pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn two_syncs(folder: &Path) -> Result<f64, BenchError> {
    let mut file = File::create(folder.join("sync-probe"))?;
    let mut samples = Vec::new();
    for _ in 0..REPEATS {
        let begin = Instant::now();
        for _ in 0..2 {
            file.write_all(&[7; 512])?;
            file.sync_data()?;
        }
        samples.push(millis(begin.elapsed()));
    }
    Ok(median(samples))
}

/// Measures between two running partners that have nothing open.
pub async fn measure(
    town: &mut Town,
    (home, host): (Id, Id),
    case: &str,
) -> Result<Moments, BenchError> {
    let desk = town.desk(home);
    desk.sync(HOST).await?;
    let mut nothing_new = Vec::new();
    for _ in 0..REPEATS {
        let begin = Instant::now();
        desk.sync(HOST).await?;
        nothing_new.push(millis(begin.elapsed()));
    }
    let mut handshake = Vec::new();
    for _ in 0..REPEATS {
        town.cut(home, host);
        tokio::time::sleep(LINE_DIES).await;
        town.heal(home, host);
        let begin = Instant::now();
        desk.sync(HOST).await?;
        handshake.push(millis(begin.elapsed()));
    }
    let mut one_fact = Vec::new();
    for _ in 0..REPEATS {
        let begin = Instant::now();
        desk.contact(case, "2026-02-02").await?;
        // The node sends on change by itself; the partner's durable acknowledgement is waited for.
        while desk.unacknowledged(HOST).await? > 0 {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        one_fact.push(millis(begin.elapsed()));
    }
    let two_syncs_ms = two_syncs(town.folder_of(home))?;
    Ok(Moments {
        nothing_new_ms: median(nothing_new),
        handshake_ms: median(handshake),
        one_fact_ms: median(one_fact),
        two_syncs_ms,
    })
}

/// Measures a node whose store is big: stops it, opens it again, verifies, lets it rest.
pub async fn at_rest(town: &mut Town, id: Id) -> Result<AtRest, BenchError> {
    town.at(id).stop().await?;
    let begin = Instant::now();
    town.at(id).start_passive().await?;
    let open_seconds = begin.elapsed().as_secs_f64();
    let pid = town
        .at(id)
        .process()
        .and_then(Process::pid)
        .unwrap_or_default();
    let idle_mib = process::memory_mib(pid, "VmRSS")?;
    let begin = Instant::now();
    let problems = town.desk(id).verify_logs().await?;
    let verify_seconds = begin.elapsed().as_secs_f64();
    let verify_mib = process::memory_mib(pid, "VmHWM")?;
    if problems.is_empty() {
        return Ok(AtRest {
            open_seconds,
            verify_seconds,
            idle_mib,
            verify_mib,
        });
    }
    Err(BenchError::Tool(format!("{problems:?}")))
}
