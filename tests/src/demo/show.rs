//! What came of the year, for people and for machines.
#![allow(clippy::print_stdout)]

use hongyan_proto::time::Quarter;
use serde_json::{Value, json};

use super::{
    Check, check,
    county::{County, WEST},
};
use crate::town::TownError;

pub(super) async fn result(
    county: &County,
    quarters: &[Quarter],
    last: Quarter,
    (tally, checks): (&check::Tally, &[Check]),
    as_json: bool,
) -> Result<(), TownError> {
    let mut reconciliations = Vec::new();
    for quarter in quarters {
        let result = county.desks()[0]
            .reconciliation(WEST.0, &quarter.to_string())
            .await?;
        reconciliations.push(json!({
            "quarter": result.quarter, "agreed": result.agreed, "differing": result.differing,
            "onlyOutflow": result.only_outflow, "onlyInflow": result.only_inflow, "hash": result.hash,
        }));
    }
    let matrix = county.gateways[0]
        .ask(&["statistics", "matrix", "--period", &last.to_string()])
        .await?;
    if as_json {
        let cases: Vec<Value> = tally
            .iter()
            .map(|((direction, state), count)| json!({ "direction": direction, "state": state, "count": count }))
            .collect();
        let checks: Vec<Value> = checks
            .iter()
            .map(
                |check| json!({ "name": check.name, "holds": check.holds, "detail": check.detail }),
            )
            .collect();
        let all = json!({ "cases": cases, "reconciliations": reconciliations, "matrix": matrix, "checks": checks });
        println!("{all}");
        return Ok(());
    }
    println!("\n案卷 Cases (两节点合计 both nodes)");
    for ((direction, state), count) in tally {
        println!("  {direction:<4} {state:<28} {count:>5}");
    }
    tables(&reconciliations, &matrix, last);
    println!("\n核对 Cross-checks");
    for check in checks {
        println!(
            "  {} {} ({})",
            if check.holds { "✓" } else { "✗" },
            check.name,
            check.detail
        );
    }
    Ok(())
}

fn tables(reconciliations: &[Value], matrix: &Value, last: Quarter) {
    println!("\n对账 Reconciliation");
    for row in reconciliations {
        println!(
            "  {}  一致 agreed {:>4}  不一致 differing {:>3}  仅流出地 only home {:>3}  仅流入地 only host {:>3}",
            row["quarter"].as_str().unwrap_or_default(),
            row["agreed"],
            row["differing"],
            row["onlyOutflow"],
            row["onlyInflow"],
        );
    }
    println!("\n流向 Matrix {last} (流出地报 home said / 流入地报 host said)");
    for cell in matrix["cells"].as_array().into_iter().flatten() {
        println!(
            "  {} → {}  {:>5} / {:>5}",
            cell["origin"].as_str().unwrap_or_default(),
            cell["destination"].as_str().unwrap_or_default(),
            check::number(&cell["outflowSaid"]["value"]),
            check::number(&cell["inflowSaid"]["value"]),
        );
    }
}

/// How to go on by hand while everything is up.
pub(super) fn look_around(county: &County) {
    println!("\n随便看看 Look around (Ctrl-C 结束 to stop):");
    for id in [county.east, county.west] {
        let folder = county.town.folder_of(id);
        println!(
            "  cargo run -p hongyan-node -- --data {} status",
            folder.display()
        );
        println!(
            "  cargo run -p hongyan-node -- --data {} flow list",
            folder.display()
        );
    }
    for gateway in &county.gateways {
        let folder = gateway.folder().display();
        println!(
            "  cargo run -p hongyan-gateway -- --data {folder} organization list   # {}",
            gateway.ready()
        );
    }
}
