//! One cell of a table, as the spreadsheet had it: whether something was a number or a text tells what may have happened to it.

use super::number;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell {
    #[default]
    Empty,
    /// As it was typed, or as CSV has everything.
    Text(String),
    Number(f64),
    /// A day, as the spreadsheet's day number.
    Serial(f64),
    /// A formula that failed or was never computed: its name.
    Fault(String),
}

impl Cell {
    /// Nothing, or white space only.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// A mark that stands for what is above it.
    pub(super) fn is_ditto(&self) -> bool {
        const MARKS: [&str; 10] = [
            "〃",
            "″",
            "〞",
            "”",
            "“",
            "\"",
            "''",
            "同上",
            "同上行",
            "(同上)",
        ];
        // Every cell of a large roster is asked: most are too long to be one.
        matches!(self, Self::Text(text) if text.len() <= 16)
            && MARKS.contains(&self.text().as_str())
    }

    /// What a person would read in it, in narrow characters and without white space around.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => narrow(text).trim().to_owned(),
            Self::Number(number) | Self::Serial(number) => number::plain(*number),
            Self::Fault(name) => name.clone(),
        }
    }
}

/// Full-width digits, letters and signs as narrow ones; signs that cannot be seen left out.
pub(super) fn narrow(text: &str) -> String {
    text.chars()
        .filter(|sign| {
            !matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        })
        .map(|sign| match sign {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(sign as u32 - 0xfee0).unwrap_or(sign),
            '\u{3000}' | '\u{a0}' | '\t' | '\r' | '\n' => ' ',
            other => other,
        })
        .collect()
}
