//! The tree: units by id, each with its name, seat and place over time.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::{MemberId, UnitId},
    letter::{Text, UnitKind, UnitPlace},
    time::Day,
};

use super::{Event, Officer, name};

/// What a unit is from a day on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stage {
    /// First day.
    pub from: Day,
    /// Its name then.
    pub name: Text<30>,
    /// Its seat then.
    pub place: UnitPlace,
    /// The unit above; none: directly below the committee.
    pub parent: Option<UnitId>,
}

/// One unit, from its foundation on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unit {
    /// Its id, for ever.
    pub id: UnitId,
    /// What it is, for ever.
    pub kind: UnitKind,
    /// Since when it is no more.
    pub closed_on: Option<Day>,
    /// The first one is its foundation; days do not fall.
    stages: Vec<Stage>,
}

impl Unit {
    /// As it is now.
    pub fn now(&self) -> &Stage {
        // Made with one stage, and none is ever taken away.
        &self.stages[self.stages.len() - 1]
    }

    /// As it was on a day; none before its foundation and after its end.
    pub fn on(&self, day: Day) -> Option<&Stage> {
        if self.closed_on.is_some_and(|closed| closed <= day) {
            return None;
        }
        self.stages.iter().rev().find(|stage| stage.from <= day)
    }

    /// Its name now.
    pub fn name(&self) -> &str {
        self.now().name.as_str()
    }

    /// Its seat now.
    pub fn place(&self) -> UnitPlace {
        self.now().place
    }

    /// The unit above now.
    pub fn parent(&self) -> Option<UnitId> {
        self.now().parent
    }

    /// When it was founded.
    pub fn founded_on(&self) -> Day {
        self.stages[0].from
    }

    /// All it was, oldest first.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Does it still exist?
    pub fn is_open(&self) -> bool {
        self.closed_on.is_none()
    }
}

/// The whole tree with its officers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Units {
    units: BTreeMap<UnitId, Unit>,
    officers: Vec<Officer>,
}

impl Units {
    /// Derives the tree from entries in the order they were written. An entry about an unknown unit changes nothing.
    pub fn of(events: impl IntoIterator<Item = Event>) -> Self {
        let mut units = Self::default();
        for event in events {
            units.apply(event);
        }
        units
    }

