//! Small cells: which numbers of a table are withheld so that no small one can be worked out from the others.
//!
//! A table with totals is a network in which counts flow round: whole → origin → destination → whole. Every published total is
//! a node at which what comes in goes out, so whoever knows some numbers knows exactly what such a network allows. A small
//! count is safe when, as far as the published numbers tell, it could be at least as large as the threshold: when there is a way
//! round the network, over withheld counts only, along which that much more could flow.

use std::{cmp::Reverse, collections::BinaryHeap};

/// A count of 1 to one less than this is small, unless the gateway is configured otherwise.
pub const DEFAULT_THRESHOLD: u64 = 5;

/// One number of a table: a cell or a total.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Flow {
    /// Node it comes from.
    pub from: usize,
    /// Node it goes to.
    pub to: usize,
    /// How many.
    pub value: u64,
}

/// Which of the numbers to withhold. `flows` must balance: at every node as much comes in as goes out.
///
/// Zeros are never withheld: an empty cell is no person. Among the ways to protect a small count the one that costs least is
/// taken, that is, withholds the smallest further numbers.
pub fn withhold(flows: &[Flow], threshold: u64) -> Vec<bool> {
    let small = |flow: &Flow| flow.value > 0 && flow.value < threshold;
    let mut withheld: Vec<bool> = flows.iter().map(small).collect();
    let network = Network::new(flows);
    let mut order: Vec<usize> = (0..flows.len()).filter(|index| withheld[*index]).collect();
    // The smallest needs the most room; what protects it then often protects the others for nothing.
    order.sort_by_key(|index| flows[*index].value);
    for index in order {
        for further in network.way_round(index, threshold - flows[index].value, &withheld) {
            withheld[further] = true;
        }
    }
    withheld
}

/// Rows with one total: which rows to withhold, and whether the total too.
pub fn withhold_rows(values: &[u64], threshold: u64) -> (Vec<bool>, bool) {
    let mut flows: Vec<Flow> = values
        .iter()
        .map(|value| Flow {
            from: 0,
            to: 1,
            value: *value,
        })
        .collect();
    flows.push(Flow {
        from: 1,
        to: 0,
        value: values.iter().sum(),
    });
    let mut withheld = withhold(&flows, threshold);
    let total = withheld.pop().unwrap_or(false);
    (withheld, total)
}

/// The cost of reaching a node, and by which flow from which node.
type Reached = (u64, Option<(usize, usize)>);

struct Network<'a> {
    flows: &'a [Flow],
    /// Per node the flows that touch it, zeros left out.
    touching: Vec<Vec<usize>>,
}

impl<'a> Network<'a> {
    fn new(flows: &'a [Flow]) -> Self {
        let nodes = flows
            .iter()
            .map(|flow| flow.from.max(flow.to) + 1)
            .max()
            .unwrap_or(0);
        let mut touching = vec![Vec::new(); nodes];
        for (index, flow) in flows.iter().enumerate().filter(|(_, flow)| flow.value > 0) {
            touching[flow.from].push(index);
            touching[flow.to].push(index);
        }
        Self { flows, touching }
    }

