//! Sums by unit, and what closing a month fixes.

use hongyan_proto::pb::office::v1::{CloseDuesMonthResponse, DuesSums};

use super::{some, span};
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

/// What closing fixes: the sums of the month, and which open months before it are closed with it.
fn fixed(title: (&str, &str), answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    let title = lang.say(title.0, title.1);
    let months = answer.months.first().zip(answer.months.last());
    let months = months.map_or_else(String::new, |(first, last)| span(first, last));
    format!("{title}: {months}\n{}", summed(&answer.closed, lang))
}

pub(in crate::cli::dues) fn to_close(answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    fixed(("将结账的月份", "months to close"), answer, lang)
}

pub(in crate::cli::dues) fn closed(answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    fixed(("✓ 已结账的月份", "✓ months closed"), answer, lang)
}
