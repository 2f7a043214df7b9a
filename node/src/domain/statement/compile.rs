//! Compiles the statement of a quarter from cases and their effective facts. An officer enters nothing for it.

use hongyan_proto::{
    id::{CaseId, Fen, KeyId},
    letter::{
        Conduct, ContactState, DisclosureSet, Dues, InflowLine, OutflowLine, Payload, Presence,
        Revision, Statement,
    },
    time::{Day, Month, Quarter},
};

use crate::domain::{
    case::{Case, Side, State},
    fact::{
        Effective,
        dues::{months_paid, paid_twice},
        effective,
    },
};

/// The statement of `own` for a quarter, with only what the scope lets through. `revision` is 1 for the first issue (`QuarterView::next_revision`).
///
/// A case has a line when the host had the member on any day of the quarter; beyond that home states whom it expects (noticed, not yet
/// answered) and the host who came without a notice (claimed, not yet confirmed). `None` when the scope lets no statement through.
pub fn compile<'a>(
    quarter: Quarter,
    revision: Revision,
    own: KeyId,
    cases: impl IntoIterator<Item = (CaseId, &'a Case)>,
    scope: DisclosureSet,
) -> Option<Statement> {
    let mut statement = Statement {
        quarter,
        revision,
        inflow_lines: Vec::new(),
        outflow_lines: Vec::new(),
        part: 0,
        parts: 0,
    };
    for (id, case) in cases {
        let Some(side) = case
            .side_of(own)
            .filter(|side| is_stated(case, *side, quarter))
        else {
            continue;
        };
        let facts = effective(case);
        match side {
            Side::Inflow => statement
                .inflow_lines
                .push(inflow_line(id, case, &facts, quarter)),
            Side::Outflow => statement
                .outflow_lines
                .push(outflow_line(id, case, &facts, quarter)),
        }
    }
    statement.inflow_lines.sort_by_key(|line| line.case_id);
    statement.outflow_lines.sort_by_key(|line| line.case_id);
    match Payload::Statement(statement).restrict(&scope) {
        Some(Payload::Statement(statement)) => Some(statement),
        _ => None,
    }
}

/// Does this side's statement of the quarter have a line for the case?
pub fn is_stated(case: &Case, side: Side, quarter: Quarter) -> bool {
    let hosted = |state: Option<State>| state.is_some_and(State::is_hosted);
    let in_quarter = || {
        case.history()
            .iter()
            .filter(|step| quarter.contains(step.day()))
    };
    let expected = match side {
        Side::Outflow => State::Notified,
        Side::Inflow => State::Claimed,
    };
    hosted(case.state_on(quarter.first_day().plus_days(-1)))
        || in_quarter().any(|step| step.to.is_hosted() || hosted(step.from))
        || (case.state_on(quarter.last_day()) == Some(expected)
            && !case.state().is_some_and(State::is_closed))
}

/// What one side witnessed.
fn of(facts: &[Effective], side: Side) -> impl DoubleEndedIterator<Item = &Payload> {
    let facts = facts.iter().filter(move |fact| fact.side == side);
    facts.map(|fact| &fact.payload)
}

fn inflow_line(id: CaseId, case: &Case, facts: &[Effective], quarter: Quarter) -> InflowLine {
    let own = || of(facts, Side::Inflow);
    let count =
        |wanted: &dyn Fn(&Payload) -> bool| number(own().filter(|payload| wanted(payload)).count());
    let conduct = last_conduct(own(), quarter);
    InflowLine {
        case_id: id,
        activities_held: Some(count(
            &|payload| matches!(payload, Payload::Attendance(one) if quarter.contains(one.day)),
        )),
        activities_attended: Some(count(&|payload| {
            matches!(payload, Payload::Attendance(one)
                if quarter.contains(one.day) && matches!(one.presence, Presence::Present | Presence::Remote))
        })),
        dues_months: Some(dues_months(facts, Side::Inflow, quarter)),
        dues_fen: Some(dues_fen(own(), quarter)),
        conduct_grade: conduct.map(|conduct| conduct.grade),
        conduct_remark: conduct.and_then(|conduct| conduct.remark.clone()),
        awards: Some(count(
            &|payload| matches!(payload, Payload::Award(one) if quarter.contains(one.day) && !one.penalty),
        )),
        penalties: Some(count(
            &|payload| matches!(payload, Payload::Award(one) if quarter.contains(one.day) && one.penalty),
        )),
        contact_state: contact_state(case, facts, Side::Inflow, quarter),
        dues_duplicate_months: duplicates(facts, Side::Inflow, quarter),
        home_dues_fen: dues_known(facts, Side::Outflow, quarter),
    }
}

