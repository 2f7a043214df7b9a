//! Bodies that were refused: ours there, as the partner's receipts say, and theirs here, as ours will.

use std::ops::Range;

use hongyan_proto::letter::{Refusal, RefusalReason, Text};

use super::{
    BookError, Shelf, apply::case_key, partner::Partner, put,
    record::{CaseRecord, RefusalRecord},
    shelf::{decode, read},
};
use crate::store::{Draft, LogNo, StoreError, View};

/// A refused body of a log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refused {
    /// Which entry.
    pub sequence: u64,
    /// Why.
    pub reason: RefusalReason,
    /// The field that broke the rule, as a dotted path, or empty.
    pub field: String,
}

fn key(log: LogNo, sequence: u64) -> Vec<u8> {
    [log.0.to_be_bytes().as_slice(), &sequence.to_be_bytes()].concat()
}

pub(super) fn keep(draft: &mut Draft<'_>, log: LogNo, refused: &Refused) -> Result<(), StoreError> {
    let record = RefusalRecord { reason: refused.reason.code(), field: refused.field.clone() };
    put(draft, View::Task, &key(log, refused.sequence), &record)
}

fn checked(sequence: u64, record: RefusalRecord) -> Result<Refused, BookError> {
    let reason = RefusalReason::try_from(record.reason).map_err(|_| BookError::View("refusal"))?;
    Ok(Refused { sequence, reason, field: record.field })
}

/// Was this entry's body refused?
pub fn refusal(shelf: &impl Shelf, log: LogNo, sequence: u64) -> Result<Option<Refused>, BookError> {
    read(shelf, View::Task, &key(log, sequence), "refusal")?
        .map(|record| checked(sequence, record))
        .transpose()
}

/// Every refused body of a log, ascending.
pub fn refusals(shelf: &impl Shelf, log: LogNo) -> Result<Vec<Refused>, BookError> {
    shelf
        .scan(View::Task, &log.0.to_be_bytes())?
        .into_iter()
        .map(|(key, bytes)| {
            let sequence = key.get(4..12).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
            checked(sequence.ok_or(BookError::View("refusal"))?, decode(bytes, "refusal")?)
        })
        .collect()
}

/// As a receipt names them.
pub(super) fn within(shelf: &impl Shelf, log: LogNo, range: Range<u64>) -> Result<Vec<Refusal>, BookError> {
    Ok(refusals(shelf, log)?
        .into_iter()
        .filter(|refused| range.contains(&refused.sequence))
        .map(|refused| Refusal {
            sequence: refused.sequence,
            reason: refused.reason,
            field: Text::parse(&refused.field).ok(),
        })
        .collect())
}

/// The partner's receipt refuses one of our entries: it is no event any more, on either side.
pub(super) fn refused_there(draft: &mut Draft<'_>, partner: &Partner, refusal: &Refusal) -> Result<(), BookError> {
    let refused = Refused {
        sequence: refusal.sequence,
        reason: refusal.reason,
        field: refusal.field.as_ref().map(|field| field.as_str().to_owned()).unwrap_or_default(),
    };
    keep(draft, partner.out, &refused)?;
    let header = draft.one(partner.out, refusal.sequence)?;
    let header = header.header();
    let mut places = vec![(View::Agreement, partner.correspondence.0.to_be_bytes().to_vec())];
    if let Some(id) = header.case_id {
        places.push((View::Case, case_key(id, partner.correspondence)));
    }
    for (view, key) in places {
        mark(draft, view, &key, partner.out, refusal.sequence)?;
    }
    for (key, _) in draft.scan(View::Statement, &partner.correspondence.0.to_be_bytes())? {
        mark(draft, View::Statement, &key, partner.out, refusal.sequence)?;
    }
    Ok(())
}

fn mark(draft: &mut Draft<'_>, view: View, key: &[u8], log: LogNo, sequence: u64) -> Result<(), BookError> {
    let Some(mut record) = read::<CaseRecord>(draft, view, key, "record")? else {
        return Ok(());
    };
    let found = record.events.iter_mut().find(|event| event.log == log.0 && event.sequence == sequence);
    if let Some(event) = found {
        event.refused = true;
        put(draft, view, key, &record)?;
    }
    Ok(())
}
