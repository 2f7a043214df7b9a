//! What can go wrong with the store, and who must act.

use std::{io, path::PathBuf};

use thiserror::Error;

/// The store cannot do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error(
        "无法读写 {path}: {cause}; 请检查磁盘与权限 cannot read or write {path}: {cause}; check the disk and the permissions"
    )]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Another process has it.
    #[error("{0} 正被另一进程使用; 请先停止它 is in use by another process; stop that one first")]
    InUse(PathBuf),
    /// What was confirmed is missing or altered.
    #[error(
        "存储损坏 the store at {path} is damaged: {what}; 请从备份恢复, 或请各组织重新报送 restore a backup, or have the organizations report again into a new folder"
    )]
    Damaged {
        /// Which folder.
        path: PathBuf,
        /// What is missing or altered.
        what: String,
    },
    /// Written by a newer program.
    #[error(
        "存储由更新的程序写成 (版本 {0}); 请升级 the store was written by a newer program (version {0}); upgrade"
    )]
    Newer(u8),
}

/// A change that was refused by the rules, or that could not be written.
#[derive(Debug, Error)]
pub enum WriteError<R: std::error::Error + 'static> {
    /// By the rules.
    #[error(transparent)]
    Refused(R),
    /// By the disk.
    #[error(transparent)]
    Store(#[from] StoreError),
}
