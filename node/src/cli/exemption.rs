//! `exemption`: who is exempt from what, on approved application.

use clap::Subcommand;
use hongyan_proto::{
    pb::exchange::v1::Kind,
    pb::office::v1::{
        CorrectExemptionRequest, GrantExemptionRequest, ListExemptionsRequest,
        ListExemptionsResponse,
    },
    time::Day,
};

use super::{
    Failure,
    assessment::{done, void},
    lang::Lang,
    session::{Ended, Session, client, table},
    table::short,
    words,
};

/// What to do with exemptions.
#[derive(Debug, Subcommand)]
pub(super) enum ExemptionVerb {
    /// 登记经批准的免予考核 Enter an exemption that was approved
    #[command(
        after_help = "例 Example:\n  hongyan-node exemption grant 张三 --from records,points --reason 年满75岁 --applied-on 2026-03-01 --approved-on 2026-03-10 --approved-by 支部党员大会"
    )]
    Grant {
        /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
        member: String,
        /// 免予何事 From what
        #[arg(long, required = true, value_delimiter = ',', value_parser = words::parser(words::EXEMPTIONS))]
        from: Vec<i32>,
        /// 起始日期, 缺省为批准日期 First day; default: the day of the approval
        #[arg(long)]
        since: Option<Day>,
        /// 截止日期, 缺省不定期 Last day; default: open
        #[arg(long)]
        until: Option<Day>,
        /// 事由 Why
        #[arg(long)]
        reason: String,
        /// 本人申请日期 Day of the application
        #[arg(long)]
        applied_on: Day,
        /// 批准日期 Day of the approval
        #[arg(long)]
        approved_on: Day,
        /// 批准的组织 Who approved it
        #[arg(long)]
        approved_by: String,
    },
    /// 更正, 或提前结束 Correct one, or end it earlier
    #[command(
        after_help = "例 Example:\n  hongyan-node exemption correct 142 --reason 病愈 --until 2026-09-30\n  hongyan-node exemption correct 142 --reason 事项有误 --from records,attendance"
    )]
    Correct {
        /// 记录序号 (见 exemption list) Number of the record, as exemption list shows it
        record: u64,
        /// 更正的原因 Why it is corrected
        #[arg(long)]
        reason: String,
        /// 免予何事 From what
        #[arg(long, value_delimiter = ',', value_parser = words::parser(words::EXEMPTIONS))]
        from: Vec<i32>,
        /// 起始日期 First day
        #[arg(long)]
        since: Option<Day>,
        /// 截止日期 Last day
        #[arg(long)]
        until: Option<Day>,
        /// 不定期 Without a last day
        #[arg(long, conflicts_with = "until")]
        open: bool,
        /// 免予的事由 Why the member is exempt
        #[arg(long, default_value = "", hide_default_value = true)]
        because: String,
        /// 本人申请日期 Day of the application
        #[arg(long)]
        applied_on: Option<Day>,
        /// 批准日期 Day of the approval
        #[arg(long)]
        approved_on: Option<Day>,
        /// 批准的组织 Who approved it
        #[arg(long, default_value = "", hide_default_value = true)]
        approved_by: String,
    },
    /// 作废 (从未免予) Void one: it never was
    #[command(after_help = "例 Example:\n  hongyan-node exemption void 142 --reason 记错人")]
    Void {
        /// 记录序号 Number of the record
        record: u64,
        /// 原因 Why
        #[arg(long)]
        reason: String,
    },
    /// 列出免考党员 List exemptions
    #[command(after_help = "例 Example:\n  hongyan-node exemption list")]
    List {
        /// 也列已到期的 Also those that are over
        #[arg(long)]
        all: bool,
    },
}

pub(super) async fn run(verb: ExemptionVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        ExemptionVerb::Grant {
            member,
            from,
            since,
            until,
            reason,
            applied_on,
            approved_on,
            approved_by,
        } => {
            let request = GrantExemptionRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                person: member,
                from,
                since: since.map_or_else(String::new, |day| day.to_string()),
                until: until.map_or_else(String::new, |day| day.to_string()),
                reason,
                applied_on: applied_on.to_string(),
                approved_on: approved_on.to_string(),
                approved_by,
            };
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .grant_exemption(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
            Ok(Ended::Well)
        }
        ExemptionVerb::Correct {
            record,
            reason,
            from,
            since,
            until,
            open,
            because,
            applied_on,
            approved_on,
            approved_by,
        } => {
            let text = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
            let request = CorrectExemptionRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                record,
                reason,
                from,
                since: text(since),
                until: text(until),
                open,
                because,
                applied_on: text(applied_on),
                approved_on: text(approved_on),
                approved_by,
            };
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .correct_exemption(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
            Ok(Ended::Well)
        }
        ExemptionVerb::Void { record, reason } => {
            void(Kind::Exemption, (record, reason), session).await
        }
        ExemptionVerb::List { all } => {
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .list_exemptions(ListExemptionsRequest { all })
                .await?
                .into_inner();
            session.show(&answer, exempted)?;
            Ok(Ended::Well)
        }
    }
}

fn exempted(answer: &ListExemptionsResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("序号", "no."),
            ("姓名", "name"),
            ("编号", "id"),
            ("支部", "unit"),
            ("免予", "from"),
            ("起", "since"),
            ("止", "until"),
            ("事由", "reason"),
            ("批准", "approved"),
        ],
    );
    for line in &answer.exemptions {
        let from: Vec<_> = line
            .from
            .iter()
            .map(|from| words::show(words::EXEMPTIONS, *from, lang))
            .collect();
        rows.row([
            line.sequence.to_string(),
            line.name.clone(),
            short(&line.id),
            line.unit.clone(),
            from.join(", "),
            line.since.clone(),
            line.until.clone(),
            line.reason.clone(),
            format!("{} {}", line.approved_on, line.approved_by),
        ]);
    }
    rows.render(lang)
}
