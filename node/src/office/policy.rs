//! Policies: what there is, what applies here, and the committee's decisions about it.

use std::sync::{Arc, OnceLock};

use hongyan_proto::{
    letter::{CalendarAmended, PolicyAdopted, PolicyText, Text},
    time::{Day, Month},
};

use super::{Answer, Office, OfficeError, Request, error::At as _};
use crate::{
    book::{self, Policies},
    domain::{
        calendar::{ActivityDay, Calendar},
        policy::{Policy, PolicyError, PolicyHistory, Rule, SHIPPED, shipped},
    },
    store::LogNo,
};

/// Months ahead of which the activity days are shown.
const MONTHS_AHEAD: u32 = 12;

/// What agreements bring: it applies while nothing is adopted.
const BEFORE: &str = "two-way";

fn before() -> Option<Arc<Policy>> {
    static READ: OnceLock<Option<Arc<Policy>>> = OnceLock::new();
    READ.get_or_init(|| shipped(BEFORE)?.ok().map(Arc::new))
        .clone()
}

/// Which policy applied when.
pub(super) fn history(policies: &Policies) -> PolicyHistory {
    PolicyHistory::new(policies.adopted.iter().cloned(), before())
}

/// Every shipped policy, in the order of the papers.
pub(super) fn all() -> Result<Vec<Policy>, OfficeError> {
    SHIPPED.iter().map(|(name, _)| named(name)).collect()
}

/// Every adoption, and the first day of the one that applies today.
pub(super) fn adopted(office: &Office) -> Result<(PolicyHistory, Option<Day>), OfficeError> {
    let history = history(&book::policies(&office.store)?);
    let today = office.today();
    let applies = history.adopted_by(today).map(|one| one.from);
    Ok((history, applies))
}

fn named(name: &str) -> Result<Policy, OfficeError> {
    shipped(name)
        .ok_or_else(|| OfficeError::not_found(("政策", "policy"), name))?
        .map_err(refused)
}

fn refused(error: PolicyError) -> OfficeError {
    OfficeError::field("file", error)
}

/// A policy ready to be shown.
pub(super) struct Shown {
    pub(super) policy: Arc<Policy>,
    pub(super) from: Option<Day>,
    pub(super) adopted: bool,
    pub(super) activity_days: Vec<ActivityDay>,
}

/// A shipped policy by name, or what applies on a day.
pub(super) fn show(office: &Office, name: &str, day: Day) -> Result<Shown, OfficeError> {
    let policies = book::policies(&office.store)?;
    let history = history(&policies);
    let (policy, from, adopted) = if name.is_empty() {
        let adopted = history.adopted_by(day);
        let policy = history.at(day).cloned();
        let policy = policy.ok_or_else(|| OfficeError::not_found(("政策", "policy"), BEFORE))?;
        (policy, adopted.map(|one| one.from), adopted.is_some())
    } else {
        (Arc::new(named(name)?), None, false)
    };
    // A month belongs to the policy of its first day: what another one follows is not told as this one's.
    let follows = |month: &Month| {
        let then = history.at(month.first_day());
        !adopted || then.is_some_and(|then| Arc::ptr_eq(then, &policy))
    };
    let months = (0..MONTHS_AHEAD).map(|ahead| day.month().plus_months(ahead));
    let months: Vec<Month> = months.filter(follows).collect();
    let activity_days = activity_days(&policy, &policies.calendar, &months);
    Ok(Shown {
        policy,
        from,
        adopted,
        activity_days,
    })
}

fn activity_days(policy: &Policy, calendar: &Calendar, months: &[Month]) -> Vec<ActivityDay> {
    let rule = policy.rules.iter().find_map(|ruled| match &ruled.rule {
        Rule::ActivityDay { day, shift, .. } => Some((day, *shift)),
        _ => None,
    });
    let Some((rule, shift)) = rule else {
        return Vec::new();
    };
    let days = months.iter();
    days.flat_map(|month| calendar.activity_days(rule, shift, *month))
        .collect()
}

