//! `certificate range`: the numbers that the county department gave.

use clap::Subcommand;
use hongyan_proto::{
    pb::office::v1::{AddCertificateRangeRequest, ListCertificateRangesRequest},
    time::Day,
};

use crate::cli::{
    Failure,
    session::{Session, client, fields, table},
    words,
};

/// What to do with ranges.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RangeVerb {
    /// 登记一个号段 Enter a range
    #[command(
        after_help = "例 Example:\n  hongyan-node certificate range add 340800100001 340800100500 --source 县委组织部2026年1号"
    )]
    Add {
        /// 起号 First number
        first: String,
        /// 止号 Last number
        last: String,
        /// 种类 For which certificates
        #[arg(long, default_value = "flow", value_parser = words::parser(words::CERTIFICATE_KINDS))]
        kind: i32,
        /// 发给单位和文号 The department and its paper
        #[arg(long, default_value = "", hide_default_value = true)]
        source: String,
        /// 领取日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
    },
    /// 列出号段及余号 List the ranges and what is left of them
    #[command(after_help = "例 Example:\n  hongyan-node certificate range list")]
    List,
}

pub(super) async fn run(verb: RangeVerb, session: &mut Session<'_>) -> Result<(), Failure> {
    match verb {
        RangeVerb::Add {
            first,
            last,
            kind,
            source,
            on,
        } => {
            let request = AddCertificateRangeRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                kind,
                first,
                last,
                source,
                received_on: session.day(on),
            };
            let answer = client!(
                session,
                certificate_service_client::CertificateServiceClient
            )
            .add_certificate_range(request)
            .await?
            .into_inner();
            session.show(&answer, |answer, lang| {
                fields(lang)
                    .add("✓ 已登记编号", "✓ numbers entered", answer.numbers)
                    .render()
            })
        }
        RangeVerb::List => {
            let answer = client!(
                session,
                certificate_service_client::CertificateServiceClient
            )
            .list_certificate_ranges(ListCertificateRangesRequest {})
            .await?
            .into_inner();
            session.show(&answer, |answer, lang| {
                let mut rows = table(
                    lang,
                    &[
                        ("种类", "kind"),
                        ("起号", "first"),
                        ("止号", "last"),
                        ("共", "numbers"),
                        ("余", "free"),
                        ("领取", "received"),
                        ("来源", "source"),
                    ],
                );
                for range in &answer.ranges {
                    rows.row([
                        words::show(words::CERTIFICATE_KINDS, range.kind, lang),
                        range.first.clone(),
                        range.last.clone(),
                        range.numbers.to_string(),
                        range.free.to_string(),
                        range.received_on.clone(),
                        range.source.clone(),
                    ]);
                }
                rows.render(lang)
            })
        }
    }
}
