//! `policy`: which rules apply here, and from which clause.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use hongyan_proto::{
    pb::office::v1::{
        AdoptPolicyRequest, AdoptPolicyResponse, AmendCalendarRequest, AmendCalendarResponse,
        CheckPolicyRequest, CheckPolicyResponse, ListPoliciesRequest, ListPoliciesResponse,
        PolicyRule, PolicySummary, ShowPolicyRequest, ShowPolicyResponse,
    },
    time::Day,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::{BAD, GOOD, WARN},
};

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub(super) enum PolicyVerb {
    /// 随程序的政策和本委采用过的政策 Policies that come with the program, and those adopted here
    #[command(after_help = "例 Example:\n  hongyan-node policy list")]
    List,
    /// 逐条说明: 本地适用什么, 出自哪一条 What applies here, rule by rule, and from which clause
    #[command(
        after_help = "例 Example:\n  hongyan-node policy show\n  hongyan-node policy show chizhou\n  hongyan-node policy show --on 2026-06-01"
    )]
    Show {
        /// 随程序的政策; 缺省为本地适用的 A shipped policy; default: what applies here
        #[arg(default_value = "", hide_default_value = true)]
        name: String,
        /// 哪一天适用的; 缺省今天 On which day; default: today
        #[arg(long)]
        on: Option<Day>,
    },
    /// 核对政策文件, 错误指明行列 Check a policy file; errors name line and column
    #[command(after_help = "例 Example:\n  hongyan-node policy check 本委.toml")]
    Check {
        /// 政策文件 (格式见 docs/policy.md) Policy file, see docs/policy.md
        file: PathBuf,
    },
    /// 自某日起采用政策; 不改变此前的应办事项 Adopt a policy from a day on; what was owed before stays
    #[command(
        after_help = "例 Example:\n  hongyan-node policy adopt wuxi --from 2026-01-01\n  hongyan-node policy adopt --file 本委.toml --from 2026-07-01 --basis 党委会2026年第6次"
    )]
    Adopt {
        /// 随程序的政策 A shipped policy
        #[arg(required_unless_present = "file", conflicts_with = "file")]
        name: Option<String>,
        /// 本委自己的文件 A file of the committee's own
        #[arg(long)]
        file: Option<PathBuf>,
        /// 自哪一天起 From which day
        #[arg(long)]
        from: Day,
        /// 依据: 哪次会议决定 By which decision
        #[arg(long, default_value = "", hide_default_value = true)]
        basis: String,
    },
    /// 登记新一年的节假日安排 Enter a year's notice of holidays and made-up working days
    #[command(
        after_help = "例 Example:\n  hongyan-node policy calendar 2027.csv\n\n文件的列 columns: year,from,to,kind,name (kind: 休 off, 班 working)"
    )]
    Calendar {
        /// CSV 文件 CSV file
        file: PathBuf,
    },
}

async fn read(file: &Path) -> Result<(String, String), Failure> {
    let content = tokio::fs::read_to_string(file)
        .await
        .map_err(|error| Failure::file(file, &error))?;
    let name = file
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok((name, content))
}

pub(super) async fn run(verb: PolicyVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let mut client = client!(session, policy_service_client::PolicyServiceClient);
    match verb {
        PolicyVerb::List => {
            let answer = client.list_policies(ListPoliciesRequest {}).await?;
            session.show(&answer.into_inner(), list)?;
        }
        PolicyVerb::Show { name, on } => {
            let day = on.map(|day| day.to_string()).unwrap_or_default();
            let answer = client.show_policy(ShowPolicyRequest { name, day }).await?;
            session.show(&answer.into_inner(), show)?;
        }
        PolicyVerb::Check { file } => {
            let (file, content) = read(&file).await?;
            let answer = client
                .check_policy(CheckPolicyRequest { file, content })
                .await?
                .into_inner();
            session.show(&answer, checked)?;
            return Ok(Ended::well_if(answer.problem.is_none()));
        }
        PolicyVerb::Adopt {
            name,
            file,
            from,
            basis,
        } => {
            if from.date().year() + 1 < session.today().date().year() {
                session.confirm(
                    &format!(
                        "自 {from} 起采用: 采用后不能撤回, 只能自另一日起采用别的政策。继续吗?"
                    ),
                    &format!(
                        "adopt from {from}? It cannot be taken back, only followed by another one."
                    ),
                )?;
            }
            let (file, content) = match file {
                Some(file) => read(&file).await?,
                None => Default::default(),
            };
            let request = AdoptPolicyRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                name: name.unwrap_or_default(),
                file,
                content,
                from: from.to_string(),
                basis,
            };
            let answer = client.adopt_policy(request).await?.into_inner();
            session.show(&answer, |answer, lang| adopted(answer, from, lang))?;
        }
        PolicyVerb::Calendar { file } => {
            let (_, content) = read(&file).await?;
            let request = AmendCalendarRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                content,
            };
            let answer = client.amend_calendar(request).await?.into_inner();
            session.show(&answer, amended)?;
        }
    }
    Ok(Ended::Well)
}