fn outflow_line(id: CaseId, case: &Case, facts: &[Effective], quarter: Quarter) -> OutflowLine {
    let own = || of(facts, Side::Outflow);
    let contacts = own()
        .filter(|payload| matches!(payload, Payload::Contact(one) if quarter.contains(one.day)));
    let matters = own().filter(
        |payload| matches!(payload, Payload::MatterNotified(one) if quarter.contains(one.day)),
    );
    OutflowLine {
        case_id: id,
        contacts_made: Some(number(contacts.count())),
        matters_notified: Some(number(matters.count())),
        dues_months: Some(dues_months(facts, Side::Outflow, quarter)),
        dues_fen: Some(dues_fen(own(), quarter)),
        contact_state: contact_state(case, facts, Side::Outflow, quarter),
        dues_duplicate_months: duplicates(facts, Side::Outflow, quarter),
        host_dues_fen: dues_known(facts, Side::Inflow, quarter),
    }
}

/// The last word on the quarter counts.
fn last_conduct<'a>(
    payloads: impl DoubleEndedIterator<Item = &'a Payload>,
    quarter: Quarter,
) -> Option<&'a Conduct> {
    payloads.rev().find_map(|payload| match payload {
        Payload::Conduct(conduct) if conduct.quarter == quarter => Some(conduct),
        _ => None,
    })
}

/// How many of the quarter's three months this side received dues for, whenever they were paid: comparable between both sides.
fn dues_months(facts: &[Effective], side: Side, quarter: Quarter) -> u32 {
    let paid = months_paid(facts, side);
    number(
        quarter
            .months()
            .iter()
            .filter(|month| paid.contains_key(month))
            .count(),
    )
}

/// Of those months, the ones that count on the other side. None is left out: a partner from before this field refuses a statement that has it.
fn duplicates(facts: &[Effective], side: Side, quarter: Quarter) -> Option<u32> {
    let twice = paid_twice(facts);
    let theirs = |month: &&Month| twice.get(month).is_some_and(|counts| *counts != side);
    Some(number(quarter.months().iter().filter(theirs).count())).filter(|months| *months > 0)
}

/// The money that the other side told of. Nothing is left out, for the same reason.
fn dues_known(facts: &[Effective], other: Side, quarter: Quarter) -> Option<Fen> {
    Some(dues_fen(of(facts, other), quarter)).filter(|fen| fen.0 != 0)
}

/// The money this side received in the quarter, for whatever months: comparable with its cash book.
fn dues_fen<'a>(payloads: impl Iterator<Item = &'a Payload>, quarter: Quarter) -> Fen {
    let in_quarter = |dues: &&Dues| quarter.contains(dues.paid_on);
    let sum = payloads
        .filter_map(|payload| match payload {
            Payload::Dues(dues) => Some(dues),
            _ => None,
        })
        .filter(in_quarter)
        .fold(0_i64, |sum, dues| sum.saturating_add(dues.fen.0));
    Fen(sum)
}

/// What this side knows of its own: the shared state, unless it has reached the member itself since contact was lost and nobody
/// recorded that the member was found. Nothing to say about a stay that is over.
fn contact_state(
    case: &Case,
    facts: &[Effective],
    side: Side,
    quarter: Quarter,
) -> Option<ContactState> {
    let end = quarter.last_day();
    match case.state_on(end)? {
        State::Accepted | State::Active => Some(ContactState::InContact),
        State::LostContact => {
            let reached = last_reached(facts, side, end);
            let still_lost = last_contact_before_loss(case, end)
                .is_some_and(|lost| reached.is_none_or(|day| day <= lost));
            Some(if still_lost {
                ContactState::Lost
            } else {
                ContactState::InContact
            })
        }
        _ => None,
    }
}

fn last_reached(facts: &[Effective], side: Side, end: Day) -> Option<Day> {
    facts
        .iter()
        .filter(|fact| fact.side == side)
        .filter_map(|fact| match &fact.payload {
            Payload::Contact(contact) => Some(contact.day),
            _ => None,
        })
        .filter(|day| *day <= end)
        .max()
}

fn last_contact_before_loss(case: &Case, end: Day) -> Option<Day> {
    let lost = case
        .history()
        .iter()
        .rev()
        .find(|step| step.to == State::LostContact && step.day() <= end)?;
    match &lost.event.payload {
        // Without the body the day it was written is the best that is known.
        Some(Payload::LostContact(lost)) => Some(lost.last_contact_on),
        _ => Some(lost.day()),
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
