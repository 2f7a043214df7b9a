//! Limits of what is sent and accepted. Raising one is a protocol change.

/// Bytes of a header.
pub const MAX_HEADER_BYTES: usize = 512;

/// Bytes of salt before a payload.
pub const SALT_BYTES: usize = 16;

/// Bytes of a payload.
pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024;

/// Bytes of a body: salt and payload.
pub const MAX_BODY_BYTES: usize = SALT_BYTES + MAX_PAYLOAD_BYTES;

/// Entries in a frame.
pub const MAX_FRAME_ENTRIES: usize = 512;

/// Bytes of headers and bodies in a frame.
pub const MAX_FRAME_BYTES: usize = 1024 * 1024;

/// Bytes of a checkpoint's signed note.
pub const MAX_NOTE_BYTES: usize = 2048;

/// Hashes in a proof: more than a tree of 2^63 entries needs.
pub const MAX_PROOF_HASHES: usize = 64;

/// Bytes of a whole message on the wire: a full frame, its framing and its proof, with room to spare.
pub const MAX_MESSAGE_BYTES: usize = 2 * 1024 * 1024;
