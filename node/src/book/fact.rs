//! Facts: read from the logs when they are asked for. A view keeps where they lie and no content, so catching up with a million of
//! them costs little.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{CaseId, KeyId},
    letter::Payload,
    log::{Entry, KindGroup},
};

use super::{
    BookError, Shelf,
    apply::{Author, Place, actor_key, dues_key},
    case::{CaseFile, all_cases, assemble, events_of},
    event::event,
    key::own_name,
    partner::Partner,
    posting,
    record::EventRecord,
    refusal::{refusal, refusals},
};
use crate::{
    domain::event::Event,
    store::{LogNo, Store, View},
};

/// A case with its facts. Reads its own entries only, however long the logs are.
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
        for (record, event) in facts_of_case(store, partner, id)? {
            records.push(record);
            events.push(event);
        }
    }
    assemble(store, partner, id, records, &events).map(Some)
}

fn facts_of_case(
    store: &Store,
    partner: &Partner,
    id: CaseId,
) -> Result<Vec<(EventRecord, Event)>, BookError> {
    let mut facts = Vec::new();
    for log in partner.out_logs.iter().chain(&partner.incoming_logs) {
        let log = log.no;
        let mut places = posting::of_case(store, log, id)?;
        let share = partner.share(log.0).ok_or(BookError::View("postings"))?;
        // Views may be ahead of what a reader may see of a log; and what a new epoch left behind is in force on neither side.
        let size = store.record(log)?.size();
        places.retain(|place| *place < size && share.stands(*place));
        let reading = Reading::of(store, partner, (log, share.author))?;
        for entry in store.pick(log, &places)? {
            if entry.header().case_id != Some(id) {
                continue;
            }
            let sequence = entry.header().sequence;
            let refused = refusal(store, log, sequence)?.is_some();
            facts.extend(reading.fact(&entry, refused)?);
        }
    }
    Ok(facts)
}

/// Every case of a correspondence with its facts: one pass over both logs.
pub fn cases_with_facts(store: &Store, partner: &Partner) -> Result<Vec<CaseFile>, BookError> {
    let mut facts = facts(store, partner)?;
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

type Facts = BTreeMap<CaseId, Vec<(EventRecord, Event)>>;

/// The facts of every case: one pass over both logs.
fn facts(store: &Store, partner: &Partner) -> Result<Facts, BookError> {
    let mut facts = Facts::new();
    let own = partner.out_logs.iter().map(|log| (log, Author::Own));
    let theirs = partner
        .incoming_logs
        .iter()
        .map(|log| (log, Author::Partner));
    for (log, author) in own.chain(theirs) {
        facts_of_log(store, partner, (log.no, author), &mut facts)?;
    }
    Ok(facts)
}

fn facts_of_log(
    store: &Store,
    partner: &Partner,
    (log, author): (LogNo, Author),
    facts: &mut Facts,
) -> Result<(), BookError> {
    let size = store.record(log)?.size();
    // What a new epoch left behind is in force on neither side.
    let end = partner
        .share(log.0)
        .and_then(|share| share.end)
        .map_or(size, |end| end.min(size));
    let refused: Vec<u64> = refusals(store, log)?
        .into_iter()
        .map(|refused| refused.sequence)
        .collect();
    let reading = Reading::of(store, partner, (log, author))?;
    for entry in store.entries(log, 0..end)? {
        let entry = entry?;
        let header = entry.header();
        let Some(id) = header
            .case_id
            .filter(|_| header.kind.group() == KindGroup::Fact)
        else {
            continue;
        };
        let refused = refused.binary_search(&header.sequence).is_ok();
        if let Some(fact) = reading.fact(&entry, refused)? {
            facts.entry(id).or_default().push(fact);
        }
    }
    Ok(())
}

/// From an entry of a log to a fact.
struct Reading<'a> {
    partner: &'a Partner,
    place: Place,
    own: KeyId,
}

impl<'a> Reading<'a> {
    fn of(
        store: &Store,
        partner: &'a Partner,
        (log, author): (LogNo, Author),
    ) -> Result<Self, BookError> {
        let own = own_name(store, Some(partner))?;
        let place = Place {
            log,
            author,
            partner: Some((partner.key_id, partner.correspondence)),
        };
        Ok(Self {
            partner,
            place,
            own,
        })
    }

    /// None when the entry is no event: its reader refused it.
    fn fact(
        &self,
        entry: &Entry,
        refused: bool,
    ) -> Result<Option<(EventRecord, Event)>, BookError> {
        let header = entry.header();
        let payload = entry
            .payload()
            .and_then(|bytes| Payload::decode(header.kind, &bytes).ok());
        let record = EventRecord::new(&self.place, header, payload.as_ref(), refused);
        let event = event(Some(self.partner), self.own, &record)?;
        Ok(event.map(|event| (record, event)))
    }
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
