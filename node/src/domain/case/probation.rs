//! Conversion of a probationary member: home asks the host before it decides.
//!
//! W §二(一)2: 主动征求流入地党支部意见, 按规定做好预备党员转正工作. W §二(二)2: the host gives its opinion in writing at the end of
//! probation. The decision stays home's, and it is due whether or not the host writes, so a decision without an opinion is
//! not refused: whoever takes it is told what the policy asks for.
//!
//! Constitution art. 7: probation is one year, and when it has ended the branch decides; it may be extended by a year at most, and by the rules for
//! admission (发展党员工作细则) once, by half a year at least.

use hongyan_proto::{
    letter::{ProbationDecision, ProbationOutcome},
    log::Kind,
    time::Day,
};
use thiserror::Error;

use super::{derive::Case, side::Side};
use crate::domain::fact::effective;

/// The host has not given its opinion.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error(
    "流入地尚未书面反馈转正意见 (W §二(一)2 要求先征求意见); 确需先行决定的可继续 the host has not given its written opinion, which W §二(一)2 asks for first; go on if the decision cannot wait"
)]
pub struct NotAsked;

/// A warning before a probation decision is written. An opinion that was corrected away does not count.
pub fn opinion_before_decision(case: &Case) -> Result<(), NotAsked> {
    let given = effective(case)
        .iter()
        .any(|fact| fact.side == Side::Inflow && fact.payload.kind() == Kind::ProbationOpinion);
    if given { Ok(()) } else { Err(NotAsked) }
}

/// A decision that cannot be one.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum DecisionRefusal {
    /// The member had not joined yet.
    #[error(
        "日期 {day} 早于入党日期 {joined}, 请核对 the day {day} is before the member joined on {joined}: check it"
    )]
    BeforeJoining {
        /// The day of the decision.
        day: Day,
        /// Day of admission.
        joined: Day,
    },
    /// Probation had not ended.
    #[error(
        "预备期至 {until}, 期满后才讨论转正或延长 (党章第七条), {day} 尚早, 请在期满后登记 probation lasts until {until}, and conversion and extension are decided when it has ended (Constitution art. 7): {day} is too early"
    )]
    TooEarly {
        /// The day of the decision.
        day: Day,
        /// The last day of probation.
        until: Day,
    },
    /// It was extended before.
    #[error(
        "预备期至 {until}, 已超过入党 ({joined}) 后的一年, 即延长过; 只能延长一次 (发展党员工作细则): 请登记转正或取消资格, 名册有误的先导入更正 probation until {until} is longer than a year from {joined}, so it was extended, which is done once: convert or revoke, or correct the roster first"
    )]
    Again {
        /// Day of admission.
        joined: Day,
        /// The last day of probation.
        until: Day,
    },
    /// It would last too short or too long.
    #[error(
        "预备期至 {until}, 延长不少于半年, 不超过一年: 应为 {first} 至 {last} (党章第七条, 发展党员工作细则) probation lasts until {until} and is extended by half a year at least and a year at most: to a day from {first} to {last}"
    )]
    Extension {
        /// The last day of probation.
        until: Day,
        /// The first day to which it may be extended.
        first: Day,
        /// The last one.
        last: Day,
    },
}

impl DecisionRefusal {
    /// The field that is wrong.
    pub const fn field(self) -> &'static str {
        match self {
            Self::BeforeJoining { .. } | Self::TooEarly { .. } => "day",
            Self::Again { .. } => "outcome",
            Self::Extension { .. } => "extended_until",
        }
    }
}

/// Until when the member is on probation after a decision about the one that ends on `until`; none: converted. Whose probation is revoked
/// need not wait for its end.
pub fn decided_until(
    decision: &ProbationDecision,
    joined: Option<Day>,
    until: Day,
) -> Result<Option<Day>, DecisionRefusal> {
    let day = decision.day;
    if let Some(joined) = joined.filter(|joined| day < *joined) {
        return Err(DecisionRefusal::BeforeJoining { day, joined });
    }
    if decision.outcome == ProbationOutcome::Revoked {
        return Ok(Some(until));
    }
    if day < until {
        return Err(DecisionRefusal::TooEarly { day, until });
    }
    if decision.outcome == ProbationOutcome::Converted {
        return Ok(None);
    }
    let year = |joined: &Day| until > months_after(*joined, 12);
    if let Some(joined) = joined.filter(year) {
        return Err(DecisionRefusal::Again { joined, until });
    }
    let (first, last) = (months_after(until, 6), months_after(until, 12));
    let longer = decision.extended_until;
    match longer.filter(|longer| (first..=last).contains(longer)) {
        Some(longer) => Ok(Some(longer)),
        None => Err(DecisionRefusal::Extension { until, first, last }),
    }
}

/// The same day of a later month, or its last day.
fn months_after(day: Day, months: u32) -> Day {
    let month = day.month().plus_months(months);
    let of_month = i32::from(day.date().day()) - 1;
    let last = month.plus_months(1).first_day().plus_days(-1);
    month.first_day().plus_days(of_month).min(last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn decided(outcome: ProbationOutcome, day: &str, longer: Option<&str>) -> String {
        let decision = ProbationDecision {
            day: day.parse().unwrap(),
            outcome,
            extended_until: longer.map(|day| day.parse().unwrap()),
        };
        let joined = "2025-08-31".parse().ok();
        match decided_until(&decision, joined, "2026-08-31".parse().unwrap()) {
            Ok(until) => until.map_or_else(|| "full".to_owned(), |until| until.to_string()),
            Err(refusal) => refusal.field().to_owned(),
        }
    }

    #[test]
    fn conversion_and_extension_wait_for_the_end_and_an_extension_lasts_half_a_year_to_a_year() {
        use ProbationOutcome::{Converted, Extended, Revoked};
        for (outcome, day, longer, then) in [
            (Converted, "2026-08-30", None, "day"),
            (Converted, "2026-08-31", None, "full"),
            (Extended, "2026-08-30", Some("2027-03-01"), "day"),
            (Extended, "2026-09-02", Some("2027-02-27"), "extended_until"),
            (Extended, "2026-09-02", Some("2027-02-28"), "2027-02-28"),
            (Extended, "2026-09-02", Some("2027-08-31"), "2027-08-31"),
            (Extended, "2026-09-02", Some("2027-09-01"), "extended_until"),
            (Extended, "2026-09-02", None, "extended_until"),
            (Revoked, "2026-02-01", None, "2026-08-31"),
            (Revoked, "2025-08-30", None, "day"),
        ] {
            assert_eq!(decided(outcome, day, longer), then, "{outcome} {day}");
        }
    }

    #[test]
    fn probation_is_extended_once() {
        let decision = |longer: &str| ProbationDecision {
            day: "2027-03-01".parse().unwrap(),
            outcome: ProbationOutcome::Extended,
            extended_until: longer.parse().ok(),
        };
        let until = "2027-02-28".parse().unwrap();
        let again = decided_until(&decision("2027-08-31"), "2025-08-31".parse().ok(), until);
        assert_eq!(again.map_err(DecisionRefusal::field), Err("outcome"));
        // Whether it was before is not known of whom the roster has no day of joining.
        assert!(decided_until(&decision("2027-08-31"), None, until).is_ok());
    }
}
