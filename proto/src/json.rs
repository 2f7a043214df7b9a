//! Protobuf messages as canonical proto3 JSON, for `--json` and for third parties.

use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::Value;

use crate::pb::DESCRIPTORS;

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    // The descriptors are compiled into this program by its own build script: a failure here is a broken build.
    #[allow(clippy::expect_used)]
    DescriptorPool::decode(DESCRIPTORS).expect("the build script wrote valid descriptors")
});

/// The message as proto3 JSON: `lowerCamelCase` names, enum names as text, bytes as base64, 64-bit integers as text,
/// and fields that are at their default value written out, so that a reader finds every name.
pub fn to_json<M: Message + Name>(message: &M) -> Value {
    let options = SerializeOptions::new().skip_default_fields(false);
    POOL.get_message_by_name(&M::full_name())
        .and_then(|descriptor| {
            DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
        })
        .and_then(|dynamic| {
            dynamic
                .serialize_with_options(serde_json::value::Serializer, &options)
                .ok()
        })
        // A generated type always has its descriptor in the pool; null keeps a display path free of panics.
        .unwrap_or(Value::Null)
}
