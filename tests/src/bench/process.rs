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

/// Milliseconds of processor time that a process used so far, in user and kernel.
pub(super) fn cpu_ms(pid: u32) -> Result<f64, BenchError> {
    /// Linux counts in hundredths of a second on every architecture it reports to user space.
    const MS_PER_TICK: f64 = 10.0;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold spaces; the fields after it are numbers. utime and stime are the 12th and 13th of those.
    let ticks: f64 = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().skip(11).take(2))
        .into_iter()
        .flatten()
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    Ok(ticks * MS_PER_TICK)
}

/// Bytes that a process has given to the disk so far, in the kernel's cache or on it.
pub(crate) fn written(pid: u32) -> Result<u64, BenchError> {
    let io = fs::read_to_string(format!("/proc/{pid}/io"))?;
    let mut lines = io.lines();
    lines
        .find_map(|line| line.strip_prefix("write_bytes: ")?.parse().ok())
        .ok_or_else(|| BenchError::Tool(format!("process {pid} has no write_bytes")))
}
