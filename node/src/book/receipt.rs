//! Receipts (回执): what the partner has applied of ours, and what we say we have applied of the partner's.

use hongyan_proto::{
    id::KeyId,
    letter::{Payload, Receipt},
    log::Kind,
    time::Timestamp,
};

use super::{
    BookError, Shelf as _,
    apply::{Author, Place, apply},
    partner::{partner, put_record, record},
    refusal,
};
use crate::store::{Draft, NewEntry};

/// Refusals in one receipt, so that its payload stays below its limit. The rest follows in the next one.
const REFUSALS_MAX: usize = 300;

/// An own receipt was written.
pub(super) fn written(draft: &mut Draft<'_>, key: KeyId, receipt: &Receipt) -> Result<(), BookError> {
    let mut record = record(draft, key)?;
    let current = partner(draft, key)?.incoming;
    let is_current = match current {
        Some(log) => draft.record(log)?.log_id() == receipt.log_id,
        None => false,
    };
    if is_current {
        record.receipted = record.receipted.max(receipt.size);
        let size = current.map_or(Ok(0), |log| draft.record(log).map(|record| record.size()))?;
        record.owes_receipt = record.receipted < size && record.owes_receipt;
        put_record(draft, &record)?;
    }
    if let Some(log) = draft.records().into_iter().find(|record| record.log_id() == receipt.log_id) {
        for refused in &receipt.refusals {
            let refused = refusal::Refused {
                sequence: refused.sequence,
                reason: refused.reason,
                field: refused.field.as_ref().map(|field| field.as_str().to_owned()).unwrap_or_default(),
            };
            refusal::keep(draft, log.no, &refused)?;
        }
    }
    Ok(())
}

/// A receipt of the partner's arrived. One for a log that is not the current one, or for more than there is, says nothing.
pub(super) fn read(draft: &mut Draft<'_>, key: KeyId, receipt: &Receipt) -> Result<(), BookError> {
    let current = partner(draft, key)?;
    let log = draft.record(current.out)?;
    if log.log_id() != receipt.log_id || receipt.size > log.size() {
        return Ok(());
    }
    let mut record = record(draft, key)?;
    record.applied = record.applied.max(receipt.size);
    put_record(draft, &record)?;
    for refused in &receipt.refusals {
        refusal::refused_there(draft, &current, refused)?;
    }
    Ok(())
}

/// Writes the receipt that is owed, if one is: the partner's log to its size, its root, and what was refused since the last one.
/// Receipts alone are never answered, or two nodes would talk for ever. True when one was written.
pub fn acknowledge_receipt(draft: &mut Draft<'_>, key: KeyId, now: Timestamp) -> Result<bool, BookError> {
    let partner = partner(draft, key)?;
    let Some(incoming) = partner.incoming.filter(|_| partner.owes_receipt && partner.may_write().is_ok()) else {
        return Ok(false);
    };
    let log = draft.record(incoming)?;
    let refusals = refusal::within(draft, incoming, partner.receipted..log.size())?;
    for refusals in chunks(&refusals) {
        let receipt = Receipt { log_id: log.log_id(), size: log.size(), root: log.root(), refusals };
        let payload = Payload::Receipt(receipt);
        let sequence = draft.append(
            partner.out,
            NewEntry {
                seen: partner.incoming_base + log.size(),
                time: now,
                kind: Kind::Receipt,
                case_id: None,
                agreement: None,
                payload: payload.encode(),
            },
        )?;
        let entry = draft.one(partner.out, sequence)?;
        let place = Place { log: partner.out, author: Author::Own, partner: Some((key, partner.correspondence)) };
        apply(draft, &place, entry.header(), Some(&payload), false)?;
    }
    Ok(true)
}

fn chunks<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    if all.is_empty() {
        return vec![Vec::new()];
    }
    all.chunks(REFUSALS_MAX).map(<[T]>::to_vec).collect()
}
