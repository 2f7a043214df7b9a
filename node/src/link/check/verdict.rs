//! What a step of the check says: in order or not, in words, and what to do.

use std::time::{Duration, Instant};

use crate::halves;

/// A step on the way to a partner, in order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum CheckName {
    /// The host name resolves.
    Name,
    /// The port takes connections.
    Port,
    /// TLS 1.3 is spoken there, with a certificate in order.
    Tls,
    /// The key is the pinned one, and this side's is accepted there.
    Key,
    /// The two clocks agree.
    Clock,
    /// A protocol version in common.
    Version,
    /// Both sides name the same agreements in force.
    Agreement,
    /// Nothing waits to be delivered or applied.
    Backlog,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CheckState {
    /// In order.
    Ok,
    /// Works, but someone should look.
    Warn,
    /// Does not work.
    Failed,
    /// Not tried: an earlier step failed.
    Skipped,
}

/// The same words in both languages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// One step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// How it ended.
    pub state: CheckState,
    /// What was found.
    pub found: Words,
    /// What to do next; empty when the step is in order.
    pub remedy: Words,
    /// How long it took.
    pub took: Duration,
}

pub(super) type Verdict = (CheckState, Words, Words);

pub(super) fn ok(zh: impl Into<String>, en: impl Into<String>) -> Verdict {
    (CheckState::Ok, Words::new(zh, en), Words::default())
}

pub(super) fn bad(state: CheckState, found: Words, zh: &str, en: &str) -> Verdict {
    (state, found, Words::new(zh, en))
}

pub(super) const STEPS: [CheckName; 8] = [
    CheckName::Name,
    CheckName::Port,
    CheckName::Tls,
    CheckName::Key,
    CheckName::Clock,
    CheckName::Version,
    CheckName::Agreement,
    CheckName::Backlog,
];

/// The steps so far; a failed one skips the rest of the way, but not the backlog, which is known without the partner.
#[derive(Debug, Default)]
pub(super) struct Report {
    steps: Vec<Check>,
}

impl Report {
    /// True when the way goes on.
    pub(super) fn add(
        &mut self,
        name: CheckName,
        (state, found, remedy): Verdict,
        since: Instant,
    ) -> bool {
        self.steps.push(Check {
            name,
            state,
            found,
            remedy,
            took: since.elapsed(),
        });
        state != CheckState::Failed
    }

    pub(super) fn finish(mut self, backlog: &Verdict) -> Vec<Check> {
        for name in STEPS {
            if self.steps.iter().any(|step| step.name == name) {
                continue;
            }
            let (state, found, remedy) = if name == CheckName::Backlog {
                backlog.clone()
            } else {
                let found = Words::new(
                    "前面的步骤未通过, 未检查",
                    "not tried: an earlier step failed",
                );
                (CheckState::Skipped, found, Words::default())
            };
            self.steps.push(Check {
                name,
                state,
                found,
                remedy,
                took: Duration::ZERO,
            });
        }
        self.steps
    }
}

/// What was said in both languages at once; what has one half only, the words of the machine, stands in both.
pub(super) fn both(words: &str) -> Words {
    match halves::split(words) {
        (zh, en) if zh.is_empty() => Words::new(en.clone(), en),
        (zh, en) if en.is_empty() => Words::new(zh.clone(), zh),
        (zh, en) => Words::new(zh, en),
    }
}
