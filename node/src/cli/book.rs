//! `book`: the record book of members: awards, penalties and roles, confirmation by a one-time code, the yearly book, statistics.

use clap::{Args, Subcommand};
use hongyan_proto::{
    pb::{
        exchange::v1::{Award, BookRecord, Role},
        office::v1::{
            AddBookRecordRequest, BookLine, BookTally, BookYear, ConfirmBookRequest,
            CorrectBookRecordRequest, GetBookRequest, GetBookResponse, GetBookStatisticsRequest,
            GetBookStatisticsResponse, IssueBookCodeRequest, Words, Written,
        },
    },
    time::Day,
};

use super::{
    Failure,
    lang::Lang,
    said::said_that_day,
    session::{Ended, Session, client, fields, table},
    table::{GOOD, WARN, short},
    values::show_time,
    words,
};

/// What to do with record books.
#[derive(Debug, Subcommand)]
pub(super) enum BookVerb {
    /// 记奖惩 Enter an award or a penalty
    #[command(
        after_help = "例 Example:\n  hongyan-node book award 张三 --title 优秀共产党员 --day 2026-07-01"
    )]
    Award {
        /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
        member: String,
        #[command(flatten)]
        award: TitleOf,
    },
    /// 记发挥作用 (每年至少一次) Enter a role played, at least once a year
    #[command(after_help = "例 Example:\n  hongyan-node book role 张三 --text 社区志愿服务")]
    Role {
        /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
        member: String,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        day: Option<Day>,
        /// 内容 In words
        #[arg(long)]
        text: String,
    },
    /// 更正奖惩或发挥作用 Correct an award, a penalty or a role
    #[command(
        after_help = "例 Example:\n  hongyan-node book correct 131 --reason 名称有误 --title 优秀党务工作者\n  hongyan-node book correct 131 --reason 实为处分 --penalty\n  hongyan-node book correct 131 --reason 记错人 --void"
    )]
    Correct {
        /// 记录序号 (见 book show) Number of the record, as book show has it
        record: u64,
        /// 原因 Why
        #[arg(long)]
        reason: String,
        /// 作废 It is void
        #[arg(long)]
        void: bool,
        /// 正确的日期, 其余未写明的不变 The right day; what is not given stays
        #[arg(long)]
        day: Option<Day>,
        /// 是处分; 写 --penalty false 表示不是 It is a penalty, or with false it is not
        #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "true|false")]
        penalty: Option<bool>,
        /// 奖惩名称 Title of the award or penalty
        #[arg(long, conflicts_with = "text")]
        title: Option<String>,
        /// 发挥作用的内容 The role played, in words
        #[arg(long)]
        text: Option<String>,
    },
    /// 发一次性确认码, 交党员本人 Give the member a one-time code to confirm with
    #[command(after_help = "例 Example:\n  hongyan-node book code 张三 --year 2026")]
    Code {
        /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
        member: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
    },
    /// 党员用确认码核实确认 The member confirms with the code
    #[command(after_help = "例 Example:\n  hongyan-node book confirm 张三 7K2M-Q4XA")]
    Confirm {
        /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
        member: String,
        /// 确认码 The code
        code: String,
    },
    /// 查看年度记实册或全部档案 Show a year's book, or the whole archive
    #[command(
        after_help = "例 Example:\n  hongyan-node book show 张三 --year 2026\n  hongyan-node book show 张三 --archive"
    )]
    Show {
        /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
        member: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
        /// 全部年度 Every year
        #[arg(long, conflicts_with = "year")]
        archive: bool,
    },
    /// 支部记实统计 How the books of a unit stand
    #[command(after_help = "例 Example:\n  hongyan-node book stats --unit 东街支部 --year 2026")]
    Stats {
        /// 支部或党小组 Branch or group
        #[arg(long)]
        unit: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
    },
}

/// An award or a penalty.
#[derive(Args, Debug)]
pub(super) struct TitleOf {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 处分 It is a penalty
    #[arg(long)]
    penalty: bool,
    /// 名称 Title
    #[arg(long)]
    title: String,
}

