//! Dues that were paid both at home and at the host. A month is owed once; paid twice is a difference to be named, never summed.

use std::collections::BTreeSet;

use hongyan_proto::{letter::Payload, time::Month};

use super::effective::Effective;
use crate::domain::case::Side;

/// The months one side's effective dues cover.
pub fn months_paid(facts: &[Effective], side: Side) -> BTreeSet<Month> {
    facts
        .iter()
        .filter(|fact| fact.side == side)
        .filter_map(|fact| match &fact.payload {
            Payload::Dues(dues) => Some(dues),
            _ => None,
        })
        .flat_map(|dues| (0..dues.months.get()).map(|more| dues.month.plus_months(more)))
        .collect()
}

/// The months that both sides received dues for.
pub fn paid_twice(facts: &[Effective]) -> BTreeSet<Month> {
    let home = months_paid(facts, Side::Outflow);
    let host = months_paid(facts, Side::Inflow);
    home.intersection(&host).copied().collect()
}
