//! `activity`: activity days and meetings, held, corrected, handed up and listed.
//!
//! `record` has what is typed about one, `ledger` how a year is shown, `attachment` what is kept of files.

mod attachment;
mod ledger;
mod record;

pub use record::activity_people;

use std::path::PathBuf;

use clap::Subcommand;
use hongyan_proto::{
    pb::office::v1::{
        ActivityRecord, CorrectActivityResponse, CorrectFormRequest, GetActivityRequest,
        GetLedgerRequest, HandUpFormRequest, HoldActivityRequest, HoldActivityResponse,
        ListActivitiesRequest, NotTold, Words, Written,
    },
    time::Day,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::{Fields, WARN, short},
    told::stays,
    words,
};

/// What to do with activities.
#[derive(Debug, Subcommand)]
pub(super) enum ActivityVerb {
    /// 记录一次活动 Record an activity that was held
    #[command(
        after_help = "例 Example:\n  hongyan-node activity hold --unit 东街支部 --kind activity-day --day 2026-07-10 --begins 14:30 --ends 16:30 --place 会议室 --theme 学习党章 --form 集中学习 --present all --absent 张三=病假,李四 --remote 王五\n  hongyan-node activity hold --file 活动.toml\n\n文件为 TOML 或 JSON, 各项名称同选项 The file is TOML or JSON with the same names:\n  unit = \"东街支部\"\n  kind = \"activity-day\"\n  day = \"2026-07-10\"\n  begins = \"14:30\"\n  ends = \"16:30\"\n  place = \"会议室\"\n  theme = \"学习党章\"\n  headings = [\"学习教育\"]\n  form = \"集中学习\"\n  content = \"逐章学习\"\n  present = [\"all\"]\n  remote = [\"王五\"]\n  absent = [\"张三=病假\", \"李四\"]\n  guests = [\"入党积极分子两名\"]\n  attachments = [\"照片.jpg\"]\n另可写 also: lecturer, minutes, planned_day, moved_because\n\n逐一列名时, 未列入的应到人员会提示; 支委会只计委员 Who is expected and in no list is told; a committee meeting expects the committee"
    )]
    Hold {
        /// 从文件读取 Read the record from a file
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        record: Box<record::Record>,
    },
    /// 更正一次活动的记录 Correct an activity's record
    #[command(
        after_help = "例 Example:\n  hongyan-node activity correct 120 --reason 记错考勤 --absent 张三=病假 --theme 学习党章\n  hongyan-node activity correct 120 --reason 重复记录 --void"
    )]
    Correct {
        /// 活动序号 (见 activity list) Number of the activity, as activity list shows it
        activity: u64,
        /// 原因 Why
        #[arg(long)]
        reason: String,
        /// 作废 It never was
        #[arg(long)]
        void: bool,
        #[command(flatten)]
        change: Box<record::Change>,
    },
    /// 记录表已报送上级 The record form was handed up
    #[command(
        after_help = "例 Example:\n  hongyan-node activity hand-up 120 --to 街道党工委\n  hongyan-node activity hand-up 120 --correct 日期写错 --day 2026-07-12\n  hongyan-node activity hand-up 120 --correct 尚未报送 --void"
    )]
    HandUp {
        /// 活动序号 Number of the activity
        activity: u64,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        day: Option<Day>,
        /// 报送何处 To whom
        #[arg(long, default_value = "", hide_default_value = true)]
        to: String,
        /// 更正最近一次报送的记录, 写明原因 Correct what was said of the last time, with the reason
        #[arg(long, value_name = "REASON")]
        correct: Option<String>,
        /// 并未报送 (与 --correct 同用) It was not handed up; with --correct
        #[arg(long, requires = "correct", conflicts_with_all = ["day", "to"])]
        void: bool,
    },
    /// 查看一次活动 (记录表各项) Show one activity, as its record form has it
    #[command(after_help = "例 Example:\n  hongyan-node activity show 120")]
    Show {
        /// 活动序号 Number of the activity
        activity: u64,
    },
    /// 列出附件; 给出文件则核对是否与登记时一致 Show the attachments, and check files against them
    #[command(
        after_help = "例 Example:\n  hongyan-node activity attachments 120\n  hongyan-node activity attachments 120 照片.jpg 签到表.pdf\n\n附件只登记 SHA-256、名称和大小; 内容不一致时退出码为 1 only digest, name and size are kept; the exit code is 1 when a file differs"
    )]
    Attachments {
        /// 活动序号 Number of the activity
        activity: u64,
        /// 要核对的文件 Files to check
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// 列出活动 List activities
    #[command(after_help = "例 Example:\n  hongyan-node activity list --unit 东街支部 --year 2026")]
    List {
        /// 支部或党小组 Branch or group
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
        /// 只列此类 Only of this kind
        #[arg(long, value_parser = words::parser(words::ACTIVITIES))]
        kind: Option<i32>,
        /// 也列作废的 Also void ones
        #[arg(long)]
        void: bool,
        /// 每页行数 Rows a page
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i32).range(1..=1000))]
        page_size: i32,
        /// 上一页给出的页码标记 The token that the page before gave
        #[arg(long, default_value = "", hide_default_value = true)]
        page: String,
    },
    /// 支部全年活动台账 A unit's ledger of a year
    #[command(
        after_help = "例 Example:\n  hongyan-node activity ledger --unit 东街支部 --year 2026 --csv > 台账.csv"
    )]
    Ledger {
        /// 支部或党小组 Branch or group
        #[arg(long)]
        unit: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
        /// 以 CSV 格式输出 Print CSV
        #[arg(long)]
        csv: bool,
    },
}

