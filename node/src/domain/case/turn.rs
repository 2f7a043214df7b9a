//! Whose turn it is: what a state expects next, of whom, and by which clause.

use hongyan_proto::log::Kind;

use super::{side::Side, state::State};

/// What a state expects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Turn {
    /// Who must act; both sides when contact is lost.
    pub who: &'static [Side],
    /// Any of these entries ends the waiting.
    pub expected: &'static [Kind],
    /// The policy's clause (W = wuxi-2017-48).
    pub clause: &'static str,
    /// What people read: Chinese, English.
    pub what: (&'static str, &'static str),
}

const fn expects(
    who: &'static [Side],
    expected: &'static [Kind],
    clause: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Turn {
    Turn {
        who,
        expected,
        clause,
        what: (zh, en),
    }
}

const DEPARTED: Turn = expects(
    &[Side::Outflow],
    &[Kind::Notice],
    "W §二(一)2",
    "流出地查明去向, 通知流入地党组织",
    "home finds out where the member went and notices the host",
);
const NOTIFIED: Turn = expects(
    &[Side::Inflow],
    &[Kind::Accept, Kind::Decline],
    "W §二(二)1",
    "流入地查验活动证, 接收或写明原因退回",
    "the host checks the certificate and accepts, or declines with a reason",
);
const DECLINED: Turn = expects(
    &[Side::Outflow],
    &[Kind::Notice, Kind::Withdraw],
    "W §二(一)2",
    "流出地核实更正后再次通知, 或撤销",
    "home corrects and notices again, or withdraws",
);
const CLAIMED: Turn = expects(
    &[Side::Outflow],
    &[Kind::Confirm, Kind::Disown],
    "W §二(一)2",
    "流出地确认或不予确认",
    "home confirms or disowns",
);
const ACCEPTED: Turn = expects(
    &[Side::Inflow],
    &[Kind::Place],
    "W §二(二)1",
    "流入地及时编入党支部、党小组",
    "the host promptly places the member in a branch or group",
);
const LOST_CONTACT: Turn = expects(
    &[Side::Outflow, Side::Inflow],
    &[Kind::Found, Kind::Returned, Kind::Withdraw],
    "W §二(一)2, §二(二)2",
    "双方查找, 恢复联系后登记",
    "both look for the member and record it when found",
);
const MOVED: Turn = expects(
    &[Side::Outflow],
    &[Kind::Notice, Kind::Returned, Kind::Withdraw],
    "W §二(一)2",
    "流出地向新流入地发出通知 (关联本案卷), 或登记返回",
    "home opens the case that follows at the new place, linked to this one, or records the return",
);

/// Whose turn it is in a state. `None`: nobody's; an active case lives by its facts, a closed one is over.
pub const fn turn(state: State) -> Option<Turn> {
    match state {
        State::Departed => Some(DEPARTED),
        State::Notified => Some(NOTIFIED),
        State::Declined => Some(DECLINED),
        State::Claimed => Some(CLAIMED),
        State::Accepted => Some(ACCEPTED),
        State::LostContact => Some(LOST_CONTACT),
        State::Moved => Some(MOVED),
        State::Active | State::Closed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::table;

    #[test]
    fn what_is_expected_is_allowed() {
        for state in State::ALL {
            let Some(turn) = turn(state) else { continue };
            for kind in turn.expected {
                // After a move the next notice opens another case.
                let from = (state != State::Moved || *kind != Kind::Notice).then_some(state);
                assert!(
                    turn.who
                        .iter()
                        .any(|side| table::find(from, *side, *kind).is_some()),
                    "{state}: {kind}"
                );
            }
        }
    }

    #[test]
    fn every_open_state_but_active_waits_for_someone() {
        for state in State::ALL {
            assert_eq!(
                turn(state).is_none(),
                state == State::Active || state.is_closed(),
                "{state}"
            );
        }
    }
}
