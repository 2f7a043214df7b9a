//! What own letters say of a case, found by their content, and which of them were corrected: the same fact is not told twice, and a
//! correction is of what stands. No content is repeated here; only a short name of it leads to the letter. Own letters only.

use hongyan_proto::{
    id::CaseId,
    letter::{Correction, Payload},
    log::Header,
};

use super::{BookError, Shelf, apply::Place, payload_of, refusal};
use crate::{
    domain::fact::effective::content,
    store::{Draft, LogNo, View},
};

/// What became of an own letter.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It says what it said.
    AsWritten,
    /// This entry says what is right instead.
    Corrected(u64, Box<Payload>),
    /// This entry took it back.
    Void(u64),
}

fn content_key(shelf: &impl Shelf, log: LogNo, case: CaseId, payload: &Payload) -> Vec<u8> {
    let kind = payload.kind().name().as_bytes();
    let says = match payload {
        Payload::Conduct(conduct) => conduct.quarter.to_string().into_bytes(),
        payload => payload.encode(),
    };
    let text = [case.as_bytes().as_slice(), kind, &says].concat();
    let blind = shelf.hide(&text);
    [&b"s"[..], &log.0.to_be_bytes(), &blind].concat()
}

fn corrected_key(log: LogNo, sequence: u64) -> Vec<u8> {
    [&b"c"[..], &log.0.to_be_bytes(), &sequence.to_be_bytes()].concat()
}

/// Are they the same twice? Of conduct a quarter has one word (W 记实 §二): another one corrects it.
fn same(one: &Payload, other: &Payload) -> bool {
    match (one, other) {
        (Payload::Conduct(one), Payload::Conduct(other)) => one.quarter == other.quarter,
        (one, other) => one == other,
    }
}

/// Takes in a letter about a case that this node wrote to a partner.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    place: &Place,
    case: CaseId,
    (header, payload): (&Header, &Payload),
) -> Result<(), BookError> {
    let (sequence, says) = match payload {
        Payload::Correction(correction) => {
            let key = corrected_key(place.log, correction.corrects);
            draft.put_view(View::Attended, &key, header.sequence.to_be_bytes().to_vec())?;
            (correction.corrects, right(correction))
        }
        fact => (header.sequence, Some(fact.clone())),
    };
    if let Some(says) = says {
        let key = content_key(draft, place.log, case, &says);
        let key = [&key[..], &sequence.to_be_bytes()].concat();
        draft.put_view(View::Attended, &key, Vec::new())?;
    }
    Ok(())
}

fn right(correction: &Correction) -> Option<Payload> {
    correction.replacement.clone().map(content)
}

/// What became of an own letter. A correction that the partner refused corrects nothing.
pub fn standing(shelf: &impl Shelf, log: LogNo, sequence: u64) -> Result<Standing, BookError> {
    let Some(by) = shelf.get(View::Attended, &corrected_key(log, sequence))? else {
        return Ok(Standing::AsWritten);
    };
    let by = by.as_ref().try_into().map(u64::from_be_bytes);
    let by = by.map_err(|_| BookError::View("said"))?;
    if refusal(shelf, log, by)?.is_some() {
        return Ok(Standing::AsWritten);
    }
    Ok(match payload_of(&shelf.one(log, by)?) {
        Some(Payload::Correction(correction)) => match right(&correction) {
            Some(right) => Standing::Corrected(by, Box::new(right)),
            None => Standing::Void(by),
        },
        _ => Standing::AsWritten,
    })
}

/// The letters that say this of the case already, and still stand: each with the entry that says it now, itself or its last correction.
pub fn said(
    shelf: &impl Shelf,
    log: LogNo,
    case: CaseId,
    payload: &Payload,
) -> Result<Vec<(u64, u64)>, BookError> {
    let prefix = content_key(shelf, log, case, payload);
    let mut found = Vec::new();
    for (key, _) in shelf.scan(View::Attended, &prefix)? {
        let (_, sequence) = key.split_last_chunk::<8>().ok_or(BookError::View("said"))?;
        let sequence = u64::from_be_bytes(*sequence);
        // What the partner refused is not in force, and may be told again.
        if refusal(shelf, log, sequence)?.is_some() {
            continue;
        }
        let (by, says) = match standing(shelf, log, sequence)? {
            Standing::AsWritten => (sequence, payload_of(&shelf.one(log, sequence)?)),
            Standing::Corrected(by, right) => (by, Some(*right)),
            Standing::Void(_) => continue,
        };
        if says.is_some_and(|says| same(&says, payload)) {
            found.push((sequence, by));
        }
    }
    Ok(found)
}
