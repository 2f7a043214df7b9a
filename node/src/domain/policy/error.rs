//! What is wrong with a policy file, and where.

use std::ops::Range;

use thiserror::Error;

/// The place is a line and a column in characters, both from 1.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{file}: 第 {line} 行第 {column} 列: {zh}  line {line}, column {column}: {en}")]
pub struct PolicyError {
    /// The file, or the shipped policy's name.
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Other rules of the file that are wrong, in its order: whoever mends the file need not ask once for each.
    pub further: Vec<Self>,
}

/// A file's text, so that a place in it can be named.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// An error at a byte of the text.
    pub(super) fn wrong(
        &self,
        at: &Range<usize>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> PolicyError {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        PolicyError {
            file: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            zh: zh.into(),
            en: en.into(),
            further: Vec::new(),
        }
    }
}
