//! X: xianning-2016.

use super::{Case, check};
use crate::domain::policy::{Exempt, Field, Inspected, Meeting, Post};

const X: &[(&str, &str)] = &[("2025-01-01", "xianning")];

pub(super) const MEETINGS_AND_LECTURES: &[Case] = &[
    Case {
        name: "the branch committee meets every month",
        clause: "X 三2",
        policies: X,
        today: "2026-06-15",
        rule: "branch-committee",
        due: "2026-05",
        given: |t| {
            t.branch("一支部")
                .meeting("一支部", Meeting::BranchCommittee, "2026-06-05");
        },
        expected: &["overdue 2026-05-31 一支部"],
    },
    Case {
        name: "groups meet every month, branches do not hold group meetings",
        clause: "X 三3",
        policies: X,
        today: "2026-06-15",
        rule: "group-meeting",
        due: "2026-06",
        given: |t| {
            t.branch("一支部").group("一组", "一支部");
        },
        expected: &["due 2026-06-30 一组"],
    },
    Case {
        name: "an office lectures every month",
        clause: "X 三4",
        policies: X,
        today: "2026-05-15",
        rule: "lecture-offices",
        due: "2026-04",
        given: |t| {
            t.branch("机关支部").field("机关支部", Field::Office);
        },
        expected: &["overdue 2026-04-30 机关支部"],
    },
    Case {
        name: "a village every quarter",
        clause: "X 三4",
        policies: X,
        today: "2026-05-15",
        rule: "lecture-elsewhere",
        due: "2026-06",
        given: |t| {
            t.branch("村支部").field("村支部", Field::Village).meeting(
                "村支部",
                Meeting::PartyLecture,
                "2026-04-20",
            );
        },
        expected: &["done 2026-06-30 村支部 2026-04-20"],
    },
    Case {
        name: "an office does not owe the village's",
        clause: "X 三4",
        policies: X,
        today: "2026-05-15",
        rule: "lecture-elsewhere",
        due: "",
        given: |t| {
            t.branch("机关支部").field("机关支部", Field::Office);
        },
        expected: &[],
    },
    Case {
        name: "everyone lectures around 1 July",
        clause: "X 三4",
        policies: X,
        today: "2026-07-01",
        rule: "lecture-july",
        due: "2026",
        given: |t| {
            t.branch("村支部").field("村支部", Field::Village).meeting(
                "村支部",
                Meeting::PartyLecture,
                "2026-05-20",
            );
        },
        expected: &["due 2026-07-15 村支部"],
    },
    Case {
        name: "organizational life in June and December",
        clause: "X 四1",
        policies: X,
        today: "2026-07-01",
        rule: "organizational-life",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .activity("一支部", "2026-06-30", &[])
                .meeting("一支部", Meeting::OrganizationalLife, "2026-06-30");
        },
        expected: &[
            "done 2026-06-30 一支部 2026-06-30",
            "upcoming 2026-12-31 一支部",
        ],
    },
    Case {
        name: "organizational life on another day than the theme day is held beside it",
        clause: "X 四1",
        policies: X,
        today: "2026-07-01",
        rule: "organizational-life",
        due: "2026-06",
        given: |t| {
            t.branch("一支部")
                .activity("一支部", "2026-06-20", &[])
                .meeting("一支部", Meeting::OrganizationalLife, "2026-06-30");
        },
        expected: &["overdue 2026-06-30 一支部"],
    },
    Case {
        name: "the assembly belongs to the theme day, one more may be held at any time",
        clause: "X 三1",
        policies: X,
        today: "2026-07-01",
        rule: "branch-assembly",
        due: "2026-06",
        given: |t| {
            t.branch("一支部")
                .activity("一支部", "2026-06-20", &[])
                .meeting("一支部", Meeting::BranchAssembly, "2026-06-02")
                .meeting("一支部", Meeting::BranchAssembly, "2026-06-20");
        },
        expected: &["done 2026-06-30 一支部 2026-06-20"],
    },
    Case {
        name: "in May it is not June's",
        clause: "X 四1",
        policies: X,
        today: "2026-07-01",
        rule: "organizational-life",
        due: "2026-06",
        given: |t| {
            t.branch("一支部")
                .meeting("一支部", Meeting::OrganizationalLife, "2026-05-31");
        },
        expected: &["overdue 2026-06-30 一支部"],
    },
    Case {
        name: "appraisal in December",
        clause: "X 四2",
        policies: X,
        today: "2026-12-01",
        rule: "appraisal",
        due: "2026",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-12-31 一支部"],
    },
    Case {
        name: "the committee inspects each branch",
        clause: "X 五4",
        policies: X,
        today: "2026-12-01",
        rule: "one-by-one",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .branch("二支部")
                .inspected("一支部", Inspected::Life, "2026-09-09");
        },
        expected: &["done 2026-12-31 一支部 2026-09-09", "due 2026-12-31 二支部"],
    },
    Case {
        name: "and rates it at the year's end",
        clause: "X 五3",
        policies: X,
        today: "2026-11-30",
        rule: "rating",
        due: "2026",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["upcoming 2026-12-31 一支部"],
    },
];

#[test]
fn meetings_and_lectures() {
    check(MEETINGS_AND_LECTURES);
}

