//! Duties: what the rules make of what is recorded here, and excuses.

use hongyan_proto::{
    letter::{Excused, Text},
    time::Day,
};

use super::{Answer, Office, OfficeError, Request, facts, policy, roster::COMMITTEE};
use crate::{
    book,
    domain::duty::{self, Duty, Found, Horizon, Known, Listed, State, Wanted},
    store::{LogNo, StoreError},
};

/// Which duties are asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// Part of a unit's name, or the word for the committee.
    pub(super) unit: String,
    /// Part of a person's name.
    pub(super) member: String,
    /// Also what is done and what has not begun.
    pub(super) all: bool,
}

impl Filter {
    pub(super) fn takes(&self, found: &Found<'_>) -> bool {
        let unit = found
            .unit
            .map_or(COMMITTEE, |unit| unit)
            .contains(&self.unit);
        let member = self.member.is_empty() || found.who.contains(&self.member);
        let shown = self.all
            || matches!(
                found.state,
                State::Due | State::Overdue | State::WaitingForPartner
            );
        unit && member && shown
    }
}

/// The duties of the committee that are wanted, and the name of the policy that applies today; none: nothing is adopted.
pub(super) fn list(
    office: &Office,
    wanted: Wanted<'_>,
) -> Result<(Listed, Option<String>), OfficeError> {
    let today = office.today();
    let policies = book::policies(&office.store)?;
    let mut horizon = Horizon::around(today);
    // What fell due before this node kept any book was nobody's neglect here, unless a policy was adopted from an earlier day.
    let adopted = policies.adopted.iter().map(|one| one.from);
    let begun = adopted.fold(first_day(office)?, Day::min);
    horizon.from = horizon.from.max(begun);
    let facts = facts::facts(office, &policies, horizon)?;
    let history = policy::history(&policies);
    let applies = history.adopted_by(today).map(|one| one.policy.name.clone());
    let known = Known {
        policies: &history,
        facts: &facts,
        calendar: &policies.calendar,
        today,
        horizon,
    };
    Ok((duty::list(known, wanted), applies))
}

/// The day of the first entry in the local log.
fn first_day(office: &Office) -> Result<Day, OfficeError> {
    match office.store.entry(LogNo::LOCAL, 0) {
        Ok(entry) => Ok(entry.header().time.day()),
        Err(StoreError::UnknownEntry { .. }) => Ok(office.today()),
        Err(error) => Err(error.into()),
    }
}

/// Digits that are enough to name a duty.
const DIGITS: usize = 8;

fn find(office: &Office, text: &str) -> Result<Duty, OfficeError> {
    const DUTY: (&str, &str) = ("应办事项", "duty");
    let text = text.to_ascii_lowercase();
    let named = text.len() >= DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !named {
        return Err(OfficeError::not_found(DUTY, text));
    }
    let wanted = Wanted {
        takes: &|found| found.id().to_string().starts_with(&text),
        most: usize::MAX,
    };
    let mut found = list(office, wanted)?.0.first;
    if found.len() > 1 {
        return Err(OfficeError::Ambiguous {
            what: DUTY.0,
            name: text,
            candidates: found.iter().map(|duty| duty.id().to_string()).collect(),
        });
    }
    found
        .pop()
        .ok_or_else(|| OfficeError::not_found(DUTY, text))
}

/// Excuses a duty with a reason, or takes the excuse back.
pub(super) async fn excuse(
    office: &Office,
    request: Request,
    text: &str,
    reason: Option<Text<500>>,
) -> Result<(Duty, Answer), OfficeError> {
    let Some(reason) = reason else {
        return unexcuse(office, request, text).await;
    };
    let mut duty = find(office, text)?;
    if matches!(duty.state, State::Done(_) | State::DoneLate(_)) {
        return Err(OfficeError::field(
            "duty",
            "此事已办, 无需说明缘由 it is done: nothing is to be excused",
        ));
    }
    let what: String = format!("{} {} {}", duty.clause, duty.who, duty.what.zh)
        .chars()
        .take(500)
        .collect();
    let what = Text::new(what)?;
    let person = request.actor.to_string();
    let excused = State::Excused {
        reason: reason.to_string(),
        person,
    };
    let answer = write_excuse(office, request, (duty.id().0, what), Some(reason)).await?;
    // As a list has it from now on.
    if matches!(duty.state, State::Excused { .. }) {
        duty.evidence.pop();
    }
    let written = answer.written.iter();
    let entries = written.map(|written| facts::entry(written.sequence));
    duty.evidence.extend(entries);
    duty.state = excused;
    Ok((duty, answer))
}

/// Takes an excuse back.
async fn unexcuse(
    office: &Office,
    request: Request,
    text: &str,
) -> Result<(Duty, Answer), OfficeError> {
    let digits = text.to_ascii_lowercase();
    let policies = book::policies(&office.store)?;
    let named = |id: &[u8; 8]| digits.len() >= DIGITS && hex::encode(id).starts_with(&digits);
    let mut known = policies.excused.iter().filter(|(id, _)| named(id));
    let (Some((id, (excused, _))), None) = (known.next(), known.next()) else {
        // Nothing, or more than one, of that name: whoever looks says which.
        find(office, text)?;
        return Err(OfficeError::field(
            "reason",
            "此事没有说明过缘由; 请写明缘由 there is no excuse to take back: give a reason",
        ));
    };
    let (id, what) = (*id, excused.what.clone());
    let digits = hex::encode(id);
    // What is not derived any more cannot be answered: that is said before anything is written.
    find(office, &digits)?;
    let answer = write_excuse(office, request, (id, what), None).await?;
    Ok((find(office, &digits)?, answer))
}

async fn write_excuse(
    office: &Office,
    request: Request,
    (duty, what): ([u8; 8], Text<500>),
    reason: Option<Text<500>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let excused = Excused {
                duty,
                what,
                reason,
                actor: desk.actor.clone(),
            };
            desk.enter(&excused.into(), None)?;
            Ok(Answer::default())
        })
        .await
}
