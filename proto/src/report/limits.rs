//! Limits of a report. Raising one is a protocol change: gateways first, nodes after.

/// Bytes of a report. Stays below the 4 MiB that a gRPC server takes by default.
pub const MAX_REPORT_BYTES: usize = 3 * 1024 * 1024;

/// Cells of a report.
pub const MAX_CELLS: usize = 20_000;

/// Cases in a cell, and the value of a measure.
pub const MAX_COUNT: u64 = 10_000_000;

/// Days within which an answer can be "in time".
pub const MAX_ANSWER_DAYS: u32 = 366;

/// Characters of an organization's name.
pub const MAX_NAME_CHARS: usize = 100;
