//! Cases of one person, worked out by hand.

use hongyan_proto::{
    id::{CaseId, Fen},
    letter::{DuesClass, DuesPayment},
};

use super::{
    account, base, correction, day, month, noted, paid, person, relief, row, salary, stay,
};
use crate::domain::dues::{
    Account, Asked, Elsewhere, Months, Person, Told, months, published, rows, totals,
};

fn at_end_of(person: &Person, account: &Account, on: &str, through: &str) -> Months {
    months((person, account), &[], day(on), month(through))
}

fn owed(months: &Months, of: &str) -> Option<i64> {
    months[&month(of)].owed().map(|fen| fen.0)
}

fn host(first: &str, months: u32, fen: i64, on: &str) -> Elsewhere {
    letter(Told::Theirs, (first, months), fen, on)
}

fn letter(told: Told, (first, months): (&str, u32), fen: i64, on: &str) -> Elsewhere {
    Elsewhere {
        told,
        case: CaseId::from_bytes([9; 16]),
        month: month(first),
        months,
        fen: Fen(fen),
        paid_on: day(on),
        receipt: "SJ-1".to_owned(),
        place: "in:341700-001/5".to_owned(),
    }
}

#[test]
fn income_that_changes_counts_from_its_month() {
    // 规定 10: from the month of the new wages.
    let account = account(
        vec![
            salary(3000, "2026-01"),
            salary(3001, "2026-04"),
            base(DuesClass::Retired, Some(500_000), "2026-09"),
        ],
        vec![],
        vec![],
        vec![],
    );
    let months = at_end_of(&person(), &account, "2026-12-31", "2026-12");
    assert_eq!(months.len(), 12);
    assert_eq!(owed(&months, "2026-03"), Some(1500));
    assert_eq!(owed(&months, "2026-04"), Some(3001));
    assert_eq!(owed(&months, "2026-08"), Some(3001));
    assert_eq!(owed(&months, "2026-09"), Some(2500));
    let arrears: i64 = months.values().map(|line| line.arrears().0).sum();
    assert_eq!(arrears, 3 * 1500 + 5 * 3001 + 4 * 2500);
}

#[test]
fn of_two_bases_from_one_month_the_later_entry_counts() {
    let account = account(
        vec![salary(3000, "2026-01"), salary(4000, "2026-01")],
        vec![],
        vec![],
        vec![],
    );
    let months = at_end_of(&person(), &account, "2026-01-31", "2026-01");
    assert_eq!(owed(&months, "2026-01"), Some(4000));
}

#[test]
fn dues_begin_in_the_month_of_admission() {
    // 规定 8. Admitted on the last day of a leap February: February is owed, January is not.
    let member = Person {
        joined: Some(day("2028-02-29")),
        ..person()
    };
    let account = account(vec![salary(3000, "2028-01")], vec![], vec![], vec![]);
    let months = at_end_of(&member, &account, "2028-03-31", "2028-03");
    assert_eq!(months.keys().next(), Some(&month("2028-02")));
    assert_eq!(owed(&months, "2028-02"), Some(1500));
    assert_eq!(owed(&months, "2028-03"), Some(1500));
}

#[test]
fn without_a_base_nothing_is_guessed() {
    let nobody = account(vec![], vec![], vec![], vec![]);
    let months = at_end_of(&person(), &nobody, "2026-03-31", "2026-03");
    assert_eq!(months.len(), 1);
    let line = &months[&month("2026-03")];
    assert!(line.is_unknown() && !line.is_settled());
    assert_eq!((line.owed(), line.arrears()), (None, Fen(0)));
    // Three months for 10.00: equal parts, the odd fen to the first.
    let paid = account(
        vec![],
        vec![],
        vec![paid("2026-03", 3, 1000, "2026-03-05")],
        vec![],
    );
    let months = at_end_of(&person(), &paid, "2026-03-31", "2026-03");
    let shares: Vec<_> = months.values().map(|line| line.paid.0).collect();
    assert_eq!(shares, [334, 333, 333]);
    assert!(months.values().all(super::super::MonthLine::is_settled));
}

