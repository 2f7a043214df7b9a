//! What is published of a period (公示): names and amounts, never an income.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::Fen,
    letter::DuesPayment,
    time::{Day, Month},
};

use super::{account::Account, list::received, person::Person};
use crate::domain::{
    calendar::last_day,
    life::{Who, unit::belongs},
};

/// One line of what is published (公示): a name and an amount. Never an income.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Published {
    /// Who.
    pub who: Who,
    /// Name.
    pub name: String,
    /// The unit that received it.
    pub unit: Option<String>,
    /// Received in the period.
    pub fen: Fen,
    /// The last month in which something was received.
    pub last: Month,
    /// The months that the payments of the period, and what a correction changed in it, were for.
    pub months: BTreeSet<Month>,
}

/// The person's lines of a period of months, one for each unit that received something then.
pub fn published(
    (person, account): (&Person, &Account),
    unit: &str,
    (from, until): (Month, Month),
    today: Day,
) -> Vec<Published> {
    let (begin, end) = (from.first_day(), last_day(until).min(today));
    let eve = account.seen(begin.plus_days(-1)).payments;
    let seen = account.seen(end).payments;
    // New ones, and those that a correction changed or took away: a figure is named with every month that it is about.
    let has = |list: &[(u64, &DuesPayment)], (sequence, payment): &(u64, &DuesPayment)| {
        let mut same = list.iter().filter(|(known, _)| known == sequence);
        same.any(|(_, known)| known.figures() == payment.figures())
    };
    let came = seen.iter().filter(|payment| !has(&eve, payment));
    let went = eve.iter().filter(|payment| !has(&seen, payment));
    let changed: Vec<_> = came.chain(went).map(|(_, payment)| *payment).collect();
    let received = received((person, account), (begin, end)).into_iter();
    let received = received.filter(|(here, fen)| fen.0 != 0 && inside(*here, unit));
    let lines = received.map(|(here, fen)| {
        let of_unit = changed
            .iter()
            .filter(|payment| person.unit_on(payment.paid_on) == here);
        let paid = of_unit.clone().map(|payment| payment.paid_on.month());
        let last = paid.max().unwrap_or(from).clamp(from, until);
        let months = of_unit.flat_map(|payment| payment.covered()).collect();
        Published {
            who: person.who,
            name: person.name.clone(),
            unit: here.map(str::to_owned),
            fen,
            last,
            months,
        }
    });
    lines.collect()
}

fn inside(place: Option<&str>, unit: &str) -> bool {
    unit.is_empty() || place.is_some_and(|place| belongs(place, unit))
}
