//! Tests of `ledger`.

use super::*;

#[test]
fn a_cell_is_never_a_formula_and_keeps_its_commas() {
    assert_eq!(cell("学习党章"), "学习党章");
    assert_eq!(cell("甲, 乙"), "\"甲, 乙\"");
    assert_eq!(cell("他说\"好\""), "\"他说\"\"好\"\"\"");
    assert_eq!(cell("=1+1"), "'=1+1");
    assert_eq!(cell("-1,2"), "\"'-1,2\"");
}

#[test]
fn a_line_has_as_many_cells_as_there_are_headings() {
    let ledger = GetLedgerResponse {
        lines: vec![LedgerLine {
            sequence: 7,
            day: "2026-07-10".to_owned(),
            kind: 1,
            theme: "学习".to_owned(),
            place: "会议室".to_owned(),
            expected: 3,
            present: 2,
            absent: 1,
            ..Default::default()
        }],
        ..Default::default()
    };
    let text = csv(&ledger);
    let rows: Vec<_> = text.lines().collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        rows[1],
        "7,2026-07-10,,党员活动日,学习,,会议室,3,2,0,0,1,0,,"
    );
    assert_eq!(rows[1].split(',').count(), HEADINGS.len());
}
