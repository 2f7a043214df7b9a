//! A case's entries as letters: where each stands, whether it was applied, how far it got (四种状态).

use hongyan_proto::{
    id::{CaseId, LogId},
    letter::Payload,
    log::{Kind, KindGroup},
    time::Timestamp,
};

use super::{Office, OfficeError, find};
use crate::{
    book::{self, Author, CaseFile, EventRecord, Partner, Refused, Shelf as _, event},
    domain::{
        case::{Side, State, derive::Reason, stay::covers},
        fact::corrected,
        order::Position,
    },
    store::LogNo,
};

/// How far an own letter got.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Reached {
    /// Local: never sent.
    Local,
    /// Durable here.
    StoredHere,
    /// The partner acknowledged it.
    ReceivedThere,
    /// The partner's signed receipt covers it. Letters of the partner's are this here.
    AppliedThere,
    /// The partner wrote into the case after it.
    Answered,
    /// The partner's signed receipt refuses its body.
    RefusedThere(Refused),
}

/// One entry about a case.
#[derive(Clone, Debug)]
pub(super) struct CaseLetter {
    pub(super) log_id: LogId,
    pub(super) sequence: u64,
    pub(super) author: Author,
    pub(super) side: Option<Side>,
    pub(super) time: Timestamp,
    pub(super) kind: Kind,
    pub(super) payload: Option<Payload>,
    pub(super) superseded: Option<(Reason, Option<Side>)>,
    pub(super) state_after: Option<State>,
    pub(super) reached: Reached,
    pub(super) corrected_by: Option<u64>,
    pub(super) actor: Option<String>,
}

/// How far an own entry of a correspondence got.
pub(super) fn reached(
    office: &Office,
    partner: &Partner,
    record: &EventRecord,
    answered: bool,
) -> Result<Reached, OfficeError> {
    let log = LogNo(record.log);
    if let Some(refused) = book::refusal(&office.store, log, record.sequence)? {
        return Ok(Reached::RefusedThere(refused));
    }
    // An older epoch is over: what of it stays in force is what the partner holds.
    let current = log == partner.out;
    Ok(if answered {
        Reached::Answered
    } else if !current || record.sequence < partner.applied {
        Reached::AppliedThere
    } else if record.sequence < partner.contact.acked {
        Reached::ReceivedThere
    } else {
        Reached::StoredHere
    })
}

/// Every entry about a case, oldest first, in the order both sides share; the local ones first.
pub(super) fn timeline(
    office: &Office,
    id: CaseId,
    partner: Option<&Partner>,
) -> Result<(CaseFile, Vec<CaseLetter>), OfficeError> {
    let store = &office.store;
    let file = book::case_with_facts(store, partner, id)?
        .ok_or_else(|| OfficeError::not_found(("流动案卷", "case"), id.to_string()))?;
    let marks = Marks::of(&file);
    let mut letters = Vec::new();
    for record in &file.records {
        letters.push(letter(office, partner, &file, &marks, record)?);
    }
    letters.sort_by_key(|(key, _)| *key);
    let mut letters = letters.into_iter().map(|(_, letter)| letter).collect();
    at_home(office, &file, &mut letters)?;
    Ok((file, letters))
}

/// What home kept to itself of the member while away, each before the first letter that was written later.
fn at_home(
    office: &Office,
    file: &CaseFile,
    letters: &mut Vec<CaseLetter>,
) -> Result<(), OfficeError> {
    let log_id = office.store.record(LogNo::LOCAL)?.log_id();
    let local = |time, sequence, actor: String, payload: Payload| CaseLetter {
        log_id,
        sequence,
        author: Author::Own,
        side: Some(Side::Outflow),
        time,
        kind: payload.kind(),
        actor: Some(actor),
        payload: Some(payload),
        superseded: None,
        state_after: None,
        reached: Reached::Local,
        corrected_by: None,
    };
    let contacts = book::contacts_at_home(&office.store, file.id)?.into_iter();
    let mut kept: Vec<CaseLetter> = contacts
        .map(|one| {
            let actor = one.said.actor.to_string();
            local(one.time, one.sequence, actor, one.said.into())
        })
        .collect();
    if let (Some(member), Some(away)) = (file.member, file.case.away()) {
        let decisions = book::decisions_at_home_of(&office.store, member)?.into_iter();
        let decisions = decisions.filter(|one| covers(away, one.said.day));
        kept.extend(decisions.map(|one| {
            let actor = one.said.actor.to_string();
            local(one.time, one.sequence, actor, one.said.into())
        }));
    }
    kept.sort_by_key(|letter| letter.sequence);
    for letter in kept {
        let later = |other: &CaseLetter| other.time > letter.time;
        let at = letters.iter().position(later).unwrap_or(letters.len());
        letters.insert(at, letter);
    }
    Ok(())
}

