//! What two Hongyan programs must agree on, byte for byte: identifiers, keys, the signed log, letters and the TLS channel.
//!
//! Nothing here knows a disk, a database or a use case. Generated protobuf types live in [`pb`]; every other module hands
//! out checked types, so that a value which exists has already been found good.

pub mod channel;
pub mod codec;
pub mod id;
pub mod identity;
pub mod json;
pub mod letter;
pub mod log;
pub mod message;
mod outline;
pub mod pb;
pub mod region;
pub mod report;
pub mod sealed;
pub mod time;
