//! A unit's list of a month (应交、实交、欠交、预交), its sums, and what is published.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::Fen,
    letter::DuesPayment,
    time::{Day, Month},
};

use super::{
    account::Account,
    month::{Asked, MonthLine, months},
    person::{Elsewhere, Person},
};
use crate::domain::{
    calendar::last_day,
    life::{Who, unit::belongs},
};

/// One person on a month's list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// Who.
    pub who: Who,
    /// For people to read.
    pub name: String,
    /// The unit in that month.
    pub unit: Option<String>,
    /// Whose the month is to collect.
    pub asked: Asked,
    /// Owed for the month (应交); none: nobody knows how much.
    pub owed: Option<Fen>,
    /// Paid for the month until its end.
    pub paid: Fen,
    /// Received in the month for whatever months (实交); below zero when a correction gave back more.
    pub received: Fen,
    /// Owed and not paid at its end, of all months until then (欠交).
    pub arrears: Fen,
    /// How many months that is.
    pub arrears_months: u32,
    /// Months without a base that nobody paid for.
    pub unknown_months: u32,
    /// Paid at its end for later months (预交).
    pub advance: Fen,
    /// The last month that is paid for.
    pub paid_until: Option<Month>,
    /// Paid on the other side, by its letters.
    pub elsewhere: bool,
    /// Months that were paid here and on the other side.
    pub double: Vec<Month>,
    /// Of what was paid here, what counts on the other side: to be given back (应退).
    pub duplicate: Fen,
}

/// The person's line of a month; none when the list of the unit has nothing about them. An empty unit is the whole committee. `today` is
/// where a month that is not over ends.
pub fn row(
    (person, account): (&Person, &Account),
    elsewhere: &[Elsewhere],
    unit: &str,
    (month, today): (Month, Day),
) -> Option<Row> {
    let day = last_day(month).min(today);
    let lines = months((person, account), elsewhere, day, month);
    let place = person.unit_on(person.day_of(month));
    let received = received(
        (person, account),
        |place| inside(place, unit),
        (month.first_day(), day),
    );
    let line = lines.get(&month);
    let asked = line.map_or(Asked::Nobody, |line| line.asked);
    let past = || lines.range(..=month).map(|(_, line)| line);
    // Arrears of somebody who left stay with the last unit: no other one knows of them.
    let owing = asked != Asked::Nobody || past().any(|line| line.arrears().0 > 0);
    let here = inside(place, unit) && owing;
    if !here && received.0 == 0 {
        return None;
    }
    let counts = |found: usize| u32::try_from(found).unwrap_or(u32::MAX);
    let advance = lines.range(month.plus_months(1)..);
    // Arrears follow the person: a unit that only received something lists that and nothing else.
    let own = |fen: i64| Fen(if here { fen } else { 0 });
    Some(Row {
        who: person.who,
        name: person.name.clone(),
        unit: place.map(str::to_owned),
        asked,
        owed: line.filter(|_| here).map_or(Some(Fen(0)), MonthLine::owed),
        paid: own(line.map_or(0, |line| line.paid.0)),
        received,
        arrears: own(past().map(|line| line.arrears().0).sum()),
        arrears_months: counts(past().filter(|line| here && line.arrears().0 > 0).count()),
        unknown_months: counts(past().filter(|line| here && line.is_unknown()).count()),
        advance: own(advance.map(|(_, line)| line.paid.0).sum()),
        paid_until: lines
            .iter()
            .rev()
            .find(|(_, line)| line.is_settled())
            .map(|(month, _)| *month),
        elsewhere: line.is_some_and(|line| !line.elsewhere.is_empty()),
        double: lines
            .iter()
            .filter(|(_, line)| here && line.is_double())
            .map(|(month, _)| *month)
            .collect(),
        duplicate: own(lines.values().map(|line| line.duplicate.0).sum()),
    })
}

fn inside(place: Option<&str>, unit: &str) -> bool {
    unit.is_empty() || place.is_some_and(|place| belongs(place, unit))
}

/// What came in at the units asked for between two days, both included: what counts at the end less what counted before. So the sums of
/// months add up to the sum of the year, whatever was corrected when.
fn received(
    (person, account): (&Person, &Account),
    asked: impl Fn(Option<&str>) -> bool,
    (from, until): (Day, Day),
) -> Fen {
    let sum = |day: Day| -> i64 {
        let seen = account.seen(day).payments;
        seen.iter()
            .filter(|(_, payment)| asked(person.unit_on(payment.paid_on)))
            .map(|(_, payment)| payment.fen.0)
            .sum()
    };
    Fen(sum(until) - sum(from.plus_days(-1)))
}

/// The sums of a list.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Persons.
    pub persons: u32,
    /// Persons without a base.
    pub unknown: u32,
    /// Persons whom a host is to collect from, or who paid there.
    pub elsewhere: u32,
    /// Persons who paid a month twice.
    pub double: u32,
    /// 应交.
    pub owed: Fen,
    /// Paid for the month.
    pub paid: Fen,
    /// 实交.
    pub received: Fen,
    /// 欠交.
    pub arrears: Fen,
    /// 预交.
    pub advance: Fen,
    /// 应退: received for months that count on the other side.
    pub duplicate: Fen,
}

/// Adds a list up.
pub fn totals<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Totals {
    let mut totals = Totals::default();
    for row in rows {
        totals.persons += 1;
        totals.unknown += u32::from(row.unknown_months > 0);
        totals.elsewhere += u32::from(row.elsewhere || row.asked == Asked::Host);
        totals.double += u32::from(!row.double.is_empty());
        totals.owed.0 += row.owed.map_or(0, |owed| owed.0);
        totals.paid.0 += row.paid.0;
        totals.received.0 += row.received.0;
        totals.arrears.0 += row.arrears.0;
        totals.advance.0 += row.advance.0;
        totals.duplicate.0 += row.duplicate.0;
    }
    totals
}

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
    /// First and last month that the payments of the period were for.
    pub months: Option<(Month, Month)>,
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
    // What was given back in the period counted on the day before it.
    let before = account.seen(begin.plus_days(-1)).payments;
    let place = |payment: &DuesPayment| person.unit_on(payment.paid_on);
    let places: BTreeSet<Option<&str>> = seen
        .iter()
        .chain(&before)
        .map(|(_, payment)| place(payment))
        .filter(|place| inside(*place, unit))
        .collect();
    let lines = places.into_iter().map(|here| {
        let covered: Vec<Month> = seen
            .iter()
            .filter(|(_, payment)| payment.paid_on >= begin && place(payment) == here)
            .flat_map(|(_, payment)| payment.covered())
            .collect();
        let months = covered.iter().min().zip(covered.iter().max());
        Published {
            who: person.who,
            name: person.name.clone(),
            unit: here.map(str::to_owned),
            fen: received((person, account), |at| at == here, (begin, end)),
            months: months.map(|(first, last)| (*first, *last)),
        }
    });
    lines.filter(|line| line.fen.0 != 0).collect()
}
