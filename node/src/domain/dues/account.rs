//! What was recorded about one person's dues, and what of it counts on a day.

use std::collections::BTreeMap;

use hongyan_proto::{
    letter::{DuesBase, DuesCorrection, DuesPayment, DuesRelief},
    time::{Day, Month},
};

/// Stands for the sequence of a payment that the account has no entry of: the local log begins with something else.
pub const NO_ENTRY: u64 = 0;

/// An entry and its place in the local log.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted<T> {
    /// Its sequence: names it.
    pub sequence: u64,
    /// What it says.
    pub entry: T,
}

/// Everything that was recorded here about one person. The order of the lists does not matter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Bases.
    pub bases: Vec<Noted<DuesBase>>,
    /// Reductions and waivers.
    pub reliefs: Vec<Noted<DuesRelief>>,
    /// Payments, as they were first written; those that only an own letter tells of have [`NO_ENTRY`].
    pub payments: Vec<Noted<DuesPayment>>,
    /// Corrections of any of them.
    pub corrections: Vec<Noted<DuesCorrection>>,
}

/// What of an account counts on a day.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen<'a> {
    pub(super) bases: Vec<(u64, &'a DuesBase)>,
    pub(super) reliefs: Vec<(u64, &'a DuesRelief)>,
    /// In the order money came in, each as its latest correction has it.
    pub(super) payments: Vec<(u64, &'a DuesPayment)>,
}

impl Account {
    /// The latest correction of each entry, of those that count on the day.
    fn corrected(&self, day: Day) -> BTreeMap<u64, &DuesCorrection> {
        let mut latest: BTreeMap<u64, (u64, &DuesCorrection)> = BTreeMap::new();
        for noted in &self.corrections {
            let correction = &noted.entry;
            if correction.counts_on > day {
                continue;
            }
            let found = latest
                .entry(correction.corrects)
                .or_insert((noted.sequence, correction));
            if found.0 < noted.sequence {
                *found = (noted.sequence, correction);
            }
        }
        latest
            .into_iter()
            .map(|(corrects, (_, correction))| (corrects, correction))
            .collect()
    }

    pub(super) fn seen(&self, day: Day) -> Seen<'_> {
        let corrected = self.corrected(day);
        let void = |sequence: u64| corrected.contains_key(&sequence);
        let mut seen = Seen {
            bases: self
                .bases
                .iter()
                .filter(|noted| noted.entry.counts_on <= day && !void(noted.sequence))
                .map(|noted| (noted.sequence, &noted.entry))
                .collect(),
            reliefs: self
                .reliefs
                .iter()
                .filter(|noted| noted.entry.counts_on <= day && !void(noted.sequence))
                .map(|noted| (noted.sequence, &noted.entry))
                .collect(),
            payments: self
                .payments
                .iter()
                .filter_map(|noted| {
                    let right = match corrected.get(&noted.sequence) {
                        None => Some(&noted.entry),
                        Some(correction) => correction.payment.as_ref(),
                    };
                    right.map(|payment| (noted.sequence, payment))
                })
                .filter(|(_, payment)| payment.paid_on <= day)
                .collect(),
        };
        seen.bases.sort_by_key(|(sequence, _)| *sequence);
        seen.reliefs.sort_by_key(|(sequence, _)| *sequence);
        seen.payments
            .sort_by_key(|(sequence, payment)| (payment.paid_on, *sequence));
        seen
    }

    /// A payment as its latest correction has it; none when it is void. The flag says whether it was corrected.
    pub fn payment(&self, sequence: u64, day: Day) -> Option<(Option<&DuesPayment>, bool)> {
        let noted = self
            .payments
            .iter()
            .find(|noted| noted.sequence == sequence)?;
        Some(match self.corrected(day).get(&sequence) {
            None => (Some(&noted.entry), false),
            Some(correction) => (correction.payment.as_ref(), true),
        })
    }

    /// Every payment that counts on a day, with the entry that says what it says now.
    pub fn payments_on(&self, day: Day) -> Vec<(u64, u64, &DuesPayment)> {
        let seen = self.seen(day).payments;
        let version = |sequence: u64| {
            let corrections = self.corrections.iter();
            corrections
                .filter(|noted| noted.entry.corrects == sequence && noted.entry.counts_on <= day)
                .map(|noted| noted.sequence)
                .max()
                .unwrap_or(sequence)
        };
        seen.into_iter()
            .map(|(sequence, payment)| (sequence, version(sequence), payment))
            .collect()
    }

    /// The base that counts in a month, as of a day.
    pub fn base(&self, month: Month, day: Day) -> Option<(u64, &DuesBase)> {
        self.seen(day).base(month)
    }

    /// The relief that counts in a month, as of a day.
    pub fn relief(&self, month: Month, day: Day) -> Option<(u64, &DuesRelief)> {
        self.seen(day).relief(month)
    }

    /// Was the entry taken back?
    pub fn is_void(&self, sequence: u64, day: Day) -> bool {
        self.corrected(day)
            .get(&sequence)
            .is_some_and(|correction| correction.payment.is_none())
    }
}

impl<'a> Seen<'a> {
    pub(super) fn base(&self, month: Month) -> Option<(u64, &'a DuesBase)> {
        let known = self.bases.iter().filter(|(_, base)| base.from <= month);
        known
            .max_by_key(|(sequence, base)| (base.from, *sequence))
            .copied()
    }

    pub(super) fn relief(&self, month: Month) -> Option<(u64, &'a DuesRelief)> {
        let covering = self
            .reliefs
            .iter()
            .filter(|(_, relief)| relief.covers(month));
        covering.max_by_key(|(sequence, _)| *sequence).copied()
    }
}
