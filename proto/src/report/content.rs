//! A report's content, checked, and its canonical bytes.

use std::{collections::BTreeMap, ops::Deref};

use bytes::Bytes;
use prost::Message as _;
use thiserror::Error;

use super::{
    cell::CellKey,
    limits::{MAX_ANSWER_DAYS, MAX_CELLS, MAX_COUNT, MAX_REPORT_BYTES},
    measure::{Measure, PARTS},
};
use crate::{
    id::{OrganizationCode, RegionCode},
    identity::OrganizationName,
    log::{CheckpointError, limits::MAX_NOTE_BYTES},
    pb::report::v1 as pb,
    time::{Quarter, Timestamp},
};

const FORMAT_VERSION: u32 = 1;

/// A report that is refused. The text names the field.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ReportError {
    /// More bytes than [`MAX_REPORT_BYTES`].
    #[error("报表过大: {0} 字节 report too large: {0} bytes, at most {MAX_REPORT_BYTES}")]
    TooLarge(usize),
    /// Not a report at all.
    #[error("报表无法解读 the report cannot be read: {0}")]
    Undecodable(String),
    /// Readable, but not in the canonical bytes, or with fields this program does not know.
    #[error(
        "报表含有未知字段或不是规范编码; 请先升级网关 the report has unknown fields or is not canonical; upgrade the gateway first"
    )]
    NotCanonical,
    /// One field is wrong.
    #[error("{field}: {problem}")]
    Field {
        /// Where, as a path: `cells[17].count`.
        field: String,
        /// What is wrong and what is right.
        problem: String,
    },
    /// Not signed by the organization's key.
    #[error(
        "报表签名不符: 不是该组织的密钥所签 bad report signature: not made by this organization's key"
    )]
    Signature,
    /// The checkpoint is not one of the organization's local log.
    #[error("报表中的日志检查点无效 the report's log checkpoint is not valid: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is of a log written for somebody else.
    #[error("检查点不是本地日志的 the checkpoint is not of the organization's local log: {0}")]
    NotLocalLog(String),
}

impl ReportError {
    pub(super) fn field(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Field {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

/// Who reports, as it names itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Organization {
    /// Its code.
    pub code: OrganizationCode,
    /// Its name.
    pub name: OrganizationName,
    /// Where it is.
    pub region: RegionCode,
    /// The organization above; `None` directly under the gateway's department.
    pub superior: Option<OrganizationCode>,
}

impl Organization {
    /// As it travels.
    pub fn to_wire(&self) -> pb::ReportingOrganization {
        pb::ReportingOrganization {
            code: self.code.to_string(),
            name: self.name.to_string(),
            region: self.region.to_string(),
            superior: self
                .superior
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }

    /// Reads what travelled.
    pub fn from_wire(wire: &pb::ReportingOrganization) -> Result<Self, ReportError> {
        let at = |field: &str, problem: String| {
            ReportError::field(format!("organization.{field}"), problem)
        };
        let code =
            OrganizationCode::parse(&wire.code).map_err(|error| at("code", error.to_string()))?;
        let superior = match wire.superior.as_str() {
            "" => None,
            text => Some(
                OrganizationCode::parse(text).map_err(|error| at("superior", error.to_string()))?,
            ),
        };
        if superior.as_ref() == Some(&code) {
            return Err(at(
                "superior",
                "不能是自己 an organization is not its own superior".into(),
            ));
        }
        Ok(Self {
            code,
            name: OrganizationName::parse(&wire.name)
                .map_err(|error| at("name", error.to_string()))?,
            region: RegionCode::parse(&wire.region)
                .map_err(|error| at("region", error.to_string()))?,
            superior,
        })
    }
}

/// What a report says. Inside a [`Report`] it has been checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Content {
    /// Who reports.
    pub organization: Organization,
    /// For which quarter.
    pub period: Quarter,
    /// From 1; a higher one replaces a lower one as a whole.
    pub revision: u32,
    /// When the node compiled it.
    pub compiled: Timestamp,
    /// The node's local log as it stood: a signed note.
    pub checkpoint: Bytes,
    /// Cases by cell. No cell counts zero.
    pub cells: BTreeMap<CellKey, u64>,
    /// Within how many days an answer is "in time".
    pub answer_days: u32,
    /// Measures; one that is not here is zero.
    pub measures: BTreeMap<Measure, u64>,
}

/// A report within all its limits, free of contradictions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report(Content);

impl Deref for Report {
    type Target = Content;

    fn deref(&self) -> &Content {
        &self.0
    }
}

impl Report {
    /// Checks limits and contradictions. Measures of zero are dropped: they say the same as being left out.
    pub fn new(mut content: Content) -> Result<Self, ReportError> {
        content.measures.retain(|_, value| *value != 0);
        content.check()?;
        let report = Self(content);
        match report.to_wire().encoded_len() {
            length if length > MAX_REPORT_BYTES => Err(ReportError::TooLarge(length)),
            _ => Ok(report),
        }
    }

    /// The canonical bytes: what is signed, sent and kept.
    pub fn encode(&self) -> Bytes {
        self.to_wire().encode_to_vec().into()
    }

    /// Reads canonical bytes; any other bytes are refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReportError> {
        if bytes.len() > MAX_REPORT_BYTES {
            return Err(ReportError::TooLarge(bytes.len()));
        }
        let wire = pb::Report::decode(bytes)
            .map_err(|error| ReportError::Undecodable(error.to_string()))?;
        let report = Self::new(Content::from_wire(&wire)?)?;
        if report.encode() != bytes {
            return Err(ReportError::NotCanonical);
        }
        Ok(report)
    }

    fn to_wire(&self) -> pb::Report {
        let value = |(measure, value): (&Measure, &u64)| pb::MeasureValue {
            measure: measure.to_wire(),
            value: *value,
        };
        pb::Report {
            format_version: FORMAT_VERSION,
            organization: Some(self.organization.to_wire()),
            period: self.period.to_string(),
            revision: self.revision,
            compiled_ms: self.compiled.millis(),
            checkpoint: self.checkpoint.clone(),
            cells: self
                .cells
                .iter()
                .map(|(key, count)| key.to_wire(*count))
                .collect(),
            answer_days: self.answer_days,
            measures: self.measures.iter().map(value).collect(),
        }
    }
}

impl Content {
    /// A measure's value; zero when it was left out.
    pub fn measure(&self, measure: Measure) -> u64 {
        self.measures.get(&measure).copied().unwrap_or(0)
    }

