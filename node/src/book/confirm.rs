//! Confirmations of record books: the newest code given to a person, and what the person confirmed with codes.

use bytes::Bytes;
use hongyan_proto::{
    id::{CaseId, Hash, MemberId},
    letter::{BookCode, BookConfirmed},
    log::Header,
    time::Timestamp,
};
use prost::Message;

use super::{BookError, Shelf, put, shelf::decode};
use crate::{
    domain::life::{Who, book::Confirmed},
    store::{Draft, View},
};

#[derive(Clone, PartialEq, Message)]
struct KeptCode {
    #[prost(uint64, tag = "1")]
    sequence: u64,
    #[prost(uint32, tag = "2")]
    year: u32,
    #[prost(bytes = "bytes", tag = "3")]
    hash: Bytes,
    #[prost(sint64, tag = "4")]
    expires_ms: i64,
    #[prost(bool, tag = "5")]
    used: bool,
}

#[derive(Clone, PartialEq, Message)]
struct KeptLine {
    #[prost(bytes = "bytes", tag = "1")]
    digest: Bytes,
    #[prost(sint64, tag = "2")]
    time_ms: i64,
}

/// The newest code of a person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Code {
    /// Its entry: it covers what was written before.
    pub sequence: u64,
    /// The year of the book.
    pub year: u16,
    /// SHA-256 that it must have.
    pub hash: Hash,
    /// Not taken from then on.
    pub expires: Timestamp,
    /// It was used.
    pub used: bool,
}

fn who_key(space: &[u8], member: Option<MemberId>, case: Option<CaseId>) -> Vec<u8> {
    let (kind, id) = match (member, case) {
        (Some(member), _) => (&b"m"[..], *member.as_bytes()),
        (None, Some(case)) => (&b"c"[..], *case.as_bytes()),
        // No checked record names nobody.
        (None, None) => (&b"-"[..], [0; 16]),
    };
    [space, kind, &id].concat()
}

fn key(space: &[u8], who: Who) -> Vec<u8> {
    match who {
        Who::Member(id) => who_key(space, Some(id), None),
        Who::Hosted(id) => who_key(space, None, Some(id)),
    }
}

/// A code was given. It replaces the one before.
pub(super) fn given(
    draft: &mut Draft<'_>,
    header: &Header,
    code: &BookCode,
) -> Result<(), BookError> {
    let kept = KeptCode {
        sequence: header.sequence,
        year: code.year.get(),
        hash: code.code_hash.to_field(),
        expires_ms: code.expires_ms.millis(),
        used: false,
    };
    let key = who_key(b"q", code.member_id, code.case_id);
    Ok(put(draft, View::Life, &key, &kept)?)
}

/// Lines were confirmed.
pub(super) fn taken(
    draft: &mut Draft<'_>,
    header: &Header,
    confirmed: &BookConfirmed,
) -> Result<(), BookError> {
    let code = who_key(b"q", confirmed.member_id, confirmed.case_id);
    if let Some(bytes) = draft.get(View::Life, &code)? {
        let mut kept: KeptCode = decode(bytes, "book code")?;
        kept.used |= kept.sequence == confirmed.code;
        put(draft, View::Life, &code, &kept)?;
    }
    let owner = who_key(b"k", confirmed.member_id, confirmed.case_id);
    for line in &confirmed.lines {
        let key = [
            &owner[..],
            &line.record.to_be_bytes(),
            &header.sequence.to_be_bytes(),
        ]
        .concat();
        let kept = KeptLine {
            digest: line.digest.to_field(),
            time_ms: header.time.millis(),
        };
        put(draft, View::Life, &key, &kept)?;
    }
    Ok(())
}

/// The newest code given to a person.
pub fn book_code(shelf: &impl Shelf, who: Who) -> Result<Option<Code>, BookError> {
    let bad = || BookError::View("book code");
    let Some(bytes) = shelf.get(View::Life, &key(b"q", who))? else {
        return Ok(None);
    };
    let kept: KeptCode = decode(bytes, "book code")?;
    Ok(Some(Code {
        sequence: kept.sequence,
        year: u16::try_from(kept.year).map_err(|_| bad())?,
        hash: Hash::from_slice(&kept.hash).map_err(|_| bad())?,
        expires: Timestamp::from_millis(kept.expires_ms),
        used: kept.used,
    }))
}

/// What a person confirmed.
pub fn book_confirmed(shelf: &impl Shelf, who: Who) -> Result<Confirmed, BookError> {
    let bad = || BookError::View("book confirmed");
    let owner = key(b"k", who);
    let mut confirmed = Confirmed::new();
    for (key, bytes) in shelf.scan(View::Life, &owner)? {
        let record = key.get(owner.len()..owner.len() + 8).ok_or_else(bad)?;
        let record = u64::from_be_bytes(record.try_into().map_err(|_| bad())?);
        let kept: KeptLine = decode(bytes, "book confirmed")?;
        let digest = Hash::from_slice(&kept.digest).map_err(|_| bad())?;
        let time = Timestamp::from_millis(kept.time_ms);
        confirmed.entry(record).or_default().push((digest, time));
    }
    Ok(confirmed)
}
