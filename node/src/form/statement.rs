//! A quarter's statements of both sides with the result of their reconciliation (季度通报与对账单).

use serde::Serialize;

use super::{Row, page};

/// What the page says.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct StatementForm {
    /// YYYY-Qn.
    pub quarter: String,
    /// In Chinese words.
    pub quarter_zh: String,
    /// The partner's name.
    pub partner: String,
    /// Who stated when, and the counts.
    pub about: Vec<Row>,
    /// Our members away, and theirs here.
    pub directions: Vec<StatementDirection>,
    /// Every difference.
    pub differences: Vec<StatementDifference>,
    /// What stands there when there is none: all agree, or nothing was compared yet.
    pub no_differences: String,
    /// Both sides.
    pub sides: Vec<StatementSide>,
    /// Cases that agree, and all.
    pub counts: (u32, u32),
}

/// Members of one side who live at the other.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct StatementDirection {
    /// Which.
    pub title: String,
    /// In English.
    pub title_en: String,
    /// One a case.
    pub lines: Vec<StatementLine>,
}

/// One case as both sides state it. What a side does not say stays empty.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[allow(missing_docs)] // The headings of the page's own columns.
pub struct StatementLine {
    pub name: String,
    pub activities: String,
    pub host_dues: String,
    pub awards: String,
    pub conduct: String,
    pub host_contact: String,
    pub contacts: String,
    pub home_dues: String,
    pub home_contact: String,
    pub result: String,
}

/// One difference.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[allow(missing_docs)] // The headings of the page's own columns.
pub struct StatementDifference {
    pub name: String,
    pub field: String,
    pub home: String,
    pub host: String,
    pub cause: String,
    pub answers: String,
    pub outcome: String,
}

/// One side at the bottom of the page.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct StatementSide {
    /// Its name.
    pub name: String,
    /// That it signed the result, or not yet. A signature that comes later changes nothing of the result.
    #[serde(skip)]
    pub closed: String,
}

impl StatementForm {
    pub(super) fn subject(&self) -> String {
        let (agreed, all) = self.counts;
        format!("{} {} {agreed}/{all}", self.partner, self.quarter)
    }
}

page!(StatementForm, "form/statement.html");
