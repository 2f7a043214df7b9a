//! How many duties of each rule a year brings, by hand from the clauses, and how many of them are done in time and late.
//!
//! Branches 1 to 19 live the whole year: three of them (2, 4 and 6) are offices, sixteen villages; branch 20 has nine months. 600 members, of
//! whom 80 are away from 10 March and ten return on 15 October: 520 are here from April, 530 at the year's both ends. 40 are hosted from 20 May.
//! 63 hold an office on 1 January: three in each branch, and three in the committee. Six are exempt.

/// A rule's year.
pub(super) struct Row {
    pub(super) rule: &'static str,
    /// What it is about; one of `life::class`.
    pub(super) whose: &'static str,
    pub(super) clause: &'static str,
    pub(super) duties: usize,
    /// In time.
    pub(super) done: usize,
    /// Afterwards.
    pub(super) late: usize,
    /// How the number comes about.
    pub(super) why: &'static str,
}

const fn row(
    (rule, whose, clause): (&'static str, &'static str, &'static str),
    duties: usize,
    done: usize,
    why: &'static str,
) -> Row {
    Row {
        rule,
        whose,
        clause,
        duties,
        done,
        late: 0,
        why,
    }
}

/// A branch's rule: of sixteen villages, three offices, and branch 20.
macro_rules! of_branches {
    ($rule:literal, $clause:literal, [$villages:expr, $village_done:expr], $offices:expr, $closed:expr, $why:literal) => {
        [
            row(($rule, "branch", $clause), $villages, $village_done, $why),
            row(($rule, "office branch", $clause), $offices, $offices, $why),
            row(($rule, "closed branch", $clause), $closed, $closed, $why),
        ]
    };
}

const OF_FLOW: [Row; 7] = [
    row(
        ("screening", "committee", "W 双向共管 二(一)1, 二(四)"),
        1,
        1,
        "one a year",
    ),
    row(
        ("contact", "member", "W 双向共管 二(一)2"),
        80 + 80 + 70,
        230,
        "not the quarter of the departure; ten are back before the year ends",
    ),
    row(
        ("decision", "member", "W 双向共管 二(一)2"),
        5,
        5,
        "five end probation at home",
    ),
    row(
        ("answer", "hosted", "W 双向共管 二(二)1"),
        40,
        40,
        "each notice is answered",
    ),
    row(
        ("check", "hosted", "W 双向共管 二(二)1"),
        40,
        40,
        "each certificate is looked at",
    ),
    row(
        ("check-back", "member", "W 双向共管 二(一)2"),
        10,
        10,
        "ten are back",
    ),
    row(
        ("place", "hosted", "W 双向共管 二(二)1-2"),
        40,
        40,
        "each is placed",
    ),
];

/// Dues are owed where the member is on the month's first day.
macro_rules! dues {
    ($clause:literal) => {
        [
            row(
                ("dues", "member", $clause),
                600 * 3 + 520 * 7 + 530 * 2,
                6500,
                "away from 10 March: not from April on; back from November on",
            ),
            row(("dues", "hosted", $clause), 40 * 7, 280, "June to December"),
        ]
    };
}

const W_DAYS: [Row; 3] = of_branches!(
    "activity-day",
    "W 活动日 三",
    [16 * 12, 190],
    36,
    9,
    "monthly; two missed"
);
const W_LIFE: [Row; 3] = of_branches!(
    "organizational-life",
    "W 活动日 四2",
    [16, 16],
    3,
    0,
    "yearly; no year for branch 20"
);
const W_APPRAISAL: [Row; 3] = of_branches!(
    "appraisal",
    "W 活动日 四2",
    [16, 16],
    3,
    0,
    "at the end of the year"
);
const W_DUES: [Row; 2] = dues!("W 记实 二1");
const W_PERSONS: [Row; 2] = [
    row(
        ("leaders-lecture", "member", "W 活动日 四1"),
        3,
        3,
        "the committee's officers",
    ),
    row(
        ("record-book", "member", "W 记实 二1-2"),
        530,
        530,
        "here at both ends; six exempt, whose role was recorded all the same",
    ),
];

const C_DAYS: [Row; 3] = of_branches!(
    "activity-day",
    "C 二1",
    [16 * 12, 190],
    36,
    9,
    "monthly; two missed"
);
const C_PLAN: [Row; 3] = of_branches!(
    "plan",
    "C 四1",
    [16, 15],
    3,
    1,
    "branch 18 did nothing in February"
);
const C_FORMS: [Row; 3] = of_branches!(
    "record",
    "C 附件",
    [190, 190],
    36,
    9,
    "one for each day that was held"
);
const C_DUES: [Row; 2] = dues!("C 三(一)2");

const X_DAYS: [Row; 3] = of_branches!(
    "activity-day",
    "X 二",
    [16 * 12, 190],
    36,
    9,
    "monthly; two missed"
);
const X_ASSEMBLY: [Row; 3] = of_branches!(
    "branch-assembly",
    "X 三1",
    [16 * 12, 189],
    36,
    9,
    "monthly; two missed, June's held in July"
);
const X_COMMITTEE: [Row; 3] = of_branches!(
    "branch-committee",
    "X 三2",
    [16 * 12, 189],
    36,
    9,
    "monthly; two missed, June's held in July"
);
const X_LIFE: [Row; 3] = of_branches!(
    "organizational-life",
    "X 四1",
    [32, 31],
    6,
    1,
    "June and December; June's held in July"
);
const X_APPRAISAL: [Row; 3] = of_branches!("appraisal", "X 四2", [16, 16], 3, 0, "December");
const X_INSPECTED: [Row; 3] = of_branches!("one-by-one", "X 五4", [16, 16], 3, 0, "yearly");
const X_RATING: [Row; 3] = of_branches!("rating", "X 五3", [16, 16], 3, 0, "December");
const X_JULY: [Row; 3] = of_branches!("lecture-july", "X 三4", [16, 16], 3, 1, "on 1 July");
const X_LECTURES: [Row; 3] = [
    row(
        ("lecture-offices", "office branch", "X 三4"),
        36,
        36,
        "monthly in offices",
    ),
    row(
        ("lecture-elsewhere", "branch", "X 三4"),
        64,
        64,
        "quarterly elsewhere",
    ),
    row(
        ("lecture-elsewhere", "closed branch", "X 三4"),
        3,
        3,
        "three whole quarters",
    ),
];
const X_DUES: [Row; 2] = dues!("X 二");
const X_PERSONS: [Row; 12] = [
    row(
        ("group-meeting", "group", "X 三3"),
        38 * 12 + 2 * 9,
        468,
        "monthly; six missed",
    ),
    row(
        ("leaders-lecture", "member", "X 三4, 五1"),
        3,
        3,
        "the committee's officers, twice",
    ),
    row(
        ("secretaries-lecture", "member", "X 三4, 五1"),
        18,
        18,
        "twice; branch 3's changed in June, branch 20's ended in September",
    ),
    row(
        ("members-lecture", "member", "X 五1"),
        530,
        530,
        "here at both ends; an exemption from activities frees nobody of it",
    ),
    row(
        ("talk", "member", "X 四3"),
        40 + 38,
        78,
        "two in each branch in June and December",
    ),
    row(
        ("report-secretary", "member", "X 五2"),
        40,
        40,
        "January and July",
    ),
    row(
        ("report-committee", "member", "X 五2"),
        120,
        120,
        "three in each branch",
    ),
    row(
        ("report-member", "member", "X 五2"),
        520 * 4,
        2080,
        "quarterly; 520 here",
    ),
    row(
        ("report-member", "hosted", "X 五2"),
        80,
        80,
        "the third and fourth quarter",
    ),
    row(
        ("training-member", "member", "X 五1"),
        530 - (19 + 40),
        461,
        "without who led all year; ten came back with 24 hours",
    ),
    row(
        ("training-secretary", "member", "X 五1"),
        18 + 1,
        19,
        "and the committee's own",
    ),
    row(
        ("training-committee", "member", "X 五1"),
        38 + 2,
        40,
        "not branch 20's",
    ),
];

const Z_DAYS: [Row; 3] = of_branches!(
    "activity-day",
    "Z 二(一)",
    [16 * 12, 190],
    36,
    9,
    "monthly; two missed"
);
const Z_DUES: [Row; 2] = dues!("Z 三(二)");

const J_ASSEMBLY: [Row; 3] = of_branches!("branch-assembly", "J 一1", [64, 64], 12, 3, "quarterly");
const J_COMMITTEE: [Row; 3] = of_branches!(
    "branch-committee",
    "J 一1",
    [16 * 12, 189],
    36,
    9,
    "monthly; two missed, June's held in July"
);
const J_LECTURE: [Row; 3] = of_branches!("lecture", "J 一1", [96, 96], 18, 4, "every two months");
const J_LIFE: [Row; 3] = of_branches!("organizational-life", "J 一3", [16, 16], 3, 0, "yearly");
const J_APPRAISAL: [Row; 3] = of_branches!("appraisal", "J 一4", [16, 16], 3, 0, "yearly");
const J_SPIRIT: [Row; 3] = of_branches!("spirit-check", "J 一4", [16, 16], 3, 0, "yearly");
const J_HEALTH: [Row; 3] = of_branches!("health-check", "J 一3", [16, 16], 3, 0, "yearly");
const J_INSPECTED: [Row; 3] = of_branches!(
    "inspection-committee",
    "J 三3",
    [32, 32],
    6,
    1,
    "each half-year"
);
const J_DUES: [Row; 2] = dues!("J 二2");
const J_OTHERS: [Row; 5] = [
    row(
        ("group-meeting", "group", "J 一1"),
        38 * 12 + 2 * 9,
        468,
        "monthly; six missed",
    ),
    row(
        ("organizational-life", "general branch", "J 一3"),
        2,
        2,
        "their own",
    ),
    row(("democratic-life", "committee", "J 一2"), 1, 1, "yearly"),
    row(
        ("talk-committee", "member", "J 一5"),
        18 + 38 + 3,
        59,
        "in office at both ends, and the committee's own three",
    ),
    row(
        ("talk-members", "member", "J 一5"),
        530 - 63,
        457,
        "without officers; ten were away in May",
    ),
];

/// Each policy's year.
pub(super) const TABLES: &[(&str, &[&[Row]])] = &[
    (
        "wuxi",
        &[
            &W_DAYS,
            &W_LIFE,
            &W_APPRAISAL,
            &W_DUES,
            &W_PERSONS,
            &OF_FLOW,
        ],
    ),
    ("chizhou", &[&C_DAYS, &C_PLAN, &C_FORMS, &C_DUES, &OF_FLOW]),
    (
        "xianning",
        &[
            &X_DAYS,
            &X_ASSEMBLY,
            &X_COMMITTEE,
            &X_LIFE,
            &X_APPRAISAL,
            &X_INSPECTED,
            &X_RATING,
            &X_JULY,
            &X_LECTURES,
            &X_DUES,
            &X_PERSONS,
            &OF_FLOW,
        ],
    ),
    ("chuzhou", &[&Z_DAYS, &Z_DUES, &OF_FLOW]),
    (
        "jiaxing",
        &[
            &J_ASSEMBLY,
            &J_COMMITTEE,
            &J_LECTURE,
            &J_LIFE,
            &J_APPRAISAL,
            &J_SPIRIT,
            &J_HEALTH,
            &J_INSPECTED,
            &J_DUES,
            &J_OTHERS,
            &OF_FLOW,
        ],
    ),
];
