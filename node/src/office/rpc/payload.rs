//! Letters between their generated messages and the checked values. The way leads over the bytes that would travel, so that a value is
//! checked here exactly as a partner would check it.

use hongyan_proto::{
    letter::{Disclosed, Payload},
    log::Kind,
    pb::exchange::v1::{self as pb, payload::Content},
};
use prost::Message as _;

use crate::office::OfficeError;

/// Checks what a request carries.
pub(super) fn checked(kind: Kind, content: Option<Content>) -> Result<Payload, OfficeError> {
    let content = content
        .ok_or_else(|| OfficeError::field(kind.name(), "此项必填 this field is required"))?;
    let bytes = pb::Payload {
        content: Some(content),
    }
    .encode_to_vec();
    Ok(Payload::decode(kind, &bytes)?)
}

/// The generated message of a payload.
pub(super) fn wire(payload: &Payload) -> pb::Payload {
    // What was encoded by the checked type decodes; an empty payload keeps a display path free of panics.
    pb::Payload::decode(payload.encode().as_slice()).unwrap_or_default()
}

/// What is told about a person, as a message; absent when nothing is.
pub(super) fn disclosed(person: &Disclosed) -> Option<pb::Disclosed> {
    let confirm = hongyan_proto::letter::Confirm {
        disclosed: person.clone(),
    };
    match wire(&Payload::Confirm(confirm)).content {
        Some(Content::Confirm(confirm)) => confirm.disclosed,
        _ => None,
    }
}
