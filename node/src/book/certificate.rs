//! Certificates and the ranges of their numbers: every entry that names a number, in the order it was written.

use hongyan_proto::{id::CertificateNumber, letter::Payload, log::Header};

use super::{BookError, Shelf, whole};
use crate::{
    domain::certificate::{Certificates, Event},
    store::{Draft, View},
};

/// Ranges before numbers.
const RANGE: u8 = b'r';
const NUMBER: u8 = b'n';

pub(super) fn keep(
    draft: &mut Draft<'_>,
    number: Option<&CertificateNumber>,
    header: &Header,
    payload: &Payload,
) -> Result<(), BookError> {
    let place = match number {
        Some(number) => [&[NUMBER][..], &draft.blind(number.as_str().as_bytes())].concat(),
        None => vec![RANGE],
    };
    whole::keep(draft, View::Certificate, &place, (header, payload))
}

/// What was entered there never was. All are looked through: it is a slip of the hand, and seldom.
pub(super) fn void(draft: &mut Draft<'_>, sequence: u64) -> Result<(), BookError> {
    if let Some(key) = whole::find(draft, View::Certificate, sequence)? {
        draft.delete_view(View::Certificate, &key);
    }
    Ok(())
}

/// All certificates this node knows by its own entries, and the numbers it may issue.
pub fn certificates(shelf: &impl Shelf) -> Result<Certificates, BookError> {
    let events = certificate_events(shelf)?.into_iter();
    Ok(Certificates::of(events.map(|(_, event)| event)))
}

/// What was entered about certificates, in order, each with its place in the local log.
pub fn certificate_events(shelf: &impl Shelf) -> Result<Vec<(u64, Event)>, BookError> {
    let events = whole::in_order(shelf, (View::Certificate, "certificate"), |payload| {
        Some(match payload {
            Payload::CertificateRange(range) => Event::Range(range),
            Payload::CertificateIssued(issued) => Event::Issued(issued),
            Payload::CertificateChecked(checked) => Event::Checked(checked),
            Payload::CertificateReplaced(replaced) => Event::Replaced(replaced),
            Payload::CertificateHandedIn(handed) => Event::HandedIn(handed),
            _ => return None,
        })
    })?;
    Ok(events.collect())
}
