//! Statistics between the wire and the checked types.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::{OrganizationCode as Code, RegionCode},
    pb::statistics::v1 as pb,
    report::{CaseState, Direction, Measure, MemberClass, Standing},
    time::Quarter,
};
use tonic::Status;

use super::refusal::{STATISTICS, malformed};
use crate::domain::{
    matrix::{Matrix, MatrixCell, MatrixQuery},
    query::{Answer, CellFilter, Count, Dimension, Query, Row},
    region::RegionLevel,
};

/// Values a list of a filter may have.
const MAX_LIST: usize = 1000;

fn each<T, R, C: FromIterator<R>>(
    field: &str,
    values: &[T],
    read: impl Fn(&T) -> Result<R, String>,
) -> Result<C, Status> {
    if values.len() > MAX_LIST {
        return Err(malformed(
            STATISTICS,
            field,
            format!("最多 {MAX_LIST} 个 at most {MAX_LIST}"),
        ));
    }
    let read = |(index, value)| {
        read(value).map_err(|words| malformed(STATISTICS, format!("{field}[{index}]"), words))
    };
    values.iter().enumerate().map(read).collect()
}

fn known<T>(read: impl Fn(i32) -> Option<T>) -> impl Fn(&i32) -> Result<T, String> {
    move |number| read(*number).ok_or_else(|| format!("未知的值 unknown value {number}"))
}

fn quarters(field: &str, texts: &[String]) -> Result<BTreeSet<Quarter>, Status> {
    each(field, texts, |text| {
        text.parse()
            .map_err(|error: hongyan_proto::time::TimeError| error.to_string())
    })
}

fn subtree(field: &str, text: &str) -> Result<Option<Code>, Status> {
    if text.is_empty() {
        return Ok(None);
    }
    Code::parse(text)
        .map(Some)
        .map_err(|error| malformed(STATISTICS, field, error))
}

fn region_level(number: i32, default: RegionLevel) -> Result<RegionLevel, Status> {
    match pb::RegionLevel::try_from(number) {
        Ok(pb::RegionLevel::Unspecified) => Ok(default),
        Ok(pb::RegionLevel::Province) => Ok(RegionLevel::Province),
        Ok(pb::RegionLevel::City) => Ok(RegionLevel::City),
        Ok(pb::RegionLevel::County) => Ok(RegionLevel::County),
        Err(_) => Err(malformed(
            STATISTICS,
            "region_level",
            format!("未知的值 unknown value {number}"),
        )),
    }
}

fn dimension(number: i32) -> Option<Dimension> {
    match pb::Dimension::try_from(number).ok()? {
        pb::Dimension::Unspecified => None,
        pb::Dimension::Period => Some(Dimension::Period),
        pb::Dimension::Organization => Some(Dimension::Organization),
        pb::Dimension::Direction => Some(Dimension::Direction),
        pb::Dimension::OwnRegion => Some(Dimension::OwnRegion),
        pb::Dimension::CounterpartRegion => Some(Dimension::CounterpartRegion),
        pb::Dimension::CounterpartOrganization => Some(Dimension::CounterpartOrganization),
        pb::Dimension::State => Some(Dimension::State),
        pb::Dimension::MemberClass => Some(Dimension::MemberClass),
        pb::Dimension::Standing => Some(Dimension::Standing),
        pb::Dimension::BranchOfTree => Some(Dimension::BranchOfTree),
    }
}

