//! Benchmarks: figures side by side in one run, printed as a table. Never a timed test.

pub mod postgres;

use std::{io, net::TcpListener};

/// What kept a figure from being measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A file or a process.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A tool that is measured beside us.
    #[error("{0}")]
    Tool(String),
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
