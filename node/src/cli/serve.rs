//! `serve`: runs the node until it is told to stop.

use std::net::SocketAddr;

use clap::Args;

use super::{Failure, Place, args::Global, session::Ended, wiring::Wiring};

/// How to run.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "例 Example:\n  hongyan-node serve --listen 0.0.0.0:7420\n\n按 Ctrl-C 或发送 SIGTERM 停止 stop with Ctrl-C or SIGTERM"
)]
pub struct Serve {
    /// 监听地址; 端口 0 由系统分配 Address to listen on; port 0: the system chooses
    #[arg(long, default_value = "0.0.0.0:7420", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// 不主动连接对方, 只等对方来连 Never dial partners, only take their calls
    #[arg(long)]
    pub passive: bool,
    /// Where the node is. Filled from the options that every command takes.
    #[arg(skip)]
    pub place: Place,
    /// Log lines as JSON, as `--json` asks.
    #[arg(skip)]
    pub json: bool,
}

pub(super) async fn run(
    mut serve: Serve,
    global: &Global,
    wiring: &Wiring,
) -> Result<Ended, Failure> {
    serve.place = global.place();
    serve.json = global.json;
    (wiring.serve)(serve).await?;
    Ok(Ended::Well)
}
