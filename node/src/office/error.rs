//! Why a use case did not do what was asked, and what to do next. The reasons are those of the API's `ErrorReason`.

use hongyan_proto::{
    id::{AgreementHash, CaseId, IdError},
    identity::InvitationError,
    letter::{CardError, FormCodeError, PayloadError, SlipError, ValueError},
    message::Stop,
    time::{Quarter, TimeError},
};
use thiserror::Error;

use crate::{
    book::BookError,
    domain::{
        case::{self, dates::DateRefusal},
        certificate::CertificateRefusal,
        unit::UnitRefusal,
    },
    form::PaperError,
    store::{LogNo, StoreError},
};

/// A field that is wrong, and how.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// Its path in the request.
    pub field: String,
    /// What was expected, Chinese first.
    pub problem: String,
}

/// A refusal or failure of a use case.
#[derive(Clone, Debug, Error)]
pub enum OfficeError {
    /// Fields are missing or outside their limits.
    #[error("{}", .0.iter().map(|violation| format!("{}: {}", violation.field, violation.problem)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Violation>),
    /// Nothing is called so.
    #[error("找不到{what}: {name}  no such {what_en}: {name}")]
    NotFound {
        /// What was looked for, Chinese and English.
        what: &'static str,
        /// In English.
        what_en: &'static str,
        /// What it was called.
        name: String,
    },
    /// Several things are called so.
    #[error("{name} 可指多个{what}, 请写得更具体 several are called so, be more precise: {}", .candidates.join(", "))]
    Ambiguous {
        /// What was looked for.
        what: &'static str,
        /// What it was called.
        name: String,
        /// What it may be.
        candidates: Vec<String>,
    },
    /// Several partners have one code: who lost its key began anew, and the old one is pinned still.
    #[error("{code} 有多个密钥, 指纹为 several keys have this code, by fingerprint: {}", .keys.join(", "))]
    SeveralKeys {
        /// The code.
        code: String,
        /// Fingerprints, the one that was pinned first before the others, each with its last sync.
        keys: Vec<String>,
    },
    /// The request id belongs to another request.
    #[error("该请求编号已用于另一请求 the request id was used for another request")]
    RequestReused,
    /// The page token is not of this list.
    #[error("翻页标记与查询条件不符 the page token was not made for this filter")]
    PageToken,
    /// The roster file cannot be read.
    #[error("名册文件无法读取 the roster file cannot be read: {0}")]
    UnreadableFile(String),
    /// The tree says no.
    #[error(transparent)]
    Unit(#[from] UnitRefusal),
    /// The book of certificates says no.
    #[error(transparent)]
    Certificate(#[from] CertificateRefusal),
    /// No good electronic certificate.
    #[error(transparent)]
    Card(#[from] CardError),
    /// Not a form, or an altered one.
    #[error(transparent)]
    Form(#[from] SlipError),
    /// Not a form's code, or a mistyped one.
    #[error(transparent)]
    FormCode(#[from] FormCodeError),
    /// The invitation's text.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// Too late.
    #[error("邀请已过期 the invitation has expired")]
    InvitationExpired,
    /// Once only.
    #[error("邀请已被使用 the invitation was used already")]
    InvitationUsed,
    /// The other side lets no stranger in: nobody is invited there now.
    #[error(
        "对方没有待用的邀请: 这份邀请已被使用、已过期, 或并非对方发出 nobody is invited there now: the invitation was used, has expired, or was never issued there"
    )]
    InvitationClosed,
    /// Not ours, or never written.
    #[error("没有这份邀请 no such invitation")]
    InvitationUnknown,
    /// One's own, or for the other purpose.
    #[error("这份邀请是自己发出的或用途不同 the invitation is one's own, or for another purpose")]
    InvitationWrongKind,
    /// Met before, and what both sides hold of the correspondence differs.
    #[error(
        "与 {0} 已有往来, 对方所称的往来与此处所存不同, 结对未改变 there is a correspondence with {0} already, and the other side speaks of another one: nothing was changed"
    )]
    AlreadyPartner(String),
    /// The pin was taken away.
    #[error("与 {0} 的结对已撤销 the partner was revoked")]
    Revoked(String),
    /// The pin was taken away there.
    #[error("{0} 已撤销与本组织的结对 the partner has revoked us")]
    RevokedThere(String),
    /// The network.
    #[error("无法连接对方 the partner cannot be reached: {0}")]
    Unreachable(String),
    /// This process has no network part.
    #[error("节点未运行, 此操作需要网络 no node is running here, and this needs the network")]
    NoCarrier,
    /// The log can go on.
    #[error("日志可以继续, 不需要重新起始 the log can go on: no new epoch is needed")]
    EpochNotNeeded,
    /// The proposal names something that is not held here.
    #[error("{0}")]
    EpochDiffers(String),
    /// Nothing to accept.
    #[error("对方没有提出重新起始 the partner proposed no new epoch")]
    EpochNotProposed,
    /// No agreement today.
    #[error("与 {0} 之间目前没有生效的共管协议 no agreement with this partner is in force today")]
    NotInForce(String),
    /// Proposed only.
    #[error(
        "与 {partner} 的协议 {hash} 尚未经双方签署, 未生效 the agreement with this partner is not signed by both: it binds nobody yet"
    )]
    NotSigned {
        /// With whom.
        partner: String,
        /// Which.
        hash: AgreementHash,
    },
    /// Signed before.
    #[error("该协议我方已签署 already signed: {0}")]
    AlreadySigned(AgreementHash),
    /// Over.
    #[error("该协议已终止或已被取代 already ended or superseded: {0}")]
    AlreadyEnded(AgreementHash),
    /// Two agreements at once.
    #[error("协议期限与另一份协议 {0} 重叠 the days overlap those of another agreement")]
    Overlap(AgreementHash),
    /// Would disclose too much.
    #[error(
        "字段 {0} 不在协议披露范围内, 未写入 the field is outside the agreement's disclosure scope: nothing was written"
    )]
    OutOfScope(String),
    /// The table says no.
    #[error(transparent)]
    Transition(#[from] case::Refusal),
    /// One open case at a time.
    #[error("{0}")]
    OpenCase(String),
    /// A day that cannot be.
    #[error(transparent)]
    Dates(#[from] DateRefusal),
    /// Not a fact of ours in this case.
    #[error(
        "案卷 {case} 中没有我方序号为 {sequence} 的同类事实 entry {sequence} is no such fact of this side in the case"
    )]
    NotCorrectable {
        /// The case.
        case: CaseId,
        /// The entry.
        sequence: u64,
    },
    /// Receipt numbers are unique.
    #[error("收据号 {0} 已用过 the receipt number was used before")]
    ReceiptUsed(String),
    /// Too early.
    #[error("{0} 季度尚未结束, 自 {first} 起可办理 the quarter has not ended: it can be done from {first} on", first = .0.next().first_day())]
    QuarterOpen(Quarter),
    /// Too late.
    #[error("{0} 季度双方已结账 the quarter is closed by both")]
    QuarterClosed(Quarter),
    /// Nothing to compare.
    #[error("缺少{whose} {quarter} 季度通报 {whose_en} statement  of the quarter is missing")]
    StatementMissing {
        /// Whose, in Chinese.
        whose: &'static str,
        /// In English.
        whose_en: &'static str,
        /// Of when.
        quarter: Quarter,
    },
    /// Look again.
    #[error("对账结果已变化, 请重新查看后再签 the result has changed: look again before signing")]
    ResultChanged,
    /// Something was written between looking and writing.
    #[error(
        "办理期间又有新的记录写入, 未写入 something else was written meanwhile: nothing was written"
    )]
    Moved,
    /// Answers are missing.
    #[error("{0}")]
    TooEarly(String),
    /// Two histories.
    #[error("与 {0} 的日志出现分叉 two histories of one log were shown")]
    Fork(String),
    /// Restored, not yet confirmed.
    #[error("本节点可能缺少写给 {0} 的条目 this node may lack entries it wrote to this partner")]
    LostEntries(String),
    /// The key that signs is not here.
    #[error(
        "写给 {0} 的日志由更换后的密钥签署, 本节点没有该密钥 the log to this partner is signed with a newer key than this node has"
    )]
    KeyLost(String),
    /// A session or a letter stopped.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// A sealed file.
    #[error("密封信件无法使用 the sealed letter cannot be used: {0}")]
    LetterMalformed(String),
    /// A sealed file for somebody else.
    #[error("密封信件不是给本节点的 the sealed letter is for someone else")]
    LetterNotForUs,
    /// The one before it is missing.
    #[error(
        "密封信件从第 {first} 条开始, 本节点只有 {held} 条 the letter begins at {first}, {held} are held here"
    )]
    LetterGap {
        /// Where it begins.
        first: u64,
        /// What is held.
        held: u64,
    },
    /// No gateway.
    #[error("尚未登记上级网关 no gateway is enrolled")]
    NotEnrolled,
    /// The gateway's words.
    #[error("上级网关拒绝 the gateway refused: {0}")]
    GatewayRefused(String),
    /// The store.
    #[error(transparent)]
    Store(StoreError),
    /// A view or a record.
    #[error("{0}")]
    Damaged(String),
}

