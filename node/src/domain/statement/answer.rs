//! Line-by-line answers to a reconciliation, and the result both sides sign. What is not settled stays, and is counted.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::{CaseId, Hash, KeyId},
    letter::{Answer, AnswerKind, Closing, LineAnswer, LineField},
    time::{Day, Quarter},
};
use thiserror::Error;

use super::{
    canonical::{self, Lines},
    reconcile::{Counts, Difference, Reconciliation, count, side_word},
};
use crate::domain::{case::Side, order::Position};

/// An answer as its log has it.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// Where it stands; who wrote it.
    pub position: Position,
    /// What it says.
    pub answer: &'a Answer,
}

/// What became of a difference.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Outcome {
    /// A side accepted what the other says.
    Accepted(Side),
    /// A side corrects its own records. The difference stays until both sides state the quarter again and the values meet; then it is not in
    /// the comparison any more, and this answer, to the comparison before, does not count.
    Corrected(Side),
    /// A side holds on to its own value, and nobody gave way. It stays.
    Disputed,
    /// Each accepted the other's value, so they still differ. It stays.
    BothGaveWay,
    /// Nobody answered. It stays.
    Unanswered,
}

impl Outcome {
    /// Is the difference gone?
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    /// What people read: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Accepted(_) => ("已认可", "accepted"),
            Self::Corrected(_) => (
                "已答更正, 待双方重新通报",
                "corrected: it is gone when both state the quarter again",
            ),
            Self::Disputed => ("有争议", "disputed"),
            Self::BothGaveWay => (
                "双方各自认可对方, 仍不一致",
                "each accepted the other's value: they still differ",
            ),
            Self::Unanswered => ("未答复", "unanswered"),
        }
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Accepted(side) => ("accepted", side_word(side)),
            Self::Corrected(side) => ("corrected", side_word(side)),
            Self::Disputed => ("disputed", "-"),
            Self::BothGaveWay => ("both_gave_way", "-"),
            Self::Unanswered => ("unanswered", "-"),
        }
    }
}

/// A difference with both answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Home of this line's case.
    pub outflow: KeyId,
    /// The difference.
    pub difference: Difference,
    /// Home's latest answer.
    pub outflow_answer: Option<LineAnswer>,
    /// The host's latest answer.
    pub inflow_answer: Option<LineAnswer>,
    /// What became of it.
    pub outcome: Outcome,
}

/// The result of a quarter: the reconciliation and what the answers made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// Which quarter.
    pub quarter: Quarter,
    /// Hash of the reconciliation that was answered.
    pub reconciliation: Hash,
    /// Every difference, in the reconciliation's order.
    pub lines: Vec<Line>,
    /// Cases after the answers.
    pub counts: Counts,
}

