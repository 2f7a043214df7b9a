//! What a unit above held for those under it, by the rules of the month's policy: the same that closes their duties counts in their year.

use hongyan_proto::{
    letter::{Activity, UnitKind as Recorded},
    time::Day,
};

use super::{OfficeError, facts::held, policy, roster::COMMITTEE};
use crate::{
    book::{self, Shelf},
    domain::{
        duty::facts::Held,
        policy::{PolicyHistory, Rule, UnitKind},
        unit::{Called, Unit, Units},
    },
};

/// What may be held for one unit by those above it.
pub(super) struct Joint {
    units: Units,
    history: PolicyHistory,
    unit: String,
}

impl Joint {
    /// For a unit by the name that records carry now.
    pub(super) fn of(shelf: &impl Shelf, unit: &str) -> Result<Self, OfficeError> {
        Ok(Self {
            units: book::units(shelf)?,
            history: policy::history(&book::policies(shelf)?),
            unit: unit.to_owned(),
        })
    }

    /// Did a unit that stood above on the day hold this, and does the policy let one of its kind hold it for those under it?
    pub(super) fn counts(&self, activity: &Activity) -> bool {
        // As duties: a month belongs to the policy of its first day.
        let adopted = self.history.adopted_by(activity.day.month().first_day());
        let (Some(adopted), Some(kind)) = (adopted, held(activity.kind)) else {
            return false;
        };
        let Some(holder) = self.above(activity.unit.as_str(), activity.day) else {
            return false;
        };
        let mut rules = adopted.policy.pick(|rule| match (rule, kind) {
            (Rule::ActivityDay { joint, .. }, Held::ActivityDay) => Some(joint),
            (Rule::Meeting { meeting, joint, .. }, Held::Meeting(held)) if *meeting == held => {
                Some(joint)
            }
            _ => None,
        });
        rules.any(|(_, joint)| joint.contains(&holder))
    }

    /// What the unit of this name is, if it stood above on the day.
    fn above(&self, name: &str, day: Day) -> Option<UnitKind> {
        if name == self.unit {
            return None;
        }
        if name == COMMITTEE {
            return Some(UnitKind::Committee);
        }
        let called = Called::of(&self.units);
        let Some(own) = called.unit(&self.unit, None) else {
            // Nothing but texts: what stands before the stroke is the group's branch.
            let (branch, _) = self.unit.split_once('/')?;
            return (branch == name).then_some(UnitKind::Branch);
        };
        let mut at = parent(own, day);
        // Three kinds stand below each other; more steps would be a loop.
        for _ in 0..Recorded::ALL.len() {
            let unit = self.units.get(at?)?;
            if called.name(unit) == name {
                return Some(match unit.kind {
                    Recorded::GeneralBranch => UnitKind::GeneralBranch,
                    Recorded::Branch => UnitKind::Branch,
                    Recorded::Group => UnitKind::Group,
                });
            }
            at = parent(unit, day);
        }
        None
    }
}

/// Under what the unit stood on a day; before its foundation, where it was founded.
fn parent(unit: &Unit, day: Day) -> Option<hongyan_proto::id::UnitId> {
    let stages = unit.stages();
    let then = stages.iter().rev().find(|stage| stage.from <= day);
    then.or(stages.first()).and_then(|stage| stage.parent)
}
