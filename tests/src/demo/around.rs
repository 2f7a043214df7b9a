//! Where everything listens, and how to go on by hand while it is up.
#![allow(clippy::print_stdout)]

use std::path::Path;

use hongyan_node::OFFICE_SOCKET;
use hongyan_proto::time::Quarter;
use serde_json::{Value, json};

use super::{
    county::{County, EAST, WEST},
    gateway::Gateway,
};
use crate::town::{Id, TownError};

/// One process and where it is reached.
struct Address {
    /// 无锡市某党委 320200-001.
    who: String,
    /// gRPC over mutual TLS.
    grpc: String,
    /// Where others dial it, when that is not the same.
    dialled: Option<String>,
    /// gRPC for whoever may read the data folder.
    office: String,
    data: String,
}

/// Where to look, and with which commands.
pub(super) struct Around {
    addresses: Vec<Address>,
    commands: Vec<(&'static str, String)>,
}

impl Around {
    pub(super) async fn look(
        county: &County,
        last: Quarter,
        moved: &str,
    ) -> Result<Self, TownError> {
        let mut addresses = Vec::new();
        let mut commands = Vec::new();
        for (id, code, other) in [(county.east, EAST.0, WEST.0), (county.west, WEST.0, EAST.0)] {
            addresses.push(node(county, id, code).await?);
            let data = county.town.folder_of(id);
            commands.extend(at_a_node(data, other, last, moved));
        }
        for gateway in &county.gateways {
            addresses.push(department(gateway));
            commands.extend(at_a_gateway(gateway.folder(), last));
        }
        Ok(Self {
            addresses,
            commands,
        })
    }

    pub(super) fn to_json(&self) -> (Value, Value) {
        let addresses = self.addresses.iter().map(|address| {
            json!({
                "who": address.who, "grpc": address.grpc, "dialled": address.dialled,
                "office": address.office, "data": address.data,
            })
        });
        let commands = self.commands.iter().map(|(_, command)| command.clone());
        (addresses.collect(), commands.collect())
    }

    pub(super) fn print(&self) {
        println!("\n地址 Addresses");
        for address in &self.addresses {
            println!("  {}", address.who);
            println!(
                "    {} gRPC, 双向 TLS, 只认固定的密钥 mutual TLS, pinned keys only",
                address.grpc
            );
            if let Some(dialled) = &address.dialled {
                println!(
                    "    {dialled} 可切断的线路, 对方拨打 the line that can be cut, which the partner dials"
                );
            }
            println!("    {} gRPC, 仅限本机 this machine only", address.office);
        }
        println!("\n随便看看 Look around (Ctrl-C 结束 to stop)");
        for (what, command) in &self.commands {
            println!("  {command}   # {what}");
        }
    }
}

async fn node(county: &County, id: Id, code: &str) -> Result<Address, TownError> {
    let data = county.town.folder_of(id);
    let listening = county.town.desk(id).status().await?.listening;
    Ok(Address {
        who: format!("党委 committee {code}"),
        grpc: format!("https://{listening}"),
        dialled: Some(format!("https://{}", county.town.endpoint_of(id))),
        office: format!("unix://{}", data.join(OFFICE_SOCKET).display()),
        data: data.display().to_string(),
    })
}

fn department(gateway: &Gateway) -> Address {
    Address {
        who: format!("组织部 department {}", gateway.code),
        grpc: format!("https://{}", gateway.address()),
        dialled: None,
        office: format!("unix://{}", gateway.socket().display()),
        data: gateway.folder().display().to_string(),
    }
}

type Commands = Vec<(&'static str, String)>;

fn at_a_node(data: &Path, other: &str, last: Quarter, moved: &str) -> Commands {
    let run = format!("cargo run -qp hongyan-node -- --data {}", data.display());
    vec![
        ("概况 how it does", format!("{run} status")),
        (
            "转往他处的案卷 cases of who moved on",
            format!("{run} flow list --state moved"),
        ),
        (
            "转往他处后的案卷 a case after a move",
            format!("{run} flow show {moved}"),
        ),
        (
            "对账 the quarter's reconciliation",
            format!("{run} reconcile show {other} --quarter {last}"),
        ),
        (
            "到对方的路 the way to the partner",
            format!("{run} partner check {other}"),
        ),
        ("应办事项 duties", format!("{run} duties")),
    ]
}

fn at_a_gateway(data: &Path, last: Quarter) -> Commands {
    let run = format!("cargo run -qp hongyan-gateway -- --data {}", data.display());
    vec![
        (
            "报数的党组织 who reports",
            format!("{run} organization list"),
        ),
        (
            "各状态人数 counts by state",
            format!("{run} statistics query --period {last} --by direction,state"),
        ),
        (
            "流向 from where to where",
            format!("{run} statistics matrix --period {last}"),
        ),
    ]
}
