//! The activity ledger of a branch and year (活动管理台账, C §四.2).

use serde::Serialize;

use super::page;

/// What the page says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LedgerForm {
    /// Whose.
    pub unit: String,
    /// Which year.
    pub year: u16,
    /// The year in one sentence.
    pub summary: String,
    /// The activities, by day.
    pub lines: Vec<LedgerLine>,
    /// When the plan was filed.
    pub filed: String,
    /// The plan.
    pub items: Vec<LedgerItem>,
    /// Everyone who was expected at least once.
    pub people: Vec<LedgerPerson>,
}

/// One activity.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[allow(missing_docs)] // The headings of the page's own columns.
pub struct LedgerLine {
    pub day: String,
    pub kind: String,
    pub theme: String,
    pub headings: String,
    pub place: String,
    pub expected: u32,
    pub present: u32,
    pub remote: u32,
    pub excused: u32,
    pub absent: u32,
    pub hosted: u32,
    pub handed_up: String,
}

/// One item of the plan.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[allow(missing_docs)] // The headings of the page's own columns.
pub struct LedgerItem {
    pub day: String,
    pub kind: String,
    pub theme: String,
    pub held: String,
}

/// One person's year.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[allow(missing_docs)] // The headings of the page's own columns.
pub struct LedgerPerson {
    pub name: String,
    pub class: String,
    pub expected: u32,
    pub present: u32,
    pub remote: u32,
    pub excused: u32,
    pub absent: u32,
    pub exempt: u32,
}

impl LedgerForm {
    pub(super) fn subject(&self) -> String {
        format!("{} {} {} 次", self.unit, self.year, self.lines.len())
    }
}

page!(LedgerForm, "form/ledger.html");
