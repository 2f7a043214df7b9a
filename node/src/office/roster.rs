//! Who belongs to a unit: its own members and the flow members that are placed in it.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::MemberId,
    letter::{Disclosed, Payload, Place, Text},
    log::Kind,
    time::Day,
};

use super::{
    OfficeError,
    error::At as _,
    find,
    view::{latest, person},
};
use crate::{
    book::{self, CaseFile, Former, Member, Shelf},
    domain::{
        case::{Side, State, stay::covers},
        dues::{Closings, open_from},
        life::{Candidate, Who, unit::belongs},
        unit::{Called, Units},
    },
};

const UNIT: (&str, &str) = (
    "支部或党小组 (或其中还没有党员)",
    "branch or group (or nobody belongs to it yet)",
);
pub(super) use crate::domain::unit::COMMITTEE;

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
    if text.is_empty() {
        return Ok(String::new());
    }
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
    gather(shelf, unit, When::Now)
}

/// The same as it was on a day: who moved since then belongs where they did, who left since then is among them, and so is who was hosted then;
/// who was away then is not expected.
pub(super) fn candidates_on(
    shelf: &impl Shelf,
    unit: &str,
    day: Day,
) -> Result<Vec<Candidate>, OfficeError> {
    gather(shelf, unit, When::On(day))
}

/// How many members the roster had on a day.
pub(super) fn members_on(shelf: &impl Shelf, day: Day) -> Result<usize, OfficeError> {
    let past = Past::of(shelf)?;
    let members = book::members(shelf)?;
    let joined = |member: &&Member| member.details.joined.is_none_or(|joined| joined <= day);
    let there = members.iter().filter(|now| !past.on(now, day).removed);
    let there = there.filter(joined);
    Ok(there.count())
}

/// Everyone who is or was of the roster and everyone who is or was hosted: a record book outlives the stay.
pub(super) fn everyone(shelf: &impl Shelf) -> Result<Vec<Candidate>, OfficeError> {
    let mut all = gather(shelf, "", When::Ever)?;
    for candidate in &mut all {
        candidate.belongs = true;
    }
    let here = all.len();
    let (units, members) = (book::units(shelf)?, book::members(shelf)?);
    let called = Called::of(&units);
    for member in members.iter().filter(|member| member.removed) {
        let who = Who::Member(member.member_id);
        let place = of_member((&units, &called), member);
        let mut left = candidate(who, &member.details, place.as_deref(), "");
        // Who is on the roster comes first; their namesakes who left are found by id, certificate or ID number.
        let mut others = all[..here].iter();
        left.belongs = !others.any(|other| other.names.first() == left.names.first());
        all.push(left);
    }
    Ok(all)
}

