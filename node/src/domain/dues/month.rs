//! One person's months: what is owed, what was paid for each, and where.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::{CaseId, Fen},
    letter::DuesAsked as Asked,
    time::{Day, Month},
};

use super::{
    account::{Account, Seen},
    person::{Elsewhere, Person, Told},
    rate::monthly,
};
use crate::domain::{
    case::Side,
    fact::dues::{Paid, counts, shares},
};

/// One month. The host's to collect it is while the member is away in a case that the host has placed; nobody's before admission, and where the
/// person did not belong here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MonthLine {
    /// Whose it is to collect.
    pub asked: Asked,
    /// What the base and a relief say; none: no base is known, and nothing is guessed.
    pub due: Option<Fen>,
    /// Is that less than the base alone says, on approval?
    pub relieved: bool,
    /// What was paid here for it and counts.
    pub paid: Fen,
    /// What was paid here for it while the other side's payment counts: to be given back (应退).
    pub duplicate: Fen,
    /// The payments that did, by sequence; [`NO_ENTRY`](super::NO_ENTRY) for one that an own letter tells of.
    pub payments: Vec<u64>,
    /// What the other side received for it, by place in the list of letters.
    pub elsewhere: Vec<usize>,
}

impl MonthLine {
    const fn empty(asked: Asked, due: Option<Fen>, relieved: bool) -> Self {
        Self {
            asked,
            due,
            relieved,
            paid: Fen(0),
            duplicate: Fen(0),
            payments: Vec::new(),
            elsewhere: Vec::new(),
        }
    }

    /// What is owed here for it; none: owed, and nobody knows how much.
    pub fn owed(&self) -> Option<Fen> {
        if self.asked != Asked::Here {
            return Some(Fen(0));
        }
        if !self.elsewhere.is_empty() {
            // Paid there, or paid here first: nothing more is asked for.
            return Some(Fen(self
                .due
                .map_or(self.paid.0, |due| due.0.min(self.paid.0))));
        }
        self.due
    }

    /// Owed and not paid.
    pub fn arrears(&self) -> Fen {
        Fen(self.owed().map_or(0, |owed| (owed.0 - self.paid.0).max(0)))
    }

    /// Paid and not owed: given freely (规定 11), or ahead of the host's collecting.
    pub fn extra(&self) -> Fen {
        Fen(self.owed().map_or(0, |owed| (self.paid.0 - owed.0).max(0)))
    }

    /// What a payment for it should bring; none: nobody knows.
    pub fn outstanding(&self) -> Option<Fen> {
        let here = self.paid.0 + self.duplicate.0;
        self.due.map(|due| Fen((due.0 - here).max(0)))
    }

    /// Is it owed here while nobody knows how much, and nothing was paid?
    pub fn is_unknown(&self) -> bool {
        self.owed().is_none() && self.paid.0 == 0
    }

    /// Was it paid here and on the other side?
    pub fn is_double(&self) -> bool {
        !self.elsewhere.is_empty() && !self.payments.is_empty()
    }

    /// Would another payment for it be one too many?
    pub fn is_settled(&self) -> bool {
        !self.elsewhere.is_empty() || self.is_paid_up()
    }

    /// Was what is owed for it paid here, wherever else it was paid too?
    pub fn is_paid_up(&self) -> bool {
        let nothing_left = self.outstanding().is_none_or(|left| left.0 == 0);
        !self.payments.is_empty() && nothing_left
    }
}

/// Months in order.
pub type Months = BTreeMap<Month, MonthLine>;

/// A person's months up to `through`, and later ones that something was paid for, as of the end of `day`.
pub fn months(
    (person, account): (&Person, &Account),
    elsewhere: &[Elsewhere],
    day: Day,
    through: Month,
) -> Months {
    let seen = account.seen(day);
    let mut lines = Months::new();
    for month in first(person, &seen, through).through(through) {
        lines.insert(month, line(person, &seen, month));
    }
    for (at, paid) in elsewhere.iter().enumerate() {
        if paid.told != Told::Theirs || paid.paid_on > day {
            continue;
        }
        for more in 0..paid.months {
            let month = paid.month.plus_months(more);
            let known = lines
                .entry(month)
                .or_insert_with(|| line(person, &seen, month));
            known.elsewhere.push(at);
        }
    }
    for (sequence, payment) in &seen.payments {
        let covered: Vec<Month> = payment.covered().collect();
        let open: Vec<Option<Fen>> = covered
            .iter()
            .map(|month| {
                let known = lines
                    .entry(*month)
                    .or_insert_with(|| line(person, &seen, *month));
                known.outstanding()
            })
            .collect();
        for (month, share) in covered.iter().zip(allot(payment.fen, &open)) {
            if let Some(line) = lines.get_mut(month) {
                line.paid.0 += share.0;
                line.payments.push(*sequence);
            }
        }
    }
    for (month, line) in lines.iter_mut().filter(|(_, line)| line.is_double()) {
        if theirs_counts(person.side(), elsewhere, (*month, day)) {
            line.duplicate = line.paid;
            line.paid = Fen(0);
        }
    }
    lines
}

