//! The gateway's program.

use std::process::ExitCode;

fn main() -> ExitCode {
    hongyan_gateway::main()
}
