//! The way to the partner: its address, its port, TLS and the key behind it.

use std::{
    io::{self, ErrorKind},
    time::Duration,
};

use hongyan_proto::{
    channel::{CertificateError, ChannelError},
    identity::Endpoint,
};
use tokio::{net::TcpStream, time::timeout};

use super::verdict::{CheckState, Verdict, Words, bad, both, ok};

use crate::book::{Partner, PartnerState};
use crate::link::LinkError;

/// How long a name or a port is waited for.
const STEP_LIMIT: Duration = Duration::from_secs(5);

pub(super) fn address(partner: &Partner) -> Result<Endpoint, Verdict> {
    let failed = |found, zh, en| Err(bad(CheckState::Failed, found, zh, en));
    if partner.state == PartnerState::Revoked {
        let found = Words::new("本方已撤销该结对", "this side has revoked the partner");
        return failed(
            found,
            "如需恢复请重新邀请",
            "going on needs a new invitation",
        );
    }
    partner.endpoint.parse().or_else(|_| {
        let found = Words::new("对方没有可拨的地址", "the partner has no endpoint to dial");
        failed(
            found,
            "等待对方来连, 或用信件文件",
            "wait for it to dial, or carry a sealed letter",
        )
    })
}

pub(super) async fn resolve(endpoint: &Endpoint) -> Verdict {
    let looked_up = tokio::net::lookup_host((endpoint.host(), endpoint.port()));
    let addresses: Vec<String> = match timeout(STEP_LIMIT, looked_up).await {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip().to_string()).collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    };
    let host = endpoint.host();
    if addresses.is_empty() {
        let found = Words::new(format!("{host} 无法解析"), format!("{host} has no address"));
        return bad(
            CheckState::Failed,
            found,
            "核对主机名或本机 DNS",
            "check the host name and this machine's DNS",
        );
    }
    let list = addresses.join(", ");
    ok(format!("{host} 解析为 {list}"), format!("{host} is {list}"))
}

pub(super) async fn knock(endpoint: &Endpoint) -> Verdict {
    let connecting = TcpStream::connect((endpoint.host(), endpoint.port()));
    let why = match timeout(STEP_LIMIT, connecting).await {
        Ok(Ok(_)) => {
            return ok(
                format!("{endpoint} 可连接"),
                format!("{endpoint} takes connections"),
            );
        }
        Ok(Err(error)) => why(&error),
        Err(_) => why(&ErrorKind::TimedOut.into()),
    };
    let found = Words::new(
        format!("{endpoint} 连不上: {}", why.zh),
        format!("{endpoint} does not answer: {}", why.en),
    );
    bad(
        CheckState::Failed,
        found,
        "请对方确认节点已启动, 并核对端口与防火墙",
        "ask them whether the node runs; check port and firewall",
    )
}

/// Why a port took no connection, in both languages.
fn why(error: &io::Error) -> Words {
    let (zh, en) = match error.kind() {
        ErrorKind::ConnectionRefused => ("没有程序在该端口监听", "nobody listens there"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => ("连接被切断", "it was cut"),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            ("没有通往该主机的网络", "no network leads there")
        }
        ErrorKind::TimedOut => ("超时", "timed out"),
        _ => return Words::new(format!("网络出错 ({error})"), error.to_string()),
    };
    Words::new(zh, en)
}

/// Is TLS itself in order? Whose key answers is the next step's question.
pub(super) fn tls(connected: &Result<(), LinkError>) -> Verdict {
    let key_trouble = |error: &ChannelError| {
        matches!(
            error,
            ChannelError::Certificate(
                CertificateError::WrongKey { .. }
                    | CertificateError::NotPinned(_)
                    | CertificateError::Retired { .. }
            ) | ChannelError::RefusedByPeer
        )
    };
    match connected {
        Err(LinkError::Channel(error)) if !key_trouble(error) => bad(
            CheckState::Failed,
            both(&error.to_string()),
            "按上述说明由相应一方处理",
            "the side named must act",
        ),
        _ => ok(
            "TLS 1.3 正常, 证书有效",
            "TLS 1.3, the certificate is in order",
        ),
    }
}

pub(super) fn wrong_key(error: &LinkError) -> Verdict {
    bad(
        CheckState::Failed,
        both(&error.to_string()),
        "用电话核对双方指纹; 若一方更换了密钥而无旧密钥签署的声明, 请重新邀请, 再用 partner revoke 撤销旧指纹",
        "compare both fingerprints by telephone; if a key was replaced and nothing signed by the old one says so, invite again, then partner revoke the old fingerprint",
    )
}

pub(super) fn wrong_key_or_cut(words: &str) -> Verdict {
    bad(
        CheckState::Failed,
        both(words),
        "请对方核对是否仍登记本方密钥, 并查看其日志",
        "ask them whether our key is still pinned, and what their log says",
    )
}
