//! The two-sided duties (W 双向共管), which every locality's policy is based on.

use super::{Case, check};
use crate::domain::case::{Closing, Side, State};

const W: &[(&str, &str)] = &[("2025-01-01", "wuxi")];
const CONTACT: &str = "W 双向共管 二(一)2";
const STATEMENT: &str = "W 双向共管 二(一)1, 三3";
const ACTIVE: &[(State, &str)] = &[
    (State::Notified, "2026-02-10"),
    (State::Accepted, "2026-02-12"),
    (State::Active, "2026-02-15"),
];

/// A stay that was active and ended on 20 May.
fn ended(town: &mut super::Town, closing: Closing) -> &mut super::Town {
    let steps = [ACTIVE, &[(State::Closed(closing), "2026-05-20")]].concat();
    town.case("张三", Side::Outflow, &steps)
}

pub(super) const HOME: &[Case] = &[
    Case {
        name: "screening once a year",
        clause: "W 双向共管 二(一)1, 二(四)",
        policies: W,
        today: "2026-06-01",
        rule: "screening",
        due: "2026",
        given: |t| {
            t.screened("2026-05-20");
        },
        expected: &["done 2026-12-31  2026-05-20"],
    },
    Case {
        name: "last year's screening is last year's",
        clause: "W 双向共管 二(一)1, 二(四)",
        policies: W,
        today: "2026-06-01",
        rule: "screening",
        due: "",
        given: |t| {
            t.screened("2025-05-20");
        },
        expected: &["done 2025-12-31  2025-05-20", "due 2026-12-31 "],
    },
    Case {
        name: "a locality silent about flow has it by the agreement",
        clause: "W 双向共管 二(一)1, 二(四)",
        policies: &[("2025-01-01", "chuzhou")],
        today: "2026-06-01",
        rule: "screening",
        due: "2026",
        given: |_| {},
        expected: &["due 2026-12-31 "],
    },
    Case {
        name: "the quarter of the departure owes no contact",
        clause: CONTACT,
        policies: W,
        today: "2026-04-01",
        rule: "contact",
        due: "2026-03",
        given: |t| {
            t.case("张三", Side::Outflow, ACTIVE);
        },
        expected: &[],
    },
    Case {
        name: "the next one does",
        clause: CONTACT,
        policies: W,
        today: "2026-07-01",
        rule: "contact",
        due: "2026-06",
        given: |t| {
            t.case("张三", Side::Outflow, ACTIVE);
        },
        expected: &["overdue 2026-06-30 张三"],
    },
    Case {
        name: "one contact a quarter is enough",
        clause: CONTACT,
        policies: W,
        today: "2026-10-01",
        rule: "contact",
        due: "2026",
        given: |t| {
            t.case("张三", Side::Outflow, ACTIVE)
                .contact("张三", "2026-04-01")
                .contact("张三", "2026-09-30");
        },
        expected: &[
            "done 2026-06-30 张三 2026-04-01",
            "done 2026-09-30 张三 2026-09-30",
            "due 2026-12-31 张三",
        ],
    },
    Case {
        name: "who left is owed contact before any host is known",
        clause: CONTACT,
        policies: W,
        today: "2026-07-01",
        rule: "contact",
        due: "2026-06",
        given: |t| {
            t.case("张三", Side::Outflow, &[(State::Departed, "2026-02-10")])
                .case("李四", Side::Outflow, &[(State::Departed, "2026-02-10")])
                .contact("李四", "2026-05-04");
        },
        expected: &["overdue 2026-06-30 张三", "done 2026-06-30 李四 2026-05-04"],
    },
    Case {
        name: "and while the host has not answered, or declined",
        clause: CONTACT,
        policies: W,
        today: "2026-07-01",
        rule: "contact",
        due: "2026-06",
        given: |t| {
            let declined = [
                (State::Notified, "2026-02-10"),
                (State::Declined, "2026-02-20"),
            ];
            t.case("张三", Side::Outflow, &declined[..1])
                .case("李四", Side::Outflow, &declined);
        },
        expected: &["overdue 2026-06-30 张三", "overdue 2026-06-30 李四"],
    },
    Case {
        name: "whom nobody confirmed, whom contact was lost with and who was registered in error is owed none",
        clause: CONTACT,
        policies: W,
        today: "2026-07-01",
        rule: "contact",
        due: "",
        given: |t| {
            let lost = [ACTIVE, &[(State::LostContact, "2026-03-20")]].concat();
            let error = [
                (State::Departed, "2026-02-10"),
                (State::Closed(Closing::RegisteredInError), "2026-07-01"),
            ];
            t.case("张三", Side::Outflow, &[(State::Claimed, "2026-02-10")])
                .case("李四", Side::Outflow, &lost)
                .case("王五", Side::Outflow, &error);
        },
        expected: &[],
    },
    Case {
        name: "after a move the case that follows owes it",
        clause: CONTACT,
        policies: W,
        today: "2026-10-01",
        rule: "contact",
        due: "2026-09",
        given: |t| {
            let steps = [ACTIVE, &[(State::Moved, "2026-05-01")]].concat();
            t.case("张三", Side::Outflow, &steps)
                .case("张三2", Side::Outflow, &[(State::Notified, "2026-05-20")])
                .case("李四", Side::Outflow, &steps);
        },
        expected: &["overdue 2026-09-30 张三2", "overdue 2026-09-30 李四"],
    },
    Case {
        name: "returned within the quarter owes none",
        clause: CONTACT,
        policies: W,
        today: "2026-07-01",
        rule: "contact",
        due: "",
        given: |t| {
            ended(t, Closing::Returned);
        },
        expected: &[],
    },
    Case {
        name: "the host owes no contact",
        clause: CONTACT,
        policies: W,
        today: "2026-07-01",
        rule: "contact",
        due: "",
        given: |t| {
            t.case("张三", Side::Inflow, ACTIVE);
        },
        expected: &[],
    },
    Case {
        name: "on return the certificate is looked at",
        clause: CONTACT,
        policies: W,
        today: "2026-06-05",
        rule: "check-back",
        due: "",
        given: |t| {
            ended(t, Closing::Returned);
        },
        expected: &["overdue 2026-06-04 张三"],
    },
    Case {
        name: "a look before the return is none on the way back",
        clause: CONTACT,
        policies: W,
        today: "2026-06-05",
        rule: "check-back",
        due: "",
        given: |t| {
            ended(t, Closing::Returned)
                .looked("张三", "2026-05-19")
                .looked("张三", "2026-05-22");
        },
        expected: &["done 2026-06-04 张三 2026-05-22"],
    },
    Case {
        name: "who has no certificate shows none",
        clause: CONTACT,
        policies: W,
        today: "2026-06-05",
        rule: "check-back",
        due: "",
        given: |t| {
            ended(t, Closing::Returned).without_certificate("张三");
        },
        expected: &[],
    },
    Case {
        name: "who was transferred is not back",
        clause: CONTACT,
        policies: W,
        today: "2026-06-05",
        rule: "check-back",
        due: "",
        given: |t| {
            let steps = [
                ACTIVE,
                &[(State::Closed(Closing::Transferred), "2026-05-20")],
            ]
            .concat();
            t.case("张三", Side::Outflow, &steps);
        },
        expected: &[],
    },
    Case {
        name: "the host looks at the certificate of whoever it accepts",
        clause: "W 双向共管 二(二)1",
        policies: W,
        today: "2026-02-28",
        rule: "check",
        due: "",
        given: |t| {
            t.case("张三", Side::Inflow, ACTIVE);
        },
        expected: &["overdue 2026-02-27 张三"],
    },
    Case {
        name: "what the host saw when the member came counts",
        clause: "W 双向共管 二(二)1",
        policies: W,
        today: "2026-02-28",
        rule: "check",
        due: "",
        given: |t| {
            t.case("张三", Side::Inflow, ACTIVE)
                .looked("张三", "2026-02-11");
        },
        expected: &["done 2026-02-27 张三 2026-02-11"],
    },
    Case {
        name: "a departure is notified within 30 days",
        clause: CONTACT,
        policies: W,
        today: "2026-03-13",
        rule: "notice",
        due: "",
        given: |t| {
            t.case("张三", Side::Outflow, &[(State::Departed, "2026-02-10")]);
        },
        expected: &["overdue 2026-03-12 张三"],
    },
    Case {
        name: "a decline is corrected",
        clause: CONTACT,
        policies: W,
        today: "2026-03-01",
        rule: "correct",
        due: "",
        given: |t| {
            t.case(
                "张三",
                Side::Outflow,
                &[
                    (State::Notified, "2026-02-10"),
                    (State::Declined, "2026-02-20"),
                    (State::Notified, "2026-02-25"),
                ],
            );
        },
        expected: &["done 2026-03-22 张三 2026-02-25"],
    },
    Case {
        name: "a move is followed by the next case",
        clause: "W 双向共管 二(二)2, 三3",
        policies: W,
        today: "2026-07-01",
        rule: "follow",
        due: "",
        given: |t| {
            let steps = [ACTIVE, &[(State::Moved, "2026-05-01")]].concat();
            t.case("张三", Side::Outflow, &steps).case(
                "张三2",
                Side::Outflow,
                &[(State::Notified, "2026-05-20")],
            );
        },
        expected: &["done 2026-05-31 张三 2026-05-20"],
    },
    Case {
        name: "a claim is confirmed",
        clause: CONTACT,
        policies: W,
        today: "2026-03-01",
        rule: "confirm",
        due: "",
        given: |t| {
            t.case("张三", Side::Outflow, &[(State::Claimed, "2026-02-10")]);
        },
        expected: &["overdue 2026-02-25 张三"],
    },
];

