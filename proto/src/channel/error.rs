//! Why a channel does not come about or has ended, in words people can act on.

use std::{error::Error as StdError, io};

use rustls::{AlertDescription, Error};
use thiserror::Error as ThisError;

use super::certificate::CertificateError;
use crate::identity::{Endpoint, EndpointError};

/// A channel's trouble. Each text says whose turn it is.
#[derive(Clone, Debug, Eq, PartialEq, ThisError)]
pub enum ChannelError {
    /// The address is not host:port.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The host name has no address.
    #[error(
        "无法解析主机名 {0}: {1}; 核对地址或本机 DNS  the host name has no address; check the address and this machine's DNS"
    )]
    Resolve(Endpoint, String),
    /// No program listens there.
    #[error(
        "{0} 无程序监听; 请对方启动节点或核对端口与防火墙 nothing listens at {0}; ask them to start the node, or check port and firewall"
    )]
    NothingListens(Endpoint),
    /// No way there.
    #[error("无法到达 {0}: {1}; 检查网络 no way to {0}; check the network")]
    Unreachable(Endpoint, String),
    /// No answer in time.
    #[error(
        "{0} 未及时应答; 检查网络与防火墙  {0} did not answer in time; check network and firewall"
    )]
    TimedOut(Endpoint),
    /// The other side speaks no TLS.
    #[error("对方端口不是 TLS; 核对端口 the other side does not speak TLS; check the port")]
    NotTls,
    /// The other side is no gRPC server.
    #[error("对方不使用 HTTP/2; 核对端口 the other side does not speak HTTP/2; check the port")]
    NotHttp2,
    /// The other side speaks no TLS 1.3.
    #[error(
        "双方没有共同的 TLS 1.3 套件; 请对方升级 no TLS 1.3 in common with the other side; ask them to upgrade: {0}"
    )]
    Incompatible(String),
    /// Their certificate is refused here: wrong key, expired, forged.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Our key is not pinned there.
    #[error(
        "对方未登记本机密钥, 或已撤销, 或本机密钥已被更换而停用 (恢复了旧备份?); 请对方核对并重新邀请 the other side has not pinned our key, or has revoked it, or knows that it was replaced (was an old backup restored here?); ask them to check and invite again"
    )]
    RefusedByPeer,
    /// Our certificate is out of its validity there.
    #[error(
        "对方认为本机证书不在有效期内; 重新签发证书并核对两边时钟 our certificate is not valid at the other side's time; issue a new one and compare both clocks"
    )]
    OwnCertificateExpired,
    /// Our certificate is refused there for another reason.
    #[error(
        "对方拒绝了本机的证书 ({0}); 重新签发证书 the other side refused our certificate; issue it again"
    )]
    OwnCertificateRefused(String),
    /// The other side ended the connection.
    #[error(
        "连接已被对方关闭; 稍后重试, 若反复出现请对方核对密钥登记 the other side closed the connection; try again later, and if it repeats ask them whether our key is still pinned"
    )]
    Closed,
    /// Anything else.
    #[error("连接失败 the connection failed: {0}")]
    Other(String),
}

/// The words for an error of tonic's (a failed call's `Status`, a transport error) or anything it was caused by.
pub fn explain(error: &(dyn StdError + 'static)) -> ChannelError {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if let Some(known) = current.downcast_ref::<ChannelError>() {
            return known.clone();
        }
        if let Some(io) = current.downcast_ref::<io::Error>() {
            return classify(io);
        }
        cause = current.source();
    }
    // HTTP/2 hands on only the text of what ended a connection.
    let text = whole_text(error);
    if text.contains("AccessDenied") {
        ChannelError::RefusedByPeer
    } else if text.contains("CertificateExpired") {
        ChannelError::OwnCertificateExpired
    } else if ["closed", "reset", "broken pipe", "keep-alive timed out"]
        .iter()
        .any(|sign| text.contains(sign))
    {
        ChannelError::Closed
    } else {
        ChannelError::Other(text)
    }
}

fn whole_text(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        text.push_str(": ");
        text.push_str(&current.to_string());
        cause = current.source();
    }
    text
}

pub(super) fn classify(error: &io::Error) -> ChannelError {
    if let Some(inner) = error.get_ref() {
        if let Some(tls) = inner.downcast_ref::<Error>() {
            return classify_tls(tls);
        }
        if let Some(known) = inner.downcast_ref::<ChannelError>() {
            return known.clone();
        }
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => ChannelError::Closed,
        _ => ChannelError::Other(error.to_string()),
    }
}

fn classify_tls(error: &Error) -> ChannelError {
    use AlertDescription as Alert;
    match error {
        Error::AlertReceived(Alert::AccessDenied) => ChannelError::RefusedByPeer,
        Error::AlertReceived(Alert::CertificateExpired) => ChannelError::OwnCertificateExpired,
        Error::AlertReceived(
            alert @ (Alert::BadCertificate
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::CertificateRevoked
            | Alert::UnsupportedCertificate
            | Alert::DecryptError
            | Alert::UnknownCA),
        ) => ChannelError::OwnCertificateRefused(format!("{alert:?}")),
        Error::AlertReceived(alert @ (Alert::ProtocolVersion | Alert::HandshakeFailure)) => {
            ChannelError::Incompatible(format!("{alert:?}"))
        }
        Error::AlertReceived(Alert::NoApplicationProtocol) | Error::NoApplicationProtocol => {
            ChannelError::NotHttp2
        }
        Error::PeerIncompatible(why) => ChannelError::Incompatible(format!("{why:?}")),
        Error::InvalidMessage(_) => ChannelError::NotTls,
        other => ChannelError::Other(other.to_string()),
    }
}
