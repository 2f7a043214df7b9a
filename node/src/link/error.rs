//! Why a partner could not be reached or will not speak, in words a person can act on.

use hongyan_proto::channel::{ChannelError, explain};
use thiserror::Error;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::{book::BookError, store::StoreError};

/// The domain of the reasons in `google.rpc.ErrorInfo`.
pub const ERROR_DOMAIN: &str = "hongyan.exchange.v1";

/// What the exchange refuses, and why. The name travels as `ErrorInfo.reason`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// No invitation has this secret.
    InvitationUnknown,
    /// It was not redeemed in time.
    InvitationExpired,
    /// It was redeemed already.
    InvitationUsed,
    /// The two know of another correspondence than the caller speaks of.
    AlreadyPartner,
    /// The caller's key is no partner's.
    NotPinned,
    /// The caller's key was a partner's.
    Revoked,
    /// The correspondence stopped: two histories.
    Fork,
    /// Another session between the two is under way.
    Busy,
    /// A field is not what it should be.
    Malformed,
    /// This node's store.
    Store,
}

const REASONS: [(Reason, Code, &str, &str); 10] = [
    (
        Reason::InvitationUnknown,
        Code::PermissionDenied,
        "INVITATION_UNKNOWN",
        "邀请密语不符, 请核对邀请文字 no invitation has this secret: check the invitation's text",
    ),
    (
        Reason::InvitationExpired,
        Code::PermissionDenied,
        "INVITATION_EXPIRED",
        "邀请已过期, 请对方重新发出 the invitation has expired: ask for a new one",
    ),
    (
        Reason::InvitationUsed,
        Code::PermissionDenied,
        "INVITATION_USED",
        "邀请已被使用, 请对方重新发出并核对是谁用了它 the invitation was used already: ask for a new one, and who used it",
    ),
    (
        Reason::AlreadyPartner,
        Code::FailedPrecondition,
        "ALREADY_PARTNER",
        "双方已有往来, 与本机所称不同: 先从较新的备份恢复, 再接受邀请 the two have a correspondence already, and this node speaks of another one: restore a newer backup first",
    ),
    (
        Reason::NotPinned,
        Code::PermissionDenied,
        "NOT_PINNED",
        "对方未登记本机密钥, 请先用邀请结对 the other side has not pinned our key: become partners by an invitation first",
    ),
    (
        Reason::Revoked,
        Code::PermissionDenied,
        "REVOKED",
        "对方已撤销与本组织的结对, 恢复须重新邀请 the partner has revoked us: going on needs a new invitation",
    ),
    (
        Reason::Fork,
        Code::FailedPrecondition,
        "FORK",
        "日志出现分叉, 互通已停止, 须由双方人员核对处理 the log has two histories and the correspondence has stopped: people on both sides must decide",
    ),
    (
        Reason::Busy,
        Code::Aborted,
        "BUSY",
        "双方之间另有同步正在进行, 稍后自动再试 another session between the two is under way: it is tried again by itself",
    ),
    (
        Reason::Malformed,
        Code::InvalidArgument,
        "MALFORMED",
        "请求字段不合格式 a field of the request is malformed",
    ),
    (
        Reason::Store,
        Code::Internal,
        "STORE",
        "对方存储无法读写, 须由对方处理 the other side's store fails: its operator must act",
    ),
];

impl Reason {
    fn row(self) -> &'static (Self, Code, &'static str, &'static str) {
        // Every reason has its row: the test below holds it so.
        REASONS
            .iter()
            .find(|row| row.0 == self)
            .unwrap_or(&REASONS[9])
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        self.row().3
    }

    /// The refusal as it travels.
    pub(super) fn status(self, detail: &str) -> Status {
        let (_, code, name, words) = self.row();
        let text = if detail.is_empty() {
            (*words).to_owned()
        } else {
            format!("{words}: {detail}")
        };
        let details = ErrorDetails::with_error_info(*name, ERROR_DOMAIN, []);
        Status::with_error_details(*code, text, details)
    }

    /// The reason in a refusal that travelled.
    pub(super) fn of(status: &Status) -> Option<Self> {
        let info = status.get_details_error_info()?;
        let row = REASONS
            .iter()
            .find(|row| row.2 == info.reason && info.domain == ERROR_DOMAIN);
        row.map(|row| row.0)
    }
}

/// What can go wrong between this node and another.
#[derive(Clone, Debug, Error)]
pub enum LinkError {
    /// The way there.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The other side refuses, for a known reason.
    #[error("{}", .0.words())]
    Refused(Reason),
    /// The other side refuses otherwise.
    #[error("对方拒绝 the other side refused ({0:?}): {1}")]
    Status(Code, String),
    /// The partner has no address to dial.
    #[error(
        "对方没有可拨的地址, 请等待对方来连或用信件文件 the partner has no endpoint: wait for it to dial, or carry a sealed letter"
    )]
    NoEndpoint,
    /// The partner is revoked here.
    #[error(
        "本方已撤销该结对, 恢复须重新邀请 this side has revoked the partner: going on needs a new invitation"
    )]
    RevokedHere,
    /// The other side answered with something that makes no sense.
    #[error("对方的回答不合格式 the other side's answer is malformed: {0}")]
    Answer(String),
    /// The book.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This node is closing.
    #[error("本节点正在关闭 this node is closing")]
    Closing,
}

impl From<Status> for LinkError {
    fn from(status: Status) -> Self {
        if let Some(reason) = Reason::of(&status) {
            return Self::Refused(reason);
        }
        match explain(&status) {
            // A status that no connection caused is the other side's own word.
            ChannelError::Other(_) => Self::Status(status.code(), status.message().to_owned()),
            known => Self::Channel(known),
        }
    }
}

/// A failed stream in words.
pub(super) fn words(status: &Status) -> String {
    LinkError::from(status.clone()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_read_as_what_it_was() {
        for (reason, code, name, words) in REASONS {
            let status = reason.status("");
            assert_eq!(
                (Reason::of(&status), status.code()),
                (Some(reason), code),
                "{name}"
            );
            assert!(status.message().contains(words));
            assert!(
                matches!(LinkError::from(status), LinkError::Refused(found) if found == reason)
            );
        }
    }

    #[test]
    fn a_refusal_of_another_service_is_no_reason_of_ours() {
        let details = ErrorDetails::with_error_info("REVOKED", "elsewhere", []);
        let status = Status::with_error_details(Code::PermissionDenied, "no", details);
        assert_eq!(Reason::of(&status), None);
    }
}
