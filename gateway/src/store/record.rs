//! What stands in a value: a prost message of this room's own. Field numbers are never used again for something else.

use std::sync::Arc;

use bytes::Bytes;
use hongyan_proto::{
    id::{Hash, IdError, KeyId, LogId, OrganizationCode as Code},
    identity::{KeyRotation, PublicKey},
    report::{Organization, Report, SignedReport},
    time::Timestamp,
};
use prost::Message;
use sha2::{Digest as _, Sha256};

use super::{engine::Engine, error::StoreError, key};
use crate::domain::{
    access::{Grant, Role},
    admission::Issued,
    organization::{Enrolled, LogHead},
    register::{Kept, Register},
};

#[derive(Clone, PartialEq, Message)]
struct OrganizationRecord {
    #[prost(string, tag = "1")]
    code: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(string, tag = "3")]
    region: String,
    #[prost(string, tag = "4")]
    superior: String,
    #[prost(bytes = "vec", tag = "5")]
    key: Vec<u8>,
    #[prost(int64, tag = "6")]
    enrolled_ms: i64,
    #[prost(int64, optional, tag = "7")]
    revoked_ms: Option<i64>,
    #[prost(message, optional, tag = "8")]
    log: Option<LogRecord>,
    #[prost(bool, tag = "9")]
    log_went_back: bool,
    #[prost(bool, tag = "10")]
    equivocated: bool,
    /// Each replacement of its key since, as `KeyRotation::to_bytes`.
    #[prost(bytes = "vec", repeated, tag = "11")]
    rotations: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct LogRecord {
    #[prost(bytes = "vec", tag = "1")]
    log_id: Vec<u8>,
    #[prost(uint64, tag = "2")]
    size: u64,
    #[prost(bytes = "vec", tag = "3")]
    root: Vec<u8>,
    #[prost(int64, tag = "4")]
    compiled_ms: i64,
    #[prost(bytes = "bytes", tag = "5")]
    note: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct ReportRecord {
    #[prost(bytes = "bytes", tag = "1")]
    bytes: Bytes,
    #[prost(bytes = "vec", tag = "2")]
    signature: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    hash: Vec<u8>,
    #[prost(int64, tag = "4")]
    received_ms: i64,
    #[prost(btree_map = "uint32, bytes", tag = "5")]
    replaced: std::collections::BTreeMap<u32, Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct InvitationRecord {
    #[prost(string, tag = "1")]
    code: String,
    #[prost(string, tag = "2")]
    superior: String,
    #[prost(int64, tag = "3")]
    expires_ms: i64,
    #[prost(bytes = "vec", tag = "4")]
    used_by: Vec<u8>,
    #[prost(string, tag = "5")]
    used_for: String,
}

#[derive(Clone, PartialEq, Message)]
struct GrantRecord {
    /// 1 department, 2 superior, 3 sub-department.
    #[prost(uint32, tag = "1")]
    role: u32,
    #[prost(string, tag = "2")]
    subtree: String,
    #[prost(string, tag = "3")]
    note: String,
    #[prost(int64, tag = "4")]
    granted_ms: i64,
}

#[derive(Clone, PartialEq, Message)]
struct EvidenceRecord {
    #[prost(string, tag = "1")]
    why: String,
    #[prost(int64, tag = "2")]
    received_ms: i64,
    #[prost(bytes = "bytes", tag = "3")]
    before: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    bytes: Bytes,
    #[prost(bytes = "vec", tag = "5")]
    signature: Vec<u8>,
}

/// Why a signed report was refused and yet kept.
pub(super) struct Evidence {
    pub(super) why: String,
    pub(super) received: Timestamp,
    /// The signed checkpoint it contradicts.
    pub(super) before: Bytes,
}

pub(super) fn organization(enrolled: &Enrolled) -> Vec<u8> {
    let log = enrolled.log.as_ref().map(|head| LogRecord {
        log_id: head.log_id.as_bytes().to_vec(),
        size: head.size,
        root: head.root.as_bytes().to_vec(),
        compiled_ms: head.compiled.millis(),
        note: head.note.clone(),
    });
    let wire = enrolled.organization.to_wire();
    OrganizationRecord {
        code: wire.code,
        name: wire.name,
        region: wire.region,
        superior: wire.superior,
        key: enrolled.key.as_bytes().to_vec(),
        enrolled_ms: enrolled.enrolled.millis(),
        revoked_ms: enrolled.revoked.map(Timestamp::millis),
        log,
        log_went_back: enrolled.log_went_back,
        equivocated: enrolled.equivocated,
        rotations: enrolled
            .rotations
            .iter()
            .map(|rotation| rotation.to_bytes().to_vec())
            .collect(),
    }
    .encode_to_vec()
}

pub(super) fn report(kept: &Kept, signed: &SignedReport) -> Vec<u8> {
    let replaced = kept
        .replaced
        .iter()
        .map(|(revision, hash)| (*revision, hash.as_bytes().to_vec()));
    ReportRecord {
        bytes: signed.bytes().clone(),
        signature: signed.signature().to_vec(),
        hash: kept.hash.as_bytes().to_vec(),
        received_ms: kept.received.millis(),
        replaced: replaced.collect(),
    }
    .encode_to_vec()
}

pub(super) fn invitation(issued: &Issued) -> Vec<u8> {
    let text = |code: &Option<Code>| code.as_ref().map(ToString::to_string).unwrap_or_default();
    let (used_by, used_for) = match &issued.used {
        Some((key, code)) => (key.as_bytes().to_vec(), code.to_string()),
        None => (Vec::new(), String::new()),
    };
    InvitationRecord {
        code: text(&issued.code),
        superior: text(&issued.superior),
        expires_ms: issued.expires.millis(),
        used_by,
        used_for,
    }
    .encode_to_vec()
}

pub(super) fn grant(grant: &Grant) -> Vec<u8> {
    let (role, subtree) = match &grant.role {
        Role::Department => (1, String::new()),
        Role::Superior => (2, String::new()),
        Role::SubDepartment(code) => (3, code.to_string()),
    };
    GrantRecord {
        role,
        subtree,
        note: grant.note.clone(),
        granted_ms: grant.granted.millis(),
    }
    .encode_to_vec()
}

pub(super) fn evidence(evidence: &Evidence, signed: &SignedReport) -> Vec<u8> {
    EvidenceRecord {
        why: evidence.why.clone(),
        received_ms: evidence.received.millis(),
        before: evidence.before.clone(),
        bytes: signed.bytes().clone(),
        signature: signed.signature().to_vec(),
    }
    .encode_to_vec()
}

/// The signed report's bytes in a piece of evidence.
pub(super) fn read_evidence(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    Ok(decode::<EvidenceRecord>(bytes)?.bytes.to_vec())
}

pub(super) fn read_invitation(bytes: &[u8]) -> Result<Issued, StoreError> {
    let record: InvitationRecord = decode(bytes)?;
    let used = match record.used_by.as_slice() {
        [] => None,
        key => Some((
            KeyId::from_slice(key).map_err(bad)?,
            Code::parse(&record.used_for).map_err(bad)?,
        )),
    };
    Ok(Issued {
        code: optional(&record.code)?,
        superior: optional(&record.superior)?,
        expires: Timestamp::from_millis(record.expires_ms),
        used,
    })
}

/// Everything that is counted with. Each report is held against its hash: an altered one is named, never counted.
pub(super) fn load(engine: &Engine, mut register: Register) -> Result<Register, StoreError> {
    for (_, bytes) in engine.scan(key::ORGANIZATIONS)? {
        let enrolled = read_organization(&bytes)?;
        register
            .organizations
            .insert(enrolled.organization.code.clone(), Arc::new(enrolled));
    }
    for (key, bytes) in engine.scan(key::REPORTS)? {
        let kept = read_report(&key, &bytes)?;
        let place = register.reports.entry(kept.report.period).or_default();
        place.insert(kept.report.organization.code.clone(), Arc::new(kept));
    }
    for (key, bytes) in engine.scan(key::CALLERS)? {
        let caller = KeyId::from_slice(key.get(1..).unwrap_or_default()).map_err(bad)?;
        register.callers.insert(caller, read_grant(&bytes)?);
    }
    Ok(register)
}

fn read_organization(bytes: &[u8]) -> Result<Enrolled, StoreError> {
    let record: OrganizationRecord = decode(bytes)?;
    let wire = hongyan_proto::pb::report::v1::ReportingOrganization {
        code: record.code,
        name: record.name,
        region: record.region,
        superior: record.superior,
    };
    let log = record.log.map(|log| {
        Ok::<_, IdError>(LogHead {
            log_id: LogId::from_slice(&log.log_id)?,
            size: log.size,
            root: Hash::from_slice(&log.root)?,
            compiled: Timestamp::from_millis(log.compiled_ms),
            note: log.note,
        })
    });
    Ok(Enrolled {
        organization: Organization::from_wire(&wire).map_err(bad)?,
        key: PublicKey::from_slice(&record.key).map_err(bad)?,
        rotations: record
            .rotations
            .iter()
            .map(|bytes| read_rotation(bytes))
            .collect::<Result<_, _>>()?,
        enrolled: Timestamp::from_millis(record.enrolled_ms),
        revoked: record.revoked_ms.map(Timestamp::from_millis),
        log: log.transpose().map_err(bad)?,
        log_went_back: record.log_went_back,
        equivocated: record.equivocated,
    })
}

fn read_rotation(bytes: &[u8]) -> Result<KeyRotation, StoreError> {
    let bytes = bytes.try_into().map_err(bad)?;
    KeyRotation::from_bytes(bytes).map_err(bad)
}

fn read_report(key: &[u8], bytes: &[u8]) -> Result<Kept, StoreError> {
    let record: ReportRecord = decode(bytes)?;
    let hash = Hash::from_slice(&record.hash).map_err(bad)?;
    let report = Report::parse(&record.bytes).map_err(bad)?;
    if Hash::from_bytes(Sha256::digest(&record.bytes).into()) != hash
        || key::report(report.period, &report.organization.code) != key
    {
        return Err(bad(format!(
            "报表与其哈希不符 a report is not what its hash says: {}",
            report.organization.code
        )));
    }
    let replaced = record
        .replaced
        .iter()
        .map(|(revision, hash)| Ok((*revision, Hash::from_slice(hash)?)));
    Ok(Kept {
        report,
        hash,
        received: Timestamp::from_millis(record.received_ms),
        replaced: replaced.collect::<Result<_, IdError>>().map_err(bad)?,
    })
}

fn read_grant(bytes: &[u8]) -> Result<Grant, StoreError> {
    let record: GrantRecord = decode(bytes)?;
    let role = match record.role {
        1 => Role::Department,
        2 => Role::Superior,
        3 => Role::SubDepartment(Code::parse(&record.subtree).map_err(bad)?),
        other => return Err(bad(format!("未知的角色 unknown role {other}"))),
    };
    Ok(Grant {
        role,
        note: record.note,
        granted: Timestamp::from_millis(record.granted_ms),
    })
}

fn optional(text: &str) -> Result<Option<Code>, StoreError> {
    if text.is_empty() {
        Ok(None)
    } else {
        Code::parse(text).map(Some).map_err(bad)
    }
}

fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, StoreError> {
    M::decode(bytes).map_err(bad)
}

fn bad(what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged {
        path: "store".into(),
        what: what.to_string(),
    }
}
