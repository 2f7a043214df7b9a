//! The book of certificates, derived from the entries about them, and what may be entered next.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::{CertificateNumber, MemberId},
    letter::{CertificateChecked, CertificateKind, CertificateRange, ReplacementReason},
    time::Day,
};

use super::{CertificateRefusal, Event};

/// How a certificate stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum State {
    /// Its holder has it.
    Held,
    /// Another takes its place.
    Replaced {
        /// Which.
        by: CertificateNumber,
        /// Since when.
        on: Day,
        /// Why.
        reason: ReplacementReason,
    },
    /// Given back.
    HandedIn {
        /// When.
        on: Day,
    },
}

/// One certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certificate {
    /// Its number.
    pub number: CertificateNumber,
    /// Which of the two; unknown when the number came with a roster file.
    pub kind: Option<CertificateKind>,
    /// Whose; unknown when the number came with a roster file.
    pub member: Option<MemberId>,
    /// When it was issued; unknown when the number came with a roster file.
    pub issued_on: Option<Day>,
    /// The one whose place it takes.
    pub replaces: Option<CertificateNumber>,
    /// How it stands.
    pub state: State,
    /// What looks at it found, oldest first.
    pub checks: Vec<CertificateChecked>,
}

impl Certificate {
    /// One that only the roster knows: handed out before this book was kept.
    pub fn from_roster(number: CertificateNumber, member: Option<MemberId>) -> Self {
        Self {
            number,
            kind: None,
            member,
            issued_on: None,
            replaces: None,
            state: State::Held,
            checks: Vec::new(),
        }
    }

    /// Can something still happen to it on this day?
    pub fn may_change(&self, on: Day, today: Day) -> Result<(), CertificateRefusal> {
        if on > today {
            return Err(CertificateRefusal::Future(on));
        }
        if let Some(issued) = self.issued_on.filter(|issued| on < *issued) {
            return Err(CertificateRefusal::Before(on, issued));
        }
        match &self.state {
            State::Held => Ok(()),
            State::Replaced { by, .. } => Err(CertificateRefusal::Replaced(
                self.number.clone(),
                by.clone(),
            )),
            State::HandedIn { on } => Err(CertificateRefusal::HandedIn(self.number.clone(), *on)),
        }
    }
}

/// All certificates and ranges.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Certificates {
    ranges: Vec<CertificateRange>,
    book: BTreeMap<CertificateNumber, Certificate>,
    /// Those of other organizations, which hosted members showed.
    shown: BTreeMap<CertificateNumber, Certificate>,
}

impl Certificates {
    /// Derives the book from entries in the order they were written.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Self {
        let mut certificates = Self::default();
        for event in events {
            certificates.apply(event);
        }
        certificates
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Range(range) => self.ranges.push(range),
            Event::Issued(issued) => {
                let entry = self.at(&issued.number);
                entry.kind = Some(issued.kind);
                entry.member = Some(issued.member_id);
                entry.issued_on = Some(issued.issued_on);
            }
            Event::Checked(checked) => {
                let number = checked.number.clone();
                let certificate = match checked.case_id {
                    None => self.at(&number),
                    Some(_) => self
                        .shown
                        .entry(number.clone())
                        .or_insert_with(|| Certificate::from_roster(number, None)),
                };
                certificate.checks.push(checked);
            }
            Event::Replaced(replaced) => {
                let old = self.at(&replaced.number);
                old.member = old.member.or(Some(replaced.member_id));
                old.kind = old.kind.or(Some(replaced.kind));
                old.state = State::Replaced {
                    by: replaced.replacement.clone(),
                    on: replaced.replaced_on,
                    reason: replaced.reason,
                };
                let new = self.at(&replaced.replacement);
                new.kind = Some(replaced.kind);
                new.member = Some(replaced.member_id);
                new.issued_on = Some(replaced.replaced_on);
                new.replaces = Some(replaced.number);
            }
            Event::HandedIn(handed) => {
                self.at(&handed.number).state = State::HandedIn {
                    on: handed.handed_in_on,
                };
            }
        }
    }

    fn at(&mut self, number: &CertificateNumber) -> &mut Certificate {
        self.book
            .entry(number.clone())
            .or_insert_with(|| Certificate::from_roster(number.clone(), None))
    }

    /// The ranges, in the order they came.
    pub fn ranges(&self) -> &[CertificateRange] {
        &self.ranges
    }

    /// A certificate by number.
    pub fn get(&self, number: &CertificateNumber) -> Option<&Certificate> {
        self.book.get(number)
    }

    /// One of another organization, which a hosted member showed.
    pub fn shown(&self, number: &CertificateNumber) -> Option<&Certificate> {
        self.shown.get(number)
    }

    /// All of this organization, by number.
    pub fn all(&self) -> impl Iterator<Item = &Certificate> {
        self.book.values()
    }

    /// The one of a kind that a member holds by these entries.
    pub fn held_by(&self, member: MemberId, kind: CertificateKind) -> Option<&Certificate> {
        self.all().find(|certificate| {
            certificate.member == Some(member)
                && certificate.kind == Some(kind)
                && certificate.state == State::Held
        })
    }

    /// May these numbers be entered?
    pub fn may_add(&self, range: &CertificateRange, today: Day) -> Result<(), CertificateRefusal> {
        if range.received_on > today {
            return Err(CertificateRefusal::Future(range.received_on));
        }
        let met = self.ranges.iter().find(|known| {
            [&range.first, &range.last]
                .iter()
                .any(|end| known.contains(end))
                || range.contains(&known.first)
        });
        met.map_or(Ok(()), |known| {
            Err(CertificateRefusal::Overlap(
                known.first.clone(),
                known.last.clone(),
            ))
        })
    }

    /// The numbers of a kind that nobody ever had, ascending by range. `roster` are those that roster files brought.
    pub fn free<'a>(
        &'a self,
        kind: CertificateKind,
        roster: &'a BTreeSet<CertificateNumber>,
    ) -> impl Iterator<Item = CertificateNumber> + 'a {
        self.ranges
            .iter()
            .filter(move |range| range.kind == kind)
            .flat_map(CertificateRange::numbers)
            .filter(|number| !self.book.contains_key(number) && !roster.contains(number))
    }

    /// The number to hand out on a day: the one asked for when it may be, else the next free one that had come by then.
    pub fn choose(
        &self,
        asked: Option<&CertificateNumber>,
        (kind, on): (CertificateKind, Day),
        roster: &BTreeSet<CertificateNumber>,
    ) -> Result<CertificateNumber, CertificateRefusal> {
        let came = |number: &CertificateNumber| {
            let mut ranges = self.ranges.iter();
            let range = ranges.find(|range| range.kind == kind && range.contains(number));
            range.map(|range| range.received_on)
        };
        let Some(number) = asked else {
            let mut free = self.free(kind, roster).peekable();
            let first = free.peek().cloned();
            let found = free.find(|number| came(number).is_some_and(|came| came <= on));
            return found.ok_or_else(|| {
                match first.and_then(|first| Some((came(&first)?, first))) {
                    Some((came, first)) => CertificateRefusal::NotYet(first, came),
                    None => CertificateRefusal::NoneFree,
                }
            });
        };
        if self.book.contains_key(number) || roster.contains(number) {
            return Err(CertificateRefusal::Used(number.clone()));
        }
        match came(number) {
            None => Err(CertificateRefusal::OutsideRanges(number.clone())),
            Some(came) if on < came => Err(CertificateRefusal::NotYet(number.clone(), came)),
            Some(_) => Ok(number.clone()),
        }
    }
}
