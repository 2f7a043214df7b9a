//! `status` and `key`: who this node is and how it does.

use clap::Subcommand;
use hongyan_proto::pb::office::v1::{
    GetStatusRequest, GetStatusResponse, LogSummary, Partner, RotateKeyRequest,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::{BAD, GOOD, WARN, short},
    values::show_time,
    words,
};

/// What to do with the identity key.
#[derive(Debug, Subcommand)]
pub(super) enum KeyVerb {
    /// 更换身份密钥, 旧密钥在重叠期内仍有效 Replace the identity key; the old one stays valid for the overlap
    #[command(after_help = "例 Example:\n  hongyan-node key rotate --overlap-days 30")]
    Rotate {
        /// 旧密钥仍被接受的天数 Days for which the old key is still accepted
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=90))]
        overlap_days: u32,
    },
}

pub(super) async fn run(session: &mut Session<'_>) -> Result<Ended, Failure> {
    let answer = client!(session, node_service_client::NodeServiceClient)
        .get_status(GetStatusRequest {})
        .await?
        .into_inner();
    session.show(&answer, text)?;
    Ok(Ended::well_if(
        answer.store.is_none_or(|store| store.healthy),
    ))
}

pub(super) async fn key(verb: KeyVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let KeyVerb::Rotate { overlap_days } = verb;
    session.confirm(
        "更换身份密钥并通知所有对方党组织?",
        "Replace the identity key and tell every partner?",
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
            .render()
    })?;
    Ok(Ended::Well)
}

fn text(status: &GetStatusResponse, lang: Lang) -> String {
    let organization = status.organization.clone().unwrap_or_default();
    let own = fields(lang)
        .add(
            "党组织",
            "organization",
            format!("{} {}", organization.code, organization.name),
        )
        .add("区划", "region", &organization.region)
        .add("指纹", "fingerprint", &status.fingerprint)
        .add("电话核对", "by telephone", &status.spoken)
        .add("监听", "listening", &status.listening)
        .add("名册", "members", status.members)
        .add("流出在办", "open, outflow", status.open_outflow)
        .add("流入在办", "open, inflow", status.open_inflow)
        .add("存储", "store", store(status, lang))
        .add("版本", "version", &status.version)
        .add("时间", "time", show_time(status.time_ms))
        .render();
    let mut parts = vec![
        own,
        format!("\n{}", lang.say("日志", "Logs")),
        logs(&status.logs, lang),
        format!("\n{}", lang.say("对方党组织", "Partners")),
        partners(&status.partners, lang),
    ];
    if !status.overdue.is_empty() {
        parts.push(format!("\n{WARN} {}", lang.say("逾期", "Overdue")));
        parts.push(overdue(status, lang));
    }
    parts.join("\n")
}

fn store(status: &GetStatusResponse, lang: Lang) -> String {
    let Some(store) = &status.store else {
        return String::new();
    };
    let size = format!("{} KiB", store.bytes_on_disk.div_ceil(1024));
    if store.healthy {
        let entries = lang.say("条", "entries");
        return format!("{GOOD} {} {entries}, {size}", store.entries);
    }
    let damage: Vec<String> = store
        .damage
        .iter()
        .map(|damage| {
            format!(
                "{BAD} {} {}..{}: {} → {}",
                short(&damage.log_id),
                damage.from,
                damage.until,
                lang.words(damage.what.as_ref()),
                lang.words(damage.remedy.as_ref())
            )
        })
        .collect();
    damage.join("\n")
}

fn overdue(status: &GetStatusResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("应办", "due"),
            ("对方", "partner"),
            ("事项", "what"),
            ("轮到", "turn"),
            ("说明", "in words"),
        ],
    );
    for item in &status.overdue {
        rows.row([
            item.due.clone(),
            item.partner.clone(),
            words::show(words::OVERDUES, item.kind, lang),
            words::show(words::AUTHORS, item.must_act, lang),
            lang.words(item.what.as_ref()),
        ]);
    }
    rows.render(lang)
}

/// Logs as a table.
pub(super) fn logs(logs: &[LogSummary], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("日志", "log"),
            ("对方", "partner"),
            ("作者", "author"),
            ("条数", "size"),
            ("对方已收", "received"),
            ("已入账", "applied"),
            ("根", "root"),
        ],
    );
    for log in logs {
        let own = log.author == hongyan_proto::pb::office::v1::Author::Own as i32
            && !log.partner.is_empty();
        let there = |count: u64| {
            if own {
                count.to_string()
            } else {
                String::new()
            }
        };
        rows.row([
            format!(
                "{}{}",
                short(&log.log_id),
                if log.current { "" } else { " ·" }
            ),
            log.partner.clone(),
            words::show(words::AUTHORS, log.author, lang),
            log.size.to_string(),
            there(log.acknowledged),
            there(log.applied),
            short(&log.root),
        ]);
    }
    rows.render(lang)
}

/// Partners as a table.
pub(super) fn partners(partners: &[Partner], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("代码", "code"),
            ("名称", "name"),
            ("状态", "state"),
            ("协议至", "agreement until"),
            ("在办", "open"),
            ("待收", "unreceived"),
            ("上次互通", "last sync"),
            ("下次", "next"),
        ],
    );
    for partner in partners {
        let organization = partner.organization.clone().unwrap_or_default();
        let late = if partner.overdue {
            format!("{WARN} ")
        } else {
            String::new()
        };
        rows.row([
            organization.code,
            organization.name,
            words::show(words::PARTNER_STATES, partner.state, lang),
            partner.agreement_until.clone(),
            partner.open_cases.to_string(),
            partner.unacknowledged.to_string(),
            show_time(partner.last_sync_ms),
            format!("{late}{}", partner.next_due),
        ]);
    }
    rows.render(lang)
}
