//! W: wuxi-2017-48.

use hongyan_proto::letter::Presence;

use super::{Case, check};
use crate::domain::policy::{Exempt, Measure, Meeting, Post};

const W: &[(&str, &str)] = &[("2025-01-01", "wuxi")];
const DAY: &str = "W 活动日 三";

pub(super) const ACTIVITY_DAYS: &[Case] = &[
    Case {
        name: "held on its day",
        clause: DAY,
        policies: W,
        today: "2026-04-20",
        rule: "activity-day",
        due: "2026-04",
        given: |t| {
            t.branch("一支部").activity("一支部", "2026-04-15", &[]);
        },
        expected: &["done 2026-04-30 一支部 2026-04-15"],
    },
    Case {
        name: "held later within the month is in time",
        clause: DAY,
        policies: W,
        today: "2026-05-20",
        rule: "activity-day",
        due: "2026-04",
        given: |t| {
            t.branch("一支部").activity("一支部", "2026-04-30", &[]);
        },
        expected: &["done 2026-04-30 一支部 2026-04-30"],
    },
    Case {
        name: "held on the first of the next month is not April's",
        clause: DAY,
        policies: W,
        today: "2026-05-20",
        rule: "activity-day",
        due: "2026-04",
        given: |t| {
            t.branch("一支部").activity("一支部", "2026-05-01", &[]);
        },
        expected: &["overdue 2026-04-30 一支部"],
    },
    // 15 August 2026 is a Saturday: Monday the 17th.
    Case {
        name: "a Saturday moves to Monday: not due on the 16th",
        clause: DAY,
        policies: W,
        today: "2026-08-16",
        rule: "activity-day",
        due: "2026-08",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["upcoming 2026-08-31 一支部"],
    },
    Case {
        name: "a Saturday moves to Monday: due on the 17th",
        clause: DAY,
        policies: W,
        today: "2026-08-17",
        rule: "activity-day",
        due: "2026-08",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-08-31 一支部"],
    },
    // 15 to 23 February 2026 are Spring Festival: Tuesday the 24th.
    Case {
        name: "Spring Festival moves the day to the 24th",
        clause: DAY,
        policies: W,
        today: "2026-02-23",
        rule: "activity-day",
        due: "2026-02",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["upcoming 2026-02-28 一支部"],
    },
    Case {
        name: "and it is due on the 24th",
        clause: DAY,
        policies: W,
        today: "2026-02-24",
        rule: "activity-day",
        due: "2026-02",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-02-28 一支部"],
    },
    Case {
        name: "a general branch's own activity counts for the branches under it",
        clause: DAY,
        policies: W,
        today: "2026-04-20",
        rule: "activity-day",
        due: "2026-04",
        given: |t| {
            t.general_branch("东街总支")
                .branch("一支部")
                .under("一支部", "东街总支")
                .activity("东街总支", "2026-04-15", &[]);
        },
        expected: &["done 2026-04-30 一支部 2026-04-15"],
    },
    Case {
        name: "another branch's activity does not",
        clause: DAY,
        policies: W,
        today: "2026-05-20",
        rule: "activity-day",
        due: "2026-04",
        given: |t| {
            t.branch("一支部")
                .branch("二支部")
                .activity("一支部", "2026-04-15", &[]);
        },
        expected: &[
            "done 2026-04-30 一支部 2026-04-15",
            "overdue 2026-04-30 二支部",
        ],
    },
    Case {
        name: "a branch founded in the month owes the next",
        clause: DAY,
        policies: W,
        today: "2026-06-20",
        rule: "activity-day",
        due: "2026-0",
        given: |t| {
            t.branch("一支部").since("一支部", "2026-05-10");
        },
        expected: &[
            "due 2026-06-30 一支部",
            "upcoming 2026-07-31 一支部",
            "upcoming 2026-08-31 一支部",
            "upcoming 2026-09-30 一支部",
        ],
    },
    Case {
        name: "a policy adopted within a month counts from the next",
        clause: DAY,
        policies: &[("2026-03-10", "wuxi")],
        today: "2026-04-30",
        rule: "activity-day",
        due: "2026-03",
        given: |t| {
            t.branch("一支部");
        },
        expected: &[],
    },
];

#[test]
fn activity_days() {
    check(ACTIVITY_DAYS);
}

