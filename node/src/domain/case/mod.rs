//! The flow case (流动案卷): one member's stay away, seen by both partners.
//!
//! The one table of who may do what in which state is [`table`]; [`derive()`] folds events through it, [`check()`] asks it before
//! writing. Rules about a payload's content live in files of their own ([`dates`], [`probation`], [`crossing`], [`link`]).
//! Nothing here reads a roster, a store or a clock.

pub mod check;
pub mod crossing;
pub mod dates;
pub mod derive;
pub mod diagram;
pub mod link;
#[cfg(test)]
mod matrix_tests;
pub mod probation;
mod side;
pub mod state;
pub mod stay;
pub mod table;
#[cfg(test)]
mod tests;
pub mod turn;

pub use super::{
    event::Event,
    order::{Position, Stamp, concurrent},
};
pub use check::{Refusal, allowed, check};
pub use derive::{Case, Step, derive};
pub use side::Side;
pub use state::{Closing, State};
