//! From where to where, by what both sides say.
//!
//! A flow from A to B is counted twice: by the reports of A's organizations with direction out, and by the reports of B's with
//! direction in. The matrix sets the two side by side. It never decides who is right.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::OrganizationCode as Code,
    report::{CaseState, CellKey, Direction},
    time::Quarter,
};

use super::{
    access::{Role, View},
    query::{Count, MAX_ROWS, QueryError, periods, reports},
    region::RegionLevel,
    register::Register,
    suppress::{Flow, withhold},
};

/// A question for a matrix.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MatrixQuery {
    /// `None`: the latest that was reported in the subtree.
    pub period: Option<Quarter>,
    /// How finely regions are told apart.
    pub level: RegionLevel,
    /// Organizations on either side of a flow; `None`: all the caller may see.
    pub subtree: Option<Code>,
    /// Pairs of organizations instead of regions.
    pub by_organization: bool,
    /// Empty: the states in which the member is, or is said to be, at the host.
    pub states: BTreeSet<CaseState>,
    /// Suppress small cells as for handing the answer on.
    pub release: bool,
}

/// What both sides say about one pair, or about a total.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MatrixCell {
    /// Region or organization of the outflow side; empty in a total over all.
    pub origin: String,
    /// Region or organization of the inflow side; empty in a total over all.
    pub destination: String,
    /// By the outflow side's word.
    pub outflow_said: Count,
    /// By the inflow side's word.
    pub inflow_said: Count,
    /// Organizations of the outflow side that the inflow side names and whose report is not in.
    pub outflow_missing: usize,
    /// Organizations of the inflow side that the outflow side names and whose report is not in.
    pub inflow_missing: usize,
}

impl MatrixCell {
    /// What the outflow side says more than the inflow side; `None` when either is not told.
    pub fn difference(&self) -> Option<i64> {
        match (self.outflow_said, self.inflow_said) {
            (Count::Exact(out), Count::Exact(inn)) => {
                let wide = i128::from(out) - i128::from(inn);
                // Counts are at most 10,000,000 a cell; a sum that leaves i64 cannot come from a disk that exists.
                i64::try_from(wide).ok()
            }
            _ => None,
        }
    }
}

/// The matrix.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Matrix {
    /// `None` when nothing was reported yet.
    pub period: Option<Quarter>,
    /// Ascending by (origin, destination).
    pub cells: Vec<MatrixCell>,
    /// Per origin.
    pub origin_totals: Vec<MatrixCell>,
    /// Per destination.
    pub destination_totals: Vec<MatrixCell>,
    /// The whole.
    pub total: MatrixCell,
    /// The threshold, when small cells were suppressed.
    pub suppressed_below: Option<u64>,
}

/// One side's word about one pair: what the caller may see exactly, and the rest.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    exact: u64,
    rest: u64,
}

/// Everything about one pair.
#[derive(Clone, Debug, Default)]
struct Pair {
    outflow: Said,
    inflow: Said,
    outflow_missing: BTreeSet<Code>,
    inflow_missing: BTreeSet<Code>,
}

type Pairs = BTreeMap<(String, String), Pair>;

impl MatrixQuery {
    /// Answers it for a caller.
    pub fn answer(
        &self,
        register: &Register,
        role: &Role,
        threshold: u64,
    ) -> Result<Matrix, QueryError> {
        if self.states.contains(&CaseState::Departed) {
            return Err(QueryError::NotComparable);
        }
        let view = role.view(&register.tree(), self.subtree.as_ref(), self.release)?;
        let period = match self.period {
            Some(period) => Some(period),
            None => periods(register, &view, &BTreeSet::new()).first().copied(),
        };
        let pairs = match period {
            Some(period) => self.pairs(register, &view, period)?,
            None => Pairs::new(),
        };
        let told = Told::new(&pairs, threshold);
        let suppresses = pairs
            .values()
            .any(|pair| pair.outflow.rest + pair.inflow.rest > 0)
            || view.exact.is_empty();
        Ok(told.matrix(&pairs, period, suppresses.then_some(threshold)))
    }

    fn pairs(
        &self,
        register: &Register,
        view: &View,
        period: Quarter,
    ) -> Result<Pairs, QueryError> {
        let everyone = View {
            organizations: register.organizations.keys().cloned().collect(),
            ..view.clone()
        };
        let mut pairs = Pairs::new();
        for (code, kept) in reports(register, &everyone, period) {
            let own = view.organizations.contains(code);
            let exact = view.exact.contains(code);
            for (key, count) in &kept.report.cells {
                let Some(other) = key
                    .counterpart_organization
                    .as_ref()
                    .filter(|_| self.compares(key.state))
                else {
                    continue;
                };
                // Of organizations that were not asked for, only what they say about one that was.
                if !own && !view.organizations.contains(other) {
                    continue;
                }
                let pair = pairs.entry(self.pair_of(code, other, key)).or_default();
                let missing = register.kept(period, other).is_none();
                let (said, missing_there) = match key.direction {
                    Direction::Out => (&mut pair.outflow, &mut pair.inflow_missing),
                    Direction::In => (&mut pair.inflow, &mut pair.outflow_missing),
                };
                *(if exact {
                    &mut said.exact
                } else {
                    &mut said.rest
                }) += count;
                if missing {
                    missing_there.insert(other.clone());
                }
                if pairs.len() > MAX_ROWS {
                    return Err(QueryError::TooManyRows);
                }
            }
        }
        Ok(pairs)
    }

    fn compares(&self, state: CaseState) -> bool {
        if self.states.is_empty() {
            state.is_at_host()
        } else {
            self.states.contains(&state)
        }
    }

