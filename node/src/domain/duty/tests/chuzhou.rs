//! Z: chuzhou, and changes of policy.

use super::{Case, check};

const Z: &[(&str, &str)] = &[("2025-01-01", "chuzhou")];
const CHANGED: &[(&str, &str)] = &[("2025-01-01", "chuzhou"), ("2026-06-01", "jiaxing")];

pub(super) const FIRST_FRIDAYS: &[Case] = &[
    Case {
        name: "the first Friday of July 2026 is the 3rd",
        clause: "Z 二(一)",
        policies: Z,
        today: "2026-07-03",
        rule: "activity-day",
        due: "2026-07",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-07-31 一支部"],
    },
    Case {
        name: "not due on the 2nd",
        clause: "Z 二(一)",
        policies: Z,
        today: "2026-07-02",
        rule: "activity-day",
        due: "2026-07",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["upcoming 2026-07-31 一支部"],
    },
    Case {
        name: "the paper moves no Friday: 2 October stays",
        clause: "Z 二(一)",
        policies: Z,
        today: "2026-10-02",
        rule: "activity-day",
        due: "2026-10",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-10-31 一支部"],
    },
    Case {
        name: "no form is due up",
        clause: "Z 三(一)",
        policies: Z,
        today: "2026-07-20",
        rule: "record",
        due: "",
        given: |t| {
            t.branch("一支部").activity("一支部", "2026-07-03", &[]);
        },
        expected: &[],
    },
    Case {
        name: "no frequency of committee meetings is set",
        clause: "X 三2",
        policies: Z,
        today: "2026-07-20",
        rule: "branch-committee",
        due: "",
        given: |t| {
            t.branch("一支部");
        },
        expected: &[],
    },
];

#[test]
fn first_fridays() {
    check(FIRST_FRIDAYS);
}

pub(super) const A_POLICY_CHANGED_IN_JUNE: &[Case] = &[
    Case {
        name: "May stays with the old one",
        clause: "Z 二(一)",
        policies: CHANGED,
        today: "2026-07-20",
        rule: "activity-day",
        due: "2026-0",
        given: |t| {
            t.branch("一支部").since("一支部", "2026-04-15");
        },
        expected: &["overdue 2026-05-31 一支部"],
    },
    Case {
        name: "June is the new one's month",
        clause: "J 一1",
        policies: CHANGED,
        today: "2026-07-20",
        rule: "branch-committee",
        due: "2026-0",
        given: |t| {
            t.branch("一支部");
        },
        expected: &[
            "overdue 2026-06-30 一支部",
            "due 2026-07-31 一支部",
            "upcoming 2026-08-31 一支部",
            "upcoming 2026-09-30 一支部",
        ],
    },
    Case {
        name: "the quarter begun before it is not",
        clause: "J 一1",
        policies: CHANGED,
        today: "2026-07-20",
        rule: "branch-assembly",
        due: "2026",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-09-30 一支部", "upcoming 2026-12-31 一支部"],
    },
    Case {
        name: "nor the year",
        clause: "J 一4",
        policies: CHANGED,
        today: "2026-07-20",
        rule: "spirit-check",
        due: "",
        given: |t| {
            t.branch("一支部");
        },
        expected: &[],
    },
    Case {
        name: "absences under the old one are not counted by the new one",
        clause: "J 二5",
        policies: CHANGED,
        today: "2026-07-20",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部").member("张三", "一支部").absent(
                "张三",
                "一支部",
                &["2026-04-03", "2026-05-08", "2026-06-05"],
            );
        },
        expected: &["overdue 2026-06-20 张三"],
    },
];

#[test]
fn a_policy_changed_in_june() {
    check(A_POLICY_CHANGED_IN_JUNE);
}
