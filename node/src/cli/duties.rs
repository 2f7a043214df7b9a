//! `duties`: whose turn it is, by when, and by which clause.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hongyan_proto::{
    pb::office::v1::{
        DutyItem, ExcuseDutyRequest, ExcuseDutyResponse, ExportDutiesRequest, ListDutiesRequest,
        ListDutiesResponse, RecordInspectionRequest, RecordMeasureRequest, RecordScreeningRequest,
        RecordScreeningResponse, VoidRecordingRequest, Written,
    },
    time::Day,
};

use super::{
    Failure,
    assessment::done,
    lang::Lang,
    member::more,
    partial::Partial,
    session::{Ended, Session, client, fields, table},
    table::{GOOD, WARN, short},
    words,
};

/// Lists duties, or does something about one.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "例 Example:\n  hongyan-node duties\n  hongyan-node duties --unit 第一支部 --all\n  hongyan-node duties --ics 应办.ics"
)]
pub(super) struct Duties {
    #[command(subcommand)]
    verb: Option<DutyVerb>,
    /// 支部名称的一部分 Part of a unit's name
    #[arg(long, default_value = "", hide_default_value = true)]
    unit: String,
    /// 党员姓名的一部分 Part of a member's name
    #[arg(long, default_value = "", hide_default_value = true)]
    member: String,
    /// 也列已办和未到期的 Also those done and those not begun
    #[arg(long)]
    all: bool,
    /// 写成日历文件 (iCalendar), 可在手机和电脑上订阅 Write an iCalendar file
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
    /// 每页行数 Rows a page
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i32).range(1..=1000))]
    page_size: i32,
    /// 上一页给出的页码标记 The token that the page before gave
    #[arg(long, default_value = "", hide_default_value = true)]
    page: String,
}

/// What can be done about a duty. None of it ticks a duty off.
#[derive(Debug, Subcommand)]
pub(super) enum DutyVerb {
    /// 说明未办的缘由 (不算已办) Excuse a duty; it does not count as done
    #[command(
        after_help = "例 Example:\n  hongyan-node duties excuse 3f09a1c2 --reason 汛期抗洪, 改期补课\n  hongyan-node duties excuse 3f09a1c2 --take-back"
    )]
    Excuse {
        /// 应办事项编号 (前 8 位) The duty's id, first 8 digits
        duty: String,
        /// 缘由 Why
        #[arg(long, num_args = 1.., required_unless_present = "take_back", conflicts_with = "take_back")]
        reason: Vec<String>,
        /// 收回缘由 Take the excuse back
        #[arg(long)]
        take_back: bool,
    },
    /// 登记对无故缺席采取的措施 Record what was done about absences
    #[command(
        after_help = "例 Example:\n  hongyan-node duties measure 张三 --measure remind --note 电话提醒\n\n措施不另立名目: 它是缺席事项 (absence) 的凭据, 按政策的次序提醒、警示、批评、启动除名程序\nThe measure is the evidence of a duty about absences; which one is due the policy says (reminding, warning, criticism, procedure)"
    )]
    Measure {
        /// 党员 (或流入党员的案卷) A member, or the case of one hosted here
        member: String,
        /// 措施 What
        #[arg(long, value_parser = words::parser(words::MEASURES))]
        measure: i32,
        /// 哪一天; 缺省今天 When; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 谈了什么, 期限多长 What was said, which term was set
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
    /// 登记对支部的督查 Record an inspection of a unit
    #[command(
        after_help = "例 Example:\n  hongyan-node duties inspect 第一支部 --of life --findings 记录完整"
    )]
    Inspect {
        /// 单位名称 The unit's name
        unit: String,
        /// 督查什么 Of what
        #[arg(long, value_parser = words::parser(words::INSPECTIONS))]
        of: i32,
        /// 哪一天; 缺省今天 When; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 发现的情况 What was found
        #[arg(long, default_value = "", hide_default_value = true)]
        findings: String,
    },
    /// 作废记错的措施、督查或排查, 以及只记在本组织的联系、转正决定 A measure, an inspection or a screening never was, nor a contact or a decision kept
    /// here only
    #[command(after_help = "例 Example:\n  hongyan-node duties void 146 --reason 记错人")]
    Void {
        /// 记录序号 (duties --all 的凭据) Its number, as the evidence in duties --all says
        record: u64,
        /// 缘由 Why
        #[arg(long)]
        reason: String,
    },
    /// 登记一年一次的流动党员排查 Record the yearly screening of who is where
    #[command(after_help = "例 Example:\n  hongyan-node duties screen --note 逐户电话核对")]
    Screen {
        /// 哪一天; 缺省今天 When; default: today
        #[arg(long)]
        on: Option<Day>,
        /// 情况 What was found
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
    },
}

pub(super) async fn run(duties: Duties, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let mut client = client!(session, duty_service_client::DutyServiceClient);
    match duties.verb {
        Some(DutyVerb::Excuse { duty, reason, .. }) => {
            let request = ExcuseDutyRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                duty,
                reason: reason.join(" "),
            };
            let answer = client.excuse_duty(request).await?.into_inner();
            session.show(&answer, excused)?;
        }
        Some(DutyVerb::Screen { on, note }) => {
            let request = RecordScreeningRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                day: session.day(on),
                note,
            };
            let answer = client.record_screening(request).await?.into_inner();
            session.show(&answer, screened)?;
        }
        Some(DutyVerb::Measure {
            member,
            measure,
            on,
            note,
        }) => {
            let request = RecordMeasureRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                member,
                measure,
                day: session.day(on),
                note,
            };
            let answer = client.record_measure(request).await?.into_inner();
            session.show(&answer, |answer, lang| {
                recorded(answer.written.as_ref(), &answer.closed, lang)
            })?;
        }
        Some(DutyVerb::Inspect {
            unit,
            of,
            on,
            findings,
        }) => {
            let request = RecordInspectionRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                unit,
                kind: of,
                day: session.day(on),
                findings,
            };
            let answer = client.record_inspection(request).await?.into_inner();
            session.show(&answer, |answer, lang| {
                recorded(answer.written.as_ref(), &answer.closed, lang)
            })?;
        }
        Some(DutyVerb::Void { record, reason }) => {
            let request = VoidRecordingRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                record,
                reason,
            };
            let answer = client.void_recording(request).await?.into_inner();
            session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
        }
        None => return look(duties, session).await,
    }
    Ok(Ended::Well)
}

