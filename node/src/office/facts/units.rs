//! Units and who belongs where, as the rules of duty read them: from the tree, and from texts where they name no unit of it.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::UnitId,
    letter::{UnitKind as Recorded, UnitPlace},
    time::Day,
};

use crate::{
    book::{Former, Member},
    domain::{
        duty::facts::{Person, Stage, Stay, Unit, UnitKind, UnitName},
        policy::Field,
        unit::{Called, Unit as Founded, Units},
    },
    office::roster::COMMITTEE,
};

/// The names of units, and what a text meant on a day.
pub(super) struct Places<'a> {
    pub(super) units: &'a Units,
    called: Called<'a>,
    names: BTreeMap<UnitId, UnitName>,
}

/// The field of work that policies name, of a unit with this seat.
pub(in crate::office) const fn field(place: UnitPlace) -> Option<Field> {
    Some(match place {
        UnitPlace::Office => Field::Office,
        UnitPlace::Village => Field::Village,
        UnitPlace::Community => Field::Community,
        UnitPlace::StateEnterprise | UnitPlace::PrivateEnterprise => Field::Enterprise,
        UnitPlace::School => Field::School,
        UnitPlace::Hospital => Field::Hospital,
        UnitPlace::SocialOrganization => Field::Social,
        UnitPlace::PublicInstitution => Field::Institution,
        UnitPlace::Other => return None,
    })
}

impl<'a> Places<'a> {
    pub(super) fn of(units: &'a Units) -> Self {
        let called = Called::of(units);
        let name = |unit: &Founded| (unit.id, called.name(unit).into());
        Self {
            units,
            names: units.all().map(name).collect(),
            called,
        }
    }

    /// A unit's name now.
    pub(super) fn name(&self, id: UnitId) -> Option<UnitName> {
        self.names.get(&id).cloned()
    }

    /// The name now of the unit that a text meant on a day; the text itself where the tree has none.
    pub(super) fn named(&self, text: &str, day: Day) -> UnitName {
        let unit = self.called.unit(text, Some(day));
        let name = unit.and_then(|unit| self.name(unit.id));
        name.unwrap_or_else(|| text.into())
    }

    /// The unit of a member as an entry of the roster has it.
    pub(super) fn of_member(&self, member: &Member, day: Day) -> Option<UnitName> {
        let by_id = member.unit_id.and_then(|id| self.name(id));
        by_id.or_else(|| {
            // An entry without an id is from before there was a tree: its first day says what the text meant.
            let first = self.units.all().map(Founded::founded_on).min();
            Some(self.named(member.unit.as_ref()?.as_str(), first.unwrap_or(day)))
        })
    }

    /// Where a member belonged and when: each change of the unit on the roster begins a stay on the day it was entered; the first unit that
    /// is known was the member's before.
    pub(super) fn stays(&self, member: &Member, formers: &[Former], today: Day) -> Vec<Stay> {
        let mut stays: Vec<Stay> = Vec::new();
        let mut from = None;
        let mut add = |unit: Option<UnitName>, from: Option<Day>, until: Option<Day>| {
            let Some(unit) = unit else { return };
            match stays.last_mut() {
                // Called otherwise, or written again: the same stay goes on.
                Some(last)
                    if last.unit == unit && last.until.map(|day| day.plus_days(1)) == from =>
                {
                    last.until = until;
                }
                // Written twice on one day: the later word counts.
                _ if until.is_some_and(|until| from.is_some_and(|from| until < from)) => {}
                _ => stays.push(Stay { unit, from, until }),
            }
        };
        for former in formers {
            let unit = Some(&former.member).filter(|member| !member.removed);
            let unit = unit.and_then(|member| self.of_member(member, former.until));
            let known = unit.is_some();
            add(unit, from, Some(former.until.plus_days(-1)));
            if known || from.is_some() {
                from = Some(former.until);
            }
        }
        let now = Some(member).filter(|member| !member.removed);
        let now = now.and_then(|member| self.of_member(member, today));
        add(now, from, None);
        stays
    }

    /// The units of the tree, the committee, and those that only texts name: a name stands for a branch, and one inside another, written
    /// `branch/group`, for a group.
    pub(super) fn units(&self, people: &[Person]) -> Vec<Unit> {
        let mut units: BTreeMap<UnitName, Unit> = BTreeMap::new();
        for unit in self.units.all() {
            if let Some(name) = self.name(unit.id) {
                units.insert(name.clone(), self.founded(unit, name));
            }
        }
        let mut add = |name: &str, kind, parent| {
            units
                .entry(name.into())
                .or_insert_with(|| written(name, kind, parent));
        };
        add(COMMITTEE, UnitKind::Committee, None);
        let stays = people.iter().flat_map(|person| &person.stays);
        for unit in stays.map(|stay| &stay.unit).collect::<BTreeSet<_>>() {
            match unit.split_once('/') {
                Some((branch, _)) if !self.names.values().any(|name| name == unit) => {
                    add(branch, UnitKind::Branch, Some(COMMITTEE));
                    add(unit, UnitKind::Group, Some(branch));
                }
                _ => add(unit, UnitKind::Branch, Some(COMMITTEE)),
            }
        }
        units.into_values().collect()
    }

    fn founded(&self, unit: &Founded, name: UnitName) -> Unit {
        let stages = unit.stages().iter().enumerate();
        Unit {
            id: Some(unit.id),
            name,
            kind: match unit.kind {
                Recorded::GeneralBranch => UnitKind::GeneralBranch,
                Recorded::Branch => UnitKind::Branch,
                Recorded::Group => UnitKind::Group,
            },
            stages: stages
                .map(|(at, stage)| Stage {
                    from: Some(stage.from).filter(|_| at > 0),
                    parent: match stage.parent {
                        Some(parent) => self.name(parent),
                        None => Some(COMMITTEE.into()),
                    },
                    field: field(stage.place),
                })
                .collect(),
            since: Some(unit.founded_on()),
            // It is no more on the day of its end.
            until: unit.closed_on.map(|closed| closed.plus_days(-1)),
        }
    }
}

/// A unit that only texts name.
fn written(name: &str, kind: UnitKind, parent: Option<&str>) -> Unit {
    Unit {
        id: None,
        name: name.into(),
        kind,
        stages: vec![Stage {
            parent: parent.map(Into::into),
            ..Stage::default()
        }],
        since: None,
        until: None,
    }
}
