//! `key`: the identity key shown and replaced, the TLS key replaced.

use clap::Subcommand;
use hongyan_proto::pb::office::v1::{
    GetKeyRequest, GetKeyResponse, RenewTlsRequest, RotateKeyRequest,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    values::show_time,
};

/// What to do with the identity key.
#[derive(Debug, Subcommand)]
pub(super) enum KeyVerb {
    /// 查看身份密钥指纹与历次更换 Show the identity key's fingerprint and those before it
    #[command(after_help = "例 Example:\n  hongyan-node key show")]
    Show,
    /// 更换身份密钥, 旧密钥在重叠期内仍有效 Replace the identity key; the old one stays valid for the overlap
    #[command(after_help = "例 Example:\n  hongyan-node key rotate --overlap-days 30")]
    Rotate {
        /// 旧密钥仍被接受的天数 Days for which the old key is still accepted
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=90))]
        overlap_days: u32,
    },
    /// 更换 TLS 密钥与证书, 身份密钥不变 Replace the TLS key and certificate; the identity key stays
    #[command(after_help = "例 Example:\n  hongyan-node key renew-tls")]
    RenewTls,
}

pub(super) async fn run(verb: KeyVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        KeyVerb::Show => show(session).await,
        KeyVerb::Rotate { overlap_days } => rotate(overlap_days, session).await,
        KeyVerb::RenewTls => renew_tls(session).await,
    }
}

async fn show(session: &mut Session<'_>) -> Result<Ended, Failure> {
    let answer = client!(session, node_service_client::NodeServiceClient)
        .get_key(GetKeyRequest {})
        .await?
        .into_inner();
    session.show(&answer, keys)?;
    Ok(Ended::Well)
}

async fn renew_tls(session: &mut Session<'_>) -> Result<Ended, Failure> {
    let request = RenewTlsRequest {
        actor: session.actor()?,
    };
    let answer = client!(session, node_service_client::NodeServiceClient)
        .renew_tls(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        fields(lang)
            .add("TLS 密钥", "TLS key", &answer.tls_fingerprint)
            .add(
                "证书有效至",
                "certificate until",
                show_time(answer.tls_until_ms),
            )
            .render()
    })?;
    Ok(Ended::Well)
}

fn keys(answer: &GetKeyResponse, lang: Lang) -> String {
    let own = fields(lang)
        .add("指纹", "fingerprint", &answer.fingerprint)
        .add("电话核对", "by telephone", &answer.spoken)
        .add("启用于", "since", show_time(answer.since_ms))
        .add("TLS 密钥", "TLS key", &answer.tls_fingerprint)
        .add(
            "证书有效至",
            "certificate until",
            show_time(answer.tls_until_ms),
        )
        .render();
    if answer.previous.is_empty() {
        return own;
    }
    let headings = [
        ("旧指纹", "earlier fingerprint"),
        ("启用于", "since"),
        ("更换于", "replaced"),
        ("停用于", "accepted until"),
    ];
    let mut rows = table(lang, &headings);
    for before in &answer.previous {
        rows.row([
            before.spoken.clone(),
            show_time(before.since_ms),
            show_time(before.replaced_ms),
            show_time(before.accepted_until_ms),
        ]);
    }
    format!("{own}\n{}", rows.render(lang))
}

async fn rotate(overlap_days: u32, session: &mut Session<'_>) -> Result<Ended, Failure> {
    session.confirm(
        &format!(
            "将更换身份密钥: 每份日志写入一条由新旧密钥共同签署的声明; 对方党组织和组织部凭此自动认新密钥, 无需重新邀请; \
             旧密钥 {overlap_days} 天内仍被接受, 之后停用。换钥前的备份不能再用于恢复书写, 完成后请立即另做备份, 并可用电话告知新指纹。继续?"
        ),
        &format!(
            "The identity key will be replaced: a statement signed by both keys goes into every log, and partners and departments \
             follow it by themselves, without a new invitation; the old key stays accepted for {overlap_days} days. A backup from before \
             cannot be restored to write any more: make a new one right after, and tell the new fingerprint by telephone. Go on?"
        ),
    )?;
    let request = RotateKeyRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        overlap_days,
    };
    let answer = client!(session, node_service_client::NodeServiceClient)
        .rotate_key(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        fields(lang)
            .add("新指纹", "new fingerprint", &answer.fingerprint)
            .add("电话核对", "by telephone", &answer.spoken)
            .add(
                "旧密钥有效至",
                "old key until",
                show_time(answer.overlap_until_ms),
            )
            .add(
                "下一步",
                "next",
                lang.say(
                    "立即另做备份: hongyan-node backup",
                    "make a new backup now: hongyan-node backup",
                ),
            )
            .render()
    })?;
    Ok(Ended::Well)
}
