//! The record form of an activity (党日活动记录表, C annex): one sheet a copy, and the list that those present sign.

use serde::Serialize;

use super::page;

/// What the form says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ActivityForm {
    /// Its heading, e.g. 池州市党日活动记录表.
    pub title: String,
    /// In English.
    pub title_en: String,
    /// Whose activity it was.
    pub unit: String,
    /// The day, YYYY-MM-DD.
    pub day: String,
    /// The day as Chinese forms have it.
    pub date_zh: String,
    /// About what.
    pub theme: String,
    /// When.
    pub time: String,
    /// That it was moved, from when and why; or empty.
    pub moved: String,
    /// Where.
    pub place: String,
    /// Members expected.
    pub expected: u32,
    /// Members who took part.
    pub present: u32,
    /// How those numbers are made up; or empty.
    pub counts: String,
    /// What was done: a heading, which may be empty, and a text.
    pub content: Vec<(String, String)>,
    /// Everyone who was expected.
    pub people: Vec<Signer>,
    /// What the policy says about the form.
    pub note: String,
    /// Whose each copy is.
    pub copies: Vec<String>,
}

/// Somebody who signs, or was absent.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Signer {
    /// From 1.
    pub number: usize,
    /// Name.
    pub name: String,
    /// How the person took part.
    pub how: String,
}

impl ActivityForm {
    pub(super) fn subject(&self) -> String {
        format!(
            "{} {} {} {}/{}",
            self.unit, self.day, self.theme, self.present, self.expected
        )
    }
}

page!(ActivityForm, "form/activity.html");
