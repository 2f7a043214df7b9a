//! The agreements of a correspondence, derived from what both sides proposed, signed and ended.

use hongyan_proto::time::Day;

use super::{
    BookError, Shelf,
    event::{event, kept},
    partner::Partner,
    record::EventRecord,
};
use crate::{
    domain::agreement::{Agreement, Book},
    store::{LogNo, View},
};

/// The entries about agreements, in the order of the correspondence.
pub fn agreement_records(
    shelf: &impl Shelf,
    partner: &Partner,
) -> Result<Vec<EventRecord>, BookError> {
    kept(
        shelf,
        Some(partner),
        View::Agreement,
        &partner.correspondence.0.to_be_bytes(),
    )
}

/// All agreements of a correspondence.
pub fn agreements(shelf: &impl Shelf, partner: &Partner) -> Result<Book, BookError> {
    let own = shelf.record(LogNo::LOCAL)?.origin.author;
    let events = agreement_records(shelf, partner)?
        .iter()
        .filter_map(|record| event(Some(partner), own, record).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Book::derive([own, partner.key_id], &events))
}

/// The one in force on a day.
pub fn in_force(
    shelf: &impl Shelf,
    partner: &Partner,
    day: Day,
) -> Result<Option<Agreement>, BookError> {
    Ok(agreements(shelf, partner)?.in_force(day).cloned())
}
