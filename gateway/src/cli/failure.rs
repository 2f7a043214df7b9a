//! Why a command was not done: in words for people, with the refusal's code, reason and fields for programs.

use std::{error::Error, io::Write as _, process::ExitCode};

use hongyan_proto::json::code_name;
use serde_json::{Value, json};
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::{folder::FolderError, running::RunError, store::StoreError};

/// What went wrong, as `hongyan-node --json` says it too.
#[derive(Debug)]
pub(super) struct Failure {
    code: &'static str,
    reason: String,
    words: String,
    fields: Vec<Value>,
}

impl Failure {
    /// A command line that asks for nothing there is.
    pub(super) fn misuse(words: &str) -> Self {
        Self {
            code: "INVALID_ARGUMENT",
            reason: "USAGE".to_owned(),
            words: words.to_owned(),
            fields: Vec::new(),
        }
    }

    /// Says it on the error stream.
    pub(super) fn say(&self, json: bool) -> ExitCode {
        let line = if json {
            json!({
                "code": self.code,
                "reason": self.reason,
                "message": self.words,
                "fields": self.fields,
            })
            .to_string()
        } else {
            format!("错误 error: {}", self.words)
        };
        let _ = writeln!(std::io::stderr(), "{line}");
        ExitCode::FAILURE
    }

    /// Without gRPC's own words around the refusal's.
    fn refusal(status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info();
        let bad = details.bad_request().map(|bad| &bad.field_violations);
        let fields = bad
            .into_iter()
            .flatten()
            .map(|wrong| json!({ "field": wrong.field, "problem": wrong.description }));
        Self {
            code: code_name(status.code()),
            reason: info.map_or_else(|| "UNEXPLAINED".to_owned(), |info| info.reason.clone()),
            words: status.message().to_owned(),
            fields: fields.collect(),
        }
    }
}

/// Whatever stopped a command: a refusal of the gateway, or something on this side of it.
impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error = error.into();
        if let Some(status) = error.downcast_ref() {
            return Self::refusal(status);
        }
        let (code, reason) = here(&*error);
        Self {
            code,
            reason: reason.to_owned(),
            words: error.to_string(),
            fields: Vec::new(),
        }
    }
}

/// The code and reason of what went wrong on this side, by the names that the node has for it.
fn here(error: &(dyn Error + 'static)) -> (&'static str, &'static str) {
    let run = error.downcast_ref();
    let folder = match run {
        Some(RunError::Folder(folder)) => Some(folder),
        _ => error.downcast_ref(),
    };
    let store = match run {
        Some(RunError::Store(store)) => Some(store),
        _ => error.downcast_ref(),
    };
    match (folder, store) {
        (Some(FolderError::NotInitialized(_)), _) => ("FAILED_PRECONDITION", "NO_STORE"),
        (Some(FolderError::Exists(_)), _) => ("FAILED_PRECONDITION", "NOT_EMPTY"),
        (Some(FolderError::Invalid(..)), _) | (_, Some(StoreError::Damaged { .. })) => {
            ("DATA_LOSS", "STORE_DAMAGED")
        }
        (_, Some(StoreError::InUse(_))) => ("FAILED_PRECONDITION", "STORE_LOCKED"),
        _ => ("INTERNAL", "FAILED"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic::Code;
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_refusal_keeps_its_code_reason_and_field_and_anything_else_its_words() {
        let mut details =
            ErrorDetails::with_error_info("MALFORMED", "hongyan.report.v1", HashMap::new());
        details.add_bad_request_violation("caller.subtree", "不存在 unknown");
        let words = "caller.subtree: 不存在 unknown";
        let refused = Status::with_error_details(Code::InvalidArgument, words, details);
        let failure = Failure::from(refused);
        assert_eq!(
            (failure.code, failure.reason.as_str()),
            (code_name(Code::InvalidArgument), "MALFORMED")
        );
        assert_eq!(failure.words, words);
        assert_eq!(failure.fields[0]["field"], "caller.subtree");
        let here = Failure::from(std::io::Error::other("磁盘已满 full"));
        assert_eq!(
            (here.code, here.words.as_str()),
            ("INTERNAL", "磁盘已满 full")
        );
        let no_store = || FolderError::NotInitialized("/nowhere".into());
        for failure in [
            Failure::from(no_store()),
            Failure::from(RunError::from(no_store())),
        ] {
            assert_eq!(
                (failure.code, failure.reason.as_str()),
                ("FAILED_PRECONDITION", "NO_STORE")
            );
            assert!(failure.words.contains("hongyan-gateway init"));
        }
    }
}
