//! Protobuf messages as canonical proto3 JSON, for `--json` and for third parties.

use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::Value;
use tonic::Code;

use crate::pb::DESCRIPTORS;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    // The descriptors are compiled into this program by its own build script: a failure here is a broken build.
    #[allow(clippy::expect_used)]
    DescriptorPool::decode(DESCRIPTORS).expect("the build script wrote valid descriptors")
});

fn options() -> SerializeOptions {
    SerializeOptions::new().skip_default_fields(false)
}

/// The message with its own description; none: not of this program's files.
fn described<M: Message + Name>(message: &M) -> Option<DynamicMessage> {
    let descriptor = POOL.get_message_by_name(&M::full_name())?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
}

/// The message as proto3 JSON: `lowerCamelCase` names, enum names as text, bytes as base64, 64-bit integers as text,
/// and fields that are at their default value written out, so that a reader finds every name.
pub fn to_json<M: Message + Name>(message: &M) -> Value {
    let dynamic = described(message);
    dynamic
        .and_then(|dynamic| {
            dynamic
                .serialize_with_options(serde_json::value::Serializer, &options())
                .ok()
        })
        // A generated type always has its descriptor in the pool; null keeps a display path free of panics.
        .unwrap_or(Value::Null)
}

/// The same, written out, fields in the order of the `.proto` files. No second tree of values is made of it:
/// for fifty thousand rows of an import that was 55 MiB.
pub fn json_text<M: Message + Name>(message: &M) -> String {
    let mut text = Vec::new();
    let written = described(message).is_some_and(|dynamic| {
        let mut serializer = serde_json::Serializer::new(&mut text);
        dynamic
            .serialize_with_options(&mut serializer, &options())
            .is_ok()
    });
    if !written {
        return Value::Null.to_string();
    }
    String::from_utf8(text).unwrap_or_default()
}

/// A gRPC code as `google.rpc.Code` spells it.
pub const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
