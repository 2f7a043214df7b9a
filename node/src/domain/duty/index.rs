//! Facts by what rules ask for, so that a committee of thousands is gone through once.

use std::collections::HashMap;

use hongyan_proto::time::{Day, Month};

use super::{
    facts::{Activity, Facts, Held, Person, Stay, Unit, UnitKind, UnitName, Who},
    folk::People,
};
use crate::domain::policy::{Post, Window};

pub(super) struct Index<'a> {
    units: HashMap<&'a str, &'a Unit>,
    /// Of each unit, the branch it is or belongs to. It is asked for with every duty of a person.
    branches: HashMap<&'a str, &'a Unit>,
    /// Of each unit: its own and those of the units above it, ascending by day.
    activities: HashMap<&'a str, Vec<&'a Activity>>,
    /// The first activity day of a month that a unit's plan names.
    planned: HashMap<(&'a str, Month), Day>,
    /// Of each branch, who was in office in its committee, and when.
    committees: HashMap<&'a str, Vec<(Who, &'a Stay)>>,
    pub(super) people: People<'a>,
}

impl<'a> Index<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let units: HashMap<_, _> = facts.units.iter().map(|unit| (&*unit.name, unit)).collect();
        let mut index = Self {
            units,
            branches: HashMap::new(),
            activities: HashMap::new(),
            planned: HashMap::new(),
            committees: HashMap::new(),
            people: People::default(),
        };
        for planned in &facts.planned {
            let key = (&*planned.unit, planned.day.month());
            let first = index.planned.entry(key).or_insert(planned.day);
            *first = planned.day.min(*first);
        }
        let mut own: HashMap<&str, Vec<&'a Activity>> = HashMap::new();
        for activity in &facts.activities {
            own.entry(&activity.unit).or_default().push(activity);
        }
        for unit in &facts.units {
            let mut held = Vec::new();
            index.gather(&own, unit, (None, None), &mut held);
            held.sort_by_key(|activity| activity.day);
            index.activities.insert(&unit.name, held);
            let above = index.path(&unit.name);
            let branch = above
                .into_iter()
                .filter_map(|name| index.unit(name))
                .find(|unit| unit.kind == UnitKind::Branch);
            if let Some(branch) = branch {
                index.branches.insert(&unit.name, branch);
            }
        }
        for person in &facts.people {
            for (post, stay) in &person.posts {
                if matches!(post, Post::CommitteeMember | Post::Secretary) {
                    let branch = index.branch_or(&stay.unit);
                    let office = (person.who, stay);
                    index.committees.entry(branch).or_default().push(office);
                }
            }
        }
        index.people = People::of(facts, |unit| index.branch_or(unit));
        index
    }

    /// What a unit held between two days, and what those above it held while it stood under them.
    fn gather(
        &self,
        own: &HashMap<&str, Vec<&'a Activity>>,
        unit: &'a Unit,
        (from, until): (Option<Day>, Option<Day>),
        held: &mut Vec<&'a Activity>,
    ) {
        let within = |activity: &&&Activity| {
            from.is_none_or(|from| from <= activity.day)
                && until.is_none_or(|until| activity.day <= until)
        };
        let here = own.get(&*unit.name).into_iter().flatten();
        held.extend(here.filter(within).copied());
        for (at, stage) in unit.stages.iter().enumerate() {
            let above = stage.parent.as_deref().and_then(|name| self.unit(name));
            // A kind stands below kinds named before its own: no circle can be followed.
            let Some(above) = above.filter(|above| above.kind < unit.kind) else {
                continue;
            };
            let next = unit.stages.get(at + 1).and_then(|next| next.from);
            let last = next.map(|next| next.plus_days(-1));
            let until = match (last, until) {
                (Some(last), Some(until)) => Some(last.min(until)),
                (last, until) => last.or(until),
            };
            self.gather(own, above, (from.max(stage.from), until), held);
        }
    }

    /// Who was in office in the branch's committee, and when.
    pub(super) fn committee(&self, branch: &UnitName) -> &[(Who, &'a Stay)] {
        self.committees.get(&**branch).map_or(&[], Vec::as_slice)
    }

    /// A unit by its name.
    pub(super) fn unit(&self, name: &str) -> Option<&'a Unit> {
        self.units.get(name).copied()
    }

    /// The activity day of a month that the unit's plan, or the nearest one above it, names.
    pub(super) fn planned(&self, unit: &'a str, month: Month) -> Option<Day> {
        if self.planned.is_empty() {
            return None;
        }
        let path = self.path(unit).into_iter();
        path.filter_map(|name| self.planned.get(&(name, month)))
            .copied()
            .next()
    }

    /// A unit and those above it. A circle in the tree ends it.
    fn path(&self, name: &'a str) -> Vec<&'a str> {
        let mut path = vec![name];
        while let Some(parent) = path
            .last()
            .and_then(|last| self.units.get(last))
            .and_then(|unit| unit.parent().map(|name| &**name))
        {
            if path.contains(&parent) {
                break;
            }
            path.push(parent);
        }
        path
    }

    /// Was the person of the unit that held it, of one above or of one inside it, on its day? Who had moved away before was not expected.
    pub(super) fn concerns(&self, person: &Person, activity: &'a Activity) -> bool {
        person.stay(activity.day).is_some_and(|stay| {
            stay.unit == activity.unit
                || self
                    .units
                    .get(&*stay.unit)
                    .is_some_and(|unit| self.path(&unit.name).contains(&&*activity.unit))
                || self.path(&activity.unit).contains(&&*stay.unit)
        })
    }

    /// What of a kind a unit held, or had held for it by a unit above of one of the kinds that the rule lets, ascending by day.
    pub(super) fn held(
        &self,
        unit: &UnitName,
        held: Held,
        joint: &[UnitKind],
    ) -> impl Iterator<Item = &'a Activity> {
        self.pick(self.all_of(unit), unit, held, joint)
    }

    /// The same within a window.
    pub(super) fn held_in(
        &self,
        unit: &UnitName,
        held: Held,
        joint: &[UnitKind],
        window: &Window,
    ) -> impl Iterator<Item = &'a Activity> {
        let all = self.all_of(unit);
        let from = all.partition_point(|one| one.day < window.from);
        let until = all.partition_point(|one| one.day <= window.until);
        let within = all.get(from..until).unwrap_or_default();
        self.pick(within, unit, held, joint)
    }

    fn all_of(&self, unit: &UnitName) -> &[&'a Activity] {
        self.activities.get(&**unit).map_or(&[][..], Vec::as_slice)
    }

    fn pick(
        &self,
        of: &[&'a Activity],
        unit: &UnitName,
        held: Held,
        joint: &[UnitKind],
    ) -> impl Iterator<Item = &'a Activity> {
        let all = of.iter().copied().filter(|one| one.took_place());
        all.filter(move |one| one.held == held).filter(move |one| {
            let above = || self.unit(&one.unit).map(|unit| unit.kind);
            one.unit == *unit || above().is_some_and(|kind| joint.contains(&kind))
        })
    }

    /// The branch a unit is or belongs to, for a group; the unit itself where there is none.
    pub(super) fn branch_or(&self, unit: &'a UnitName) -> &'a UnitName {
        let branch = self.branches.get(&**unit);
        branch.map_or(unit, |branch| &branch.name)
    }
}
