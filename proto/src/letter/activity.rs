//! An activity that was held (活动记录), who was there, and the form that goes up. Never leaves the node: what a partner may know of a
//! hosted member's attendance is told in a letter of its own.

use std::collections::BTreeSet;

use super::{
    attendance::{ActivityKind, Presence},
    error::{At, PayloadError},
    number::Within,
    record::record,
    text::Text,
};
use crate::{
    id::{CaseId, Hash, LogId, MemberId},
    time::{Day, TimeOfDay},
};

/// Persons expected at one activity.
const MAX_ATTENDEES: usize = 2000;
/// Guests named.
const MAX_GUESTS: usize = 200;
/// Headings of content.
const MAX_HEADINGS: usize = 20;
/// Attachments of one record.
pub const MAX_ATTACHMENTS: usize = 20;

/// How large an attached file may be, in bytes: 1 to 64 MiB.
pub type AttachmentBytes = Within<1, 67_108_864>;

record! {
    /// One activity of a unit (W 活动日 §五.3: theme, content, form, time, place, attendance; C annex).
    Activity "activity" {
        /// Whose activity it was.
        unit: Text<100> [],
        /// What kind.
        kind: ActivityKind [],
        /// When.
        day: Day [],
        /// From.
        begins: Option<TimeOfDay> [],
        /// To.
        ends: Option<TimeOfDay> [],
        /// Where.
        place: Text<200> [],
        /// About what.
        theme: Text<200> [],
        /// The policy's headings of content that it served.
        headings: Vec<Text<60>> [],
        /// What was done, in words.
        content: Option<Text<4000>> [],
        /// Meeting, visit, online.
        form: Option<Text<60>> [],
        /// Who lectured.
        lecturer: Option<Text<60>> [],
        /// Minutes.
        minutes: Option<Text<8000>> [],
        /// Everyone who was expected. Whoever writes a record sees to it that there is somebody.
        attendees: Vec<Attendee> [],
        /// Who else took part.
        guests: Vec<Text<100>> [],
        /// The day it was planned for, when that was another.
        planned_day: Option<Day> [],
        /// Why it was moved.
        moved_because: Option<Text<500>> [],
        /// Files that belong to it.
        attachments: Vec<Attachment> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules sound
    arranged arrange
}

record! {
    /// One person who was expected.
    Attendee "activity.attendees" {
        /// A member of this node's roster.
        member_id: Option<MemberId> [],
        /// A flow member hosted here.
        case_id: Option<CaseId> [],
        /// Was the person there?
        presence: Presence [],
        /// Why absent.
        reason: Option<Text<100>> [],
        /// The letter that told the partner.
        told: Option<Told> [],
    }
    rules one_person
    arranged arrange_attendee
}

record! {
    /// A letter in a log to a partner.
    Told "activity.attendees.told" {
        /// The log.
        log_id: LogId [],
        /// The first letter about it there: corrections name it.
        sequence: u64 [],
    }
}

record! {
    /// A file that belongs to a record: its digest, name and size. The content is kept elsewhere.
    Attachment "activity.attachments" {
        /// SHA-256 of the content.
        sha256: Hash [],
        /// What it is called.
        name: Text<200> [],
        /// How large it is.
        bytes: AttachmentBytes [],
    }
}

record! {
    /// The record form of an activity was handed up (C annex).
    FormHandedUp "form_handed_up" {
        /// Sequence of the activity's first entry.
        activity: u64 [],
        /// When.
        day: Day [],
        /// To whom.
        superior: Option<Text<100>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

impl Activity {
    /// How many were there, in the room or remotely.
    pub fn present(&self) -> usize {
        self.attendees
            .iter()
            .filter(|attendee| attendee.presence.was_there())
            .count()
    }
}

impl Attendee {
    /// Who it is, comparable.
    pub const fn person(&self) -> (Option<MemberId>, Option<CaseId>) {
        (self.member_id, self.case_id)
    }
}

fn most<T>(
    list: &[T],
    max: usize,
    at: &At<'_>,
    (zh, en): (&'static str, &'static str),
) -> Result<(), PayloadError> {
    if list.len() > max {
        return Err(at.rule(zh, en));
    }
    Ok(())
}

fn sound(activity: &Activity, at: &At<'_>) -> Result<(), PayloadError> {
    in_time(activity, at)?;
    if activity.kind == ActivityKind::PartyLecture && activity.lecturer.is_none() {
        return Err(at
            .field("lecturer")
            .rule("党课须写明主讲人", "a party lecture needs its lecturer"));
    }
    most(
        &activity.headings,
        MAX_HEADINGS,
        &at.field("headings"),
        ("内容类别不超过 20 项", "at most 20 headings"),
    )?;
    most(
        &activity.guests,
        MAX_GUESTS,
        &at.field("guests"),
        ("列席人员不超过 200 人", "at most 200 guests"),
    )?;
    each_once(&activity.headings, &at.field("headings"))?;
    attended(activity, &at.field("attendees"))?;
    let attachments = at.field("attachments");
    most(
        &activity.attachments,
        MAX_ATTACHMENTS,
        &attachments,
        ("附件不超过 20 份", "at most 20 attachments"),
    )?;
    let digests: Vec<_> = activity
        .attachments
        .iter()
        .map(|file| file.sha256)
        .collect();
    each_once(&digests, &attachments)
}

fn in_time(activity: &Activity, at: &At<'_>) -> Result<(), PayloadError> {
    let ordered = match (activity.begins, activity.ends) {
        (Some(begins), Some(ends)) => begins < ends,
        (_, ends) => ends.is_none(),
    };
    if !ordered {
        return Err(at
            .field("ends")
            .rule("结束时间须晚于开始时间", "it must end after it began"));
    }
    let moved = match (activity.planned_day, &activity.moved_because) {
        (Some(planned), Some(_)) => planned != activity.day,
        (planned, because) => planned.is_none() && because.is_none(),
    };
    if !moved {
        return Err(at.field("planned_day").rule(
            "改期须写明原定日期 (与实际日期不同) 和原因",
            "a moved activity needs the day it was planned for, another than its own, and the reason",
        ));
    }
    Ok(())
}

fn each_once<T: Ord>(list: &[T], at: &At<'_>) -> Result<(), PayloadError> {
    let mut seen = BTreeSet::new();
    for (index, item) in list.iter().enumerate() {
        if !seen.insert(item) {
            return Err(at.line(index).rule("不得重复", "must not be named twice"));
        }
    }
    Ok(())
}

fn attended(activity: &Activity, at: &At<'_>) -> Result<(), PayloadError> {
    most(
        &activity.attendees,
        MAX_ATTENDEES,
        at,
        ("应到人员不超过 2000 人", "at most 2,000 persons"),
    )?;
    let persons: Vec<_> = activity.attendees.iter().map(Attendee::person).collect();
    each_once(&persons, at)
}

fn one_person(attendee: &Attendee, at: &At<'_>) -> Result<(), PayloadError> {
    if attendee.member_id.is_some() == attendee.case_id.is_some() {
        return Err(at.rule(
            "须写明本单位党员或流入党员之一",
            "exactly one of member_id and case_id must be set",
        ));
    }
    if attendee.told.is_some() && attendee.case_id.is_none() {
        return Err(at.field("told").rule(
            "只有流入党员的情况告知对方",
            "only what is about a hosted member is told",
        ));
    }
    let excused = attendee.presence == Presence::AbsentWithReason;
    if excused != attendee.reason.is_some() {
        return Err(at.field("reason").rule(
            "请假须写明事由, 其他情况不写",
            "an absence with reason needs the reason, and nothing else has one",
        ));
    }
    Ok(())
}

#[cfg(test)]
fn arrange_attendee(attendee: Attendee) -> Attendee {
    let case_id = attendee.case_id.filter(|_| attendee.member_id.is_none());
    let member_id = attendee
        .member_id
        .or_else(|| case_id.is_none().then(|| MemberId::from_bytes([1; 16])));
    let excused = attendee.presence == Presence::AbsentWithReason;
    Attendee {
        member_id,
        case_id,
        presence: attendee.presence,
        reason: excused.then(|| attendee.reason.unwrap_or_else(|| text("病假"))),
        told: attendee.told.filter(|_| case_id.is_some()),
    }
}

#[cfg(test)]
pub(super) fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    #[allow(clippy::unwrap_used)]
    Text::parse(text).unwrap()
}

#[cfg(test)]
fn arrange(activity: Activity) -> Activity {
    /// Enough of each list to see that it is read and written.
    const FEW: usize = 3;
    let mut activity = activity;
    activity
        .attendees
        .dedup_by_key(|attendee| attendee.person());
    activity.attendees.truncate(FEW);
    activity.headings.truncate(FEW);
    activity.guests.truncate(FEW);
    activity.attachments.truncate(FEW);
    activity.ends = activity.ends.filter(|ends| Some(*ends) > activity.begins);
    activity.begins = activity.begins.filter(|_| activity.ends.is_some());
    activity.lecturer = activity.lecturer.or_else(|| Some(text("王书记")));
    activity.moved_because = activity
        .moved_because
        .filter(|_| activity.planned_day.is_some());
    activity.planned_day = activity
        .planned_day
        .filter(|_| activity.moved_because.is_some());
    activity
}
