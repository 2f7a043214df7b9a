//! By which day a case's next step is due. No policy names a term in days; these are what both sides can keep.

use hongyan_proto::time::Day;

use crate::domain::case::{Case, Side, State, turn::turn};

/// Days to answer a notice or a claim (W §二(二)1 says 及时).
const ANSWER_DAYS: i32 = 15;
/// Days to place an accepted member in a branch (W §二(二)1 says 及时).
const PLACE_DAYS: i32 = 15;
/// Days to notice again after a decline, to follow a move, or to find a member whose contact was lost.
const FOLLOW_DAYS: i32 = 30;

/// Whose turn it is, and by when.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Due {
    /// Who must act: one side, both, or nobody.
    pub(super) who: &'static [Side],
    /// By which day; none where nothing is waited for.
    pub(super) by: Option<Day>,
}

/// What the case's state waits for, seen from one side. A moved case waits for the one that follows it, and for nothing more when that is
/// there. The host is not told of a case that home opens with a third, so it has no day on which home is late.
pub(super) fn due(case: &Case, followed: bool, own: Option<Side>) -> Due {
    let waits = |state: &State| !(followed && *state == State::Moved);
    let Some(state) = case.state().filter(waits) else {
        return Due { who: &[], by: None };
    };
    let days = match state {
        State::Notified | State::Claimed => Some(ANSWER_DAYS),
        State::Accepted => Some(PLACE_DAYS),
        State::Moved if own == Some(Side::Inflow) => None,
        State::Declined | State::Moved | State::LostContact => Some(FOLLOW_DAYS),
        State::Departed | State::Active | State::Closed(_) => None,
    };
    let since = case.history().last().map(|step| step.event.time.day());
    Due {
        who: turn(state).map_or(&[], |turn| turn.who),
        by: since.zip(days).map(|(since, days)| since.plus_days(days)),
    }
}