pub(super) async fn run(verb: ActivityVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        ActivityVerb::Hold { file, record } => hold(file, *record, session).await,
        ActivityVerb::Correct {
            activity,
            reason,
            void,
            change,
        } => {
            let request = change.message(session, (activity, reason, void))?;
            let answer = client!(session, activity_service_client::ActivityServiceClient)
                .correct_activity(request)
                .await?
                .into_inner();
            session.show(&answer, corrected)?;
            Ok(Ended::Well)
        }
        ActivityVerb::HandUp {
            activity,
            day,
            to,
            correct: Some(reason),
            void,
        } => {
            let request = CorrectFormRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                activity,
                reason,
                void,
                day: day.map_or_else(String::new, |day| day.to_string()),
                superior: to,
            };
            let answer = client!(session, activity_service_client::ActivityServiceClient)
                .correct_form(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                place(fields(lang), answer.written.as_ref()).render()
            })?;
            Ok(Ended::Well)
        }
        ActivityVerb::HandUp {
            activity, day, to, ..
        } => hand_up(activity, day, to, session).await,
        ActivityVerb::Show { activity } => show(activity, session).await,
        ActivityVerb::Attachments { activity, files } => {
            attachments(activity, &files, session).await
        }
        ActivityVerb::List {
            unit,
            year,
            kind,
            void,
            page_size,
            page,
        } => {
            let request = ListActivitiesRequest {
                unit,
                year,
                kinds: kind.into_iter().collect(),
                void,
                page_size,
                page_token: page,
            };
            list(request, session).await
        }
        ActivityVerb::Ledger { unit, year, csv } => ledger_of(unit, year, csv, session).await,
    }
}

async fn hold(
    file: Option<PathBuf>,
    record: record::Record,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let record = record.of(file)?;
    let request = HoldActivityRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        activity: Some(record.message(Some(session.day(None)))?),
        everyone: record.everyone(),
        people: record.people(),
    };
    let answer = client!(session, activity_service_client::ActivityServiceClient)
        .hold_activity(request)
        .await?
        .into_inner();
    session.show(&answer, held)?;
    Ok(Ended::Well)
}

fn place(fields: Fields, written: Option<&Written>) -> Fields {
    let written = written.cloned().unwrap_or_default();
    fields
        .add("✓ 已记, 序号", "✓ recorded, no.", written.sequence)
        .add(
            "重复请求",
            "repeated",
            if written.repeated { "✓" } else { "" },
        )
}

fn held(answer: &HoldActivityResponse, lang: Lang) -> String {
    let text = place(fields(lang), answer.written.as_ref())
        .add(
            "实到/应到",
            "present/expected",
            format!("{}/{}", answer.present, answer.expected),
        )
        .add("已告知流出地", "partners told", answer.told)
        .render();
    remarked(&text, &answer.not_told, &answer.remarks, lang)
}

fn corrected(answer: &CorrectActivityResponse, lang: Lang) -> String {
    let text = place(fields(lang), answer.written.as_ref())
        .add("同步更正的信函", "letters corrected with it", answer.told)
        .render();
    remarked(&text, &answer.not_told, &answer.remarks, lang)
}

fn remarked(text: &str, not_told: &[NotTold], remarks: &[Words], lang: Lang) -> String {
    let remarks = remarks
        .iter()
        .map(|one| format!("\n{WARN} {}", lang.words(Some(one))));
    let remarks: String = remarks.collect();
    format!("{text}{}{remarks}", stays(not_told, lang))
}

