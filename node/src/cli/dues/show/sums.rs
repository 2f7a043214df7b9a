//! Sums by unit, and what closing a month fixes.

use hongyan_proto::pb::office::v1::{CloseDuesMonthResponse, DuesSums};

use super::some;
use crate::cli::{lang::Lang, session::table, values::show_fen};

pub(super) fn summed(sums: &[DuesSums], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("单位", "unit"),
            ("人数", "persons"),
            ("应交", "owed"),
            ("本月已交", "paid for it"),
            ("实交", "received"),
            ("欠交", "arrears"),
            ("预交", "advance"),
            ("无基数", "no base"),
            ("在对方交", "other side"),
            ("重复", "twice"),
            ("应退", "to return"),
        ],
    );
    for sum in sums {
        let unit = if sum.unit.is_empty() {
            lang.say("合计", "total")
        } else {
            sum.unit.clone()
        };
        rows.row([
            unit,
            sum.persons.to_string(),
            show_fen(sum.owed),
            show_fen(sum.paid),
            show_fen(sum.received),
            show_fen(sum.arrears),
            show_fen(sum.advance),
            sum.unknown.to_string(),
            sum.elsewhere.to_string(),
            sum.double.to_string(),
            some(sum.duplicate),
        ]);
    }
    rows.render(lang)
}

/// What closing would fix.
pub(in crate::cli::dues) fn to_close(answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    summed(&answer.closed, lang)
}

pub(in crate::cli::dues) fn closed(answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("已结账单位", "closed unit"),
            ("人数", "persons"),
            ("应交", "owed"),
            ("实交", "received"),
            ("欠交", "arrears"),
            ("预交", "advance"),
        ],
    );
    for sum in &answer.closed {
        rows.row([
            sum.unit.clone(),
            sum.persons.to_string(),
            show_fen(sum.owed),
            show_fen(sum.received),
            show_fen(sum.arrears),
            show_fen(sum.advance),
        ]);
    }
    rows.render(lang)
}
