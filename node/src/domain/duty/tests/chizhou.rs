//! C: chizhou-2017.

use hongyan_proto::letter::Presence;

use super::{Case, check};
use crate::domain::policy::Measure;

const C: &[(&str, &str)] = &[("2025-01-01", "chizhou")];
const LADDER: &str = "C 四2";

pub(super) const THE_DAY_THE_PLAN_AND_THE_FORM: &[Case] = &[
    // 5 September 2026 is a Saturday and no statutory holiday.
    Case {
        name: "a plain Saturday stays",
        clause: "C 二1",
        policies: C,
        today: "2026-09-05",
        rule: "activity-day",
        due: "2026-09",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-09-30 一支部"],
    },
    // 5 October is a holiday until the 7th; the 8th is the first free day.
    Case {
        name: "National Day moves the 5th to the 8th",
        clause: "C 二1",
        policies: C,
        today: "2026-10-07",
        rule: "activity-day",
        due: "2026-10",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["upcoming 2026-10-31 一支部"],
    },
    Case {
        name: "and it is due on the 8th",
        clause: "C 二1",
        policies: C,
        today: "2026-10-08",
        rule: "activity-day",
        due: "2026-10",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-10-31 一支部"],
    },
    Case {
        name: "the 10th will do, a Saturday that is worked",
        clause: "C 二1",
        policies: C,
        today: "2026-10-20",
        rule: "activity-day",
        due: "2026-10",
        given: |t| {
            t.branch("一支部").activity("一支部", "2026-10-10", &[]);
        },
        expected: &["done 2026-10-31 一支部 2026-10-10"],
    },
    Case {
        name: "a plan of 12 filed by 25 March",
        clause: "C 四1",
        policies: C,
        today: "2026-03-26",
        rule: "plan",
        due: "2026",
        given: |t| {
            t.branch("一支部").plan("一支部", 2026, "2026-03-25", 12);
        },
        expected: &["done 2026-03-25 一支部 2026-03-25"],
    },
    Case {
        name: "a plan of 11 is none",
        clause: "C 四1",
        policies: C,
        today: "2026-03-26",
        rule: "plan",
        due: "2026",
        given: |t| {
            t.branch("一支部").plan("一支部", 2026, "2026-03-01", 11);
        },
        expected: &["overdue 2026-03-25 一支部"],
    },
    Case {
        name: "amended to 12 in April is late",
        clause: "C 四1",
        policies: C,
        today: "2026-05-01",
        rule: "plan",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .plan("一支部", 2026, "2026-03-01", 11)
                .plan("一支部", 2026, "2026-04-02", 12);
        },
        expected: &["done late 2026-03-25 一支部 2026-04-02"],
    },
    Case {
        name: "last year's plan is not this year's",
        clause: "C 四1",
        policies: C,
        today: "2026-03-20",
        rule: "plan",
        due: "2026",
        given: |t| {
            t.branch("一支部").plan("一支部", 2025, "2025-03-01", 12);
        },
        expected: &["due 2026-03-25 一支部"],
    },
    Case {
        name: "the form goes up on the third day",
        clause: "C 附件",
        policies: C,
        today: "2026-04-20",
        rule: "record",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .form_up("一支部", "2026-04-10", "2026-04-13");
        },
        expected: &["done 2026-04-13 一支部 2026-04-13"],
    },
    Case {
        name: "on the fourth it is late",
        clause: "C 附件",
        policies: C,
        today: "2026-04-20",
        rule: "record",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .form_up("一支部", "2026-04-10", "2026-04-14");
        },
        expected: &["done late 2026-04-13 一支部 2026-04-14"],
    },
    Case {
        name: "a leap day counts: held on 27 February 2024's like in 2026 without one",
        clause: "C 附件",
        policies: C,
        today: "2026-03-02",
        rule: "record",
        due: "2026",
        given: |t| {
            t.branch("一支部").activity("一支部", "2026-02-27", &[]);
        },
        expected: &["due 2026-03-02 一支部"],
    },
];

#[test]
fn the_day_the_plan_and_the_form() {
    check(THE_DAY_THE_PLAN_AND_THE_FORM);
}

pub(super) const MOVED_BY_PLAN: &[Case] = &[
    Case {
        name: "a plan that names another day moves the activity day of its month",
        clause: "C 二1",
        policies: C,
        today: "2026-11-12",
        rule: "activity-day",
        due: "2026-11",
        given: |t| {
            t.branch("一支部")
                .branch("二支部")
                .planned("一支部", "2026-11-17");
        },
        // The rule's days are the 5th and the 10th.
        expected: &["upcoming 2026-11-30 一支部", "due 2026-11-30 二支部"],
    },
    Case {
        name: "on the day that the plan names it is due",
        clause: "C 二1",
        policies: C,
        today: "2026-11-17",
        rule: "activity-day",
        due: "2026-11",
        given: |t| {
            t.branch("一支部").planned("一支部", "2026-11-17");
        },
        expected: &["due 2026-11-30 一支部"],
    },
    Case {
        name: "a plan of October says nothing of November",
        clause: "C 二1",
        policies: C,
        today: "2026-11-12",
        rule: "activity-day",
        due: "2026-11",
        given: |t| {
            t.branch("一支部").planned("一支部", "2026-10-20");
        },
        expected: &["due 2026-11-30 一支部"],
    },
];

