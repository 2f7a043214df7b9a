//! Benchmarks: figures side by side in one run, printed as a table. Never a timed test.

pub mod alone;
pub mod book;
pub mod catch_up;
mod fill;
pub mod moments;
pub mod partners;
pub mod postgres;
mod process;

pub(crate) use fill::fill_folder;
pub(crate) use process::written;

use std::{io, net::TcpListener};

/// What kept a figure from being measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A file or a process.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A node.
    #[error(transparent)]
    Town(#[from] crate::town::TownError),
    /// A store.
    #[error(transparent)]
    Store(#[from] hongyan_node::store::StoreError),
    /// A tool that is measured beside us.
    #[error("{0}")]
    Tool(String),
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
