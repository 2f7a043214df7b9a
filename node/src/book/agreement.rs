//! The agreements of a correspondence, derived from what both sides proposed, signed and ended.

use hongyan_proto::time::Day;

use super::{
    BookError, Shelf,
    event::{event, kept},
    key::own_name,
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
    let own = own_name(shelf, Some(partner))?;
    let events = agreement_records(shelf, partner)?
        .iter()
        .filter_map(|record| event(Some(partner), own, record).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    let local = shelf.record(LogNo::LOCAL)?;
    let ours = local.signers.keys().map(|key| (own, *key));
    let theirs = partner.rotations.iter();
    let theirs = theirs.map(|change| (partner.key_id, change.new_key));
    let later: Vec<_> = ours.chain(theirs).collect();
    Ok(Book::derive([own, partner.key_id], &later, &events))
}

/// The one in force on a day.
pub fn in_force(
    shelf: &impl Shelf,
    partner: &Partner,
    day: Day,
) -> Result<Option<Agreement>, BookError> {
    Ok(agreements(shelf, partner)?.in_force(day).cloned())
}
