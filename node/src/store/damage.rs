//! Damage with a name: which log, which entries, and where to take them from.

use std::fmt;

use super::log::LogNo;
use crate::halves;

/// Something that should be on disk and is not, or is not what it was.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Damage {
    /// The log; none when the record of all heads is meant.
    pub log: Option<LogNo>,
    /// What is wrong.
    pub what: Harm,
    /// Who still has it.
    pub take_from: Source,
}

/// What is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Harm {
    /// Entries that were confirmed are gone.
    Missing {
        /// The first one gone.
        from: u64,
        /// One past the last one gone.
        to: u64,
    },
    /// The log's own record is gone, and with it all its entries.
    LogMissing {
        /// How many entries it had.
        size: u64,
    },
    /// The tree has another root than was recorded.
    Root {
        /// The size at which it was compared.
        size: u64,
    },
    /// An entry is missing or altered.
    Entry {
        /// The first bad one.
        sequence: u64,
        /// How it is bad.
        detail: &'static str,
    },
    /// The author's signed checkpoint does not fit the entries.
    Checkpoint {
        /// The size it was signed for.
        size: u64,
    },
    /// The file of head records is missing or not one; it was made anew from the database.
    HeadsUnreadable,
    /// One log's head record is unreadable; it was made anew from the database.
    HeadUnreadable,
}

/// Who still has what is damaged here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// The partner: the next synchronization brings it.
    Partner,
    /// Only a backup.
    Backup,
    /// Nothing was lost; a look at the disk is due.
    Nothing,
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { from, to } => write!(
                f,
                "缺少第 {from} 至 {to} 条（不含） entries {from}..{to} are missing"
            ),
            Self::LogMissing { size } => write!(
                f,
                "整个日志丢失 ({size} 条) the whole log is missing ({size} entries)"
            ),
            Self::Root { size } => write!(
                f,
                "{size} 条处的树根不符 the tree's root differs at size {size}"
            ),
            Self::Entry { sequence, detail } => {
                // Each language says it whole: who reads only one of them misses nothing.
                let (zh, en) = halves::split(detail);
                write!(
                    f,
                    "第 {sequence} 条损坏: {zh}  entry {sequence} is damaged: {en}"
                )
            }
            Self::Checkpoint { size } => write!(
                f,
                "内容与 {size} 条处的签名检查点不符 the entries do not fit the signed checkpoint at {size}"
            ),
            Self::HeadsUnreadable => f.write_str(
                "日志头记录文件缺失或损坏, 已按数据库重建 the head records were missing or unreadable and were made anew from the database",
            ),
            Self::HeadUnreadable => f.write_str(
                "日志头记录损坏, 已按数据库重建 the head record was unreadable and was made anew from the database",
            ),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Partner => "请与对方同步取回 synchronize: the partner has it",
            Self::Backup => "请从备份恢复 restore a backup: nobody else has it",
            Self::Nothing => "数据完整, 请检查磁盘 nothing is lost, check the disk",
        })
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(log) = self.log {
            write!(f, "日志 log {log}: ")?;
        }
        write!(f, "{}; {}", self.what, self.take_from)
    }
}

impl std::error::Error for Damage {}