/// Lists duties, or writes them as a calendar.
async fn look(duties: Duties, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let mut client = client!(session, duty_service_client::DutyServiceClient);
    if let Some(file) = duties.ics {
        let request = ExportDutiesRequest {
            unit: duties.unit,
            member: duties.member,
        };
        let mut written = Partial::over(&file, session).await?;
        let answer = client.export_duties(request).await?.into_inner();
        written.write(answer.content.as_bytes()).await?;
        written.finish().await?;
        session.show(&answer, |answer, lang| {
            let count = answer.events;
            let done = lang.say(&format!("{count} 项"), &format!("{count} events"));
            format!("{GOOD} {} {done}", file.display())
        })?;
        return Ok(Ended::Well);
    }
    let request = ListDutiesRequest {
        unit: duties.unit,
        member: duties.member,
        all: duties.all,
        page_size: duties.page_size,
        page_token: duties.page,
    };
    let answer = client.list_duties(request).await?.into_inner();
    session.show(&answer, list)?;
    Ok(Ended::Well)
}

/// What was recorded, and which duties rest on it.
fn recorded(written: Option<&Written>, closed: &[DutyItem], lang: Lang) -> String {
    let done = done(written, lang);
    if closed.is_empty() {
        let hint = lang.say(
            "近两年的应办事项都没有用到它 (见 duties --all); 如登记有误, 用 duties void 作废",
            "no duty of the last two years rests on it, see duties --all; if it is wrong, duties void",
        );
        return format!("{done}\n{WARN} {hint}");
    }
    let closed = closed.iter().map(|duty| {
        let what = lang.words(duty.what.as_ref());
        let state = words::show(words::DUTY_STATES, duty.state, lang);
        format!("{GOOD} {state}: {} {what} ({})", duty.about, duty.clause)
    });
    std::iter::once(done)
        .chain(closed)
        .collect::<Vec<_>>()
        .join("\n")
}

fn list(answer: &ListDutiesResponse, lang: Lang) -> String {
    let mut rows = table(
        lang,
        &[
            ("编号", "id"),
            ("情况", "state"),
            ("最后一日", "due"),
            ("单位", "unit"),
            ("对象", "about"),
            ("事项", "what"),
            ("依据", "clause"),
            ("凭据", "evidence"),
        ],
    );
    for duty in &answer.duties {
        rows.row(row(duty, lang));
    }
    let counts: Vec<_> = answer
        .counts
        .iter()
        .map(|count| {
            let state = words::show(words::DUTY_STATES, count.state, lang);
            format!("{state} {}", count.count)
        })
        .collect();
    let total = more(
        lang,
        answer.duties.len(),
        answer.total,
        &answer.next_page_token,
    );
    let whole = lang.say("全委", "the whole committee:");
    let counts = counts.join(", ");
    let mut text = format!("{}\n{total}; {whole} {counts}", rows.render(lang));
    if answer.policy.is_empty() {
        let hint = lang.say(
            "本委尚未采用政策, 只列协议带来的事项: policy adopt 名称 --from 日期",
            "no policy is adopted, only what agreements bring is listed: policy adopt NAME --from DAY",
        );
        text = format!("{text}\n{WARN} {hint}");
    }
    text
}

fn row(duty: &DutyItem, lang: Lang) -> [String; 8] {
    let state = words::show(words::DUTY_STATES, duty.state, lang);
    let mut evidence: Vec<_> = duty
        .evidence
        .iter()
        .map(|entry| format!("{}/{}", entry.log, entry.sequence))
        .collect();
    if !duty.reason.is_empty() {
        evidence.push(format!("{} ({})", duty.reason, duty.person));
    }
    let state = if duty.done.is_empty() {
        state
    } else {
        format!("{state} {}", duty.done)
    };
    let due = if duty.provisional {
        format!("{} ?", duty.due)
    } else {
        duty.due.clone()
    };
    [
        short(&duty.id),
        state,
        due,
        duty.unit.clone(),
        duty.about.clone(),
        lang.words(duty.what.as_ref()),
        duty.clause.clone(),
        evidence.join(" "),
    ]
}

fn excused(answer: &ExcuseDutyResponse, lang: Lang) -> String {
    let duty = answer.duty.clone().unwrap_or_default();
    fields(lang)
        .add("事项", "what", lang.words(duty.what.as_ref()))
        .add(
            "情况",
            "state",
            words::show(words::DUTY_STATES, duty.state, lang),
        )
        .add("缘由", "reason", &duty.reason)
        .add("经办人", "person", &duty.person)
        .render()
}

fn screened(answer: &RecordScreeningResponse, lang: Lang) -> String {
    let done = done(answer.written.as_ref(), lang);
    let counts = fields(lang)
        .add("在册党员", "members", answer.members)
        .add("外出", "away", answer.away)
        .add("流入", "hosted", answer.hosted)
        .add("失联", "lost", answer.lost)
        .render();
    format!("{done}\n{counts}")
}
