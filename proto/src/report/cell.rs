//! One cell of the cube: by what a number of cases is counted.

use super::{
    content::ReportError,
    limits::MAX_COUNT,
    word::{CaseState, Direction, MemberClass, Standing},
};
use crate::{
    id::{OrganizationCode, RegionCode},
    pb::report::v1 as pb,
};

/// By what cases are counted. The order of the fields is the order of cells in the canonical bytes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CellKey {
    /// Which way the member went, seen from the reporting organization.
    pub direction: Direction,
    /// Where the reporting side is.
    pub own_region: RegionCode,
    /// Where the other side is; unknown only while departed.
    pub counterpart_region: Option<RegionCode>,
    /// The other organization; unknown only while departed.
    pub counterpart_organization: Option<OrganizationCode>,
    /// Where the case stands.
    pub state: CaseState,
    /// Which group of members.
    pub class: MemberClass,
    /// Full or probationary.
    pub standing: Standing,
}

impl CellKey {
    /// What is wrong with the combination, and in which field.
    fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        let departed = self.state == CaseState::Departed;
        if departed && self.direction == Direction::In {
            Some((
                "state",
                "流入地不知道“已外出” the inflow side cannot know of a departure",
            ))
        } else if !departed && self.counterpart_region.is_none() {
            Some((
                "counterpart_region",
                "仅“已外出”可为空 may be empty only with DEPARTED",
            ))
        } else if !departed && self.counterpart_organization.is_none() {
            Some((
                "counterpart_organization",
                "仅“已外出”可为空 may be empty only with DEPARTED",
            ))
        } else {
            None
        }
    }

    /// Checks the combination and the count of cell number `index`.
    pub(super) fn check(&self, index: usize, count: u64) -> Result<(), ReportError> {
        let at = |field: &str, problem: &str| {
            ReportError::field(format!("cells[{index}].{field}"), problem)
        };
        if let Some((field, problem)) = self.contradiction() {
            return Err(at(field, problem));
        }
        if count == 0 || count > MAX_COUNT {
            return Err(at(
                "count",
                &format!("应在 1 至 {MAX_COUNT} 之间 must be 1 to {MAX_COUNT}, found {count}"),
            ));
        }
        Ok(())
    }

    pub(super) fn to_wire(&self, count: u64) -> pb::Cell {
        let text = |code: Option<&str>| code.unwrap_or_default().to_owned();
        pb::Cell {
            direction: self.direction.to_wire(),
            own_region: self.own_region.to_string(),
            counterpart_region: text(self.counterpart_region.as_ref().map(RegionCode::as_str)),
            counterpart_organization: text(
                self.counterpart_organization
                    .as_ref()
                    .map(OrganizationCode::as_str),
            ),
            state: self.state.to_wire(),
            member_class: self.class.to_wire(),
            standing: self.standing.to_wire(),
            count,
        }
    }

    pub(super) fn from_wire(index: usize, cell: &pb::Cell) -> Result<Self, ReportError> {
        let at = |field: &str, problem: &str| {
            ReportError::field(format!("cells[{index}].{field}"), problem)
        };
        let unknown = |field: &str| {
            at(
                field,
                "未知的值 unknown value; 请先升级上级网关 upgrade the gateway first",
            )
        };
        let region = |field: &str, text: &str| {
            RegionCode::parse(text).map_err(|error| at(field, &error.to_string()))
        };
        Ok(Self {
            direction: Direction::from_wire(cell.direction).ok_or_else(|| unknown("direction"))?,
            own_region: region("own_region", &cell.own_region)?,
            counterpart_region: match cell.counterpart_region.as_str() {
                "" => None,
                text => Some(region("counterpart_region", text)?),
            },
            counterpart_organization: match cell.counterpart_organization.as_str() {
                "" => None,
                text => Some(
                    OrganizationCode::parse(text)
                        .map_err(|error| at("counterpart_organization", &error.to_string()))?,
                ),
            },
            state: CaseState::from_wire(cell.state).ok_or_else(|| unknown("state"))?,
            class: MemberClass::from_wire(cell.member_class)
                .ok_or_else(|| unknown("member_class"))?,
            standing: Standing::from_wire(cell.standing).ok_or_else(|| unknown("standing"))?,
        })
    }
}
