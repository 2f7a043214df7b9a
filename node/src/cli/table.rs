//! Tables and labelled values for people. Chinese characters are two columns wide; the layout counts them so.

use std::fmt::Display;

use anstyle::{AnsiColor, Effects, Style};
use comfy_table::presets;

use super::lang::Lang;

/// Rows under headings.
pub(super) struct Table {
    inner: comfy_table::Table,
    rows: usize,
}

impl Table {
    pub(super) fn new(headings: impl IntoIterator<Item = String>) -> Self {
        let mut inner = comfy_table::Table::new();
        inner.load_preset(presets::UTF8_FULL_CONDENSED);
        inner.set_header(headings.into_iter().collect::<Vec<_>>());
        Self { inner, rows: 0 }
    }

    pub(super) fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) {
        self.inner.add_row(cells.into_iter().collect::<Vec<_>>());
        self.rows += 1;
    }

    /// The table, or a sentence when it has no rows.
    pub(super) fn render(&self, lang: Lang) -> String {
        if self.rows == 0 {
            return lang.say("(无)", "(none)");
        }
        self.inner.to_string()
    }
}

/// Labels and values, one a line; empty values are left out.
pub(super) struct Fields {
    inner: comfy_table::Table,
    lang: Lang,
}

impl Fields {
    pub(super) fn new(lang: Lang) -> Self {
        let mut inner = comfy_table::Table::new();
        inner.load_preset(presets::NOTHING);
        Self { inner, lang }
    }

    pub(super) fn add(mut self, zh: &str, en: &str, value: impl Display) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.inner.add_row([self.lang.say(zh, en), value]);
        }
        self
    }

    pub(super) fn render(&self) -> String {
        self.inner
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Marks that say how something stands. They mean the same without colour.
pub(super) const GOOD: &str = "✓";
pub(super) const BAD: &str = "✗";
pub(super) const WARN: &str = "▲";

/// Colours the marks. Layout comes first and colour after, so that escape codes never count as width.
pub(super) fn paint(text: &str) -> String {
    let bold = |colour: AnsiColor| {
        Style::new()
            .fg_color(Some(colour.into()))
            .effects(Effects::BOLD)
    };
    [
        (GOOD, bold(AnsiColor::Green)),
        (BAD, bold(AnsiColor::Red)),
        (WARN, bold(AnsiColor::Yellow)),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (mark, style)| {
        text.replace(mark, &format!("{style}{mark}{style:#}"))
    })
}

/// The first eight digits: enough to name a thing again.
pub(super) fn short(id: &str) -> String {
    id.chars().take(8).collect()
}
