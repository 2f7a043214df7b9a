//! Who was to be there, and whether the unit may hold such an activity.

use std::collections::BTreeSet;

use hongyan_proto::{
    letter::{Activity, ActivityKind, Attendee, ExemptionFrom, UnitKind},
    time::Day,
};

use crate::{
    book::{self, Shelf},
    domain::{
        life::{Candidate, Exempted, Who},
        unit::{Unit, Units},
    },
    office::{OfficeError, exemption::exempted, roster},
};

/// Everybody who may be named in the record of an activity, and who of them is to be there without being named.
pub(super) fn candidates(
    shelf: &impl Shelf,
    activity: &Activity,
) -> Result<Vec<Candidate>, OfficeError> {
    let unit = activity.unit.as_str();
    let mut candidates = roster::candidates_on(shelf, unit, activity.day)?;
    roster::require(&candidates, unit)?;
    let of_committee = matches!(
        activity.kind,
        ActivityKind::BranchCommittee | ActivityKind::DemocraticLife
    );
    if of_committee {
        only_committee(&book::units(shelf)?, activity, &mut candidates);
    }
    excuse(&mut candidates, &exempted(shelf)?, activity.day);
    Ok(candidates)
}

/// A meeting of the branch's committee, and the leading cadres' democratic-life meeting (J 一2), expect the unit's officers alone. Where none are
/// on record, nobody can tell them from the others.
fn only_committee(units: &Units, activity: &Activity, candidates: &mut [Candidate]) {
    let unit = match activity.unit.as_str() {
        roster::COMMITTEE => None,
        name => match units.unit_of(None, Some(name)) {
            Some(unit) => Some(unit.id),
            None => return,
        },
    };
    let officers = units.officers_of(unit, activity.day);
    let sit: BTreeSet<Who> = officers.map(|one| Who::Member(one.member)).collect();
    let sits = |one: &Candidate| one.belongs && sit.contains(&one.who);
    if candidates.iter().any(sits) {
        for candidate in candidates {
            candidate.expected &= sit.contains(&candidate.who);
        }
    }
}

/// Meetings of a branch are not held by a group, and those of groups not by a branch that has some.
pub(super) fn may_hold(units: &Units, activity: &Activity) -> Result<(), OfficeError> {
    let Some(unit) = units.unit_of(None, Some(activity.unit.as_str())) else {
        return Ok(());
    };
    let refuse = |problem: String| Err(OfficeError::field("activity.unit", problem));
    let of_branch = matches!(
        activity.kind,
        ActivityKind::BranchAssembly | ActivityKind::BranchCommittee | ActivityKind::Appraisal
    );
    if of_branch && unit.kind == UnitKind::Group {
        return refuse(format!(
            "{} 是党小组, {}由支部召开, 请写明支部 a group: the branch holds it, name that",
            activity.unit,
            activity.kind.label().0
        ));
    }
    let groups = units.below(Some(unit.id));
    let there =
        |below: &&&Unit| below.kind == UnitKind::Group && below.founded_on() <= activity.day;
    let group = groups.iter().find(there);
    match group.filter(|_| activity.kind == ActivityKind::GroupMeeting) {
        Some(group) => refuse(format!(
            "党小组会由党小组召开, 请写明小组, 如 {}  its groups hold it: name one of them",
            units.path(group.id)
        )),
        None => Ok(()),
    }
}

/// Nobody is a member of what was held before they joined the Party, or before the host placed them: whoever came all the same was a guest.
pub(super) fn was_expected(
    candidates: &[Candidate],
    attendees: &[Attendee],
    day: Day,
) -> Result<(), OfficeError> {
    let named = |one: &&Candidate| {
        let mut lines = attendees.iter();
        lines.any(|line| Who::of(line) == Some(one.who))
    };
    let since = |one: &Candidate| one.since.filter(|since| day < *since);
    let mut named = candidates.iter().filter(named);
    match named.find_map(|one| Some((one, since(one)?))) {
        None => Ok(()),
        Some((one, since)) => {
            let name = one.names.first().map_or("", String::as_str);
            Err(OfficeError::field(
                "people",
                format!(
                    "{name} 自 {since} 起入党或编入, {day} 不计出席或缺席; 到场的列为列席人员 (--guest), 已列入的用 --not-expected 移出 joined the Party or was placed here on {since}: neither present nor absent on {day}; whoever came is a guest (--guest), and comes off a record with --not-expected"
                ),
            ))
        }
    }
}

/// Whoever lectured, or reported, was there. They are recorded by name: of several of one name, any may be meant.
pub(super) fn lecturer_came(
    candidates: &[Candidate],
    activity: &Activity,
) -> Result<(), OfficeError> {
    let Some(lecturer) = &activity.lecturer else {
        return Ok(());
    };
    let named = |line: &&Attendee| {
        let mut people = candidates.iter();
        people.any(|one| {
            Who::of(line) == Some(one.who)
                && one
                    .names
                    .first()
                    .is_some_and(|name| name == lecturer.as_str())
        })
    };
    let lines: Vec<_> = activity.attendees.iter().filter(named).collect();
    if lines.is_empty() || lines.iter().any(|line| line.presence.was_there()) {
        return Ok(());
    }
    Err(OfficeError::field(
        "activity.lecturer",
        format!(
            "{lecturer} 列为缺席, 不能又是主讲人, 请核对 is listed absent and cannot be the lecturer: check which is right"
        ),
    ))
}

/// Who is exempt from activities on the day, or was not here yet, is expected only when named.
fn excuse(candidates: &mut [Candidate], exempted: &Exempted, day: Day) {
    for candidate in candidates {
        candidate.expected &= candidate.since.is_none_or(|since| since <= day);
        candidate.expected &= !exempted.is(candidate.who, ExemptionFrom::Attendance, day);
    }
}
