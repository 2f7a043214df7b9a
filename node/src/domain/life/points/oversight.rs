//! Oversight (民主监督, 日常监督) and the study that is asked for (落实“两学一做”), out of the records in which they happen. The paper that
//! names these items tells what they are: X 四 "深化党内监督" is organizational-life meetings, appraisals and talks; X 五 2 checks day-to-day
//! study and work by reports (述学述做). What else belongs to oversight leaves no record here: deliberation and publication, and the visits
//! of superiors.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::letter::{Activity, ActivityKind, Payload};

use super::{Share, held};
use crate::domain::{
    life::{Exempted, Record, Who},
    policy::Window,
};

/// Criticism and self-criticism, votes on each other, talks.
pub(super) const fn watches(kind: ActivityKind) -> bool {
    matches!(
        kind,
        ActivityKind::OrganizationalLife
            | ActivityKind::DemocraticLife
            | ActivityKind::Appraisal
            | ActivityKind::PartySpiritCheck
            | ActivityKind::Talk
    )
}

/// Who was there.
fn there(activity: &Activity) -> impl Iterator<Item = Who> {
    let lines = activity.attendees.iter();
    lines
        .filter(|line| line.presence.was_there())
        .filter_map(Who::of)
}

/// Of the meetings and talks at which a person was expected, those they came to. A result of an appraisal shows that it was held even where
/// nobody wrote down the meeting.
pub(super) fn of_person(records: &[Record], who: Who, exempted: &Exempted) -> Share {
    let mut share = Share::default();
    let mut appraised = false;
    for activity in held(records).filter(|activity| watches(activity.kind)) {
        let mut lines = activity.attendees.iter();
        let Some(line) = lines.find(|line| Who::of(line) == Some(who)) else {
            continue;
        };
        appraised |= activity.kind == ActivityKind::Appraisal;
        if !exempted.misses(who, activity.day, line.presence) {
            share.count(line.presence.was_there());
        }
    }
    let result = records.iter().any(|record| match &record.payload {
        Payload::Appraisal(result) if !record.void => {
            let mut lines = result.lines.iter();
            lines.any(|line| Who::Member(line.member_id) == who)
        }
        _ => false,
    });
    if result && !appraised {
        share.count(true);
    }
    share
}

/// Of the meetings and talks that are due by now, those that were held. More of one kind does not stand for another.
pub(super) fn of_branch(
    records: &[Record],
    unit: &str,
    due: &BTreeMap<ActivityKind, u32>,
) -> Share {
    let mut times: BTreeMap<ActivityKind, u32> = BTreeMap::new();
    for activity in held(records).filter(|activity| activity.unit.as_str() == unit) {
        *times.entry(activity.kind).or_default() += 1;
    }
    let result = |record: &Record| match &record.payload {
        Payload::Appraisal(result) => !record.void && result.unit.as_str() == unit,
        _ => false,
    };
    if records.iter().any(result) {
        times.entry(ActivityKind::Appraisal).or_insert(1);
    }
    let done = |(kind, most): (&ActivityKind, &u32)| {
        let times = times.get(kind).copied().unwrap_or_default();
        times.min(*most)
    };
    Share {
        done: due.iter().map(done).sum(),
        of: due.values().sum(),
    }
}

/// Of the reports that each of these owes in each of these periods, those that were given.
pub(super) fn reported(records: &[Record], reporters: &BTreeSet<Who>, windows: &[Window]) -> Share {
    let mut given = BTreeSet::new();
    for activity in held(records).filter(|activity| activity.kind == ActivityKind::StudyReport) {
        let at = windows
            .iter()
            .position(|window| window.contains(activity.day));
        if let Some(at) = at {
            given.extend(
                there(activity)
                    .filter(|who| reporters.contains(who))
                    .map(|who| (at, who)),
            );
        }
    }
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Share {
        done: count(given.len()),
        of: count(windows.len() * reporters.len()),
    }
}
