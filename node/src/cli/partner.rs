//! `partner`: who we correspond with, and how trust begins, changes and ends.

use std::io::BufRead as _;

use clap::Subcommand;
use hongyan_proto::pb::office::v1::{
    AcceptEpochRequest, AcceptInvitationRequest, CheckPartnerRequest, CheckPartnerResponse,
    CreateInvitationRequest, CreateInvitationResponse, ListPartnersRequest, Partner,
    ResetEpochRequest, RevokePartnerRequest,
};
use qrcode::{QrCode, render::unicode::Dense1x2};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    status,
    values::{show_micros, show_time},
    words,
};

/// What to do with partners.
#[derive(Debug, Subcommand)]
pub(super) enum PartnerVerb {
    /// 写一份邀请, 由人带给对方 Write an invitation that people carry to the other side
    #[command(
        after_help = "例 Example:\n  hongyan-node partner invite --valid-hours 72\n\n邀请只能用一次; 请打电话核对指纹 it works once; compare the fingerprint by telephone"
    )]
    Invite {
        /// 写进邀请的地址 主机:端口; 缺省为本节点地址 host:port to write into it; default: this node's
        #[arg(long, default_value = "", hide_default_value = true)]
        endpoint: String,
        /// 有效小时数 Hours it works
        #[arg(long, default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=720))]
        valid_hours: u32,
    },
    /// 接受对方的邀请, 建立互信 Accept an invitation: each pins the other's key
    #[command(
        after_help = "例 Example:\n  hongyan-node partner accept hongyan1:AQ…\n  hongyan-node partner accept - < invitation.txt"
    )]
    Accept {
        /// 邀请文本; "-" 从标准输入读 The invitation; "-" reads standard input
        text: String,
    },
    /// 列出对方党组织 List partners
    #[command(after_help = "例 Example:\n  hongyan-node partner list")]
    List {
        /// 也列已撤销的 Also the revoked ones
        #[arg(long)]
        revoked: bool,
    },
    /// 逐步检查到对方的通路 Check the way to a partner, step by step
    #[command(after_help = "例 Example:\n  hongyan-node partner check 340800-002")]
    Check {
        /// 对方代码或指纹前缀; 只有一个对方时可省 Code or fingerprint prefix; not needed with one partner
        #[arg(default_value = "", hide_default_value = true)]
        partner: String,
    },
    /// 撤销互信 (不可恢复) Revoke a partner's key (irreversible)
    #[command(
        after_help = "例 Example:\n  hongyan-node partner revoke 340800-002 --reason 密钥泄露"
    )]
    Revoke {
        /// 对方代码或指纹前缀 Code or fingerprint prefix
        partner: String,
        /// 原因 Why
        #[arg(long)]
        reason: String,
    },
    /// 本方日志无法接续时另起新纪元 (需对方同意) Start a new epoch when our log cannot go on (the partner must agree)
    #[command(
        after_help = "例 Example:\n  hongyan-node partner reset-epoch 340800-002 --reason 硬盘损坏且无备份"
    )]
    ResetEpoch {
        /// 对方代码或指纹前缀 Code or fingerprint prefix
        partner: String,
        /// 原因, 对方经办人会看到 Why; the partner's operator reads it
        #[arg(long)]
        reason: String,
    },
    /// 同意对方另起新纪元 Agree to the partner's new epoch
    #[command(after_help = "例 Example:\n  hongyan-node partner accept-epoch 320200-001")]
    AcceptEpoch {
        /// 对方代码或指纹前缀 Code or fingerprint prefix
        partner: String,
    },
}

pub(super) async fn run(verb: PartnerVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        PartnerVerb::Invite {
            endpoint,
            valid_hours,
        } => invite(endpoint, valid_hours, session).await?,
        PartnerVerb::Accept { text } => accept(text, session).await?,
        PartnerVerb::List { revoked } => {
            let answer = client!(session, partner_service_client::PartnerServiceClient)
                .list_partners(ListPartnersRequest { revoked })
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                status::partners(&answer.partners, lang)
            })?;
        }
        PartnerVerb::Check { partner } => {
            let answer = client!(session, partner_service_client::PartnerServiceClient)
                .check_partner(CheckPartnerRequest { partner })
                .await?
                .into_inner();
            session.show(&answer, checked)?;
            return Ok(Ended::well_if(answer.healthy));
        }
        PartnerVerb::Revoke { partner, reason } => revoke(partner, reason, session).await?,
        PartnerVerb::ResetEpoch { partner, reason } => reset(partner, reason, session).await?,
        PartnerVerb::AcceptEpoch { partner } => accept_epoch(partner, session).await?,
    }
    Ok(Ended::Well)
}

async fn invite(
    endpoint: String,
    valid_hours: u32,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let request = CreateInvitationRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        endpoint,
        valid_hours,
    };
    let answer = client!(session, partner_service_client::PartnerServiceClient)
        .create_invitation(request)
        .await?
        .into_inner();
    session.show(&answer, invitation)
}

