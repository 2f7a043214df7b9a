//! A question about counts: filter, group, add.

use std::collections::{BTreeMap, BTreeSet};

use hongyan_proto::{
    id::{OrganizationCode as Code, RegionCode},
    report::{CaseState, CellKey, Direction, Measure, MemberClass, Standing},
    time::Quarter,
};
use thiserror::Error;

use super::{
    access::{AccessError, Role, View},
    region::{RegionLevel, includes},
    register::{Kept, Register},
    suppress::withhold_rows,
    tree::Tree,
};

/// Rows an answer may have.
pub const MAX_ROWS: usize = 20_000;

/// By what rows are told apart.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Dimension {
    /// The quarter.
    Period,
    /// The reporting organization.
    Organization,
    /// Out or in.
    Direction,
    /// The reporting side's region, at the query's level.
    OwnRegion,
    /// The other side's region, at the query's level.
    CounterpartRegion,
    /// The other organization.
    CounterpartOrganization,
    /// Where the case stands.
    State,
    /// Which group of members.
    MemberClass,
    /// Full or probationary.
    Standing,
    /// Directly below the top of what was asked.
    BranchOfTree,
}

impl Dimension {
    /// Does it tell cells of one report apart? Measures cannot be split by such a one.
    pub const fn is_of_cell(self) -> bool {
        !matches!(self, Self::Period | Self::Organization | Self::BranchOfTree)
    }
}

/// Which cells count. Empty sets do not filter.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CellFilter {
    /// Out or in.
    pub directions: BTreeSet<Direction>,
    /// Where the case stands.
    pub states: BTreeSet<CaseState>,
    /// Which groups of members.
    pub classes: BTreeSet<MemberClass>,
    /// Full or probationary.
    pub standings: BTreeSet<Standing>,
    /// Regions of the reporting side, each with all that lies in it.
    pub own_regions: BTreeSet<RegionCode>,
    /// Regions of the other side, each with all that lies in it.
    pub counterpart_regions: BTreeSet<RegionCode>,
    /// Other organizations.
    pub counterpart_organizations: BTreeSet<Code>,
}

impl CellFilter {
    /// Does it let everything through?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Does the cell count?
    pub fn lets(&self, key: &CellKey) -> bool {
        fn has<T: Ord>(set: &BTreeSet<T>, value: &T) -> bool {
            set.is_empty() || set.contains(value)
        }
        let lies_in = |regions: &BTreeSet<RegionCode>, region: Option<&RegionCode>| {
            regions.is_empty()
                || region.is_some_and(|region| regions.iter().any(|outer| includes(outer, region)))
        };
        has(&self.directions, &key.direction)
            && has(&self.states, &key.state)
            && has(&self.classes, &key.class)
            && has(&self.standings, &key.standing)
            && lies_in(&self.own_regions, Some(&key.own_region))
            && lies_in(&self.counterpart_regions, key.counterpart_region.as_ref())
            && (self.counterpart_organizations.is_empty()
                || key
                    .counterpart_organization
                    .as_ref()
                    .is_some_and(|code| self.counterpart_organizations.contains(code)))
    }
}

/// A question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Query {
    /// Empty: the latest that was reported in the subtree.
    pub periods: BTreeSet<Quarter>,
    /// Empty: all the caller may see.
    pub subtree: Option<Code>,
    /// Which cells.
    pub filter: CellFilter,
    /// How rows are told apart, in the order of their keys.
    pub group_by: Vec<Dimension>,
    /// To which level regions are rolled up.
    pub level: RegionLevel,
    /// Besides the number of cases.
    pub measures: Vec<Measure>,
    /// Suppress small cells as for handing the answer on.
    pub release: bool,
}

/// A question that has no good answer.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum QueryError {
    /// Not the caller's to see, or not there.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Counts of different quarters would be added.
    #[error(
        "查询了多个季度, 请按季度分组 several periods are asked: group by period, counts of different quarters are not to be added"
    )]
    PeriodsMixed,
    /// A measure cannot be split like cells.
    #[error(
        "指标 {0} 只能按季度与组织查询 the measure {0} goes with periods and organizations only; leave out filters and groupings of cells"
    )]
    MeasureNotPerCell(&'static str),
    /// The same dimension or measure twice.
    #[error("{0} 重复 is named twice")]
    Twice(String),
    /// More rows than [`MAX_ROWS`].
    #[error(
        "结果超过 {MAX_ROWS} 行; 请缩小范围或减少分组 more than {MAX_ROWS} rows: narrow the filter or group by less"
    )]
    TooManyRows,
    /// A state that only one side knows cannot be compared.
    #[error(
        "“已外出”只有流出地知道, 不能双方比较  DEPARTED is known to one side only and cannot be compared"
    )]
    NotComparable,
}