fn award(day: String, penalty: bool, title: String) -> BookRecord {
    BookRecord {
        award: Some(Award {
            day,
            penalty,
            title,
        }),
        ..Default::default()
    }
}

fn role(day: String, description: String) -> BookRecord {
    BookRecord {
        role: Some(Role { day, description }),
        ..Default::default()
    }
}

pub(super) async fn run(verb: BookVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        BookVerb::Award { member, award: it } => {
            let record = award(session.day(it.day), it.penalty, it.title);
            add(member, record, session).await
        }
        BookVerb::Role { member, day, text } => {
            let record = role(session.day(day), text);
            add(member, record, session).await
        }
        BookVerb::Correct {
            record,
            reason,
            void,
            day,
            penalty,
            title,
            text,
        } => {
            let request = CorrectBookRecordRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                record,
                reason,
                void,
                day: day.map_or_else(String::new, |day| day.to_string()),
                penalty,
                title: title.unwrap_or_default(),
                text: text.unwrap_or_default(),
            };
            correct(request, session).await
        }
        BookVerb::Code { member, year } => code(member, year, session).await,
        BookVerb::Confirm { member, code } => confirm(member, code, session).await,
        BookVerb::Show {
            member,
            year,
            archive,
        } => {
            let request = GetBookRequest {
                person: member,
                year,
                archive,
            };
            let answer = client!(session, book_service_client::BookServiceClient)
                .get_book(request)
                .await?
                .into_inner();
            session.show(&answer, shown)?;
            Ok(Ended::Well)
        }
        BookVerb::Stats { unit, year } => {
            let answer = client!(session, book_service_client::BookServiceClient)
                .get_book_statistics(GetBookStatisticsRequest { unit, year })
                .await?
                .into_inner();
            session.show(&answer, statistics)?;
            Ok(Ended::Well)
        }
    }
}

async fn add(
    person: String,
    record: BookRecord,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let request = AddBookRecordRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        person,
        record: Some(record),
    };
    let answer = client!(session, book_service_client::BookServiceClient)
        .add_book_record(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let not_told = answer.not_told.as_ref();
        done(answer.written.as_ref(), answer.told, not_told, lang)
    })?;
    Ok(Ended::Well)
}

async fn correct(
    request: CorrectBookRecordRequest,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let answer = client!(session, book_service_client::BookServiceClient)
        .correct_book_record(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let not_told = answer.not_told.as_ref();
        done(answer.written.as_ref(), answer.told, not_told, lang)
    })?;
    Ok(Ended::Well)
}

fn done(written: Option<&Written>, told: bool, not_told: Option<&Words>, lang: Lang) -> String {
    let stays = not_told.map_or_else(String::new, |why| {
        format!("{WARN} {}", lang.words(Some(why)))
    });
    fields(lang)
        .add(
            "✓ 已记, 序号",
            "✓ recorded, no.",
            written.map_or(0, |written| written.sequence),
        )
        .add("已告知流出地", "partner told", if told { GOOD } else { "" })
        .add("未告知流出地", "partner not told", stays)
        .render()
}

async fn code(person: String, year: u32, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let request = IssueBookCodeRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        person,
        year,
    };
    let answer = client!(session, book_service_client::BookServiceClient)
        .issue_book_code(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        fields(lang)
            .add("确认码 (只显示一次)", "code, shown once", &answer.code)
            .add("有效至", "valid until", show_time(answer.expires_ms))
            .add("待确认", "lines to confirm", answer.unconfirmed)
            .render()
    })?;
    Ok(Ended::Well)
}

async fn confirm(
    person: String,
    code: String,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let request = ConfirmBookRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        person,
        code,
    };
    let answer = client!(session, book_service_client::BookServiceClient)
        .confirm_book(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        fields(lang)
            .add("✓ 已确认", "✓ lines confirmed", answer.confirmed)
            .add("年度", "year", answer.year)
            .render()
    })?;
    Ok(Ended::Well)
}

fn says(line: &BookLine, lang: Lang) -> String {
    let says = line.content.as_ref();
    let says = says.map_or_else(String::new, |content| said_that_day(content, lang));
    if line.exempt {
        return format!("{says}{}", lang.say(" (免予)", " (exempt)"));
    }
    says
}

