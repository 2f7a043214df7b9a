//! Days, money and lists as Chinese forms have them.

use hongyan_proto::{id::Fen, time::Day};

use crate::form::Row;

/// 2026年7月10日.
pub(super) fn date(day: Day) -> String {
    let date = day.date();
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// Yuan with two digits.
pub(super) fn yuan(fen: Fen) -> String {
    format!("{}.{:02}", fen.0 / 100, fen.0 % 100)
}

/// The text of a value that may be missing.
pub(super) fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub(super) fn row(zh: &str, en: &str, value: impl Into<String>) -> Row {
    (zh.to_owned(), en.to_owned(), value.into())
}

/// A count as the wire and the forms have it.
pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