/// A number, or the fact that it is not told.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Count {
    /// As it is.
    Exact(u64),
    /// Small, or withheld so that a small one stays so.
    #[default]
    Suppressed,
}

impl Count {
    fn told(value: u64, withheld: bool) -> Self {
        if withheld {
            Self::Suppressed
        } else {
            Self::Exact(value)
        }
    }
}

/// One line of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Row {
    /// One per dimension.
    pub keys: Vec<String>,
    /// How many cases.
    pub cases: Count,
    /// In the order asked.
    pub measures: Vec<Count>,
}

/// The answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// Ascending by keys.
    pub rows: Vec<Row>,
    /// One per period.
    pub totals: Vec<Row>,
    /// Reports that were added up.
    pub reports: usize,
    /// Reports that there should be.
    pub expected: usize,
    /// The threshold, when small cells were suppressed.
    pub suppressed_below: Option<u64>,
}

/// The sums of one group: cases, then measures in the order asked.
type Sums = Vec<u64>;

impl Query {
    /// Answers it for a caller.
    pub fn answer(
        &self,
        register: &Register,
        role: &Role,
        threshold: u64,
    ) -> Result<Answer, QueryError> {
        self.check()?;
        let tree = register.tree();
        let view = role.view(&tree, self.subtree.as_ref(), self.release)?;
        let periods = periods(register, &view, &self.periods);
        if periods.len() > 1 && !self.group_by.contains(&Dimension::Period) {
            return Err(QueryError::PeriodsMixed);
        }
        // All of what a query looks at lies within the caller's right, so it is exact as a whole or not at all.
        let suppressed_below = view.exact.is_empty().then_some(threshold);
        let mut answer = Answer {
            rows: Vec::new(),
            totals: Vec::new(),
            reports: 0,
            expected: 0,
            suppressed_below,
        };
        for period in periods {
            let groups = self.groups(register, &tree, &view, period)?;
            answer.expected += expected(register, &view, period).len();
            answer.reports += reports(register, &view, period).count();
            let (rows, total) = self.rows(groups, period, suppressed_below);
            answer.rows.extend(rows);
            answer.totals.push(total);
            if answer.rows.len() > MAX_ROWS {
                return Err(QueryError::TooManyRows);
            }
        }
        answer.rows.sort_by(|a, b| a.keys.cmp(&b.keys));
        Ok(answer)
    }

    fn check(&self) -> Result<(), QueryError> {
        for (index, dimension) in self.group_by.iter().enumerate() {
            if self.group_by[..index].contains(dimension) {
                return Err(QueryError::Twice(format!("{dimension:?}")));
            }
        }
        for (index, measure) in self.measures.iter().enumerate() {
            if self.measures[..index].contains(measure) {
                return Err(QueryError::Twice(measure.word().to_owned()));
            }
            if !self.filter.is_empty()
                || self.group_by.iter().any(|dimension| dimension.is_of_cell())
            {
                return Err(QueryError::MeasureNotPerCell(measure.word()));
            }
        }
        Ok(())
    }

    fn groups(
        &self,
        register: &Register,
        tree: &Tree,
        view: &View,
        period: Quarter,
    ) -> Result<BTreeMap<Vec<String>, Sums>, QueryError> {
        let mut groups: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
        let empty = || vec![0; 1 + self.measures.len()];
        for (code, kept) in reports(register, view, period) {
            let of_report = |dimension: Dimension| match dimension {
                Dimension::Period => Some(period.to_string()),
                Dimension::Organization => Some(code.to_string()),
                Dimension::BranchOfTree => tree.branch(code, &view.top).map(ToString::to_string),
                _ => None,
            };
            for (key, count) in kept
                .report
                .cells
                .iter()
                .filter(|(key, _)| self.filter.lets(key))
            {
                let keys = self.group_by.iter().map(|dimension| {
                    of_report(*dimension).unwrap_or_else(|| self.of_cell(*dimension, key))
                });
                groups.entry(keys.collect()).or_insert_with(empty)[0] += count;
                if groups.len() > MAX_ROWS {
                    return Err(QueryError::TooManyRows);
                }
            }
            if !self.measures.is_empty() {
                let keys = self
                    .group_by
                    .iter()
                    .map(|dimension| of_report(*dimension).unwrap_or_default())
                    .collect();
                let sums = groups.entry(keys).or_insert_with(empty);
                for (sum, measure) in sums[1..].iter_mut().zip(&self.measures) {
                    *sum += kept.report.measure(*measure);
                }
            }
        }
        Ok(groups)
    }

