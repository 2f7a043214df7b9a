//! Prints the table of figures: `cargo run --release --package hongyan-tests --bin hongyan-bench`.
//!
//! Everything is measured in one run on one machine, so that ratios mean something on a shared and noisy one.
#![allow(clippy::print_stdout)]

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Parser, ValueEnum};
use hongyan_proto::time::{Clock, Timestamp};
use hongyan_tests::bench::{
    BenchError, alone, book,
    catch_up::{self, Lines},
    moments, partners, postgres,
};

/// 性能对比 Figures side by side in one run
#[derive(Parser)]
struct Arguments {
    /// 条目数 Entries of the big catch-up
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// 载荷字节 Bytes of payload
    #[arg(long, default_value_t = 300)]
    payload: usize,
    /// 逐条提交的条目数与行数 Entries and rows that are committed one at a time
    #[arg(long, default_value_t = 100_000)]
    single: u64,
    /// 空闲对方的数量 Idle partners of one node
    #[arg(long, default_value_t = 1_000)]
    partners: u32,
    /// 本地台账的党员人数 Members of the committee with the local book
    #[arg(long, default_value_t = 3_000)]
    members: usize,
    /// 导入的名册行数; 0 为不测 Rows of the roster that is imported; 0: none
    #[arg(long, default_value_t = 50_000)]
    rows: usize,
    /// 本地台账所在的文件夹, 已有则沿用 Where the committee with the local book is kept, and taken from when it is there
    #[arg(long)]
    folder: Option<PathBuf>,
    /// 只测这些部分; 缺省为全部 Measure only these parts; all when none is named
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// 能以 PROGRAM node … 运行的程序; 缺省为同目录的 hongyan-demo The binary that runs as PROGRAM node …
    #[arg(long)]
    program: Option<PathBuf>,
}

/// A part of the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Part {
    /// 补齐 Catch-up, beside its parts alone and `PostgreSQL`
    CatchUp,
    /// 瞬间 Short moments
    Moments,
    /// 众多对方 Many partners
    Partners,
    /// 本地台账 The local book
    Book,
    /// 本地台账中的党费 Of the local book only the dues
    Dues,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "every figure is formatted at the call"
)]
fn row(name: &str, figure: String, beside: &str) {
    println!("| {name:<58} | {figure:>16} | {beside:<38} |");
}

#[allow(clippy::disallowed_methods)]
fn clock() -> Clock {
    // A benchmark is wiring: here the clock is read.
    Arc::new(|| Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()))
}

#[tokio::main]
async fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let program = match &arguments.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()?.with_file_name("hongyan-demo"),
    };
    let wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    row("figure", "measured".to_owned(), "beside");
    println!("|{}|{}|{}|", "-".repeat(60), "-".repeat(18), "-".repeat(40));
    if wanted(Part::CatchUp) {
        catch_ups(arguments, &program).await?;
    }
    if wanted(Part::Moments) {
        short_moments(&program, arguments.payload).await?;
    }
    if wanted(Part::Partners) {
        many_partners(&program, arguments.partners).await?;
    }
    if wanted(Part::Book) {
        local_book(&program, arguments).await?;
    }
    if wanted(Part::Book) || wanted(Part::Dues) {
        let today = clock()().day();
        figures(&book::dues(&program, arguments.members, today).await?);
    }
    Ok(())
}

/// How often the big catch-up and what it is compared with are measured, one after the other: a shared machine is now slow, now
/// fast, so that only what was measured within the same half minute may be compared, and one comparison says little.
const ROUNDS: usize = 3;

/// What one round measured, per second.
struct Round {
    catch_up: f64,
    store: f64,
    stream: f64,
    postgres: Option<f64>,
}

