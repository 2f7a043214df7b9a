//! Refusals as `google.rpc.Status`: a code for the network, a reason for programs, words for people.

use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{office::OfficeError, store::StoreError};

/// The domain of the reasons, as `common.proto` says.
const DOMAIN: &str = "hongyan.office.v1";

const fn code(error: &OfficeError) -> Code {
    match error {
        OfficeError::Invalid(_)
        | OfficeError::Dates(_)
        | OfficeError::PageToken
        | OfficeError::UnreadableFile(_)
        | OfficeError::Card(_)
        | OfficeError::Form(_)
        | OfficeError::FormCode(_)
        | OfficeError::Invitation(_)
        | OfficeError::InvitationWrongKind
        | OfficeError::LetterMalformed(_) => Code::InvalidArgument,
        OfficeError::NotFound { .. } => Code::NotFound,
        OfficeError::Unreachable(_)
        | OfficeError::NoCarrier
        | OfficeError::Store(StoreError::Stopped(_)) => Code::Unavailable,
        OfficeError::Store(StoreError::DiskFull(_)) => Code::ResourceExhausted,
        OfficeError::Store(StoreError::MustRecover { .. } | StoreError::Frozen(_)) => {
            Code::FailedPrecondition
        }
        OfficeError::Store(_) | OfficeError::Damaged(_) => Code::DataLoss,
        _ => Code::FailedPrecondition,
    }
}

impl From<OfficeError> for Status {
    fn from(error: OfficeError) -> Self {
        let metadata = HashMap::from([("remedy".to_owned(), error.remedy().to_owned())]);
        let mut details = ErrorDetails::with_error_info(error.reason(), DOMAIN, metadata);
        match &error {
            OfficeError::Invalid(violations) => {
                for violation in violations {
                    details.add_bad_request_violation(&violation.field, &violation.problem);
                }
            }
            OfficeError::Dates(refusal) => {
                details.add_bad_request_violation("day", refusal.to_string());
            }
            _ => {}
        }
        let code = code(&error);
        if code == Code::DataLoss {
            // Whoever calls sees it too, but the operator's log is where it is looked for.
            tracing::error!(%error, "the office failed");
        }
        Self::with_error_details(code, error.to_string(), details)
    }
}
