//! The whole machine: in which states which side may write which kind of entry, and what becomes of the case.
//!
//! A row that is not here is refused before it is written, and superseded when it arrives. Facts are rows like transitions.
//!
//! Decided here, beyond the letter of the table in the domain's description:
//! - While contact is lost, what can still be witnessed may be written: contact tried or made, matters passed on, changes, major
//!   events, awards and penalties, dues paid at home, opinion and decision on probation. Attendance, role, conduct and dues
//!   at the host suppose a member who is there, so `Found` comes first.
//! - A correction may be written while the case is open and after it closed: the quarter in which a member returned is
//!   reconciled later, and its answer may be a correction.

use hongyan_proto::log::Kind;

use super::{
    side::Side,
    state::{Closing, State},
};

/// What a row makes of the case.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// The case goes there.
    To(State),
    /// A fact: the state stays.
    Same,
    /// The case closes for the reason the payload gives.
    ClosedByReason,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The states it may be written in; `None` is "no such case yet".
    pub from: &'static [Option<State>],
    /// What is written.
    pub kind: Kind,
    /// Who may write it.
    pub by: &'static [Side],
    /// What becomes of the case.
    pub to: Next,
    /// The policy's clause (W = wuxi-2017-48).
    pub clause: &'static str,
}

const OUTFLOW: &[Side] = &[Side::Outflow];
const INFLOW: &[Side] = &[Side::Inflow];
const BOTH: &[Side] = &[Side::Outflow, Side::Inflow];

const NONE: &[Option<State>] = &[None];
const CLAIMED: &[Option<State>] = &[Some(State::Claimed)];
const NOTIFIED: &[Option<State>] = &[Some(State::Notified)];
const ACCEPTED: &[Option<State>] = &[Some(State::Accepted)];
const ACTIVE: &[Option<State>] = &[Some(State::Active)];
const LOST: &[Option<State>] = &[Some(State::LostContact)];
const ACTIVE_OR_LOST: &[Option<State>] = &[Some(State::Active), Some(State::LostContact)];
const TELLS: &[Option<State>] = &[None, Some(State::Departed), Some(State::Declined)];
const COMES_BACK: &[Option<State>] = &[
    Some(State::Accepted),
    Some(State::Active),
    Some(State::LostContact),
    Some(State::Moved),
];
const OPEN: &[Option<State>] = &[
    Some(State::Departed),
    Some(State::Notified),
    Some(State::Declined),
    Some(State::Claimed),
    Some(State::Accepted),
    Some(State::Active),
    Some(State::LostContact),
    Some(State::Moved),
];
const HAS_FACTS: &[Option<State>] = &[
    Some(State::Active),
    Some(State::LostContact),
    Some(State::Moved),
    Some(State::Closed(Closing::Returned)),
    Some(State::Closed(Closing::Transferred)),
    Some(State::Closed(Closing::RegisteredInError)),
    Some(State::Closed(Closing::RemovedFromMembership)),
    Some(State::Closed(Closing::Deceased)),
    Some(State::Closed(Closing::Withdrawn)),
];

const fn row(
    from: &'static [Option<State>],
    kind: Kind,
    by: &'static [Side],
    to: Next,
    clause: &'static str,
) -> Row {
    Row {
        from,
        kind,
        by,
        to,
        clause,
    }
}