fn named(policy: Option<&PolicySummary>) -> (String, u32) {
    policy.map_or_else(Default::default, |policy| {
        (policy.name.clone(), policy.rules)
    })
}

fn list(answer: &ListPoliciesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[("名称", "name"), ("规则", "rules"), ("文件", "document")],
    );
    for policy in &answer.shipped {
        rows.row([
            policy.name.clone(),
            policy.rules.to_string(),
            lang.words(policy.source.as_ref()),
        ]);
    }
    let mut own = table(
        lang,
        &[
            ("自", "from"),
            ("名称", "name"),
            ("规则", "rules"),
            ("今日适用", "applies today"),
        ],
    );
    for one in &answer.adopted {
        let (name, rules) = named(one.policy.as_ref());
        let applies = if one.applies { GOOD } else { "" };
        own.row([
            one.from.clone(),
            name,
            rules.to_string(),
            applies.to_owned(),
        ]);
    }
    let heading = lang.say("本委采用", "adopted here");
    format!("{}\n\n{heading}\n{}", rows.render(lang), own.render(lang))
}

fn show(answer: &ShowPolicyResponse, lang: Lang) -> String {
    let policy = answer.policy.clone().unwrap_or_default();
    let head = fields(lang)
        .add("政策", "policy", &policy.name)
        .add("文件", "document", lang.words(policy.source.as_ref()))
        .add("文号", "number", &policy.number)
        .add("自", "from", &answer.from)
        .render();
    let mut rows = table(
        lang,
        &[
            ("规则", "rule"),
            ("依据", "clause"),
            ("规定", "what it says"),
            ("按此计算", "counted as"),
        ],
    );
    let columns = [
        ("规则", "rule"),
        ("依据", "clause"),
        ("规定", "what it says"),
    ];
    let mut told = table(lang, &columns);
    let cells = |rule: &PolicyRule| {
        let words = lang.words(rule.words.as_ref());
        [rule.id.clone(), rule.clause.clone(), words]
    };
    for rule in &answer.rules {
        let [id, clause, words] = cells(rule);
        if rule.kind == "told" {
            told.row([id, clause, words]);
        } else {
            rows.row([id, clause, words, lang.words(rule.figures.as_ref())]);
        }
    }
    let mut text = format!("{head}\n{}", rows.render(lang));
    if answer.rules.iter().any(|rule| rule.kind == "told") {
        let heading = lang.say(
            "文件还要求 (不作推算, 由人落实)",
            "what the papers ask for besides (not derived: people see to it)",
        );
        text = format!("{text}\n{heading}\n{}", told.render(lang));
    }
    if !answer.activity_days.is_empty() {
        let days: Vec<_> = answer
            .activity_days
            .iter()
            .map(|day| {
                let moved = if day.held == day.named {
                    String::new()
                } else {
                    format!(" (← {})", day.named)
                };
                let open = if day.provisional { " ?" } else { "" };
                format!("  {}{moved}{open}", day.held)
            })
            .collect();
        let heading = lang.say(
            "今后的活动日 (← 原定; ? 该年放假安排尚未公布)",
            "coming activity days (← as named; ? the year's holidays are not announced yet)",
        );
        text = format!("{text}\n{heading}\n{}", days.join("\n"));
    }
    if !answer.adopted && answer.from.is_empty() && policy.name == "two-way" {
        let hint = lang.say(
            "本委尚未采用政策: policy adopt 名称 --from 日期",
            "no policy is adopted yet: policy adopt NAME --from DAY",
        );
        text = format!("{text}\n{WARN} {hint}");
    }
    text
}

fn checked(answer: &CheckPolicyResponse, lang: Lang) -> String {
    if let Some(first) = &answer.problem {
        let all = std::iter::once(first).chain(&answer.further);
        let lines = all.map(|problem| {
            let words = lang.words(problem.problem.as_ref());
            let (file, line, column) = (&problem.file, problem.line, problem.column);
            format!("{BAD} {file}:{line}:{column} {words}")
        });
        return lines.collect::<Vec<_>>().join("\n");
    }
    let (name, rules) = named(answer.policy.as_ref());
    let good = lang.say(
        &format!("{name}: {rules} 条规则, 可以采用"),
        &format!("{name}: {rules} rules, fit to be adopted"),
    );
    format!("{GOOD} {good}")
}

fn adopted(answer: &AdoptPolicyResponse, from: Day, lang: Lang) -> String {
    let (name, rules) = named(answer.policy.as_ref());
    let done = lang.say(
        &format!("自 {from} 起采用 {name}, {rules} 条规则"),
        &format!("{name} counts from {from}, {rules} rules"),
    );
    format!("{GOOD} {done}")
}

fn amended(answer: &AmendCalendarResponse, lang: Lang) -> String {
    let years: Vec<_> = answer.years.iter().map(ToString::to_string).collect();
    let years = years.join(" ");
    let done = lang.say(
        &format!("已登记 {years} 年放假安排"),
        &format!("holidays of {years} entered"),
    );
    format!("{GOOD} {done}")
}