#[test]
fn home() {
    check(HOME);
}

pub(super) const HOST_AND_WAITING: &[Case] = &[
    Case {
        name: "the host accepts within 15 days",
        clause: "W 双向共管 二(二)1",
        policies: W,
        today: "2026-03-01",
        rule: "answer",
        due: "",
        given: |t| {
            t.case("张三", Side::Inflow, &[(State::Notified, "2026-02-10")]);
        },
        expected: &["overdue 2026-02-25 张三"],
    },
    Case {
        name: "to home the same is no breach: it waits",
        clause: "W 双向共管 二(二)1",
        policies: W,
        today: "2026-03-01",
        rule: "answer",
        due: "",
        given: |t| {
            t.case("张三", Side::Outflow, &[(State::Notified, "2026-02-10")]);
        },
        expected: &["waiting for partner 2026-02-25 张三"],
    },
    Case {
        name: "what the partner did is its own record",
        clause: "W 双向共管 二(二)1",
        policies: W,
        today: "2026-03-01",
        rule: "answer",
        due: "",
        given: |t| {
            t.case("张三", Side::Outflow, ACTIVE);
        },
        expected: &[],
    },
    Case {
        name: "accepted and placed late",
        clause: "W 双向共管 二(二)1-2",
        policies: W,
        today: "2026-04-01",
        rule: "place",
        due: "",
        given: |t| {
            t.case(
                "张三",
                Side::Inflow,
                &[
                    (State::Notified, "2026-02-10"),
                    (State::Accepted, "2026-02-12"),
                    (State::Active, "2026-03-15"),
                ],
            );
        },
        expected: &["done late 2026-02-27 张三 2026-03-15"],
    },
    Case {
        name: "both look for a lost member",
        clause: "W 双向共管 二(一)2, 二(二)2",
        policies: W,
        today: "2026-05-01",
        rule: "find",
        due: "",
        given: |t| {
            let steps = [ACTIVE, &[(State::LostContact, "2026-03-20")]].concat();
            t.case("张三", Side::Inflow, &steps);
        },
        expected: &["overdue 2026-04-19 张三"],
    },
    Case {
        name: "at the end of probation the host writes its opinion",
        clause: "W 双向共管 二(二)2",
        policies: W,
        today: "2026-07-10",
        rule: "opinion",
        due: "",
        given: |t| {
            t.case("张三", Side::Inflow, ACTIVE)
                .probation("张三", "2026-07-01");
        },
        expected: &["due 2026-07-16 张三"],
    },
    Case {
        name: "before it ends nothing is due yet",
        clause: "W 双向共管 二(二)2",
        policies: W,
        today: "2026-06-10",
        rule: "opinion",
        due: "",
        given: |t| {
            t.case("张三", Side::Inflow, ACTIVE)
                .probation("张三", "2026-07-01");
        },
        expected: &["upcoming 2026-07-16 张三"],
    },
    Case {
        name: "an opinion in good time closes it",
        clause: "W 双向共管 二(二)2",
        policies: W,
        today: "2026-07-10",
        rule: "opinion",
        due: "",
        given: |t| {
            t.case("张三", Side::Inflow, ACTIVE)
                .probation("张三", "2026-07-01")
                .opinion("张三", "2026-06-28");
        },
        expected: &["done 2026-07-16 张三 2026-06-28"],
    },
    Case {
        name: "home waits for the opinion",
        clause: "W 双向共管 二(二)2",
        policies: W,
        today: "2026-08-10",
        rule: "opinion",
        due: "",
        given: |t| {
            t.case("张三", Side::Outflow, ACTIVE)
                .probation("张三", "2026-07-01");
        },
        expected: &["waiting for partner 2026-07-16 张三"],
    },
    Case {
        name: "once home has decided, the host is not asked any more",
        clause: "W 双向共管 二(二)2",
        policies: W,
        today: "2026-08-10",
        rule: "opinion",
        due: "",
        given: |t| {
            t.case("张三", Side::Inflow, ACTIVE)
                .probation("张三", "2026-07-01")
                .decision("张三", "2026-07-20");
        },
        expected: &[],
    },
    Case {
        name: "and decides all the same",
        clause: CONTACT,
        policies: W,
        today: "2026-08-10",
        rule: "decision",
        due: "",
        given: |t| {
            t.case("张三", Side::Outflow, ACTIVE)
                .probation("张三", "2026-07-01")
                .decision("张三", "2026-07-20");
        },
        expected: &["done 2026-07-31 张三 2026-07-20"],
    },
    Case {
        name: "returned before probation ends: home's own business",
        clause: "W 双向共管 二(二)2",
        policies: W,
        today: "2026-08-10",
        rule: "opinion",
        due: "",
        given: |t| {
            let steps = [ACTIVE, &[(State::Closed(Closing::Returned), "2026-05-20")]].concat();
            t.case("张三", Side::Inflow, &steps)
                .probation("张三", "2026-07-01");
        },
        expected: &[],
    },
];