fn invitation(answer: &CreateInvitationResponse, lang: Lang) -> String {
    let code = QrCode::new(answer.text.as_bytes()).map_or_else(
        // Too long for a QR code: the text alone is enough.
        |_| String::new(),
        |code| {
            code.render::<Dense1x2>()
                .dark_color(Dense1x2::Light)
                .light_color(Dense1x2::Dark)
                .build()
        },
    );
    let about = fields(lang)
        .add("地址", "endpoint", &answer.endpoint)
        .add("有效至", "until", show_time(answer.expires_ms))
        .add("指纹", "fingerprint", &answer.fingerprint)
        .add("电话核对", "by telephone", &answer.spoken)
        .render();
    format!("{}\n\n{code}\n\n{about}", answer.text)
}

async fn accept(text: String, session: &mut Session<'_>) -> Result<(), Failure> {
    let mut invitation = text;
    if invitation == "-" {
        invitation.clear();
        session.io.input.read_line(&mut invitation)?;
    }
    let request = AcceptInvitationRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        text: invitation,
    };
    let answer = client!(session, partner_service_client::PartnerServiceClient)
        .accept_invitation(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let partner = answer.partner.clone().unwrap_or_default();
        format!(
            "✓ {}\n{}",
            lang.say(
                "已互信。请打电话核对双方指纹。",
                "Pinned. Compare both fingerprints by telephone."
            ),
            one(&partner, lang)
        )
    })
}

fn one(partner: &Partner, lang: Lang) -> String {
    let organization = partner.organization.clone().unwrap_or_default();
    fields(lang)
        .add("代码", "code", organization.code)
        .add("名称", "name", organization.name)
        .add("地址", "endpoint", organization.endpoint)
        .add("指纹", "fingerprint", &partner.fingerprint)
        .add("电话核对", "by telephone", &partner.spoken)
        .add("换钥于", "key changed", show_time(partner.key_changed_ms))
        .add(
            "旧钥停用于",
            "old key until",
            show_time(partner.old_key_until_ms),
        )
        .add(
            "状态",
            "state",
            words::show(words::PARTNER_STATES, partner.state, lang),
        )
        .add("提示", "notice", lang.words(partner.notice.as_ref()))
        .render()
}

fn checked(answer: &CheckPartnerResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("步骤", "step"),
            ("状态", "state"),
            ("情况", "found"),
            ("怎么办", "remedy"),
            ("用时", "took"),
        ],
    );
    for step in &answer.steps {
        rows.row([
            words::show(words::CHECKS, step.name, lang),
            words::show(words::CHECK_STATES, step.state, lang),
            lang.words(step.found.as_ref()),
            lang.words(step.remedy.as_ref()),
            show_micros(step.micros),
        ]);
    }
    rows.render(lang)
}

async fn revoke(partner: String, reason: String, session: &mut Session<'_>) -> Result<(), Failure> {
    session.confirm(
        &format!("撤销与 {partner} 的互信? 往来即停; 再来往须重新邀请, 从中断处继续。"),
        &format!("Revoke {partner}? Nothing more is exchanged; going on needs a new invitation, and goes on where it stopped."),
    )?;
    let request = RevokePartnerRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        partner,
        reason,
    };
    let answer = client!(session, partner_service_client::PartnerServiceClient)
        .revoke_partner(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        one(&answer.partner.clone().unwrap_or_default(), lang)
    })
}

async fn reset(partner: String, reason: String, session: &mut Session<'_>) -> Result<(), Failure> {
    session.confirm(
        &format!("为发给 {partner} 的日志另起新纪元? 对方没有收到的旧内容不再有效。"),
        &format!("Start a new epoch of the log for {partner}? What it never received is no longer in force."),
    )?;
    let request = ResetEpochRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        partner,
        reason,
    };
    let answer = client!(session, partner_service_client::PartnerServiceClient)
        .reset_epoch(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        epoch(&answer.old_log_id, &answer.new_log_id, answer.base, lang)
    })
}

async fn accept_epoch(partner: String, session: &mut Session<'_>) -> Result<(), Failure> {
    session.confirm(
        &format!("同意 {partner} 另起新纪元?"),
        &format!("Agree to the new epoch of {partner}?"),
    )?;
    let request = AcceptEpochRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        partner,
    };
    let answer = client!(session, partner_service_client::PartnerServiceClient)
        .accept_epoch(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        epoch(&answer.old_log_id, &answer.new_log_id, answer.base, lang)
    })
}

fn epoch(old: &str, new: &str, base: u64, lang: Lang) -> String {
    fields(lang)
        .add("旧日志", "old log", old)
        .add("新日志", "new log", new)
        .add("沿用条数", "entries that stay in force", base)
        .render()
}
