//! Strains a node harder than a test may, on file systems that it mounts. Called by `tests/faults/…`.
#![allow(clippy::print_stdout)]

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use hongyan_tests::{full, power};

/// 故障演练 Faults on file systems of their own
#[derive(Parser)]
struct Arguments {
    /// 随机种子 Seed
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// 能以 PROGRAM node … 运行的程序 The binary that runs as PROGRAM node …
    #[arg(long)]
    program: PathBuf,
    #[command(subcommand)]
    fault: Fault,
}

#[derive(Clone, Copy, Subcommand)]
enum Fault {
    /// 断电 Power cuts
    PowerCuts {
        /// 断电次数 How many cuts
        rounds: usize,
    },
    /// 磁盘写满 A full disk
    FullDisk,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (program, seed) = (&arguments.program, arguments.seed);
    let (passed, report) = match arguments.fault {
        Fault::PowerCuts { rounds } => (rounds, power::cuts(program, rounds, seed).await),
        Fault::FullDisk => (1, full::disk(program, seed).await),
    };
    match report {
        Ok(report) => {
            println!("{report}\n{passed} passed, 0 failed");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            println!("{problem}\n0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}