/// What letters about the person told in a year.
fn told(year: &BookYear, lang: Lang) -> String {
    if year.told.is_empty() {
        return String::new();
    }
    let mut rows = table(
        lang,
        &[
            ("通报", "told"),
            ("序号", "no."),
            ("类别", "kind"),
            ("日期", "day"),
            ("内容", "content"),
        ],
    );
    for line in &year.told {
        let content = line.content.as_ref();
        rows.row([
            if line.own {
                format!("{} {}", lang.say("告知", "to"), line.partner)
            } else {
                format!("{} {}", line.partner, lang.say("来信", "(theirs)"))
            },
            line.sequence.to_string(),
            words::show(words::BOOK_SECTIONS, line.section, lang),
            line.day.clone(),
            content.map_or_else(String::new, |content| said_that_day(content, lang)),
        ]);
    }
    format!("\n{}", rows.render(lang))
}

fn shown(answer: &GetBookResponse, lang: Lang) -> String {
    let mut text = fields(lang)
        .add("姓名", "name", &answer.name)
        .add("编号", "id", short(&answer.id))
        .add("支部", "unit", &answer.unit)
        .add("流入党员", "hosted", if answer.hosted { GOOD } else { "" })
        .render();
    for year in &answer.years {
        let tally = year.tally.unwrap_or_default();
        let head = fields(lang)
            .add("年度", "year", year.year)
            .add(
                "参加组织生活",
                "took part",
                format!("{}/{}", tally.attended, tally.expected),
            )
            .add("免予参加", "exempt from", free(tally.exempt))
            .add("待确认", "to confirm", tally.unconfirmed)
            .render();
        let mut rows = table(
            lang,
            &[
                ("序号", "no."),
                ("类别", "kind"),
                ("日期", "day"),
                ("内容", "content"),
                ("本人确认", "confirmed"),
            ],
        );
        for line in &year.lines {
            rows.row([
                line.record.to_string(),
                words::show(words::BOOK_SECTIONS, line.section, lang),
                line.day.clone(),
                says(line, lang),
                show_time(line.confirmed_ms),
            ]);
        }
        text = format!("{text}\n{head}\n{}{}", rows.render(lang), told(year, lang));
    }
    text
}

/// Nothing where there is nothing to say.
fn free(times: u32) -> String {
    if times == 0 {
        String::new()
    } else {
        times.to_string()
    }
}

fn cells(tally: BookTally) -> [String; 8] {
    [
        format!("{}/{}", tally.attended, tally.expected),
        free(tally.exempt),
        tally.dues.to_string(),
        tally.awards.to_string(),
        tally.penalties.to_string(),
        tally.roles.to_string(),
        tally.confirmed.to_string(),
        tally.unconfirmed.to_string(),
    ]
}

fn statistics(answer: &GetBookStatisticsResponse, lang: Lang) -> String {
    let head = fields(lang)
        .add("支部", "unit", &answer.unit)
        .add("年度", "year", answer.year)
        .add(
            "有待确认记录的党员",
            "members with lines to confirm",
            answer.to_confirm,
        )
        .add(
            "全年未记发挥作用的党员",
            "members without a role played",
            answer.without_role,
        )
        .render();
    let mut rows = table(
        lang,
        &[
            ("姓名", "name"),
            ("组织生活", "took part"),
            ("免予", "exempt"),
            ("党费", "dues"),
            ("奖励", "awards"),
            ("处分", "penalties"),
            ("发挥作用", "roles"),
            ("已确认", "confirmed"),
            ("待确认", "to confirm"),
        ],
    );
    for person in &answer.people {
        let mark = if person.exempt {
            lang.say(" (免予记实)", " (no book kept)")
        } else {
            String::new()
        };
        let name = [format!("{}{mark}", person.name)];
        rows.row(
            name.into_iter()
                .chain(cells(person.tally.unwrap_or_default())),
        );
    }
    let total = [lang.say("合计", "total")];
    rows.row(
        total
            .into_iter()
            .chain(cells(answer.total.unwrap_or_default())),
    );
    format!("{head}\n{}", rows.render(lang))
}
