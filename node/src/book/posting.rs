//! Where a case's facts lie in the logs, so that a case is read without the log around it. For each bundle of a log one value
//! holds a short tag of the case of every fact in it: catching up costs one small value a bundle, however many cases it speaks
//! of, and reading a case looks through four bytes an entry instead of the entries. No content is repeated here.

use hongyan_proto::id::CaseId;

use super::{BookError, Shelf};
use crate::store::{BUNDLE_ENTRIES, Draft, LogNo, View};

/// Bytes of a tag. Two cases may share one: whoever reads the entries sees which is meant.
const TAG: usize = 4;

/// Never all zero: that stands for an entry that is no fact of a case.
fn tag(id: CaseId) -> [u8; TAG] {
    let [first, second, third, fourth, ..] = *id.as_bytes();
    [first, second, third, fourth | 1]
}

fn key(log: LogNo, bundle: u64) -> Vec<u8> {
    [&log.0.to_be_bytes()[..], &bundle.to_be_bytes()].concat()
}

/// Notes that an entry is a fact of a case. Entries of a log come in order, so its place is behind the ones noted before.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    log: LogNo,
    sequence: u64,
    id: CaseId,
) -> Result<(), BookError> {
    let key = key(log, sequence / BUNDLE_ENTRIES);
    let before = draft.get(View::Event, &key)?.unwrap_or_default();
    // A bundle has 256 places.
    let at = TAG * usize::try_from(sequence % BUNDLE_ENTRIES).unwrap_or_default();
    let mut tags = Vec::with_capacity(at + TAG);
    tags.extend_from_slice(&before[..before.len().min(at)]);
    tags.resize(at, 0);
    tags.extend_from_slice(&tag(id));
    Ok(draft.put_view(View::Event, &key, tags)?)
}

/// The places in a log, ascending, that may hold facts of a case: all of them and now and then one of another case.
pub(super) fn of_case(shelf: &impl Shelf, log: LogNo, id: CaseId) -> Result<Vec<u64>, BookError> {
    let bad = || BookError::View("postings");
    let owner = log.0.to_be_bytes();
    let wanted = tag(id);
    let mut places = Vec::new();
    for (key, tags) in shelf.scan(View::Event, &owner)? {
        let bundle = key[owner.len()..].try_into().map_err(|_| bad())?;
        let first = u64::from_be_bytes(bundle).checked_mul(BUNDLE_ENTRIES);
        let first = first.ok_or_else(bad)?;
        let found = (first..)
            .zip(tags.chunks_exact(TAG))
            .filter(|(_, tag)| *tag == wanted);
        places.extend(found.map(|(place, _)| place));
    }
    Ok(places)
}
