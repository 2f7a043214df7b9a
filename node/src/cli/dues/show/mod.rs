//! Dues as people read them.

mod account;
mod arrears;
mod list;
mod published;
mod receipt;
mod sums;
mod written;

pub(super) use account::account;
pub(super) use arrears::arrears;
pub(super) use list::list;
pub(super) use published::published;
pub(super) use receipt::receipt;
pub(super) use sums::{closed, to_close};
pub(super) use written::{based, corrected, paid, waived};

use hongyan_proto::time::Month;

use crate::cli::{lang::Lang, table::WARN, values::show_fen};

/// The amount; a word where nobody knows it.
fn amount(fen: Option<i64>, lang: Lang) -> String {
    fen.map_or_else(|| lang.say("无基数", "no base"), show_fen)
}

/// Nothing where nothing is.
fn some(fen: i64) -> String {
    if fen == 0 {
        String::new()
    } else {
        show_fen(fen)
    }
}

fn span(from: &str, until: &str) -> String {
    if from == until {
        from.to_owned()
    } else {
        format!("{from} — {until}")
    }
}

/// Months in order, those that follow one another as one span.
fn spans(months: &[String]) -> String {
    let mut spans: Vec<(Month, Month)> = Vec::new();
    for month in months.iter().filter_map(|month| month.parse().ok()) {
        match spans.last_mut() {
            Some((_, last)) if last.plus_months(1) == month => *last = month,
            _ => spans.push((month, month)),
        }
    }
    let spans = spans.into_iter();
    let spans = spans.map(|(first, last)| span(&first.to_string(), &last.to_string()));
    spans.collect::<Vec<_>>().join(", ")
}

/// Units by name; an empty one: the people without a unit.
fn unit_names(units: &[String], lang: Lang) -> String {
    let none = lang.say("未编入支部", "without a unit");
    let name = |unit: &String| if unit.is_empty() { &none } else { unit }.clone();
    units.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Whose list it is.
pub(super) fn whose(unit: &str, lang: Lang) -> String {
    if unit.is_empty() {
        return lang.say("全委", "the committee");
    }
    unit.to_owned()
}

/// Money that both sides took: one payment counts, and the other is given back.
fn twice(duplicate: i64, lang: Lang) -> String {
    if duplicate == 0 {
        let says = lang.say(
            "两地重复交纳, 计本方所收, 由对方退还并更正",
            "paid twice: ours counts, the other side gives its own back and corrects",
        );
        return format!("{WARN} {says}");
    }
    let fen = show_fen(duplicate);
    let says = lang.say(
        &format!("两地重复交纳, 计对方所收; 本方应退 {fen}, 退后用 dues correct 更正: 整笔 --void, 部分 --months 和 --yuan 写其余月份和金额"),
        &format!("paid twice: the other side's counts; give back {fen}, then dues correct: --void for the whole, or --months and --yuan for what stays"),
    );
    format!("{WARN} {says}")
}
