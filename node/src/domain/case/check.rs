//! Before an entry is written: does the table allow it now? The refusal says what would be allowed, and to whom.

use std::fmt::Write as _;

use hongyan_proto::log::Kind;
use thiserror::Error;

use super::{
    derive::Case,
    side::Side,
    state::State,
    table::{self, TRANSITIONS},
    turn::turn,
};

/// An entry the table does not allow now.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{}", explain(*.state, *.side, *.kind))]
pub struct Refusal {
    /// The state of the case; `None`: there is no such case yet.
    pub state: Option<State>,
    /// Who wanted to write.
    pub side: Side,
    /// What.
    pub kind: Kind,
}

/// May this side write this kind of entry into the case as it is now?
pub fn check(case: &Case, side: Side, kind: Kind) -> Result<(), Refusal> {
    match table::find(case.state(), side, kind) {
        Some(_) => Ok(()),
        None => Err(Refusal {
            state: case.state(),
            side,
            kind,
        }),
    }
}

/// What a side may write in a state, in the table's order.
pub fn allowed(state: Option<State>, side: Side) -> Vec<Kind> {
    TRANSITIONS
        .iter()
        .filter(|row| row.by.contains(&side) && row.from.contains(&state))
        .map(|row| row.kind)
        .collect()
}

fn explain(state: Option<State>, side: Side, kind: Kind) -> String {
    let (state_zh, state_en) = state.map_or(("尚未建立", "not opened yet"), State::label);
    let (side_zh, side_en) = side.label();
    let (kind_zh, kind_en) = kind.label();
    let mut text = format!(
        "案卷状态为“{state_zh}”, {side_zh}不能写“{kind_zh}”  the case is {state_en}: the {side_en} may not write {kind_en:?}"
    );
    for who in Side::ALL {
        let kinds = allowed(state, who);
        if kinds.is_empty() {
            continue;
        }
        let labels = |pick: fn((&'static str, &'static str)) -> &'static str, separator: &str| {
            kinds
                .iter()
                .map(|kind| pick(kind.label()))
                .collect::<Vec<_>>()
                .join(separator)
        };
        let (who_zh, who_en) = who.label();
        // Writing into a String cannot fail.
        let _ = write!(
            text,
            "; {who_zh}现在可写: {}  the {who_en} may write: {}",
            labels(|label| label.0, "、"),
            labels(|label| label.1, ", ")
        );
    }
    if let Some(turn) = state.and_then(turn) {
        let _ = write!(text, "; 下一步: {}  next: {}", turn.what.0, turn.what.1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_the_state_and_what_is_allowed_to_whom() {
        let refusal = Refusal {
            state: Some(State::Notified),
            side: Side::Inflow,
            kind: Kind::Place,
        };
        let text = refusal.to_string();
        for part in [
            "已通知",
            "notified",
            "编入支部",
            "接收、退回",
            "accept, decline",
            "撤销",
            "withdraw",
        ] {
            assert!(text.contains(part), "{part} is missing: {text}");
        }
    }

    #[test]
    fn before_anything_is_opened_each_side_is_told_its_opening() {
        let refusal =
            check(&Case::default(), Side::Inflow, Kind::Accept).expect_err("nothing to accept");
        assert!(refusal.to_string().contains("持证报到告知"), "{refusal}");
        assert_eq!(check(&Case::default(), Side::Outflow, Kind::Notice), Ok(()));
    }
}
