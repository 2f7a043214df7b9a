//! Policies: a locality's rules as data (`docs/policy.md`), read out of a file with the place of every error.
//!
//! What a rule makes due is in `domain::duty`; no locality's name and no clause is written in code, and nothing here knows a disk:
//! files come in as texts.

mod check;
mod contents;
mod error;
mod held;
mod history;
mod read;
mod read_rule;
mod rule;
mod shipped;
mod table;
mod tell;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod timing;
mod word;

use std::collections::BTreeSet;

pub use error::PolicyError;
pub use history::{Adopted, PolicyHistory};
pub use rule::{
    Between, Count, Exempt, Field, FlowStep, FormField, Heading, Inspected, Inspector, Measure,
    Meeting, Neglect, PointItem, Points, Post, RecordKind, Rule, Rung, UnitKind, Way,
};
pub use shipped::{SHIPPED, shipped};
pub use timing::{Period, Timing, Window, YearDay};
pub use word::Word;

/// What people read, in both languages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One rule of a policy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ruled {
    /// Its name in the file; an override replaces the rule of the same name.
    pub id: String,
    /// Where the source says it, e.g. `W 活动日 三`.
    pub clause: String,
    /// What it says, in own words.
    pub words: Words,
    /// What it asks for.
    pub rule: Rule,
    /// The file it stands in.
    pub file: String,
    /// Its line there, from 1.
    pub line: usize,
}

/// A policy as it applies: its own rules over those it is based on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// The document it follows.
    pub source: Words,
    /// The document's number, where it has one.
    pub number: Option<String>,
    /// Every rule that something is derived from, in the order of the files.
    pub rules: Vec<Ruled>,
    /// What else the papers ask for: told, and gone through by nobody who derives.
    pub told: Vec<Ruled>,
    /// The files it was read from, its own first: name and text. What an adoption keeps, so that a later program reads the same.
    pub texts: Vec<(String, String)>,
}

impl Policy {
    /// The rules of which `pick` makes something, each with it.
    pub fn pick<'a, T>(
        &'a self,
        pick: impl Fn(&'a Rule) -> Option<T> + 'a,
    ) -> impl Iterator<Item = (&'a Ruled, T)> + 'a {
        self.rules
            .iter()
            .filter_map(move |ruled| Some((ruled, pick(&ruled.rule)?)))
    }

    /// The measures it calls for: the rungs of its ladders, and what follows on months of neglect.
    pub fn measures(&self) -> BTreeSet<Measure> {
        let called = self.rules.iter().flat_map(|ruled| match &ruled.rule {
            Rule::Absence { rungs, .. } => rungs.iter().map(|rung| rung.measure).collect(),
            Rule::Lapse { .. } => vec![Measure::Removal],
            _ => Vec::new(),
        });
        called.collect()
    }

    /// The rule of a name.
    pub fn rule(&self, id: &str) -> Option<&Ruled> {
        self.rules.iter().find(|ruled| ruled.id == id)
    }
}