    /// The cell's key in a dimension; empty where the reporting side does not know.
    fn of_cell(&self, dimension: Dimension, key: &CellKey) -> String {
        match dimension {
            Dimension::Direction => key.direction.wire_name().to_owned(),
            Dimension::OwnRegion => self.level.of(&key.own_region).to_string(),
            Dimension::CounterpartRegion => key
                .counterpart_region
                .as_ref()
                .map(|region| self.level.of(region).to_string())
                .unwrap_or_default(),
            Dimension::CounterpartOrganization => key
                .counterpart_organization
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            Dimension::State => key.state.wire_name().to_owned(),
            Dimension::MemberClass => key.class.wire_name().to_owned(),
            Dimension::Standing => key.standing.wire_name().to_owned(),
            // These are the report's, not the cell's; the caller has handled them.
            Dimension::Period | Dimension::Organization | Dimension::BranchOfTree => String::new(),
        }
    }

    /// One period's rows and their total, small numbers withheld column by column.
    fn rows(
        &self,
        groups: BTreeMap<Vec<String>, Sums>,
        period: Quarter,
        suppress: Option<u64>,
    ) -> (Vec<Row>, Row) {
        let columns = 1 + self.measures.len();
        let (keys, sums): (Vec<Vec<String>>, Vec<Sums>) = groups.into_iter().unzip();
        let mut told: Vec<Vec<Count>> = vec![Vec::with_capacity(columns); keys.len()];
        let mut totals = Vec::with_capacity(columns);
        for column in 0..columns {
            let values: Vec<u64> = sums.iter().map(|sums| sums[column]).collect();
            let (rows, total) = match suppress {
                Some(threshold) => withhold_rows(&values, threshold),
                None => (vec![false; values.len()], false),
            };
            for ((told, value), withheld) in told.iter_mut().zip(&values).zip(rows) {
                told.push(Count::told(*value, withheld));
            }
            totals.push(Count::told(values.iter().sum(), total));
        }
        let row = |keys, counts: Vec<Count>| Row {
            keys,
            cases: counts.first().copied().unwrap_or_default(),
            measures: counts.get(1..).unwrap_or_default().to_vec(),
        };
        let total = row(vec![period.to_string()], totals);
        (
            keys.into_iter()
                .zip(told)
                .map(|(keys, counts)| row(keys, counts))
                .collect(),
            total,
        )
    }
}

/// The periods asked for; without any, the latest that was reported in the view.
pub fn periods(register: &Register, view: &View, asked: &BTreeSet<Quarter>) -> BTreeSet<Quarter> {
    if !asked.is_empty() {
        return asked.clone();
    }
    let latest = register
        .reports
        .keys()
        .rev()
        .find(|period| reports(register, view, **period).next().is_some());
    latest.copied().into_iter().collect()
}

/// What counts for a period, of the organizations in view.
pub fn reports<'a>(
    register: &'a Register,
    view: &'a View,
    period: Quarter,
) -> impl Iterator<Item = (&'a Code, &'a Kept)> {
    let of_period = register.reports.get(&period).into_iter().flatten();
    of_period
        .filter(|(code, _)| view.organizations.contains(*code))
        .map(|(code, kept)| (code, kept.as_ref()))
}

/// The organizations in view from which a report is expected: all enrolled ones, and those revoked that did report.
pub fn expected(register: &Register, view: &View, period: Quarter) -> BTreeSet<Code> {
    let enrolled = register.organizations.values().filter(|enrolled| {
        let code = &enrolled.organization.code;
        enrolled.revoked.is_none() || register.kept(period, code).is_some()
    });
    enrolled
        .map(|enrolled| enrolled.organization.code.clone())
        .filter(|code| view.organizations.contains(code))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
#[path = "query_tests.rs"]
mod tests;
