//! Facts after their corrections.

use std::collections::BTreeMap;

use hongyan_proto::{
    letter::{Correction, Payload, Replacement},
    log::Kind,
    time::Timestamp,
};
use thiserror::Error;

use crate::domain::{
    case::{Case, Side, derive::Fact},
    order::Position,
};

/// A fact as it stands after its latest correction.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// Where the fact itself stands; a correction does not move it.
    pub position: Position,
    /// What its log counts from.
    pub base: u64,
    /// Who witnessed it.
    pub side: Side,
    /// The author's clock when the fact was written.
    pub time: Timestamp,
    /// What is right: the fact's content, or its latest correction's.
    pub payload: Payload,
}

/// The facts of a case that count, in order. A fact whose body was erased no longer counts: nobody can say what it said.
pub fn effective(case: &Case) -> Vec<Effective> {
    let corrections = latest_corrections(case.facts());
    case.facts()
        .iter()
        .filter(|fact| fact.event.kind != Kind::Correction)
        .filter_map(|fact| {
            let correction = corrections.get(&fact.event.position);
            let payload = match correction {
                None => fact.event.payload.clone()?,
                // No replacement: the fact is void.
                Some((_, correction)) => content(correction.replacement.clone()?),
            };
            Some(Effective {
                position: fact.event.position,
                base: fact.event.base,
                side: fact.side,
                time: fact.event.time,
                payload,
            })
        })
        .collect()
}

/// Which facts were corrected, and by which correction: void facts too, which count no more, and corrections that a later one replaced.
pub fn corrected(case: &Case) -> Vec<(Position, Position)> {
    let facts = case.facts();
    let latest = latest_corrections(facts);
    let earlier = facts.iter().filter_map(|fact| {
        let Some(Payload::Correction(correction)) = &fact.event.payload else {
            return None;
        };
        let target = target(facts, fact, correction)?.event.position;
        let (by, _) = latest.get(&target)?;
        (*by != fact.event.position).then_some((fact.event.position, *by))
    });
    let facts = latest.iter().map(|(fact, (by, _))| (*fact, *by));
    facts.chain(earlier).collect()
}

/// By the corrected fact's position: its latest correction. Corrections that correct nothing (another author's entry, another log's, a
/// fact that was not applied, another kind of fact) do not count.
fn latest_corrections(facts: &[Fact]) -> BTreeMap<Position, (Position, &Correction)> {
    let mut latest = BTreeMap::new();
    for fact in facts {
        let Some(Payload::Correction(correction)) = &fact.event.payload else {
            continue;
        };
        if let Some(target) = target(facts, fact, correction) {
            // Facts come in order, so a later one replaces an earlier one.
            latest.insert(target.event.position, (fact.event.position, correction));
        }
    }
    latest
}

fn target<'a>(facts: &'a [Fact], fact: &Fact, correction: &Correction) -> Option<&'a Fact> {
    let sequence = fact.event.base.checked_add(correction.corrects)?;
    facts.iter().find(|other| {
        other.event.position.author() == fact.event.position.author()
            && other.event.base == fact.event.base
            && other.event.position.sequence() == sequence
            && replaces(correction, other.event.kind)
    })
}

fn replaces(correction: &Correction, kind: Kind) -> bool {
    kind != Kind::Correction
        && correction
            .replacement
            .as_ref()
            .is_none_or(|replacement| replacement.kind() == kind)
}

/// A replacement as the fact that it is.
pub fn content(replacement: Replacement) -> Payload {
    match replacement {
        Replacement::Attendance(fact) => fact.into(),
        Replacement::Dues(fact) => fact.into(),
        Replacement::Award(fact) => fact.into(),
        Replacement::Role(fact) => fact.into(),
        Replacement::Conduct(fact) => fact.into(),
        Replacement::Change(fact) => fact.into(),
        Replacement::MajorEvent(fact) => fact.into(),
        Replacement::Contact(fact) => fact.into(),
        Replacement::MatterNotified(fact) => fact.into(),
        Replacement::ProbationOpinion(fact) => fact.into(),
        Replacement::ProbationDecision(fact) => fact.into(),
    }
}

/// A correction that would correct nothing.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum CorrectionRefusal {
    /// There is no such fact of ours in this case.
    #[error(
        "本案卷中没有我方序号为 {0} 的事实, 只能更正自己写的事实 this case has no fact of ours with sequence {0}: only one's own facts can be corrected; see them with `hongyan-node flow show`"
    )]
    NoSuchFact(u64),
    /// The replacement is another kind of fact.
    #[error(
        "更正内容须与原事实同类 ({0}); 如记错了类别, 请作废原事实后另记 a correction must be of the same kind ({0}): void the fact and record the right one instead"
    )]
    OtherKind(Kind),
}

/// Before a correction is written: does it name one of our own facts of this case, of the same kind, in the current log?
/// `base` is what the current log counts from.
pub fn check_correction(
    case: &Case,
    side: Side,
    base: u64,
    correction: &Correction,
) -> Result<(), CorrectionRefusal> {
    let missing = CorrectionRefusal::NoSuchFact(correction.corrects);
    let sequence = base.checked_add(correction.corrects).ok_or(missing)?;
    let fact = case
        .facts()
        .iter()
        .find(|fact| {
            fact.side == side
                && fact.event.base == base
                && fact.event.position.sequence() == sequence
        })
        .filter(|fact| fact.event.kind != Kind::Correction)
        .ok_or(missing)?;
    if replaces(correction, fact.event.kind) {
        Ok(())
    } else {
        Err(CorrectionRefusal::OtherKind(fact.event.kind))
    }
}
