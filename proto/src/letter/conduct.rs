//! Conduct (现实表现) and major events.

use super::{
    record::{closed, record},
    text::Text,
};
use crate::time::{Day, Quarter};

record! {
    /// Inflow: the periodic word on a member's conduct.
    Conduct "conduct" {
        /// The quarter it is about.
        quarter: Quarter [Conduct],
        /// The grade.
        grade: ConductGrade [Conduct],
        /// In words.
        remark: Option<Text<2000>> [Conduct],
    }
}

closed! {
    /// Grades of conduct, best first.
    ConductGrade {
        Good "好" "good",
        Fair "较好" "fair",
        Ordinary "一般" "ordinary",
        Poor "差" "poor",
    }
}

record! {
    /// Something important happened to the member.
    MajorEvent "major_event" {
        /// When.
        day: Day [Conduct],
        /// In words.
        description: Text<500> [Conduct],
    }
}