/// The big catch-up, the small one and the one of single commits; beside them the store and the stream alone, and `PostgreSQL`.
async fn catch_ups(arguments: &Arguments, program: &Path) -> Result<(), BenchError> {
    let (entries, payload) = (arguments.entries, arguments.payload);
    let beside = postgres::available();
    if !beside {
        println!(
            "未找到 PostgreSQL 15, 不作对比 PostgreSQL 15 was not found, nothing is compared with it: apt-get install postgresql-15"
        );
    }
    let mut rounds = Vec::new();
    for number in 0..ROUNDS {
        rounds.push(round(arguments, program, number, beside).await?);
    }
    compare(&rounds, entries);
    let (small, ..) =
        catch_up::measure(program, 10_000, payload, catch_up::BATCH, Lines::Bare).await?;
    let big = moments::median(rounds.iter().map(|round| round.catch_up).collect());
    row(
        "catch-up of 10000, entries/s",
        format!("{:.0}", small.rate()),
        &format!("cost ratio {:.2}, at most 1.5", small.rate() / big),
    );
    let (single, ..) =
        catch_up::measure(program, arguments.single, payload, 1, Lines::Bare).await?;
    row(
        &format!("catch-up of {}, one fact a commit", arguments.single),
        format!("{:.0}", single.rate()),
        "",
    );
    if beside {
        let folder = tempfile::tempdir()?;
        let rate = postgres::catch_up(folder.path(), arguments.single, 1, payload)?;
        row(
            "PostgreSQL 15, 1 row a transaction, rows/s",
            format!("{rate:.0}"),
            &format!("ours is {:.2}x, at least 5x", single.rate() / rate),
        );
    }
    Ok(())
}

async fn round(
    arguments: &Arguments,
    program: &Path,
    number: usize,
    beside: bool,
) -> Result<Round, BenchError> {
    let (entries, payload) = (arguments.entries, arguments.payload);
    let folder = tempfile::tempdir()?;
    let (store, stream) = alone::measure(folder.path(), entries.min(500_000), payload).await?;
    let catch_up = if number == 0 {
        big_catch_up(program, entries, payload).await?
    } else {
        let (big, ..) =
            catch_up::measure(program, entries, payload, catch_up::BATCH, Lines::Bare).await?;
        big.rate()
    };
    let postgres = beside
        .then(|| postgres::catch_up(folder.path(), entries, 1000, payload))
        .transpose()?;
    Ok(Round {
        catch_up,
        store,
        stream,
        postgres,
    })
}

/// Every round, and the median of the comparisons within the rounds.
fn compare(rounds: &[Round], entries: u64) {
    for (number, round) in (1..).zip(rounds) {
        let postgres = round
            .postgres
            .map_or("–".to_owned(), |rate| format!("{rate:.0}"));
        row(
            &format!("round {number}: catch-up of {entries}, entries/s"),
            format!("{:.0}", round.catch_up),
            &format!("store {:.0}, stream {:.0}", round.store, round.stream),
        );
        row(
            "  PostgreSQL 15, 1000 rows a transaction, rows/s",
            postgres,
            "",
        );
    }
    let parts = rounds
        .iter()
        .map(|round| round.catch_up / round.store.min(round.stream));
    row(
        "catch-up beside the slower of store and stream, median",
        format!("{:.2}", moments::median(parts.collect())),
        "at least 0.50",
    );
    let times = beside_postgres(rounds);
    row(
        "catch-up beside PostgreSQL, median",
        times.map_or("–".to_owned(), |times| format!("{times:.2}")),
        "at least 2",
    );
}

/// How many times as fast as `PostgreSQL`, the median of the rounds; none where it was not found.
fn beside_postgres(rounds: &[Round]) -> Option<f64> {
    let times = rounds
        .iter()
        .map(|round| Some(round.catch_up / round.postgres?));
    let times: Vec<f64> = times.collect::<Option<_>>()?;
    (!times.is_empty()).then(|| moments::median(times))
}

