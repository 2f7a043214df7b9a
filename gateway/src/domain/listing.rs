//! The tree of organizations with completeness: who reported which period, when.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use hongyan_proto::{id::OrganizationCode as Code, report::Direction, time::Quarter};

use super::{
    access::{AccessError, Role, View},
    organization::Enrolled,
    query::{Count, reports},
    register::{Kept, Register},
    suppress::withhold_rows,
};

/// One organization of the tree.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its code.
    pub code: Code,
    /// The organization above it.
    pub superior: Option<Code>,
    /// Below the top of the answer.
    pub depth: u32,
    /// `None` while it is only named as a superior.
    pub enrolled: Option<Arc<Enrolled>>,
    /// Ascending by period.
    pub reports: Vec<ListedReport>,
}

/// What counts for one period.
#[derive(Clone, Debug)]
pub struct ListedReport {
    /// The report.
    pub kept: Arc<Kept>,
    /// Open cases out.
    pub out: Count,
    /// Open cases in.
    pub inn: Count,
}

/// Who reported one period.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Completeness {
    /// How many did.
    pub reported: usize,
    /// How many should.
    pub enrolled: usize,
    /// Who did not.
    pub missing: BTreeSet<Code>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Depth first, siblings by code.
    pub organizations: Vec<Listed>,
    /// By period.
    pub completeness: BTreeMap<Quarter, Completeness>,
}

/// Lists what a caller may see below `subtree`, for `periods` (empty: all that were reported).
pub fn list(
    register: &Register,
    role: &Role,
    subtree: Option<&Code>,
    periods: &BTreeSet<Quarter>,
    threshold: u64,
) -> Result<Listing, AccessError> {
    let tree = register.tree();
    let view = role.view(&tree, subtree, false)?;
    let periods = asked(register, &view, periods);
    let suppress = view.exact.is_empty().then_some(threshold);
    let mut by_code: BTreeMap<Code, Vec<ListedReport>> = BTreeMap::new();
    let mut completeness = BTreeMap::new();
    for period in periods {
        completeness.insert(period, complete(register, &view, period));
        let out = open_cases(register, &view, period, Direction::Out, suppress);
        let inn = open_cases(register, &view, period, Direction::In, suppress);
        for (index, (code, _)) in reports(register, &view, period).enumerate() {
            if let Some(kept) = register.kept(period, code) {
                let report = ListedReport {
                    kept: kept.clone(),
                    out: out[index],
                    inn: inn[index],
                };
                by_code.entry(code.clone()).or_default().push(report);
            }
        }
    }
    let organizations = tree
        .subtree(&view.top)
        .into_iter()
        .map(|(code, depth)| Listed {
            superior: tree.superior(&code).cloned(),
            enrolled: register.organizations.get(&code).cloned(),
            reports: by_code.remove(&code).unwrap_or_default(),
            code,
            depth,
        });
    Ok(Listing {
        organizations: organizations.collect(),
        completeness,
    })
}

fn asked(register: &Register, view: &View, periods: &BTreeSet<Quarter>) -> BTreeSet<Quarter> {
    if !periods.is_empty() {
        return periods.clone();
    }
    register
        .reports
        .keys()
        .copied()
        .filter(|period| reports(register, view, *period).next().is_some())
        .collect()
}

fn complete(register: &Register, view: &View, period: Quarter) -> Completeness {
    let expected = super::query::expected(register, view, period);
    let missing: BTreeSet<Code> = expected
        .iter()
        .filter(|code| register.kept(period, code).is_none())
        .cloned()
        .collect();
    Completeness {
        reported: expected.len() - missing.len(),
        enrolled: expected.len(),
        missing,
    }
}

/// Open cases per organization. Withheld as a query by organization would withhold them, so that the two cannot be held against
/// each other.
fn open_cases(
    register: &Register,
    view: &View,
    period: Quarter,
    direction: Direction,
    suppress: Option<u64>,
) -> Vec<Count> {
    let values: Vec<u64> = reports(register, view, period)
        .map(|(_, kept)| {
            let cells = kept.report.cells.iter();
            cells
                .filter(|(key, _)| key.direction == direction && !key.state.is_closed())
                .map(|(_, count)| count)
                .sum()
        })
        .collect();
    let withheld = match suppress {
        Some(threshold) => withhold_rows(&values, threshold).0,
        None => vec![false; values.len()],
    };
    values
        .into_iter()
        .zip(withheld)
        .map(|(value, withheld)| {
            if withheld {
                Count::Suppressed
            } else {
                Count::Exact(value)
            }
        })
        .collect()
}
