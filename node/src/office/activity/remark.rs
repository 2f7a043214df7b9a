//! What people should look at in an activity: nothing of it is refused.

use std::collections::BTreeSet;

use hongyan_proto::{
    letter::{Activity, ActivityKind, Text},
    time::Day,
};

use super::{expected::candidates, shown::one};

use crate::{
    book::{self, Shelf},
    domain::{
        duty::facts::Held,
        life::{Gist, Who},
        policy::{Policy, Rule, Words},
        unit::Called,
    },
    office::{Office, OfficeError, facts::held, find, plan::planned_days, policy, roster},
};

/// Names of people that a remark shows; of more it says how many.
const SHOWN: usize = 10;

/// What people should look at in an activity as it is on record now; nothing in a void one. With `names` people were listed one by one, and
/// those whom the list forgets are told.
pub(in crate::office) fn on_record(
    office: &Office,
    sequence: u64,
    names: bool,
) -> Result<Vec<Words>, OfficeError> {
    let record = one(&office.store, sequence)?;
    let Some(activity) = record.held() else {
        return Ok(Vec::new());
    };
    let mut found = remarks(office, activity)?;
    if names {
        found.extend(forgotten(&office.store, activity)?);
    }
    found.extend(alone(activity));
    Ok(found)
}

/// Who was to be there and is in no list of the record: neither expected nor absent. Talks and reports are of those whom they name.
fn forgotten(shelf: &impl Shelf, activity: &Activity) -> Result<Option<Words>, OfficeError> {
    if matches!(
        activity.kind,
        ActivityKind::Talk | ActivityKind::StudyReport | ActivityKind::DemocraticLife
    ) {
        return Ok(None);
    }
    let candidates = candidates(shelf, activity)?;
    let listed: BTreeSet<Who> = activity.attendees.iter().filter_map(Who::of).collect();
    let left_out = candidates
        .iter()
        .filter(|one| one.belongs && one.expected && !listed.contains(&one.who));
    let who: Vec<&str> = left_out
        .map(|one| one.names.first().map_or("?", String::as_str))
        .collect();
    if who.is_empty() {
        return Ok(None);
    }
    let more = if who.len() > SHOWN {
        format!("等 {} 人", who.len())
    } else {
        String::new()
    };
    let named = who.iter().take(SHOWN).copied().collect::<Vec<_>>();
    Ok(Some(Words {
        zh: format!(
            "{}{more} 未列入, 既不算应到也不算缺席; 全员应到请用 --present all --absent 姓名, 已记的用 activity correct --absent 或 --present 补记",
            named.join("、")
        ),
        en: format!(
            "{} of those to be there are in no list, neither expected nor absent: say --present all --absent NAME, or add them with activity correct",
            who.len()
        ),
    }))
}

/// What people should look at in an activity: headings that the policy of its month has not, and a day on which
/// there was no such unit yet. An import founds units on the first of January, so that is no refusal.
pub(in crate::office) fn remarks(
    office: &Office,
    activity: &Activity,
) -> Result<Vec<Words>, OfficeError> {
    let mut remarks = Vec::new();
    if activity.kind == ActivityKind::ActivityDay {
        let history = policy::history(&book::policies(&office.store)?);
        // As duties: a month belongs to the policy of its first day.
        let adopted = history.adopted_by(activity.day.month().first_day());
        if let Some(adopted) = adopted {
            let headings: Vec<&str> = activity.headings.iter().map(Text::as_str).collect();
            remarks.extend(adopted.policy.remarks_on(&headings));
            let days = days_of(office, &adopted.policy, activity)?;
            remarks.extend(adopted.policy.remarks_on_record(activity, &days));
        }
    }
    remarks.extend(off_the_day(office, activity)?);
    let units = book::units(&office.store)?;
    let unit = find::unit(&units, activity.unit.as_str()).ok();
    if let Some(unit) = unit.filter(|unit| activity.day < unit.founded_on()) {
        let founded = unit.founded_on();
        remarks.push(Words {
            zh: format!(
                "{} 自 {founded} 起设立, 活动日期早于该日, 请核对",
                unit.name()
            ),
            en: format!(
                "{} was founded on {founded}, later than that day: check it",
                unit.name()
            ),
        });
    }
    Ok(remarks)
}

/// A meeting that the policy wants on the activity day, on a day of which no such day is planned or recorded, here or above: it closes no duty.
fn off_the_day(office: &Office, activity: &Activity) -> Result<Option<Words>, OfficeError> {
    let Some(Held::Meeting(kind)) = held(activity.kind) else {
        return Ok(None);
    };
    let policies = book::policies(&office.store)?;
    let history = policy::history(&policies);
    let Some(adopted) = history.adopted_by(activity.day.month().first_day()) else {
        return Ok(None);
    };
    let mut asking = adopted.policy.pick(|rule| match rule {
        Rule::Meeting {
            meeting,
            on_activity_day: true,
            ..
        } if *meeting == kind => Some(()),
        _ => None,
    });
    let Some((ruled, ())) = asking.next() else {
        return Ok(None);
    };
    let clause = &ruled.clause;
    if days_of(office, &adopted.policy, activity)?.contains(&activity.day)
        || is_activity_day(&office.store, activity)?
    {
        return Ok(None);
    }
    Ok(Some(Words {
        zh: format!(
            "应在活动日召开, {} 没有活动日的计划或记录; 日期有误用 activity correct 更正, 活动日尚未记录的请补记 ({clause})",
            activity.day
        ),
        en: format!(
            "held on the activity day, and none is planned or recorded on {}: correct the day with activity correct, or record the activity day too ({clause})",
            activity.day
        ),
    }))
}

/// Did the unit, or one above it, hold an activity day that day?
fn is_activity_day(shelf: &impl Shelf, activity: &Activity) -> Result<bool, OfficeError> {
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    let unit = activity.unit.as_str();
    let year = u16::try_from(activity.day.date().year()).unwrap_or_default();
    let records = book::life_in_brief(shelf, year)?;
    Ok(records.iter().any(|record| match &record.what {
        Gist::Activity(one) => {
            let name = called.now(&one.unit, Some(one.day));
            let below = unit.strip_prefix(&name);
            (one.kind, one.day) == (ActivityKind::ActivityDay, activity.day)
                && (name == roster::COMMITTEE
                    || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        }
        Gist::Record(_) => false,
    }))
}

/// The activity days of a month: as the plan has them, else as the policy's rule gives them.
fn days_of(office: &Office, policy: &Policy, activity: &Activity) -> Result<Vec<Day>, OfficeError> {
    let month = activity.day.month();
    let planned = planned_days(&office.store, activity.unit.as_str(), month)?;
    if !planned.is_empty() {
        return Ok(planned);
    }
    let calendar = &book::policies(&office.store)?.calendar;
    let rules = policy.pick(|rule| match rule {
        Rule::ActivityDay { day, shift, .. } => Some((day, *shift)),
        _ => None,
    });
    let days = rules.flat_map(|(_, (day, shift))| calendar.activity_days(day, shift, month));
    Ok(days.map(|day| day.held).collect())
}

/// A talk has two sides; with one member on its record it closes nothing, whoever came as a guest.
fn alone(activity: &Activity) -> Option<Words> {
    let talk = activity.kind == ActivityKind::Talk;
    (talk && activity.present() < 2).then(|| Words {
        zh: "谈话记录上只有一名党员, 不计入谈心谈话; 请用 activity correct 补记另一方".to_owned(),
        en: "only one member is on the record of this talk, so it counts for none: add the other with activity correct".to_owned(),
    })
}
