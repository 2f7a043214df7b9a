//! Refusals as google.rpc details: a reason for machines, the field, words for people.

use std::collections::HashMap;

use hongyan_proto::{channel::ConnectInfo, report::ReportError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{
    domain::{
        access::AccessError,
        admission::{EnrolRefusal, ReportRefusal},
        query::QueryError,
    },
    store::{StoreError, SubmitRefusal, WriteError},
};

/// Domain of reasons about reporting.
pub(super) const REPORT: &str = "hongyan.report.v1";
/// Domain of reasons about asking.
pub(super) const STATISTICS: &str = "hongyan.statistics.v1";

// Words are taken by value so that callers can hand over a text or an error alike.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn refuse(code: Code, domain: &str, reason: &str, words: impl ToString) -> Status {
    let details = ErrorDetails::with_error_info(reason, domain, HashMap::new());
    Status::with_error_details(code, words.to_string(), details)
}

/// A field that cannot be read.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn malformed(domain: &str, field: impl Into<String>, words: impl ToString) -> Status {
    let (field, words) = (field.into(), words.to_string());
    let mut details = ErrorDetails::with_error_info("MALFORMED", domain, HashMap::new());
    details.add_bad_request_violation(&field, &words);
    Status::with_error_details(Code::InvalidArgument, format!("{field}: {words}"), details)
}

/// A caller without a grant: every call but Enroll ends here unless the key is known.
pub(super) fn not_granted(info: Option<&ConnectInfo>) -> Status {
    let who = info
        .map(|info| info.peer.key_id.to_string())
        .unwrap_or_default();
    let words = format!(
        "该密钥未获授权: {who}; 请联系组织部 this key was granted nothing; ask the department"
    );
    refuse(Code::Unauthenticated, STATISTICS, "NOT_GRANTED", words)
}

pub(super) fn store(error: &StoreError) -> Status {
    tracing::error!(%error, "store");
    let words = "网关暂时无法写入; 请稍后重试 the gateway cannot write now; try again later";
    refuse(Code::Unavailable, REPORT, "STORE", words)
}

pub(super) fn report(error: &ReportError) -> Status {
    let reason = match error {
        ReportError::Field { field, .. } => {
            return malformed(REPORT, format!("report.{field}"), error);
        }
        ReportError::Signature => "BAD_SIGNATURE",
        ReportError::Checkpoint(_) | ReportError::NotLocalLog(_) => "BAD_CHECKPOINT",
        ReportError::TooLarge(_) | ReportError::Undecodable(_) | ReportError::NotCanonical => {
            return malformed(REPORT, "report", error);
        }
    };
    refuse(Code::InvalidArgument, REPORT, reason, error)
}

pub(super) fn enrol(error: &WriteError<EnrolRefusal>) -> Status {
    let refusal = match error {
        WriteError::Store(error) => return store(error),
        WriteError::Refused(refusal) => refusal,
    };
    let (code, reason) = match refusal {
        EnrolRefusal::Unknown => (Code::PermissionDenied, "INVITATION_UNKNOWN"),
        EnrolRefusal::Expired(_) => (Code::PermissionDenied, "INVITATION_EXPIRED"),
        EnrolRefusal::Used => (Code::PermissionDenied, "INVITATION_USED"),
        EnrolRefusal::ForOther { .. } => (Code::PermissionDenied, "INVITATION_FOR_OTHER"),
        EnrolRefusal::OrganizationTaken(_) => (Code::AlreadyExists, "ORGANIZATION_TAKEN"),
        EnrolRefusal::KeyTaken(_) => (Code::AlreadyExists, "KEY_TAKEN"),
        EnrolRefusal::SuperiorCycle(_) => (Code::InvalidArgument, "SUPERIOR_CYCLE"),
    };
    refuse(code, REPORT, reason, refusal)
}

pub(super) fn submit(error: &WriteError<SubmitRefusal>) -> Status {
    let refusal = match error {
        WriteError::Store(error) => return store(error),
        WriteError::Refused(SubmitRefusal::NotEnrolled) => return not_enrolled(),
        WriteError::Refused(SubmitRefusal::Refused(refusal)) => refusal,
    };
    let (code, reason) = match refusal {
        ReportRefusal::OtherOrganization { .. } => (Code::PermissionDenied, "OTHER_ORGANIZATION"),
        ReportRefusal::PeriodOpen(_) => (Code::InvalidArgument, "PERIOD_OPEN"),
        ReportRefusal::RevisionOld { .. } => (Code::FailedPrecondition, "REVISION_OLD"),
        ReportRefusal::Equivocation { .. } => (Code::FailedPrecondition, "EQUIVOCATION"),
        ReportRefusal::Stale => (Code::FailedPrecondition, "STALE"),
        ReportRefusal::LogWentBack { .. } => (Code::FailedPrecondition, "LOG_WENT_BACK"),
    };
    refuse(code, REPORT, reason, refusal)
}

pub(super) fn not_enrolled() -> Status {
    refuse(
        Code::Unauthenticated,
        REPORT,
        "NOT_ENROLLED",
        SubmitRefusal::NotEnrolled,
    )
}

pub(super) fn query(error: &QueryError) -> Status {
    let (code, reason) = match error {
        QueryError::Access(AccessError::OutOfSubtree(_)) => {
            (Code::PermissionDenied, "OUT_OF_SUBTREE")
        }
        QueryError::Access(AccessError::NoSuchOrganization(_)) => {
            (Code::NotFound, "NO_SUCH_ORGANIZATION")
        }
        QueryError::PeriodsMixed => (Code::InvalidArgument, "PERIODS_MIXED"),
        QueryError::MeasureNotPerCell(_) => (Code::InvalidArgument, "MEASURE_NOT_PER_CELL"),
        QueryError::Twice(_) => return malformed(STATISTICS, "group_by", error),
        QueryError::NotComparable => return malformed(STATISTICS, "states", error),
        QueryError::TooManyRows => (Code::InvalidArgument, "TOO_MANY_ROWS"),
    };
    refuse(code, STATISTICS, reason, error)
}
