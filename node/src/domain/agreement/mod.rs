//! The co-management agreement (共管协议, W §三.1): which one is in force, whose turn it is, what people sign.
//!
//! The terms themselves, their bytes and hash are `hongyan_proto::letter::Terms`. Whether a field may leave or enter is `domain::scope`.

pub mod book;
pub mod check;
pub mod status;
pub mod terms;
#[cfg(test)]
mod tests;
pub mod text;

pub use book::{Agreement, Book};
pub use status::Status;
