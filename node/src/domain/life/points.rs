//! Points (先锋指数, 堡垒指数) out of the records, by a policy's table. A table says what is looked at and the most each item brings; an
//! item brings the share of it that the records show, in tenths of a point. What no record speaks of is named and brings nothing: a
//! person must look at it, the sum does not pretend.

mod oversight;

use hongyan_proto::letter::{Activity, ActivityKind};

use super::{exempt::Exempted, record::Record, roll::Who};
use crate::domain::policy::{PointItem, Points};

/// Tenths of a point.
const TENTHS: u64 = 10;

/// What one item brings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Score {
    /// What is looked at.
    pub item: PointItem,
    /// The most it can bring, in points.
    pub most: u16,
    /// What it brings, in tenths of a point; none: no record speaks of it.
    pub tenths: Option<u32>,
}

/// So much of so much.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Share {
    /// What was done.
    pub done: u32,
    /// What was to be done.
    pub of: u32,
}

/// What a table looks at, of a member or of a branch, over one year so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// Activity days: attended by the member, or held by the branch of those due by now.
    pub activity_days: Share,
    /// Meetings and lectures (三会一课): attended by the member, or held by the branch and its groups, of those due by now.
    pub meetings: Share,
    /// Training hours in tenths, of those that a policy demands of the person; nothing where it demands none.
    pub training: Share,
    /// Roles played that were recorded; one a year is enough.
    pub roles: Share,
    /// Months with dues paid, of the months so far; nothing where it is not known.
    pub dues: Share,
    /// Everyone's presence together.
    pub attendance: Share,
    /// Meetings and talks by which members watch over each other: attended by the member, or held by the branch of those due by now.
    pub oversight: Share,
    /// Reports of study and work, of those that the branch's members owe by now.
    pub reports: Share,
}

impl Share {
    fn of(self, most: u16) -> Option<u32> {
        if self.of == 0 {
            return None;
        }
        let (done, of) = (u64::from(self.done.min(self.of)), u64::from(self.of));
        let tenths = u64::from(most) * TENTHS * done;
        // Half a tenth counts as one.
        u32::try_from((tenths + of / 2) / of).ok()
    }

    /// One more that was to be done.
    pub fn count(&mut self, done: bool) {
        self.of += 1;
        self.done += u32::from(done);
    }
}

/// What each item of a table brings.
pub fn scores(table: &[Points], facts: &Facts) -> Vec<Score> {
    table
        .iter()
        .map(|points| {
            let share = match points.item {
                PointItem::ActivityDay | PointItem::HeldActivityDays => facts.activity_days,
                PointItem::Meetings | PointItem::HeldMeetings => facts.meetings,
                PointItem::Training => facts.training,
                PointItem::Role => facts.roles,
                PointItem::Dues => facts.dues,
                PointItem::AttendanceRate => facts.attendance,
                PointItem::Oversight | PointItem::DailyOversight => facts.oversight,
                PointItem::Tasks => facts.reports,
            };
            Score {
                item: points.item,
                most: points.most,
                tenths: share.of(points.most),
            }
        })
        .collect()
}

/// The sum, in tenths of a point.
pub fn total(scores: &[Score]) -> u32 {
    scores.iter().filter_map(|score| score.tenths).sum()
}

/// Is it one of the three meetings or a lecture (三会一课)?
const fn is_meeting(kind: ActivityKind) -> bool {
    matches!(
        kind,
        ActivityKind::BranchAssembly
            | ActivityKind::BranchCommittee
            | ActivityKind::GroupMeeting
            | ActivityKind::PartyLecture
    )
}

fn held(records: &[Record]) -> impl Iterator<Item = &Activity> {
    records.iter().filter_map(Record::held)
}

/// What the activities of a year say about one person. Training, roles and dues are added by whoever knows them.
pub fn of_person(records: &[Record], who: Who, exempted: &Exempted) -> Facts {
    let mut facts = Facts::default();
    for activity in held(records) {
        let mut lines = activity.attendees.iter();
        let Some(line) = lines.find(|line| Who::of(line) == Some(who)) else {
            continue;
        };
        if exempted.misses(who, activity.day, line.presence) {
            continue;
        }
        let there = line.presence.was_there();
        facts.attendance.count(there);
        if activity.kind == ActivityKind::ActivityDay {
            facts.activity_days.count(there);
        } else if is_meeting(activity.kind) {
            facts.meetings.count(there);
        }
    }
    facts.oversight = oversight::of_person(records, who, exempted);
    facts
}

/// What the activities of a year say about a branch: everyone's presence. What is owed is added by whoever knows it.
pub fn of_branch(records: &[Record], unit: &str, exempted: &Exempted) -> Facts {
    let mut facts = Facts::default();
    for activity in held(records).filter(|activity| activity.unit.as_str() == unit) {
        for line in &activity.attendees {
            let who = Who::of(line);
            if !who.is_some_and(|who| exempted.misses(who, activity.day, line.presence)) {
                facts.attendance.count(line.presence.was_there());
            }
        }
    }
    facts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
