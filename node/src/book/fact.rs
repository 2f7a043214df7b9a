//! Facts: read from the logs when they are asked for. They touch no view, so catching up with a million of them costs nothing.

use std::collections::BTreeMap;

use hongyan_proto::{id::CaseId, letter::Payload, log::KindGroup};

use super::{
    BookError, Shelf,
    apply::{Author, Place, actor_key, dues_key},
    case::{CaseFile, all_cases, assemble, events_of},
    event::event,
    partner::{LogRef, Partner},
    record::EventRecord,
    refusal,
};
use crate::{
    domain::event::Event,
    store::{LogNo, Store, View},
};

/// A case with its facts.
pub fn case_with_facts(
    store: &Store,
    partner: Option<&Partner>,
    id: CaseId,
) -> Result<Option<CaseFile>, BookError> {
    let (mut records, mut events) = events_of(store, partner, id)?;
    if records.is_empty() {
        return Ok(None);
    }
    if let Some(partner) = partner {
        let from = earliest(partner, &records);
        for (record, event) in facts(store, partner, from, Some(id))?
            .remove(&id)
            .unwrap_or_default()
        {
            records.push(record);
            events.push(event);
        }
    }
    assemble(store, partner, id, records, &events).map(Some)
}

/// Every case of a correspondence with its facts: one pass over both logs.
pub fn cases_with_facts(store: &Store, partner: &Partner) -> Result<Vec<CaseFile>, BookError> {
    let mut facts = facts(store, partner, (0, 0), None)?;
    all_cases(store, Some(partner))?
        .into_iter()
        .map(|file| match facts.remove(&file.id) {
            None => Ok(file),
            Some(facts) => {
                let (mut records, mut events) = events_of(store, Some(partner), file.id)?;
                for (record, event) in facts {
                    records.push(record);
                    events.push(event);
                }
                assemble(store, Some(partner), file.id, records, &events)
            }
        })
        .collect()
}

/// From where in the own and in the partner's log a case can have entries: its first entry, and what that one had seen.
/// Counted from the correspondence's start.
fn earliest(partner: &Partner, records: &[EventRecord]) -> (u64, u64) {
    records
        .iter()
        .filter_map(|record| {
            let share = partner.share(record.log)?;
            let sequence = share.base + record.sequence;
            Some(match share.author {
                Author::Own => (sequence, record.seen),
                Author::Partner => (record.seen, sequence),
            })
        })
        .fold(None, |least: Option<(u64, u64)>, (own, theirs)| {
            Some(least.map_or((own, theirs), |least| {
                (least.0.min(own), least.1.min(theirs))
            }))
        })
        .unwrap_or_default()
}

type Facts = BTreeMap<CaseId, Vec<(EventRecord, Event)>>;

fn facts(
    store: &Store,
    partner: &Partner,
    from: (u64, u64),
    only: Option<CaseId>,
) -> Result<Facts, BookError> {
    let mut facts = Facts::new();
    let own = partner
        .out_logs
        .iter()
        .map(|log| (log, Author::Own, from.0));
    let theirs = partner
        .incoming_logs
        .iter()
        .map(|log| (log, Author::Partner, from.1));
    for (log, author, from) in own.chain(theirs) {
        facts_of_log(store, partner, (log, author), from, only, &mut facts)?;
    }
    Ok(facts)
}

fn facts_of_log(
    store: &Store,
    partner: &Partner,
    (log, author): (&LogRef, Author),
    from: u64,
    only: Option<CaseId>,
    facts: &mut Facts,
) -> Result<(), BookError> {
    let own = store.record(LogNo::LOCAL)?.origin.author;
    let size = store.record(log.no)?.size();
    // What a new epoch left behind is in force on neither side.
    let end = partner
        .share(log.no.0)
        .and_then(|share| share.end)
        .map_or(size, |end| end.min(size));
    let refused: Vec<u64> = refusal::refusals(store, log.no)?
        .into_iter()
        .map(|refused| refused.sequence)
        .collect();
    let place = Place {
        log: log.no,
        author,
        partner: Some((partner.key_id, partner.correspondence)),
    };
    for entry in store.entries(log.no, from.saturating_sub(log.base).min(end)..end)? {
        let entry = entry?;
        let header = entry.header();
        let Some(id) = header
            .case_id
            .filter(|id| only.is_none_or(|only| only == *id))
        else {
            continue;
        };
        if header.kind.group() != KindGroup::Fact {
            continue;
        }
        let payload = entry
            .payload()
            .and_then(|bytes| Payload::decode(header.kind, &bytes).ok());
        let refused = refused.binary_search(&header.sequence).is_ok();
        let record = EventRecord::new(&place, header, payload.as_ref(), refused);
        if let Some(event) = event(Some(partner), own, &record)? {
            facts.entry(id).or_default().push((record, event));
        }
    }
    Ok(())
}

/// Did an own entry to this partner use a receipt number already?
pub fn receipt_is_used(
    shelf: &impl Shelf,
    partner: &Partner,
    receipt: &str,
) -> Result<bool, BookError> {
    let key = dues_key(partner.correspondence, shelf.hide(receipt.as_bytes()));
    let Some(entry) = shelf.get(View::Index, &key)? else {
        return Ok(false);
    };
    let (log, sequence) = entry.split_at_checked(4).ok_or(BookError::View("dues"))?;
    let log = log
        .try_into()
        .map(u32::from_be_bytes)
        .map_err(|_| BookError::View("dues"))?;
    let sequence = sequence
        .try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| BookError::View("dues"))?;
    // An entry that a new epoch left behind is written again, with the same receipt.
    Ok(partner
        .share(log)
        .is_none_or(|share| share.stands(sequence)))
}

/// Who entered an own entry; none for the partner's.
pub fn actor(shelf: &impl Shelf, log: LogNo, sequence: u64) -> Result<Option<String>, BookError> {
    let log = shelf.record(log)?.log_id();
    let bytes = shelf.get(View::Index, &actor_key(&log, sequence))?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
