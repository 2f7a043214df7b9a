//! What can go wrong in the store, and what to do then.

use std::{io, path::PathBuf, sync::Arc};

use thiserror::Error;

use super::{
    damage::Damage,
    log::{LogNo, LogState},
};

fn must_recover(log: LogNo, from: u64, to: u64) -> String {
    if to == LogState::UNKNOWN {
        return format!(
            "本节点已恢复备份, 日志 {log} 第 {from} 条以后是否缺失尚不可知, 须先与对方同步才能书写 this node was restored and does not know what log {log} lost after entry {from}: synchronize with the partner before writing"
        );
    }
    if log == LogNo::LOCAL {
        return format!(
            "本地日志丢失第 {from} 至 {to} 条（不含）, 对方没有本地日志: 请恢复备份; 没有更全的备份, 就先备份现存数据再恢复到新目录 entries {from}..{to} of the local log were lost and no partner has it: restore a backup; without a better one, back up what is left and restore that into a new folder"
        );
    }
    format!(
        "日志 {log} 丢失第 {from} 至 {to} 条（不含）, 须先从对方取回才能书写 entries {from}..{to} of log {log} were lost: take them back from the partner before writing"
    )
}

/// An error of the store. Cheap to clone: every waiter of a failed group gets one.
#[derive(Clone, Debug, Error)]
pub enum StoreError {
    /// Another process has the folder.
    #[error(
        "数据目录正被另一进程使用 (进程号 {pid}): {folder}; 请先停止该进程 the data folder is in use by process {pid}: stop it first"
    )]
    Locked {
        /// The data folder.
        folder: PathBuf,
        /// The process that holds it, or "?" when it did not say.
        pid: String,
    },
    /// A new store was to be made where something already is.
    #[error("目录不为空: {0}; 请选择空目录 the folder is not empty: choose an empty one")]
    NotEmpty(PathBuf),
    /// There is no store in the folder.
    #[error(
        "目录中没有数据: {0}; 请先初始化或检查路径 no store here: initialize it first or check the path"
    )]
    NotAStore(PathBuf),
    /// The operating system refused.
    #[error(
        "无法{what} {path}: {source} cannot {what_en}; 请检查磁盘与权限 check the disk and the permissions"
    )]
    Io {
        /// What was being done, in Chinese.
        what: &'static str,
        /// What was being done, in English.
        what_en: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// No room left on the device.
    #[error(
        "磁盘已满: {0}; 请腾出空间后重新启动, 数据未受损 the disk is full: make room and start again, nothing confirmed is lost"
    )]
    DiskFull(PathBuf),
    /// The database cannot be read.
    #[error(
        "数据库损坏: {path} ({detail}); 请保留该目录, 从备份恢复到新目录, 其余由对方节点补齐 the database is damaged: keep this folder, restore a backup into a new one, and let the partner fill in the rest"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What the engine said.
        detail: Arc<str>,
    },
    /// A log is damaged at a place that has a name.
    #[error("{0}")]
    Log(#[from] Damage),
    /// A sealed value that does not open: altered, moved, or of another key.
    #[error(
        "密封数据无法解开 (空间 {space:#04x}); 数据被改动或密钥不符 a sealed value does not open: it was altered or belongs to another key; 请从备份恢复 restore a backup"
    )]
    Unsealable {
        /// The key space it lies in.
        space: u8,
    },
    /// A stored value of a shape this program does not know.
    #[error(
        "存储内容无法识别: {what} stored value not understood; 请用写入它的版本打开, 或从备份恢复 open it with the version that wrote it, or restore a backup"
    )]
    Malformed {
        /// Which value.
        what: &'static str,
    },
    /// The passphrase or key file is not the right one.
    #[error(
        "口令或密钥文件不正确 wrong passphrase or key file: {0}; 请核对后重试 check it and try again"
    )]
    WrongKey(Arc<str>),
    /// The key file is missing.
    #[error(
        "找不到密钥文件: {0}; 请插入保管密钥的介质或改正路径, 以口令建立的节点用 --passphrase-file 指明口令文件 the key file is not there: bring the medium that holds it or correct the path; a node made with a passphrase wants --passphrase-file"
    )]
    KeyFileMissing(PathBuf),
    /// Not what was encrypted for this program at all.
    #[error(
        "不是加密的文件, 或开头已损坏: {0}; 任何口令都打不开, 请核对是否选对了文件 not an encrypted file, or its beginning is damaged: no passphrase opens it, check that it is the right one"
    )]
    NotEncrypted(PathBuf),
    /// A newer program wrote this folder.
    #[error(
        "数据版本 {found} 高于本程序支持的 {known}; 请升级程序 the data are of version {found}, this program knows {known}: upgrade the program"
    )]
    NewerSchema {
        /// The version found.
        found: u32,
        /// The newest version known.
        known: u32,
    },
    /// The store stopped after a failed durable write.
    #[error(
        "存储已停止: {0}; 未确认的写入无效, 请排除原因后重新启动 the store has stopped: unconfirmed writes are void; remove the cause and start again"
    )]
    Stopped(Arc<str>),
    /// The work of one commit panicked; the commit was rolled back.
    #[error(
        "写入过程出错, 已回滚 the commit's work failed and was rolled back; 请报告此缺陷 report this defect"
    )]
    WorkPanicked,
    /// No such log.
    #[error("没有日志 {0} no such log; 用 `hongyan-node status` 查看 see the logs")]
    UnknownLog(LogNo),
    /// The log exists already.
    #[error("日志已存在 the log exists already: {0}")]
    LogExists(LogNo),
    /// Nothing may be appended to a frozen log.
    #[error(
        "日志 {0} 已冻结 (分叉或已换纪元) the log is frozen: a fork or a new epoch; 双方操作员须先处理 both operators must decide first"
    )]
    Frozen(LogNo),
    /// The node lost entries of its own log and must take them back before it writes.
    #[error("{}", must_recover(*log, *from, *to))]
    MustRecover {
        /// The log.
        log: LogNo,
        /// First entry missing.
        from: u64,
        /// One past the last entry missing; [`LogState::UNKNOWN`] before the partner said it.
        to: u64,
    },
    /// The own log's last entry has seen more of the partner's log than is here: the mirror was restored and is not whole again.
    #[error(
        "日志 {log} 最后一条已见对方 {last} 条, 本节点现有 {seen} 条 (恢复了旧备份?); 请先与对方同步, 取回对方的条目后再写 the log's last entry has seen {last} of the partner's, {seen} are here (an old backup?): synchronize first, the partner's entries come back, then write"
    )]
    SeenLess {
        /// The log.
        log: LogNo,
        /// What a new entry would have seen.
        seen: u64,
        /// What the last one has.
        last: u64,
    },
    /// A log that is somebody else's was to be written, or one's own mirrored.
    #[error(
        "日志 {0} 的书写方不符 the log belongs to the other side; 这是程序缺陷, 请报告 report this defect"
    )]
    WrongSide(LogNo),
    /// The own log says that the key was replaced, and the new one is not here.
    #[error(
        "日志 {0} 的签名密钥已更换, 本节点没有新密钥 (恢复了换钥前的备份); 请恢复较新的备份, 或新建节点并以新邀请结对 the key that signs log {0} was replaced and is not here (a backup from before was restored): restore a newer backup, or make a new node and begin with an invitation"
    )]
    KeyLost(LogNo),
    /// Entries that do not follow the last one.
    #[error(
        "日志 {log} 应从第 {expected} 条继续, 实为 {found} the log continues at {expected}, not {found}; 请重新同步 synchronize again"
    )]
    OutOfOrder {
        /// The log.
        log: LogNo,
        /// Its size.
        expected: u64,
        /// First entry offered.
        found: u64,
    },
    /// No such entry in the durable part of the log.
    #[error("日志 {log} 没有第 {sequence} 条 no such entry")]
    UnknownEntry {
        /// The log.
        log: LogNo,
        /// The entry asked for.
        sequence: u64,
    },
    /// A key or value over its limit.
    #[error("{what}过大: {bytes} 字节, 上限 {limit}  too large: {bytes} bytes, at most {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// An entry that the protocol does not allow.
    #[error("条目不合规则 the entry breaks the log's rules: {0}")]
    Entry(Arc<str>),
    /// A backup that cannot be used.
    #[error("备份无法使用: {0}; 请换用另一份备份 the backup cannot be used: take another one")]
    Backup(Arc<str>),
}

impl StoreError {
    /// An error of the operating system; a full disk gets its own name.
    pub(super) fn io(
        what: &'static str,
        what_en: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| {
            if is_full(&source) {
                Self::DiskFull(path)
            } else {
                Self::Io {
                    what,
                    what_en,
                    path,
                    source: Arc::new(source),
                }
            }
        }
    }
}

/// Is this the error of a device without room, or of a used-up quota?
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    ) || error.to_string().contains("No space left on device")
}
