//! Dues (党费): what is owed by the national rule, and what the records of a person add up to, month by month.
//!
//! Amounts are whole fen, from the income to the sum of a committee. A month is owed once: what the partner's letters say was paid there is
//! paid here. Nothing here guesses a base, and nothing reads a clock: every figure is as of a day. How records are kept or told does not
//! belong here.

pub mod account;
pub mod closings;
pub mod list;
pub mod listed;
pub mod month;
pub mod person;
pub mod published;
pub mod rate;
pub mod receipt;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use account::{Account, NO_ENTRY, Noted};
pub use closings::{Closed, Closings, open_from};
pub use hongyan_proto::letter::DuesAsked as Asked;
pub use list::{Row, Totals, rows, totals};
pub use month::{MonthLine, Months, months, one};
pub use person::{Elsewhere, Person, Stay, Told};
pub use published::{Published, published};
