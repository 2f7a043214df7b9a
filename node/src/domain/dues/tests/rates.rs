//! Every bracket's edge, worked out by hand from 规定 1-6.

use hongyan_proto::{id::Fen, letter::DuesClass};

use super::base;
use crate::domain::dues::{
    rate::{Owes, RULES, monthly, per_mille, rule_of},
    receipt::capitals,
};

/// Class, monthly income in fen, rate in thousandths, dues in fen.
const CASES: &[(DuesClass, i64, u32, i64)] = &[
    // 0.5 % to 3,000.00.
    (DuesClass::Salaried, 1, 5, 0),
    (DuesClass::Salaried, 99, 5, 0),
    // 1.00 yuan: half a fen goes up.
    (DuesClass::Salaried, 100, 5, 1),
    (DuesClass::Salaried, 299, 5, 1),
    (DuesClass::Salaried, 300, 5, 2),
    (DuesClass::Salaried, 200_000, 5, 1000),
    (DuesClass::Salaried, 299_999, 5, 1500),
    (DuesClass::Salaried, 300_000, 5, 1500),
    // 1 % from 3,000.01 on, of the whole income: 30.0001 yuan.
    (DuesClass::Salaried, 300_001, 10, 3000),
    (DuesClass::Salaried, 300_049, 10, 3000),
    (DuesClass::Salaried, 300_050, 10, 3001),
    (DuesClass::Salaried, 420_000, 10, 4200),
    (DuesClass::Salaried, 499_999, 10, 5000),
    (DuesClass::Salaried, 500_000, 10, 5000),
    // 1.5 % from 5,000.01 on: 75.00015 yuan.
    (DuesClass::Salaried, 500_001, 15, 7500),
    (DuesClass::Salaried, 500_033, 15, 7500),
    (DuesClass::Salaried, 500_034, 15, 7501),
    (DuesClass::Salaried, 999_999, 15, 15_000),
    (DuesClass::Salaried, 1_000_000, 15, 15_000),
    // 2 % from 10,000.01 on: 200.0002 yuan.
    (DuesClass::Salaried, 1_000_001, 20, 20_000),
    (DuesClass::Salaried, 1_000_024, 20, 20_000),
    (DuesClass::Salaried, 1_000_025, 20, 20_001),
    (DuesClass::Salaried, 2_000_000, 20, 40_000),
    (DuesClass::Salaried, 100_000_000_000, 20, 2_000_000_000),
    // The same brackets by the quarter's average.
    (DuesClass::SelfEmployed, 300_000, 5, 1500),
    (DuesClass::SelfEmployed, 300_001, 10, 3000),
    (DuesClass::SelfEmployed, 500_000, 10, 5000),
    (DuesClass::SelfEmployed, 500_001, 15, 7500),
    (DuesClass::SelfEmployed, 1_000_000, 15, 15_000),
    (DuesClass::SelfEmployed, 1_000_001, 20, 20_000),
    // Pensions: 0.5 % to 5,000.00, then 1 %.
    (DuesClass::Retired, 300_001, 5, 1500),
    (DuesClass::Retired, 499_999, 5, 2500),
    (DuesClass::Retired, 500_000, 5, 2500),
    (DuesClass::Retired, 500_001, 10, 5000),
    (DuesClass::Retired, 1_000_001, 10, 10_000),
];

#[test]
fn every_edge_is_as_worked_out_by_hand() {
    for (class, income, rate, dues) in CASES {
        let base = base(*class, Some(*income), "2026-01");
        assert_eq!(
            per_mille(*class, Fen(*income)),
            Some(*rate),
            "{class} {income}"
        );
        assert_eq!(monthly(&base), Fen(*dues), "{class} {income}");
    }
}

#[test]
fn fixed_amounts_and_a_farmers_own() {
    for class in [
        DuesClass::Student,
        DuesClass::LaidOff,
        DuesClass::Subsidy,
        DuesClass::MinimumAllowance,
    ] {
        assert_eq!(monthly(&base(class, None, "2026-01")), Fen(20), "{class}");
        assert_eq!(per_mille(class, Fen(1)), None);
    }
    for amount in [20, 50, 100] {
        let mut farmer = base(DuesClass::Farmer, None, "2026-01");
        farmer.amount = Some(Fen(amount));
        assert_eq!(monthly(&farmer), Fen(amount));
    }
}

#[test]
fn every_class_has_its_rule_with_its_clause() {
    assert_eq!(RULES.len(), DuesClass::ALL.len());
    for class in DuesClass::ALL {
        let rule = rule_of(*class);
        assert_eq!(rule.class, *class);
        assert!(rule.clause.starts_with("规定 "));
        assert_eq!(matches!(rule.owes, Owes::Rate(_)), class.has_rate());
    }
}

#[test]
fn capitals_as_receipts_write_them() {
    for (fen, words) in [
        (0, "零元整"),
        (1, "壹分"),
        (20, "贰角整"),
        (105, "壹元零伍分"),
        (1500, "壹拾伍元整"),
        (1550, "壹拾伍元伍角整"),
        (12_600, "壹佰贰拾陆元整"),
        (100_520, "壹仟零伍元贰角整"),
        (1_000_000, "壹万元整"),
        (10_050_000, "壹拾万零伍佰元整"),
        (100_000_005, "壹佰万元零伍分"),
        (2_000_300_000, "贰仟万叁仟元整"),
        (10_000_000_500, "壹亿零伍元整"),
    ] {
        assert_eq!(capitals(Fen(fen)), words, "{fen}");
    }
}