pub(super) const WHAT_PERSONS_OWE: &[Case] = &[
    Case {
        name: "the secretary talks with each committee member before June's theme day",
        clause: "X 四3",
        policies: X,
        today: "2026-06-20",
        rule: "talk",
        due: "2026-06",
        given: |t| {
            t.branch("一支部")
                .member("王书记", "一支部")
                .member("赵委员", "一支部")
                .member("钱委员", "一支部")
                .post("王书记", Post::Secretary, None)
                .post("王书记", Post::CommitteeMember, None)
                .post("赵委员", Post::CommitteeMember, None)
                .post("钱委员", Post::CommitteeMember, None)
                .activity("一支部", "2026-06-15", &[])
                .talk(&["王书记", "赵委员"], "2026-06-10")
                .talk(&["王书记", "钱委员"], "2026-06-16");
        },
        expected: &[
            "done 2026-06-14 赵委员 2026-06-10",
            "done late 2026-06-14 钱委员 2026-06-16",
        ],
    },
    Case {
        name: "a talk among committee members is not the secretary's",
        clause: "X 四3",
        policies: X,
        today: "2026-07-20",
        rule: "talk",
        due: "2026-06",
        given: |t| {
            t.branch("一支部")
                .member("赵委员", "一支部")
                .member("钱委员", "一支部")
                .post("赵委员", Post::CommitteeMember, None)
                .talk(&["赵委员", "钱委员"], "2026-06-10");
        },
        expected: &["overdue 2026-06-30 赵委员"],
    },
    Case {
        name: "the secretary reports in January and July",
        clause: "X 五2",
        policies: X,
        today: "2026-07-10",
        rule: "report-secretary",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("王书记", "一支部")
                .post("王书记", Post::Secretary, None)
                .report("王书记", "2026-01-20");
        },
        expected: &["done 2026-01-31 王书记 2026-01-20", "due 2026-07-31 王书记"],
    },
    Case {
        name: "the report for the branch is not the secretary's own",
        clause: "X 五2",
        policies: X,
        today: "2026-07-10",
        rule: "report-committee",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("王书记", "一支部")
                .post("王书记", Post::Secretary, None)
                .post("王书记", Post::CommitteeMember, None)
                .report("王书记", "2026-01-20")
                .report("王书记", "2026-01-21")
                .report("王书记", "2026-07-05");
        },
        expected: &["done 2026-01-31 王书记 2026-01-21", "due 2026-07-31 王书记"],
    },
    Case {
        name: "every member every quarter",
        clause: "X 五2",
        policies: X,
        today: "2026-04-10",
        rule: "report-member",
        due: "2026-0",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .report("张三", "2026-03-31");
        },
        expected: &[
            "done 2026-03-31 张三 2026-03-31",
            "due 2026-06-30 张三",
            "upcoming 2026-09-30 张三",
        ],
    },
    Case {
        name: "admitted within a quarter: from the next one",
        clause: "X 五2",
        policies: X,
        today: "2026-07-10",
        rule: "report-member",
        due: "2026-0",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .joined("张三", "2026-05-04");
        },
        expected: &["due 2026-09-30 张三"],
    },
    Case {
        name: "away at the quarter's end: not here",
        clause: "X 五2",
        policies: X,
        today: "2026-07-10",
        rule: "report-member",
        due: "2026-0",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .away("张三", "2026-06-01", None);
        },
        expected: &["overdue 2026-03-31 张三"],
    },
    Case {
        name: "32 hours, reached in November",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-member",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .training("张三", "2026-03-01", 16)
                .training("张三", "2026-11-05", 16);
        },
        expected: &["done 2026-12-31 张三 2026-11-05"],
    },
    Case {
        name: "31 hours are not enough",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-member",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .training("张三", "2026-03-01", 31);
        },
        expected: &["due 2026-12-31 张三"],
    },
    Case {
        name: "hours of another year do not count",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-member",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .training("张三", "2025-12-31", 32);
        },
        expected: &["due 2026-12-31 张三"],
    },
    Case {
        name: "a secretary owes 56",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-secretary",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("王书记", "一支部")
                .post("王书记", Post::Secretary, None)
                .training("王书记", "2026-03-01", 55);
        },
        expected: &["due 2026-12-31 王书记"],
    },
    Case {
        name: "and not the member's 32 as well",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-member",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("王书记", "一支部")
                .post("王书记", Post::Secretary, None);
        },
        expected: &[],
    },
    Case {
        name: "moved between branches: owed once, in the new one",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-member",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .branch("二支部")
                .member("张三", "一支部")
                .moved("张三", "二支部", "2026-06-01")
                .training("张三", "2026-03-01", 40);
        },
        expected: &["done 2026-12-31 张三 2026-03-01"],
    },
    Case {
        name: "who is exempt from activities learns all the same, and what was learned stays",
        clause: "X 五1",
        policies: X,
        today: "2026-12-01",
        rule: "training-member",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .member("李四", "一支部")
                .exempt("张三", Exempt::Attendance, "2026-01-01")
                .exempt("李四", Exempt::Attendance, "2026-01-01")
                .training("张三", "2026-03-01", 40);
        },
        expected: &["done 2026-12-31 张三 2026-03-01", "due 2026-12-31 李四"],
    },
    Case {
        name: "a secretary lectures twice, exempt from activities or not",
        clause: "X 三4, 五1",
        policies: X,
        today: "2026-12-01",
        rule: "secretaries-lecture",
        due: "2026",
        given: |t| {
            t.branch("一支部")
                .member("王书记", "一支部")
                .post("王书记", Post::Secretary, None)
                .exempt("王书记", Exempt::Attendance, "2026-11-01")
                .lecture("王书记", "一支部", "2026-07-01");
        },
        expected: &["due 2026-12-31 王书记"],
    },
];

#[test]
fn what_persons_owe() {
    check(WHAT_PERSONS_OWE);
}
