//! `unit officer`: who holds which office.

use clap::Subcommand;
use hongyan_proto::{
    pb::office::v1::{AppointOfficerRequest, EndOfficerRequest, ListOfficersRequest, Officer},
    time::Day,
};

use crate::cli::{
    Failure,
    lang::Lang,
    session::{Session, client, table},
    words,
};

/// What to do with officers.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum OfficerVerb {
    /// 任职 A member takes up an office
    #[command(
        after_help = "例 Example:\n  hongyan-node unit officer add 王小明 --unit 第一党支部 --role secretary --until 2029-06-30"
    )]
    Add {
        /// 党员 Member
        member: String,
        /// 党组织; 缺省党委 Unit; default: the committee
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
        /// 职务 Office
        #[arg(long, value_parser = words::parser(words::OFFICER_ROLES))]
        role: i32,
        /// 任职日期, 缺省今天 First day; default: today
        #[arg(long)]
        from: Option<Day>,
        /// 任期届满日 Last day of the term
        #[arg(long)]
        until: Option<Day>,
    },
    /// 免职 A member holds an office no more
    #[command(
        after_help = "例 Example:\n  hongyan-node unit officer end 王小明 --unit 第一党支部 --role secretary --reason 换届"
    )]
    End {
        /// 党员 Member
        member: String,
        /// 党组织; 缺省党委 Unit; default: the committee
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
        /// 职务 Office
        #[arg(long, value_parser = words::parser(words::OFFICER_ROLES))]
        role: i32,
        /// 末日, 缺省今天 Last day; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 原因 Why
        #[arg(long, default_value = "", hide_default_value = true)]
        reason: String,
    },
    /// 列出任职 List the officers
    #[command(after_help = "例 Example:\n  hongyan-node unit officer list --unit 第一党支部")]
    List {
        /// 党组织; 缺省全部 Unit; default: all
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
        /// 也列已免职的 Also those who were
        #[arg(long)]
        ended: bool,
    },
}

pub(super) async fn run(verb: OfficerVerb, session: &mut Session<'_>) -> Result<(), Failure> {
    match verb {
        OfficerVerb::Add {
            member,
            unit,
            role,
            from,
            until,
        } => {
            let request = AppointOfficerRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                unit,
                member,
                role,
                from: session.day(from),
                until: until.map(|day| day.to_string()).unwrap_or_default(),
            };
            let answer = client!(session, unit_service_client::UnitServiceClient)
                .appoint_officer(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                officers(answer.officer.as_slice(), lang)
            })
        }
        OfficerVerb::End {
            member,
            unit,
            role,
            on,
            reason,
        } => {
            let request = EndOfficerRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                unit,
                member,
                role,
                ended_on: session.day(on),
                reason,
            };
            let answer = client!(session, unit_service_client::UnitServiceClient)
                .end_officer(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                officers(answer.officer.as_slice(), lang)
            })
        }
        OfficerVerb::List { unit, ended } => {
            let answer = client!(session, unit_service_client::UnitServiceClient)
                .list_officers(ListOfficersRequest { unit, ended })
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| officers(&answer.officers, lang))
        }
    }
}

pub(super) fn officers(all: &[Officer], lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("党组织", "unit"),
            ("职务", "office"),
            ("姓名", "name"),
            ("任职", "from"),
            ("届满", "until"),
            ("免职", "ended"),
        ],
    );
    for officer in all {
        let unit = if officer.unit_path.is_empty() {
            lang.say("党委", "committee")
        } else {
            officer.unit_path.clone()
        };
        let mark = if officer.overdue { "▲ " } else { "" };
        rows.row([
            unit,
            words::show(words::OFFICER_ROLES, officer.role, lang),
            officer.name.clone(),
            officer.from.clone(),
            format!("{mark}{}", officer.until),
            officer.ended_on.clone(),
        ]);
    }
    rows.render(lang)
}
