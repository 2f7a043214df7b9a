//! Question and answer by letter: how a node that was restored and has no network learns what its partner holds.

use hongyan_proto::{
    id::KeyId,
    sealed::{QUESTION_BYTES, Question},
};
use rand::RngCore as _;

use super::{
    BookError,
    contact::{change, record},
    partner::partner,
};
use crate::store::{Draft, LogNo};

/// What to ask the partner by letter: the same until it is answered, so that any letter that asked will do.
pub fn ask(draft: &mut Draft<'_>, key: KeyId) -> Result<Question, BookError> {
    if let Ok(asked) = record(draft, key)?.asked.as_ref().try_into() {
        return Ok(asked);
    }
    let mut question = [0; QUESTION_BYTES];
    draft.rng().fill_bytes(&mut question);
    let asked = question.to_vec().into();
    change(draft, key, |record| record.asked = asked)?;
    Ok(question)
}

/// The partner asks by letter what is held here of its log.
pub fn note_question(
    draft: &mut Draft<'_>,
    key: KeyId,
    question: Question,
) -> Result<(), BookError> {
    change(draft, key, |record| {
        record.to_answer = question.to_vec().into();
    })
}

/// The partner's letter answers a question: it held so much of a log. When it was asked just that, and all of it is here again,
/// the log may be written.
pub fn note_answer(
    draft: &mut Draft<'_>,
    key: KeyId,
    log: LogNo,
    (question, held): (Question, u64),
) -> Result<(), BookError> {
    let asked = record(draft, key)?.asked;
    if asked != question.as_slice() || partner(draft, key)?.out != log {
        return Ok(());
    }
    if held <= draft.log(log)?.size() {
        draft.confirmed(log)?;
        change(draft, key, |record| record.asked.clear())?;
    }
    Ok(())
}
