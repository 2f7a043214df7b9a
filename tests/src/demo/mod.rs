//! The demo: a county on one machine. Two committees in two cities, two departments' gateways, 300 flow members, four quarters.
//!
//! Real processes on real ports, spoken to by their own APIs only, on a clock that is set to the days that are played. At the end both sides' books are held against each other.

mod alike;
mod around;
mod carried;
mod check;
mod county;
mod gateway;
mod moves;
mod papers;
mod show;
mod story;
mod tally;
mod year;

use std::path::PathBuf;

use hongyan_proto::time::{Quarter, Timestamp};

use self::{alike::Books, around::Around, county::County, moves::Moves, show::Outcome};
use crate::town::TownError;

pub use check::Check;
pub use year::answer;

/// What to play.
#[derive(Clone, Debug)]
pub struct Options {
    /// The binary that runs as `PROGRAM played CLOCK node …` and `PROGRAM played CLOCK gateway …`.
    pub program: PathBuf,
    /// Flow members, both directions together.
    pub members: usize,
    /// Decides who they are and what happens to them.
    pub seed: u64,
    /// The machine's clock. The year played is the four whole quarters before its day.
    pub machine: fn() -> Timestamp,
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
    let last = Quarter::of((options.machine)().day()).previous();
    let mut quarters = vec![last];
    for _ in 0..3 {
        quarters.insert(0, quarters[0].previous());
    }
    let mut county = County::build(options, quarters[0].first_day()).await?;
    let flows = story::cast(&mut county, options.members, quarters[0]).await?;
    let carried = year::play(&mut county, flows, &quarters).await?;
    county.today(options)?;
    let books = Books::read(&county).await?;
    let history: Vec<_> = quarters
        .iter()
        .map(|quarter| (*quarter, tally::tally(&books, *quarter)))
        .collect();
    let moves = Moves::of(&books);
    let checks = check::all(&county, &books, &history, &moves, &carried).await?;
    let around = Around::look(&county, last, &moves.example).await?;
    let outcome = Outcome {
        history: &history,
        carried: &carried,
        moves: &moves,
        checks: &checks,
        around: &around,
    };
    show::result(&county, &outcome, options.json).await?;
    if !options.once {
        if !options.json {
            around.print();
        }
        tokio::signal::ctrl_c().await?;
    }
    county.stop().await?;
    Ok(checks)
}
