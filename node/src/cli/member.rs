//! `member`: the roster.

use std::path::PathBuf;

use bytes::Bytes;
use clap::Subcommand;
use hongyan_proto::pb::{
    exchange::v1::Disclosed,
    office::v1::{
        GetMemberRequest, ImportMembersRequest, ImportMembersResponse, ListMembersRequest,
        ListMembersResponse, Member,
    },
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::{Fields, short},
    words,
};

/// What to do with the roster.
#[derive(Debug, Subcommand)]
pub(super) enum MemberVerb {
    /// 导入名册 (XLSX 或 CSV), 逐行核对 Import a roster file, checked row by row
    #[command(
        after_help = "例 Example:\n  hongyan-node member import 名册.xlsx --dry-run\n\n认得的列 known columns: 姓名 性别 出生年月 公民身份号码 联系电话 住址 入党时间 预备期满 类别 活动证号 所在支部"
    )]
    Import {
        /// 名册文件 Roster file
        file: PathBuf,
        /// 只核对, 不写入 Check only, write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// 列出名册 List the roster
    #[command(after_help = "例 Example:\n  hongyan-node member list --search 王 --away")]
    List {
        /// 姓名、支部或活动证号的一部分 Part of a name, unit or certificate number
        #[arg(long, default_value = "", hide_default_value = true)]
        search: String,
        /// 只列外出的 Only those away
        #[arg(long)]
        away: bool,
        /// 也列已离开名册的 Also those who left the roster
        #[arg(long)]
        removed: bool,
        /// 每页行数 Rows a page
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i32).range(1..=1000))]
        page_size: i32,
        /// 上一页给出的页码标记 The token that the page before gave
        #[arg(long, default_value = "", hide_default_value = true)]
        page: String,
    },
    /// 查看一名党员 Show one member
    #[command(after_help = "例 Example:\n  hongyan-node member show 王小明")]
    Show {
        /// 姓名、活动证号、身份证号或编号前缀 Name, certificate number, ID number or id prefix
        member: String,
    },
}

pub(super) async fn run(verb: MemberVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        MemberVerb::Import { file, dry_run } => import(file, dry_run, session).await,
        MemberVerb::List {
            search,
            away,
            removed,
            page_size,
            page,
        } => {
            let request = ListMembersRequest {
                search,
                removed,
                away,
                page_size,
                page_token: page,
            };
            let answer = client!(session, member_service_client::MemberServiceClient)
                .list_members(request)
                .await?
                .into_inner();
            session.show(&answer, list)?;
            Ok(Ended::Well)
        }
        MemberVerb::Show { member } => {
            let answer = client!(session, member_service_client::MemberServiceClient)
                .get_member(GetMemberRequest { member })
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                let member = answer.member.clone().unwrap_or_default();
                one(&member, lang)
                    .add("案卷", "cases", answer.cases.join(" "))
                    .render()
            })?;
            Ok(Ended::Well)
        }
    }
}

async fn import(file: PathBuf, dry_run: bool, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let content = tokio::fs::read(&file)
        .await
        .map_err(|error| Failure::file(&file, &error))?;
    let filename = file
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let request = ImportMembersRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        content: Bytes::from(content),
        filename,
        dry_run,
    };
    let answer = client!(session, member_service_client::MemberServiceClient)
        .import_members(request)
        .await?
        .into_inner();
    session.show(&answer, imported)?;
    Ok(Ended::well_if(answer.refused == 0))
}

fn imported(answer: &ImportMembersResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("行", "row"),
            ("姓名", "name"),
            ("结果", "result"),
            ("列", "column"),
            ("问题", "problem"),
        ],
    );
    for row in &answer.rows {
        let head = || {
            [
                row.row.to_string(),
                row.name.clone(),
                words::show(words::IMPORTS, row.outcome, lang),
            ]
        };
        if row.problems.is_empty() {
            rows.row(head().into_iter().chain([String::new(), String::new()]));
        }
        for problem in &row.problems {
            let what = [problem.column.clone(), lang.words(problem.problem.as_ref())];
            rows.row(head().into_iter().chain(what));
        }
    }
    let counts = fields(lang)
        .add("新增", "added", answer.added)
        .add("更新", "changed", answer.changed)
        .add("未变", "unchanged", answer.unchanged)
        .add("拒绝", "refused", answer.refused)
        .add(
            "未认得的列",
            "ignored columns",
            answer.ignored_columns.join(" "),
        )
        .render();
    let dry = if answer.dry_run {
        lang.say("\n试运行: 没有写入", "dry run: nothing was written")
    } else {
        String::new()
    };
    format!("{}\n{counts}{dry}", rows.render(lang))
}

fn list(answer: &ListMembersResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("编号", "id"),
            ("姓名", "name"),
            ("性别", "sex"),
            ("出生年月", "born"),
            ("支部", "unit"),
            ("活动证", "certificate"),
            ("案卷", "case"),
        ],
    );
    for member in &answer.members {
        let details = member.details.clone().unwrap_or_default();
        rows.row([
            short(&member.id),
            details.name,
            words::show(words::SEXES, details.sex, lang),
            details.birth_month,
            member.unit.clone(),
            details.certificate,
            short(&member.open_case),
        ]);
    }
    format!(
        "{}\n{}",
        rows.render(lang),
        more(
            lang,
            answer.members.len(),
            answer.total,
            &answer.next_page_token
        )
    )
}

/// How many there are, and how to see the rest.
pub(super) fn more(lang: Lang, shown: usize, total: u32, token: &str) -> String {
    let count = lang.say(
        &format!("{shown}/{total} 条"),
        &format!("{shown} of {total}"),
    );
    if token.is_empty() {
        return count;
    }
    format!(
        "{count}; {} --page {token}",
        lang.say("下一页", "next page:")
    )
}

fn one(member: &Member, lang: Lang) -> Fields {
    let details = member.details.clone().unwrap_or_default();
    person(fields(lang).add("编号", "id", &member.id), &details, lang)
        .add("支部", "unit", &member.unit)
        .add("在办案卷", "open case", &member.open_case)
        .add(
            "已离开名册",
            "removed",
            if member.removed { "✓" } else { "" },
        )
}

/// A person as this node may see it.
pub(super) fn person(list: Fields, person: &Disclosed, lang: Lang) -> Fields {
    list.add("姓名", "name", &person.name)
        .add("性别", "sex", words::show(words::SEXES, person.sex, lang))
        .add("出生年月", "born", &person.birth_month)
        .add("身份证号", "ID number", &person.id_number)
        .add("电话", "telephone", &person.phone)
        .add("住址", "address", &person.address)
        .add("入党时间", "joined", &person.joined)
        .add("预备期至", "probationary until", &person.probationary_until)
        .add(
            "类别",
            "class",
            words::show(words::CLASSES, person.member_class, lang),
        )
        .add("活动证", "certificate", &person.certificate)
}
