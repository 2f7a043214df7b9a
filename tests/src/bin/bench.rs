//! Prints the table of figures: `cargo run --release --package hongyan-tests --bin hongyan-bench`.
//!
//! Everything is measured in one run on one machine, so that ratios mean something on a shared and noisy one.
#![allow(clippy::print_stdout)]

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use hongyan_tests::bench::{BenchError, alone, catch_up, moments, postgres};

/// 性能对比 Figures side by side in one run
#[derive(Parser)]
struct Arguments {
    /// 条目数 Entries of the big catch-up
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// 载荷字节 Bytes of payload
    #[arg(long, default_value_t = 300)]
    payload: usize,
    /// 以一行一事务复制的行数 Rows replicated at one row a transaction
    #[arg(long, default_value_t = 100_000)]
    single_rows: u64,
    /// 能以 PROGRAM node … 运行的程序; 缺省为同目录的 hongyan-demo The binary that runs as PROGRAM node …
    #[arg(long)]
    program: Option<PathBuf>,
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
    println!("| {name:<58} | {figure:>16} | {beside:<34} |");
}

#[allow(clippy::too_many_lines)]
#[tokio::main]
async fn run(arguments: &Arguments) -> Result<(), BenchError> {
    let program = match &arguments.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()?.with_file_name("hongyan-demo"),
    };
    let (entries, payload) = (arguments.entries, arguments.payload);
    let folder = tempfile::tempdir()?;
    println!(
        "| {:<58} | {:>16} | {:<34} |",
        "figure", "measured", "beside"
    );
    println!("|{}|{}|{}|", "-".repeat(60), "-".repeat(18), "-".repeat(36));
    let (big, mut town, home, host) = catch_up::measure(&program, entries, payload).await?;
    row(
        &format!("catch-up of {entries}, entries/s"),
        format!("{:.0}", big.rate()),
        "",
    );
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
    let rest = moments::at_rest(&mut town, host).await?;
    row(
        "  process start to ready, s",
        format!("{:.2}", rest.open_seconds),
        "at most 1",
    );
    row(
        "  log verify of all logs, s",
        format!("{:.2}", rest.verify_seconds),
        "at most 5",
    );
    row(
        "  idle resident, MiB",
        format!("{:.0}", rest.idle_mib),
        "at most 60",
    );
    drop(town);
    let _ = home;
    let (small, mut town, home, host) = catch_up::measure(&program, 10_000, payload).await?;
    let cost = small.rate() / big.rate();
    row(
        "catch-up of 10000, entries/s",
        format!("{:.0}", small.rate()),
        &format!("cost ratio {cost:.2}, at most 1.5"),
    );
    for id in [home, host] {
        town.at(id).stop().await?;
        town.at(id).start().await?;
    }
    let case = town.desk(home).cases().await?[0].id.clone();
    let short = moments::measure(&town, home, &case).await?;
    row(
        "sync with nothing new, median ms",
        format!("{:.1}", short.nothing_new_ms),
        "at most 10",
    );
    row(
        "one fact, command to durable at the partner, median ms",
        format!("{:.1}", short.one_fact_ms),
        &format!("2 fdatasyncs {:.1}; at most 25 beyond", short.two_syncs_ms),
    );
    drop(town);
    let (store, stream) = alone::measure(folder.path(), entries.min(500_000), payload).await?;
    let slower = store.min(stream);
    row(
        "store's bundle writes alone, entries/s",
        format!("{store:.0}"),
        "",
    );
    row(
        "mutual-TLS stream alone, entries/s",
        format!("{stream:.0}"),
        "",
    );
    row(
        "catch-up / slower of the two",
        format!("{:.2}", big.rate() / slower),
        "at least 0.50",
    );
    if postgres::available() {
        for (rows, per, least) in [(entries, 1000, 2.0), (arguments.single_rows, 1, 5.0)] {
            let rate = postgres::catch_up(folder.path(), rows, per, payload)?;
            let beside = format!("ours is {:.2}x; at least {least}x", big.rate() / rate);
            row(
                &format!("PostgreSQL 15, {per} rows a transaction, rows/s"),
                format!("{rate:.0}"),
                &beside,
            );
        }
    } else {
        println!("PostgreSQL 15 is not on this machine: apt-get install postgresql-15");
    }
    Ok(())
}
