//! The closed lists by which cases are counted: each value with its wire number, its stable word and what people read.

use std::{fmt, str::FromStr};

use crate::pb::{exchange::v1 as exchange, report::v1 as pb};

/// A word that is not in the list.
#[derive(Clone, Debug, Eq, thiserror::Error, PartialEq)]
#[error("未知的{what}: {word:?}; 可用 one of: {allowed}")]
pub struct UnknownWord {
    pub(super) what: &'static str,
    pub(super) word: String,
    pub(super) allowed: String,
}

macro_rules! words {
    (
        $(#[$doc:meta])* $name:ident, $what:literal, $wire:path;
        $($(#[$variant_doc:meta])* $variant:ident = $wire_variant:ident, $word:literal, $zh:literal, $en:literal;)+
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = concat!($zh, ".")] $variant,)+
        }

        impl $name {
            /// Every value, ascending by wire number.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable word for machines and the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What people read: Chinese, English.
            pub const fn label(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($zh, $en)),+ }
            }

            /// As it travels.
            pub const fn to_wire(self) -> i32 {
                match self { $(Self::$variant => <$wire>::$wire_variant as i32),+ }
            }

            /// Reads what travelled; `None` for a number that is not in the list.
            pub fn from_wire(number: i32) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.to_wire() == number)
            }

            /// The value's name in the .proto file.
            pub fn wire_name(self) -> &'static str {
                match self { $(Self::$variant => <$wire>::$wire_variant.as_str_name()),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let (zh, en) = self.label();
                write!(f, "{zh} {en}")
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|value| value.word() == word).ok_or_else(|| UnknownWord {
                    what: $what,
                    word: word.chars().take(40).collect(),
                    allowed: Self::ALL.iter().map(|value| value.word()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

pub(super) use words;

words! {
    /// Which way the member went, seen from the reporting organization.
    Direction, "方向 direction", pb::Direction;
    Out = Out, "out", "流出", "out";
    In = In, "in", "流入", "in";
}

words! {
    /// Where a case stands, as the reporting side derives it.
    CaseState, "案卷状态 case state", pb::CaseState;
    /// Known to the outflow side alone.
    Departed = Departed, "departed", "已外出", "departed";
    Notified = Notified, "notified", "已通知", "notified";
    Claimed = Claimed, "claimed", "已告知", "claimed";
    Declined = Declined, "declined", "已退回", "declined";
    Accepted = Accepted, "accepted", "已接收", "accepted";
    Active = Active, "active", "在册管理", "active";
    LostContact = LostContact, "lost_contact", "失去联系", "lost contact";
    Moved = Moved, "moved", "已转往他处", "moved";
    ClosedReturned = ClosedReturned, "closed_returned", "结案: 已返回", "closed: returned";
    ClosedTransferred = ClosedTransferred, "closed_transferred", "结案: 已转移组织关系", "closed: transferred";
    ClosedDisowned = ClosedDisowned, "closed_disowned", "结案: 不予确认", "closed: disowned";
    ClosedDuplicate = ClosedDuplicate, "closed_duplicate", "结案: 重复", "closed: duplicate";
    ClosedRegisteredInError = ClosedRegisteredInError, "closed_registered_in_error", "结案: 登记有误", "closed: registered in error";
    ClosedRemovedFromMembership = ClosedRemovedFromMembership, "closed_removed_from_membership", "结案: 已出党", "closed: removed from membership";
    ClosedDeceased = ClosedDeceased, "closed_deceased", "结案: 去世", "closed: deceased";
    ClosedWithdrawn = ClosedWithdrawn, "closed_withdrawn", "结案: 撤销", "closed: withdrawn";
}

impl CaseState {
    /// Is the case over? Closed states count what closed within the period; the others what stands at its end.
    pub const fn is_closed(self) -> bool {
        matches!(
            self,
            Self::ClosedReturned
                | Self::ClosedTransferred
                | Self::ClosedDisowned
                | Self::ClosedDuplicate
                | Self::ClosedRegisteredInError
                | Self::ClosedRemovedFromMembership
                | Self::ClosedDeceased
                | Self::ClosedWithdrawn
        )
    }

    /// Is the member, or is the member said to be, at the host, so that both sides' counts can be compared?
    pub const fn is_at_host(self) -> bool {
        matches!(
            self,
            Self::Notified | Self::Claimed | Self::Accepted | Self::Active | Self::LostContact
        )
    }
}

words! {
    /// The groups that departments count apart (W §二(四)).
    MemberClass, "人员类别 member class", exchange::MemberClass;
    /// The agreement does not disclose it to the reporting side.
    NotTold = Unspecified, "not_told", "未告知", "not told";
    MigrantWorker = MigrantWorker, "migrant_worker", "农民工", "migrant worker";
    Graduate = Graduate, "graduate", "大中专毕业生", "graduate";
    Retired = Retired, "retired", "离退休", "retired";
    Other = Other, "other", "其他", "other";
}

words! {
    /// Full or probationary member.
    Standing, "党员身份 standing", pb::Standing;
    /// The agreement does not disclose it to the reporting side.
    NotTold = Unspecified, "not_told", "未告知", "not told";
    Full = Full, "full", "正式党员", "full";
    Probationary = Probationary, "probationary", "预备党员", "probationary";
}