/// Where things of a kind are listed.
fn listed_by(kind: &str) -> &'static str {
    match kind {
        "member" => "用 member list 查看名册 look at member list",
        "case" => "用 flow list 查看案卷 look at flow list",
        "partner" => "用 partner list 查看结对 look at partner list",
        "agreement" => "用 agreement list 查看协议 look at agreement list",
        "policy" => "用 policy list 查看随程序提供的政策 look at policy list",
        "activity" | "form handed up" => "用 activity list 查看序号 look at activity list",
        "unit" | "branch or group" => {
            "用 unit list 查看组织架构; 没有党员的支部没有记录 look at unit list; nothing is recorded of a unit without members"
        }
        "plan of the year" => "先用 plan set 制定计划 set one with plan set",
        "filing of the plan" => "用 plan show 查看备案 look at plan show",
        "result of an appraisal" => "用 appraisal record 记录 record one with appraisal record",
        "appraisal, training or exemption" => {
            "用 appraisal show、training list 或 exemption list 查看序号 look at appraisal show, training list or exemption list"
        }
        "record of a book" => "用 book show 查看序号 look at book show",
        "duty" => "用 duties 查看编号 look at duties",
        "gateway" => "用 gateway list 查看 look at gateway list",
        "log" => "用 log list 查看 look at log list",
        _ => "用相应的 list 命令查看 look at the list",
    }
}

