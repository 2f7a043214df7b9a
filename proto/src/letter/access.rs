//! Someone looked at personal data or took it out (查阅记录). Local log only.

use super::{record::record, text::Text};

record! {
    /// One look at personal data.
    Access "access" {
        /// Who.
        actor: Text<60> [],
        /// What was done.
        action: Text<100> [],
        /// Number of persons shown.
        persons: u32 [],
        /// Why.
        purpose: Option<Text<500>> [],
    }
}
