//! A duty before its state is known: whose it is, what is to be done between which days, and what closed it.

use std::sync::Arc;

use hongyan_proto::time::Day;

use super::{
    Subject,
    facts::{Entry, Unit, UnitKind, UnitName},
    term::Term,
};
use crate::domain::policy::{Policy, Ruled, Words};

/// A duty before its state is known.
pub(super) struct Draft<'a> {
    pub(super) policy: &'a Policy,
    pub(super) ruled: &'a Ruled,
    pub(super) subject: Subject,
    /// What tells it from the subject's other duties of the same rule and day.
    pub(super) about: String,
    pub(super) unit: Option<&'a UnitName>,
    pub(super) who: &'a str,
    pub(super) what: Arc<Words>,
    pub(super) from: Day,
    pub(super) due: Day,
    /// Is `from` the day it is planned for?
    pub(super) planned: bool,
    pub(super) provisional: bool,
    /// When it was done, and by which entries.
    pub(super) done: Option<Day>,
    pub(super) evidence: Vec<&'a Entry>,
    /// The partner must act.
    pub(super) waits: bool,
}

impl<'a> Draft<'a> {
    /// The committee's, not done yet.
    pub(super) fn new(
        (policy, ruled): (&'a Policy, &'a Ruled),
        (from, due): (Day, Day),
        what: Arc<Words>,
    ) -> Self {
        Self {
            policy,
            ruled,
            subject: Subject::Committee,
            about: String::new(),
            unit: None,
            who: "",
            what,
            from,
            due,
            planned: false,
            provisional: false,
            done: None,
            evidence: Vec::new(),
            waits: false,
        }
    }

    /// The committee's, of a period.
    pub(super) fn of<T>(term: &Term<'a, T>, what: Arc<Words>) -> Self {
        let window = (term.window.from, term.window.until);
        Self::new((term.policy, term.ruled), window, what)
    }

    /// It is the unit's.
    pub(super) fn by(self, unit: &'a Unit) -> Self {
        let subject = match unit.kind {
            UnitKind::Committee => Subject::Committee,
            _ => Subject::Unit(unit.name.clone()),
        };
        Self {
            subject,
            unit: Some(&unit.name),
            who: &unit.name,
            ..self
        }
    }

    /// It is the branch's, or the committee's where there is none.
    pub(super) fn by_branch(self, branch: Option<&'a UnitName>) -> Self {
        Self {
            subject: branch.cloned().map_or(Subject::Committee, Subject::Unit),
            unit: branch,
            ..self
        }
    }

    /// An entry closed it on a day.
    pub(super) fn closed(mut self, by: Option<(Day, &'a Entry)>) -> Self {
        self.done = by.map(|(day, _)| day);
        self.evidence.extend(by.map(|(_, entry)| entry));
        self
    }
}