#[test]
fn moved_by_a_plan() {
    check(MOVED_BY_PLAN);
}

pub(super) const ABSENCES_IN_A_YEAR: &[Case] = &[
    Case {
        name: "two absences call for nothing",
        clause: LADDER,
        policies: C,
        today: "2026-12-01",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部").member("张三", "一支部").absent(
                "张三",
                "一支部",
                &["2026-01-10", "2026-02-10"],
            );
        },
        expected: &[],
    },
    Case {
        name: "the third calls for a talk and a term",
        clause: LADDER,
        policies: C,
        today: "2026-03-20",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部").member("张三", "一支部").absent(
                "张三",
                "一支部",
                &["2026-01-10", "2026-02-10", "2026-03-10"],
            );
        },
        expected: &["due 2026-04-09 张三"],
    },
    Case {
        name: "whoever does not take part counts, with leave as well; who joins from afar takes part",
        clause: LADDER,
        policies: C,
        today: "2026-04-20",
        rule: "absence",
        due: "",
        given: |t| {
            let leave = [("张三", Presence::AbsentWithReason)];
            t.branch("一支部")
                .member("张三", "一支部")
                .activity("一支部", "2026-01-10", &leave)
                .activity("一支部", "2026-02-10", &[("张三", Presence::Remote)])
                .activity("一支部", "2026-03-10", &leave)
                .activity("一支部", "2026-04-10", &leave);
        },
        expected: &["due 2026-05-10 张三"],
    },
    Case {
        name: "three over two years call for nothing",
        clause: LADDER,
        policies: C,
        today: "2026-03-20",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部").member("张三", "一支部").absent(
                "张三",
                "一支部",
                &["2025-11-10", "2025-12-10", "2026-01-10"],
            );
        },
        expected: &[],
    },
    Case {
        name: "presence between them does not help",
        clause: LADDER,
        policies: C,
        today: "2026-05-20",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .absent("张三", "一支部", &["2026-01-10", "2026-02-10"])
                .activity("一支部", "2026-03-10", &[("张三", Presence::Present)])
                .absent("张三", "一支部", &["2026-04-10"])
                .measure("张三", Measure::TalkAndTerm, "2026-04-12");
        },
        expected: &["done 2026-05-10 张三 2026-04-12"],
    },
    Case {
        name: "the sixth is a basis for unqualified",
        clause: LADDER,
        policies: C,
        today: "2026-07-01",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .absent(
                    "张三",
                    "一支部",
                    &[
                        "2026-01-10",
                        "2026-02-10",
                        "2026-03-10",
                        "2026-04-10",
                        "2026-05-10",
                        "2026-06-10",
                    ],
                )
                .measure("张三", Measure::TalkAndTerm, "2026-03-12");
        },
        expected: &["done 2026-04-09 张三 2026-03-12", "due 2026-07-10 张三"],
    },
    Case {
        name: "absence counts at the host, not at home",
        clause: LADDER,
        policies: C,
        today: "2026-07-01",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .away("张三", "2026-01-01", None)
                .absent(
                    "张三",
                    "一支部",
                    &["2026-01-10", "2026-02-10", "2026-03-10"],
                );
        },
        expected: &[],
    },
    Case {
        name: "a hosted member's absences count here",
        clause: LADDER,
        policies: C,
        today: "2026-07-01",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部")
                .hosted("钱七", "一支部", "2026-01-05")
                .hosted_absent("钱七", "一支部", "2026-01-10")
                .hosted_absent("钱七", "一支部", "2026-02-10")
                .hosted_absent("钱七", "一支部", "2026-03-10");
        },
        expected: &["overdue 2026-04-09 钱七"],
    },
    Case {
        name: "but not those from before the placement",
        clause: LADDER,
        policies: C,
        today: "2026-07-01",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部")
                .hosted("钱七", "一支部", "2026-02-01")
                .hosted_absent("钱七", "一支部", "2026-01-10")
                .hosted_absent("钱七", "一支部", "2026-02-10")
                .hosted_absent("钱七", "一支部", "2026-03-10");
        },
        expected: &[],
    },
    Case {
        name: "after a move the absences go along",
        clause: LADDER,
        policies: C,
        today: "2026-03-20",
        rule: "absence",
        due: "",
        given: |t| {
            t.branch("一支部")
                .branch("二支部")
                .member("张三", "一支部")
                .moved("张三", "二支部", "2026-03-01")
                .absent("张三", "一支部", &["2026-01-10", "2026-02-10"])
                .absent("张三", "二支部", &["2026-03-10"]);
        },
        expected: &["due 2026-04-09 张三"],
    },
];

#[test]
fn absences_in_a_year() {
    check(ABSENCES_IN_A_YEAR);
}