/// Where a member belongs by an entry of the roster. A unit that was renamed is asked for by the name it has now.
pub(super) fn of_member((units, called): (&Units, &Called<'_>), member: &Member) -> Option<String> {
    let by_id = member.unit_id.and_then(|id| units.get(id));
    match (by_id, &member.unit) {
        (Some(unit), _) => Some(called.name(unit)),
        (None, Some(text)) => Some(called.early(text.as_str())),
        (None, None) => None,
    }
}

/// Where a member belongs now, as it is called now.
pub(super) fn now(units: &Units, member: &Member) -> Option<String> {
    of_member((units, &Called::of(units)), member)
}

/// From when until when, both included, somebody belonged to a unit.
pub(super) struct Spans(Vec<(Option<Day>, Option<Day>)>);

impl Spans {
    pub(super) fn covers(&self, day: Day) -> bool {
        let mut spans = self.0.iter();
        spans.any(|(from, until)| {
            from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
        })
    }
}

/// Everyone who belonged to a unit on a day of a year, and when: who moved away or left the roster within it, too. A unit to which nobody belongs
/// now or did then is refused.
pub(super) fn over(
    shelf: &impl Shelf,
    unit: &str,
    year: u16,
) -> Result<Vec<(Candidate, Spans)>, OfficeError> {
    let number = i16::try_from(year).unwrap_or_default();
    let day = |month, day| Day::new(number, month, day).at("year");
    let (first, last) = (day(1, 1)?, day(12, 31)?);
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    let past = Past::of(shelf)?;
    let mut found = Vec::new();
    for now in &book::members(shelf)? {
        let mut spans = Vec::new();
        for (member, from, until) in past.stages(now) {
            let within = from.is_none_or(|from| from <= last)
                && until
                    .is_none_or(|until| first <= until && from.is_none_or(|from| from <= until));
            let placed = of_member((&units, &called), member);
            let here = placed.is_some_and(|placed| unit == COMMITTEE || belongs(&placed, unit));
            if within && here && !member.removed {
                spans.push((from, until));
            }
        }
        if !spans.is_empty() {
            let placed = of_member((&units, &called), now);
            let who = Who::Member(now.member_id);
            let candidate = candidate(who, &now.details, placed.as_deref(), unit);
            found.push((candidate, Spans(spans)));
        }
    }
    for file in &book::all_cases(shelf, None)? {
        let (Some(place), Some((from, until))) = (placed(file), file.case.managed()) else {
            continue;
        };
        let within = from <= last && until.is_none_or(|until| first <= until);
        if !within || file.side() != Some(Side::Inflow) {
            continue;
        }
        let hosted = hosted(shelf, (file, place), &called, unit)?;
        if hosted.belongs {
            found.push((hosted, Spans(vec![(Some(from), until)])));
        }
    }
    if found.is_empty() {
        known_unit(shelf, unit)?;
    }
    found.sort_by(|(a, _), (b, _)| (a.names.first(), a.who).cmp(&(b.names.first(), b.who)));
    Ok(found)
}

fn hosted(
    shelf: &impl Shelf,
    (file, place): (&CaseFile, &Place),
    called: &Called<'_>,
    unit: &str,
) -> Result<Candidate, OfficeError> {
    let person = person(shelf, file)?;
    let placed = called.now(place.unit.as_str(), Some(place.placed_on));
    Ok(Candidate {
        since: Some(place.placed_on),
        ..candidate(Who::Hosted(file.id), &person, Some(&placed), unit)
    })
}

/// Who is meant.
#[derive(Clone, Copy)]
enum When {
    Now,
    /// The roster as it is now, and everyone who was ever hosted.
    Ever,
    /// As it was on that day: a stay that ended since counts on its days.
    On(Day),
}

impl When {
    fn is_away(self, file: &CaseFile) -> bool {
        match self {
            Self::Now | Self::Ever => file.is_open(),
            Self::On(day) => file.case.away().is_some_and(|stay| covers(stay, day)),
        }
    }

    fn is_hosted(self, file: &CaseFile) -> bool {
        let state = file.case.state();
        file.side() == Some(Side::Inflow)
            && match self {
                Self::Now => state == Some(State::Active),
                Self::Ever => state.is_some_and(|state| {
                    let here = matches!(state, State::Active | State::LostContact | State::Moved);
                    here || state.is_closed()
                }),
                // Who came later is among them, to be told so when somebody names them.
                Self::On(day) => {
                    let stay = file.case.managed();
                    stay.is_some_and(|(_, until)| until.is_none_or(|until| day <= until))
                }
            }
    }
}

fn gather(shelf: &impl Shelf, unit: &str, when: When) -> Result<Vec<Candidate>, OfficeError> {
    let cases = book::all_cases(shelf, None)?;
    let away = cases.iter().filter(|file| when.is_away(file));
    let away: BTreeSet<MemberId> = away.filter_map(|file| file.member).collect();
    let day = match when {
        When::Now | When::Ever => None,
        When::On(day) => Some(day),
    };
    let units = book::units(shelf)?;
    let called = Called::of(&units);
    let past = day.map(|_| Past::of(shelf)).transpose()?;
    let mut found = Vec::new();
    for now in &book::members(shelf)? {
        let then = past.as_ref().zip(day);
        let member = then.map_or(now, |(past, day)| past.on(now, day));
        if member.removed {
            continue;
        }
        let placed = of_member((&units, &called), member);
        let who = Who::Member(member.member_id);
        found.push(Candidate {
            expected: !away.contains(&member.member_id),
            ..candidate(who, &now.details, placed.as_deref(), unit)
        });
    }
    for file in &cases {
        let Some(place) = placed(file) else { continue };
        if when.is_hosted(file) {
            let lost = day.is_some_and(|day| file.case.is_lost(day));
            found.push(Candidate {
                expected: !lost,
                ..hosted(shelf, (file, place), &called, unit)?
            });
        }
    }
    if let Some(day) = day {
        only_stay_of_the_day(&mut found, day);
    }
    found.sort_by(|a, b| (a.names.first(), a.who).cmp(&(b.names.first(), b.who)));
    Ok(found)
}

/// Who was hosted on the day is not meant by a stay that began later.
fn only_stay_of_the_day(found: &mut Vec<Candidate>, day: Day) {
    let hosted = |one: &Candidate| matches!(one.who, Who::Hosted(_));
    let later = |one: &Candidate| hosted(one) && one.since.is_some_and(|since| day < since);
    let then = found.iter().filter(|one| hosted(one) && !later(one));
    let then: BTreeSet<Vec<String>> = then.map(|one| one.names.clone()).collect();
    found.retain(|one| !(later(one) && then.contains(&one.names)));
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

/// May a change of where a member belongs count from a day? Not from one to come, nor from before the change before it, nor in a month whose dues
/// are closed for one of the units: those lists do not change any more.
pub(super) fn may_count_from(
    closings: &Closings,
    (member, formers): (&Member, &[Former]),
    (on, today): (Day, Day),
    units: &[Option<&str>],
) -> Result<(), OfficeError> {
    let name = member.details.name.as_ref().map_or("", Text::as_str);
    let refuse = |problem: String| Err(OfficeError::field("on", problem));
    if on > today {
        return refuse(format!(
            "{on} 尚未到来, 请到那一天再登记 the day has not come: enter it then"
        ));
    }
    let last = book::last_elsewhere(member, formers).map(|at| &formers[at]);
    if let Some(last) = last.filter(|last| on < last.until) {
        return refuse(format!(
            "{name} 的支部或在册情况在 {} 已有变更, 请用该日或以后的日期 another unit, or on and off the roster, from that day: name it or a later one",
            last.until
        ));
    }
    let closed = units.iter().flatten();
    let closed = closed.filter_map(|unit| Some((*unit, closings.last(unit)?)));
    match closed.max_by_key(|(_, last)| *last) {
        Some((unit, last)) if on.month() <= last => refuse(format!(
            "{unit} 的党费已结账至 {last}, 请用 {} 或以后的日期 its dues are closed until that month: name a day after it",
            open_from(last)
        )),
        _ => Ok(()),
    }
}

/// Where members belonged, day by day.
pub(super) struct Past(BTreeMap<MemberId, Vec<Former>>);

impl Past {
    pub(super) fn of(shelf: &impl Shelf) -> Result<Self, OfficeError> {
        Ok(Self(book::formers(shelf)?))
    }

    fn of_one(&self, member: &Member) -> &[Former] {
        let formers = self.0.get(&member.member_id);
        formers.map_or(&[][..], Vec::as_slice)
    }

    fn on<'a>(&'a self, member: &'a Member, day: Day) -> &'a Member {
        book::as_of(member, self.of_one(member), day)
    }

    /// What the roster said of a member, from when until when.
    fn stages<'a>(&'a self, member: &'a Member) -> Vec<(&'a Member, Option<Day>, Option<Day>)> {
        let mut stages = Vec::new();
        let mut from = None;
        for former in book::known(self.of_one(member)) {
            let until = former.until.plus_days(-1);
            stages.push((&former.member, from, Some(until)));
            from = Some(former.until);
        }
        stages.push((member, from, None));
        stages
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
