//! Dues that were paid both at home and at the host. A month is owed once and counts once: which payment counts follows from both, so that
//! both nodes say the same; the other is to be given back.

use std::collections::BTreeMap;

use hongyan_proto::{
    letter::Payload,
    time::{Day, Month},
};

use super::effective::Effective;
use crate::domain::case::Side;

/// The months one side's effective dues cover, each with the first day on which it was paid for.
pub fn months_paid(facts: &[Effective], side: Side) -> BTreeMap<Month, Day> {
    let mut paid = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.side == side) {
        let Payload::Dues(dues) = &fact.payload else {
            continue;
        };
        for more in 0..dues.months.get() {
            let month = dues.month.plus_months(more);
            let first = paid.entry(month).or_insert(dues.paid_on);
            *first = dues.paid_on.min(*first);
        }
    }
    paid
}

/// Whose payment of a month counts when both sides took one: the earlier; of one day, the host's, with whom a holder of a certificate pays
/// (W §二(三)).
pub fn counts(home: Day, host: Day) -> Side {
    if home < host {
        Side::Outflow
    } else {
        Side::Inflow
    }
}

/// The months that both sides received dues for, each with the side whose payment counts.
pub fn paid_twice(facts: &[Effective]) -> BTreeMap<Month, Side> {
    let home = months_paid(facts, Side::Outflow);
    let host = months_paid(facts, Side::Inflow);
    home.into_iter()
        .filter_map(|(month, home)| Some((month, counts(home, *host.get(&month)?))))
        .collect()
}