impl OfficeError {
    /// Does it say that no letter of this content may go, for as long as people leave it so? What happened can be kept here all the same: not
    /// while a sync would help, and not on a node that must not go on because its key was replaced elsewhere.
    pub(super) const fn hinders_letters(&self) -> bool {
        matches!(
            self,
            Self::OutOfScope(_) | Self::NotInForce(_) | Self::Revoked(_) | Self::Fork(_)
        )
    }

    /// A statement that was not issued or has not come; `whose` in Chinese and English.
    pub fn statement_missing(
        (whose, whose_en): (&'static str, &'static str),
        quarter: Quarter,
    ) -> Self {
        Self::StatementMissing {
            whose,
            whose_en,
            quarter,
        }
    }

    /// One field that is wrong.
    pub fn field(field: impl Into<String>, problem: impl std::fmt::Display) -> Self {
        Self::Invalid(vec![Violation {
            field: field.into(),
            problem: problem.to_string(),
        }])
    }

    /// A missing name.
    pub(super) fn not_found(what: (&'static str, &'static str), name: impl Into<String>) -> Self {
        Self::NotFound {
            what: what.0,
            what_en: what.1,
            name: name.into(),
        }
    }

    /// The reason's name in the API.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) | Self::Dates(_) => "INVALID",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::Ambiguous { .. } | Self::SeveralKeys { .. } => "AMBIGUOUS",
            Self::RequestReused => "REQUEST_ID_REUSED",
            Self::PageToken => "PAGE_TOKEN",
            Self::UnreadableFile(_) => "UNREADABLE_FILE",
            Self::Unit(_) => "UNIT",
            Self::Certificate(_) => "CERTIFICATE",
            Self::Card(_) => "CARD",
            Self::Form(_) | Self::FormCode(_) => "FORM",
            Self::Invitation(_) => "INVITATION_MALFORMED",
            Self::InvitationExpired => "INVITATION_EXPIRED",
            Self::InvitationUsed | Self::InvitationClosed => "INVITATION_USED",
            Self::InvitationUnknown => "INVITATION_UNKNOWN",
            Self::InvitationWrongKind => "INVITATION_WRONG_KIND",
            Self::AlreadyPartner(_) => "ALREADY_PARTNER",
            Self::Revoked(_) | Self::RevokedThere(_) => "REVOKED",
            Self::Unreachable(_) | Self::NoCarrier => "UNREACHABLE",
            Self::EpochNotNeeded => "EPOCH_NOT_NEEDED",
            Self::EpochNotProposed => "EPOCH_NOT_PROPOSED",
            Self::EpochDiffers(_) => "EPOCH_DIFFERS",
            Self::NotInForce(_) | Self::NotSigned { .. } => "NOT_IN_FORCE",
            Self::AlreadySigned(_) => "ALREADY_SIGNED",
            Self::AlreadyEnded(_) => "ALREADY_ENDED",
            Self::Overlap(_) => "OVERLAP",
            Self::OutOfScope(_) => "OUT_OF_SCOPE",
            Self::Transition(_) => "TRANSITION",
            Self::OpenCase(_) => "OPEN_CASE",
            Self::NotCorrectable { .. } => "NOT_CORRECTABLE",
            Self::ReceiptUsed(_) => "RECEIPT_USED",
            Self::QuarterOpen(_) | Self::TooEarly(_) => "QUARTER_OPEN",
            Self::QuarterClosed(_) => "QUARTER_CLOSED",
            Self::StatementMissing { .. } => "STATEMENT_MISSING",
            Self::ResultChanged | Self::Moved => "RESULT_CHANGED",
            Self::Fork(_) | Self::Store(StoreError::Frozen(_)) => "FORK",
            Self::LostEntries(_)
            | Self::Store(StoreError::MustRecover { .. } | StoreError::SeenLess { .. }) => {
                "LOST_ENTRIES"
            }
            Self::KeyLost(_) | Self::Store(StoreError::KeyLost(_)) => "KEY_LOST",
            Self::Stopped(stop) => stop_reason(stop),
            Self::LetterMalformed(_) => "LETTER_MALFORMED",
            Self::LetterNotForUs => "LETTER_NOT_FOR_US",
            Self::LetterGap { .. } => "LETTER_GAP",
            Self::NotEnrolled => "NOT_ENROLLED",
            Self::GatewayRefused(_) => "REPORT_REFUSED",
            Self::Store(StoreError::DiskFull(_)) => "STORE_FULL",
            Self::Store(StoreError::Stopped(_)) => "CLOSING",
            Self::Store(StoreError::NotAStore(_)) => "NO_STORE",
            Self::Store(StoreError::NotEmpty(_)) => "NOT_EMPTY",
            Self::Store(StoreError::Locked { .. }) => "STORE_LOCKED",
            Self::Store(StoreError::WrongKey(_) | StoreError::KeyFileMissing(_)) => "WRONG_KEY",
            Self::Store(StoreError::NotEncrypted(_)) => "NOT_ENCRYPTED",
            Self::Store(_) | Self::Damaged(_) => "STORE_DAMAGED",
        }
    }

    /// What to do next, Chinese first.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unit(
                UnitRefusal::Unknown | UnitRefusal::Closed(..) | UnitRefusal::Order { .. },
            ) => "用 unit list 查看组织架构 look at the tree with unit list",
            Self::Invalid(_) | Self::Dates(_) | Self::Unit(_) => {
                "改正后重试 correct it and try again"
            }
            Self::NotFound { what_en, .. } => listed_by(what_en),
            Self::Ambiguous { .. } => "改用标识的前 8 位 name it by the first 8 digits of its id",
            Self::SeveralKeys { .. } => {
                "写指纹的前 8 位; 对方若丢失密钥后新建了节点, 电话核实新指纹, 再用 partner revoke 撤销旧指纹, 此后代码即指新节点 name it by the first 8 digits of its fingerprint; if it lost its key and began anew, compare the new fingerprint by telephone and revoke the old one: the code then means the new node"
            }
            Self::RequestReused => "换一个请求编号 take a new request id",
            Self::PageToken => "从第一页重新查询 begin again at the first page",
            Self::UnreadableFile(_) => {
                "用表格软件另存为 XLSX 或 CSV, 表头含“姓名”一列 save it as XLSX or CSV with a header row that names the columns"
            }
            Self::Certificate(_) => {
                "用 certificate list 和 certificate range list 查看 look at certificate list and certificate range list"
            }
            Self::Form(_) | Self::FormCode(_) => {
                "对照纸质表格核对, 并联系出具的党组织 compare it with the paper, and call the organization that issued it"
            }
            Self::Card(_) => {
                "查验纸质活动证, 并联系发证党组织 look at the paper and call the issuer"
            }
            Self::Invitation(_)
            | Self::InvitationExpired
            | Self::InvitationUsed
            | Self::InvitationClosed
            | Self::InvitationUnknown => {
                "请对方重新发出邀请; 如非本单位使用, 请对方核对是谁用了它 ask for a new invitation, and, if it was used by somebody else, by whom"
            }
            Self::InvitationWrongKind => {
                "结对邀请用 partner accept, 网关邀请用 gateway enroll  use the command for its purpose"
            }
            Self::AlreadyPartner(_) => {
                "数据不全的一方先从较新的备份恢复 (restore), 再接受邀请; 没有备份的, 另行 init 新节点并以新密钥结对 the side whose data are incomplete restores a newer backup and accepts again; without one, a new node (init) becomes a partner with its new key"
            }
            Self::Revoked(_) | Self::RevokedThere(_) => {
                "如需恢复, 请重新邀请结对, 往来从中断处继续 going on needs a new invitation, and goes on where it stopped"
            }
            Self::Unreachable(_) => {
                "用 partner check 逐步检查连接 look at it step by step with partner check"
            }
            Self::NoCarrier => {
                "先运行 hongyan-node serve, 或改用 letter export/import  start hongyan-node serve, or carry a sealed letter"
            }
            Self::EpochNotNeeded => "照常同步 synchronize as usual",
            Self::EpochDiffers(_) => {
                "请对方同步后重新执行 partner reset-epoch  ask the partner to synchronize and to run partner reset-epoch again"
            }
            Self::EpochNotProposed => "先同步以了解对方情况 synchronize first",
            Self::NotInForce(_) | Self::NotSigned { .. } => {
                "先提出并由双方签署协议 propose an agreement and let both sides sign it"
            }
            Self::AlreadySigned(_) => "等待对方签署 wait for the partner",
            Self::AlreadyEnded(_) => "提出新的协议 propose a new agreement",
            Self::Overlap(_) => {
                "用 agreement amend 取代它, 或先终止它 amend that one, or end it first"
            }
            Self::OutOfScope(_) => {
                "去掉该字段, 或修订协议的披露范围 leave the field out, or amend the agreement"
            }
            Self::Transition(_) => "用 flow show 查看案卷现状 look at the case with flow show",
            Self::OpenCase(_) => "在已有案卷中办理 go on in the open case",
            Self::NotCorrectable { .. } => {
                "用 record list 查看可更正的记录 see what can be corrected with record list"
            }
            Self::ReceiptUsed(_) => "核对收据号 check the receipt number",
            Self::QuarterOpen(_) => "季度结束次日起办理 come back the day after it ended",
            Self::TooEarly(_) => "先逐条答复 answer the lines first",
            Self::QuarterClosed(_) => "更正记入下一季度 bring corrections into the next quarter",
            Self::StatementMissing { .. } => "先发出通报并同步 issue the statement and synchronize",
            Self::Moved => "稍后重试 try again in a moment",
            Self::ResultChanged => "用 reconcile show 重新查看 look again with reconcile show",
            Self::Fork(_) => {
                "停止使用, 双方核对检查点后决定 stop, compare checkpoints with the partner and decide"
            }
            Self::LostEntries(_) => LOST,
            Self::KeyLost(_) => KEY_LOST,
            Self::Stopped(_) => "用 partner check 查看原因 see why with partner check",
            Self::LetterMalformed(_) => "请对方重新导出 ask for another export",
            Self::LetterNotForUs => "交给正确的收件方 hand it to whom it is for",
            Self::LetterGap { .. } => "先导入前一封 import the one before it first",
            Self::NotEnrolled => "用 gateway enroll 登记 enroll with the department's invitation",
            Self::GatewayRefused(_) => {
                "按网关的说明更正后重试 correct what the gateway says and try again"
            }
            Self::Store(error) => of_store(error),
            Self::Damaged(_) => DAMAGED,
        }
    }
}

