//! Why a change of the tree is not entered.

use hongyan_proto::{
    letter::{OfficerRole, UnitKind},
    time::Day,
};
use thiserror::Error;

const fn above(kind: Option<UnitKind>) -> (&'static str, &'static str) {
    match kind {
        Some(kind) => kind.label(),
        None => ("党委", "committee"),
    }
}

/// A change that would make the tree untrue. Says what to do next.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum UnitRefusal {
    /// No such unit.
    #[error("没有这个党组织, 用 unit list 查看 no such unit: see unit list")]
    Unknown,
    /// Over.
    #[error("{0} 已于 {1} 撤销 the unit was closed")]
    Closed(String, Day),
    /// A day that has not come.
    #[error(
        "{0} 在今天之后, 请在当日或之后登记 the day is in the future: enter it when it has come"
    )]
    Future(Day),
    /// The committee's own name.
    #[error(
        "“党委”指党委本身, 请换一个名称 that word means the committee itself: choose another name"
    )]
    Reserved,
    /// A day before the last change.
    #[error("{0} 早于该党组织最近一次变动 {1}  the day is before the unit's last change")]
    Before(Day, Day),
    /// Two of one name.
    #[error(
        "同一上级下已有名为 {0} 的党组织, 请换一个名称 there is a unit of that name below the same one: choose another name"
    )]
    Taken(String),
    /// A separator in a name.
    #[error("名称不能含 /  the name must not contain a slash")]
    Slash,
    /// Kinds in the wrong order.
    #[error(
        "{}不能设在{}之下 a {} cannot stand below a {}", .child.label().0, above(*.parent).0, .child.label().1, above(*.parent).1
    )]
    Order {
        /// What was to stand below.
        child: UnitKind,
        /// What it was to stand below; none is the committee.
        parent: Option<UnitKind>,
    },
    /// Below itself.
    #[error("党组织不能移到自身或其下级之下 a unit cannot stand below itself")]
    Loop,
    /// Not empty.
    #[error(
        "{0} 还有 {1} 个下级党组织, 请先移走或撤销 units stand below it: move or close them first"
    )]
    HasUnits(String, usize),
    /// Not empty.
    #[error("{0} 还有 {1} 名党员, 请先调整其所在支部 members belong to it: move them first")]
    HasMembers(String, usize),
    /// Nothing would change.
    #[error("没有变化 nothing changes")]
    Same,
    /// Someone holds it.
    #[error("该职务 ({}) 已有人担任, 请先免去 the office is held: end that term first", .0.label().0)]
    Held(OfficerRole),
    /// Nobody holds it.
    #[error("该党员目前没有担任此职务 ({})  the member does not hold this office", .0.label().0)]
    NotHeld(OfficerRole),
    /// An office that this kind of unit does not have.
    #[error("{} 不设此职务 ({})  this kind of unit has no such office", .0, .1.label().0)]
    NoOffice(String, OfficerRole),
}
