//! Oversight (民主监督, 日常监督) and the study that is asked for (落实“两学一做”), out of the records in which they happen. The paper that
//! names these items tells what they are: X 四 "深化党内监督" is organizational-life meetings, appraisals and talks; X 五 2 checks day-to-day
//! study and work by reports (述学述做). What else belongs to oversight leaves no record here: deliberation and publication, and the visits
//! of superiors.

use hongyan_proto::letter::{ActivityKind, Payload};

use super::{Share, held};
use crate::domain::life::{Exempted, Record, Who};

/// Criticism and self-criticism, votes on each other, talks.
const fn watches(kind: ActivityKind) -> bool {
    matches!(
        kind,
        ActivityKind::OrganizationalLife
            | ActivityKind::DemocraticLife
            | ActivityKind::Appraisal
            | ActivityKind::PartySpiritCheck
            | ActivityKind::Talk
    )
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