/// Applies the answers. The latest answer of a side to a line counts; answers to another reconciliation, or to lines that do not
/// differ, do not.
pub fn settle(reconciliation: &Reconciliation, answers: &[Answered<'_>]) -> Settlement {
    let hash = reconciliation.hash();
    let mut sorted: Vec<&Answered<'_>> = answers
        .iter()
        .filter(|answered| answered.answer.reconciliation_hash == hash)
        .collect();
    sorted.sort_by_key(|answered| answered.position);
    let mut latest: BTreeMap<(KeyId, CaseId, LineField), &LineAnswer> = BTreeMap::new();
    for answered in sorted {
        for line in &answered.answer.lines {
            latest.insert((answered.position.author(), line.case_id, line.field), line);
        }
    }
    let lines: Vec<Line> = reconciliation
        .differences()
        .map(|(direction, difference)| {
            let of = |key: KeyId| {
                latest
                    .get(&(key, difference.case, difference.field))
                    .map(|line| (*line).clone())
            };
            let (outflow_answer, inflow_answer) = (of(direction.outflow), of(direction.inflow));
            Line {
                outflow: direction.outflow,
                difference: difference.clone(),
                outcome: outcome(outflow_answer.as_ref(), inflow_answer.as_ref()),
                outflow_answer,
                inflow_answer,
            }
        })
        .collect();
    let counts = counts(reconciliation, &lines);
    Settlement {
        quarter: reconciliation.quarter,
        reconciliation: hash,
        lines,
        counts,
    }
}

fn outcome(outflow: Option<&LineAnswer>, inflow: Option<&LineAnswer>) -> Outcome {
    let kind = |answer: Option<&LineAnswer>| answer.map(|answer| answer.answer);
    match (kind(outflow), kind(inflow)) {
        // Who says it corrects speaks for itself: neither does that overrule the other's dispute, nor is it known what the other accepted.
        (Some(AnswerKind::Corrected), Some(AnswerKind::Disputed))
        | (Some(AnswerKind::Disputed), Some(AnswerKind::Corrected)) => Outcome::Disputed,
        (Some(AnswerKind::Corrected), _) => Outcome::Corrected(Side::Outflow),
        (_, Some(AnswerKind::Corrected)) => Outcome::Corrected(Side::Inflow),
        (Some(AnswerKind::Accepted), Some(AnswerKind::Accepted)) => Outcome::BothGaveWay,
        (Some(AnswerKind::Accepted), _) => Outcome::Accepted(Side::Outflow),
        (_, Some(AnswerKind::Accepted)) => Outcome::Accepted(Side::Inflow),
        (Some(AnswerKind::Disputed), _) | (_, Some(AnswerKind::Disputed)) => Outcome::Disputed,
        (None, None) => Outcome::Unanswered,
    }
}

fn counts(reconciliation: &Reconciliation, lines: &[Line]) -> Counts {
    let mut counts = Counts {
        agreed: reconciliation.counts().agreed,
        ..Counts::default()
    };
    for direction in &reconciliation.directions {
        let of_direction = || {
            lines
                .iter()
                .filter(|line| line.outflow == direction.outflow)
        };
        let open = || of_direction().filter(|line| !line.outcome.is_settled());
        count(open().map(|line| &line.difference), &mut counts);
        let differing: BTreeSet<CaseId> = of_direction().map(|line| line.difference.case).collect();
        let still: BTreeSet<CaseId> = open().map(|line| line.difference.case).collect();
        let settled =
            u32::try_from(differing.len().saturating_sub(still.len())).unwrap_or(u32::MAX);
        counts.agreed = counts.agreed.saturating_add(settled);
    }
    counts
}

impl Settlement {
    /// The bytes both closings hash.
    pub fn canonical(&self) -> Vec<u8> {
        let mut lines = Lines::default();
        lines.words(&[&"result", &self.quarter, &self.reconciliation]);
        lines.words(&[
            &"counts",
            &self.counts.agreed,
            &self.counts.differing,
            &self.counts.only_outflow,
            &self.counts.only_inflow,
        ]);
        for line in &self.lines {
            let (outcome, by) = line.outcome.words();
            lines.words(&[
                &"line",
                &line.outflow,
                &line.difference.case,
                &line.difference.field.name(),
                &outcome,
                &by,
            ]);
            for (side, answer) in [
                (Side::Outflow, &line.outflow_answer),
                (Side::Inflow, &line.inflow_answer),
            ] {
                let Some(answer) = answer else { continue };
                lines.words(&[&"answer", &side_word(side), &answer.answer.code()]);
                lines.text(
                    "value",
                    answer.own_value.as_ref().map_or("", |text| text.as_str()),
                );
                lines.text(
                    "note",
                    answer.note.as_ref().map_or("", |text| text.as_str()),
                );
            }
        }
        lines.into_bytes()
    }

    /// What both closings carry.
    pub fn hash(&self) -> Hash {
        canonical::hash(&self.canonical())
    }

    /// The closing to write.
    pub fn closing(&self) -> Closing {
        Closing {
            quarter: self.quarter,
            result_hash: self.hash(),
            agreed: self.counts.agreed,
            differing: self.counts.differing,
            only_outflow: self.counts.only_outflow,
            only_inflow: self.counts.only_inflow,
        }
    }

    /// The differences a side has yet to answer: those it must act on.
    pub fn open_for(&self, author: KeyId) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| {
            let is_home = line.outflow == author;
            let act = line.difference.act;
            let answer = if is_home {
                &line.outflow_answer
            } else {
                &line.inflow_answer
            };
            (act == Side::Outflow) == is_home && answer.is_none() && !line.outcome.is_settled()
        })
    }

    /// May the quarter be closed on this day? Either every difference was answered by the side that must act, or its term is over:
    /// a silent partner must not keep a quarter open for ever.
    pub fn check_close(&self, today: Day) -> Result<(), TooEarly> {
        let waiting: Vec<&Line> = self
            .lines
            .iter()
            .filter(|line| {
                // Who announced a correction has still to state it: once closed, nothing is stated any more.
                matches!(line.outcome, Outcome::Unanswered | Outcome::Corrected(_))
                    && line.difference.due >= today
            })
            .collect();
        match waiting.iter().map(|line| line.difference.due).max() {
            None => Ok(()),
            Some(due) => Err(TooEarly {
                unanswered: waiting.len(),
                due,
            }),
        }
    }
}

/// Differences wait for an answer and their term is not over.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "尚有 {unanswered} 处差异未答复或待更正后重新通报, 请先答复、更正并重新通报, 或待 {due} 期满后结账  {unanswered} differences are unanswered, or corrections not stated yet: answer and state anew, or close after {due}"
)]
pub struct TooEarly {
    /// How many.
    pub unanswered: usize,
    /// Their last day.
    pub due: Day,
}
