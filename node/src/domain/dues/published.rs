//! What is published of a period (公示): names and amounts, never an income.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::Fen,
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
    /// The months that the payments of the period were for.
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
    let seen = account.seen(end).payments;
    let received = received((person, account), (begin, end)).into_iter();
    let received = received.filter(|(here, fen)| fen.0 != 0 && inside(*here, unit));
    let lines = received.map(|(here, fen)| {
        let months = seen
            .iter()
            .filter(|(_, payment)| payment.paid_on >= begin)
            .filter(|(_, payment)| person.unit_on(payment.paid_on) == here)
            .flat_map(|(_, payment)| payment.covered())
            .collect();
        Published {
            who: person.who,
            name: person.name.clone(),
            unit: here.map(str::to_owned),
            fen,
            months,
        }
    });
    lines.collect()
}

fn inside(place: Option<&str>, unit: &str) -> bool {
    unit.is_empty() || place.is_some_and(|place| belongs(place, unit))
}
