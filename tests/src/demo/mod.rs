//! The demo: a county on one machine. Two committees in two cities, two departments' gateways, 300 flow members, four quarters.
//!
//! Real processes on real ports, spoken to by their own APIs only. At the end both sides' books are held against each other.

mod check;
mod county;
mod gateway;
mod show;
mod story;
mod year;

use std::path::PathBuf;

use hongyan_proto::time::{Day, Quarter};

use crate::town::TownError;

pub use check::Check;
pub use year::answer;

/// What to play.
#[derive(Clone, Debug)]
pub struct Options {
    /// The binary that runs as `PROGRAM node …` and `PROGRAM gateway …`.
    pub program: PathBuf,
    /// Flow members, both directions together.
    pub members: usize,
    /// Decides who they are and what happens to them.
    pub seed: u64,
    /// The day it is. The year played is the four whole quarters before.
    pub today: Day,
    /// Play once and stop, instead of staying up.
    pub once: bool,
    /// Print the result for machines.
    pub json: bool,
}

/// Plays the year, shows what came of it, and stays up unless asked not to.
///
/// # Errors
/// When something could not be played. A cross-check that does not hold is not an error here: it is in the result.
pub async fn run(options: &Options) -> Result<Vec<Check>, TownError> {
    let mut quarter = Quarter::of(options.today).previous();
    let mut quarters = vec![quarter];
    for _ in 0..3 {
        quarter = quarter.previous();
        quarters.insert(0, quarter);
    }
    let mut county = county::County::build(options).await?;
    let flows = story::cast(&mut county, options.members, quarters[0]).await?;
    year::play(&mut county, flows, &quarters).await?;
    let last = *quarters.last().unwrap_or(&quarter);
    county.report(last).await?;
    // Every case is asked for one by one: once is enough.
    let tally = check::tally(&county, last).await?;
    let checks = check::all(&county, &quarters, last, &tally).await?;
    show::result(&county, &quarters, last, (&tally, &checks), options.json).await?;
    if !options.once {
        show::look_around(&county);
        tokio::signal::ctrl_c().await?;
    }
    county.stop().await?;
    Ok(checks)
}
