//! `cargo demo`: a county on one machine. The same binary is a node (`demo node …`) and a gateway (`demo gateway …`), so that what
//! runs here are real processes; `demo played CLOCK …` is either of them by a clock that the story sets.

use std::{ffi::OsString, process::ExitCode};

use clap::Parser;
use hongyan_proto::time::Timestamp;
use hongyan_tests::{
    demo::{self, Options},
    played::PlayedClock,
};

/// 鸿雁演示: 两个党委、两个组织部、一年的流动党员 A county on one machine: two committees, two departments, a year of flow
#[derive(Parser)]
#[command(
    after_help = "例 Examples:\n  cargo demo\n  cargo demo --once --json\n  cargo demo --members 60"
)]
struct Arguments {
    /// 演完即止; 全部核对通过才以 0 退出 Play once; exit 0 only if every cross-check holds
    #[arg(long)]
    once: bool,
    /// 供程序读取 Print the result as JSON
    #[arg(long)]
    json: bool,
    /// 流动党员人数 Flow members
    #[arg(long, default_value_t = 300)]
    members: usize,
    /// 随机种子 Seed
    #[arg(long, default_value_t = 2026)]
    seed: u64,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    match arguments.peek().and_then(|role| role.to_str()) {
        Some("node") => hongyan_node::run(arguments),
        Some("gateway") => hongyan_gateway::run(arguments),
        Some("played") => played(arguments.skip(1)),
        _ => county(),
    }
}

/// `CLOCK node …` or `CLOCK gateway …`: the same by the clock in a file.
fn played(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let clock = PlayedClock::reading(arguments.next().unwrap_or_default().into(), now);
    let mut arguments = arguments.peekable();
    match arguments.peek().and_then(|role| role.to_str()) {
        Some("gateway") => hongyan_gateway::run_on(arguments, clock),
        _ => hongyan_node::run_on(arguments, clock),
    }
}

#[allow(clippy::print_stderr)]
#[tokio::main]
async fn county() -> ExitCode {
    let arguments = Arguments::parse();
    let played = async {
        let options = Options {
            program: std::env::current_exe()?,
            members: arguments.members,
            seed: arguments.seed,
            machine: now,
            once: arguments.once,
            json: arguments.json,
        };
        demo::run(&options).await
    };
    match played.await {
        Ok(checks) if !checks.is_empty() && checks.iter().all(|check| check.holds) => {
            ExitCode::SUCCESS
        }
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("演示未能完成 the demo could not go on: {error}");
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::disallowed_methods)]
fn now() -> Timestamp {
    // The demo is wiring: here the clock is read.
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}
