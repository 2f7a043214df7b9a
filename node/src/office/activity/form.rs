//! Record forms (记录表) of an activity: handed up, and what was wrong about that.

use hongyan_proto::{
    letter::{FormHandedUp, LocalReplacement, Payload, Text},
    time::Day,
};

use super::shown::one;
use super::year_with;

use crate::office::{
    Answer, Office, OfficeError, Request,
    happened::happened,
    plan::{Passed, latest},
};

/// The record form of an activity was handed up.
pub(in crate::office) async fn hand_up(
    office: &Office,
    request: Request,
    activity: u64,
    day: Option<Day>,
    superior: Option<Text<100>>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let record = one(desk.draft, activity)?;
            let Some(held) = record.held() else {
                return Err(OfficeError::field(
                    "activity",
                    "该记录已作废, 不必报送 the record is void: nothing is handed up",
                ));
            };
            let day = day.unwrap_or(desk.today);
            handed_up_on(day, Some(held.day), desk.today)?;
            let records = year_with(desk.draft, held)?;
            if let Some((before, last)) = latest(&records, |payload| form_of(payload, activity)) {
                // What was corrected since is another form, and goes up again.
                if record.version < before {
                    return Err(OfficeError::field(
                        "activity",
                        format!(
                            "记录表已于 {} 报送 (序号 {before}), 登记有误请用 activity hand-up {activity} --correct 原因 更正 it was handed up then: correct that entry when it is wrong",
                            last.day
                        ),
                    ));
                }
                if day < last.day {
                    return Err(OfficeError::field(
                        "day",
                        format!(
                            "不能早于上次报送日期 {}  not before the day it was handed up last",
                            last.day
                        ),
                    ));
                }
            }
            let form = FormHandedUp {
                activity,
                day,
                superior,
                actor: desk.actor.clone(),
            };
            desk.enter(&form.into(), None)?;
            Ok(Answer::default())
        })
        .await
}

/// What was said of the last time the form was handed up was wrong.
pub(in crate::office) async fn correct_form(
    office: &Office,
    request: Request,
    activity: u64,
    reason: Text<500>,
    right: Option<Passed>,
) -> Result<Answer, OfficeError> {
    office
        .write(request, move |desk| {
            let record = one(desk.draft, activity)?;
            let held = record.activity();
            let held_on = held.map(|held| held.day);
            let records = held.map(|held| year_with(desk.draft, held)).transpose()?;
            let records = records.unwrap_or_default();
            let latest = latest(&records, |payload| form_of(payload, activity));
            let (sequence, form) = latest.ok_or_else(|| {
                OfficeError::not_found(("记录表报送", "form handed up"), activity.to_string())
            })?;
            let right = match right {
                None => None,
                Some(right) => {
                    let day = right.day.unwrap_or(form.day);
                    handed_up_on(day, held_on, desk.today)?;
                    Some(LocalReplacement::FormHandedUp(FormHandedUp {
                        day,
                        superior: right.superior.or_else(|| form.superior.clone()),
                        actor: desk.actor.clone(),
                        ..form.clone()
                    }))
                }
            };
            desk.correct(sequence, reason, right)?;
            Ok(Answer::default())
        })
        .await
}

const fn form_of(payload: &Payload, of: u64) -> Option<&FormHandedUp> {
    match payload {
        Payload::FormHandedUp(form) if form.activity == of => Some(form),
        _ => None,
    }
}

/// Not before the activity, and not before it happened.
fn handed_up_on(day: Day, held_on: Option<Day>, today: Day) -> Result<(), OfficeError> {
    happened(day, today, "day")?;
    match held_on {
        Some(held) if day < held => Err(OfficeError::field(
            "day",
            format!("不能早于活动日期 {held}  not before the day of the activity"),
        )),
        _ => Ok(()),
    }
}
