//! Receipts (回执): what the partner has applied of ours, and what we say we have applied of the partner's.

use hongyan_proto::{
    id::KeyId,
    letter::{Payload, Receipt, Refusal},
    log::Kind,
    time::Timestamp,
};

use super::{
    BookError,
    apply::{Author, Place, apply},
    partner::{LogRef, partner, put_record, record},
    refusal,
};
use crate::store::{Draft, LogNo, NewEntry};

/// Refusals in one receipt, so that its payload stays below its limit. The rest follows in the next one.
const REFUSALS_MAX: usize = 300;

/// An own receipt was written. It is also where a restored node finds what it refused.
pub(super) fn written(
    draft: &mut Draft<'_>,
    key: KeyId,
    receipt: &Receipt,
) -> Result<(), BookError> {
    let partner = partner(draft, key)?;
    let Some(log) = find(draft, &partner.incoming_logs, receipt)? else {
        return Ok(());
    };
    if partner.incoming == Some(log) {
        let mut record = record(draft, key)?;
        record.receipted = record.receipted.max(receipt.size);
        record.owes_receipt = record.receipted < draft.log(log)?.size() && record.owes_receipt;
        put_record(draft, &record)?;
    }
    for refused in &receipt.refusals {
        let refused = refusal::Refused {
            sequence: refused.sequence,
            reason: refused.reason,
            field: refused
                .field
                .as_ref()
                .map(|field| field.as_str().to_owned())
                .unwrap_or_default(),
        };
        refusal::keep(draft, log, &refused)?;
    }
    Ok(())
}

/// A receipt of the partner's arrived. One for no own log, or for more than there is, says nothing. An entry is judged once: what an
/// earlier receipt covered is applied or refused for good, or a partner could take back what was agreed.
pub(super) fn read(draft: &mut Draft<'_>, key: KeyId, receipt: &Receipt) -> Result<(), BookError> {
    let partner = partner(draft, key)?;
    let Some(log) = find(draft, &partner.out_logs, receipt)? else {
        return Ok(());
    };
    if receipt.size > draft.log(log)?.size() {
        return Ok(());
    }
    let mut record = record(draft, key)?;
    let Some(entry) = record.out_logs.iter_mut().find(|known| known.no == log.0) else {
        return Ok(());
    };
    let before = entry.applied;
    entry.applied = before.max(receipt.size);
    put_record(draft, &record)?;
    for refused in &receipt.refusals {
        if (before..receipt.size).contains(&refused.sequence) {
            refusal::refused_there(draft, &partner, log, refused)?;
        }
    }
    Ok(())
}

fn find(draft: &Draft<'_>, logs: &[LogRef], receipt: &Receipt) -> Result<Option<LogNo>, BookError> {
    // The newest first: it is nearly always that one.
    for log in logs.iter().rev() {
        if draft.log(log.no)?.log_id() == receipt.log_id {
            return Ok(Some(log.no));
        }
    }
    Ok(None)
}

/// Writes the receipt that is owed, if one is: the partner's log to its size, its root, and what was refused since the last one.
/// Receipts alone are never answered, or two nodes would talk for ever. True when one was written.
pub fn acknowledge_receipt(
    draft: &mut Draft<'_>,
    key: KeyId,
    now: Timestamp,
) -> Result<bool, BookError> {
    let partner = partner(draft, key)?;
    let Some(incoming) = partner
        .incoming
        .filter(|_| partner.owes_receipt && partner.may_write().is_ok())
    else {
        return Ok(false);
    };
    let size = draft.log(incoming)?.size();
    let seen = partner.incoming_base + size;
    // A restored mirror is shorter than what the own log says it has seen: the receipt stays owed until the rest is back.
    if seen < draft.log(partner.out)?.last_seen {
        return Ok(false);
    }
    let log_id = draft.log(incoming)?.log_id();
    let refusals = refusal::within(draft, incoming, partner.receipted..size)?;
    for (refusals, size) in chunks(&refusals, size) {
        let root = draft.tree_at(incoming, size)?.root();
        let payload = Payload::Receipt(Receipt {
            log_id,
            size,
            root,
            refusals,
        });
        let header = draft.append_entry(
            partner.out,
            NewEntry {
                seen,
                time: now,
                kind: Kind::Receipt,
                case_id: None,
                agreement: None,
                payload: payload.encode(),
            },
        )?;
        let place = Place {
            log: partner.out,
            author: Author::Own,
            partner: Some((key, partner.correspondence)),
        };
        apply(draft, &place, &header, Some(&payload), false)?;
    }
    Ok(true)
}

/// The refusals in portions, each with how far it covers the log: to its last refusal, the last portion to the end. A portion that
/// covered more would declare the next one's refusals applied.
fn chunks(all: &[Refusal], size: u64) -> Vec<(Vec<Refusal>, u64)> {
    let mut chunks: Vec<_> = all
        .chunks(REFUSALS_MAX)
        .map(|chunk| {
            (
                chunk.to_vec(),
                chunk.last().map_or(size, |last| last.sequence + 1),
            )
        })
        .collect();
    match chunks.last_mut() {
        Some(last) => last.1 = size,
        None => chunks.push((Vec::new(), size)),
    }
    chunks
}

#[cfg(test)]
mod tests {
    use hongyan_proto::letter::RefusalReason;

    use super::*;

    #[test]
    fn each_portion_covers_its_own_refusals_and_the_last_the_whole() {
        let refused = |sequence| Refusal {
            sequence,
            reason: RefusalReason::Malformed,
            field: None,
        };
        let all: Vec<_> = (0..700).map(|number| refused(number * 2)).collect();
        let sizes: Vec<_> = chunks(&all, 5000)
            .into_iter()
            .map(|(refusals, size)| (refusals.len(), size))
            .collect();
        assert_eq!(sizes, [(300, 599), (300, 1199), (100, 5000)]);
        assert_eq!(chunks(&[], 7), [(Vec::new(), 7)]);
    }
}
