//! Printed forms: by kind and year, so that they are numbered; by code, so that a paper finds its entry.

use hongyan_proto::{
    letter::{FormCode, FormIssued, FormKind, Payload},
    log::{Header, Kind},
    time::Timestamp,
};

use super::{BookError, Shelf};
use crate::store::{Draft, View};

/// The first byte of a key: forms, and codes that lead to them.
const FORM: u8 = b'f';
const CODE: u8 = b'c';
/// Bytes of a key behind its first: kind, year, sequence.
const PLACE: usize = 1 + 2 + 8;

/// A form that was printed.
#[derive(Clone, Debug, PartialEq)]
pub struct PrintedForm {
    /// Its entry in the local log.
    pub sequence: u64,
    /// What the entry says.
    pub issued: FormIssued,
}

/// The year in China at an instant: forms are numbered by year.
fn year(at: Timestamp) -> [u8; 2] {
    at.day().date().year().to_be_bytes()
}

fn prefix(kind: FormKind, at: Timestamp) -> Vec<u8> {
    // Kinds are few.
    let kind = u8::try_from(kind.code()).unwrap_or_default();
    [&[FORM, kind][..], &year(at)].concat()
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    header: &Header,
    issued: &FormIssued,
) -> Result<(), BookError> {
    let place = [
        prefix(issued.slip.kind, issued.slip.issued_ms),
        header.sequence.to_be_bytes().to_vec(),
    ]
    .concat();
    let code = FormCode::of(&issued.slip);
    let code = [&[CODE][..], code.as_bytes(), &place[1..]].concat();
    draft.put_view(View::Form, &place, Payload::from(issued.clone()).encode())?;
    Ok(draft.put_view(View::Form, &code, Vec::new())?)
}

fn read(key: &[u8], bytes: &[u8]) -> Result<PrintedForm, BookError> {
    let wrong = || BookError::View("form");
    let (_, sequence) = key.split_last_chunk::<8>().ok_or_else(wrong)?;
    match Payload::decode(Kind::FormIssued, bytes) {
        Ok(Payload::FormIssued(issued)) => Ok(PrintedForm {
            sequence: u64::from_be_bytes(*sequence),
            issued,
        }),
        _ => Err(wrong()),
    }
}

fn under(shelf: &impl Shelf, prefix: &[u8]) -> Result<Vec<PrintedForm>, BookError> {
    let found = shelf.scan(View::Form, prefix)?;
    found.iter().map(|(key, bytes)| read(key, bytes)).collect()
}

/// Every form, by kind, then in the order they were printed.
pub fn forms(shelf: &impl Shelf) -> Result<Vec<PrintedForm>, BookError> {
    under(shelf, &[FORM])
}

/// How many of a kind were printed in the year of an instant.
pub fn forms_in(shelf: &impl Shelf, kind: FormKind, at: Timestamp) -> Result<usize, BookError> {
    Ok(shelf.scan(View::Form, &prefix(kind, at))?.len())
}

/// The form with a code. Of two with one code, which chance will not bring, the first.
pub fn form_of_code(shelf: &impl Shelf, code: FormCode) -> Result<Option<PrintedForm>, BookError> {
    let prefix = [&[CODE][..], code.as_bytes()].concat();
    let found = shelf.scan(View::Form, &prefix)?;
    let Some((key, _)) = found.first() else {
        return Ok(None);
    };
    let wrong = || BookError::View("form");
    let (_, place) = key.split_last_chunk::<PLACE>().ok_or_else(wrong)?;
    let place = [&[FORM][..], place].concat();
    let bytes = shelf.get(View::Form, &place)?.ok_or_else(wrong)?;
    read(&place, &bytes).map(Some)
}
