//! Awards, penalties (奖惩) and roles played (发挥作用).

use super::{record::record, text::Text};
use crate::time::Day;

record! {
    /// An award or a penalty.
    Award "award" {
        /// When it was given.
        day: Day [Awards],
        /// True for a penalty.
        penalty: bool [Awards],
        /// What it is called.
        title: Text<200> [Awards],
    }
}

record! {
    /// A role played.
    Role "role" {
        /// When.
        day: Day [Role],
        /// In words.
        description: Text<500> [Role],
    }
}
