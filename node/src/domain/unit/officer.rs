//! An officer of a unit: who, as what, since when, until when.

use hongyan_proto::{
    id::{MemberId, UnitId},
    letter::OfficerRole,
    time::Day,
};

/// One term of office.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Officer {
    /// Where; none: in the committee itself.
    pub unit: Option<UnitId>,
    /// Who.
    pub member: MemberId,
    /// As what.
    pub role: OfficerRole,
    /// First day.
    pub from: Day,
    /// Last day of the term. The office is held on until someone ends it: an election that is late is a duty, not an empty chair.
    pub until: Option<Day>,
    /// Last day in office.
    pub ended_on: Option<Day>,
}

impl Officer {
    /// Is this the office, still held?
    pub(super) fn holds(&self, unit: Option<UnitId>, member: MemberId, role: OfficerRole) -> bool {
        self.unit == unit && self.member == member && self.role == role && self.ended_on.is_none()
    }

    /// In office on a day?
    pub fn is_in_office(&self, day: Day) -> bool {
        self.from <= day && self.ended_on.is_none_or(|ended| day <= ended)
    }

    /// Has the term run out without an end of office?
    pub fn is_overdue(&self, day: Day) -> bool {
        self.ended_on.is_none() && self.until.is_some_and(|until| until < day)
    }
}