/// Where what is not readable here comes from.
const DAMAGED: &str = "用 status 和 log verify 查看, 从对方或备份取回 see status and log verify; the partner or a backup has it";

/// How the end of an own log comes back.
const LOST: &str = "先与对方同步, 由对方交还; 无法联网时用 letter export --ask 发信询问, 导入对方回信后再写 synchronize first: the partner gives them back; without a network write letter export --ask and import the answer";

/// How a node whose key was replaced elsewhere goes on.
const KEY_LOST: &str = "恢复换钥之后的备份, 或新建节点并以新邀请结对  restore a backup from after the rotation, or make a new node and begin with an invitation";

/// What to do next about the store itself.
const fn of_store(error: &StoreError) -> &'static str {
    match error {
        StoreError::MustRecover {
            log: LogNo::LOCAL, ..
        } => {
            "恢复备份, 或 backup 后 restore  restore a backup, or back up what is left and restore that"
        }
        StoreError::MustRecover { .. } | StoreError::SeenLess { .. } => LOST,
        StoreError::KeyLost(_) => KEY_LOST,
        StoreError::DiskFull(_) => "腾出磁盘空间后重启节点 make room and start the node again",
        StoreError::Stopped(_) => "稍后用同一请求编号重试 try again later with the same request id",
        StoreError::NotAStore(_) => {
            "用 init 建立节点, 或用 --data 指明数据目录 make a node with init, or name its folder with --data"
        }
        StoreError::NotEmpty(_) => {
            "另选空目录 (--data); 已有节点则不必再建 choose an empty folder with --data; a node that is there needs no other"
        }
        StoreError::Locked { .. } => {
            "停止占用它的进程, 或等它结束后重试 stop the process that holds it, or try again when it has ended"
        }
        StoreError::NotEncrypted(_) => {
            "选对文件后重试; 数据没有改变 try again with the right file; no data were changed"
        }
        StoreError::WrongKey(_) | StoreError::KeyFileMissing(_) => {
            "核对口令或密钥文件; 数据没有改变 check the passphrase or the key file; no data were changed"
        }
        _ => DAMAGED,
    }
}