#[test]
fn exempted_and_reduced_months() {
    // 规定 7.
    let account = account(
        vec![salary(3000, "2026-01")],
        vec![
            relief("2026-02", "2026-04", 0),
            relief("2026-04", "2026-05", 500),
        ],
        vec![],
        vec![],
    );
    let months = at_end_of(&person(), &account, "2026-06-30", "2026-06");
    let found: Vec<_> = months.values().map(|line| line.owed().unwrap().0).collect();
    // April is covered by both: the later approval counts.
    assert_eq!(found, [1500, 0, 0, 500, 500, 1500]);
    // A reduction never makes anybody owe more.
    let more = super::account(
        vec![salary(1000, "2026-01")],
        vec![relief("2026-01", "2026-01", 900)],
        vec![],
        vec![],
    );
    assert_eq!(
        owed(
            &at_end_of(&person(), &more, "2026-01-31", "2026-01"),
            "2026-01"
        ),
        Some(500)
    );
}

#[test]
fn a_payment_fills_the_earlier_months_first() {
    // 12 months ahead at 15.00; from July 30.01 are owed: 180.00 reach to the end of August less 0.02, and not further.
    let account = account(
        vec![salary(3000, "2026-01"), salary(3001, "2026-07")],
        vec![],
        vec![paid("2026-01", 12, 18_000, "2026-01-10")],
        vec![],
    );
    let months = at_end_of(&person(), &account, "2026-12-31", "2026-12");
    let shares: Vec<_> = months.values().map(|line| line.paid.0).collect();
    assert_eq!(
        shares,
        [
            1500, 1500, 1500, 1500, 1500, 1500, 3001, 3001, 2998, 0, 0, 0
        ]
    );
    let arrears: i64 = months.values().map(|line| line.arrears().0).sum();
    assert_eq!(arrears, 3 + 3 * 3001);
    // As it was on the day of the payment, nobody knew: the months were paid ahead.
    let then = row(
        (&person(), &account),
        &[],
        "东街支部",
        (month("2026-01"), day("2026-01-31")),
    )
    .unwrap();
    assert_eq!(
        (then.received, then.arrears, then.advance),
        (Fen(18_000), Fen(0), Fen(16_500))
    );
}

#[test]
fn what_was_paid_late_in_part_and_freely() {
    let account = account(
        vec![salary(3000, "2026-01")],
        vec![],
        vec![
            paid("2026-01", 1, 500, "2026-01-20"),
            paid("2026-01", 2, 2500, "2026-03-02"),
            paid("2026-03", 1, 10_000, "2026-03-03"),
        ],
        vec![],
    );
    let january = row(
        (&person(), &account),
        &[],
        "",
        (month("2026-01"), day("2026-12-31")),
    )
    .unwrap();
    assert_eq!(
        (january.owed, january.paid, january.arrears),
        (Some(Fen(1500)), Fen(500), Fen(1000))
    );
    assert_eq!(january.arrears_months, 1);
    let march = row(
        (&person(), &account),
        &[],
        "",
        (month("2026-03"), day("2026-12-31")),
    )
    .unwrap();
    assert_eq!(
        (march.received, march.arrears, march.paid),
        (Fen(12_500), Fen(0), Fen(10_000))
    );
    let months = at_end_of(&person(), &account, "2026-03-31", "2026-03");
    assert_eq!(months[&month("2026-03")].extra(), Fen(8500));
    assert_eq!(march.paid_until, Some(month("2026-03")));
}

#[test]
fn paid_until_ends_before_the_first_month_that_was_not() {
    let until = |payments: Vec<DuesPayment>| {
        let reliefs = vec![relief("2026-04", "2026-04", 500)];
        let account = account(vec![salary(3000, "2026-01")], reliefs, payments, vec![]);
        let days = (month("2026-04"), day("2026-12-31"));
        let row = row((&person(), &account), &[], "", days).unwrap();
        (row.paid_until.map(|until| until.to_string()), row.relieved)
    };
    let of = |months: &[(&str, u32)]| {
        let paid = |(first, months): &(&str, u32)| {
            let part = if *first == "2026-04" { 500 } else { 1500 };
            paid(first, *months, part * i64::from(*months), "2026-04-02")
        };
        until(months.iter().map(paid).collect())
    };
    assert_eq!(of(&[]), (None, true));
    let whole = [("2026-01", 3), ("2026-04", 1), ("2026-05", 1)];
    assert_eq!(of(&whole), (Some("2026-05".into()), true));
    // March is owed, June lies ahead with nothing before it.
    assert_eq!(
        of(&[("2026-01", 2), ("2026-04", 1)]).0,
        Some("2026-02".into())
    );
    assert_eq!(
        of(&[("2026-01", 3), ("2026-04", 1), ("2026-06", 1)]).0,
        Some("2026-04".into())
    );
}

