//! Dues that were paid both at home and at the host. A month is owed once and counts once: which payment counts follows from the letters of
//! both, and from nothing else, so that both nodes say the same; the other is to be given back.

use std::{cmp::Ordering, collections::BTreeMap};

use hongyan_proto::{
    id::Fen,
    letter::Payload,
    time::{Day, Month},
};

use super::effective::Effective;
use crate::domain::case::Side;

/// What the letters of one side say it received for a month.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Paid {
    /// How much, of all its payments.
    pub fen: Fen,
    /// The first day on which something was paid.
    pub first: Day,
}

impl Paid {
    /// With another payment of the same side.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            fen: Fen(self.fen.0.saturating_add(more.fen.0)),
            first: self.first.min(more.first),
        }
    }
}

/// What a letter's payment is for each of its months: equal parts, what is left over to the first. What was owed for each stays with whoever
/// took the money, so nothing else would be the same on both nodes.
pub fn shares((first, months): (Month, u32), fen: Fen) -> impl Iterator<Item = (Month, Fen)> {
    let parts = i64::from(months.max(1));
    (0..months).map(move |more| {
        let odd = if more == 0 { fen.0 % parts } else { 0 };
        (first.plus_months(more), Fen(fen.0 / parts + odd))
    })
}

/// The months that one side's effective dues cover, each with what was paid for it.
pub fn months_paid(facts: &[Effective], side: Side) -> BTreeMap<Month, Paid> {
    let mut paid: BTreeMap<Month, Paid> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.side == side) {
        let Payload::Dues(dues) = &fact.payload else {
            continue;
        };
        for (month, fen) in shares((dues.month, dues.months.get()), dues.fen) {
            let one = Paid {
                fen,
                first: dues.paid_on,
            };
            let known = paid.get(&month).map_or(one, |known| known.and(one));
            paid.insert(month, known);
        }
    }
    paid
}

/// Whose payment of a month counts when both sides took one: the greater, so that a part does not stand in the way of the whole; of equal
/// ones the earlier; of one day, the host's, with whom a holder of a certificate pays (W §二(三)).
pub fn counts(home: Paid, host: Paid) -> Side {
    match home.fen.cmp(&host.fen) {
        Ordering::Greater => Side::Outflow,
        Ordering::Equal if home.first < host.first => Side::Outflow,
        Ordering::Equal | Ordering::Less => Side::Inflow,
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
