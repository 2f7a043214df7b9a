//! The local book of a large committee: opening, duties, memory at rest, and the import of a large roster.

mod committee;
mod dues;
mod entry;
mod fill;
mod import;
mod open;

use std::path::{Path, PathBuf};

use hongyan_proto::time::Day;

use super::{BenchError, moments::median};

/// Rounds of everything that is done more than once; the middle one is told.
const ROUNDS: usize = 5;

/// What is made up.
#[derive(Clone, Debug)]
pub struct Size {
    /// Members of the committee.
    pub members: usize,
    /// Rows of the roster that is imported; with 0 no import is measured.
    pub rows: usize,
    /// Where the committee is kept, and taken from when it is there already: it takes longer to make than to measure.
    pub folder: Option<PathBuf>,
}

/// A figure and what it must not exceed.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was measured, with its unit.
    pub name: String,
    /// How much.
    pub measured: f64,
    /// At most this; none: told for comparison.
    pub most: Option<f64>,
}

impl Figure {
    fn new(name: impl Into<String>, measured: f64, most: impl Into<Option<f64>>) -> Self {
        Self {
            name: name.into(),
            measured,
            most: most.into(),
        }
    }
}

/// Measures everything. `program` is the binary that runs as `PROGRAM node …`.
pub async fn measure(program: &Path, size: &Size, today: Day) -> Result<Vec<Figure>, BenchError> {
    let folder = tempfile::Builder::new().prefix("hongyan-book-").tempdir()?;
    let kept = size.folder.as_deref().unwrap_or(folder.path());
    let mut figures = open::measure(program, kept, size.members, today).await?;
    if size.rows > 0 {
        figures.extend(import::measure(program, folder.path(), size.rows).await?);
    }
    Ok(figures)
}

/// Measures the lists of dues of a committee that kept them for two years.
pub async fn dues(program: &Path, members: usize, today: Day) -> Result<Vec<Figure>, BenchError> {
    let folder = tempfile::Builder::new().prefix("hongyan-dues-").tempdir()?;
    dues::measure(program, folder.path(), members, today).await
}