#[test]
fn a_month_paid_at_the_host_is_not_asked_again() {
    let account = account(
        vec![salary(3000, "2026-01")],
        vec![],
        vec![paid("2026-02", 1, 1500, "2026-02-03")],
        vec![],
    );
    let letters = [
        host("2026-01", 2, 3000, "2026-02-20"),
        letter(Told::Kept, ("2026-02", 1), 1500, "2026-02-03"),
    ];
    let about = (&person(), &account);
    let months = months(about, &letters, day("2026-03-31"), month("2026-03"));
    let january = &months[&month("2026-01")];
    assert!(january.is_settled() && !january.is_double());
    assert_eq!((january.owed(), january.arrears()), (Some(Fen(0)), Fen(0)));
    // February was paid at both: counted once as owed, and named.
    let february = &months[&month("2026-02")];
    assert!(february.is_double());
    assert_eq!(february.arrears(), Fen(0));
    // Home took it first, so home's counts and nothing is to be given back here.
    assert_eq!((february.paid, february.duplicate), (Fen(1500), Fen(0)));
    assert_eq!(months[&month("2026-03")].arrears(), Fen(1500));
    let list = row(about, &letters, "", (month("2026-03"), day("2026-03-31"))).unwrap();
    assert_eq!(
        (list.double, list.arrears_months),
        (vec![month("2026-02")], 1)
    );
    // Before it was paid there nobody knew of it.
    let before = row(about, &letters, "", (month("2026-01"), day("2026-03-31"))).unwrap();
    assert_eq!(before.arrears, Fen(1500));
}

#[test]
fn of_two_payments_for_a_month_the_earlier_counts_and_on_one_day_the_hosts() {
    use crate::domain::life::Who;
    let hosted = Person {
        who: Who::Hosted(CaseId::from_bytes([9; 16])),
        ..person()
    };
    let (end, of) = (day("2026-02-28"), month("2026-02"));
    for (ours, theirs, home_counts, host_counts) in [
        ("2026-02-03", "2026-02-20", true, true),
        ("2026-02-20", "2026-02-03", false, false),
        // The same day at both: what is the host's counts, whoever asks.
        ("2026-02-03", "2026-02-03", false, true),
    ] {
        for (who, counts) in [(&person(), home_counts), (&hosted, host_counts)] {
            let account = account(
                vec![salary(3000, "2026-02")],
                vec![],
                vec![paid("2026-02", 1, 1500, ours)],
                vec![],
            );
            let letters = [
                host("2026-02", 1, 1500, theirs),
                letter(Told::Kept, ("2026-02", 1), 1500, ours),
            ];
            let lines = months((who, &account), &letters, end, of);
            let line = &lines[&of];
            assert!(line.is_double() && line.is_settled() && line.is_paid_up());
            let counted = if counts { (1500, 0) } else { (0, 1500) };
            let said = (line.paid.0, line.duplicate.0);
            assert_eq!(said, counted, "{ours} {theirs} {:?}", who.who);
            assert_eq!((line.arrears(), line.extra()), (Fen(0), Fen(0)));
            let list = row((who, &account), &letters, "", (of, end)).unwrap();
            let totals = totals([&list]);
            // The cash is what came in; what is paid for the month is counted once at both.
            assert_eq!(totals.received, Fen(1500));
            assert_eq!((totals.paid.0, totals.duplicate.0), counted);
            assert_eq!((totals.double, totals.arrears), (1, Fen(0)));
        }
    }
}

#[test]
fn while_a_member_is_away_the_host_collects() {
    // Placed in mid-March, back in mid-June: home asks for March and from July, the host for the months between.
    let member = Person {
        away: vec![(day("2026-03-15"), Some(day("2026-06-10")))],
        ..person()
    };
    let account = account(vec![salary(3000, "2026-02")], vec![], vec![], vec![]);
    let months = at_end_of(&member, &account, "2026-07-31", "2026-07");
    let asked: Vec<_> = months.values().map(|line| line.asked).collect();
    let (here, host) = (Asked::Here, Asked::Host);
    assert_eq!(asked, [here, here, host, host, host, here]);
    let owed: Vec<_> = months.values().map(|line| line.owed().unwrap().0).collect();
    assert_eq!(owed, [1500, 1500, 0, 0, 0, 1500]);
}

