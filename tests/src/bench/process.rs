//! What a process used, as the kernel counted it.

use std::fs;

use super::BenchError;

/// A field of `/proc/PID/status` in KiB ("`VmRSS`", "`VmHWM`"), as MiB.
pub(super) fn memory_mib(pid: u32, field: &str) -> Result<f64, BenchError> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| BenchError::Tool(format!("{field} is not in the status of {pid}")))?;
    Ok(kib / 1024.0)
}
