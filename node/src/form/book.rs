//! A member's record book of one year (党员记实册), to be read and signed by the member.

use serde::Serialize;

use super::{Row, page};

/// What the book says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct BookForm {
    /// Which year.
    pub year: u16,
    /// Whose.
    pub name: String,
    /// The person and the year in numbers.
    pub about: Vec<Row>,
    /// The kinds of record, in their order.
    pub sections: Vec<BookSection>,
    /// How the lines were confirmed. A confirmation that comes later is no correction.
    #[serde(skip)]
    pub note: String,
}

/// One kind of record.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct BookSection {
    /// What it is called.
    pub title: String,
    /// In English.
    pub title_en: String,
    /// By day.
    pub lines: Vec<BookLine>,
}

/// One record.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct BookLine {
    /// YYYY-MM-DD.
    pub day: String,
    /// What it was.
    pub what: String,
    /// How the person stands to it.
    pub result: String,
    /// When the member confirmed it, or that it waits. No fact of its own, as above.
    #[serde(skip)]
    pub confirmed: String,
}

impl BookForm {
    pub(super) fn subject(&self) -> String {
        let lines: usize = self
            .sections
            .iter()
            .map(|section| section.lines.len())
            .sum();
        format!("{} {} {lines} 条", self.name, self.year)
    }
}

page!(BookForm, "form/book.html");
