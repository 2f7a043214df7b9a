//! What only who holds the keys of a store can do to it: alter what lies behind a valid seal. For the tests of every room that reads logs.

use bytes::Bytes;

use super::{
    Draft, LogNo, Store, StoreError, View,
    bundle::{BUNDLE_ENTRIES, Bundle, Stored},
    entries::tail_keys,
    key,
};

/// The value that holds an entry, and the first entry in it.
fn place(draft: &Draft<'_>, no: LogNo, sequence: u64) -> Result<(Vec<u8>, u64), StoreError> {
    let number = sequence / BUNDLE_ENTRIES;
    let first = number * BUNDLE_ENTRIES;
    let full = key::bundle(no, number);
    if draft.sight().get(&full)?.is_some() {
        return Ok((full, first));
    }
    let runs = tail_keys(draft.sight(), draft.log(no)?, first)?;
    let run = runs
        .into_iter()
        .rev()
        .find_map(|run| Some((key::run_first(&run)?, run)).filter(|(at, _)| *at <= sequence));
    let (begin, run) = run.expect("the entry is there");
    Ok((run, begin))
}

impl Store {
    /// Writes the value that holds an entry again, as `alter` leaves it; `None` removes it. `alter` is told where in it the entry lies.
    pub(super) fn forge_value(
        &self,
        no: LogNo,
        sequence: u64,
        alter: impl FnOnce(Bytes, usize) -> Option<Bytes> + Send + 'static,
    ) {
        let forged = self.commit_blocking(move |draft| -> Result<(), StoreError> {
            let (key, begin) = place(draft, no, sequence)?;
            let index = usize::try_from(sequence - begin).expect("at most 256 entries");
            let value = draft.sight().get(&key)?.expect("the value is there");
            match alter(value, index) {
                Some(value) => draft.own.put(key, value),
                None => draft.own.delete(key),
            }
            Ok(())
        });
        forged.expect("who holds the keys may write what they like");
    }

    /// The same for the entries in it.
    pub(super) fn forge_entries(
        &self,
        no: LogNo,
        sequence: u64,
        alter: impl FnOnce(&mut Vec<Stored>, usize) + Send + 'static,
    ) {
        self.forge_value(no, sequence, |value, index| {
            let bundle = Bundle::decode(&value).expect("a whole bundle");
            let mut entries = bundle.into_entries();
            alter(&mut entries, index);
            Some(Bundle::new(entries).encode())
        });
    }

    /// Another body than the one whose hash the header names.
    pub(crate) fn forge_body(&self, no: LogNo, sequence: u64) {
        self.forge_entries(no, sequence, |entries, index| {
            let body = entries[index].body.take().expect("the entry has a body");
            let mut body = body.to_vec();
            *body.last_mut().expect("a body has a salt") ^= 1;
            entries[index].body = Some(body.into());
        });
    }

    /// The version record of a view, as another program would have left it.
    pub(crate) fn forge_view_version(&self, view: View, version: u8) {
        self.forge_meta(view.version_key(), Some(vec![version]));
    }

    /// A record about the store itself.
    pub(super) fn forge_meta(&self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let forged = self.commit_blocking(move |draft| -> Result<(), StoreError> {
            match value {
                Some(value) => draft.own.put(key, value.into()),
                None => draft.own.delete(key),
            }
            Ok(())
        });
        forged.expect("who holds the keys may write what they like");
    }
}
