//! A unit's list of a month (应交、实交、欠交、预交), and its sums.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::Fen,
    letter::{DuesAsked as Asked, DuesListed},
    time::{Day, Month},
};

use super::{
    account::Account,
    listed,
    month::{MonthLine, Months, months},
    person::{Elsewhere, Person},
};
use crate::domain::{calendar::last_day, life::Who};

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
    /// The last month that is paid for, and nothing is owed before it (已交至).
    pub paid_until: Option<Month>,
    /// Paid on the other side, by its letters.
    pub elsewhere: bool,
    /// Months that were paid here and on the other side.
    pub double: Vec<Month>,
    /// Of what was paid here, what counts on the other side: to be given back (应退).
    pub duplicate: Fen,
    /// Is less owed for the month than the base says, or nothing, on approval (减免)?
    pub relieved: bool,
    /// Does a correction of an earlier month count in it?
    pub corrected: bool,
}

/// The person's lines of a month: one on the list of their own unit, and one on that of every other unit that received something, or of which a
/// closing keeps something else of the month `before` than is known now. `today` is where a month that is not over ends.
pub fn rows<'a>(
    (person, account): (&'a Person, &Account),
    elsewhere: &[Elsewhere],
    (month, today): (Month, Day),
    before: &[(&'a str, &DuesListed)],
) -> Vec<Row> {
    let day = last_day(month).min(today);
    let lines = months((person, account), elsewhere, day, month);
    let own = person.unit_on(person.day_of(month));
    let mut received = received((person, account), (month.first_day(), day));
    received.entry(own).or_default();
    let corrected = is_corrected((person, account), elsewhere, (month, day));
    let other = known_otherwise((person, account), elsewhere, (month.previous(), before));
    for unit in &other {
        received.entry(Some(unit)).or_default();
    }
    let rows = received.into_iter().filter_map(|(place, received)| {
        let on_it = place == own && is_asked(&lines, month);
        let other = place.is_some_and(|place| other.contains(place));
        let flags = (month, corrected || other);
        let row = || row(person, &lines, flags, (place, on_it, received));
        (on_it || other || received.0 != 0).then(row)
    });
    rows.collect()
}

/// The units of which a closing keeps something else of a month than would stand on their lists now. What letters tell and where people belonged
/// is dated by the day it is about, however late it is entered: nothing else would say why the next list begins with another figure.
fn known_otherwise<'a>(
    about: (&'a Person, &Account),
    elsewhere: &[Elsewhere],
    (month, kept): (Month, &[(&'a str, &DuesListed)]),
) -> BTreeSet<&'a str> {
    if kept.is_empty() {
        return BTreeSet::new();
    }
    let now = rows(about, elsewhere, (month, last_day(month)), &[]);
    let other = kept.iter().filter(|(unit, kept)| {
        let mut own = now.iter();
        let now = own.find(|row| row.unit.as_deref() == Some(*unit));
        let now = now.map(|row| Standing::of(&listed::keep(row)));
        now.unwrap_or_default() != Standing::of(kept)
    });
    other.map(|(unit, _)| *unit).collect()
}

/// What of a line the next month begins with.
#[derive(Default, Eq, PartialEq)]
struct Standing {
    arrears: Fen,
    arrears_months: u32,
    unknown_months: u32,
    advance: Fen,
    duplicate: Fen,
    double: Vec<Month>,
}

impl Standing {
    fn of(kept: &DuesListed) -> Self {
        Self {
            arrears: kept.arrears,
            arrears_months: kept.arrears_months,
            unknown_months: kept.unknown_months,
            advance: kept.advance,
            duplicate: kept.duplicate,
            double: kept.double.clone(),
        }
    }
}

/// Did something that counts in the month change what earlier months were told: money that came in before it, or what was owed for them?
fn is_corrected(
    (person, account): (&Person, &Account),
    elsewhere: &[Elsewhere],
    (month, day): (Month, Day),
) -> bool {
    let now = |counts_on: Day| counts_on.month() == month && counts_on <= day;
    let bases = account.bases.iter().map(|noted| noted.entry.counts_on);
    let reliefs = account.reliefs.iter().map(|noted| noted.entry.counts_on);
    let corrections = account.corrections.iter();
    let corrections = corrections.map(|noted| noted.entry.counts_on);
    if !bases.chain(reliefs).chain(corrections).any(now) {
        return false;
    }
    let eve = month.first_day().plus_days(-1);
    let money = |day: Day| {
        let mut seen = account.seen(day).payments;
        seen.retain(|(_, payment)| payment.paid_on <= eve);
        let figures = seen.into_iter();
        figures
            .map(|(sequence, payment)| (sequence, payment.figures()))
            .collect::<Vec<_>>()
    };
    let owed = |day: Day| {
        let lines = months((person, account), elsewhere, day, eve.month());
        let lines = lines.into_iter().filter(|(of, _)| *of < month);
        let owed =
            lines.filter_map(|(of, line)| Some((of, line.owed().filter(|owed| owed.0 > 0)?)));
        owed.collect::<Vec<_>>()
    };
    money(eve) != money(day) || owed(eve) != owed(day)
}

/// The last month that is paid for, and nothing is owed before it.
fn paid_until(lines: &Months, through: Month) -> Option<Month> {
    let (mut until, mut next) = (None, None);
    for (month, line) in lines {
        // A month to come that has no line was not paid.
        let gap = *month > through && next.is_some_and(|next| next < *month);
        if gap || line.arrears().0 > 0 || line.is_unknown() {
            break;
        }
        if line.is_settled() {
            until = Some(*month);
        }
        next = Some(month.plus_months(1));
    }
    until
}

/// Is the person on the list of their own unit? Arrears, and money to be given back, of somebody who left stay with the last unit: no other one
/// knows of them.
fn is_asked(lines: &Months, month: Month) -> bool {
    let asked = lines.get(&month).map_or(Asked::Nobody, |line| line.asked);
    let mut past = lines.range(..=month).map(|(_, line)| line);
    asked != Asked::Nobody || past.any(|line| line.arrears().0 > 0 || line.duplicate.0 > 0)
}

/// The line on the list of one unit. One that only received something says that and nothing else: arrears follow the person.
fn row(
    person: &Person,
    lines: &Months,
    (month, corrected): (Month, bool),
    (place, on_it, received): (Option<&str>, bool, Fen),
) -> Row {
    let line = lines.get(&month);
    let past = || lines.range(..=month).map(|(_, line)| line);
    let counts = |found: usize| u32::try_from(found).unwrap_or(u32::MAX);
    let advance = lines.range(month.plus_months(1)..);
    let own = |fen: i64| Fen(if on_it { fen } else { 0 });
    let nobody = (!on_it).then_some(Asked::Nobody);
    let line_asked = line.map_or(Asked::Nobody, |line| line.asked);
    Row {
        who: person.who,
        name: person.name.clone(),
        unit: place.map(str::to_owned),
        asked: nobody.unwrap_or(line_asked),
        owed: line.filter(|_| on_it).map_or(Some(Fen(0)), MonthLine::owed),
        paid: own(line.map_or(0, |line| line.paid.0)),
        received,
        arrears: own(past().map(|line| line.arrears().0).sum()),
        arrears_months: counts(past().filter(|line| on_it && line.arrears().0 > 0).count()),
        unknown_months: counts(past().filter(|line| on_it && line.is_unknown()).count()),
        advance: own(advance.map(|(_, line)| line.paid.0).sum()),
        paid_until: paid_until(lines, month).filter(|_| on_it),
        elsewhere: on_it && line.is_some_and(|line| !line.elsewhere.is_empty()),
        double: lines
            .iter()
            .filter(|(_, line)| on_it && line.is_double())
            .map(|(month, _)| *month)
            .collect(),
        duplicate: own(lines.values().map(|line| line.duplicate.0).sum()),
        relieved: on_it && line.is_some_and(|line| line.relieved),
        corrected,
    }
}

/// What came in at each unit between two days, both included: what counts at the end less what counted before. So the sums of
/// months add up to the sum of the year, whatever was corrected when.
pub(super) fn received<'a>(
    (person, account): (&'a Person, &Account),
    (from, until): (Day, Day),
) -> BTreeMap<Option<&'a str>, Fen> {
    let mut received: BTreeMap<Option<&str>, Fen> = BTreeMap::new();
    for (day, sign) in [(until, 1), (from.plus_days(-1), -1)] {
        for (_, payment) in account.seen(day).payments {
            let place = person.unit_on(payment.paid_on);
            received.entry(place).or_default().0 += sign * payment.fen.0;
        }
    }
    received
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
    let mut known = BTreeSet::new();
    for row in rows {
        // Who moved may be on two units' lists.
        totals.persons += u32::from(known.insert(row.who));
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
