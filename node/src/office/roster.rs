//! Who belongs to a unit: its own members and the flow members that are placed in it.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::MemberId,
    letter::{Disclosed, Payload, Place, Text},
    log::Kind,
};

use super::{
    OfficeError, find,
    view::{latest, person},
};
use crate::{
    book::{self, CaseFile, Shelf},
    domain::{
        case::{Side, State},
        life::{Candidate, Who, unit::belongs},
        unit::{Called, Unit},
    },
};

const UNIT: (&str, &str) = ("支部或党小组", "branch or group");
/// How records name the committee itself.
pub(super) const COMMITTEE: &str = "党委";

/// A unit as a person names it, by the name that records carry: the path it has now. A name that the tree does not have stands for itself
/// when a member or somebody who is hosted belongs to it.
pub(super) fn unit(shelf: &impl Shelf, text: &str) -> Result<Text<100>, OfficeError> {
    if text == COMMITTEE {
        return Ok(Text::parse(COMMITTEE)?);
    }
    let units = book::units(shelf)?;
    match find::unit(&units, text) {
        Ok(unit) => Ok(Text::parse(&units.path(unit.id))?),
        Err(OfficeError::NotFound { .. }) => {
            known_unit(shelf, text)?;
            Ok(Text::parse(text)?)
        }
        Err(error) => Err(error),
    }
}

/// A unit as a person names it, for reading: also one that is no more, and one by a name it had. A text that the tree does not have stands
/// for itself.
pub(super) fn named(shelf: &impl Shelf, text: &str) -> Result<String, OfficeError> {
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    match find::unit(&units, text) {
        Ok(unit) => Ok(called.name(unit)),
        Err(error @ OfficeError::Ambiguous { .. }) => Err(error),
        Err(_) => Ok(called.now(text, None)),
    }
}

fn names(person: &Disclosed) -> Vec<String> {
    let mut names = Vec::new();
    names.extend(person.name.as_ref().map(ToString::to_string));
    names.extend(person.certificate.as_ref().map(ToString::to_string));
    let number = person.id_number.as_ref();
    names.extend(
        number
            .filter(|number| !number.is_masked())
            .map(|number| number.as_str().to_owned()),
    );
    names
}

/// Where a hosted member is placed.
fn placed(file: &CaseFile) -> Option<&Place> {
    match latest(file, Kind::Place) {
        Some(Payload::Place(place)) => Some(place),
        _ => None,
    }
}

fn candidate(who: Who, person: &Disclosed, placed: Option<&str>, unit: &str) -> Candidate {
    Candidate {
        who,
        names: names(person),
        unit: placed.map(str::to_owned),
        belongs: placed.is_some_and(|placed| unit == COMMITTEE || belongs(placed, unit)),
        expected: true,
        since: person.joined,
    }
}

/// Everyone of the roster and every member hosted now, by name and then by id; each says whether they belong to the unit.
pub(super) fn candidates(shelf: &impl Shelf, unit: &str) -> Result<Vec<Candidate>, OfficeError> {
    gather(shelf, unit, |state| state == State::Active)
}

/// Everyone of the roster and everyone who is or was hosted: a record book outlives the stay.
pub(super) fn everyone(shelf: &impl Shelf) -> Result<Vec<Candidate>, OfficeError> {
    let mut all = gather(shelf, "", |state| {
        state == State::Active || state.is_closed()
    })?;
    for candidate in &mut all {
        candidate.belongs = true;
    }
    Ok(all)
}

fn gather(
    shelf: &impl Shelf,
    unit: &str,
    hosted: impl Fn(State) -> bool,
) -> Result<Vec<Candidate>, OfficeError> {
    let cases = book::all_cases(shelf, None)?;
    let open = cases.iter().filter(|file| file.is_open());
    let away: BTreeSet<MemberId> = open.filter_map(|file| file.member).collect();
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    // An entry without an id is from before there was a tree: its first day says what the text meant.
    let first = units.all().map(Unit::founded_on).min();
    let mut found = Vec::new();
    for member in book::members(shelf)? {
        if member.removed {
            continue;
        }
        // A unit that was renamed is asked for by the name it has now.
        let by_id = member.unit_id.and_then(|id| units.get(id));
        let placed = match (by_id, &member.unit) {
            (Some(unit), _) => Some(called.name(unit)),
            (None, Some(text)) => Some(called.now(text.as_str(), first)),
            (None, None) => None,
        };
        let who = Who::Member(member.member_id);
        found.push(Candidate {
            expected: !away.contains(&member.member_id),
            ..candidate(who, &member.details, placed.as_deref(), unit)
        });
    }
    for file in &cases {
        let Some(place) = placed(file) else { continue };
        let here = file.case.state().is_some_and(&hosted);
        if here && file.side() == Some(Side::Inflow) {
            let person = person(shelf, file)?;
            let placed = called.now(place.unit.as_str(), Some(place.placed_on));
            let who = Who::Hosted(file.id);
            found.push(Candidate {
                since: Some(place.placed_on),
                ..candidate(who, &person, Some(&placed), unit)
            });
        }
    }
    found.sort_by(|a, b| (a.names.first(), a.who).cmp(&(b.names.first(), b.who)));
    Ok(found)
}

/// Refuses a unit to which nobody belongs: a record under it would be found by nobody.
pub(super) fn known_unit(shelf: &impl Shelf, unit: &str) -> Result<(), OfficeError> {
    require(&candidates(shelf, unit)?, unit)
}

/// As [`known_unit`], where the candidates are at hand.
pub(super) fn require(candidates: &[Candidate], unit: &str) -> Result<(), OfficeError> {
    if candidates.iter().any(|candidate| candidate.belongs) {
        Ok(())
    } else {
        Err(OfficeError::not_found(UNIT, unit))
    }
}

/// What people are called, for showing records about them.
pub(super) fn names_of(
    shelf: &impl Shelf,
    people: impl IntoIterator<Item = Who>,
) -> Result<BTreeMap<Who, String>, OfficeError> {
    let mut names = BTreeMap::new();
    for who in people {
        let name = match who {
            Who::Member(id) => book::member(shelf, id)?.and_then(|member| member.details.name),
            Who::Hosted(id) => find::case_by_id(shelf, id)
                .and_then(|(file, _)| person(shelf, &file))
                .ok()
                .and_then(|person| person.name),
        };
        if let Some(name) = name {
            names.insert(who, name.to_string());
        }
    }
    Ok(names)
}
