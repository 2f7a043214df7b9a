//! The log.

mod kind;

pub use kind::{Kind, KindGroup, UnknownKind};
