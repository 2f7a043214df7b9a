//! The end of probation (预备期转正): the host's opinion, the home organization's decision.

use super::{
    error::{At, PayloadError},
    record::{closed, record},
    text::Text,
};
use crate::time::Day;

record! {
    /// Inflow: the written opinion at the end of probation (W §二(二)2).
    ProbationOpinion "probation_opinion" {
        /// When it was given.
        day: Day [Probation],
        /// Should the member become a full member on time?
        convert_on_time: bool [Probation],
        /// In words.
        opinion: Text<2000> [Probation],
    }
}

record! {
    /// Outflow: the decision.
    ProbationDecision "probation_decision" {
        /// When it was taken.
        day: Day [Probation],
        /// What was decided.
        outcome: ProbationOutcome [Probation],
        /// New last day of probation; set exactly when it is extended, and after the day of the decision.
        extended_until: Option<Day> [Probation],
    }
    rules extension
}

fn extension(decision: &ProbationDecision, at: &At<'_>) -> Result<(), PayloadError> {
    let good = match decision.extended_until {
        Some(until) => decision.outcome == ProbationOutcome::Extended && until > decision.day,
        None => decision.outcome != ProbationOutcome::Extended,
    };
    if good {
        return Ok(());
    }
    Err(at.field("extended_until").rule(
        "仅在延长预备期时填写, 且须晚于决定日期",
        "must be set exactly when probation is extended, to a day after the decision",
    ))
}

closed! {
    /// What was decided.
    ProbationOutcome {
        Converted "按期转正" "converted",
        Extended "延长预备期" "extended",
        Revoked "取消预备党员资格" "revoked",
    }
}
