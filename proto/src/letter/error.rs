//! Why a payload is refused, and where in it.

use thiserror::Error;

use crate::{id::IdError, log::Kind, time::TimeError};

/// A value outside its rule. Says what was expected; never repeats what a person's field held.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ValueError {
    /// A required field is empty.
    #[error("此项必填 this field is required")]
    Missing,
    /// An identifier that cannot be read.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A day, month or quarter that cannot be read.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// Text that is empty, too long or holds characters that cannot be seen.
    #[error(
        "应为 1–{max} 个字符, 首尾无空格, 无控制字符; 现有 {found} 个 must be 1–{max} characters without control characters or surrounding spaces; found {found}"
    )]
    Text {
        /// Most characters allowed.
        max: usize,
        /// Characters found.
        found: usize,
    },
    /// A number outside its range.
    #[error("应在 {min}–{max} 之间, 写的是 {found}, 请改正 must be {min} to {max}, found {found}")]
    Range {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
        /// What was found.
        found: i64,
    },
    /// A choice that is not on its closed list.
    #[error("“{found}”不是下列之一: {choices}  must be one of: {choices_en}")]
    Choice {
        /// The list in Chinese.
        choices: String,
        /// The list in English.
        choices_en: String,
        /// What was found.
        found: String,
    },
    /// Bytes of the wrong number.
    #[error("应为 {expected} 字节, 实为 {found} 字节 must be {expected} bytes, found {found}")]
    Length {
        /// Bytes it must have.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// A rule between fields is broken.
    #[error("{zh} {en}")]
    Rule {
        /// The rule in Chinese.
        zh: &'static str,
        /// The rule in English.
        en: &'static str,
    },
}

/// A payload that is refused. The author must correct it and send it again under a new sequence.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PayloadError {
    /// Not an encoded `Payload` message.
    #[error(
        "内容无法读取: {0}; 请对方用同版本程序重发 the payload cannot be read; ask the partner to send it again"
    )]
    Unreadable(prost::DecodeError),
    /// The header says one thing and the payload another.
    #[error(
        "内容与信函种类不符: 应为{expected} the payload must be what the header's kind says; 实为 found {}",
        .found.map_or_else(|| "空 nothing".to_owned(), |kind| kind.to_string())
    )]
    WrongKind {
        /// What the header says.
        expected: Kind,
        /// What the payload is; `None` when nothing is set.
        found: Option<Kind>,
    },
    /// A field this program does not know, or a second spelling of a known one: what was checked would not be what was hashed.
    #[error(
        "内容含有未知字段或编码不规范 the payload has an unknown field or is not encoded canonically; 请升级本程序或请对方核对 upgrade this program, or ask the partner to check"
    )]
    NotCanonical,
    /// A field's value is outside its limits.
    #[error("{path}: {reason}")]
    Field {
        /// Dotted path, for example `notice.disclosed.phone`.
        path: String,
        /// What was expected.
        reason: ValueError,
    },
}

impl PayloadError {
    /// The field that broke the rule, as the receipt names it.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Field { path, .. } => Some(path),
            Self::Unreadable(_) | Self::WrongKind { .. } | Self::NotCanonical => None,
        }
    }
}

/// Where in a payload the reader is. Costs nothing until something is wrong.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Field(&'static str),
    Line(usize),
}

impl<'a> At<'a> {
    pub(super) const fn root(name: &'static str) -> Self {
        Self {
            parent: None,
            step: Step::Field(name),
        }
    }

    pub(super) const fn field(&'a self, name: &'static str) -> Self {
        Self {
            parent: Some(self),
            step: Step::Field(name),
        }
    }

    pub(super) const fn line(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            step: Step::Line(index),
        }
    }

    pub(super) fn refuse(&self, reason: impl Into<ValueError>) -> PayloadError {
        PayloadError::Field {
            path: self.path(),
            reason: reason.into(),
        }
    }

    pub(super) fn rule(&self, zh: &'static str, en: &'static str) -> PayloadError {
        self.refuse(ValueError::Rule { zh, en })
    }

    fn path(&self) -> String {
        let own = match self.step {
            Step::Field(name) => name.to_owned(),
            Step::Line(index) => index.to_string(),
        };
        match self.parent {
            Some(parent) => format!("{}.{own}", parent.path()),
            None => own,
        }
    }
}