#[test]
fn a_move_between_units_is_listed_once() {
    let member = Person {
        stays: vec![
            stay("东街支部", None, Some("2026-03-14")),
            stay("西街支部/第一党小组", Some("2026-03-15"), None),
        ],
        ..person()
    };
    let account = account(
        vec![salary(3000, "2026-01")],
        vec![],
        vec![
            paid("2026-01", 1, 1500, "2026-03-02"),
            paid("2026-02", 1, 1500, "2026-03-20"),
        ],
        vec![],
    );
    let of = |unit: &str, of: &str| {
        row(
            (&member, &account),
            &[],
            unit,
            (month(of), day("2026-12-31")),
        )
    };
    // March belongs to the unit of its first day; each unit lists the money that it took.
    let east = of("东街支部", "2026-03").unwrap();
    assert_eq!(
        (east.owed, east.received, east.arrears),
        (Some(Fen(1500)), Fen(1500), Fen(1500))
    );
    let west = of("西街支部", "2026-03").unwrap();
    assert_eq!(
        (west.owed, west.received, west.arrears),
        (Some(Fen(0)), Fen(1500), Fen(0))
    );
    assert_eq!(of("西街支部", "2026-02"), None);
    assert_eq!(of("东街支部", "2026-04"), None);
    assert_eq!(of("西街支部", "2026-04").unwrap().arrears, Fen(3000));
    let march = (month("2026-03"), day("2026-12-31"));
    let whole = rows((&member, &account), &[], march, &[]);
    assert_eq!(whole, [east, west]);
    let sums = totals(&whole);
    assert_eq!((sums.persons, sums.owed), (1, Fen(1500)));
    assert_eq!((sums.received, sums.arrears), (Fen(3000), Fen(1500)));
}

#[test]
fn a_closed_list_stays_and_the_correction_is_on_the_open_one() {
    // 3.00 were entered for 30.00 in January; January was closed; corrected in March.
    let mut account = account(
        vec![salary(3001, "2026-01")],
        vec![],
        vec![paid("2026-01", 1, 300, "2026-01-05")],
        vec![],
    );
    let list = |account: &Account, of: &str| {
        row(
            (&person(), account),
            &[],
            "",
            (month(of), day("2026-03-31")),
        )
        .unwrap()
    };
    let (january, february) = (list(&account, "2026-01"), list(&account, "2026-02"));
    account.corrections = noted(
        60,
        vec![correction(
            30,
            Some(paid("2026-01", 1, 3001, "2026-01-05")),
            "2026-03-10",
        )],
    );
    assert_eq!(list(&account, "2026-01"), january);
    assert_eq!(list(&account, "2026-02"), february);
    let march = list(&account, "2026-03");
    assert_eq!((march.received, march.arrears), (Fen(2701), Fen(6002)));
    assert!(march.corrected && !january.corrected && !february.corrected);
    // What is published names the month that the correction is about, also where a part is given back.
    let told = |account: &Account, of: &str| {
        let period = (month(of), month(of));
        let mut lines = published((&person(), account), "", period, day("2026-04-30"));
        lines
            .pop()
            .map(|line| (line.fen, line.months.into_iter().collect::<Vec<_>>()))
    };
    assert_eq!(
        told(&account, "2026-03"),
        Some((Fen(2701), vec![month("2026-01")]))
    );
    // Voided later still: what came in is given back in that month.
    account
        .corrections
        .extend(noted(61, vec![correction(30, None, "2026-03-20")]));
    assert_eq!(list(&account, "2026-03").received, Fen(-300));
    assert_eq!(
        told(&account, "2026-03"),
        Some((Fen(-300), vec![month("2026-01")]))
    );
    assert_eq!(list(&account, "2026-01"), january);
}

#[test]
fn what_is_published_names_no_income() {
    let account = account(
        vec![salary(3000, "2026-01")],
        vec![],
        vec![
            paid("2026-01", 3, 4500, "2026-02-05"),
            paid("2026-04", 1, 1500, "2026-05-05"),
        ],
        vec![],
    );
    let of = |from: &str, until: &str| {
        published(
            (&person(), &account),
            "东街支部",
            (month(from), month(until)),
            day("2026-12-31"),
        )
    };
    let lines = of("2026-01", "2026-03");
    let [line] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(line.fen, Fen(4500));
    let paid_for = ["2026-01", "2026-02", "2026-03"].map(month);
    assert_eq!(line.months, paid_for.into());
    assert_eq!(of("2026-03", "2026-04"), []);
    assert_eq!(of("2026-01", "2026-12")[0].fen, Fen(6000));
}
