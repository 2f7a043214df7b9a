//! What home records about a member of its own and no letter tells: contact with whoever is away, the decision when probation ends.

use super::{
    error::{At, PayloadError},
    probation::ProbationOutcome,
    record::record,
    text::Text,
};
use crate::{
    id::{CaseId, MemberId},
    time::Day,
};

record! {
    /// Home made contact with a member who is away (W §二(一)2), where no letter may tell the host.
    MemberContacted "member_contacted" {
        /// The case the member is away in.
        case_id: CaseId [],
        /// When.
        day: Day [],
        /// How: telephone, visit, message.
        means: Text<60> [],
        /// Thoughts, work, life.
        summary: Option<Text<2000>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

record! {
    /// What was decided when probation ended, where no letter tells it.
    ProbationDecided "probation_decided" {
        /// Of the roster.
        member_id: MemberId [],
        /// The last day of the probation it is about.
        until: Day [],
        /// When it was decided; not before `until`.
        day: Day [],
        /// What was decided.
        outcome: ProbationOutcome [],
        /// New last day; set exactly when probation is extended.
        extended_until: Option<Day> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules decided
    arranged arrange
}

fn decided(one: &ProbationDecided, at: &At<'_>) -> Result<(), PayloadError> {
    if one.day < one.until || one.outcome == ProbationOutcome::Revoked {
        return Err(at.rule(
            "预备期满后才能决定转正或延长",
            "conversion and extension are decided when probation has ended",
        ));
    }
    let good = match one.extended_until {
        Some(until) => one.outcome == ProbationOutcome::Extended && until > one.day,
        None => one.outcome == ProbationOutcome::Converted,
    };
    if good {
        return Ok(());
    }
    Err(at.field("extended_until").rule(
        "仅在延长预备期时填写, 且须晚于决定日期",
        "must be set exactly when probation is extended, to a day after the decision",
    ))
}

#[cfg(test)]
fn arrange(mut one: ProbationDecided) -> ProbationDecided {
    one.day = one.day.max(one.until);
    let after = one.extended_until.filter(|until| *until > one.day);
    one.extended_until = after;
    one.outcome = match after {
        Some(_) => ProbationOutcome::Extended,
        None => ProbationOutcome::Converted,
    };
    one
}
