//! The national rule by a table worked out by hand, and the arithmetic of months by cases and by chance.

mod arithmetic;
mod months;
mod rates;

use hongyan_proto::{
    id::{Fen, MemberId},
    letter::{
        DuesBase, DuesClass, DuesCorrection, DuesMonths, DuesNumber, DuesPayment, DuesRelief,
        DuesWay, Text,
    },
    time::{Day, Month},
};

use super::{Account, Elsewhere, Noted, Person, Row, Stay, rows};
use crate::domain::life::{Who, unit::belongs};

pub(super) const MEMBER: MemberId = MemberId::from_bytes([7; 16]);

pub(super) fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

pub(super) fn day(day: &str) -> Day {
    day.parse().unwrap()
}

pub(super) fn month(month: &str) -> Month {
    month.parse().unwrap()
}

pub(super) fn base(class: DuesClass, income: Option<i64>, from: &str) -> DuesBase {
    DuesBase {
        member_id: Some(MEMBER),
        case_id: None,
        from: month(from),
        class,
        income: income.map(Fen),
        amount: None,
        counts_on: month(from).first_day(),
        actor: text("王书记"),
    }
}

pub(super) fn salary(yuan: i64, from: &str) -> DuesBase {
    base(DuesClass::Salaried, Some(yuan * 100), from)
}

pub(super) fn relief(from: &str, until: &str, fen: i64) -> DuesRelief {
    DuesRelief {
        member_id: Some(MEMBER),
        case_id: None,
        from: month(from),
        until: month(until),
        fen: Fen(fen),
        reason: text("重病"),
        approved_by: text("镇党委"),
        approved_on: month(from).first_day(),
        counts_on: month(from).first_day(),
        actor: text("王书记"),
    }
}

pub(super) fn paid(first: &str, months: u32, fen: i64, on: &str) -> DuesPayment {
    DuesPayment {
        member_id: Some(MEMBER),
        case_id: None,
        month: month(first),
        months: DuesMonths::new(months).unwrap(),
        fen: Fen(fen),
        paid_on: day(on),
        way: DuesWay::Cash,
        number: DuesNumber::new(1).unwrap(),
        paper: None,
        unit: None,
        part: false,
        told: None,
        actor: text("王书记"),
    }
}

pub(super) fn correction(
    corrects: u64,
    payment: Option<DuesPayment>,
    counts_on: &str,
) -> DuesCorrection {
    DuesCorrection {
        corrects,
        reason: text("记错"),
        payment,
        counts_on: day(counts_on),
        actor: text("王书记"),
    }
}

pub(super) fn noted<T>(first: u64, entries: Vec<T>) -> Vec<Noted<T>> {
    let entries = entries.into_iter().zip(first..);
    entries
        .map(|(entry, sequence)| Noted { sequence, entry })
        .collect()
}

/// Bases from 10 on, reliefs from 20, payments from 30, corrections from 60.
pub(super) fn account(
    bases: Vec<DuesBase>,
    reliefs: Vec<DuesRelief>,
    payments: Vec<DuesPayment>,
    corrections: Vec<DuesCorrection>,
) -> Account {
    Account {
        bases: noted(10, bases),
        reliefs: noted(20, reliefs),
        payments: noted(30, payments),
        corrections: noted(60, corrections),
    }
}

pub(super) fn stay(unit: &str, from: Option<&str>, until: Option<&str>) -> Stay {
    Stay {
        unit: Some(unit.to_owned()),
        from: from.map(day),
        until: until.map(day),
    }
}

pub(super) fn person() -> Person {
    Person {
        who: Who::Member(MEMBER),
        name: "张三".to_owned(),
        joined: None,
        stays: vec![stay("东街支部", None, None)],
        away: Vec::new(),
    }
}

/// The line of somebody who is on one list of a unit, or of the units inside it, at most.
pub(super) fn row(
    about: (&Person, &Account),
    elsewhere: &[Elsewhere],
    unit: &str,
    days: (Month, Day),
) -> Option<Row> {
    let mut rows = rows(about, elsewhere, days, &[]).into_iter();
    rows.find(|row| {
        let place = row.unit.as_deref();
        unit.is_empty() || place.is_some_and(|place| belongs(place, unit))
    })
}
