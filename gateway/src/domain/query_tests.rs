//! Queries against brute force.

use std::sync::Arc;

use hongyan_proto::report::{Content, Report};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    fixture::{any_register, cell, code, quarter, region, register},
    suppress::DEFAULT_THRESHOLD,
};

fn everything() -> Query {
    Query {
        periods: BTreeSet::new(),
        subtree: None,
        filter: CellFilter::default(),
        group_by: Vec::new(),
        level: RegionLevel::County,
        measures: Vec::new(),
        release: false,
    }
}

fn department(register: &Register, query: &Query) -> Result<Answer, QueryError> {
    query.answer(register, &Role::Department, DEFAULT_THRESHOLD)
}

fn exact(count: Count) -> u64 {
    match count {
        Count::Exact(value) => value,
        Count::Suppressed => panic!("suppressed"),
    }
}

/// All cells of all reports, one by one: (organization, cell, count).
fn all_cells(register: &Register) -> Vec<(Code, CellKey, u64)> {
    let reports = register.reports.values().flatten();
    reports
        .flat_map(|(code, kept)| {
            kept.report
                .cells
                .iter()
                .map(|(key, count)| (code.clone(), key.clone(), *count))
        })
        .collect()
}

proptest! {
    #[test]
    fn groups_are_the_sums_of_their_cells(register in any_register(), province in any::<bool>()) {
        let level = if province { RegionLevel::Province } else { RegionLevel::City };
        let query = Query {
            group_by: vec![Dimension::CounterpartRegion, Dimension::State, Dimension::Organization],
            level,
            ..everything()
        };
        let answer = department(&register, &query).unwrap();
        let mut expected: BTreeMap<Vec<String>, u64> = BTreeMap::new();
        for (code, key, count) in all_cells(&register) {
            let region = key.counterpart_region.as_ref().unwrap();
            let digits = if province { 2 } else { 4 };
            let rolled_up = format!("{:0<6}", &region.as_str()[..digits]);
            *expected.entry(vec![rolled_up, key.state.wire_name().into(), code.to_string()]).or_default() += count;
        }
        let found: BTreeMap<Vec<String>, u64> = answer.rows.into_iter().map(|row| (row.keys, exact(row.cases))).collect();
        prop_assert_eq!(&found, &expected);
        let total: u64 = expected.values().sum();
        prop_assert_eq!(answer.totals.iter().map(|row| exact(row.cases)).sum::<u64>(), total);
    }

    #[test]
    fn a_subtree_and_the_rest_make_the_whole(register in any_register()) {
        let total = |subtree: &str| {
            let query = Query { subtree: Some(code(subtree)), ..everything() };
            let answer = department(&register, &query).unwrap();
            answer.totals.iter().map(|row| exact(row.cases)).sum::<u64>()
        };
        prop_assert_eq!(total("CITY"), total("O0") + total("COUNTY") + total("O4") + total("FAR"));
        prop_assert_eq!(total("COUNTY"), total("O1") + total("O2"));
        let branches = department(&register, &Query { group_by: vec![Dimension::BranchOfTree], ..everything() }).unwrap();
        for row in branches.rows {
            prop_assert_eq!(exact(row.cases), total(&row.keys[0]), "{}", row.keys[0]);
        }
    }

    #[test]
    fn a_filter_is_the_same_as_looking_up_its_group(register in any_register(), state in 0..CaseState::ALL.len()) {
        let state = CaseState::ALL[state];
        let filter = CellFilter {
            states: BTreeSet::from([state]),
            counterpart_regions: BTreeSet::from([region("340000")]),
            directions: BTreeSet::from([Direction::Out]),
            ..CellFilter::default()
        };
        let answer = department(&register, &Query { filter, ..everything() }).unwrap();
        let expected: u64 = all_cells(&register)
            .into_iter()
            .filter(|(_, key, _)| key.state == state && key.direction == Direction::Out)
            .filter(|(_, key, _)| key.counterpart_region.as_ref().unwrap().as_str().starts_with("34"))
            .map(|(_, _, count)| count)
            .sum();
        prop_assert_eq!(answer.totals.iter().map(|row| exact(row.cases)).sum::<u64>(), expected);
    }

    #[test]
    fn nothing_small_leaves(register in any_register(), superior in any::<bool>()) {
        let query = Query { group_by: vec![Dimension::Organization, Dimension::State], release: !superior, ..everything() };
        let role = if superior { Role::Superior } else { Role::Department };
        let answer = query.answer(&register, &role, DEFAULT_THRESHOLD).unwrap();
        prop_assert_eq!(answer.suppressed_below, Some(DEFAULT_THRESHOLD));
        for row in answer.rows.iter().chain(&answer.totals) {
            if let Count::Exact(value) = row.cases {
                prop_assert!(value == 0 || value >= DEFAULT_THRESHOLD);
            }
        }
    }
}

