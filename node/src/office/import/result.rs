//! What became of each row.

use bytes::Bytes;
use prost::Message;

use crate::office::{OfficeError, roster_file::Problem};

/// Rows of an answer that are remembered with its request; the counts are kept whole.
const REMEMBERED_ROWS: usize = 1000;

/// What became of a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub(in crate::office) enum Outcome {
    Added = 1,
    Changed = 2,
    Unchanged = 3,
    Refused = 4,
}

/// A column that changes.
#[derive(Clone, PartialEq, Message)]
pub(in crate::office) struct ColumnChange {
    #[prost(string, tag = "1")]
    pub(in crate::office) column: String,
    #[prost(string, tag = "2")]
    pub(in crate::office) old: String,
    #[prost(string, tag = "3")]
    pub(in crate::office) new: String,
}

/// A column and what is to be said of it.
#[derive(Clone, PartialEq, Message)]
pub(in crate::office) struct Said {
    #[prost(string, tag = "1")]
    pub(in crate::office) column: String,
    #[prost(string, tag = "2")]
    pub(in crate::office) text: String,
}

impl From<&Problem> for Said {
    fn from(problem: &Problem) -> Self {
        Self {
            column: problem.column.clone(),
            text: problem.problem.clone(),
        }
    }
}

/// One row's result.
#[derive(Clone, PartialEq, Message)]
pub(in crate::office) struct RowResult {
    #[prost(uint32, tag = "1")]
    pub(in crate::office) row: u32,
    #[prost(string, tag = "2")]
    pub(in crate::office) name: String,
    #[prost(int32, tag = "3")]
    pub(in crate::office) outcome: i32,
    #[prost(bytes = "bytes", tag = "4")]
    pub(in crate::office) member: Bytes,
    // Tag 5 had columns and problems in turns.
    #[prost(message, repeated, tag = "6")]
    pub(in crate::office) problems: Vec<Said>,
    #[prost(message, repeated, tag = "7")]
    pub(in crate::office) remarks: Vec<Said>,
    #[prost(message, repeated, tag = "8")]
    pub(in crate::office) changes: Vec<ColumnChange>,
}

/// What an import did, or would do.
#[derive(Clone, PartialEq, Message)]
pub(in crate::office) struct Imported {
    #[prost(message, repeated, tag = "1")]
    pub(in crate::office) rows: Vec<RowResult>,
    #[prost(string, repeated, tag = "2")]
    pub(in crate::office) ignored: Vec<String>,
    /// Nothing was written.
    #[prost(bool, tag = "3")]
    pub(in crate::office) undone: bool,
    /// Branches that the tree lacks.
    #[prost(string, repeated, tag = "4")]
    pub(in crate::office) unknown_units: Vec<String>,
    /// Rows by outcome, where some rows are left out.
    #[prost(uint32, repeated, tag = "5")]
    pub(super) counts: Vec<u32>,
}

impl Imported {
    /// How many rows ended so.
    pub(in crate::office) fn count(&self, outcome: Outcome) -> u32 {
        if let Some(count) = self.counts.get(outcome as usize - 1) {
            return *count;
        }
        let rows = self
            .rows
            .iter()
            .filter(|row| row.outcome == outcome as i32)
            .count();
        u32::try_from(rows).unwrap_or(u32::MAX)
    }

    /// Rows that are not here though they were counted.
    pub(in crate::office) fn left_out(&self) -> u32 {
        let all: u32 = self.counts.iter().sum();
        all.saturating_sub(u32::try_from(self.rows.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn undone(self) -> Self {
        Self {
            undone: true,
            ..self
        }
    }

    /// What is remembered with the request: a view's value is small, and what a column said need not be kept twice.
    pub(super) fn remembered(&self) -> Bytes {
        use Outcome::{Added, Changed, Refused, Unchanged};
        let counts = [Added, Changed, Unchanged, Refused].map(|outcome| self.count(outcome));
        let rows = self.rows.iter().take(REMEMBERED_ROWS).map(|row| RowResult {
            changes: Vec::new(),
            remarks: Vec::new(),
            problems: row.problems.iter().take(4).cloned().collect(),
            ..row.clone()
        });
        let kept = Self {
            rows: rows.collect(),
            ignored: self.ignored.iter().take(100).cloned().collect(),
            undone: self.undone,
            unknown_units: self.unknown_units.iter().take(1000).cloned().collect(),
            counts: counts.to_vec(),
        };
        kept.encode_to_vec().into()
    }

    pub(super) fn recall(bytes: &Bytes) -> Result<Self, OfficeError> {
        Self::decode(bytes.clone())
            .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))
    }
}
