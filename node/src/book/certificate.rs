//! Certificates and the ranges of their numbers: every entry that names a number, in the order it was written.

use hongyan_proto::{
    id::CertificateNumber,
    letter::Payload,
    log::{Header, Kind},
};

use super::{BookError, Shelf};
use crate::{
    domain::certificate::{Certificates, Event},
    store::{Draft, View},
};

/// Ranges before numbers.
const RANGE: u8 = b'r';
const NUMBER: u8 = b'n';

fn key(tag: u8, blind: &[u8], header: &Header) -> Vec<u8> {
    // Kinds of this view are below 256.
    let kind = u8::try_from(header.kind.code()).unwrap_or_default();
    [&[tag], blind, &header.sequence.to_be_bytes(), &[kind]].concat()
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    number: Option<&CertificateNumber>,
    header: &Header,
    payload: &Payload,
) -> Result<(), BookError> {
    let key = match number {
        Some(number) => key(NUMBER, &draft.blind(number.as_str().as_bytes()), header),
        None => key(RANGE, &[], header),
    };
    Ok(draft.put_view(View::Certificate, &key, payload.encode())?)
}

/// All certificates this node knows by its own entries, and the numbers it may issue.
pub fn certificates(shelf: &impl Shelf) -> Result<Certificates, BookError> {
    let wrong = || BookError::View("certificate");
    let mut events = Vec::new();
    for (key, bytes) in shelf.scan(View::Certificate, &[])? {
        let (kind, rest) = key.split_last().ok_or_else(wrong)?;
        let sequence = rest
            .split_last_chunk::<8>()
            .map(|(_, sequence)| u64::from_be_bytes(*sequence))
            .ok_or_else(wrong)?;
        let kind = Kind::try_from(i32::from(*kind)).map_err(|_| wrong())?;
        let event = match Payload::decode(kind, &bytes) {
            Ok(Payload::CertificateRange(range)) => Event::Range(range),
            Ok(Payload::CertificateIssued(issued)) => Event::Issued(issued),
            Ok(Payload::CertificateChecked(checked)) => Event::Checked(checked),
            Ok(Payload::CertificateReplaced(replaced)) => Event::Replaced(replaced),
            Ok(Payload::CertificateHandedIn(handed)) => Event::HandedIn(handed),
            _ => return Err(wrong()),
        };
        events.push((sequence, event));
    }
    events.sort_by_key(|(sequence, _)| *sequence);
    Ok(Certificates::of(events.into_iter().map(|(_, event)| event)))
}
