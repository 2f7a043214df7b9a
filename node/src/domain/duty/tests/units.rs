//! The tree, officers and probation: who owes, and whose activity counts.

use super::{Case, check};
use crate::domain::policy::{Field, Meeting, Post};

const W: &[(&str, &str)] = &[("2025-01-01", "wuxi")];
const C: &[(&str, &str)] = &[("2025-01-01", "chizhou")];
const X: &[(&str, &str)] = &[("2025-01-01", "xianning")];
const Z: &[(&str, &str)] = &[("2025-01-01", "chuzhou")];
const J: &[(&str, &str)] = &[("2025-01-01", "jiaxing")];

pub(super) const TREE: &[Case] = &[
    Case {
        name: "the committee's joint day counts for a branch below a general branch",
        clause: "C 二1",
        policies: C,
        today: "2026-05-20",
        rule: "activity-day",
        due: "2026-04",
        given: |t| {
            t.committee("党委")
                .general_branch("东街总支")
                .branch("一支部")
                .under("东街总支", "党委")
                .under("一支部", "东街总支")
                .activity("党委", "2026-04-10", &[]);
        },
        expected: &["done 2026-04-30 一支部 2026-04-10"],
    },
    Case {
        name: "its form goes up from the committee that held it",
        clause: "C 附件",
        policies: C,
        today: "2026-04-20",
        rule: "record",
        due: "2026-04",
        given: |t| {
            t.committee("党委")
                .branch("一支部")
                .under("一支部", "党委")
                .activity("党委", "2026-04-10", &[]);
        },
        expected: &["overdue 2026-04-13 党委"],
    },
    Case {
        name: "the committee's does not: branches or general branches hold it",
        clause: "W 活动日 三",
        policies: W,
        today: "2026-05-20",
        rule: "activity-day",
        due: "2026-04",
        given: |t| {
            t.committee("党委")
                .branch("一支部")
                .under("一支部", "党委")
                .activity("党委", "2026-04-15", &[]);
        },
        expected: &["overdue 2026-04-30 一支部"],
    },
    Case {
        name: "by branches only",
        clause: "Z 二(一)",
        policies: Z,
        today: "2026-05-20",
        rule: "activity-day",
        due: "2026-04",
        given: |t| {
            t.general_branch("东街总支")
                .branch("一支部")
                .under("一支部", "东街总支")
                .activity("东街总支", "2026-04-03", &[]);
        },
        expected: &["overdue 2026-04-30 一支部"],
    },
    Case {
        name: "a branch that moved: each general branch's day while it stood there",
        clause: "W 活动日 三",
        policies: W,
        today: "2026-06-20",
        rule: "activity-day",
        due: "2026-0",
        given: |t| {
            t.general_branch("东街总支")
                .general_branch("西街总支")
                .branch("一支部")
                .since("一支部", "2026-03-01")
                .under("一支部", "东街总支")
                .regrouped("一支部", "西街总支", "2026-05-01")
                .activity("东街总支", "2026-03-16", &[])
                .activity("西街总支", "2026-04-15", &[])
                .activity("东街总支", "2026-05-15", &[])
                .activity("西街总支", "2026-05-16", &[]);
        },
        expected: &[
            "done 2026-03-31 一支部 2026-03-16",
            "overdue 2026-04-30 一支部",
            "done 2026-05-31 一支部 2026-05-16",
            "due 2026-06-30 一支部",
            "upcoming 2026-07-31 一支部",
            "upcoming 2026-08-31 一支部",
            "upcoming 2026-09-30 一支部",
        ],
    },
    Case {
        name: "a branch closed in May owes April and no more",
        clause: "X 三2",
        policies: X,
        today: "2026-09-01",
        rule: "branch-committee",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .since("一支部", "2026-03-20")
                .closed("一支部", "2026-05-14");
        },
        expected: &["overdue 2026-04-30 一支部"],
    },
    Case {
        name: "an office until June lectures monthly, a community then quarterly",
        clause: "X 三4",
        policies: X,
        today: "2026-11-01",
        rule: "lecture-offices",
        due: "2026-0",
        given: |t| {
            t.branch("一支部")
                .since("一支部", "2026-05-01")
                .field("一支部", Field::Office)
                .refielded("一支部", Field::Community, "2026-07-01");
        },
        expected: &["overdue 2026-05-31 一支部", "overdue 2026-06-30 一支部"],
    },
    Case {
        name: "from the third quarter on",
        clause: "X 三4",
        policies: X,
        today: "2026-11-01",
        rule: "lecture-elsewhere",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .since("一支部", "2026-05-01")
                .field("一支部", Field::Office)
                .refielded("一支部", Field::Community, "2026-07-01")
                .meeting("一支部", Meeting::PartyLecture, "2026-09-30");
        },
        expected: &["done 2026-09-30 一支部 2026-09-30", "due 2026-12-31 一支部"],
    },
    Case {
        name: "the committee meets in democratic life",
        clause: "J 一2",
        policies: J,
        today: "2026-11-01",
        rule: "democratic-life",
        due: "2026",
        given: |t| {
            t.committee("党委").branch("一支部").meeting(
                "党委",
                Meeting::DemocraticLife,
                "2026-01-20",
            );
        },
        expected: &["done 2026-12-31 党委 2026-01-20"],
    },
    Case {
        name: "a general branch holds its own organizational life, and none for its branches",
        clause: "J 一3",
        policies: J,
        today: "2026-11-01",
        rule: "organizational-life",
        due: "2026",
        given: |t| {
            t.general_branch("东街总支")
                .branch("一支部")
                .under("一支部", "东街总支")
                .meeting("东街总支", Meeting::OrganizationalLife, "2026-06-20");
        },
        expected: &[
            "done 2026-12-31 东街总支 2026-06-20",
            "due 2026-12-31 一支部",
        ],
    },
];

