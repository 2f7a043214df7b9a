//! J: jiaxing-2015.

use hongyan_proto::letter::Presence;

use super::{Case, check};
use crate::domain::policy::{Inspected, Measure, Meeting, Post};

const J: &[(&str, &str)] = &[("2025-01-01", "jiaxing")];
const LADDER: &str = "J 二5";

pub(super) const MEETINGS_AND_CHECKS: &[Case] = &[
    Case {
        name: "an assembly every quarter",
        clause: "J 一1",
        policies: J,
        today: "2026-07-01",
        rule: "branch-assembly",
        due: "2026-06",
        given: |t| {
            t.branch("一支部")
                .meeting("一支部", Meeting::BranchAssembly, "2026-06-30");
        },
        expected: &["done 2026-06-30 一支部 2026-06-30"],
    },
    Case {
        name: "a lecture every two months",
        clause: "J 一1",
        policies: J,
        today: "2026-05-01",
        rule: "lecture",
        due: "2026-0",
        given: |t| {
            t.branch("一支部").since("一支部", "2026-03-01").meeting(
                "一支部",
                Meeting::PartyLecture,
                "2026-04-02",
            );
        },
        expected: &[
            "done 2026-04-30 一支部 2026-04-02",
            "due 2026-06-30 一支部",
            "upcoming 2026-08-31 一支部",
        ],
    },
    Case {
        name: "a democratic-life meeting of the committee every year",
        clause: "J 一2",
        policies: J,
        today: "2026-12-01",
        rule: "democratic-life",
        due: "2026",
        given: |t| {
            t.committee("党委").branch("一支部");
        },
        expected: &["due 2026-12-31 党委"],
    },
    Case {
        name: "a party-spirit check every year",
        clause: "J 一4",
        policies: J,
        today: "2026-12-01",
        rule: "spirit-check",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .meeting("一支部", Meeting::SpiritCheck, "2026-11-11");
        },
        expected: &["done 2026-12-31 一支部 2026-11-11"],
    },
    Case {
        name: "the committee inspects every half-year",
        clause: "J 三3",
        policies: J,
        today: "2026-07-01",
        rule: "inspection-committee",
        due: "2026",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["overdue 2026-06-30 一支部", "due 2026-12-31 一支部"],
    },
    Case {
        name: "and makes a health check every year",
        clause: "J 一3",
        policies: J,
        today: "2026-07-01",
        rule: "health-check",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .inspected("一支部", Inspected::HealthCheck, "2026-02-02");
        },
        expected: &["done 2026-12-31 一支部 2026-02-02"],
    },
    Case {
        name: "a talk with each member every year",
        clause: "J 一5",
        policies: J,
        today: "2026-12-01",
        rule: "talk-members",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("赵委员", "一支部")
                .post("赵委员", Post::CommitteeMember, None)
                .member("张三", "一支部")
                .member("李四", "一支部")
                .talk(&["赵委员", "张三"], "2026-05-05");
        },
        expected: &["done 2026-12-31 张三 2026-05-05", "due 2026-12-31 李四"],
    },
    Case {
        name: "a talk between committee members every year, where there are two",
        clause: "J 一5",
        policies: J,
        today: "2026-12-01",
        rule: "talk-committee",
        due: "2026",
        given: |t| {
            t.branch("一支部").branch("二支部").branch("三支部");
            for (name, branch) in [
                ("赵委员", "一支部"),
                ("钱委员", "一支部"),
                ("孙委员", "二支部"),
                ("吴委员", "三支部"),
                ("郑委员", "三支部"),
            ] {
                t.member(name, branch)
                    .post(name, Post::CommitteeMember, None);
            }
            // A colleague of last year is none of this year.
            t.ended("郑委员", Post::CommitteeMember, "2025-12-31");
        },
        expected: &["due 2026-12-31 赵委员", "due 2026-12-31 钱委员"],
    },
];

#[test]
fn meetings_and_checks() {
    check(MEETINGS_AND_CHECKS);
}

pub(super) const ABSENCES_IN_A_ROW: &[Case] = &[
    Case {
        name: "one reminds",
        clause: LADDER,
        policies: J,
        today: "2026-01-20",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .absent("张三", "一支部", &["2026-01-10"]);
        },
        expected: &["due 2026-01-25 张三"],
    },
    Case {
        name: "two in a row warn",
        clause: LADDER,
        policies: J,
        today: "2026-02-20",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .absent("张三", "一支部", &["2026-01-10", "2026-02-10"])
                .measure("张三", Measure::Remind, "2026-01-11");
        },
        expected: &["done 2026-01-25 张三 2026-01-11", "due 2026-02-25 张三"],
    },
    Case {
        name: "three in a row are criticized",
        clause: LADDER,
        policies: J,
        today: "2026-03-11",
        rule: "absence",
        due: "2026-03",
        given: |t| {
            t.branch("一支部").member("张三", "一支部").absent(
                "张三",
                "一支部",
                &["2026-01-10", "2026-02-10", "2026-03-10"],
            );
        },
        expected: &["due 2026-03-25 张三"],
    },
    Case {
        name: "presence begins anew",
        clause: LADDER,
        policies: J,
        today: "2026-03-11",
        rule: "absence",
        due: "2026-03",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .absent("张三", "一支部", &["2026-01-10"])
                .activity("一支部", "2026-02-10", &[("张三", Presence::Remote)])
                .absent("张三", "一支部", &["2026-03-10"])
                .measure("张三", Measure::Remind, "2026-03-10");
        },
        expected: &["done 2026-03-25 张三 2026-03-10"],
    },
    Case {
        name: "leave ends a row",
        clause: LADDER,
        policies: J,
        today: "2026-03-11",
        rule: "absence",
        due: "2026-03",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .absent("张三", "一支部", &["2026-01-10"])
                .activity(
                    "一支部",
                    "2026-02-10",
                    &[("张三", Presence::AbsentWithReason)],
                )
                .absent("张三", "一支部", &["2026-03-10"]);
        },
        expected: &["due 2026-03-25 张三"],
    },
];