fn two_reports() -> Register {
    let out = cell(Direction::Out, "320282", "341702", "O1", CaseState::Active);
    let inn = cell(Direction::In, "341702", "320282", "O0", CaseState::Active);
    let mut register = register(vec![
        BTreeMap::from([(out, 17)]),
        BTreeMap::from([(inn, 16)]),
    ]);
    for kept in register
        .reports
        .get_mut(&quarter("2026-Q3"))
        .unwrap()
        .values_mut()
    {
        let measures =
            BTreeMap::from([(Measure::NoticesSent, 9), (Measure::NoticesSentAnswered, 8)]);
        let content = Content {
            measures,
            ..Content::clone(&kept.report)
        };
        *kept = Arc::new(Kept {
            report: Report::new(content).unwrap(),
            ..Kept::clone(kept)
        });
    }
    register
}

#[test]
fn measures_add_up_by_organization_and_not_by_cell() {
    let register = two_reports();
    let measures = vec![Measure::NoticesSentAnswered, Measure::NoticesSent];
    let query = Query {
        group_by: vec![Dimension::Organization],
        measures: measures.clone(),
        ..everything()
    };
    let answer = department(&register, &query).unwrap();
    assert_eq!(answer.rows[0].measures, [Count::Exact(8), Count::Exact(9)]);
    assert_eq!(
        answer.totals[0].measures,
        [Count::Exact(16), Count::Exact(18)]
    );
    assert_eq!((answer.reports, answer.expected), (2, 2));
    let by_state = Query {
        group_by: vec![Dimension::State],
        measures: measures.clone(),
        ..everything()
    };
    assert_eq!(
        department(&register, &by_state),
        Err(QueryError::MeasureNotPerCell("notices_sent_answered"))
    );
    let filter = CellFilter {
        directions: BTreeSet::from([Direction::Out]),
        ..CellFilter::default()
    };
    let filtered = Query {
        filter,
        measures,
        ..everything()
    };
    assert_eq!(
        department(&register, &filtered),
        Err(QueryError::MeasureNotPerCell("notices_sent_answered"))
    );
}

#[test]
fn quarters_are_never_added() {
    let mut register = two_reports();
    let first = register.reports[&quarter("2026-Q3")].clone();
    register.reports.insert(quarter("2026-Q2"), first);
    let both = BTreeSet::from(["2026-Q2", "2026-Q3"].map(quarter));
    let query = Query {
        periods: both,
        ..everything()
    };
    assert_eq!(department(&register, &query), Err(QueryError::PeriodsMixed));
    let answer = department(
        &register,
        &Query {
            group_by: vec![Dimension::Period],
            ..query
        },
    )
    .unwrap();
    assert_eq!(
        answer
            .totals
            .iter()
            .map(|row| exact(row.cases))
            .collect::<Vec<_>>(),
        [33, 33]
    );
    assert_eq!(answer.expected, 4);
    let latest = department(&register, &everything()).unwrap();
    assert_eq!(latest.totals[0].keys, ["2026-Q3"]);
}

#[test]
fn nothing_reported_is_an_empty_answer() {
    let answer = department(&register(Vec::new()), &everything()).unwrap();
    assert_eq!(
        (answer.rows.len(), answer.totals.len(), answer.reports),
        (0, 0, 0)
    );
    let twice = Query {
        group_by: vec![Dimension::State, Dimension::State],
        ..everything()
    };
    assert!(matches!(
        department(&register(Vec::new()), &twice),
        Err(QueryError::Twice(_))
    ));
}