/// What is asked, checked.
pub fn query(wire: &pb::QueryRequest) -> Result<Query, Status> {
    let none = pb::Filter::default();
    let filter = wire.filter.as_ref().unwrap_or(&none);
    let region = |text: &String| RegionCode::parse(text).map_err(|error| error.to_string());
    let organization = |text: &String| Code::parse(text).map_err(|error| error.to_string());
    Ok(Query {
        periods: quarters("filter.periods", &filter.periods)?,
        subtree: subtree("filter.subtree", &filter.subtree)?,
        filter: CellFilter {
            directions: each(
                "filter.directions",
                &filter.directions,
                known(Direction::from_wire),
            )?,
            states: each("filter.states", &filter.states, known(CaseState::from_wire))?,
            classes: each(
                "filter.member_classes",
                &filter.member_classes,
                known(MemberClass::from_wire),
            )?,
            standings: each(
                "filter.standings",
                &filter.standings,
                known(Standing::from_wire),
            )?,
            own_regions: each("filter.own_regions", &filter.own_regions, region)?,
            counterpart_regions: each(
                "filter.counterpart_regions",
                &filter.counterpart_regions,
                region,
            )?,
            counterpart_organizations: each(
                "filter.counterpart_organizations",
                &filter.counterpart_organizations,
                organization,
            )?,
        },
        group_by: each("group_by", &wire.group_by, known(dimension))?,
        level: region_level(wire.region_level, RegionLevel::County)?,
        measures: each("measures", &wire.measures, known(Measure::from_wire))?,
        release: wire.release,
    })
}

/// For which matrix is asked, checked.
pub fn matrix_query(wire: &pb::MatrixRequest) -> Result<MatrixQuery, Status> {
    let period: Vec<String> = Some(wire.period.clone())
        .filter(|text| !text.is_empty())
        .into_iter()
        .collect();
    Ok(MatrixQuery {
        period: quarters("period", &period)?.first().copied(),
        level: region_level(wire.region_level, RegionLevel::City)?,
        subtree: subtree("subtree", &wire.subtree)?,
        by_organization: wire.by_organization,
        states: each("states", &wire.states, known(CaseState::from_wire))?,
        release: wire.release,
    })
}

/// Below whom organizations are listed, and for which quarters, checked.
pub fn organizations_asked(
    wire: &pb::ListOrganizationsRequest,
) -> Result<(Option<Code>, BTreeSet<Quarter>), Status> {
    Ok((
        subtree("subtree", &wire.subtree)?,
        quarters("periods", &wire.periods)?,
    ))
}

pub(super) fn count(count: Count) -> pb::Count {
    match count {
        Count::Exact(value) => pb::Count {
            value,
            suppressed: false,
        },
        Count::Suppressed => pb::Count {
            value: 0,
            suppressed: true,
        },
    }
}

/// A number of rows or organizations; more than u32 holds do not fit an answer.
pub(super) fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn threshold(suppressed_below: Option<u64>) -> u32 {
    suppressed_below.map_or(0, |threshold| u32::try_from(threshold).unwrap_or(u32::MAX))
}

pub(super) fn answer(answer: Answer) -> pb::QueryResponse {
    let row = |row: Row| pb::Row {
        keys: row.keys,
        cases: Some(count(row.cases)),
        measures: row.measures.into_iter().map(count).collect(),
    };
    pb::QueryResponse {
        rows: answer.rows.into_iter().map(row).collect(),
        totals: answer.totals.into_iter().map(row).collect(),
        reports: small(answer.reports),
        expected: small(answer.expected),
        suppressed_below: threshold(answer.suppressed_below),
    }
}

pub(super) fn matrix(matrix: Matrix) -> pb::MatrixResponse {
    let cell = |cell: MatrixCell| pb::MatrixCell {
        difference: cell.difference().unwrap_or(0),
        difference_suppressed: cell.difference().is_none(),
        origin: cell.origin,
        destination: cell.destination,
        outflow_said: Some(count(cell.outflow_said)),
        inflow_said: Some(count(cell.inflow_said)),
        outflow_missing: small(cell.outflow_missing),
        inflow_missing: small(cell.inflow_missing),
    };
    pb::MatrixResponse {
        period: matrix
            .period
            .map(|period| period.to_string())
            .unwrap_or_default(),
        cells: matrix.cells.into_iter().map(cell).collect(),
        origin_totals: matrix.origin_totals.into_iter().map(cell).collect(),
        destination_totals: matrix.destination_totals.into_iter().map(cell).collect(),
        total: Some(cell(matrix.total)),
        suppressed_below: threshold(matrix.suppressed_below),
    }
}
