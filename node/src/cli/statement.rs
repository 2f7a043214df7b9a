//! `statement`: what one side states to the other at the close of a quarter.

use clap::Subcommand;
use hongyan_proto::{
    pb::{
        exchange::v1::Statement,
        office::v1::{
            CaseName, GetStatementRequest, IssueStatementRequest, ListQuartersRequest,
            ListQuartersResponse,
        },
    },
    time::Quarter,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, table},
    table::{WARN, short},
    values::show_fen,
    words,
};

/// What to do with statements.
#[derive(Debug, Subcommand)]
pub(super) enum StatementVerb {
    /// 汇总并发出季度通报 Compile and send the quarter's statement
    #[command(
        after_help = "例 Example:\n  hongyan-node statement issue 320200-001 --quarter 2026-Q3"
    )]
    Issue {
        /// 对方; 只有一个对方时可省 Partner; not needed with one partner
        #[arg(default_value = "", hide_default_value = true)]
        partner: String,
        /// 季度; 缺省为最近结束的 Quarter; default: the last one that ended
        #[arg(long)]
        quarter: Option<Quarter>,
    },
    /// 查看通报 Show a statement
    #[command(after_help = "例 Example:\n  hongyan-node statement show 320200-001 --of partner")]
    Show {
        /// 对方 Partner
        #[arg(default_value = "", hide_default_value = true)]
        partner: String,
        /// 季度; 缺省为最近结束的 Quarter; default: the last one that ended
        #[arg(long)]
        quarter: Option<Quarter>,
        /// 哪一方的; 缺省我方 Whose; default: ours
        #[arg(long, value_parser = words::parser(&words::AUTHORS[..words::ONE_SIDE]))]
        of: Option<i32>,
        /// 第几稿; 缺省最新 Revision; default: the latest
        #[arg(long, default_value_t = 0)]
        revision: u32,
    },
    /// 各季度情况 Quarters and how they stand
    #[command(after_help = "例 Example:\n  hongyan-node statement list")]
    List {
        /// 对方 Partner
        #[arg(long, default_value = "", hide_default_value = true)]
        partner: String,
    },
}

pub(super) async fn run(verb: StatementVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let mut client = client!(session, statement_service_client::StatementServiceClient);
    match verb {
        StatementVerb::Issue { partner, quarter } => {
            let request = IssueStatementRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                partner,
                quarter: text(quarter),
            };
            let answer = client.issue_statement(request).await?.into_inner();
            session.show(&answer, |answer, lang| {
                statement(answer.statement.as_ref(), &[], lang)
            })?;
        }
        StatementVerb::Show {
            partner,
            quarter,
            of,
            revision,
        } => {
            let request = GetStatementRequest {
                partner,
                quarter: text(quarter),
                author: of.unwrap_or_default(),
                revision,
            };
            let answer = client.get_statement(request).await?.into_inner();
            session.show(&answer, |answer, lang| {
                statement(answer.statement.as_ref(), &answer.names, lang)
            })?;
        }
        StatementVerb::List { partner } => {
            let answer = client
                .list_quarters(ListQuartersRequest { partner })
                .await?
                .into_inner();
            session.show(&answer, quarters)?;
        }
    }
    Ok(Ended::Well)
}

/// A quarter as a field; nothing for the default.
pub(super) fn text(quarter: Option<Quarter>) -> String {
    quarter.map_or_else(String::new, |quarter| quarter.to_string())
}

fn number<T: ToString>(value: Option<T>) -> String {
    // Absent means "not disclosed", which is not zero.
    value.map_or_else(|| "—".to_owned(), |value| value.to_string())
}

fn statement(statement: Option<&Statement>, names: &[CaseName], lang: Lang) -> String {
    let Some(statement) = statement else {
        return String::new();
    };
    let name = |id: &[u8]| {
        let id = hex::encode(id);
        let name = names.iter().find(|name| name.case_id == id);
        format!("{} {}", short(&id), name.map_or("", |name| &name.name))
            .trim()
            .to_owned()
    };
    // Which months, as far as the letters say: the statement itself counts them.
    let twice = |id: &[u8], count: Option<u32>| {
        let id = hex::encode(id);
        let known = names.iter().find(|name| name.case_id == id);
        let months = known.map_or_else(String::new, |known| known.months_repeated.join(" "));
        count.map_or_else(String::new, |count| {
            format!("{count} {months}").trim().to_owned()
        })
    };
    let mut host = table(
        lang,
        &[
            ("案卷", "case"),
            ("活动", "held"),
            ("参加", "attended"),
            ("党费月数", "dues months"),
            ("党费元", "dues yuan"),
            ("重复交纳", "paid twice"),
            ("表现", "conduct"),
            ("奖", "awards"),
            ("惩", "penalties"),
            ("联系", "contact"),
        ],
    );
    for line in &statement.inflow_lines {
        host.row([
            name(&line.case_id),
            number(line.activities_held),
            number(line.activities_attended),
            number(line.dues_months),
            number(line.dues_fen.map(show_fen)),
            twice(&line.case_id, line.dues_duplicate_months),
            words::show(words::GRADES, line.conduct_grade, lang),
            number(line.awards),
            number(line.penalties),
            words::show(words::CONTACT_STATES, line.contact_state, lang),
        ]);
    }
    let mut home = table(
        lang,
        &[
            ("案卷", "case"),
            ("联系次数", "contacts"),
            ("告知事项", "matters"),
            ("党费月数", "dues months"),
            ("党费元", "dues yuan"),
            ("重复交纳", "paid twice"),
            ("联系", "contact"),
        ],
    );
    for line in &statement.outflow_lines {
        home.row([
            name(&line.case_id),
            number(line.contacts_made),
            number(line.matters_notified),
            number(line.dues_months),
            number(line.dues_fen.map(show_fen)),
            twice(&line.case_id, line.dues_duplicate_months),
            words::show(words::CONTACT_STATES, line.contact_state, lang),
        ]);
    }
    format!(
        "{} · {} {}\n\n{}\n{}\n\n{}\n{}",
        statement.quarter,
        lang.say("稿次", "revision"),
        statement.revision,
        lang.say("作为流入地", "As host"),
        host.render(lang),
        lang.say("作为流出地", "As home"),
        home.render(lang)
    )
}

fn quarters(answer: &ListQuartersResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("季度", "quarter"),
            ("对方", "partner"),
            ("状态", "state"),
            ("我方稿次", "ours"),
            ("对方稿次", "theirs"),
            ("一致", "agreed"),
            ("不同", "differ"),
            ("仅流出地", "only home"),
            ("仅流入地", "only host"),
            ("轮到", "turn"),
            ("应办", "due"),
        ],
    );
    for quarter in &answer.quarters {
        let late = if quarter.overdue {
            format!("{WARN} ")
        } else {
            String::new()
        };
        rows.row([
            quarter.quarter.clone(),
            quarter.partner.clone(),
            words::show(words::QUARTER_STATES, quarter.state, lang),
            quarter.own_revision.to_string(),
            quarter.partner_revision.to_string(),
            quarter.agreed.to_string(),
            quarter.differing.to_string(),
            quarter.only_outflow.to_string(),
            quarter.only_inflow.to_string(),
            words::show(words::AUTHORS, quarter.must_act, lang),
            format!("{late}{}", quarter.due),
        ]);
    }
    rows.render(lang)
}
