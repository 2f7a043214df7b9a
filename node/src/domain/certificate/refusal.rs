//! Why something about a certificate is not entered.

use hongyan_proto::{id::CertificateNumber, time::Day};
use thiserror::Error;

/// What would make the book of certificates untrue. Says what to do next.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum CertificateRefusal {
    /// Numbers twice.
    #[error("号段与已登记的 {0}–{1} 重叠, 请核对 the range overlaps one that is entered: check it")]
    Overlap(CertificateNumber, CertificateNumber),
    /// Not ours to give.
    #[error(
        "编号 {0} 不在县级组织部门发给的号段内, 请先登记号段 (certificate range add) the number is in no range the department gave: enter the range first"
    )]
    OutsideRanges(CertificateNumber),
    /// Given later than it is said to have been handed out.
    #[error(
        "编号 {0} 所在号段 {1} 才收到, 不能早于该日发放, 请核对日期 its range was received on {1}: it was not handed out before, check the day"
    )]
    NotYet(CertificateNumber, Day),
    /// Once, for ever.
    #[error(
        "编号 {0} 已用过, 活动证编号不得重复; 用 certificate list --free 查看空号 the number was used before: see the free ones"
    )]
    Used(CertificateNumber),
    /// Nothing left.
    #[error(
        "没有空号, 请向县级组织部门申领并登记号段 no number is free: ask the department for a range"
    )]
    NoneFree,
    /// One member, one certificate of a kind.
    #[error(
        "该党员已持有 {0}, 请先交回, 或用 certificate replace 补换 the member holds one already: hand it in or replace it"
    )]
    Holds(CertificateNumber),
    /// Never heard of.
    #[error(
        "本节点没有发放过编号 {0}; 外来党员的活动证在 flow accept 时查验 it was not issued here: those of members hosted here are checked with flow accept"
    )]
    Unknown(CertificateNumber),
    /// Void.
    #[error("{0} 已由 {1} 补换, 作废 it was replaced and is void")]
    Replaced(CertificateNumber, CertificateNumber),
    /// Given back.
    #[error("{0} 已于 {1} 交回 it was handed in")]
    HandedIn(CertificateNumber, Day),
    /// Handed out stays handed out.
    #[error(
        "{0} 最近一次登记是发放或补换, 不能作废; 发错的请交回 (certificate hand-in) 后另发 what was entered last is that it was issued or replaced, and stays: hand it in and issue another"
    )]
    NotVoid(CertificateNumber),
    /// A day that has not come.
    #[error(
        "{0} 在今天之后, 请在当日或之后登记 the day is in the future: enter it when it has come"
    )]
    Future(Day),
    /// A day before it was issued.
    #[error("{0} 早于发证日 {1} the day is before it was issued")]
    Before(Day, Day),
}
