//! What people should look at in an activity: nothing of it is refused.

use hongyan_proto::{
    letter::{Activity, ActivityKind, Text},
    time::Day,
};

use crate::office::{Office, OfficeError, find, plan::planned_days, policy};
use crate::{
    book::{self},
    domain::policy::{Policy, Rule, Words},
};

/// What people should look at in an activity that is about to be entered: headings that the policy of its month has not, and a day on which
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
pub(in crate::office) fn alone(activity: &Activity, there: u32) -> Option<Words> {
    let talk = activity.kind == ActivityKind::Talk;
    (talk && there < 2).then(|| Words {
        zh: "谈话记录上只有一名党员, 不计入谈心谈话; 请用 activity correct 补记另一方".to_owned(),
        en: "only one member is on the record of this talk, so it counts for none: add the other with activity correct".to_owned(),
    })
}
