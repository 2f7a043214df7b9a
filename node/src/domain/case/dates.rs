//! Days in a letter must be possible: nothing is recorded before it happened, and nobody returns before leaving.
//!
//! Asked before writing only. A partner's letter is never refused for its days: its clock may be wrong, and the log keeps what it said.

use hongyan_proto::{letter::Payload, time::Day};
use thiserror::Error;

use super::derive::Case;
use crate::domain::fact::effective::content;

/// A day that cannot be right.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum DateRefusal {
    /// It has not come yet.
    #[error(
        "日期 {day} 尚未到来 (今天是 {today}), 请在发生之后记录 the day {day} has not come yet (today is {today}): record it when it has happened"
    )]
    Future {
        /// The day found.
        day: Day,
        /// The writer's today.
        today: Day,
    },
    /// There was no Party yet.
    #[error("日期 {day} 早于 1921 年 7 月, 请核对 the day {day} is before July 1921: check it")]
    BeforeTheParty {
        /// The day found.
        day: Day,
    },
    /// It lies before the member left.
    #[error(
        "日期 {day} 早于外出日期 {since}, 请核对 the day {day} is before the departure on {since}: check it"
    )]
    BeforeDeparture {
        /// The day found.
        day: Day,
        /// Since when the member is away.
        since: Day,
    },
    /// It lies before the step it follows: an end before the placement, a placement before the arrival.
    #[error(
        "日期 {day} 早于 {before} 的到达或编入日期, 请核对 the day {day} is before the arrival or placement on {before}: check it"
    )]
    BeforeArrival {
        /// The day found.
        day: Day,
        /// When the member arrived, or was placed.
        before: Day,
    },
}

/// Is it from before there was a Party: July 1921?
pub fn before_the_party(day: Day) -> bool {
    (day.date().year(), day.date().month()) < (1921, 7)
}

/// May these days be written today into this case? Those of a correction are the days of what it says instead.
pub fn check_dates(case: &Case, payload: &Payload, today: Day) -> Result<(), DateRefusal> {
    if let Payload::Correction(correction) = payload {
        let right = correction.replacement.clone().map(content);
        return right.map_or(Ok(()), |right| check_dates(case, &right, today));
    }
    if let Some(day) = happened_on(payload).or_else(|| begun(payload)) {
        if day > today {
            return Err(DateRefusal::Future { day, today });
        }
        if before_the_party(day) {
            return Err(DateRefusal::BeforeTheParty { day });
        }
    }
    // What is said of a quarter is said of some of its days.
    let day = part_of_the_stay(payload).or_else(|| ended(payload));
    if let (Some(day), Some(since)) = (day, case.since())
        && day < since
    {
        return Err(DateRefusal::BeforeDeparture { day, since });
    }
    let placed = case.managed().map(|(from, _)| from);
    let before = match payload {
        Payload::Place(_) => case.arrived(),
        Payload::Moved(_) | Payload::Returned(_) | Payload::Transferred(_) => {
            placed.or_else(|| case.arrived())
        }
        // Before the placement no unit of the host's expected the member.
        Payload::Attendance(_) => placed,
        _ => None,
    };
    match (day, before) {
        (Some(day), Some(before)) if day < before => {
            Err(DateRefusal::BeforeArrival { day, before })
        }
        _ => Ok(()),
    }
}

/// The first day of the quarter that conduct is about.
fn begun(payload: &Payload) -> Option<Day> {
    match payload {
        Payload::Conduct(conduct) => Some(conduct.quarter.first_day()),
        _ => None,
    }
}

/// Its last day.
fn ended(payload: &Payload) -> Option<Day> {
    match payload {
        Payload::Conduct(conduct) => Some(conduct.quarter.last_day()),
        _ => None,
    }
}

/// The day on which what the letter says happened; none when the letter names no day.
pub(super) fn happened_on(payload: &Payload) -> Option<Day> {
    match payload {
        Payload::Departed(departed) => Some(departed.since),
        Payload::Notice(notice) => Some(notice.since),
        Payload::Claim(claim) => Some(claim.shown_on),
        Payload::LostContact(lost) => Some(lost.last_contact_on),
        Payload::Dues(dues) => Some(dues.paid_on),
        Payload::Award(award) => Some(award.day),
        Payload::Role(role) => Some(role.day),
        Payload::Change(change) => Some(change.day),
        Payload::MajorEvent(event) => Some(event.day),
        Payload::MatterNotified(matter) => Some(matter.day),
        Payload::ProbationOpinion(opinion) => Some(opinion.day),
        Payload::ProbationDecision(decision) => Some(decision.day),
        other => part_of_the_stay(other),
    }
}

/// The days that lie within the stay by their meaning.
fn part_of_the_stay(payload: &Payload) -> Option<Day> {
    match payload {
        Payload::Accept(accept) => Some(accept.arrived_on),
        Payload::Place(place) => Some(place.placed_on),
        Payload::Moved(moved) => Some(moved.moved_on),
        Payload::Found(found) => Some(found.found_on),
        Payload::Returned(returned) => Some(returned.returned_on),
        Payload::Transferred(transferred) => Some(transferred.transferred_on),
        Payload::Attendance(attendance) => Some(attendance.day),
        Payload::Contact(contact) => Some(contact.day),
        _ => None,
    }
}
