//! `gateway`: enrolling at the upper department's gateway, and reporting counts to it.

use std::io::BufRead as _;

use clap::Subcommand;
use hongyan_proto::{
    pb::{
        office::v1::{EnrollGatewayRequest, PreviewReportRequest, SubmitReportRequest},
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
    },
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
    },
}

pub(super) async fn run(verb: GatewayVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let mut client = client!(
        session,
        gateway_link_service_client::GatewayLinkServiceClient
    );
    match verb {
        GatewayVerb::Enroll { text } => {
            let mut invitation = text;
            if invitation == "-" {
                invitation.clear();
                session.io.input.read_line(&mut invitation)?;
            }
            let request = EnrollGatewayRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                text: invitation,
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
        GatewayVerb::Report {
            quarter,
            preview: true,
        } => {
            let request = PreviewReportRequest {
                quarter: text(quarter),
            };
            let answer = client.preview_report(request).await?.into_inner();
            session.show(&answer, |answer, lang| report(answer.report.as_ref(), lang))?;
        }
        GatewayVerb::Report { quarter, .. } => {
            let request = SubmitReportRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                quarter: text(quarter),
            };
            let answer = client.submit_report(request).await?.into_inner();
            session.show(&answer, |answer, lang| {
                let sent = fields(lang)
                    .add("✓ 已上报, 稿次", "✓ reported, revision", answer.revision)
                    .add("网关收到", "received", show_time(answer.received_ms))
                    .render();
                format!("{sent}\n{}", report(answer.report.as_ref(), lang))
            })?;
        }
    }
    Ok(Ended::Well)
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