async fn hand_up(
    activity: u64,
    day: Option<Day>,
    superior: String,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let request = HandUpFormRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        activity,
        day: session.day(day),
        superior,
    };
    let answer = client!(session, activity_service_client::ActivityServiceClient)
        .hand_up_form(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        place(fields(lang), answer.written.as_ref()).render()
    })?;
    Ok(Ended::Well)
}

async fn show(activity: u64, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let answer = client!(session, activity_service_client::ActivityServiceClient)
        .get_activity(GetActivityRequest { activity })
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        one(&answer.record.clone().unwrap_or_default(), lang)
    })?;
    Ok(Ended::Well)
}

async fn attachments(
    activity: u64,
    files: &[PathBuf],
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let answer = client!(session, activity_service_client::ActivityServiceClient)
        .get_activity(GetActivityRequest { activity })
        .await?
        .into_inner();
    let record = answer.record.unwrap_or_default();
    let recorded = record.activity.unwrap_or_default().attachments;
    let how = (session.io.json, session.lang);
    let (text, ended) = attachment::verify(&recorded, files, how)?;
    session.io.line(&text)?;
    Ok(ended)
}

fn one(record: &ActivityRecord, lang: Lang) -> String {
    let activity = record.activity.clone().unwrap_or_default();
    let time = [activity.begins.as_str(), activity.ends.as_str()]
        .into_iter()
        .filter(|time| !time.is_empty())
        .collect::<Vec<_>>()
        .join("–");
    let forms: Vec<_> = record.forms.iter().map(|form| form.day.as_str()).collect();
    let corrections: Vec<_> = record.corrections.iter().map(ToString::to_string).collect();
    let files: Vec<_> = activity
        .attachments
        .iter()
        .map(|file| {
            format!(
                "{} ({} B, {})",
                file.name,
                file.bytes,
                short(&hex::encode(&file.sha256))
            )
        })
        .collect();
    let head = fields(lang)
        .add("序号", "no.", record.sequence)
        .add("作废", "void", if record.void { "✗" } else { "" })
        .add("党组织", "unit", &activity.unit)
        .add(
            "类别",
            "kind",
            words::show(words::ACTIVITIES, activity.kind, lang),
        )
        .add("日期", "day", &activity.day)
        .add("时间", "time", time)
        .add("原定日期", "planned for", &activity.planned_day)
        .add("改期原因", "moved because", &activity.moved_because)
        .add("地点", "place", &activity.place)
        .add("活动主题", "theme", &activity.theme)
        .add("内容类别", "headings", activity.headings.join(" "))
        .add("形式", "form", &activity.form)
        .add("主讲人", "lecturer", &activity.lecturer)
        .add("应参加党员", "expected", record.expected)
        .add("实际参加党员", "present", record.present)
        .add("列席人员", "guests", activity.guests.join(" "))
        .add("活动内容", "content", &activity.content)
        .add("会议记录", "minutes", &activity.minutes)
        .add("附件", "attachments", files.join("; "))
        .add("记录表报送", "form handed up", forms.join(" "))
        .add("更正", "corrections", corrections.join(" "))
        .add("记录人", "recorded by", &activity.actor)
        .render();
    let mut rows = table(
        lang,
        &[
            ("姓名", "name"),
            ("到会", "presence"),
            ("事由", "reason"),
            ("已告知对方", "partner told"),
        ],
    );
    for (name, line) in record.names.iter().zip(&activity.attendees) {
        rows.row([
            name.clone(),
            words::show(words::PRESENCES, line.presence, lang),
            line.reason.clone(),
            line.told
                .as_ref()
                .map_or_else(String::new, |told| told.sequence.to_string()),
        ]);
    }
    format!("{head}\n{}", rows.render(lang))
}

async fn list(request: ListActivitiesRequest, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let answer = client!(session, activity_service_client::ActivityServiceClient)
        .list_activities(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let rows = ledger::lines(&answer.activities, lang);
        if answer.next_page_token.is_empty() {
            return rows;
        }
        let more = lang.say("下一页", "next page");
        format!("{rows}\n{more}: --page {}", answer.next_page_token)
    })?;
    Ok(Ended::Well)
}

async fn ledger_of(
    unit: String,
    year: u32,
    csv: bool,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    let answer = client!(session, activity_service_client::ActivityServiceClient)
        .get_ledger(GetLedgerRequest { unit, year })
        .await?
        .into_inner();
    if csv && !session.io.json {
        session.io.bytes(ledger::csv(&answer).as_bytes())?;
    } else {
        session.show(&answer, ledger::text)?;
    }
    Ok(Ended::Well)
}