struct Marks {
    states: Vec<(Position, Side, State)>,
    superseded: Vec<(Position, Option<Side>, Reason, Option<Side>)>,
    corrected: Vec<(Position, Position)>,
    last_by: [Option<Position>; 2],
}

impl Marks {
    fn of(file: &CaseFile) -> Self {
        let case = &file.case;
        let history = || case.history().iter().chain(case.local());
        let positions = || {
            let steps = history().map(|step| (step.side, step.event.position));
            steps.chain(
                case.facts()
                    .iter()
                    .map(|fact| (fact.side, fact.event.position)),
            )
        };
        let last = |side: Side| {
            positions()
                .filter(|(by, _)| *by == side)
                .map(|(_, position)| position)
                .max()
        };
        Self {
            states: history()
                .map(|step| (step.event.position, step.side, step.to))
                .collect(),
            superseded: case
                .superseded()
                .iter()
                .map(|late| (late.event.position, late.side, late.reason, late.act))
                .collect(),
            corrected: corrected(case),
            last_by: [last(Side::Outflow), last(Side::Inflow)],
        }
    }
}

type Keyed = ((bool, Option<Position>, u64), CaseLetter);

fn letter(
    office: &Office,
    partner: Option<&Partner>,
    file: &CaseFile,
    marks: &Marks,
    record: &EventRecord,
) -> Result<Keyed, OfficeError> {
    let log = LogNo(record.log);
    let log_record = office.store.record(log)?;
    let author = if log_record.own {
        Author::Own
    } else {
        Author::Partner
    };
    let at = if log == LogNo::LOCAL { None } else { partner };
    let refused = EventRecord {
        refused: false,
        ..record.clone()
    };
    let position = event(at, file.own, &refused)?.map(|event| event.position);
    let found = |positions: Option<Position>| positions.is_some() && positions == position;
    let superseded = marks.superseded.iter().find(|(at, ..)| found(Some(*at)));
    let state = marks.states.iter().find(|(at, ..)| found(Some(*at)));
    let side = match (author, file.side()) {
        (_, None) => None,
        (Author::Own, Some(side)) => Some(side),
        (Author::Partner, Some(side)) => Some(side.other()),
    };
    let corrected_by = marks
        .corrected
        .iter()
        .find(|(at, _)| found(Some(*at)))
        .map(|(_, by)| {
            let base = position.map_or(0, |position| position.sequence() - record.sequence);
            by.sequence() - base
        });
    let reached = match (author, at) {
        (_, None) => Reached::Local,
        (Author::Partner, _) => Reached::AppliedThere,
        (Author::Own, Some(partner)) => {
            let answered = side.zip(position).is_some_and(|(side, position)| {
                let theirs = marks.last_by[usize::from(side.other() == Side::Inflow)];
                theirs
                    .is_some_and(|theirs| position.sequence() < theirs.seen() && theirs > position)
            });
            reached(office, partner, record, answered)?
        }
    };
    let kind = record.kind()?;
    let letter = CaseLetter {
        log_id: log_record.log_id(),
        sequence: record.sequence,
        author,
        side,
        time: Timestamp::from_millis(record.time_ms),
        kind,
        payload: record.content()?,
        superseded: superseded.map(|(_, _, reason, act)| (*reason, *act)),
        state_after: if kind.group() == KindGroup::Transition {
            state.map(|(_, _, state)| *state)
        } else {
            None
        },
        reached,
        corrected_by,
        actor: book::actor(&office.store, log, record.sequence)?,
    };
    Ok(((at.is_some(), position, record.sequence), letter))
}

/// The whole timeline of a case that the text names.
pub(super) fn show(
    office: &Office,
    case: &str,
) -> Result<(CaseFile, Vec<CaseLetter>), OfficeError> {
    let (file, partner) = find::case_ever(&office.store, case)?;
    timeline(office, file.id, partner.as_ref())
}