/// A committee's own policy file: the policy, and the texts that its adoption keeps.
pub fn policy_file(file: &str, content: &str) -> Result<(Policy, Vec<PolicyText>), OfficeError> {
    kept(&Policy::of_file(file, content).map_err(refused)?)
}

/// The texts that an adoption keeps, and the policy as every later opening reads it out of them: what could not be read again must
/// be refused now, for it would stand in the log for good.
fn kept(policy: &Policy) -> Result<(Policy, Vec<PolicyText>), OfficeError> {
    let texts = policy
        .texts
        .iter()
        .map(|(name, text)| {
            Ok(PolicyText {
                name: Text::parse(name).at("file")?,
                // Entries hold no invisible characters; a tab and a carriage return mean nothing to the format.
                text: Text::parse(text.replace('\r', "").replace('\t', "  ").trim())
                    .at("content")?,
            })
        })
        .collect::<Result<Vec<_>, OfficeError>>()?;
    let again = book::policy_of(&texts).unwrap_or_else(|| Ok(policy.clone()));
    Ok((again.map_err(refused)?, texts))
}

/// Adopts a shipped policy or a file from a day on.
pub(super) async fn adopt(
    office: &Office,
    request: Request,
    what: Wanted,
    from: Day,
    basis: Option<Text<500>>,
) -> Result<(Policy, Answer), OfficeError> {
    let (policy, texts) = match &what {
        Wanted::Shipped(name) => kept(&named(name)?)?,
        Wanted::File(file, content) => policy_file(file, content)?,
    };
    let store = office.store.clone();
    let answer = office
        .write(request, move |desk| {
            let known = book::policies(desk.draft)?;
            // The first policy may say since when it has been kept; later ones must not rewrite what was owed. What was adopted by mistake is
            // replaced on the same day.
            if let Some(last) = known.last_from().filter(|_| from < desk.today) {
                let entered = known.last_adoption.map(|at| store.entry(LogNo::LOCAL, at));
                let entered = entered.transpose()?.map(|entry| entry.header().time.day());
                if from != last || entered != Some(desk.today) {
                    return Err(OfficeError::field(
                        "from",
                        format!("已有自 {last} 采用的政策, 新政策须自今日或以后起算; 当日误采的, 当日自 {last} 重新采用 a policy is adopted already: a new one counts from today or later; one that was adopted today by mistake is adopted anew from {last}, today"),
                    ));
                }
            }
            let adopted = PolicyAdopted {
                from,
                texts,
                basis,
                actor: desk.actor.clone(),
            };
            desk.enter(&adopted.into(), None)?;
            Ok(Answer::default())
        })
        .await?;
    Ok((policy, answer))
}

/// What is to be adopted.
pub(super) enum Wanted {
    /// By its name.
    Shipped(String),
    /// A file's name and text.
    File(String, String),
}

/// A yearly notice of holidays that an officer gives: its years, and the text that is kept.
pub fn holiday_notice(content: &str) -> Result<(Vec<i16>, Text<32768>), OfficeError> {
    let newer = Calendar::parse(content).map_err(|error| OfficeError::field("content", error))?;
    let years: Vec<i16> = newer.years().collect();
    if years.is_empty() {
        return Err(OfficeError::field(
            "content",
            "表中没有一行 the table has no row",
        ));
    }
    let plain = content.trim_start_matches('\u{feff}').replace('\r', "");
    Ok((years, Text::parse(plain.trim()).at("content")?))
}

/// Enters a yearly notice of holidays; the years it replaces.
pub(super) async fn amend_calendar(
    office: &Office,
    request: Request,
    content: &str,
) -> Result<(Vec<i16>, Answer), OfficeError> {
    let (years, text) = holiday_notice(content)?;
    let answer = office
        .write(request, move |desk| {
            let amended = CalendarAmended {
                text,
                actor: desk.actor.clone(),
            };
            desk.enter(&amended.into(), None)?;
            Ok(Answer::default())
        })
        .await?;
    Ok((years, answer))
}
