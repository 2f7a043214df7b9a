//! What a case can be.

use std::fmt;

/// The state of a case. Both partners derive the same one; only [`State::Departed`] is known to the outflow side alone.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum State {
    /// 已外出: the departure is registered, no destination organization has been told.
    Departed,
    /// 已通知: the host was told and must accept or decline.
    Notified,
    /// 已退回: the host declined; home corrects and notices again, or withdraws.
    Declined,
    /// 已告知: a certificate holder came without a notice; home must confirm or disown.
    Claimed,
    /// 已接收: the host has the member and must place it.
    Accepted,
    /// 在册管理: the member takes part in a branch or group of the host.
    Active,
    /// 失去联系.
    LostContact,
    /// 已转往他处: the member moved on; home opens the case that follows, or takes the member back.
    Moved,
    /// 已结案.
    Closed(Closing),
}

/// Why a case is closed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Closing {
    /// 已返回: certificate and both accounts were checked.
    Returned,
    /// 已转移组织关系: formal membership went to the host.
    Transferred,
    /// 登记有误.
    RegisteredInError,
    /// 已出党: no longer a member of the Party.
    RemovedFromMembership,
    /// 去世.
    Deceased,
    /// 撤销: withdrawn, and the entry that said why was erased.
    Withdrawn,
    /// 不予确认: home says the claimed person is not its member. Marked disputed.
    Disowned,
    /// 重复: a claim that crossed a notice of the same certificate; the notice's case goes on.
    Duplicate,
}

impl State {
    /// Every state, in the order a case usually meets them.
    pub const ALL: [Self; 16] = [
        Self::Departed,
        Self::Notified,
        Self::Declined,
        Self::Claimed,
        Self::Accepted,
        Self::Active,
        Self::LostContact,
        Self::Moved,
        Self::Closed(Closing::Returned),
        Self::Closed(Closing::Transferred),
        Self::Closed(Closing::RegisteredInError),
        Self::Closed(Closing::RemovedFromMembership),
        Self::Closed(Closing::Deceased),
        Self::Closed(Closing::Withdrawn),
        Self::Closed(Closing::Disowned),
        Self::Closed(Closing::Duplicate),
    ];

    /// Is the case over?
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed(_))
    }

    /// Does the closing contradict what a partner said? A disputed case shows in counts and reconciliations.
    pub const fn is_disputed(self) -> bool {
        matches!(self, Self::Closed(Closing::Disowned))
    }

    /// Is the member in the host's hands, so that both sides must state something about it at quarter close?
    pub const fn is_hosted(self) -> bool {
        matches!(self, Self::Accepted | Self::Active | Self::LostContact)
    }

    /// Is home to keep contact with the member (W §二(一)2)? Whoever left is away, whether or not a host has them yet. Whether a claimed person
    /// is ours, home says first; whom contact was lost with is to be found.
    pub const fn keeps_contact(self) -> bool {
        matches!(
            self,
            Self::Departed
                | Self::Notified
                | Self::Declined
                | Self::Accepted
                | Self::Active
                | Self::Moved
        )
    }

    /// Was the member never away after all?
    pub const fn is_void(self) -> bool {
        matches!(
            self,
            Self::Closed(Closing::RegisteredInError | Closing::Duplicate | Closing::Disowned)
        )
    }

    /// Is the member away by home's own word, contact lost or not?
    pub const fn is_away(self) -> bool {
        self.keeps_contact() || matches!(self, Self::LostContact)
    }

    /// Is the member in one of the host's branches?
    pub const fn is_placed(self) -> bool {
        matches!(self, Self::Active | Self::LostContact)
    }

    /// What people read: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Departed => ("已外出", "departed"),
            Self::Notified => ("已通知", "notified"),
            Self::Declined => ("已退回", "declined"),
            Self::Claimed => ("已告知", "claimed"),
            Self::Accepted => ("已接收", "accepted"),
            Self::Active => ("在册管理", "active"),
            Self::LostContact => ("失去联系", "lost contact"),
            Self::Moved => ("已转往他处", "moved"),
            Self::Closed(closing) => closing.label(),
        }
    }

    /// A stable word for machines and for the diagram.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Departed => "departed",
            Self::Notified => "notified",
            Self::Declined => "declined",
            Self::Claimed => "claimed",
            Self::Accepted => "accepted",
            Self::Active => "active",
            Self::LostContact => "lost_contact",
            Self::Moved => "moved",
            Self::Closed(closing) => closing.name(),
        }
    }

    /// Reads the word [`State::name`] gives.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Closing {
    /// What people read: Chinese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Returned => ("结案: 已返回", "closed: returned"),
            Self::Transferred => ("结案: 已转移组织关系", "closed: transferred"),
            Self::RegisteredInError => ("结案: 登记有误", "closed: registered in error"),
            Self::RemovedFromMembership => ("结案: 已出党", "closed: removed from membership"),
            Self::Deceased => ("结案: 去世", "closed: deceased"),
            Self::Withdrawn => ("结案: 撤销", "closed: withdrawn"),
            Self::Disowned => ("结案: 不予确认 (有争议)", "closed: disowned (disputed)"),
            Self::Duplicate => ("结案: 重复", "closed: duplicate"),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Returned => "closed_returned",
            Self::Transferred => "closed_transferred",
            Self::RegisteredInError => "closed_registered_in_error",
            Self::RemovedFromMembership => "closed_removed_from_membership",
            Self::Deceased => "closed_deceased",
            Self::Withdrawn => "closed_withdrawn",
            Self::Disowned => "closed_disowned",
            Self::Duplicate => "closed_duplicate",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (zh, en) = self.label();
        write!(f, "{zh} {en}")
    }
}
