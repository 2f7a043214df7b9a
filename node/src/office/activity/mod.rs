//! Activities held (活动记录): written once, corrected by a later entry, and told to the partners of hosted members in the same commit.

mod correction;
mod expected;
mod form;
mod remark;
mod shown;

use hongyan_proto::{
    letter::{Activity, ActivityKind, Payload, Presence},
    log::Kind,
};
use prost::Message as _;

use super::{
    Answer, Office, OfficeError, Request, Violation,
    desk::Desk,
    happened::happened,
    roster,
    tell::{Telling, tell},
};
use expected::{candidates, lecturer_came, may_hold, was_expected};

use crate::{
    book::{self, Shelf},
    domain::{
        life::{
            Gist, Named, Record,
            roll::{self, Problems},
        },
        unit::Called,
    },
};

pub(super) use correction::{Change, correct};
pub(super) use form::{correct_form, hand_up};
pub(super) use remark::on_record;
#[cfg(test)]
pub(super) use remark::remarks;
pub(super) use shown::{list, one, show};

const ACTIVITY: (&str, &str) = ("活动记录", "activity");

/// Who was there, as somebody wrote it.
#[derive(Clone, Debug, Default)]
pub(super) struct Roll {
    /// How everyone else of the unit took part.
    pub(super) everyone: Option<Presence>,
    pub(super) people: Vec<Named>,
}

fn violations(problems: Problems) -> OfficeError {
    let violations = problems.into_iter().map(|(at, problem)| Violation {
        field: at.map_or_else(|| "people".to_owned(), |at| format!("people[{at}]")),
        problem: problem.to_string(),
    });
    OfficeError::Invalid(violations.collect())
}

fn answer(desk: &mut Desk<'_, '_>, activity: &Activity, telling: Telling) -> Answer {
    // The record is what was asked for; the letters were written before it, so that it can name them.
    desk.written.rotate_right(1);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let telling = Telling {
        expected: count(activity.attendees.len()),
        present: count(activity.present()),
        ..telling
    };
    Answer {
        extra: telling.encode_to_vec().into(),
        ..Answer::default()
    }
}

/// What an answer of this room says beside where the entries went.
pub(super) fn telling(answer: &Answer) -> Result<Telling, OfficeError> {
    Telling::decode(answer.extra.clone())
        .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))
}

/// An activity was held.
pub(super) async fn hold(
    office: &Office,
    request: Request,
    activity: Activity,
    roll: Roll,
) -> Result<(Telling, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            happened(activity.day, desk.today, "activity.day")?;
            let activity = Activity {
                unit: roster::unit(desk.draft, activity.unit.as_str())?,
                ..activity
            };
            recorded_before(desk.draft, &activity)?;
            may_hold(&book::units(desk.draft)?, &activity)?;
            let candidates = candidates(desk.draft, &activity)?;
            let attendees =
                roll::call(&candidates, roll.everyone, &roll.people).map_err(violations)?;
            was_expected(&candidates, &attendees, activity.day)?;
            let activity = Activity {
                attendees,
                actor: desk.actor.clone(),
                ..activity
            };
            lecturer_came(&candidates, &activity)?;
            let mut told = Telling::default();
            let activity = tell_all(desk, activity, &mut told)?;
            desk.enter(&activity.clone().into(), None)?;
            Ok(answer(desk, &activity, told))
        })
        .await?;
    Ok((telling(&answer)?, answer))
}

/// The same twice is a slip of the hand; two of a kind on one day differ in when they began. People are talked to one after the other.
fn recorded_before(shelf: &impl Shelf, activity: &Activity) -> Result<(), OfficeError> {
    if matches!(
        activity.kind,
        ActivityKind::Talk | ActivityKind::StudyReport
    ) {
        return Ok(());
    }
    let year = u16::try_from(activity.day.date().year()).unwrap_or_default();
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    let records = book::life_in_brief(shelf, year)?;
    let same = records.iter().find(|record| match &record.what {
        Gist::Activity(held) => {
            (held.kind, held.day, held.begins) == (activity.kind, activity.day, activity.begins)
                && called.now(&held.unit, Some(held.day)) == activity.unit.as_str()
        }
        Gist::Record(_) => false,
    });
    match same {
        None => Ok(()),
        Some(record) => Err(OfficeError::field(
            "activity",
            format!(
                "这次活动已有记录 (序号 {}); 更正用 activity correct, 同日另有一次请写明不同的开始时间 it is recorded already: correct that, or say when the other one began",
                record.sequence
            ),
        )),
    }
}

/// Tells each hosted attendee's partner who was not told yet.
fn tell_all(
    desk: &mut Desk<'_, '_>,
    mut activity: Activity,
    telling: &mut Telling,
) -> Result<Activity, OfficeError> {
    let fact = Payload::Activity(activity.clone());
    for attendee in &mut activity.attendees {
        if let (Some(case), None) = (attendee.case_id, &attendee.told) {
            attendee.told = tell(desk, &fact, case, Kind::Attendance, telling)?;
        }
    }
    Ok(activity)
}

/// The records of the year that an activity belongs to, its forms among them.
fn year_with(shelf: &impl Shelf, held: &Activity) -> Result<Vec<Record>, OfficeError> {
    let year = u16::try_from(held.day.date().year()).unwrap_or_default();
    Ok(book::life_of_year(shelf, year)?)
}