#[test]
fn absences_in_a_row() {
    check(ABSENCES_IN_A_ROW);
}

const SIX: &[&str] = &[
    "2026-01-10",
    "2026-02-10",
    "2026-03-10",
    "2026-04-10",
    "2026-05-10",
    "2026-06-10",
];

pub(super) const SIX_MONTHS_OF_NEGLECT: &[Case] = &[
    Case {
        name: "six months without life",
        clause: LADDER,
        policies: J,
        today: "2026-07-02",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-01-01")
                .absent("张三", "一支部", SIX)
                .paid(
                    "张三",
                    &[
                        "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06",
                    ],
                    "2026-01-05",
                );
        },
        expected: &["due 2026-07-31 张三"],
    },
    Case {
        name: "without life in months before the policy: those of the policy count",
        clause: LADDER,
        policies: &[("2026-03-01", "jiaxing")],
        today: "2026-09-02",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2010-01-01")
                .absent("张三", "一支部", SIX)
                .absent("张三", "一支部", &["2026-07-10", "2026-08-10"])
                .paid("张三", &["2026-03", "2026-06"], "2026-03-05");
        },
        expected: &["due 2026-10-01 张三"],
    },
    Case {
        name: "without a base nobody owes dues, and with one from its month on",
        clause: LADDER,
        policies: J,
        today: "2026-10-02",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部");
            for (name, asked) in [
                ("张三", None),
                ("李四", Some("2026-05")),
                ("王五", Some("2026-04")),
            ] {
                t.member(name, "一支部")
                    .joined(name, "2010-01-01")
                    .asked_from(name, asked);
            }
        },
        expected: &["due 2026-10-31 王五"],
    },
    Case {
        name: "five months are not six",
        clause: LADDER,
        policies: J,
        today: "2026-06-01",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-01-01")
                .absent("张三", "一支部", &SIX[..5])
                .paid("张三", &["2026-01"], "2026-01-05");
        },
        expected: &[],
    },
    Case {
        name: "one month with leave between them",
        clause: LADDER,
        policies: J,
        today: "2026-08-02",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-01-01")
                .absent("张三", "一支部", &SIX[..3])
                .activity(
                    "一支部",
                    "2026-04-10",
                    &[("张三", Presence::AbsentWithReason)],
                )
                .absent(
                    "张三",
                    "一支部",
                    &["2026-05-10", "2026-06-10", "2026-07-10"],
                )
                .paid("张三", &["2026-01", "2026-04", "2026-07"], "2026-01-05");
        },
        expected: &[],
    },
    Case {
        name: "six months without dues",
        clause: LADDER,
        policies: J,
        today: "2026-07-02",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-01-15");
        },
        expected: &["due 2026-07-31 张三"],
    },
    Case {
        name: "months before the policy are not held against anybody",
        clause: LADDER,
        policies: &[("2026-04-01", "jiaxing")],
        today: "2026-10-02",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2010-01-15");
        },
        expected: &["due 2026-10-31 张三"],
    },
    Case {
        name: "paid afterwards ends it",
        clause: LADDER,
        policies: J,
        today: "2026-07-20",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-01-01")
                .paid(
                    "张三",
                    &[
                        "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06",
                    ],
                    "2026-07-10",
                );
        },
        expected: &["done 2026-07-31 张三 2026-07-10"],
    },
    Case {
        name: "paid in the fifth month: no six on end",
        clause: LADDER,
        policies: J,
        today: "2026-07-20",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-01-01")
                .paid("张三", &["2026-01", "2026-02", "2026-03"], "2026-05-10");
        },
        expected: &[],
    },
    Case {
        name: "six months without assigned work",
        clause: LADDER,
        policies: J,
        today: "2026-07-02",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-01-01")
                .paid("张三", &["2026-03", "2026-06"], "2026-03-05");
            for on in SIX {
                t.refused_work("张三", on);
            }
        },
        expected: &["due 2026-07-31 张三"],
    },
    Case {
        name: "the branch's removal procedure closes it",
        clause: LADDER,
        policies: J,
        today: "2026-08-20",
        rule: "lapse",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-01-01")
                .left("张三", "2026-07-31")
                .measure("张三", Measure::Removal, "2026-07-15");
        },
        expected: &["done 2026-07-31 张三 2026-07-15"],
    },
];

#[test]
fn six_months_of_neglect() {
    check(SIX_MONTHS_OF_NEGLECT);
}
