//! Sums by unit, and what closing a month fixes.

use hongyan_proto::pb::office::v1::{CloseDuesMonthResponse, DuesSums};

use super::{some, span};
use crate::cli::{lang::Lang, session::table, table::WARN, values::show_fen};

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
    for (at, sum) in sums.iter().enumerate() {
        let unit = match (sum.unit.as_str(), at + 1 == sums.len()) {
            ("", true) => lang.say("合计", "total"),
            ("", false) => lang.say("未编入支部", "without a unit"),
            (unit, _) => unit.to_owned(),
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
    let text = format!("{title}: {months}\n{}", summed(&answer.closed, lang));
    if answer.without_unit == 0 {
        return text;
    }
    let count = answer.without_unit;
    let says = lang.say(
        &format!("{count} 人没有编入支部, 不在任何已结账名单上; 请先用 unit assign 编入"),
        &format!("{count} persons without a unit are on no list that is closed: unit assign first"),
    );
    format!("{text}\n{WARN} {says}")
}

pub(in crate::cli::dues) fn to_close(answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    fixed(("将结账的月份", "months to close"), answer, lang)
}

pub(in crate::cli::dues) fn closed(answer: &CloseDuesMonthResponse, lang: Lang) -> String {
    fixed(("✓ 已结账的月份", "✓ months closed"), answer, lang)
}
