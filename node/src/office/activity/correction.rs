//! What was wrong about an activity: written anew, and told to whom it had been told.

use std::collections::BTreeSet;

use hongyan_proto::letter::{Activity, Attendee, LocalReplacement, Payload, Text};

use super::expected::{lecturer_came, may_hold, was_expected};
use super::shown::one;
use super::{answer, tell_all, telling, violations};

use crate::office::{
    Answer, Office, OfficeError, Request,
    assessment::changed,
    desk::Desk,
    happened::happened,
    roster,
    tell::{Telling, correct as correct_letter},
};
use crate::{
    book::{self, Shelf},
    domain::life::{
        Candidate, Named, Record, Who,
        roll::{self},
    },
};

/// A change of an activity's record.
#[derive(Clone, Debug)]
pub(in crate::office) struct Change {
    /// The record as it was when the change was made up.
    pub(in crate::office) seen: Record,
    pub(in crate::office) reason: Text<500>,
    /// The right content, its attendees as they were; none: the record is void.
    pub(in crate::office) right: Option<Activity>,
    pub(in crate::office) people: Vec<Named>,
    pub(in crate::office) not_expected: Vec<String>,
}

/// A record was wrong: another takes its place, or it is void. The letters it told follow.
pub(in crate::office) async fn correct(
    office: &Office,
    request: Request,
    change: Change,
) -> Result<(Telling, Answer), OfficeError> {
    let answer = office
        .write(request, move |desk| {
            let old = one(desk.draft, change.seen.sequence)?;
            if old.version != change.seen.version {
                return Err(OfficeError::Moved);
            }
            let Some(before) = old.held() else {
                return Err(OfficeError::field(
                    "activity",
                    "该记录已作废, 请另记一次活动 the record is void: record another activity",
                ));
            };
            let mut told = Telling::default();
            let after = match &change.right {
                None => None,
                Some(right) => Some(righted(desk, before, right, &change)?),
            };
            correct_letters(desk, before, after.as_ref(), &change.reason, &mut told)?;
            let after = match after {
                None => None,
                Some(after) => Some(tell_all(desk, after, &mut told)?),
            };
            let right = after.clone().map(LocalReplacement::Activity);
            desk.correct(old.sequence, change.reason.clone(), right)?;
            Ok(answer(desk, after.as_ref().unwrap_or(before), told))
        })
        .await?;
    Ok((telling(&answer)?, answer))
}

/// The right content with its attendees. Unit and year stay: the record is filed under them.
fn righted(
    desk: &Desk<'_, '_>,
    before: &Activity,
    right: &Activity,
    change: &Change,
) -> Result<Activity, OfficeError> {
    happened(right.day, desk.today, "changes.day")?;
    if right.unit != before.unit || right.day.date().year() != before.day.date().year() {
        return Err(OfficeError::field(
            "changes",
            "支部和年度不能更正, 请将该记录作废后另记 unit and year cannot be corrected: void the record and record another",
        ));
    }
    let unit = roster::named(desk.draft, before.unit.as_str())?;
    if right.kind != before.kind {
        may_hold(&book::units(desk.draft)?, right)?;
    }
    let mut candidates = roster::candidates_on(desk.draft, &unit, right.day)?;
    was_there(desk.draft, &mut candidates, &before.attendees)?;
    let attendees = roll::amend(
        &before.attendees,
        &candidates,
        &change.people,
        &change.not_expected,
    )
    .map_err(violations)?;
    was_expected(&candidates, &attendees, right.day)?;
    let after = Activity {
        attendees,
        actor: before.actor.clone(),
        ..right.clone()
    };
    lecturer_came(&candidates, &after)?;
    // What a hindrance kept here the first time may go now: that is a change, though the record says what it said.
    let untold = |line: &Attendee| line.case_id.is_some() && line.told.is_none();
    if !after.attendees.iter().any(untold) {
        changed(before, &after)?;
    }
    let actor = desk.actor.clone();
    Ok(Activity { actor, ..after })
}

/// Who was in the record may be named in its correction, even when the person has left the unit since.
fn was_there(
    shelf: &impl Shelf,
    candidates: &mut Vec<Candidate>,
    attendees: &[Attendee],
) -> Result<(), OfficeError> {
    let was = |candidate: &Candidate| {
        let mut lines = attendees.iter();
        lines.any(|attendee| Who::of(attendee) == Some(candidate.who))
    };
    for candidate in candidates.iter_mut() {
        candidate.belongs |= was(candidate);
    }
    let known: BTreeSet<Who> = candidates.iter().map(|one| one.who).collect();
    let missing = |line: &Attendee| Who::of(line).is_some_and(|who| !known.contains(&who));
    if attendees.iter().any(missing) {
        let others = roster::everyone(shelf)?.into_iter();
        let others = others.filter(|one| was(one) && !known.contains(&one.who));
        candidates.extend(others.map(|one| Candidate {
            belongs: true,
            expected: false,
            ..one
        }));
    }
    Ok(())
}

fn correct_letters(
    desk: &mut Desk<'_, '_>,
    before: &Activity,
    after: Option<&Activity>,
    reason: &Text<500>,
    telling: &mut Telling,
) -> Result<(), OfficeError> {
    let old = Payload::Activity(before.clone());
    let new = after.map(|after| Payload::Activity(after.clone()));
    for attendee in &before.attendees {
        let (Some(case), Some(told)) = (attendee.case_id, &attendee.told) else {
            continue;
        };
        let stays = after.is_some_and(|after| {
            let mut lines = after.attendees.iter();
            lines.any(|line| line.case_id == Some(case))
        });
        let now = new.as_ref().filter(|_| stays);
        correct_letter(desk, (&old, now), (case, told), reason, telling)?;
    }
    Ok(())
}
