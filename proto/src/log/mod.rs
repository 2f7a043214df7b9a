//! The one primitive: an append-only, single-writer log of entries, its RFC 6962 tree, its C2SP checkpoints and proofs.
//!
//! Here is what two programs must agree on to the byte. Where entries are kept, and what they mean for a case, is not
//! known here.

pub mod body;
mod checkpoint;
mod entry;
mod frame;
mod header;
mod kind;
pub mod limits;
pub mod proof;
mod signers;
mod tree;

pub use checkpoint::{CheckpointError, SignedCheckpoint, verifier_key};
pub use entry::{Entry, EntryError};
pub use frame::{Follow, Frame, FrameError, VerifiedFrame};
pub use header::{Header, HeaderError, NewHeader};
pub use kind::{Kind, KindGroup, UnknownKind};
pub use signers::{Change, Signers};
pub use tree::{TILE_LEVEL, Tree, TreeError, leaf_hash};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
