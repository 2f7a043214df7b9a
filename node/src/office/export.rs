//! Everything as JSON Lines: the way out that always works.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hongyan_proto::{
    letter::{Payload, Text},
    log::Entry,
};
use serde_json::{Value, json};

use super::{Office, OfficeError, find};
use crate::store::LogNo;

/// The logs an export takes, after the access was written down: the one named, or all of them, the local one first.
pub(super) async fn begin(
    office: &Office,
    actor: Text<60>,
    log: &str,
    purpose: Text<500>,
) -> Result<Vec<LogNo>, OfficeError> {
    let logs = if log.is_empty() {
        office.store.logs().iter().map(|record| record.no).collect()
    } else {
        vec![find::log(&office.store, log)?]
    };
    let persons = crate::book::members(&office.store)?.len();
    let persons = u32::try_from(persons).unwrap_or(u32::MAX);
    office
        .note_access(
            actor,
            "导出全部条目 export of entries",
            persons,
            Some(purpose),
        )
        .await?;
    Ok(logs)
}

/// One entry as a line. `payload` is as the API's JSON has it.
pub(super) fn line(entry: &Entry, payload_json: impl Fn(&Payload) -> Value) -> String {
    let header = entry.header();
    let payload = entry
        .payload()
        .and_then(|bytes| Payload::decode(header.kind, &bytes).ok());
    json!({
        "log": header.log_id.to_string(),
        "sequence": header.sequence,
        "time": header.time.to_string(),
        "kind": header.kind.name(),
        "caseId": header.case_id.map(|id| id.to_string()),
        "agreement": header.agreement.map(|hash| hash.to_string()),
        "header": STANDARD.encode(header.bytes()),
        "payload": payload.as_ref().map_or(Value::Null, payload_json),
    })
    .to_string()
}