/// Of a month that both sides took one payment counts. Which, follows from what each told the other in the case, so that both nodes say the
/// same: money that the other side never heard of cannot keep it from counting its own.
fn theirs_counts(side: Side, letters: &[Elsewhere], (month, day): (Month, Day)) -> bool {
    let paid = |case: CaseId, theirs: bool| {
        let of = letters.iter().filter(|letter| {
            let whose = (letter.told == Told::Theirs) == theirs;
            letter.case == case && whose && letter.paid_on <= day
        });
        let of = of.flat_map(|letter| {
            let shares = shares((letter.month, letter.months), letter.fen);
            shares.map(|(month, fen)| (month, fen, letter.paid_on))
        });
        let of = of.filter(|(of, ..)| *of == month);
        of.map(|(_, fen, first)| Paid { fen, first })
            .reduce(Paid::and)
    };
    let cases: BTreeSet<CaseId> = letters.iter().map(|letter| letter.case).collect();
    cases.into_iter().any(|case| {
        paid(case, true).is_some_and(|theirs| match (side, paid(case, false)) {
            (_, None) => true,
            (Side::Outflow, Some(ours)) => counts(ours, theirs) == Side::Inflow,
            (Side::Inflow, Some(ours)) => counts(theirs, ours) == Side::Outflow,
        })
    })
}

/// One month by what is owed for it, whatever was paid.
pub fn one((person, account): (&Person, &Account), day: Day, month: Month) -> MonthLine {
    line(person, &account.seen(day), month)
}

/// The first month that is owed: of the first base, not before admission. Without a base only the last month is asked for.
fn first(person: &Person, seen: &Seen<'_>, through: Month) -> Month {
    let base = seen.bases.iter().map(|(_, base)| base.from).min();
    let first = base.unwrap_or(through);
    let joined = person.joined.map(Day::month);
    joined.map_or(first, |joined| joined.max(first))
}

fn line(person: &Person, seen: &Seen<'_>, month: Month) -> MonthLine {
    if person.joined.is_some_and(|joined| month < joined.month()) {
        return MonthLine::empty(Asked::Nobody, Some(Fen(0)), false);
    }
    let asked = if person.is_away(month) {
        Asked::Host
    } else if person.stay(person.day_of(month)).is_some() {
        Asked::Here
    } else {
        Asked::Nobody
    };
    let whole = seen.base(month).map(|(_, base)| monthly(base));
    let relief = seen.relief(month).map(|(_, relief)| relief.fen);
    let due = whole.map(|whole| relief.map_or(whole, |relief| relief.min(whole)));
    MonthLine::empty(asked, due, due < whole)
}

/// Spreads a payment over its months: what each still owes, the earlier ones first. What is left goes to the months of which nobody knows
/// what they owe, in equal parts, a remainder to the first of them; and where there is none, to the last month.
fn allot(fen: Fen, open: &[Option<Fen>]) -> Vec<Fen> {
    let mut left = fen.0;
    let mut shares: Vec<Fen> = open
        .iter()
        .map(|owed| {
            let share = owed.map_or(0, |owed| owed.0.min(left));
            left -= share;
            Fen(share)
        })
        .collect();
    let unknown: Vec<usize> = (0..open.len()).filter(|at| open[*at].is_none()).collect();
    match (i64::try_from(unknown.len()), shares.last_mut()) {
        (Ok(0) | Err(_), Some(last)) => last.0 += left,
        (Ok(parts), _) => {
            for at in &unknown {
                shares[*at].0 += left / parts;
            }
            if let Some(first) = unknown.first() {
                shares[*first].0 += left % parts;
            }
        }
        _ => {}
    }
    shares
}
