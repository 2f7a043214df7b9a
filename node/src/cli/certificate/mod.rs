//! `certificate`: from the county's numbers to the card that a partner verifies.

mod range;
mod show;

use clap::Subcommand;
use hongyan_proto::{
    pb::office::v1::{
        CheckCertificateRequest, HandInCertificateRequest, IssueCertificateRequest,
        ReplaceCertificateRequest, VoidCertificateStepRequest,
    },
    time::Day,
};
use range::RangeVerb;

use super::{
    Failure,
    session::{Ended, Session, client},
    told::stays,
    words,
};

/// What to do with certificates.
#[derive(Debug, Subcommand)]
pub(super) enum CertificateVerb {
    /// 县级组织部门发给的号段 Ranges of numbers from the department
    #[command(subcommand)]
    Range(RangeVerb),
    /// 发放给党员 Hand one to a member
    #[command(
        after_help = "例 Example:\n  hongyan-node certificate issue 王小明\n  hongyan-node certificate issue 王小明 --kind member --number M0001"
    )]
    Issue {
        /// 党员 Member
        member: String,
        /// 种类 Which
        #[arg(long, default_value = "flow", value_parser = words::parser(words::CERTIFICATE_KINDS))]
        kind: i32,
        /// 编号; 缺省下一空号 Number; default: the next free one
        #[arg(long, default_value = "", hide_default_value = true)]
        number: String,
        /// 发证日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
    },
    /// 登记一次查验 Enter a look at one
    #[command(
        after_help = "例 Example:\n  hongyan-node certificate check 340800100001 --finding good\n  hongyan-node certificate check WX-2026-0007 --finding good --case 9c2f10aa"
    )]
    Check {
        /// 编号 Number
        number: String,
        /// 出示者的案卷; 流入党员的活动证, 对方未告知编号时写明 Case of the hosted member who showed it, where the partner did not tell the number
        #[arg(long, default_value = "", hide_default_value = true)]
        case: String,
        /// 查验结果 What was found
        #[arg(long, value_parser = words::parser(words::CERTIFICATE_FINDINGS))]
        finding: i32,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 说明 Note
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// 补发或换发, 原编号作废 Replace one; the earlier number is void
    #[command(
        after_help = "例 Example:\n  hongyan-node certificate replace 340800100001 --reason lost"
    )]
    Replace {
        /// 原编号 The earlier number
        number: String,
        /// 原因 Why
        #[arg(long, value_parser = words::parser(words::REPLACEMENTS))]
        reason: i32,
        /// 新编号; 缺省下一空号 New number; default: the next free one
        #[arg(long, default_value = "", hide_default_value = true)]
        replacement: String,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
    },
    /// 交回 A member gave it back
    #[command(after_help = "例 Example:\n  hongyan-node certificate hand-in 340800100001")]
    HandIn {
        /// 编号 Number
        number: String,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 说明 Note
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// 作废最近一次登记 (查验或交回) What was entered last, a look or that it was handed in, never was
    #[command(
        after_help = "例 Example:\n  hongyan-node certificate void 340800100001 --reason 错登为他人的证"
    )]
    Void {
        /// 编号 Number
        number: String,
        /// 原因 Why
        #[arg(long)]
        reason: String,
    },
    /// 列出活动证, 或空号 List certificates, or the free numbers
    #[command(
        after_help = "例 Example:\n  hongyan-node certificate list --search 王\n  hongyan-node certificate list --free --kind flow"
    )]
    List(show::List),
    /// 查看一份活动证, 含电子证 (二维码) Show one, with its electronic form (QR code)
    #[command(after_help = "例 Example:\n  hongyan-node certificate show 340800100001")]
    Show {
        /// 编号 Number
        number: String,
    },
    /// 离线核验对方党员出示的电子证 Verify an electronic certificate offline
    #[command(
        after_help = "例 Example:\n  hongyan-node certificate verify hongyan-card1:Cm…\n  hongyan-node certificate verify - < card.txt"
    )]
    Verify {
        /// 电子证文本; "-" 从标准输入读 The text; "-" reads standard input
        text: String,
    },
}

macro_rules! written {
    ($session:expr, $call:ident, $request:expr) => {{
        let answer = client!(
            $session,
            certificate_service_client::CertificateServiceClient
        )
        .$call($request)
        .await?
        .into_inner();
        $session.show(&answer, |answer, lang| {
            let entry = answer.certificate.clone().unwrap_or_default();
            show::about(&entry, lang).render()
        })?;
    }};
    // The same, of one that was handed out: who hosts the member is told.
    (handed $session:expr, $call:ident, $request:expr) => {{
        let answer = client!(
            $session,
            certificate_service_client::CertificateServiceClient
        )
        .$call($request)
        .await?
        .into_inner();
        $session.show(&answer, |answer, lang| {
            let entry = answer.certificate.clone().unwrap_or_default();
            let told = Some(answer.told).filter(|told| *told > 0);
            let text = show::about(&entry, lang)
                .add(
                    "已告知对方",
                    "partners told",
                    told.map_or_else(String::new, |told| told.to_string()),
                )
                .render();
            format!("{text}{}", stays(&answer.not_told, lang))
        })?;
    }};
}

pub(super) async fn run(
    verb: CertificateVerb,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    match verb {
        CertificateVerb::Range(verb) => range::run(verb, session).await?,
        CertificateVerb::List(list) => list.run(session).await?,
        CertificateVerb::Show { number } => show::show(number, session).await?,
        CertificateVerb::Verify { text } => return show::verify(text, session).await,
        CertificateVerb::Issue {
            member,
            kind,
            number,
            on,
        } => {
            let request = IssueCertificateRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                member,
                kind,
                number,
                issued_on: session.day(on),
            };
            written!(handed session, issue_certificate, request);
        }
        CertificateVerb::Check {
            number,
            case,
            finding,
            on,
            note,
        } => {
            let request = CheckCertificateRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                number,
                finding,
                checked_on: session.day(on),
                note,
                case,
            };
            written!(session, check_certificate, request);
        }
        CertificateVerb::Replace {
            number,
            reason,
            replacement,
            on,
        } => {
            let request = ReplaceCertificateRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                number,
                reason,
                replacement,
                replaced_on: session.day(on),
            };
            written!(handed session, replace_certificate, request);
        }
        CertificateVerb::HandIn { number, on, note } => {
            let request = HandInCertificateRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                number,
                handed_in_on: session.day(on),
                note,
            };
            written!(session, hand_in_certificate, request);
        }
        CertificateVerb::Void { number, reason } => {
            let request = VoidCertificateStepRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                number,
                reason,
            };
            written!(session, void_certificate_step, request);
        }
    }
    Ok(Ended::Well)
}
