//! A node with ten years of a large committee: how it opens, answers and rests.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use hongyan_proto::{pb::office::v1 as o, time::Day};
use o::duty_service_client::DutyServiceClient;

use super::{Figure, ROUNDS, fill, median};
use crate::{
    bench::{BenchError, process},
    town::{Node, Process},
};

/// Calls within one round, after the first.
const CALLS: usize = 9;
/// A node is at rest when nobody asked it anything for so long.
const REST: Duration = Duration::from_secs(2);
/// The machine's cache of files is emptied by writing here, where that is allowed.
const DROP_CACHES: &str = "/proc/sys/vm/drop_caches";

/// What the rounds gave.
#[derive(Default)]
struct Samples {
    clean: Vec<f64>,
    clean_cold: Vec<f64>,
    killed: Vec<f64>,
    killed_cold: Vec<f64>,
    idle: Vec<f64>,
    first: Vec<f64>,
    first_cold: Vec<f64>,
    warm: Vec<f64>,
    after: Vec<f64>,
    peak: Vec<f64>,
}

pub(super) async fn measure(
    program: &Path,
    folder: &Path,
    members: usize,
    today: Day,
) -> Result<Vec<Figure>, BenchError> {
    let data = folder.join("committee");
    let filled = data.clone();
    let filling = tokio::task::spawn_blocking(move || {
        if filled.exists() {
            return fill::size(&filled);
        }
        fill::years(&filled, members, today)
    });
    let entries = filling
        .await
        .map_err(|error| BenchError::Tool(error.to_string()))??;
    let mut node = Node::over(program, &data, fill::CODE, fill::REGION).await?;
    let mut samples = Samples::default();
    let mut duties = 0;
    for _ in 0..ROUNDS {
        duties = round(&mut node, &mut samples).await?;
    }
    let mut figures = vec![
        Figure::new("entries in the local log", count(entries), None),
        Figure::new("duties of the committee", count(duties), None),
    ];
    let mut tell = |name: &str, samples: Vec<f64>, most: Option<f64>| {
        if !samples.is_empty() {
            figures.push(Figure::new(name, median(samples), most));
        }
    };
    tell("ready after a clean stop, s", samples.clean, Some(2.0));
    let cold = "ready after a clean stop, nothing cached, s";
    tell(cold, samples.clean_cold, Some(2.0));
    tell("ready after kill -9, s", samples.killed, Some(5.0));
    let cold = "ready after kill -9, nothing cached, s";
    tell(cold, samples.killed_cold, Some(5.0));
    tell("resident at rest, MiB", samples.idle, Some(60.0));
    tell("all duties, first call, ms", samples.first, Some(200.0));
    let cold = "all duties, first call, nothing cached, ms";
    tell(cold, samples.first_cold, Some(200.0));
    tell("all duties, later calls, ms", samples.warm, Some(200.0));
    tell("resident after them, MiB", samples.after, None);
    tell("peak, MiB", samples.peak, None);
    Ok(figures)
}

#[allow(clippy::cast_precision_loss)]
fn count(number: u64) -> f64 {
    number as f64
}

/// Starts and stops it in every way, asks and lets it rest; how many duties there are.
async fn round(node: &mut Node, samples: &mut Samples) -> Result<u64, BenchError> {
    // The first opening after the filling stands for nothing; it makes the stop before the next one an operator's, and its question brings
    // what the last round's end took from the machine's cache back into it.
    start(node).await?;
    ask(node).await?;
    node.stop().await?;
    samples.clean.push(start(node).await?);
    tokio::time::sleep(REST).await;
    samples.idle.push(memory(node, "VmRSS")?);
    let (duties, first) = ask(node).await?;
    samples.first.push(first);
    for _ in 0..CALLS {
        samples.warm.push(ask(node).await?.1);
    }
    samples.after.push(memory(node, "VmRSS")?);
    samples.peak.push(memory(node, "VmHWM")?);
    node.kill().await?;
    samples.killed.push(start(node).await?);
    node.stop().await?;
    if fs::write(DROP_CACHES, "3").is_ok() {
        samples.clean_cold.push(start(node).await?);
        // Something is under way when it is killed: each call writes down who asked.
        samples.first_cold.push(ask(node).await?.1);
        node.kill().await?;
        fs::write(DROP_CACHES, "3")?;
        samples.killed_cold.push(start(node).await?);
        node.stop().await?;
    }
    Ok(duties)
}

/// Starts the node; seconds until its own API has answered.
async fn start(node: &mut Node) -> Result<f64, BenchError> {
    let begin = Instant::now();
    node.start_passive().await?;
    Ok(begin.elapsed().as_secs_f64())
}

pub(super) fn memory(node: &Node, field: &str) -> Result<f64, BenchError> {
    let pid = node.process().and_then(Process::pid).unwrap_or_default();
    process::memory_mib(pid, field)
}

/// Asks for the duties of today; how many there are in every state, and the milliseconds of the answer.
async fn ask(node: &Node) -> Result<(u64, f64), BenchError> {
    let begin = Instant::now();
    let request = o::ListDutiesRequest::default();
    let answer = DutyServiceClient::new(node.desk().channel())
        .list_duties(request)
        .await
        .map_err(|error| BenchError::Tool(error.to_string()))?
        .into_inner();
    let millis = begin.elapsed().as_secs_f64() * 1000.0;
    let duties = answer.counts.iter().map(|one| u64::from(one.count)).sum();
    Ok((duties, millis))
}
