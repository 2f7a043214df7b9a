//! `plan`: a unit's yearly plan of activities: set, amended by a new version, filed up, shown.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use hongyan_proto::{
    pb::{
        exchange::v1::{ActivityPlan, PlanItem},
        office::v1::{
            CorrectFilingRequest, FilePlanRequest, GetPlanRequest, GetPlanResponse, SetPlanRequest,
            Written,
        },
    },
    time::Day,
};
use serde::Deserialize;

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::GOOD,
    words,
};

/// What to do with plans.
#[derive(Debug, Subcommand)]
pub(super) enum PlanVerb {
    /// 制定年度计划 (全年不少于 12 次) Set a year's plan: at least 12 activities
    #[command(
        after_help = "例 Example:\n  hongyan-node plan set --unit 东街支部 --year 2027 --file 计划.toml\n  hongyan-node plan set --unit 新建支部 --year 2026 --from-month 11 --item 2026-11-10=学习党章 --item 2026-12-10/party-lecture=形势政策\n\n文件为 TOML 或 JSON The file is TOML or JSON:\n  [[items]]\n  day = \"2027-01-10\"\n  kind = \"activity-day\"\n  theme = \"学习党章\"\n每项一段 one block an item; kind 缺省 activity-day, 其他同 activity hold --kind\n\n备案要求的次数只计活动日 The number that is to be filed counts activity days alone"
    )]
    Set(Plan),
    /// 修订年度计划 (写明原因) Amend a year's plan, with a reason
    #[command(
        after_help = "例 Example:\n  hongyan-node plan amend --unit 东街支部 --year 2027 --file 计划.toml --reason 活动室装修\n\n文件写全部各项, 格式见 plan set --help The file has every item again; plan set --help shows how"
    )]
    Amend {
        #[command(flatten)]
        plan: Plan,
        /// 修订原因 Why
        #[arg(long)]
        reason: String,
    },
    /// 年度计划已报上级备案 The newest version was filed up
    #[command(
        after_help = "例 Example:\n  hongyan-node plan file --unit 东街支部 --year 2027 --day 2027-01-15 --to 县委组织部\n  hongyan-node plan file --unit 东街支部 --year 2027 --correct 日期写错 --day 2027-01-16\n  hongyan-node plan file --unit 东街支部 --year 2027 --correct 尚未报送 --void"
    )]
    File {
        /// 支部或党小组 Branch or group
        #[arg(long)]
        unit: String,
        /// 年度 Year
        #[arg(long)]
        year: u32,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        day: Option<Day>,
        /// 向何处备案 With whom
        #[arg(long, default_value = "", hide_default_value = true)]
        to: String,
        /// 更正最近一次备案的记录, 写明原因 Correct what was said of the latest filing, with the reason
        #[arg(long, value_name = "REASON")]
        correct: Option<String>,
        /// 并未备案 (与 --correct 同用) It was not filed; with --correct
        #[arg(long, requires = "correct", conflicts_with_all = ["day", "to"])]
        void: bool,
    },
    /// 查看年度计划和落实情况 Show a year's plan and what became of it
    #[command(after_help = "例 Example:\n  hongyan-node plan show --unit 东街支部 --year 2027")]
    Show {
        /// 支部或党小组 Branch or group
        #[arg(long)]
        unit: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
    },
}

/// A plan as it is typed or written in a file.
#[derive(Args, Debug)]
pub(super) struct Plan {
    /// 支部或党小组 Branch or group
    #[arg(long)]
    unit: String,
    /// 年度 Year
    #[arg(long)]
    year: u32,
    /// 起始月份, 年中成立的支部用 First month covered, for a branch founded within the year
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=12))]
    from_month: u32,
    /// 从文件读取各项 Read the items from a file
    #[arg(long, value_name = "FILE", conflicts_with = "items")]
    file: Option<PathBuf>,
    /// 一项活动: 日期[/类别]=主题 One activity: DAY[/KIND]=THEME
    #[arg(long = "item", value_name = "DAY[/KIND]=THEME", value_parser = item)]
    items: Vec<Item>,
}

/// One activity of a plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    day: String,
    #[serde(default = "activity_day")]
    kind: String,
    theme: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    items: Vec<Item>,
}

fn activity_day() -> String {
    "activity-day".to_owned()
}

fn item(text: &str) -> Result<Item, String> {
    let wrong = || "应为 日期[/类别]=主题 must be DAY[/KIND]=THEME".to_owned();
    let (when, theme) = text.split_once('=').ok_or_else(wrong)?;
    let (day, kind) = when.split_once('/').unwrap_or((when, "activity-day"));
    day.parse::<Day>().map_err(|error| error.to_string())?;
    Ok(Item {
        day: day.to_owned(),
        kind: kind.to_owned(),
        theme: theme.to_owned(),
    })
}

