//! What can go wrong between the logs and the views.

use bytes::Bytes;
use hongyan_proto::id::KeyId;
use thiserror::Error;

use crate::store::StoreError;

/// An error of the book.
#[derive(Clone, Debug, Error)]
pub enum BookError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A view's value that cannot be read.
    #[error(
        "视图 {0} 无法读取; 请先备份 (backup), 再恢复到新目录 (restore), 恢复时视图从日志重建 a view cannot be read: back up and restore into a new folder, which makes views again from the logs"
    )]
    View(&'static str),
    /// No correspondence with this key.
    #[error("没有与 {0} 的结对 no such partner; 用 `hongyan-node partner list` 查看 see the list")]
    UnknownPartner(KeyId),
    /// A frame of a log that is not this partner's.
    #[error(
        "数据帧不属于该结对的日志 the frame is of no log of this correspondence; 请重新同步 synchronize again"
    )]
    OtherLog,
    /// The frame does not continue the log: something else was stored meanwhile.
    #[error(
        "日志已有 {held} 条, 数据帧从 {first} 条开始 the log holds {held} entries, the frame begins at {first}; 请重新同步 synchronize again"
    )]
    Gap {
        /// What is held.
        held: u64,
        /// Where the frame begins.
        first: u64,
    },
    /// The frame continues another history of this log than the one that is held.
    #[error(
        "至第 {at} 条, 数据帧与已存日志是两段历史 up to entry {at} the frame and what is held are two histories of one log; 请与对方核对 ask the partner"
    )]
    OtherHistory {
        /// Where the frame ends.
        at: u64,
        /// The note that was held and the frame's.
        notes: Vec<Bytes>,
    },
    /// The partner's new epoch does not begin after what is held here of the old one.
    #[error("对方新纪元的起点与本方所存旧日志不符 the partner's new epoch does not begin after what is held here of the old log: \
        此处 here {held}, 对方 there {}; 未接受, 请对方同步后重新提出 (partner reset-epoch)  nothing was accepted: the partner synchronizes and proposes again", begins.map_or("—".to_owned(), |size| size.to_string()))]
    Epoch {
        /// How much of the old log stays in force here.
        held: u64,
        /// What its author wants to keep of it; none when the new log does not begin with a reset.
        begins: Option<u64>,
    },
}
