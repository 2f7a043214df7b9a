//! What the other side told of a person in their cases: the life, dues, awards and roles that a host recorded belong into the home's book
//! of a member who is away, though nobody there enters or confirms them.

use hongyan_proto::{
    letter::Payload,
    log::Kind,
    time::{Day, Timestamp},
};

use super::super::{OfficeError, find};
use crate::{
    book::{self, CaseFile, Partner},
    domain::{
        case::derive::Fact,
        fact::effective,
        life::{
            Who,
            book::{Section, section_of},
        },
    },
    store::Store,
};

/// One fact that the other side told.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::office) struct Told {
    pub(in crate::office) section: Section,
    pub(in crate::office) day: Day,
    pub(in crate::office) content: Payload,
    /// Who told it.
    pub(in crate::office) partner: String,
    /// Where it stands in that organization's log.
    pub(in crate::office) sequence: u64,
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

/// What counts of it, by kind, then by day.
pub(in crate::office) fn told(store: &Store, who: Who) -> Result<Vec<Told>, OfficeError> {
    let mut found = Vec::new();
    for (partner, file) in cases(store, who)? {
        let theirs = effective(&file.case).into_iter();
        let theirs = theirs.filter(|fact| Some(fact.side) != file.side());
        found.extend(theirs.filter_map(|fact| {
            let (section, day) = section_of(&fact.payload)?;
            Some(Told {
                section,
                day,
                content: fact.payload,
                partner: partner.code.to_string(),
                sequence: fact.position.in_log(fact.base),
            })
        }));
    }
    found.sort_by_key(|one| (one.section, one.day, one.sequence));
    Ok(found)
}

/// A letter of the other side about a person's book: its author, its place in their log, when by their clock, and its kind.
pub(in crate::office) type Letter = (String, u64, Timestamp, Kind);

/// The letters that say or correct something of a year's, by their authors' clocks.
pub(in crate::office) fn letters(
    store: &Store,
    who: Who,
    year: Option<u16>,
) -> Result<Vec<Letter>, OfficeError> {
    let mut found = Vec::new();
    for (partner, file) in cases(store, who)? {
        let theirs = |fact: &&Fact| Some(fact.side) != file.side();
        let facts: Vec<&Fact> = file.case.facts().iter().filter(theirs).collect();
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
            (
                partner.code.to_string(),
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
