//! `init`: makes a node. The only command that may meet an empty data folder beside `restore`.

use clap::Args;
use hongyan_proto::{
    id::{OrganizationCode, RegionCode},
    region,
};

use super::{
    Failure, Place,
    args::{Command, Global},
    io::Io,
    session::Ended,
    speak,
    wiring::Wiring,
};

/// What a new node is.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "例 Example:\n  hongyan-node --data ./wuxi init --code 320200-001 --name 无锡市某街道党委 --region 320200 --endpoint node.example:7420"
)]
pub struct Init {
    /// 党组织代码 Organization code
    #[arg(long, value_parser = OrganizationCode::parse)]
    pub code: OrganizationCode,
    /// 党组织名称 Organization name
    #[arg(long)]
    pub name: String,
    /// 所在地行政区划代码 (GB/T 2260, 六位) Region code, six digits
    #[arg(long, value_parser = region::somewhere)]
    pub region: RegionCode,
    /// 对方连接本节点的地址 主机:端口; 不可被连接则不填 host:port where partners dial; leave out when they cannot
    #[arg(long, default_value = "", hide_default_value = true)]
    pub endpoint: String,
    /// Where to make it. Filled from the options that every command takes.
    #[arg(skip)]
    pub place: Place,
}

/// Makes the node, then shows it as `status` does.
pub(super) async fn run(
    mut init: Init,
    global: &Global,
    wiring: &Wiring,
    io: &mut Io,
) -> Result<Ended, Failure> {
    init.place = global.place();
    (wiring.init)(init).await?;
    speak(Command::Status, global, wiring, io).await
}