pub(super) const LIFE_OF_A_YEAR: &[Case] = &[
    Case {
        name: "organizational life once a year",
        clause: "W 活动日 四2",
        policies: W,
        today: "2026-12-20",
        rule: "organizational-life",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .meeting("一支部", Meeting::OrganizationalLife, "2026-06-15");
        },
        expected: &["done 2026-12-31 一支部 2026-06-15"],
    },
    Case {
        name: "appraisal at the year's end",
        clause: "W 活动日 四2",
        policies: W,
        today: "2026-12-20",
        rule: "appraisal",
        due: "2026",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-12-31 一支部"],
    },
    Case {
        name: "an appraisal in June is not the year's end",
        clause: "W 活动日 四2",
        policies: W,
        today: "2026-12-20",
        rule: "appraisal",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .meeting("一支部", Meeting::Appraisal, "2026-06-15");
        },
        expected: &["due 2026-12-31 一支部"],
    },
    Case {
        name: "a leading cadre lectures once a year",
        clause: "W 活动日 四1",
        policies: W,
        today: "2026-07-02",
        rule: "leaders-lecture",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("赵局", "一支部")
                .member("张三", "一支部")
                .post("赵局", Post::Leader, None)
                .lecture("赵局", "一支部", "2026-07-01");
        },
        expected: &["done 2026-12-31 赵局 2026-07-01"],
    },
    Case {
        name: "absent without reason is criticized within 30 days",
        clause: "W 活动日 五4",
        policies: W,
        today: "2026-05-20",
        rule: "absence",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .absent("张三", "一支部", &["2026-04-15"]);
        },
        expected: &["overdue 2026-05-15 张三"],
    },
    Case {
        name: "and the criticism closes it",
        clause: "W 活动日 五4",
        policies: W,
        today: "2026-05-20",
        rule: "absence",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .absent("张三", "一支部", &["2026-04-15"])
                .measure("张三", Measure::Criticize, "2026-04-20");
        },
        expected: &["done 2026-05-15 张三 2026-04-20"],
    },
    Case {
        name: "absent with leave calls for nothing",
        clause: "W 活动日 五4",
        policies: W,
        today: "2026-05-20",
        rule: "absence",
        due: "2026",
        given: |t| {
            t.branch("一支部").member("张三", "一支部").activity(
                "一支部",
                "2026-04-15",
                &[("张三", Presence::AbsentWithReason)],
            );
        },
        expected: &[],
    },
    Case {
        name: "who is exempted is not counted",
        clause: "W 活动日 五4",
        policies: W,
        today: "2026-05-20",
        rule: "absence",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .exempt("张三", Exempt::Attendance, "2026-01-01")
                .absent("张三", "一支部", &["2026-04-15"]);
        },
        expected: &[],
    },
    Case {
        name: "the role played is recorded once a year",
        clause: "W 记实 二1-2",
        policies: W,
        today: "2026-12-31",
        rule: "record-book",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .member("李四", "一支部")
                .role("张三", "2026-12-20");
        },
        expected: &["done 2026-12-31 张三 2026-12-20", "due 2026-12-31 李四"],
    },
    Case {
        name: "who is exempted from records owes none",
        clause: "W 记实 二1-2",
        policies: W,
        today: "2026-12-31",
        rule: "record-book",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .member("李四", "一支部")
                .exempt("张三", Exempt::Records, "2026-02-01")
                .exempt("李四", Exempt::Records, "2026-02-01")
                .role("李四", "2026-01-20");
        },
        // What was recorded before stays on the list, with its record.
        expected: &["done 2026-12-31 李四 2026-01-20"],
    },
];

#[test]
fn life_of_a_year() {
    check(LIFE_OF_A_YEAR);
}

pub(super) const DUES: &[Case] = &[
    Case {
        name: "paid within the month",
        clause: "W 记实 二1",
        policies: W,
        today: "2026-04-20",
        rule: "dues",
        due: "2026-04",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .paid("张三", &["2026-04"], "2026-04-15");
        },
        expected: &["done 2026-04-30 张三 2026-04-15"],
    },
    Case {
        name: "paid in advance",
        clause: "W 记实 二1",
        policies: W,
        today: "2026-04-20",
        rule: "dues",
        due: "2026-06",
        given: |t| {
            t.branch("一支部").member("张三", "一支部").paid(
                "张三",
                &["2026-04", "2026-05", "2026-06"],
                "2026-04-15",
            );
        },
        expected: &["done 2026-06-30 张三 2026-04-15"],
    },
    Case {
        name: "paid late",
        clause: "W 记实 二1",
        policies: W,
        today: "2026-05-20",
        rule: "dues",
        due: "2026-04",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .paid("张三", &["2026-04"], "2026-05-02");
        },
        expected: &["done late 2026-04-30 张三 2026-05-02"],
    },
    Case {
        name: "admitted in mid-month owes that month and none before",
        clause: "W 记实 二1",
        policies: W,
        today: "2026-07-25",
        rule: "dues",
        due: "2026-0",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-06-18")
                .left("张三", "2026-07-20");
        },
        expected: &["overdue 2026-06-30 张三", "due 2026-07-31 张三"],
    },
    Case {
        name: "away since mid-quarter: home owes the month begun at home only",
        clause: "W 记实 二1",
        policies: W,
        today: "2026-07-01",
        rule: "dues",
        due: "2026-0",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-04-01")
                .away("张三", "2026-05-10", None);
        },
        expected: &["overdue 2026-04-30 张三", "overdue 2026-05-31 张三"],
    },
    Case {
        name: "hosted since mid-quarter: the host owes from the next month",
        clause: "W 记实 二1",
        policies: W,
        today: "2026-06-30",
        rule: "dues",
        due: "2026-06",
        given: |t| {
            t.branch("一支部")
                .hosted("钱七", "一支部", "2026-05-10")
                .hosted_paid("钱七", &["2026-06"], "2026-06-15");
        },
        expected: &["done 2026-06-30 钱七 2026-06-15"],
    },
    Case {
        name: "hosted since mid-month: May is home's",
        clause: "W 记实 二1",
        policies: W,
        today: "2026-06-30",
        rule: "dues",
        due: "2026-05",
        given: |t| {
            t.branch("一支部").hosted("钱七", "一支部", "2026-05-10");
        },
        expected: &[],
    },
];

#[test]
fn dues() {
    check(DUES);
}