    /// (origin, destination) of a cell.
    fn pair_of(&self, code: &Code, other: &Code, key: &CellKey) -> (String, String) {
        let (own, counterpart) = if self.by_organization {
            (code.to_string(), other.to_string())
        } else {
            let region = key
                .counterpart_region
                .as_ref()
                .map(|region| self.level.of(region).to_string());
            (
                self.level.of(&key.own_region).to_string(),
                region.unwrap_or_default(),
            )
        };
        match key.direction {
            Direction::Out => (own, counterpart),
            Direction::In => (counterpart, own),
        }
    }
}

/// Which numbers of the matrix are withheld, for each side's word.
struct Told {
    origins: Vec<String>,
    destinations: Vec<String>,
    outflow: Vec<bool>,
    inflow: Vec<bool>,
}

impl Told {
    fn new(pairs: &Pairs, threshold: u64) -> Self {
        let origins: Vec<String> = pairs
            .keys()
            .map(|(origin, _)| origin.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let destinations: Vec<String> = pairs
            .keys()
            .map(|(_, destination)| destination.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut told = Self {
            origins,
            destinations,
            outflow: Vec::new(),
            inflow: Vec::new(),
        };
        told.outflow = withhold(&told.flows(pairs, |pair| pair.outflow.rest), threshold);
        told.inflow = withhold(&told.flows(pairs, |pair| pair.inflow.rest), threshold);
        told
    }

    /// The part that is not exact, as a network: pairs, then origins, then destinations, then the whole. What the caller
    /// knows exactly is left out: it can be subtracted and protects nothing.
    fn flows(&self, pairs: &Pairs, rest: impl Fn(&Pair) -> u64) -> Vec<Flow> {
        let (source, sink) = (
            self.origins.len() + self.destinations.len(),
            self.origins.len() + self.destinations.len() + 1,
        );
        let mut by_origin = vec![0; self.origins.len()];
        let mut by_destination = vec![0; self.destinations.len()];
        let mut flows = Vec::with_capacity(pairs.len() + source + 1);
        for ((origin, destination), pair) in pairs {
            let (from, to) = (
                place(&self.origins, origin),
                place(&self.destinations, destination),
            );
            let value = rest(pair);
            by_origin[from] += value;
            by_destination[to] += value;
            flows.push(Flow {
                from,
                to: self.origins.len() + to,
                value,
            });
        }
        let whole = by_origin.iter().sum();
        flows.extend(by_origin.into_iter().enumerate().map(|(to, value)| Flow {
            from: source,
            to,
            value,
        }));
        let destinations = by_destination.into_iter().enumerate();
        flows.extend(destinations.map(|(from, value)| Flow {
            from: self.origins.len() + from,
            to: sink,
            value,
        }));
        flows.push(Flow {
            from: sink,
            to: source,
            value: whole,
        });
        flows
    }

    fn matrix(
        &self,
        pairs: &Pairs,
        period: Option<Quarter>,
        suppressed_below: Option<u64>,
    ) -> Matrix {
        let cells = pairs.iter().enumerate();
        let cells = cells
            .map(|(index, ((origin, destination), pair))| {
                self.cell(index, origin, destination, [pair])
            })
            .collect();
        let totals = |offset: usize,
                      names: &[String],
                      of: &dyn Fn(&(String, String)) -> bool,
                      index: usize| {
            let group = pairs
                .iter()
                .filter(|(key, _)| of(key))
                .map(|(_, pair)| pair);
            let name = names.get(index).map_or("", String::as_str);
            (offset + index, name.to_owned(), group.collect::<Vec<_>>())
        };
        let origin_totals = (0..self.origins.len()).map(|index| {
            let (at, name, group) = totals(
                pairs.len(),
                &self.origins,
                &|key| key.0 == self.origins[index],
                index,
            );
            self.cell(at, &name, "", group)
        });
        let after_origins = pairs.len() + self.origins.len();
        let destination_totals = (0..self.destinations.len()).map(|index| {
            let (at, name, group) = totals(
                after_origins,
                &self.destinations,
                &|key| key.1 == self.destinations[index],
                index,
            );
            self.cell(at, "", &name, group)
        });
        Matrix {
            period,
            cells,
            origin_totals: origin_totals.collect(),
            destination_totals: destination_totals.collect(),
            total: self.cell(
                after_origins + self.destinations.len(),
                "",
                "",
                pairs.values(),
            ),
            suppressed_below,
        }
    }

    /// The number at place `at` of the network: the sum of a group of pairs.
    fn cell<'a>(
        &self,
        at: usize,
        origin: &str,
        destination: &str,
        group: impl IntoIterator<Item = &'a Pair>,
    ) -> MatrixCell {
        let (mut outflow, mut inflow) = (0, 0);
        let (mut outflow_missing, mut inflow_missing) = (BTreeSet::new(), BTreeSet::new());
        for pair in group {
            outflow += pair.outflow.exact + pair.outflow.rest;
            inflow += pair.inflow.exact + pair.inflow.rest;
            outflow_missing.extend(&pair.outflow_missing);
            inflow_missing.extend(&pair.inflow_missing);
        }
        let told = |withheld: &[bool], value| {
            if withheld[at] {
                Count::Suppressed
            } else {
                Count::Exact(value)
            }
        };
        MatrixCell {
            origin: origin.to_owned(),
            destination: destination.to_owned(),
            outflow_said: told(&self.outflow, outflow),
            inflow_said: told(&self.inflow, inflow),
            outflow_missing: outflow_missing.len(),
            inflow_missing: inflow_missing.len(),
        }
    }
}

/// Where a name stands in its sorted list, which was made from all names there are.
fn place(names: &[String], name: &String) -> usize {
    names.binary_search(name).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "matrix_tests.rs"]
mod tests;
