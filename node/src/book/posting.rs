//! Where a case's facts lie in the logs, so that a case is read without the log around it: for each case and each bundle of a log
//! one value, which holds the places inside the bundle. No content is repeated here.

use hongyan_proto::{id::CaseId, log::Header};

use super::{
    BookError, Shelf,
    apply::{Place, case_key},
};
use crate::store::{BUNDLE_ENTRIES, Draft, LogNo, View};

fn key(id: CaseId, correspondence: LogNo, log: LogNo, bundle: u64) -> Vec<u8> {
    [
        case_key(id, correspondence).as_slice(),
        &log.0.to_be_bytes(),
        &bundle.to_be_bytes(),
    ]
    .concat()
}

/// Notes where a fact of a case lies. Entries of a log come in order, so a place is always behind the ones before it.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    place: &Place,
    id: CaseId,
    header: &Header,
) -> Result<(), BookError> {
    let key = key(
        id,
        place.correspondence(),
        place.log,
        header.sequence / BUNDLE_ENTRIES,
    );
    let mut places = draft
        .get(View::Event, &key)?
        .map(|bytes| bytes.to_vec())
        .unwrap_or_default();
    places.extend(u8::try_from(header.sequence % BUNDLE_ENTRIES));
    Ok(draft.put_view(View::Event, &key, places)?)
}

/// The facts of a case: each log of the correspondence that has some, with their places, ascending.
pub(super) fn of_case(
    shelf: &impl Shelf,
    correspondence: LogNo,
    id: CaseId,
) -> Result<Vec<(LogNo, Vec<u64>)>, BookError> {
    let bad = || BookError::View("postings");
    let owner = case_key(id, correspondence);
    let mut found: Vec<(LogNo, Vec<u64>)> = Vec::new();
    for (key, places) in shelf.scan(View::Event, &owner)? {
        let (log, bundle) = key[owner.len()..].split_at_checked(4).ok_or_else(bad)?;
        let log = LogNo(u32::from_be_bytes(log.try_into().map_err(|_| bad())?));
        let bundle = u64::from_be_bytes(bundle.try_into().map_err(|_| bad())?);
        let first = bundle.checked_mul(BUNDLE_ENTRIES).ok_or_else(bad)?;
        let places = places.iter().map(|place| first + u64::from(*place));
        match found.last_mut().filter(|(last, _)| *last == log) {
            Some((_, known)) => known.extend(places),
            None => found.push((log, places.collect())),
        }
    }
    Ok(found)
}
