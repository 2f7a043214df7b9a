//! Absences that count: whoever belonged elsewhere on the day was not expected, whatever the record of it says.

use std::collections::BTreeSet;

use hongyan_proto::letter::{Activity, Attendee};

use super::{
    OfficeError, find,
    roster::{COMMITTEE, of_member},
};
use crate::{
    book::{self, Shelf},
    domain::{
        case::stay::covers,
        life::{Record, Who, unit::within_each_other},
        unit::Called,
    },
};

/// The activities of these that a member missed while they belonged to another unit, had left, or were in a host's hands: a move or a placement
/// that is entered later counts by its day. Records carry the names that units had.
pub(super) fn missed_elsewhere(
    shelf: &impl Shelf,
    records: &[Record],
    who: Who,
) -> Result<BTreeSet<u64>, OfficeError> {
    let member = match who {
        Who::Member(id) => book::member(shelf, id)?,
        Who::Hosted(case) => {
            let stay = find::case_by_id(shelf, case)?.0.case.managed();
            return Ok(missed(records, who, |activity| {
                stay.is_none_or(|stay| !covers(stay, activity.day))
            }));
        }
    };
    let Some(member) = member else {
        return Ok(BTreeSet::new());
    };
    let formers = book::formers_of(shelf, member.member_id)?;
    let stays = find::stays(shelf, member.member_id)?;
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    Ok(missed(records, who, |activity| {
        let then = book::as_of(&member, &formers, activity.day);
        let held = called.now(activity.unit.as_str(), Some(activity.day));
        let here = of_member((&units, &called), then)
            .is_none_or(|place| held == COMMITTEE || within_each_other(&place, &held));
        let hosted = stays.iter().any(|stay| covers(*stay, activity.day));
        then.removed || !here || hosted
    }))
}

/// The activities among these that a person missed, of those that are meant.
fn missed(records: &[Record], who: Who, meant: impl Fn(&Activity) -> bool) -> BTreeSet<u64> {
    let missed = records.iter().filter(|record| {
        record.activity().is_some_and(|activity| {
            let mut lines = activity.attendees.iter();
            let absent = |line: &Attendee| Who::of(line) == Some(who) && !line.presence.was_there();
            lines.any(absent) && meant(activity)
        })
    });
    missed.map(|record| record.sequence).collect()
}
