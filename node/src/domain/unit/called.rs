//! What units were called when: a record says in words whose it is, and the words meant the unit that was called so on the record's day.

use std::collections::{BTreeSet, HashMap};

use hongyan_proto::{id::UnitId, letter::UnitKind, time::Day};

use super::{Unit, Units, name};

/// The days on which a path led to a unit.
#[derive(Clone, Copy, Debug)]
struct Span {
    unit: UnitId,
    from: Day,
    /// The first day on which it no longer did.
    to: Option<Day>,
}

/// Every path that ever led to a unit.
#[derive(Debug)]
pub struct Called<'a> {
    units: &'a Units,
    paths: HashMap<String, Vec<Span>>,
    /// Names as officers spell them, of every unit that ever was called so.
    names: HashMap<String, BTreeSet<UnitId>>,
}

impl Unit {
    /// The days on which its path may have changed by itself or by a unit above.
    fn turns(&self, units: &Units, turns: &mut BTreeSet<Day>) {
        for stage in self.stages() {
            turns.insert(stage.from);
            let above = stage.parent.and_then(|parent| units.get(parent));
            if let Some(above) = above.filter(|above| above.kind < self.kind) {
                above.turns(units, turns);
            }
        }
    }

    /// Its name on a day; the first one before its foundation, the last one after its end.
    fn stage_on(&self, day: Day) -> &super::Stage {
        let stages = self.stages();
        let begun = stages.iter().rev().find(|stage| stage.from <= day);
        begun.unwrap_or(&stages[0])
    }
}

impl Units {
    /// The names from the top down on a day, joined by "/".
    pub fn path_on(&self, id: UnitId, day: Day) -> String {
        let mut names = Vec::new();
        let mut at = self.get(id);
        while let Some(unit) = at {
            let stage = unit.stage_on(day);
            names.push(stage.name.as_str());
            if names.len() > UnitKind::ALL.len() {
                break;
            }
            at = stage.parent.and_then(|parent| self.get(parent));
        }
        names.reverse();
        names.join("/")
    }
}

impl<'a> Called<'a> {
    /// Of a tree.
    pub fn of(units: &'a Units) -> Self {
        let mut called = Self {
            units,
            paths: HashMap::new(),
            names: HashMap::new(),
        };
        for unit in units.all() {
            for stage in unit.stages() {
                let plain = name::simple(stage.name.as_str());
                called.names.entry(plain).or_default().insert(unit.id);
            }
            let founded = unit.founded_on();
            let mut turns = BTreeSet::new();
            unit.turns(units, &mut turns);
            let turns: Vec<Day> = turns.range(founded..).copied().collect();
            for (at, from) in turns.iter().enumerate() {
                let span = Span {
                    unit: unit.id,
                    from: *from,
                    to: turns.get(at + 1).copied().or(unit.closed_on),
                };
                let path = units.path_on(unit.id, *from);
                called.paths.entry(path).or_default().push(span);
            }
        }
        called
    }

    /// What the unit is called now that a text meant on a day; the text itself where the tree has no such unit.
    pub fn now(&self, text: &str, day: Option<Day>) -> String {
        self.unit(text, day)
            .map_or_else(|| text.to_owned(), |unit| self.name(unit))
    }

    /// A unit of the tree.
    pub fn get(&self, id: UnitId) -> Option<&'a Unit> {
        self.units.get(id)
    }

    /// The same of a text from before there was a tree: its first day says what was meant.
    pub fn early(&self, text: &str) -> String {
        self.now(text, self.units.all().map(Unit::founded_on).min())
    }

    /// What a unit is called now: its path, and its id behind it where it is no more and another has or had the path.
    pub fn name(&self, unit: &Unit) -> String {
        let path = self.units.path(unit.id);
        let spans = self.paths.get(&path).into_iter().flatten();
        let mut others = spans.filter(|span| span.unit != unit.id);
        if !unit.is_open() && others.next().is_some() {
            return format!("{path} ({:.8})", unit.id.to_string());
        }
        path
    }

    /// The unit that a text meant on a day, or without one means now: the one that had this path then, else had it last before, else has it soonest after; else the only
    /// one that was ever called so. None: the tree has no such unit, or several.
    pub fn unit(&self, text: &str, day: Option<Day>) -> Option<&'a Unit> {
        let path = text.replace([' ', '\u{3000}'], "");
        let found = match self.paths.get(&path) {
            Some(spans) => {
                let begun = |span: &&Span| day.is_none_or(|day| span.from <= day);
                let goes_on = |to: Day| day.is_some_and(|day| day < to);
                let then = |span: &&Span| begun(span) && span.to.is_none_or(goes_on);
                let before = spans.iter().filter(begun);
                let after = spans.iter().min_by_key(|span| span.from);
                let before = before.max_by_key(|span| span.from);
                spans.iter().find(then).or(before).or(after)?.unit
            }
            None => self.spelled(&path, day)?,
        };
        self.units.get(found)
    }

    /// A name without its path, or spelled otherwise: of the only one that was called so then, else of the only one that ever was.
    fn spelled(&self, path: &str, day: Option<Day>) -> Option<UnitId> {
        let last = path.rsplit('/').next().unwrap_or(path);
        let plain = name::simple(last);
        let fits = |id: &UnitId| last == path || name::ends(&self.units.path(*id), path);
        let then = |id: &&UnitId| {
            let unit = self.units.get(**id);
            let stage = unit.and_then(|unit| match day {
                Some(day) => unit.on(day),
                None => Some(unit.now()).filter(|_| unit.is_open()),
            });
            stage.is_some_and(|stage| name::simple(stage.name.as_str()) == plain)
        };
        let found: Vec<UnitId> = self
            .names
            .get(&plain)?
            .iter()
            .copied()
            .filter(fits)
            .collect();
        let mut called = found.iter().filter(then);
        match (found.as_slice(), called.next(), called.next()) {
            ([only], ..) | (_, Some(only), None) => Some(*only),
            _ => None,
        }
    }
}
