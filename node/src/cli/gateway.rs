//! `gateway`: enrolling at the upper department's gateway, and reporting counts to it.

use std::io::BufRead as _;

use clap::Subcommand;
use hongyan_proto::{
    pb::{
        office::v1::{
            EnrollGatewayRequest, GatewayReceipt, ListGatewaysRequest, ListGatewaysResponse,
            PreviewReportRequest, SubmitReportRequest,
        },
        report::v1::{CaseState, Measure, Report, Standing},
    },
    time::Quarter,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    statement::text,
    values::show_time,
    words,
};

/// What to do with the gateway.
#[derive(Debug, Subcommand)]
pub(super) enum GatewayVerb {
    /// 凭邀请登记到上级网关 Enroll at the department's gateway by its invitation
    #[command(after_help = "例 Example:\n  hongyan-node gateway enroll hongyan1:AQ…")]
    Enroll {
        /// 网关的邀请; "-" 从标准输入读 The gateway's invitation; "-" reads standard input
        text: String,
        /// 本组织在该网关中的上级代码; 缺省为其部门直属 Code of the organization above this one there; default: its department
        #[arg(
            long,
            default_value = "",
            hide_default_value = true,
            value_name = "CODE"
        )]
        superior: String,
    },
    /// 已登记的上级网关及上报情况 The gateways this node reports to, and what each has
    #[command(after_help = "例 Example:\n  hongyan-node gateway list")]
    List,
    /// 上报一个季度的数字 (不含人名) Report a quarter's counts (never names)
    #[command(
        after_help = "例 Example:\n  hongyan-node gateway report --quarter 2026-Q3 --preview"
    )]
    Report {
        /// 季度; 缺省为最近结束的 Quarter; default: the last one that ended
        #[arg(long)]
        quarter: Option<Quarter>,
        /// 只看, 不上报 Show only, send nothing
        #[arg(long)]
        preview: bool,
        /// 只报给这一个网关 (代码或指纹前缀); 缺省为全部 To this gateway only, by code or fingerprint prefix; default: all
        #[arg(
            long,
            default_value = "",
            hide_default_value = true,
            value_name = "CODE"
        )]
        gateway: String,
    },
}

pub(super) async fn run(verb: GatewayVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let mut client = client!(
        session,
        gateway_link_service_client::GatewayLinkServiceClient
    );
    match verb {
        GatewayVerb::Enroll { text, superior } => {
            let mut invitation = text;
            if invitation == "-" {
                invitation.clear();
                session.io.input.read_line(&mut invitation)?;
            }
            let request = EnrollGatewayRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                text: invitation,
                superior,
            };
            let answer = client.enroll_gateway(request).await?.into_inner();
            session.show(&answer, |answer, lang| {
                let gateway = answer.gateway.clone().unwrap_or_default();
                fields(lang)
                    .add(
                        "✓ 上级",
                        "✓ department",
                        format!("{} {}", gateway.code, gateway.name),
                    )
                    .add("指纹", "fingerprint", &answer.fingerprint)
                    .add("电话核对", "by telephone", &answer.spoken)
                    .render()
            })?;
        }
        GatewayVerb::List => {
            let answer = client.list_gateways(ListGatewaysRequest {}).await?;
            session.show(&answer.into_inner(), gateways)?;
        }
        GatewayVerb::Report {
            quarter,
            preview: true,
            ..
        } => {
            let request = PreviewReportRequest {
                quarter: text(quarter),
            };
            let answer = client.preview_report(request).await?.into_inner();
            session.show(&answer, |answer, lang| report(answer.report.as_ref(), lang))?;
        }
        GatewayVerb::Report {
            quarter, gateway, ..
        } => {
            let request = SubmitReportRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                quarter: text(quarter),
                gateway,
            };
            let answer = client.submit_report(request).await?.into_inner();
            session.show(&answer, |answer, lang| {
                let sent = receipts(&answer.receipts, lang);
                format!("{sent}\n{}", report(answer.report.as_ref(), lang))
            })?;
            let all = answer.receipts.iter().all(|said| said.problem.is_none());
            return Ok(Ended::well_if(all));
        }
    }
    Ok(Ended::Well)
}

fn receipts(receipts: &[GatewayReceipt], lang: Lang) -> String {
    let mut sent = table(
        lang,
        &[
            ("网关", "gateway"),
            ("稿次", "revision"),
            ("网关收到", "received"),
            ("情况", "outcome"),
        ],
    );
    for said in receipts {
        let outcome = match &said.problem {
            None => lang.say("✓ 已上报", "✓ reported"),
            problem => format!("✗ {}", lang.words(problem.as_ref())),
        };
        sent.row([
            said.gateway.clone(),
            said.revision.to_string(),
            match said.received_ms {
                0 => String::new(),
                received => show_time(received),
            },
            outcome,
        ]);
    }
    sent.render(lang)
}

fn gateways(answer: &ListGatewaysResponse, lang: Lang) -> String {
    let mut list = table(
        lang,
        &[
            ("网关", "gateway"),
            ("名称", "name"),
            ("地址", "endpoint"),
            ("上级", "superior"),
            ("最近上报", "last report"),
            ("网关收到", "received"),
            ("待报", "due"),
            ("指纹", "fingerprint"),
        ],
    );
    for link in &answer.gateways {
        let gateway = link.gateway.clone().unwrap_or_default();
        let fingerprint: String = link.fingerprint.chars().take(16).collect();
        list.row([
            gateway.code,
            gateway.name,
            gateway.endpoint,
            link.superior.clone(),
            link.last_period.clone(),
            match link.last_received_ms {
                0 => String::new(),
                received => show_time(received),
            },
            link.due_period.clone(),
            fingerprint,
        ]);
    }
    list.render(lang)
}

fn report(report: Option<&Report>, lang: Lang) -> String {
    let Some(report) = report else {
        return String::new();
    };
    let mut cells = table(
        lang,
        &[
            ("方向", "direction"),
            ("本方区划", "own region"),
            ("对方区划", "their region"),
            ("对方", "partner"),
            ("状态", "state"),
            ("类别", "class"),
            ("党籍", "standing"),
            ("人数", "count"),
        ],
    );
    for cell in &report.cells {
        cells.row([
            words::show(words::DIRECTIONS, cell.direction, lang),
            cell.own_region.clone(),
            cell.counterpart_region.clone(),
            cell.counterpart_organization.clone(),
            tail(
                CaseState::try_from(cell.state).map(|state| state.as_str_name()),
                "CASE_STATE_",
            ),
            words::show(words::CLASSES, cell.member_class, lang),
            tail(
                Standing::try_from(cell.standing).map(|standing| standing.as_str_name()),
                "STANDING_",
            ),
            cell.count.to_string(),
        ]);
    }
    let mut measures = table(lang, &[("指标", "measure"), ("数值", "value")]);
    for measure in &report.measures {
        measures.row([
            tail(
                Measure::try_from(measure.measure).map(|measure| measure.as_str_name()),
                "MEASURE_",
            ),
            measure.value.to_string(),
        ]);
    }
    format!(
        "{} · {} {}\n{}\n{}",
        report.period,
        lang.say("稿次", "revision"),
        report.revision,
        cells.render(lang),
        measures.render(lang)
    )
}

/// An enum value's name without its prefix: the department's own pages translate these.
fn tail<E>(name: Result<&str, E>, prefix: &str) -> String {
    name.map_or_else(
        |_| String::new(),
        |name| {
            name.trim_start_matches(prefix)
                .to_lowercase()
                .replace('_', " ")
        },
    )
}
