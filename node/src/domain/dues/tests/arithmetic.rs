//! What holds for any records.

use hongyan_proto::{id::Fen, letter::DuesClass, time::Month};
use proptest::prelude::*;

use super::{account, base, correction, day, month, paid, person, relief, row};
use crate::domain::{
    calendar::last_day,
    dues::{Account, Asked, months},
};

fn first(at: u32) -> String {
    month("2026-01").plus_months(at).to_string()
}

prop_compose! {
    fn a_base()(at in 0..14_u32, income in 1..2_000_000_i64, retired: bool) -> hongyan_proto::letter::DuesBase {
        let class = if retired { DuesClass::Retired } else { DuesClass::Salaried };
        base(class, Some(income), &first(at))
    }
}

prop_compose! {
    fn a_payment()(at in 0..12_u32, months in 1..6_u32, fen in 1..100_000_i64, on in 0..360_i32) -> hongyan_proto::letter::DuesPayment {
        let on = day("2026-01-01").plus_days(on).to_string();
        paid(&first(at), months, fen, &on)
    }
}

prop_compose! {
    fn any_account()(
        bases in prop::collection::vec(a_base(), 0..4),
        reliefs in prop::collection::vec((0..10_u32, 0..4_u32, 0..5000_i64), 0..3),
        payments in prop::collection::vec(a_payment(), 0..8),
        corrections in prop::collection::vec((30..38_u64, prop::option::of(a_payment()), 0..360_i32), 0..4),
    ) -> Account {
        let reliefs = reliefs.into_iter().map(|(at, more, fen)| relief(&first(at), &first(at + more), fen));
        let corrections = corrections.into_iter().map(|(corrects, payment, on)| {
            let on = day("2026-01-01").plus_days(on).to_string();
            correction(corrects, payment, &on)
        });
        account(bases, reliefs.collect(), payments, corrections.collect())
    }
}

fn shuffled(account: &Account) -> Account {
    let mut other = account.clone();
    other.bases.reverse();
    other.reliefs.reverse();
    other.payments.reverse();
    other.corrections.reverse();
    other
}

const THROUGH: u32 = 14;

proptest! {
    #[test]
    fn what_was_paid_and_what_is_missing_is_what_is_owed(account in any_account(), until in 0..400_i32) {
        let on = day("2026-01-01").plus_days(until);
        let lines = months((&person(), &account), &[], on, month("2026-01").plus_months(THROUGH));
        for (month, line) in &lines {
            prop_assert!(line.paid >= Fen(0));
            if let Some(owed) = line.owed() {
                prop_assert_eq!(line.paid.0 + line.arrears().0, owed.0 + line.extra().0, "{}", month);
                prop_assert!(line.arrears().0 == 0 || line.extra().0 == 0);
            }
        }
        // Not a fen of a payment is lost or made up.
        let sum: i64 = lines.values().map(|line| line.paid.0).sum();
        let taken: i64 = account.payments_on(on).iter().map(|(.., payment)| payment.fen.0).sum();
        prop_assert_eq!(sum, taken);
    }

    #[test]
    fn any_order_of_records_gives_the_same(account in any_account(), until in 0..400_i32) {
        let on = day("2026-01-01").plus_days(until);
        let through = month("2026-01").plus_months(THROUGH);
        let other = shuffled(&account);
        prop_assert_eq!(
            months((&person(), &account), &[], on, through),
            months((&person(), &other), &[], on, through)
        );
    }

    #[test]
    fn the_months_add_up_to_the_year(account in any_account()) {
        let today = day("2027-02-28");
        let rows: Vec<_> = (0..THROUGH)
            .map(|at| row((&person(), &account), &[], "", (month("2026-01").plus_months(at), today)))
            .collect();
        let received: i64 = rows.iter().flatten().map(|row| row.received.0).sum();
        let end = last_day(month("2026-01").plus_months(THROUGH - 1));
        let taken: i64 = account.payments_on(end).iter().map(|(.., payment)| payment.fen.0).sum();
        prop_assert_eq!(received, taken);
    }

    #[test]
    fn what_counts_later_changes_no_earlier_list(account in any_account(), more in a_payment(), corrects in 30..38_u64) {
        let today = day("2027-06-30");
        let lists = |account: &Account| -> Vec<_> {
            (0..12).map(|at| row((&person(), account), &[], "", (month("2026-01").plus_months(at), today))).collect()
        };
        let before = lists(&account);
        let mut later = account;
        later.corrections.push(super::super::Noted { sequence: 99, entry: correction(corrects, Some(more), "2027-01-01") });
        prop_assert_eq!(lists(&later), before);
    }

    #[test]
    fn a_month_is_asked_for_on_one_side_only(from in 0..360_i32, length in 1..200_i32) {
        let begins = day("2026-01-01").plus_days(from);
        let ends = begins.plus_days(length);
        let home = super::super::Person { away: vec![(begins, Some(ends))], ..person() };
        let host = super::super::Person {
            stays: vec![super::super::Stay { unit: None, from: Some(begins), until: Some(ends) }],
            ..person()
        };
        let account = account(vec![base(DuesClass::Student, None, "2026-01")], vec![], vec![], vec![]);
        let through: Month = month("2027-08");
        let asked = |person| months((person, &account), &[], day("2027-08-31"), through);
        for (at_home, at_host) in asked(&home).values().zip(asked(&host).values()) {
            let here = [at_home.asked, at_host.asked].iter().filter(|asked| **asked == Asked::Here).count();
            prop_assert_eq!(here, 1);
        }
    }
}
