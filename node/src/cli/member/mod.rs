//! `member`: the roster.

mod file;

use std::path::PathBuf;

use clap::Subcommand;
use hongyan_proto::{
    pb::{
        exchange::v1::Disclosed,
        office::v1::{
            GetMemberRequest, ListMembersRequest, ListMembersResponse, Member, RemoveMemberRequest,
            RestoreMemberRequest, Written,
        },
    },
    time::Day,
};

use file::{Wish, export, import};

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
        after_help = "例 Example:\n  hongyan-node member import 名册.xlsx --dry-run\n  hongyan-node member import 名册.xlsx --found-units\n  hongyan-node member import 名册.xlsx --skip-refused\n\n认得的列 known columns: 姓名 性别 出生年月 公民身份号码 联系电话 住址 入党时间 预备期满 类别 活动证号 所在支部"
    )]
    Import {
        /// 名册文件 Roster file
        file: PathBuf,
        /// 只核对, 不写入 Check only, write nothing
        #[arg(long)]
        dry_run: bool,
        /// 跳过被拒绝的行, 写入其余; 缺省有一行被拒绝就全不写入 Leave refused rows out and write the others; default: one refused row stops all
        #[arg(long)]
        skip_refused: bool,
        /// 设立名册中有而本节点没有的支部 Found the branches that the file names and the tree lacks
        #[arg(long)]
        found_units: bool,
        /// 列出每一行, 不只前 200 行 Show every row, not the first 200
        #[arg(long)]
        all: bool,
    },
    /// 导出名册为 XLSX, 与导入同一格式 Export the roster as XLSX, in the layout of an import
    #[command(
        after_help = "例 Example:\n  hongyan-node member export 名册.xlsx --purpose 年度核对"
    )]
    Export {
        /// 写入的文件 File to write
        file: PathBuf,
        /// 用途, 记入查阅记录 Why, kept in the record of access
        #[arg(long)]
        purpose: String,
        /// 也含已离开名册的 Also those who left the roster
        #[arg(long)]
        removed: bool,
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
    /// 党员离开名册: 转出、去世、出党、误登 A member leaves the roster
    #[command(
        after_help = "例 Example:\n  hongyan-node member remove 王小明 --reason transferred --on 2026-05-10\n\n此前的应办事项和记录保留, 此后不再产生; 误登用 member restore 撤销\nWhat was due before stays, nothing is due after; member restore takes a mistake back"
    )]
    Remove {
        /// 姓名、活动证号、身份证号或编号前缀 Name, certificate number, ID number or id prefix
        member: String,
        /// 原因 Why
        #[arg(long, value_parser = words::parser(words::EXITS))]
        reason: i32,
        /// 自哪一天起不在册, 缺省今天 The first day on which they are on it no more; default: today
        #[arg(long)]
        on: Option<Day>,
    },
    /// 撤销误登的离开 Take back that a member left the roster
    #[command(
        after_help = "例 Example:\n  hongyan-node member restore 王小明\n\n缺省自离开之日起重新在册, 如同未曾登记离开; 该月党费已结账的, 用 --on 写明未结账月份的日期\nDefault: from the day they left, as if that had not been entered; when dues of that month are closed name a day of an open one with --on"
    )]
    Restore {
        /// 姓名、活动证号、身份证号或编号前缀 Name, certificate number, ID number or id prefix
        member: String,
        /// 自哪一天起重新在册, 缺省离开之日 The first day on which they are on it again; default: the day they left
        #[arg(long)]
        on: Option<Day>,
    },
}

pub(super) async fn run(verb: MemberVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        MemberVerb::Import {
            file,
            dry_run,
            skip_refused,
            found_units,
            all,
        } => {
            let wish = Wish {
                dry_run,
                skip_refused,
                found_units,
                all,
            };
            import(&file, wish, session).await
        }
        MemberVerb::Export {
            file,
            purpose,
            removed,
        } => export(&file, purpose, removed, session).await,
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
        MemberVerb::Remove { member, reason, on } => remove(member, reason, on, session).await,
        MemberVerb::Restore { member, on } => restore(member, on, session).await,
    }
}

async fn remove(
    member: String,
    exit: i32,
    on: Option<Day>,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let request = RemoveMemberRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        member,
        exit,
        on: session.day(on),
    };
    let answer = client!(session, member_service_client::MemberServiceClient)
        .remove_member(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let title = ("✓ 已离开名册, 序号", "✓ left the roster, no.");
        since(title, answer.written.as_ref(), answer.member.as_ref(), lang)
    })?;
    Ok(Ended::Well)
}

async fn restore(
    member: String,
    on: Option<Day>,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let request = RestoreMemberRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        member,
        on: on.map(|on| on.to_string()).unwrap_or_default(),
    };
    let answer = client!(session, member_service_client::MemberServiceClient)
        .restore_member(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let title = ("✓ 重新在册, 序号", "✓ on the roster again, no.");
        since(title, answer.written.as_ref(), answer.member.as_ref(), lang)
    })?;
    Ok(Ended::Well)
}

/// A member who left the roster or is on it again, and since when.
fn since(
    (zh, en): (&str, &str),
    written: Option<&Written>,
    member: Option<&Member>,
    lang: Lang,
) -> String {
    let member = member.cloned().unwrap_or_default();
    let number = written.map_or(0, |written| written.sequence);
    let exit = words::show(words::EXITS, member.exit, lang);
    fields(lang)
        .add(zh, en, number)
        .add("姓名", "name", member.details.unwrap_or_default().name)
        .add("支部", "unit", &member.unit)
        .add(
            "原因",
            "why",
            if member.removed { exit } else { String::new() },
        )
        .add("自", "from", &member.since)
        .render()
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
            match (member.removed, member.exit) {
                (false, _) => String::new(),
                (true, 0) => "✓".to_owned(),
                (true, exit) => words::show(words::EXITS, exit, lang),
            },
        )
        .add("自", "from", &member.since)
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
