//! The matrix against brute force, and both sides compared.

use proptest::prelude::*;

use super::*;
use crate::domain::{
    fixture::{any_register, cell, code, quarter, register},
    suppress::DEFAULT_THRESHOLD,
};

fn by_city() -> MatrixQuery {
    MatrixQuery {
        period: None,
        level: RegionLevel::City,
        subtree: None,
        by_organization: false,
        states: BTreeSet::new(),
        release: false,
    }
}

fn department(register: &Register, query: &MatrixQuery) -> Matrix {
    query
        .answer(register, &Role::Department, DEFAULT_THRESHOLD)
        .unwrap()
}

/// The same register with every direction turned round.
fn mirrored(register: &Register) -> Register {
    let turned = register.reports[&quarter("2026-Q3")].values().map(|kept| {
        let cells = kept
            .report
            .cells
            .iter()
            .filter(|(key, _)| key.state != CaseState::Departed);
        let turn = |(key, count): (&CellKey, &u64)| {
            let direction = match key.direction {
                Direction::Out => Direction::In,
                Direction::In => Direction::Out,
            };
            (
                CellKey {
                    direction,
                    ..key.clone()
                },
                *count,
            )
        };
        cells.map(turn).collect::<BTreeMap<_, _>>()
    });
    crate::domain::fixture::register(turned.collect())
}

proptest! {
    #[test]
    fn turning_all_directions_turns_the_matrix(register in any_register(), by_organization in any::<bool>()) {
        let query = MatrixQuery { by_organization, ..by_city() };
        let matrix = department(&register, &query);
        let turned = department(&mirrored(&register), &query);
        prop_assert_eq!(matrix.cells.len(), turned.cells.len());
        for cell in &matrix.cells {
            let other = turned.cells.iter().find(|other| other.origin == cell.destination && other.destination == cell.origin).unwrap();
            prop_assert_eq!(cell.outflow_said, other.inflow_said);
            prop_assert_eq!(cell.inflow_said, other.outflow_said);
            prop_assert_eq!(cell.difference().unwrap(), -other.difference().unwrap());
            prop_assert_eq!(cell.outflow_missing, other.inflow_missing);
        }
    }

    #[test]
    fn totals_are_the_sums_of_their_cells(register in any_register()) {
        let matrix = department(&register, &by_city());
        let value = |count| match count { Count::Exact(value) => value, Count::Suppressed => panic!("suppressed") };
        for total in &matrix.origin_totals {
            let cells = matrix.cells.iter().filter(|cell| cell.origin == total.origin);
            prop_assert_eq!(value(total.outflow_said), cells.map(|cell| value(cell.outflow_said)).sum::<u64>());
        }
        for total in &matrix.destination_totals {
            let cells = matrix.cells.iter().filter(|cell| cell.destination == total.destination);
            prop_assert_eq!(value(total.inflow_said), cells.map(|cell| value(cell.inflow_said)).sum::<u64>());
        }
        prop_assert_eq!(value(matrix.total.outflow_said), matrix.cells.iter().map(|cell| value(cell.outflow_said)).sum::<u64>());
        let by_hand: u64 = register.reports.values().flatten()
            .flat_map(|(_, kept)| &kept.report.cells)
            .filter(|(key, _)| key.direction == Direction::In && key.state.is_at_host())
            .map(|(_, count)| count).sum();
        prop_assert_eq!(value(matrix.total.inflow_said), by_hand);
    }

    #[test]
    fn a_sub_department_gets_its_own_word_exact_and_no_small_word_of_others(register in any_register()) {
        let own = ["O1", "O2", "O3"].map(code);
        let role = Role::SubDepartment(code("COUNTY"));
        let query = MatrixQuery { by_organization: true, ..by_city() };
        let seen = query.answer(&register, &role, DEFAULT_THRESHOLD).unwrap();
        let all = department(&register, &query);
        for cell in &seen.cells {
            let truth = all.cells.iter().find(|other| (&other.origin, &other.destination) == (&cell.origin, &cell.destination)).unwrap();
            let mine = |name: &str| own.iter().any(|code| code.as_str() == name);
            prop_assert!(mine(&cell.origin) || mine(&cell.destination), "only what touches the subtree");
            for (said, true_word, is_mine) in [
                (cell.outflow_said, truth.outflow_said, mine(&cell.origin)),
                (cell.inflow_said, truth.inflow_said, mine(&cell.destination)),
            ] {
                match said {
                    Count::Exact(value) => {
                        prop_assert_eq!(said, true_word);
                        prop_assert!(is_mine || value == 0 || value >= DEFAULT_THRESHOLD);
                    }
                    Count::Suppressed => prop_assert!(!is_mine, "one's own word is never withheld"),
                }
            }
        }
    }
}

#[test]
fn both_sides_are_set_side_by_side() {
    let out = cell(Direction::Out, "320282", "341702", "O3", CaseState::Active);
    let elsewhere = cell(
        Direction::Out,
        "320282",
        "340100",
        "UNKNOWN",
        CaseState::Notified,
    );
    let inn = cell(
        Direction::In,
        "341702",
        "320282",
        "O0",
        CaseState::LostContact,
    );
    let over = cell(
        Direction::In,
        "341702",
        "320282",
        "O0",
        CaseState::ClosedReturned,
    );
    let register = register(vec![
        BTreeMap::from([(out, 17), (elsewhere, 2)]),
        BTreeMap::new(),
        BTreeMap::new(),
        BTreeMap::from([(inn, 15), (over, 4)]),
    ]);
    let matrix = department(&register, &by_city());
    assert_eq!(matrix.cells.len(), 2);
    let (hefei, chizhou) = (&matrix.cells[0], &matrix.cells[1]);
    assert_eq!(
        (chizhou.origin.as_str(), chizhou.destination.as_str()),
        ("320200", "341700")
    );
    assert_eq!(
        (chizhou.outflow_said, chizhou.inflow_said),
        (Count::Exact(17), Count::Exact(15))
    );
    assert_eq!(chizhou.difference(), Some(2));
    assert_eq!((chizhou.outflow_missing, chizhou.inflow_missing), (0, 0));
    assert_eq!(
        (hefei.difference(), hefei.inflow_missing),
        (Some(2), 1),
        "the other side has not reported"
    );
    assert_eq!(matrix.total.outflow_said, Count::Exact(19));
    let departed = MatrixQuery {
        states: BTreeSet::from([CaseState::Departed]),
        ..by_city()
    };
    assert_eq!(
        departed.answer(&register, &Role::Department, 5),
        Err(QueryError::NotComparable)
    );
    let released = department(
        &register,
        &MatrixQuery {
            release: true,
            ..by_city()
        },
    );
    assert_eq!(released.cells[0].outflow_said, Count::Suppressed);
    assert_eq!(released.cells[0].difference(), None);
    assert_eq!(
        released.cells[1].outflow_said,
        Count::Suppressed,
        "or the small one would follow from the total"
    );
    assert_eq!(released.cells[1].inflow_said, Count::Exact(15));
}