#[test]
fn host_and_waiting() {
    check(HOST_AND_WAITING);
}

pub(super) const STATEMENTS: &[Case] = &[
    Case {
        name: "a quarter is stated within ten days",
        clause: STATEMENT,
        policies: W,
        today: "2026-04-11",
        rule: "statement",
        due: "",
        given: |t| {
            t.quarter("2026-Q1", None, Some("2026-04-02"));
        },
        expected: &["overdue 2026-04-10 320200-001"],
    },
    Case {
        name: "ours is issued, theirs is waited for",
        clause: STATEMENT,
        policies: W,
        today: "2026-04-11",
        rule: "statement",
        due: "",
        given: |t| {
            t.quarter("2026-Q1", Some("2026-04-10"), None);
        },
        expected: &[
            "done 2026-04-10 320200-001 2026-04-10",
            "waiting for partner 2026-04-10 320200-001",
        ],
    },
    Case {
        name: "both stated: the quarter is to be closed",
        clause: "W 双向共管 三3",
        policies: W,
        today: "2026-04-20",
        rule: "closing",
        due: "",
        given: |t| {
            t.quarter("2026-Q1", Some("2026-04-05"), Some("2026-04-08"));
        },
        expected: &["due 2026-05-10 320200-001"],
    },
];

#[test]
fn statements() {
    check(STATEMENTS);
}
