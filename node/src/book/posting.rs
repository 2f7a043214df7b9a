//! Where a case's facts lie in the logs, so that a case is read without the log around it. For each bundle of a log one value
//! holds a short tag of the case of every fact in it: catching up costs one small value a bundle, however many cases it speaks
//! of, and reading a case looks through four bytes an entry instead of the entries. No content is repeated here.

use hongyan_proto::{
    id::CaseId,
    log::{Header, KindGroup},
};

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

/// Notes of consecutive entries of a log: a bundle's value is read and written once for all of them.
pub(super) struct Postings {
    log: LogNo,
    /// The bundle at hand and its tags so far.
    at: Option<(u64, Vec<u8>)>,
}

impl Postings {
    /// For entries of this log.
    pub(super) fn of(log: LogNo) -> Self {
        Self { log, at: None }
    }

    /// Notes an entry when it is a fact of a case. Entries come in order, so its place is behind the ones noted before.
    pub(super) fn keep(&mut self, draft: &mut Draft<'_>, header: &Header) -> Result<(), BookError> {
        let Some(id) = header
            .case_id
            .filter(|_| header.kind.group() == KindGroup::Fact)
        else {
            return Ok(());
        };
        let bundle = header.sequence / BUNDLE_ENTRIES;
        if self.at.as_ref().is_none_or(|(at, _)| *at != bundle) {
            self.end(draft)?;
            let before = draft.get(View::Event, &key(self.log, bundle))?;
            self.at = Some((bundle, before.map(Vec::from).unwrap_or_default()));
        }
        if let Some((_, tags)) = &mut self.at {
            // A bundle has 256 places.
            let place = usize::try_from(header.sequence % BUNDLE_ENTRIES).unwrap_or_default();
            tags.resize(TAG * place, 0);
            tags.extend_from_slice(&tag(id));
        }
        Ok(())
    }

    /// Writes what was noted.
    pub(super) fn end(&mut self, draft: &mut Draft<'_>) -> Result<(), BookError> {
        if let Some((bundle, tags)) = self.at.take() {
            draft.put_view(View::Event, &key(self.log, bundle), tags)?;
        }
        Ok(())
    }
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
