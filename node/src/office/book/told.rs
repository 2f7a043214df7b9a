//! What letters tell of a person in their cases: the life, dues, awards and roles that a host recorded belong into the home's book of a member
//! who is away, though nobody there enters or confirms them; and what the host told without a record of its own belongs into the host's.

use std::collections::{BTreeMap, btree_map::Entry};

use hongyan_proto::{
    letter::{self, Payload},
    log::Kind,
    time::{Day, Timestamp},
};

use super::super::{OfficeError, find};
use crate::{
    book::{self, CaseFile, Partner, Shelf},
    domain::{
        case::derive::Fact,
        fact::effective,
        life::{
            Record, Who,
            book::{Section, section_of},
        },
        order::Position,
    },
    store::Store,
};

/// One fact that a letter tells.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::office) struct Told {
    pub(in crate::office) section: Section,
    pub(in crate::office) day: Day,
    pub(in crate::office) content: Payload,
    /// Who told it, or was told.
    pub(in crate::office) partner: String,
    /// Where it stands in that organization's log; in this node's log to it when it is own.
    pub(in crate::office) sequence: u64,
    /// This node told the partner, and no record of its own says it.
    pub(in crate::office) own: bool,
}

impl Told {
    pub(in crate::office) fn year(&self) -> Option<u16> {
        u16::try_from(self.day.date().year()).ok()
    }
}

/// Every case of a person that has a partner, with its facts.
fn cases(store: &Store, who: Who) -> Result<Vec<(Partner, CaseFile)>, OfficeError> {
    let cases = match who {
        Who::Member(member) => book::cases_of_member(store, member)?,
        Who::Hosted(case) => vec![case],
    };
    let mut found = Vec::new();
    for case in cases {
        let (_, partner) = find::case_by_id(store, case)?;
        let Some(partner) = partner else { continue };
        let file = book::case_with_facts(store, Some(&partner), case)?;
        found.extend(file.map(|file| (partner, file)));
    }
    Ok(found)
}

/// The letters that this node's own records tell of, year by year as they are asked for.
struct Recorded<'a> {
    store: &'a Store,
    years: BTreeMap<u16, Vec<letter::Told>>,
}

impl<'a> Recorded<'a> {
    const fn of(store: &'a Store) -> Self {
        Self {
            store,
            years: BTreeMap::new(),
        }
    }

    fn year(&mut self, year: u16) -> Result<&[letter::Told], OfficeError> {
        Ok(match self.years.entry(year) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let records = book::life_of_year(self.store, year)?;
                let letters = records.iter().flat_map(Record::letters);
                new.insert(letters.cloned().collect())
            }
        })
    }

    /// Did this node tell it without a record that says the same? Payments have theirs.
    fn lacks(
        &mut self,
        partner: &Partner,
        (base, position, says): (u64, Position, &Payload),
    ) -> Result<bool, OfficeError> {
        let Some((section, day)) = section_of(says) else {
            return Ok(false);
        };
        let mut logs = partner.out_logs.iter();
        let log = logs.rfind(|log| log.base == base);
        let (Some(log), false) = (log, section == Section::Dues) else {
            return Ok(false);
        };
        let letter = letter::Told {
            log_id: Shelf::record(self.store, log.no)?.log_id(),
            sequence: position.in_log(base),
        };
        let year = u16::try_from(day.date().year()).unwrap_or_default();
        Ok(!self.year(year)?.contains(&letter))
    }
}

/// What counts of it, by kind, then by day.
pub(in crate::office) fn told(store: &Store, who: Who) -> Result<Vec<Told>, OfficeError> {
    let mut recorded = Recorded::of(store);
    let mut found = Vec::new();
    for (partner, file) in cases(store, who)? {
        for fact in effective(&file.case) {
            let Some((section, day)) = section_of(&fact.payload) else {
                continue;
            };
            let own = Some(fact.side) == file.side();
            let place = (fact.base, fact.position, &fact.payload);
            if own && !recorded.lacks(&partner, place)? {
                continue;
            }
            found.push(Told {
                section,
                day,
                partner: partner.code.to_string(),
                sequence: fact.position.in_log(fact.base),
                content: fact.payload,
                own,
            });
        }
    }
    found.sort_by_key(|one| (one.section, one.day, one.sequence));
    Ok(found)
}

/// A letter about a person's book: its log, its place there, when by its author's clock, and its kind.
pub(in crate::office) type Letter = (String, u64, Timestamp, Kind);

/// The facts of a case that letters alone say here, and every correction.
fn by_letter<'a>(
    recorded: &mut Recorded<'_>,
    partner: &Partner,
    file: &'a CaseFile,
) -> Result<Vec<&'a Fact>, OfficeError> {
    let mut found = Vec::new();
    for fact in file.case.facts() {
        let event = &fact.event;
        let alone = match &event.payload {
            _ if Some(fact.side) != file.side() => true,
            Some(Payload::Correction(_)) => true,
            Some(says) => recorded.lacks(partner, (event.base, event.position, says))?,
            None => false,
        };
        if alone {
            found.push(fact);
        }
    }
    Ok(found)
}

/// The letters that say or correct something of a year's, by their authors' clocks.
pub(in crate::office) fn letters(
    store: &Store,
    who: Who,
    year: Option<u16>,
) -> Result<Vec<Letter>, OfficeError> {
    let mut recorded = Recorded::of(store);
    let mut found = Vec::new();
    for (partner, file) in cases(store, who)? {
        let facts = by_letter(&mut recorded, &partner, &file)?;
        let says = |fact: &Fact| {
            let (_, day) = fact.event.payload.as_ref().and_then(section_of)?;
            u16::try_from(day.date().year()).ok()
        };
        let corrects = |fact: &Fact| {
            let Some(Payload::Correction(correction)) = &fact.event.payload else {
                return None;
            };
            let of = |other: &&&Fact| {
                other.event.base == fact.event.base
                    && sequence_of(other) == correction.corrects
                    && other.event.position.author() == fact.event.position.author()
            };
            facts.iter().find(of).and_then(|other| says(other))
        };
        let bears = |fact: &&&Fact| {
            let of = says(fact).or_else(|| corrects(fact));
            of.is_some() && of == year
        };
        found.extend(facts.iter().filter(bears).map(|fact| {
            let event = &fact.event;
            let own = Some(fact.side) == file.side();
            let log = if own { "out" } else { "in" };
            (
                format!("{log}:{}", partner.code),
                sequence_of(fact),
                event.time,
                event.kind,
            )
        }));
    }
    found.sort_by_key(|(_, _, time, _)| *time);
    Ok(found)
}

/// Where a fact stands in its log.
fn sequence_of(fact: &Fact) -> u64 {
    fact.event.position.in_log(fact.event.base)
}
