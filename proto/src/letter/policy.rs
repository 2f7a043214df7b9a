//! What the committee decided about its duties: policies, notices of holidays, excuses, screenings. Never leaves the node.

use super::{record::record, text::Text};
use crate::time::Day;

record! {
    /// A file of a policy, as it was when the policy was adopted.
    PolicyText "policy_text" {
        /// The file's name.
        name: Text<100> [],
        /// Its content.
        text: Text<32768> [],
    }
}

record! {
    /// The committee adopted a policy. Of two from the same day the later entry counts.
    PolicyAdopted "policy_adopted" {
        /// The first day on which it counts.
        from: Day [],
        /// Its own file first, then each it is based on.
        texts: Vec<PolicyText> [],
        /// By which decision.
        basis: Option<Text<500>> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

record! {
    /// A yearly notice of holidays was entered; it replaces every row of its years.
    CalendarAmended "calendar_amended" {
        /// Rows as in the program's own table.
        text: Text<32768> [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

record! {
    /// A duty is excused. The latest entry for a duty counts.
    Excused "excused" {
        /// The duty's id.
        duty: [u8; 8] [],
        /// What it was, in words.
        what: Text<500> [],
        /// Why; none: the excuse is taken back.
        reason: Option<Text<500>> [],
        /// Who excuses.
        actor: Text<60> [],
    }
}

record! {
    /// The committee went through its roster: who is where (W 双向共管 二(一)1).
    Screened "screened" {
        /// When.
        day: Day [],
        /// Members on the roster.
        members: u32 [],
        /// Of them away.
        away: u32 [],
        /// Members of others who are here.
        hosted: u32 [],
        /// Those contact was lost with.
        lost: u32 [],
        /// What was found.
        note: Option<Text<500>> [],
        /// Who did it.
        actor: Text<60> [],
    }
}