/// The table. One row a line, or nobody can read it.
#[rustfmt::skip]
pub const TRANSITIONS: &[Row] = &[
    row(NONE, Kind::Departed, OUTFLOW, Next::To(State::Departed), "W §二(一)2"),
    row(TELLS, Kind::Notice, OUTFLOW, Next::To(State::Notified), "W §二(一)2"),
    row(NONE, Kind::Claim, INFLOW, Next::To(State::Claimed), "W §二(二)2"),
    row(CLAIMED, Kind::Confirm, OUTFLOW, Next::To(State::Accepted), "W §二(一)2"),
    row(CLAIMED, Kind::Disown, OUTFLOW, Next::To(State::Closed(Closing::Disowned)), "W §二(一)2"),
    row(NOTIFIED, Kind::Accept, INFLOW, Next::To(State::Accepted), "W §二(二)1"),
    row(NOTIFIED, Kind::Decline, INFLOW, Next::To(State::Declined), "W §四"),
    row(ACCEPTED, Kind::Place, INFLOW, Next::To(State::Active), "W §二(二)2"),
    row(ACTIVE, Kind::Moved, INFLOW, Next::To(State::Moved), "W §二(二)2"),
    row(ACTIVE, Kind::LostContact, BOTH, Next::To(State::LostContact), "W §二(二)2"),
    row(LOST, Kind::Found, BOTH, Next::To(State::Active), "W §二(二)2"),
    row(COMES_BACK, Kind::Returned, OUTFLOW, Next::To(State::Closed(Closing::Returned)), "W §二(一)2"),
    row(ACTIVE, Kind::Transferred, OUTFLOW, Next::To(State::Closed(Closing::Transferred)), "W §二(二)1"),
    row(OPEN, Kind::Withdraw, OUTFLOW, Next::ClosedByReason, "W §二(一)1"),
    // Facts.
    row(ACTIVE, Kind::Attendance, INFLOW, Next::Same, "W §二(二)2"),
    row(ACTIVE, Kind::Dues, INFLOW, Next::Same, "W §二(二)2"),
    row(ACTIVE_OR_LOST, Kind::Dues, OUTFLOW, Next::Same, "W §二(三)"),
    row(ACTIVE_OR_LOST, Kind::Award, BOTH, Next::Same, "W 记实 §二1"),
    row(ACTIVE, Kind::Role, INFLOW, Next::Same, "W 记实 §二1"),
    row(ACTIVE, Kind::Conduct, INFLOW, Next::Same, "W §三3"),
    row(ACTIVE_OR_LOST, Kind::Change, BOTH, Next::Same, "W §二(二)2"),
    row(ACTIVE_OR_LOST, Kind::MajorEvent, INFLOW, Next::Same, "W §二(二)2"),
    row(ACTIVE_OR_LOST, Kind::Contact, BOTH, Next::Same, "W §二(一)2"),
    row(ACTIVE_OR_LOST, Kind::MatterNotified, OUTFLOW, Next::Same, "W §二(一)2"),
    row(ACTIVE_OR_LOST, Kind::ProbationOpinion, INFLOW, Next::Same, "W §二(二)2"),
    row(ACTIVE_OR_LOST, Kind::ProbationDecision, OUTFLOW, Next::Same, "W §二(一)2"),
    row(HAS_FACTS, Kind::Correction, BOTH, Next::Same, "W 记实 §二2"),
];

/// The row for an entry, or `None`: not allowed.
pub fn find(state: Option<State>, side: Side, kind: Kind) -> Option<&'static Row> {
    TRANSITIONS
        .iter()
        .find(|row| row.kind == kind && row.by.contains(&side) && row.from.contains(&state))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hongyan_proto::log::KindGroup;

    use super::*;

    fn every_state() -> impl Iterator<Item = Option<State>> {
        std::iter::once(None).chain(State::ALL.map(Some))
    }

    #[test]
    fn every_kind_of_a_case_has_a_row_and_no_other_kind_has_one() {
        for kind in Kind::ALL {
            let of_a_case = matches!(kind.group(), KindGroup::Transition | KindGroup::Fact);
            let has_row = TRANSITIONS.iter().any(|row| row.kind == *kind);
            assert_eq!(of_a_case, has_row, "{kind}");
        }
    }

    #[test]
    fn no_two_rows_speak_about_the_same_thing() {
        let mut seen = BTreeSet::new();
        for row in TRANSITIONS {
            for from in row.from {
                for side in row.by {
                    assert!(
                        seen.insert((*from, *side, row.kind)),
                        "{from:?} {side} {}",
                        row.kind
                    );
                }
            }
        }
    }

    #[test]
    fn the_totals_are_those_of_the_description() {
        let moves = |row: &&Row| row.kind.group() == KindGroup::Transition;
        assert_eq!(TRANSITIONS.iter().filter(moves).count(), 14);
        let cells: usize = TRANSITIONS
            .iter()
            .map(|row| row.from.len() * row.by.len())
            .sum();
        let allowed = every_state()
            .flat_map(|state| Side::ALL.map(|side| (state, side)))
            .map(|(state, side)| {
                Kind::ALL
                    .iter()
                    .filter(|kind| find(state, side, **kind).is_some())
                    .count()
            })
            .sum::<usize>();
        assert_eq!(cells, allowed);
        assert_eq!(cells, 72);
    }

    #[test]
    fn a_fact_never_moves_a_case_and_a_transition_always_does() {
        for row in TRANSITIONS {
            assert_eq!(
                row.kind.group() == KindGroup::Fact,
                row.to == Next::Same,
                "{}",
                row.kind
            );
        }
    }

    #[test]
    fn nothing_reopens_a_closed_case() {
        for state in State::ALL.into_iter().filter(|state| state.is_closed()) {
            for side in Side::ALL {
                for kind in Kind::ALL {
                    assert!(find(Some(state), side, *kind).is_none_or(|row| row.to == Next::Same));
                }
            }
        }
    }

    #[test]
    fn the_host_never_ends_the_stay() {
        for kind in Kind::ALL {
            for state in every_state() {
                if let Some(row) = find(state, Side::Inflow, *kind) {
                    assert!(!matches!(
                        row.to,
                        Next::To(State::Closed(_)) | Next::ClosedByReason
                    ));
                }
            }
        }
    }
}
