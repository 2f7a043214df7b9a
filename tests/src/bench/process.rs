//! What a process used, as the kernel counted it.

use std::fs;

use super::BenchError;

/// A field of `/proc/PID/status` in KiB ("VmRSS", "VmHWM"), as MiB.
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

/// Processor time used so far, in seconds.
pub(super) fn cpu_seconds(pid: u32) -> Result<f64, BenchError> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|field| field.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    // utime and stime are fields 14 and 15 of the line, counted in hundredths of a second.
    Ok((ticks(11) + ticks(12)) / 100.0)
}
