//! What may be entered next: founding, changing and closing units, appointing and ending officers. Pure checks over the tree as it is.

use hongyan_proto::{
    id::{MemberId, UnitId},
    letter::{OfficerRole, UnitKind, UnitPlace},
    time::Day,
};

use super::{COMMITTEE, Unit, UnitRefusal, Units};

/// A unit about to be founded.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is.
    pub kind: UnitKind,
    /// The unit above; none: the committee.
    pub parent: Option<UnitId>,
    /// When.
    pub on: Day,
}

/// Where a unit is to stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Above {
    /// Where it stands already.
    Same,
    /// Directly below the committee.
    Committee,
    /// Below a unit.
    Unit(UnitId),
}

impl Above {
    /// The unit above, for one that stands below `now` until then.
    pub fn of(self, now: Option<UnitId>) -> Option<UnitId> {
        match self {
            Self::Same => now,
            Self::Committee => None,
            Self::Unit(id) => Some(id),
        }
    }
}

impl From<Option<UnitId>> for Above {
    fn from(above: Option<UnitId>) -> Self {
        above.map_or(Self::Committee, Self::Unit)
    }
}

/// A unit about to be changed; what is none stays.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// A new name.
    pub name: Option<&'a str>,
    /// A new seat.
    pub place: Option<UnitPlace>,
    /// Where it stands.
    pub above: Above,
    /// When.
    pub on: Day,
}

impl Units {
    /// May this unit be founded?
    pub fn may_found(&self, found: Found<'_>, today: Day) -> Result<(), UnitRefusal> {
        past(found.on, today)?;
        self.stands(found.kind, found.parent)?;
        self.free(found.name, found.parent, None)
    }

    /// May this unit be changed so? Gives the unit as it is.
    pub fn may_change(
        &self,
        id: UnitId,
        change: Change<'_>,
        today: Day,
    ) -> Result<&Unit, UnitRefusal> {
        let unit = self.existing(id)?;
        past(change.on, today)?;
        after(change.on, unit)?;
        let parent = change.above.of(unit.parent());
        let name = change.name.unwrap_or_else(|| unit.name());
        let place = change.place.unwrap_or_else(|| unit.place());
        if (parent, name, place) == (unit.parent(), unit.name(), unit.place()) {
            return Err(UnitRefusal::Same);
        }
        if parent.is_some_and(|parent| self.within(id).contains(&parent)) {
            return Err(UnitRefusal::Loop);
        }
        self.stands(unit.kind, parent)?;
        self.free(name, parent, Some(id))?;
        Ok(unit)
    }

    /// May this unit be closed? `members` is how many belong to it now.
    pub fn may_close(
        &self,
        id: UnitId,
        on: Day,
        members: usize,
        today: Day,
    ) -> Result<(), UnitRefusal> {
        let unit = self.existing(id)?;
        past(on, today)?;
        after(on, unit)?;
        let below = self.below(Some(id)).len();
        if below > 0 {
            return Err(UnitRefusal::HasUnits(unit.name().to_owned(), below));
        }
        if members > 0 {
            return Err(UnitRefusal::HasMembers(unit.name().to_owned(), members));
        }
        Ok(())
    }

    /// May this member take up the office?
    pub fn may_appoint(
        &self,
        unit: Option<UnitId>,
        member: MemberId,
        role: OfficerRole,
        from: Day,
        today: Day,
    ) -> Result<(), UnitRefusal> {
        let kind = match unit {
            Some(id) => Some(self.existing(id)?),
            None => None,
        };
        past(from, today)?;
        let is_group = kind.is_some_and(|unit| unit.kind == UnitKind::Group);
        if is_group != (role == OfficerRole::GroupLeader) {
            let name = kind.map_or_else(|| "党委".to_owned(), |unit| unit.name().to_owned());
            return Err(UnitRefusal::NoOffice(name, role));
        }
        let single = matches!(role, OfficerRole::Secretary | OfficerRole::GroupLeader);
        let held = self.officers().iter().any(|officer| {
            officer.holds(unit, member, role)
                || (single && officer.holds(unit, officer.member, role))
        });
        if held {
            return Err(UnitRefusal::Held(role));
        }
        Ok(())
    }

    /// May this office end?
    pub fn may_end(
        &self,
        unit: Option<UnitId>,
        member: MemberId,
        role: OfficerRole,
        on: Day,
        today: Day,
    ) -> Result<(), UnitRefusal> {
        past(on, today)?;
        let held = self
            .officers()
            .iter()
            .find(|officer| officer.holds(unit, member, role))
            .ok_or(UnitRefusal::NotHeld(role))?;
        if on < held.from {
            return Err(UnitRefusal::Before(on, held.from));
        }
        Ok(())
    }

    /// A unit that can still be worked with.
    pub fn existing(&self, id: UnitId) -> Result<&Unit, UnitRefusal> {
        let unit = self.get(id).ok_or(UnitRefusal::Unknown)?;
        match unit.closed_on {
            Some(day) => Err(UnitRefusal::Closed(unit.name().to_owned(), day)),
            None => Ok(unit),
        }
    }

    /// General branches stand below the committee, branches below it or a general branch, groups below a branch.
    fn stands(&self, kind: UnitKind, parent: Option<UnitId>) -> Result<(), UnitRefusal> {
        let above = match parent {
            Some(id) => Some(self.existing(id)?.kind),
            None => None,
        };
        let good = matches!(
            (kind, above),
            (UnitKind::GeneralBranch | UnitKind::Branch, None)
                | (UnitKind::Branch, Some(UnitKind::GeneralBranch))
                | (UnitKind::Group, Some(UnitKind::Branch))
        );
        if good {
            return Ok(());
        }
        Err(UnitRefusal::Order {
            child: kind,
            parent: above,
        })
    }

    fn free(
        &self,
        name: &str,
        parent: Option<UnitId>,
        own: Option<UnitId>,
    ) -> Result<(), UnitRefusal> {
        if name.contains('/') {
            return Err(UnitRefusal::Slash);
        }
        if name == COMMITTEE {
            return Err(UnitRefusal::Reserved);
        }
        let taken = self.below(parent).iter().any(|unit| {
            Some(unit.id) != own && super::name::simple(unit.name()) == super::name::simple(name)
        });
        if taken {
            return Err(UnitRefusal::Taken(name.to_owned()));
        }
        Ok(())
    }
}

fn past(day: Day, today: Day) -> Result<(), UnitRefusal> {
    if day > today {
        return Err(UnitRefusal::Future(day));
    }
    Ok(())
}

fn after(day: Day, unit: &Unit) -> Result<(), UnitRefusal> {
    let last = unit.now().from;
    if day < last {
        return Err(UnitRefusal::Before(day, last));
    }
    Ok(())
}
