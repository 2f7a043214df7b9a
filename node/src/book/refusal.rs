//! Bodies that were refused: ours there, as the partner's receipts say, and theirs here, as ours will.

use std::ops::Range;

use hongyan_proto::{
    letter::{Payload, Refusal, RefusalReason, Text},
    log::KindGroup,
};

use super::{
    BookError, Shelf,
    apply::case_key,
    event::event_key,
    partner::Partner,
    put, quarter,
    record::{EventRecord, RefusalRecord},
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

fn sequence_of(key: &[u8]) -> Result<u64, BookError> {
    let bytes = key.get(4..12).and_then(|bytes| bytes.try_into().ok());
    bytes
        .map(u64::from_be_bytes)
        .ok_or(BookError::View("refusal"))
}

pub(super) fn keep(draft: &mut Draft<'_>, log: LogNo, refused: &Refused) -> Result<(), StoreError> {
    let record = RefusalRecord {
        reason: refused.reason.code(),
        field: refused.field.clone(),
    };
    put(draft, View::Task, &key(log, refused.sequence), &record)
}

fn checked(sequence: u64, record: RefusalRecord) -> Result<Refused, BookError> {
    let reason = RefusalReason::try_from(record.reason).map_err(|_| BookError::View("refusal"))?;
    Ok(Refused {
        sequence,
        reason,
        field: record.field,
    })
}

/// Was this entry's body refused?
pub fn refusal(
    shelf: &impl Shelf,
    log: LogNo,
    sequence: u64,
) -> Result<Option<Refused>, BookError> {
    read(shelf, View::Task, &key(log, sequence), "refusal")?
        .map(|record| checked(sequence, record))
        .transpose()
}

/// Every refused body of a log, ascending.
pub fn refusals(shelf: &impl Shelf, log: LogNo) -> Result<Vec<Refused>, BookError> {
    shelf
        .scan(View::Task, &log.0.to_be_bytes())?
        .into_iter()
        .map(|(key, bytes)| checked(sequence_of(&key)?, decode(bytes, "refusal")?))
        .collect()
}

/// As a receipt names them.
pub(super) fn within(
    draft: &Draft<'_>,
    log: LogNo,
    range: Range<u64>,
) -> Result<Vec<Refusal>, BookError> {
    draft
        .scan_view_from(View::Task, &log.0.to_be_bytes(), &key(log, range.start))?
        .into_iter()
        .map(|(key, bytes)| checked(sequence_of(&key)?, decode(bytes, "refusal")?))
        .take_while(|refused| {
            refused
                .as_ref()
                .map_or(true, |refused| refused.sequence < range.end)
        })
        .map(|refused| {
            refused.map(|refused| Refusal {
                sequence: refused.sequence,
                reason: refused.reason,
                field: Text::parse(&refused.field).ok(),
            })
        })
        .collect()
}

/// The partner's receipt refuses an entry of an own log: it is no event any more, on either side.
pub(super) fn refused_there(
    draft: &mut Draft<'_>,
    partner: &Partner,
    log: LogNo,
    refusal: &Refusal,
) -> Result<(), BookError> {
    let refused = Refused {
        sequence: refusal.sequence,
        reason: refusal.reason,
        field: refusal
            .field
            .as_ref()
            .map(|field| field.as_str().to_owned())
            .unwrap_or_default(),
    };
    keep(draft, log, &refused)?;
    let entry = draft.one(log, refusal.sequence)?;
    let header = entry.header();
    let (view, owner) = match header.kind.group() {
        KindGroup::Transition => (
            View::Case,
            header
                .case_id
                .map(|id| case_key(id, partner.correspondence)),
        ),
        KindGroup::Correspondence => (
            View::Agreement,
            Some(partner.correspondence.0.to_be_bytes().to_vec()),
        ),
        KindGroup::Quarter => {
            let payload = entry
                .payload()
                .and_then(|bytes| Payload::decode(header.kind, &bytes).ok());
            (
                View::Statement,
                payload.and_then(|payload| quarter::owner(partner.correspondence, &payload)),
            )
        }
        KindGroup::Fact | KindGroup::Local => return Ok(()),
    };
    let Some(owner) = owner else { return Ok(()) };
    let key = event_key(&owner, log, refusal.sequence);
    if let Some(mut event) = read::<EventRecord>(draft, view, &key, "event")? {
        event.refused = true;
        put(draft, view, &key, &event)?;
    }
    Ok(())
}
