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
                sequence: fact.position.sequence().saturating_sub(fact.base),
            })
        }));
    }
    found.sort_by_key(|one| (one.section, one.day, one.sequence));
    Ok(found)
}

/// A letter of the other side about a person's book: its author, its place in their log, when by their clock, and its kind.
pub(in crate::office) type Letter = (String, u64, Timestamp, Kind);

/// The letters written after an instant that say or correct something of it.
pub(in crate::office) fn letters_since(
    store: &Store,
    who: Who,
    at: Timestamp,
) -> Result<Vec<Letter>, OfficeError> {
    let bears = |fact: &&Fact| {
        let payload = fact.event.payload.as_ref();
        let says = payload.is_some_and(|payload| section_of(payload).is_some());
        fact.event.time > at && (says || fact.event.kind == Kind::Correction)
    };
    let mut found = Vec::new();
    for (partner, file) in cases(store, who)? {
        let facts = file.case.facts().iter().filter(bears);
        let theirs = facts.filter(|fact| Some(fact.side) != file.side());
        found.extend(theirs.map(|fact| {
            let event = &fact.event;
            let sequence = event.position.sequence().saturating_sub(event.base);
            (partner.code.to_string(), sequence, event.time, event.kind)
        }));
    }
    Ok(found)
}
