//! What letters say has changed about a case's member since it was told: where they lie. They are few, and are wanted wherever the member is
//! shown, also where nobody reads the other facts of the case.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::CaseId,
    letter::{Change, Payload, Replacement},
    log::Header,
    time::Timestamp,
};

use super::{
    Author, BookError, CaseFile, Shelf,
    apply::{Place, case_key},
    partner::partner,
    payload_of, refusal,
};
use crate::store::{Draft, LogNo, View};

fn prefix(id: CaseId) -> Vec<u8> {
    [&b"g"[..], id.as_bytes()].concat()
}

fn key(place: &Place, id: CaseId, sequence: u64) -> Vec<u8> {
    let case = case_key(id, place.correspondence());
    let at = [&place.log.0.to_be_bytes()[..], &sequence.to_be_bytes()].concat();
    [&b"g"[..], &case, &at].concat()
}

/// Takes in a letter about a case, of either side.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    place: &Place,
    header: &Header,
    payload: Option<&Payload>,
) -> Result<(), BookError> {
    let (Some(id), Some(payload)) = (header.case_id, payload) else {
        return Ok(());
    };
    let bears = match payload {
        Payload::Change(_) => true,
        Payload::Correction(correction) => {
            let corrected = key(place, id, correction.corrects);
            draft.get(View::Index, &corrected)?.is_some()
        }
        _ => false,
    };
    if bears {
        draft.put_view(View::Index, &key(place, id, header.sequence), Vec::new())?;
    }
    Ok(())
}

/// Reads a key after its prefix: the correspondence, the log, the place there.
fn read(rest: &[u8]) -> Result<(LogNo, u64), BookError> {
    let bad = || BookError::View("changed");
    let (log, sequence) = rest
        .get(4..)
        .and_then(|at| at.split_at_checked(4))
        .ok_or_else(bad)?;
    Ok((
        LogNo(u32::from_be_bytes(log.try_into().map_err(|_| bad())?)),
        u64::from_be_bytes(sequence.try_into().map_err(|_| bad())?),
    ))
}

/// What stands of the changes told in a case, in the order of their days, each with who told it.
pub fn changed(shelf: &impl Shelf, file: &CaseFile) -> Result<Vec<(Author, Change)>, BookError> {
    let prefix = prefix(file.id);
    let keys = shelf.scan(View::Index, &prefix)?;
    let (Some(key), false) = (file.partner, keys.is_empty()) else {
        return Ok(Vec::new());
    };
    let partner = partner(shelf, key)?;
    let mut found: BTreeMap<(LogNo, u64), (Timestamp, Author, Option<Change>)> = BTreeMap::new();
    for (key, _) in keys {
        let (log, sequence) = read(&key[prefix.len()..])?;
        // Views may be ahead of what a reader sees of a log; and what a new epoch left behind is in force on neither side.
        let share = partner.share(log.0).filter(|share| share.stands(sequence));
        let (Some(share), true) = (share, sequence < shelf.record(log)?.size()) else {
            continue;
        };
        if refusal(shelf, log, sequence)?.is_some() {
            continue;
        }
        let entry = shelf.one(log, sequence)?;
        match payload_of(&entry) {
            Some(Payload::Change(change)) => {
                let told = (entry.header().time, share.author, Some(change));
                found.insert((log, sequence), told);
            }
            Some(Payload::Correction(correction)) => {
                let says = match correction.replacement {
                    None => None,
                    Some(Replacement::Change(change)) => Some(change),
                    // It corrects nothing.
                    Some(_) => continue,
                };
                if let Some((_, _, told)) = found.get_mut(&(log, correction.corrects)) {
                    *told = says;
                }
            }
            _ => {}
        }
    }
    let mut stand: Vec<_> = found
        .into_values()
        .filter_map(|(time, author, change)| Some((change.as_ref()?.day, time, author, change?)))
        .collect();
    stand.sort_by_key(|(day, time, ..)| (*day, *time));
    Ok(stand
        .into_iter()
        .map(|(.., author, change)| (author, change))
        .collect())
}
