//! Entries about dues: golden bytes, and what is refused where.

use super::{Payload, activity::text, *};
use crate::{
    id::{CaseId, Fen, LogId, MemberId},
    log::Kind,
};

const MEMBER: Option<MemberId> = Some(MemberId::from_bytes([1; 16]));

fn base(class: DuesClass, income: Option<i64>, amount: Option<i64>) -> DuesBase {
    DuesBase {
        member_id: MEMBER,
        case_id: None,
        from: "2026-01".parse().unwrap(),
        class,
        income: income.map(Fen),
        amount: amount.map(Fen),
        counts_on: "2026-01-01".parse().unwrap(),
        actor: text("王书记"),
    }
}

fn relief(from: &str, until: &str) -> DuesRelief {
    DuesRelief {
        member_id: MEMBER,
        case_id: None,
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        fen: Fen(0),
        reason: text("重病"),
        approved_by: text("镇党委"),
        approved_on: "2026-02-20".parse().unwrap(),
        counts_on: "2026-02-20".parse().unwrap(),
        actor: text("王书记"),
    }
}

fn payment() -> DuesPayment {
    DuesPayment {
        member_id: None,
        case_id: Some(CaseId::from_bytes([2; 16])),
        month: "2026-07".parse().unwrap(),
        months: DuesMonths::new(3).unwrap(),
        fen: Fen(12_600),
        paid_on: "2026-07-05".parse().unwrap(),
        way: DuesWay::Transfer,
        number: DuesNumber::new(17).unwrap(),
        paper: None,
        unit: Some(text("东街支部")),
        part: false,
        told: Some(Told {
            log_id: LogId::from_bytes([3; 32]),
            sequence: 41,
        }),
        actor: text("王书记"),
    }
}

#[test]
fn golden_bytes_of_a_base_and_a_payment() {
    assert_eq!(
        hex::encode(Payload::from(base(DuesClass::Salaried, Some(300_001), None)).encode()),
        "9208380a10010101010101010101010101010101011a07323032362d3031200128e1a7123a0a323032362d30312d30314209e78e8be4b9a6e8aeb0"
    );
    assert_eq!(
        hex::encode(Payload::from(payment()).encode()),
        "a2086f1210020202020202020202020202020202021a07323032362d3037200328b862320a323032362d30372d303538024011520ce4b89ce8a197e694afe983a862240a20030303030303030303030303030303030303030303030303030303030303030310296a09e78e8be4b9a6e8aeb0"
    );
}

#[test]
fn a_receipt_has_the_papers_number_or_its_own() {
    assert_eq!(payment().receipt(), "00000017");
    let paper = DuesPayment {
        paper: Some(text("SJ-9")),
        ..payment()
    };
    assert_eq!(paper.receipt(), "SJ-9");
    let months: Vec<_> = payment().covered().map(|month| month.to_string()).collect();
    assert_eq!(months, ["2026-07", "2026-08", "2026-09"]);
}

#[test]
fn an_income_stands_where_the_class_has_a_rate_and_an_amount_where_it_is_a_farmers() {
    let good = [
        base(DuesClass::Salaried, Some(1), None),
        base(DuesClass::SelfEmployed, Some(500_000), None),
        base(DuesClass::Retired, Some(500_000), None),
        base(DuesClass::Farmer, None, Some(20)),
        base(DuesClass::Farmer, None, Some(100)),
        base(DuesClass::Student, None, None),
    ];
    for base in good {
        Payload::from(base.clone())
            .check()
            .unwrap_or_else(|error| panic!("{base:?}: {error}"));
    }
    let bad = [
        (base(DuesClass::Salaried, None, None), "income"),
        (base(DuesClass::Salaried, Some(0), None), "income"),
        (base(DuesClass::Student, Some(100_000), None), "income"),
        (base(DuesClass::Retired, Some(1), Some(50)), "amount"),
        (base(DuesClass::Farmer, None, None), "amount"),
        (base(DuesClass::Farmer, None, Some(19)), "amount"),
        (base(DuesClass::Farmer, None, Some(101)), "amount"),
    ];
    for (base, field) in bad {
        let error = Payload::from(base.clone()).check().unwrap_err();
        assert_eq!(
            error.path(),
            Some(format!("dues_base.{field}").as_str()),
            "{base:?}"
        );
    }
}

#[test]
fn one_person_and_possible_months() {
    let both = DuesPayment {
        member_id: MEMBER,
        ..payment()
    };
    let nobody = DuesPayment {
        case_id: None,
        ..payment()
    };
    let nothing = DuesPayment {
        fen: Fen(0),
        ..payment()
    };
    for bad in [both, nobody, nothing] {
        assert!(Payload::from(bad).check().is_err());
    }
    assert!(Payload::from(relief("2026-03", "2026-03")).check().is_ok());
    assert!(Payload::from(relief("2026-03", "2028-02")).check().is_ok());
    assert!(Payload::from(relief("2026-03", "2028-03")).check().is_err());
    assert!(Payload::from(relief("2026-03", "2026-02")).check().is_err());
}

#[test]
fn nothing_of_dues_in_the_book_travels() {
    for kind in [
        Kind::DuesBase,
        Kind::DuesRelief,
        Kind::DuesPayment,
        Kind::DuesCorrection,
        Kind::DuesClosed,
    ] {
        assert!(!kind.travels(), "{kind}");
    }
}