/// The big catch-up, and the node that has it at rest; entries per second.
async fn big_catch_up(program: &Path, entries: u64, payload: usize) -> Result<f64, BenchError> {
    let (big, mut town, home, host) =
        catch_up::measure(program, entries, payload, catch_up::BATCH, Lines::Bare).await?;
    row(
        "  peak memory sender / receiver, MiB",
        format!("{:.0} / {:.0}", big.peak_mib.0, big.peak_mib.1),
        "at most 150",
    );
    row(
        "  receiver's disk / payload",
        format!("{:.2}", big.disk_ratio),
        "at most 2.5",
    );
    town.at(home).stop().await?;
    let rest = moments::at_rest(&mut town, host).await?;
    row(
        "  process start to ready, s",
        format!("{:.2}", rest.open_seconds),
        "at most 1",
    );
    row(
        "  idle resident, MiB",
        format!("{:.0}", rest.idle_mib),
        "at most 60",
    );
    row(
        "  log verify of all logs, s",
        format!("{:.2}", rest.verify_seconds),
        "at most 5",
    );
    row(
        "  peak memory with the verification, MiB",
        format!("{:.0}", rest.verify_mib),
        "",
    );
    Ok(big.rate())
}

async fn short_moments(program: &Path, payload: usize) -> Result<(), BenchError> {
    let (_, mut town, home, host) =
        catch_up::measure(program, 10_000, payload, catch_up::BATCH, Lines::Wired).await?;
    for id in [home, host] {
        town.at(id).stop().await?;
        town.at(id).start().await?;
    }
    let case = town.desk(home).cases().await?[0].id.clone();
    let short = moments::measure(&mut town, (home, host), &case).await?;
    row(
        "sync with nothing new, kept connection, median ms",
        format!("{:.1}", short.nothing_new_ms),
        "",
    );
    row(
        "sync with nothing new, with handshake, median ms",
        format!("{:.1}", short.handshake_ms),
        "at most 10",
    );
    row(
        "one fact, command to durable at the partner, median ms",
        format!("{:.1}", short.one_fact_ms),
        &format!("2 fdatasyncs {:.1}; at most 25 beyond", short.two_syncs_ms),
    );
    Ok(())
}

async fn many_partners(program: &Path, count: u32) -> Result<(), BenchError> {
    let many = partners::measure(program, count, clock()).await?;
    row(
        &format!("{count} partners: memory before / connected and idle, MiB"),
        format!("{:.0} / {:.0}", many.alone_mib, many.connected_mib),
        "",
    );
    row(
        "  node's CPU for an introduction / a first sync, ms",
        format!("{:.1} / {:.1}", many.introduce_cpu_ms, many.sync_cpu_ms),
        "",
    );
    row(
        "  first syncs a second, eight at a time",
        format!("{:.0}", many.syncs_per_second),
        "",
    );
    row(
        "  node's CPU while all rest, % of a core",
        format!("{:.2}", many.idle_cpu_percent),
        "",
    );
    Ok(())
}

async fn local_book(program: &Path, arguments: &Arguments) -> Result<(), BenchError> {
    let size = book::Size {
        members: arguments.members,
        rows: arguments.rows,
        folder: arguments.folder.clone(),
    };
    figures(&book::measure(program, &size, clock()().day()).await?);
    Ok(())
}

fn figures(all: &[book::Figure]) {
    for figure in all {
        let digits = if figure.measured < 10.0 { 2 } else { 0 };
        let beside = figure.most.map_or_else(String::new, |most| {
            let met = if figure.measured <= most {
                "met"
            } else {
                "MISSED"
            };
            format!("at most {most}: {met}")
        });
        row(
            &figure.name,
            format!("{:.digits$}", figure.measured),
            &beside,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(postgres: Option<f64>) -> Round {
        Round {
            catch_up: 100.0,
            store: 200.0,
            stream: 300.0,
            postgres,
        }
    }

    #[test]
    fn without_postgresql_the_rest_is_compared_all_the_same() {
        let without = [round(None), round(None)];
        compare(&without, 1000);
        assert!(beside_postgres(&without).is_none());
        let with = [round(Some(50.0)), round(Some(25.0)), round(Some(20.0))];
        let times = beside_postgres(&with).unwrap_or_default();
        assert!((times - 4.0).abs() < 0.001, "{times}");
    }
}