    /// Takes one more entry in.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Founded(founded) => {
                let stage = Stage {
                    from: founded.founded_on,
                    name: founded.name,
                    place: founded.place,
                    parent: founded.parent,
                };
                self.units.entry(founded.unit_id).or_insert(Unit {
                    id: founded.unit_id,
                    kind: founded.kind,
                    closed_on: None,
                    stages: vec![stage],
                });
            }
            Event::Changed(changed) => {
                if let Some(unit) = self.units.get_mut(&changed.unit_id) {
                    unit.stages.push(Stage {
                        from: changed.changed_on,
                        name: changed.name,
                        place: changed.place,
                        parent: changed.parent,
                    });
                }
            }
            Event::Closed(closed) => {
                if let Some(unit) = self.units.get_mut(&closed.unit_id) {
                    unit.closed_on = Some(closed.closed_on);
                    // Nobody holds an office in what is no more.
                    for officer in &mut self.officers {
                        if officer.unit == Some(closed.unit_id) && officer.ended_on.is_none() {
                            officer.ended_on = Some(closed.closed_on);
                        }
                    }
                }
            }
            Event::Appointed(appointed) => self.officers.push(Officer {
                unit: appointed.unit_id,
                member: appointed.member_id,
                role: appointed.role,
                from: appointed.from,
                until: appointed.until,
                ended_on: None,
            }),
            Event::Ended(ended) => {
                let held = self
                    .officers
                    .iter_mut()
                    .rev()
                    .find(|officer| officer.holds(ended.unit_id, ended.member_id, ended.role));
                if let Some(officer) = held {
                    officer.ended_on = Some(ended.ended_on);
                }
            }
        }
    }

    /// A unit by id.
    pub fn get(&self, id: UnitId) -> Option<&Unit> {
        self.units.get(&id)
    }

    /// Every unit that ever was, by id.
    pub fn all(&self) -> impl Iterator<Item = &Unit> {
        self.units.values()
    }

    /// The units that exist now, by id.
    pub fn open(&self) -> impl Iterator<Item = &Unit> {
        self.all().filter(|unit| unit.is_open())
    }

    /// The open units directly below one, or below the committee, by name.
    pub fn below(&self, parent: Option<UnitId>) -> Vec<&Unit> {
        let mut found: Vec<&Unit> = self.open().filter(|unit| unit.parent() == parent).collect();
        found.sort_by_key(|unit| (unit.kind, unit.name().to_owned(), unit.id));
        found
    }

    /// A unit and everything below it.
    pub fn within(&self, id: UnitId) -> BTreeSet<UnitId> {
        let mut found = BTreeSet::from([id]);
        let mut next = vec![id];
        while let Some(parent) = next.pop() {
            for unit in self.all().filter(|unit| unit.parent() == Some(parent)) {
                // A loop cannot be entered, and would not be followed twice.
                if found.insert(unit.id) {
                    next.push(unit.id);
                }
            }
        }
        found
    }

    /// The open units in the order of the tree, each with its depth below the committee.
    pub fn in_order(&self) -> Vec<(usize, &Unit)> {
        let mut found = Vec::new();
        let mut next: Vec<(usize, &Unit)> = self
            .below(None)
            .into_iter()
            .rev()
            .map(|unit| (0, unit))
            .collect();
        while let Some((depth, unit)) = next.pop() {
            found.push((depth, unit));
            let below = self.below(Some(unit.id));
            next.extend(below.into_iter().rev().map(|unit| (depth + 1, unit)));
        }
        found
    }

    /// The names from the top down, joined by "/".
    pub fn path(&self, id: UnitId) -> String {
        let mut names = Vec::new();
        let mut at = self.get(id);
        while let Some(unit) = at {
            names.push(unit.name());
            // Three kinds stand below each other; more steps would be a loop.
            if names.len() > UnitKind::ALL.len() {
                break;
            }
            at = unit.parent().and_then(|parent| self.get(parent));
        }
        names.reverse();
        names.join("/")
    }

    /// The branch a unit is, or belongs to; none for a general branch.
    pub fn branch_of(&self, id: UnitId) -> Option<&Unit> {
        let unit = self.get(id)?;
        match unit.kind {
            UnitKind::GeneralBranch => None,
            UnitKind::Branch => Some(unit),
            UnitKind::Group => self.get(unit.parent()?),
        }
    }

    /// The open units that a text names: a whole path, else the end of one, as officers spell it.
    pub fn named(&self, text: &str) -> Vec<&Unit> {
        let path = text.replace([' ', '\u{3000}'], "");
        let own = name::simple(path.rsplit('/').next().unwrap_or_default());
        let exact: Vec<&Unit> = self
            .open()
            .filter(|unit| self.path(unit.id) == path)
            .collect();
        if !exact.is_empty() {
            return exact;
        }
        // Names are compared first: a path is put together of several.
        self.open()
            .filter(|unit| name::simple(unit.name()) == own)
            .filter(|unit| name::ends(&self.path(unit.id), &path))
            .collect()
    }

    /// The unit of a member: by id, else by the name an older entry gives, when only one is called so.
    pub fn unit_of(&self, id: Option<UnitId>, name: Option<&str>) -> Option<&Unit> {
        if let Some(id) = id {
            return self.get(id);
        }
        match self.named(name?).as_slice() {
            [unit] => Some(unit),
            _ => None,
        }
    }

    /// Everyone who holds or held an office, in the order of appointment.
    pub fn officers(&self) -> &[Officer] {
        &self.officers
    }

    /// Who holds an office in a unit (none: the committee) on a day.
    pub fn officers_of(&self, unit: Option<UnitId>, day: Day) -> impl Iterator<Item = &Officer> {
        self.officers
            .iter()
            .filter(move |officer| officer.unit == unit && officer.is_in_office(day))
    }

    /// Where a member holds an office on a day.
    pub fn offices_of(&self, member: MemberId, day: Day) -> impl Iterator<Item = &Officer> {
        self.officers
            .iter()
            .filter(move |officer| officer.member == member && officer.is_in_office(day))
    }
}