const fn stop_reason(stop: &Stop) -> &'static str {
    use hongyan_proto::message::StopReason;
    match stop.reason {
        StopReason::Version => "VERSION",
        StopReason::BadFrame | StopReason::Protocol => "BAD_FRAME",
        StopReason::Fork => "FORK",
        StopReason::Epoch => "EPOCH_CHANGED",
        StopReason::Store => "STORE_FULL",
        StopReason::Revoked => "REVOKED",
        StopReason::Timeout => "UNREACHABLE",
        StopReason::Key => "KEY_LOST",
    }
}

impl From<StoreError> for OfficeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<BookError> for OfficeError {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Store(error) => Self::Store(error),
            BookError::Epoch { .. } => Self::EpochDiffers(error.to_string()),
            BookError::UnknownPartner(key) => {
                Self::not_found(("结对党组织", "partner"), key.to_string())
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<PayloadError> for OfficeError {
    fn from(error: PayloadError) -> Self {
        let field = error.path().unwrap_or("payload").to_owned();
        let problem = match error {
            PayloadError::Field { reason, .. } => reason.to_string(),
            other => other.to_string(),
        };
        Self::field(field, problem)
    }
}

impl From<PaperError> for OfficeError {
    fn from(error: PaperError) -> Self {
        match error {
            PaperError::Slip(error) => error.into(),
            PaperError::Code(error) => error.into(),
        }
    }
}

/// Names the field a value came from.
pub(super) trait At<T> {
    /// The value, or the field that is wrong.
    fn at(self, field: &str) -> Result<T, OfficeError>;
}

impl<T> At<T> for Result<T, IdError> {
    fn at(self, field: &str) -> Result<T, OfficeError> {
        self.map_err(|error| OfficeError::field(field, error))
    }
}

impl<T> At<T> for Result<T, TimeError> {
    fn at(self, field: &str) -> Result<T, OfficeError> {
        self.map_err(|error| OfficeError::field(field, error))
    }
}

impl<T> At<T> for Result<T, ValueError> {
    fn at(self, field: &str) -> Result<T, OfficeError> {
        self.map_err(|error| OfficeError::field(field, error))
    }
}
