//! Question and answer beside a letter's frames: how a node that was restored learns by letters what its partner holds.

use bytes::Bytes;

use super::SealedError;
use crate::pb::exchange::v1 as pb;

/// Bytes of a question.
pub const QUESTION_BYTES: usize = 16;

/// A question: random bytes, so that its answer can only have been written after it was read.
pub type Question = [u8; QUESTION_BYTES];

/// What a letter asks, and what it answers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Inquiry {
    /// How much of the author's log does the reader hold? Asked by an author that may have lost entries.
    pub ask: Option<Question>,
    /// The reader's newest question, and how many entries of the reader's log the author held when it wrote this letter.
    pub answer: Option<(Question, u64)>,
}

fn question(field: &Bytes) -> Result<Option<Question>, SealedError> {
    if field.is_empty() {
        return Ok(None);
    }
    let question = field.as_ref().try_into();
    question.map(Some).map_err(|_| {
        SealedError::Malformed(format!(
            "问询应为 {QUESTION_BYTES} 字节 a question has {QUESTION_BYTES} bytes, this one {}",
            field.len()
        ))
    })
}

impl Inquiry {
    /// The part of a letter that carries it.
    pub(super) fn into_wire(self) -> pb::SealedLetter {
        let field = |question: Question| Bytes::copy_from_slice(&question);
        pb::SealedLetter {
            ask: self.ask.map(field).unwrap_or_default(),
            answer: self
                .answer
                .map(|(question, _)| field(question))
                .unwrap_or_default(),
            answer_held: self.answer.map_or(0, |(_, held)| held),
            ..pb::SealedLetter::default()
        }
    }

    pub(super) fn read(ask: &Bytes, answer: &Bytes, held: u64) -> Result<Self, SealedError> {
        Ok(Self {
            ask: question(ask)?,
            answer: question(answer)?.map(|question| (question, held)),
        })
    }
}
