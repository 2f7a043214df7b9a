//! Strains a node harder than a test may: power cuts on a mounted file system. Called by `tests/faults/power-cuts`.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use clap::Parser;
use hongyan_tests::power;

/// 断电演练 Power cuts on a loop-mounted file system
#[derive(Parser)]
struct Arguments {
    /// 断电次数 How many cuts
    #[arg(long, default_value_t = 20)]
    rounds: usize,
    /// 随机种子 Seed
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// 能以 PROGRAM node … 运行的程序 The binary that runs as PROGRAM node …
    #[arg(long)]
    program: std::path::PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match power::cuts(&arguments.program, arguments.rounds, arguments.seed).await {
        Ok(report) => {
            println!("{report}\n{} passed, 0 failed", arguments.rounds);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            println!("{problem}\n0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}
