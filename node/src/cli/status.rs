//! `status`: who this node is and how it does.

use hongyan_proto::pb::office::v1::{
    GetStatusRequest, GetStatusResponse, LogSummary, Partner, PartnerState,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::{BAD, GOOD, WARN, short},
    values::show_time,
    words,
};

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
    let notices = partners.iter().filter_map(|partner| notice(partner, lang));
    [rows.render(lang)]
        .into_iter()
        .chain(notices)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What people must know of a partner, beside its state. Of several with one code the fingerprint says whose it is.
fn notice(partner: &Partner, lang: Lang) -> Option<String> {
    let revoked = partner.state == PartnerState::Revoked as i32;
    let words = lang.words(partner.notice.as_ref());
    let code = partner.organization.as_ref().map_or("", |one| &one.code);
    let fingerprint = short(&partner.fingerprint);
    (!revoked && !words.is_empty()).then(|| format!("{WARN} {code} {fingerprint}: {words}"))
}