/// The items as the office takes them, by day. An error names the item.
fn checked(items: Vec<Item>) -> Result<Vec<PlanItem>, Failure> {
    let mut items = items
        .into_iter()
        .enumerate()
        .map(|(at, item)| {
            item.day.parse::<Day>().map_err(|_| {
                Failure::new(
                    "INVALID_ARGUMENT",
                    "INVALID",
                    format!(
                        "第 {0} 项的日期 {1} 不是某一天  item {0}: {1} is no day",
                        at + 1,
                        item.day
                    ),
                    "核对年月日, 写成如 2027-01-10 的样子 check year, month and day; write it like 2027-01-10",
                )
            })?;
            let kind = words::value(words::ACTIVITIES, &item.kind).ok_or_else(|| {
                Failure::new(
                    "INVALID_ARGUMENT",
                    "INVALID",
                    format!(
                        "第 {} 项的类别 {} 不认得 the kind of this item is not known",
                        at + 1,
                        item.kind
                    ),
                    format!(
                        "应为下列之一: {0}  must be one of: {0}",
                        words::keys(words::ACTIVITIES)
                    ),
                )
            })?;
            Ok(PlanItem {
                day: item.day,
                kind,
                theme: item.theme,
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    // A person may write them in any order; days as text sort as days.
    items.sort_by(|a, b| (&a.day, a.kind).cmp(&(&b.day, b.kind)));
    Ok(items)
}

/// How many activities a plan's file names. Reads it whole and writes nothing.
pub fn plan_items(path: &Path, text: &str) -> Result<usize, Failure> {
    let file = super::file::parse::<PlanFile>(path, text)?;
    Ok(checked(file.items)?.len())
}

impl Plan {
    fn message(self, reason: String) -> Result<ActivityPlan, Failure> {
        let items = match self.file {
            None if self.items.is_empty() => {
                return Err(Failure::new(
                    "INVALID_ARGUMENT",
                    "PLAN_EMPTY",
                    "没有写明活动 no activity was given",
                    "用 --file 计划.toml, 或逐项 --item 2027-01-10=学习党章; 格式见 plan set --help  name them with --file or --item; plan set --help shows how",
                ));
            }
            None => self.items,
            Some(path) => super::file::read::<PlanFile>(&path)?.items,
        };
        let items = checked(items)?;
        Ok(ActivityPlan {
            unit: self.unit,
            year: self.year,
            from_month: self.from_month,
            items,
            reason,
            ..Default::default()
        })
    }
}

pub(super) async fn run(verb: PlanVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        PlanVerb::Set(plan) => set(plan, String::new(), session).await,
        PlanVerb::Amend { plan, reason } => set(plan, reason, session).await,
        PlanVerb::File {
            unit,
            year,
            day,
            to,
            correct: Some(reason),
            void,
        } => {
            let request = CorrectFilingRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                unit,
                year,
                reason,
                void,
                day: day.map_or_else(String::new, |day| day.to_string()),
                superior: to,
            };
            let answer = client!(session, activity_service_client::ActivityServiceClient)
                .correct_filing(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
            Ok(Ended::Well)
        }
        PlanVerb::File {
            unit,
            year,
            day,
            to,
            ..
        } => {
            let request = FilePlanRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                unit,
                year,
                day: session.day(day),
                superior: to,
            };
            let answer = client!(session, activity_service_client::ActivityServiceClient)
                .file_plan(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
            Ok(Ended::Well)
        }
        PlanVerb::Show { unit, year } => {
            let answer = client!(session, activity_service_client::ActivityServiceClient)
                .get_plan(GetPlanRequest { unit, year })
                .await?
                .into_inner();
            session.show(&answer, shown)?;
            Ok(Ended::Well)
        }
    }
}

async fn set(plan: Plan, reason: String, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let request = SetPlanRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        plan: Some(plan.message(reason)?),
    };
    let answer = client!(session, activity_service_client::ActivityServiceClient)
        .set_plan(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
    Ok(Ended::Well)
}

fn done(written: Option<&Written>, lang: Lang) -> String {
    fields(lang)
        .add(
            "✓ 已记, 序号",
            "✓ recorded, no.",
            written.map_or(0, |written| written.sequence),
        )
        .render()
}

fn shown(answer: &GetPlanResponse, lang: Lang) -> String {
    let plan = answer.plan.clone().unwrap_or_default();
    let filings: Vec<_> = answer
        .filings
        .iter()
        .map(|filed| {
            let earlier = if filed.plan == answer.sequence {
                String::new()
            } else {
                lang.say(" (此前的版本)", " (an earlier version)")
            };
            format!("{} {}{earlier}", filed.day, filed.superior)
        })
        .collect();
    let head = fields(lang)
        .add("支部", "unit", &plan.unit)
        .add("年度", "year", plan.year)
        .add("版本", "version", answer.versions)
        .add("修订原因", "amended because", &plan.reason)
        .add("备案", "filed", filings.join("; "))
        .render();
    let mut rows = table(
        lang,
        &[
            ("日期", "day"),
            ("类别", "kind"),
            ("主题", "theme"),
            ("落实", "held"),
        ],
    );
    for planned in &answer.items {
        let item = planned.item.clone().unwrap_or_default();
        rows.row([
            item.day,
            words::show(words::ACTIVITIES, item.kind, lang),
            item.theme,
            match planned.held_plus_one {
                0 => String::new(),
                number if planned.held_by.is_empty() => format!("{GOOD} {}", number - 1),
                number => {
                    let by = &planned.held_by;
                    let said = lang.say(&format!("由{by}"), &format!("by {by}"));
                    format!("{GOOD} {} ({said})", number - 1)
                }
            },
        ]);
    }
    format!("{head}\n{}", rows.render(lang))
}
