//! Dues (党费), in fen.

use super::{number::Within, record::record, text::Text};
use crate::{
    id::Fen,
    time::{Day, Month},
};

/// How many months one payment covers.
pub type DuesMonths = Within<1, 24>;

record! {
    /// Either side: dues paid to it.
    Dues "dues" {
        /// First month paid for.
        month: Month [Dues],
        /// How many months from there on.
        months: DuesMonths [Dues],
        /// How much, not negative.
        fen: Fen [Dues],
        /// Day of payment.
        paid_on: Day [Dues],
        /// Receipt number, unique in the author's log.
        receipt: Text<60> [Dues],
    }
}
