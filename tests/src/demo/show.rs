//! What came of the year, for people and for machines.
#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;

use hongyan_proto::time::Quarter;
use serde_json::{Value, json};

use super::{
    Check,
    around::Around,
    carried::Carried,
    check::number,
    county::{County, WEST},
    moves::Moves,
    tally::Tally,
};
use crate::town::TownError;

/// What came of the year.
pub(super) struct Outcome<'a> {
    pub(super) history: &'a [(Quarter, Tally)],
    pub(super) carried: &'a [Carried],
    pub(super) moves: &'a Moves,
    pub(super) checks: &'a [Check],
    pub(super) around: &'a Around,
}

pub(super) async fn result(
    county: &County,
    outcome: &Outcome<'_>,
    as_json: bool,
) -> Result<(), TownError> {
    let reconciliations = reconciliations(county, outcome.history).await?;
    let last = outcome
        .history
        .last()
        .map(|(quarter, _)| quarter.to_string());
    let period = last.unwrap_or_default();
    let matrix = county.gateways[0]
        .ask(&["statistics", "matrix", "--period", &period])
        .await?;
    if as_json {
        println!("{}", for_machines(outcome, &reconciliations, &matrix));
        return Ok(());
    }
    cases(outcome.history);
    tables(&reconciliations, &matrix, &period);
    println!("\n核对 Cross-checks");
    for check in outcome.checks {
        let mark = if check.holds { "✓" } else { "✗" };
        println!("  {mark} {} ({})", check.name, check.detail);
    }
    Ok(())
}

async fn reconciliations(
    county: &County,
    history: &[(Quarter, Tally)],
) -> Result<Vec<Value>, TownError> {
    let mut reconciliations = Vec::new();
    for (quarter, _) in history {
        let [east, _] = county.desks();
        let result = east.reconciliation(WEST.0, &quarter.to_string()).await?;
        reconciliations.push(json!({
            "quarter": result.quarter, "agreed": result.agreed, "differing": result.differing,
            "onlyOutflow": result.only_outflow, "onlyInflow": result.only_inflow, "hash": result.hash,
        }));
    }
    Ok(reconciliations)
}

fn for_machines(outcome: &Outcome<'_>, reconciliations: &[Value], matrix: &Value) -> Value {
    let history = outcome.history.iter().map(|(quarter, tally)| {
        let cases = tally.iter().map(|((direction, state), count)| {
            json!({ "direction": direction, "state": state, "count": count })
        });
        json!({ "quarter": quarter.to_string(), "cases": cases.collect::<Vec<_>>() })
    });
    let history: Vec<Value> = history.collect();
    let offline = outcome.carried.iter().map(|carried| {
        let [east, west] = carried.letters;
        json!({
            "quarter": carried.quarter.to_string(), "files": carried.files,
            "lettersByFile": east + west, "fromEast": east, "fromWest": west,
        })
    });
    let offline: Vec<Value> = offline.collect();
    let checks = outcome
        .checks
        .iter()
        .map(|check| json!({ "name": check.name, "holds": check.holds, "detail": check.detail }));
    let checks: Vec<Value> = checks.collect();
    let Moves {
        moved,
        with_partner,
        at_home,
        ..
    } = outcome.moves;
    let (addresses, commands) = outcome.around.to_json();
    json!({
        "cases": history.last().map(|last| last["cases"].clone()),
        "history": history,
        "moves": { "moved": moved, "linkedWithPartner": with_partner, "linkedAtHome": at_home },
        "offline": offline,
        "reconciliations": reconciliations,
        "matrix": matrix,
        "checks": checks,
        "addresses": addresses,
        "lookAround": commands,
    })
}

/// Open cases at the end of each quarter and those that closed in it, one line a state.
fn cases(history: &[(Quarter, Tally)]) {
    println!(
        "\n案卷 Cases (两节点合计 both nodes; 结案的计入结案的季度 closed ones in their quarter)"
    );
    print!("  {:<34}", "");
    for (quarter, _) in history {
        print!("{:>9}", quarter.to_string());
    }
    println!();
    let keys: BTreeSet<_> = history.iter().flat_map(|(_, tally)| tally.keys()).collect();
    for key in keys {
        let (direction, state) = key;
        print!("  {direction:<4} {state:<29}");
        for (_, tally) in history {
            print!("{:>9}", tally.get(key).copied().unwrap_or_default());
        }
        println!();
    }
}

fn tables(reconciliations: &[Value], matrix: &Value, last: &str) {
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
            number(&cell["outflowSaid"]["value"]),
            number(&cell["inflowSaid"]["value"]),
        );
    }
}