    fn check(&self) -> Result<(), ReportError> {
        let at = |field: &str, problem: String| Err(ReportError::field(field, problem));
        if self.revision == 0 {
            return at("revision", "从 1 开始 starts at 1".into());
        }
        if self.checkpoint.is_empty() || self.checkpoint.len() > MAX_NOTE_BYTES {
            return at(
                "checkpoint",
                format!("应为 1 至 {MAX_NOTE_BYTES} 字节 must be 1 to {MAX_NOTE_BYTES} bytes"),
            );
        }
        if self.cells.len() > MAX_CELLS {
            return at(
                "cells",
                format!(
                    "最多 {MAX_CELLS} 个 at most {MAX_CELLS}, found {}",
                    self.cells.len()
                ),
            );
        }
        if self.answer_days == 0 || self.answer_days > MAX_ANSWER_DAYS {
            return at(
                "answer_days",
                format!("应为 1 至 {MAX_ANSWER_DAYS} 天 must be 1 to {MAX_ANSWER_DAYS} days"),
            );
        }
        for (index, (key, count)) in self.cells.iter().enumerate() {
            key.check(index, *count)?;
        }
        for (measure, value) in &self.measures {
            if *value == 0 || *value > MAX_COUNT {
                return at(
                    &measure_path(*measure),
                    format!("应在 1 至 {MAX_COUNT} 之间 must be 1 to {MAX_COUNT}, found {value}"),
                );
            }
        }
        for (part, whole) in PARTS {
            let (part_value, whole_value) = (self.measure(*part), self.measure(*whole));
            if part_value > whole_value {
                let problem = format!(
                    "{part_value} 超过其总数 {whole_value}  is more than the whole it is part of, {}",
                    whole.word()
                );
                return at(&measure_path(*part), problem);
            }
        }
        Ok(())
    }

    fn from_wire(wire: &pb::Report) -> Result<Self, ReportError> {
        let at = |field: &str, problem: String| ReportError::field(field, problem);
        if wire.format_version != FORMAT_VERSION {
            return Err(at(
                "format_version",
                format!(
                    "应为 must be {FORMAT_VERSION}, found {}",
                    wire.format_version
                ),
            ));
        }
        let organization = wire
            .organization
            .as_ref()
            .ok_or_else(|| at("organization", "缺失 missing".into()))?;
        if wire.cells.len() > MAX_CELLS {
            return Err(at(
                "cells",
                format!(
                    "最多 {MAX_CELLS} 个 at most {MAX_CELLS}, found {}",
                    wire.cells.len()
                ),
            ));
        }
        let mut cells = BTreeMap::new();
        for (index, cell) in wire.cells.iter().enumerate() {
            let key = CellKey::from_wire(index, cell)?;
            if cells.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return Err(at(
                    &format!("cells[{index}]"),
                    "重复或未按序 repeated or out of order".into(),
                ));
            }
            cells.insert(key, cell.count);
        }
        let mut measures = BTreeMap::new();
        for (index, value) in wire.measures.iter().enumerate() {
            let path = format!("measures[{index}]");
            let measure = Measure::from_wire(value.measure).ok_or_else(|| {
                at(
                    &path,
                    "未知的指标 unknown measure; 请先升级网关 upgrade the gateway first".into(),
                )
            })?;
            if measures
                .last_key_value()
                .is_some_and(|(last, _)| *last >= measure)
            {
                return Err(at(&path, "重复或未按序 repeated or out of order".into()));
            }
            measures.insert(measure, value.value);
        }
        Ok(Self {
            organization: Organization::from_wire(organization)?,
            period: wire
                .period
                .parse()
                .map_err(|error: crate::time::TimeError| at("period", error.to_string()))?,
            revision: wire.revision,
            compiled: Timestamp::from_millis(wire.compiled_ms),
            checkpoint: wire.checkpoint.clone(),
            cells,
            answer_days: wire.answer_days,
            measures,
        })
    }
}

fn measure_path(measure: Measure) -> String {
    format!("measures.{}", measure.word())
}
