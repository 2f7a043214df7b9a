//! The two sides of a case.

use std::fmt;

/// Which of the two organizations of a case. Who opens the case fixes it: a notice comes from the outflow side, a claim
/// from the inflow side.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Side {
    /// 流出地: home, holds the membership.
    Outflow,
    /// 流入地: host, manages daily life.
    Inflow,
}

impl Side {
    /// Both, outflow first.
    pub const ALL: [Self; 2] = [Self::Outflow, Self::Inflow];

    /// The partner's side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Outflow => Self::Inflow,
            Self::Inflow => Self::Outflow,
        }
    }

    /// What people read: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Outflow => ("流出地党组织", "outflow organization"),
            Self::Inflow => ("流入地党组织", "inflow organization"),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.label();
        write!(f, "{zh} {en}")
    }
}
