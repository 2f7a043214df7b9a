//! Cases of a year that the other files do not have: a policy of the committee's own, and days at the edges.

use super::super::Case;
use crate::domain::policy::Post;

/// Wuxi's rules; from February to April the committee's day, the 15th, moves forward; from May on it is the 31st and moves later.
pub(in super::super) const OWN: &[(&str, &str)] = &[
    ("2025-01-01", "wuxi"),
    ("2026-02-01", "own-earlier"),
    ("2026-05-01", "own-last"),
];
/// 2028 has a 29 February.
pub(super) const LEAP: &[(&str, &str)] = &[("2027-01-01", "chizhou")];
const X: &[(&str, &str)] = &[("2025-01-01", "xianning")];
const W: &[(&str, &str)] = &[("2025-01-01", "wuxi")];

pub(super) const CASES: &[Case] = &[
    // Spring Festival 2026: 15 to 23 February off, Saturday the 14th worked.
    Case {
        name: "from a holiday to a made-up working Saturday: not due on the 13th",
        clause: "本委 一",
        policies: OWN,
        today: "2026-02-13",
        rule: "activity-day",
        due: "2026-02",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["upcoming 2026-02-28 一支部"],
    },
    Case {
        name: "from a holiday to a made-up working Saturday: due on the 14th",
        clause: "本委 一",
        policies: OWN,
        today: "2026-02-14",
        rule: "activity-day",
        due: "2026-02",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-02-28 一支部"],
    },
    // 31 May 2026 is a Sunday, the 30th a Saturday, 1 June a Monday.
    Case {
        name: "the next working day lies in June: May's is Friday the 29th",
        clause: "本委 二",
        policies: OWN,
        today: "2026-05-29",
        rule: "activity-day",
        due: "2026-05",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["due 2026-05-31 一支部"],
    },
    Case {
        name: "and not the 28th",
        clause: "本委 二",
        policies: OWN,
        today: "2026-05-28",
        rule: "activity-day",
        due: "2026-05",
        given: |t| {
            t.branch("一支部");
        },
        expected: &["upcoming 2026-05-31 一支部"],
    },
    Case {
        name: "a secretary moved to another branch with a new office",
        clause: "X 五2",
        policies: X,
        today: "2026-08-01",
        rule: "report-secretary",
        due: "2026-0",
        given: |t| {
            t.branch("一支部")
                .branch("二支部")
                .member("王书记", "一支部")
                .post("王书记", Post::Secretary, None)
                .until("王书记", "2026-06-30")
                .moved("王书记", "二支部", "2026-07-01")
                .office("王书记", "二支部", Post::Secretary)
                .report("王书记", "2026-01-15")
                .report("王书记", "2026-07-15");
        },
        expected: &[
            "done 2026-01-31 王书记 2026-01-15",
            "done 2026-07-31 王书记 2026-07-15",
        ],
    },
    Case {
        name: "who left the roster's branches in March owes February's dues and no later ones",
        clause: "W 记实 二1",
        policies: W,
        today: "2026-05-20",
        rule: "dues",
        due: "2026-0",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .from("张三", "2026-02-01")
                .left("张三", "2026-02-28");
        },
        expected: &["overdue 2026-02-28 张三"],
    },
    Case {
        name: "a day held on the leap day is February's",
        clause: "C 二1",
        policies: LEAP,
        today: "2028-03-10",
        rule: "activity-day",
        due: "2028-02",
        given: |t| {
            t.branch("一支部").activity("一支部", "2028-02-29", &[]);
        },
        expected: &["done 2028-02-29 一支部 2028-02-29"],
    },
    Case {
        name: "three days from 27 February end on 1 March",
        clause: "C 附件",
        policies: LEAP,
        today: "2028-03-01",
        rule: "record",
        due: "2028-0",
        given: |t| {
            t.branch("一支部").activity("一支部", "2028-02-27", &[]);
        },
        expected: &["due 2028-03-01 一支部"],
    },
    Case {
        name: "on 2 March the form is late",
        clause: "C 附件",
        policies: LEAP,
        today: "2028-03-10",
        rule: "record",
        due: "2028-0",
        given: |t| {
            t.branch("一支部")
                .form_up("一支部", "2028-02-27", "2028-03-02");
        },
        expected: &["done late 2028-03-01 一支部 2028-03-02"],
    },
    Case {
        name: "thirty days from 31 January end on 1 March",
        clause: "C 四2",
        policies: LEAP,
        today: "2028-02-29",
        rule: "absence",
        due: "2028",
        given: |t| {
            t.branch("一支部").member("张三", "一支部").absent(
                "张三",
                "一支部",
                &["2028-01-10", "2028-01-20", "2028-01-31"],
            );
        },
        expected: &["due 2028-03-01 张三"],
    },
    Case {
        name: "February's dues paid on the leap day are in time",
        clause: "C 三(一)2",
        policies: LEAP,
        today: "2028-03-10",
        rule: "dues",
        due: "2028-02",
        given: |t| {
            t.branch("一支部")
                .member("张三", "一支部")
                .paid("张三", &["2028-02"], "2028-02-29");
        },
        expected: &["done 2028-02-29 张三 2028-02-29"],
    },
];