#[test]
fn the_tree() {
    check(TREE);
}

pub(super) const OFFICERS: &[Case] = &[
    Case {
        name: "a leading cadre lectures once a year",
        clause: "W 活动日 四1",
        policies: W,
        today: "2026-11-01",
        rule: "leaders-lecture",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("周书记", "一支部")
                .member("吴委员", "一支部")
                .post("周书记", Post::Leader, None)
                .post("吴委员", Post::Leader, None)
                .lecture("周书记", "一支部", "2026-07-01");
        },
        expected: &["done 2026-12-31 周书记 2026-07-01", "due 2026-12-31 吴委员"],
    },
    Case {
        name: "a secretary whose term ended in May owes no year",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-secretary",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("王书记", "一支部")
                .post("王书记", Post::Secretary, None)
                .until("王书记", "2026-05-31");
        },
        expected: &[],
    },
    Case {
        name: "but January's report",
        clause: "X 五2",
        policies: X,
        today: "2026-12-01",
        rule: "report-secretary",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("王书记", "一支部")
                .post("王书记", Post::Secretary, None)
                .until("王书记", "2026-05-31");
        },
        expected: &["overdue 2026-01-31 王书记"],
    },
    Case {
        name: "the committee's own secretary reports for no branch",
        clause: "X 五2",
        policies: X,
        today: "2026-12-01",
        rule: "report-secretary",
        due: "2026",
        given: |t| {
            t.committee("党委")
                .branch("一支部")
                .member("周书记", "一支部")
                .office("周书记", "党委", Post::Secretary);
        },
        expected: &[],
    },
    Case {
        name: "and owes 56 hours like every secretary",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-secretary",
        due: "2026",
        given: |t| {
            t.committee("党委")
                .branch("一支部")
                .member("周书记", "一支部")
                .office("周书记", "党委", Post::Secretary);
        },
        expected: &["due 2026-12-31 周书记"],
    },
    Case {
        name: "another branch's secretary is not who talks",
        clause: "X 四3",
        policies: X,
        today: "2026-07-20",
        rule: "talk",
        due: "2026-06",
        given: |t| {
            t.branch("一支部")
                .branch("二支部")
                .member("赵委员", "一支部")
                .member("王书记", "二支部")
                .post("赵委员", Post::CommitteeMember, None)
                .post("王书记", Post::Secretary, None)
                .talk(&["赵委员", "王书记"], "2026-06-10");
        },
        expected: &["overdue 2026-06-30 赵委员"],
    },
];

#[test]
fn officers() {
    check(OFFICERS);
}

pub(super) const PROBATION: &[Case] = &[
    Case {
        name: "a member here is decided about within thirty days",
        clause: "W 双向共管 二(一)2",
        policies: W,
        today: "2026-06-20",
        rule: "decision",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("孙预备", "一支部")
                .on_probation("孙预备", "2026-06-10", None)
                .member("李预备", "一支部")
                .on_probation("李预备", "2026-05-10", Some("2026-05-20"));
        },
        expected: &["done 2026-06-09 李预备 2026-05-20", "due 2026-07-10 孙预备"],
    },
    Case {
        name: "away when it ends: the case says what is due",
        clause: "W 双向共管 二(一)2",
        policies: W,
        today: "2026-06-20",
        rule: "decision",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("孙预备", "一支部")
                .on_probation("孙预备", "2026-06-10", None)
                .away("孙预备", "2026-05-01", None);
        },
        expected: &[],
    },
    Case {
        name: "a day put right long before is no decision",
        clause: "W 双向共管 二(一)2",
        policies: W,
        today: "2026-12-20",
        rule: "decision",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("孙预备", "一支部")
                .on_probation("孙预备", "2026-12-10", Some("2026-02-01"))
                .on_probation("孙预备", "2026-11-10", None);
        },
        expected: &["overdue 2026-12-10 孙预备"],
    },
];

#[test]
fn probation() {
    check(PROBATION);
}
