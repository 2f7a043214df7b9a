//! Which member each row of a file is: what one row alone would be may be another matter beside its other rows.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::id::MemberId;

use super::identity::{Index, full, only_name};
use crate::office::roster_file::{Column, Problem, Row};

/// The member that a row is, none when it is a new one; or why that cannot be told.
pub(super) type Found = Result<Option<MemberId>, Box<Problem>>;

/// Every row's.
pub(super) fn find(rows: &[Row], index: &Index) -> Vec<Found> {
    let found = rows.iter().map(|row| index.find(&row.details));
    let found = found.map(|found| match found {
        Ok(member) => Ok(member.map(|member| member.member_id)),
        Err(problem) => Err(Box::new(problem)),
    });
    let mut found: Vec<_> = found.collect();
    let alone: BTreeSet<String> = rows
        .iter()
        .filter_map(|row| only_name(&row.details))
        .collect();
    // Only of the few names that stand alone somewhere: a large roster is not to be in memory twice.
    let named = rows.iter().filter(|row| only_name(&row.details).is_none());
    let named = named.filter_map(|row| Some((row.details.name.as_ref()?.as_str(), row.number)));
    let named: BTreeMap<&str, u32> = named.filter(|(name, _)| alone.contains(*name)).collect();
    let mut meant: BTreeMap<MemberId, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        match found[at] {
            Ok(Some(id)) => meant.entry(id).or_default().push(at),
            Ok(None) => {
                let name = only_name(&row.details);
                let other = name.and_then(|name| named.get(name.as_str()));
                if let Some(other) = other {
                    found[at] = namesake(*other);
                }
            }
            Err(_) => {}
        }
    }
    for several in meant.values().filter(|rows| rows.len() > 1) {
        let numbers: BTreeSet<_> = several
            .iter()
            .filter_map(|at| full(&rows[*at].details))
            .collect();
        // Two people for certain: the roster knows too little of that member to say which of them it is.
        let two = numbers.len() > 1;
        for (place, at) in several.iter().enumerate().skip(usize::from(!two)) {
            let other = rows[several[usize::from(place == 0)]].number;
            found[*at] = if two { either(other) } else { same(other) };
        }
    }
    found
}

fn refused(problem: String) -> Found {
    Err(Box::new(Problem {
        column: Column::Name.title().to_owned(),
        problem,
    }))
}

fn either(other: u32) -> Found {
    refused(format!(
        "名册中的同名党员身份不全, 本行与第 {other} 行都可能是他; 请先只导入其中一人, 或在名册中补全他的身份证号 the roster knows too little of that member to tell whether it is this row or row {other}: import the right one first"
    ))
}

fn same(other: u32) -> Found {
    refused(format!(
        "按名册与第 {other} 行是同一名党员; 如是两人, 请写明身份证号 by the roster the same member as in row {other}: if they are two people give the ID numbers"
    ))
}

fn namesake(other: u32) -> Found {
    refused(format!(
        "与第 {other} 行同名, 请补充身份证号、活动证号或出生年月以区分 the name of row {other}: give the ID number, certificate or month of birth"
    ))
}