    /// The flows of the cheapest way by which `more` could flow on top of flow `around`. What is withheld already costs
    /// nothing; another number costs what it counts. A number may grow without limit, and shrink as long as one is left.
    fn way_round(&self, around: usize, more: u64, withheld: &[bool]) -> Vec<usize> {
        let (start, goal) = (self.flows[around].to, self.flows[around].from);
        let mut best: Vec<Option<Reached>> = vec![None; self.touching.len()];
        let mut open = BinaryHeap::from([Reverse((0_u64, start))]);
        best[start] = Some((0, None));
        while let Some(Reverse((cost, node))) = open.pop() {
            if node == goal {
                break;
            }
            if best[node].is_some_and(|(known, _)| known < cost) {
                continue;
            }
            for &index in &self.touching[node] {
                let flow = self.flows[index];
                let forward = flow.from == node;
                if index == around || (!forward && flow.value <= more) {
                    continue;
                }
                let next = if forward { flow.to } else { flow.from };
                let cost = cost.saturating_add(if withheld[index] { 0 } else { flow.value });
                if best[next].is_none_or(|(known, _)| cost < known) {
                    best[next] = Some((cost, Some((index, node))));
                    open.push(Reverse((cost, next)));
                }
            }
        }
        let mut way = Vec::new();
        let mut node = goal;
        while let Some((_, Some((index, previous)))) = best[node] {
            way.push(index);
            node = previous;
        }
        way
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const THRESHOLD: u64 = 3;
    /// The largest number the attacker tries for a withheld cell. Larger than any cell that is drawn plus the threshold.
    const TRIED: u64 = 9;

    /// A table of cells as (origin, destination), with its totals: rows, columns, whole.
    fn table(rows: usize, columns: usize, cells: &[u64]) -> Vec<Flow> {
        let (source, sink) = (rows + columns, rows + columns + 1);
        let cell = |row: usize, column: usize| cells[row * columns + column];
        let mut flows = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                flows.push(Flow {
                    from: row,
                    to: rows + column,
                    value: cell(row, column),
                });
            }
        }
        for row in 0..rows {
            flows.push(Flow {
                from: source,
                to: row,
                value: (0..columns).map(|column| cell(row, column)).sum(),
            });
        }
        for column in 0..columns {
            flows.push(Flow {
                from: rows + column,
                to: sink,
                value: (0..rows).map(|row| cell(row, column)).sum(),
            });
        }
        flows.push(Flow {
            from: sink,
            to: source,
            value: cells.iter().sum(),
        });
        flows
    }

    /// Every table an attacker cannot rule out, tried one by one: published numbers fit, withheld ones are at least 1.
    /// Returns the largest value each cell has in any of them.
    fn largest_possible(
        rows: usize,
        columns: usize,
        flows: &[Flow],
        withheld: &[bool],
    ) -> Vec<u64> {
        let cells = rows * columns;
        let mut largest = vec![0; flows.len()];
        let mut tried: Vec<u64> = (0..cells)
            .map(|index| {
                if withheld[index] {
                    1
                } else {
                    flows[index].value
                }
            })
            .collect();
        loop {
            let candidate = table(rows, columns, &tried);
            let fits = |index: usize| {
                if withheld[index] {
                    candidate[index].value >= 1
                } else {
                    candidate[index].value == flows[index].value
                }
            };
            if (0..flows.len()).all(fits) {
                for (largest, flow) in largest.iter_mut().zip(&candidate) {
                    *largest = (*largest).max(flow.value);
                }
            }
            let Some(next) = (0..cells).find(|index| withheld[*index] && tried[*index] < TRIED)
            else {
                return largest;
            };
            for index in (0..next).filter(|index| withheld[*index]) {
                tried[index] = 1;
            }
            tried[next] += 1;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

        #[test]
        fn no_small_number_can_be_worked_out(cells in proptest::collection::vec(0_u64..=5, 6)) {
            let (rows, columns) = (2, 3);
            let flows = table(rows, columns, &cells);
            let withheld = withhold(&flows, THRESHOLD);
            let largest = largest_possible(rows, columns, &flows, &withheld);
            for (index, flow) in flows.iter().enumerate() {
                if flow.value > 0 && flow.value < THRESHOLD {
                    prop_assert!(withheld[index], "{index} of {flows:?}");
                    prop_assert!(largest[index] >= THRESHOLD, "{index} is at most {} of {flows:?}, withheld {withheld:?}", largest[index]);
                }
                prop_assert!(flow.value > 0 || !withheld[index], "a zero is told");
            }
        }

        #[test]
        fn rows_cannot_be_worked_out_from_their_total(values in proptest::collection::vec(0_u64..40, 1..12), threshold in 2_u64..8) {
            let (rows, total) = withhold_rows(&values, threshold);
            let hidden: Vec<u64> = values.iter().zip(&rows).filter(|(_, hidden)| **hidden).map(|(value, _)| *value).collect();
            for (value, hidden) in values.iter().zip(&rows) {
                prop_assert!(*hidden || *value == 0 || *value >= threshold);
            }
            if !total && hidden.iter().any(|value| *value < threshold) {
                // The attacker knows the sum of the hidden rows, and that each is at least one.
                let most = hidden.iter().sum::<u64>() - (hidden.len() as u64 - 1);
                prop_assert!(hidden.len() >= 2 && most >= threshold, "{values:?} {rows:?}");
            }
            prop_assert!(total || values.iter().sum::<u64>() >= threshold || values.iter().sum::<u64>() == 0);
        }
    }

    #[test]
    fn nothing_small_nothing_withheld() {
        assert_eq!(
            withhold_rows(&[5, 0, 17], 5),
            (vec![false, false, false], false)
        );
    }

    #[test]
    fn one_small_row_takes_the_next_smallest_with_it() {
        assert_eq!(
            withhold_rows(&[90, 3, 40, 12], 5),
            (vec![false, true, false, true], false)
        );
    }

    #[test]
    fn two_rows_of_one_are_not_safe_behind_their_sum() {
        let (rows, total) = withhold_rows(&[1, 1, 50], 5);
        assert_eq!((rows, total), (vec![true, true, true], false));
    }

    #[test]
    fn a_lone_small_row_takes_its_total_with_it() {
        assert_eq!(withhold_rows(&[3], 5), (vec![true], true));
        assert_eq!(withhold_rows(&[3, 0], 5), (vec![true, false], true));
    }

    #[test]
    fn a_cell_between_two_safe_pairs_is_not_left_open() {
        // Each line has two withheld cells or none, yet the middle one would follow from the totals: line by line is not enough.
        let cells = [9, 9, 0, 0, 9, 9, 2, 0, 0, 0, 9, 9, 0, 0, 9, 9];
        let flows = table(4, 4, &cells);
        let withheld = withhold(&flows, 5);
        assert!(withheld[6]);
        let network = Network::new(&flows);
        assert!(
            network
                .way_round(6, 3, &withheld)
                .iter()
                .all(|index| withheld[*index])
        );
    }
}
