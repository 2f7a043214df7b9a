//! Rows of one file that speak of the same person, or give two people the same certificate.

use std::collections::BTreeMap;

use super::identity::{Mark, differ, marks, same_name};
use crate::office::roster_file::{Column, Problem, Row};

fn problem(column: Column, problem: String) -> Problem {
    Problem {
        column: column.title().to_owned(),
        problem,
    }
}

/// For each row what speaks against it. Of two rows that say the same the first stands; of two that contradict, neither.
pub(super) fn find(rows: &[Row]) -> BTreeMap<usize, Vec<Problem>> {
    let mut found: BTreeMap<usize, Vec<Problem>> = BTreeMap::new();
    let mut seen: BTreeMap<Mark, usize> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        for mark in marks(&row.details) {
            let Some(first) = seen.get(&mark).copied() else {
                seen.insert(mark, at);
                continue;
            };
            let earlier = &rows[first];
            let (here, there) = (row.number, earlier.number);
            let certificate = matches!(mark, Mark::Certificate(_));
            // A certificate alone does not turn one name into another, with ID numbers or without.
            let renamed = certificate && !same_name(&row.details, &earlier.details);
            if renamed || differ(&row.details, &earlier.details) {
                // Two people: of one name and month that is nothing, with one certificate it is an error.
                if certificate {
                    let say = |other: u32| {
                        let text = format!(
                            "与第 {other} 行重复, 但不是同一人 also in row {other}, for another person"
                        );
                        problem(Column::Certificate, text)
                    };
                    found.entry(at).or_default().push(say(there));
                    found.entry(first).or_default().push(say(here));
                }
                continue;
            }
            let two_units =
                matches!((&row.unit, &earlier.unit), (Some(one), Some(other)) if one != other);
            if two_units {
                let say = |other: u32| {
                    let text = format!(
                        "同一人在两个支部, 另见第 {other} 行 one person in two branches, see row {other}"
                    );
                    problem(Column::Unit, text)
                };
                found.entry(at).or_default().push(say(there));
                found.entry(first).or_default().push(say(here));
            } else {
                let (column, by) = match mark {
                    Mark::IdNumber(_) => (Column::IdNumber, "身份证号相同"),
                    Mark::Certificate(_) => (Column::Certificate, "活动证号相同"),
                    Mark::Born(..) => (Column::Name, "姓名和出生年月相同"),
                    Mark::Name(_) => (Column::Name, "姓名相同"),
                };
                let text =
                    format!("与第 {there} 行是同一人 ({by})  the same person as in row {there}");
                found.entry(at).or_default().push(problem(column, text));
            }
            // The strongest mark says enough.
            break;
        }
    }
    found
}
