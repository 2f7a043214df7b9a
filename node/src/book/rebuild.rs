//! Makes the views again from the logs: after an upgrade that changed their shape, and to check that nothing in them is made up.

use std::ops::Range;

use hongyan_proto::{id::KeyId, letter::Payload, log::Kind};

use super::{
    BookError, Shelf as _,
    apply::{Author, Place, apply_content},
    key::keys_of,
    partner::{partner, partners, put_record, record},
    posting::Postings,
    refusal::refusal,
};
use crate::store::{BUNDLE_ENTRIES, Draft, LogRecord, Store, View};

/// The views that are made from the logs. Contacts and remembered requests are in none of them.
const FROM_LOGS: [View; 19] = [
    View::Case,
    View::CaseOfCertificate,
    View::Member,
    View::MemberOfCertificate,
    View::Correspondence,
    View::Agreement,
    View::Statement,
    View::Event,
    View::Task,
    View::Invitation,
    View::Gateway,
    View::Unit,
    View::Certificate,
    View::Policy,
    View::Life,
    View::Former,
    View::Attended,
    View::Form,
    View::Dues,
];

/// The parts of the small index that are made from the logs; remembered requests are not.
const INDEX_FROM_LOGS: [&[u8]; 5] = [b"m", b"d", b"a", b"c", b"g"];

/// Entries whose effects lie in memory together: whole bundles, so that each one's postings are written once.
const PIECE: u64 = 4 * BUNDLE_ENTRIES;

/// Clears the views and applies every log again, the local one first: it says who the partners are. `progress` hears how many entries of how
/// many are done.
///
/// It is done in pieces, as the logs may be larger than the memory. Until the last one the views count as unfilled: an opening after a power
/// cut in between begins anew.
pub fn rebuild(store: &Store, progress: &dyn Fn(u64, u64)) -> Result<(), BookError> {
    store.commit_blocking(clear)?;
    let mut again = Again {
        store,
        done: 0,
        all: store.records().iter().map(LogRecord::size).sum(),
        progress,
    };
    again.log(Place::LOCAL)?;
    for partner in partners(store)? {
        let key = partner.key_id;
        let keys = keys_of(store, key);
        // Own logs first: they say which of the partner's epochs were accepted.
        for author in [Author::Own, Author::Partner] {
            for record in store.records() {
                let shared = match author {
                    Author::Own => record.own && keys.contains(&record.origin.audience),
                    Author::Partner => !record.own && keys.contains(&record.origin.author),
                };
                if shared {
                    again.log(Place {
                        log: record.no,
                        author,
                        partner: Some((key, partner.correspondence)),
                    })?;
                }
            }
        }
        let reader = store.clone();
        store.commit_blocking(move |draft| owe_receipt(draft, &reader, key))?;
    }
    store.commit_blocking(|draft| {
        draft.mark_filled();
        Ok(())
    })
}

fn clear(draft: &mut Draft<'_>) -> Result<(), BookError> {
    for view in FROM_LOGS {
        draft.clear_view(view)?;
    }
    for prefix in INDEX_FROM_LOGS {
        for (key, _) in draft.scan(View::Index, prefix)? {
            draft.delete_view(View::Index, &key);
        }
    }
    Ok(())
}

/// A rebuild under way.
struct Again<'a> {
    store: &'a Store,
    done: u64,
    all: u64,
    progress: &'a dyn Fn(u64, u64),
}

impl Again<'_> {
    fn log(&mut self, place: Place) -> Result<(), BookError> {
        let size = self.store.record(place.log)?.size();
        let mut from = 0;
        while from < size {
            let until = size.min(from + PIECE);
            let reader = self.store.clone();
            self.store
                .commit_blocking(move |draft| apply_piece(draft, &reader, &place, from..until))?;
            self.done += until - from;
            (self.progress)(self.done, self.all);
            from = until;
        }
        Ok(())
    }
}

fn apply_piece(
    draft: &mut Draft<'_>,
    reader: &Store,
    place: &Place,
    piece: Range<u64>,
) -> Result<(), BookError> {
    let mut postings = Postings::of(place.log);
    for entry in reader.entries(place.log, piece)? {
        let entry = entry?;
        let header = entry.header();
        let payload = entry
            .payload()
            .and_then(|bytes| Payload::decode(header.kind, &bytes).ok());
        // A mirrored entry without a body was refused here; of own ones the partner's receipts say it.
        let refused = match place.author {
            Author::Partner => payload.is_none(),
            Author::Own => refusal(draft, place.log, header.sequence)?.is_some(),
        };
        apply_content(draft, place, header, payload.as_ref(), refused)?;
        postings.keep(draft, header)?;
    }
    postings.end(draft)
}

/// A receipt is owed when something else than receipts lies behind the last own one.
fn owe_receipt(draft: &mut Draft<'_>, reader: &Store, key: KeyId) -> Result<(), BookError> {
    let Some(log) = partner(draft, key)?.incoming else {
        return Ok(());
    };
    let mut record = record(draft, key)?;
    let size = reader.record(log)?.size();
    record.owes_receipt = false;
    for entry in reader.entries(log, record.receipted..size)? {
        record.owes_receipt |= entry?.header().kind != Kind::Receipt;
    }
    put_record(draft, &record)
}
