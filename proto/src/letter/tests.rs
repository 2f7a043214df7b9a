//! What holds for every payload.
