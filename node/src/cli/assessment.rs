//! `appraisal`, `training`, `exemption`, `points`: what a unit says of its members over a year.

use clap::Subcommand;
use hongyan_proto::{
    pb::office::v1::{
        AppraisalVote, GetAppraisalRequest, GetAppraisalResponse, GetPointsRequest,
        GetPointsResponse, GrantExemptionRequest, ListExemptionsRequest, ListExemptionsResponse,
        ListTrainingRequest, ListTrainingResponse, RecordAppraisalRequest, RecordTrainingRequest,
        VoidAssessmentRequest, Written, get_points_request::Of,
    },
    time::Day,
};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::short,
    words,
};

/// What to do with appraisals.
#[derive(Debug, Subcommand)]
pub(super) enum AppraisalVerb {
    /// 记录民主评议结果和票数 Record an appraisal's results and votes
    #[command(
        after_help = "例 Example:\n  hongyan-node appraisal record --unit 东街支部 --year 2026 --vote 张三=excellent:10/2/0 --vote 李四=qualified:3/9/0"
    )]
    Record {
        /// 支部 Branch
        #[arg(long)]
        unit: String,
        /// 评议年度 The year that was appraised
        #[arg(long)]
        year: u32,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        day: Option<Day>,
        /// 一名党员: 姓名=等次:优秀票/合格票/不合格票 One member: NAME=GRADE:EXCELLENT/QUALIFIED/UNQUALIFIED
        #[arg(long = "vote", required = true, value_name = "NAME=GRADE:N/N/N", value_parser = vote)]
        votes: Vec<AppraisalVote>,
    },
    /// 作废一次评议结果 Void a result
    #[command(after_help = "例 Example:\n  hongyan-node appraisal void 140 --reason 计票有误")]
    Void {
        /// 记录序号 Number of the record
        record: u64,
        /// 原因 Why
        #[arg(long)]
        reason: String,
    },
    /// 查看评议结果 Show a year's result
    #[command(
        after_help = "例 Example:\n  hongyan-node appraisal show --unit 东街支部 --year 2026"
    )]
    Show {
        /// 支部 Branch
        #[arg(long)]
        unit: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
    },
}

/// What to do with training hours.
#[derive(Debug, Subcommand)]
pub(super) enum TrainingVerb {
    /// 记录一次集中培训 Record a training
    #[command(
        after_help = "例 Example:\n  hongyan-node training record --member 张三,李四 --hours 7.5 --title 党性教育专题班\n  hongyan-node training record --unit 东街支部 --hours 4 --title 远程教育"
    )]
    Record {
        /// 参加的党员 Members who took part
        #[arg(long = "member", value_delimiter = ',', value_name = "NAME")]
        members: Vec<String>,
        /// 本支部全体 Everyone of this branch
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
        /// 日期, 缺省今天 Day; default: today
        #[arg(long)]
        day: Option<Day>,
        /// 学时, 至多一位小数 Hours of study, one decimal at most
        #[arg(long, value_parser = tenths)]
        hours: u32,
        /// 名称 Title
        #[arg(long)]
        title: String,
        /// 举办单位 Who held it
        #[arg(long, default_value = "", hide_default_value = true)]
        organizer: String,
    },
    /// 作废一次培训记录 Void a training
    #[command(after_help = "例 Example:\n  hongyan-node training void 141 --reason 重复记录")]
    Void {
        /// 记录序号 Number of the record
        record: u64,
        /// 原因 Why
        #[arg(long)]
        reason: String,
    },
    /// 支部全年培训和每人学时 A branch's year and each member's hours
    #[command(after_help = "例 Example:\n  hongyan-node training list --unit 东街支部 --year 2026")]
    List {
        /// 支部或党小组 Branch or group
        #[arg(long)]
        unit: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
    },
}

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
    /// 作废 (不再免予) Void one
    #[command(after_help = "例 Example:\n  hongyan-node exemption void 142 --reason 病愈")]
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

/// Whose points.
#[derive(Debug, Subcommand)]
pub(super) enum PointsVerb {
    /// 党员先锋指数 A member's index
    #[command(
        after_help = "例 Example:\n  hongyan-node points member 张三 --policy xianning --year 2026"
    )]
    Member {
        /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
        member: String,
        /// 政策, 缺省为已采用的 Policy; default: the one adopted
        #[arg(long, default_value = "", hide_default_value = true)]
        policy: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
    },
    /// 支部堡垒指数 A branch's index
    #[command(
        after_help = "例 Example:\n  hongyan-node points branch 东街支部 --policy xianning --year 2026"
    )]
    Branch {
        /// 支部 Branch
        unit: String,
        /// 政策, 缺省为已采用的 Policy; default: the one adopted
        #[arg(long, default_value = "", hide_default_value = true)]
        policy: String,
        /// 年度, 缺省今年 Year; default: this year
        #[arg(long, default_value_t = 0, hide_default_value = true)]
        year: u32,
    },
}

fn vote(text: &str) -> Result<AppraisalVote, String> {
    let wrong = || "应为 姓名=等次:票/票/票 must be NAME=GRADE:N/N/N".to_owned();
    let (person, result) = text.split_once('=').ok_or_else(wrong)?;
    let (grade, votes) = result.split_once(':').ok_or_else(wrong)?;
    let votes: Vec<u32> = votes
        .split('/')
        .map(|part| part.parse().map_err(|_| wrong()))
        .collect::<Result<_, _>>()?;
    let [excellent, qualified, unqualified] = votes.as_slice() else {
        return Err(wrong());
    };
    Ok(AppraisalVote {
        person: person.to_owned(),
        grade: words::value(words::APPRAISALS, grade).ok_or_else(|| {
            let keys = words::keys(words::APPRAISALS);
            format!("等次应为下列之一 the grade must be one of: {keys}")
        })?,
        excellent: *excellent,
        qualified: *qualified,
        unqualified: *unqualified,
        note: String::new(),
    })
}

/// Hours with one decimal at most, as tenths. Never through floating point.
fn tenths(text: &str) -> Result<u32, String> {
    let wrong = || "应为学时, 如 7.5 must be hours such as 7.5".to_owned();
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() != 1 {
        return Err(wrong());
    }
    let whole: u32 = whole.parse().map_err(|_| wrong())?;
    let part: u32 = part.parse().map_err(|_| wrong())?;
    whole
        .checked_mul(10)
        .and_then(|tenths| tenths.checked_add(part))
        .ok_or_else(wrong)
}

fn hours(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
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

async fn void(record: u64, reason: String, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let request = VoidAssessmentRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        record,
        reason,
    };
    let answer = client!(session, assessment_service_client::AssessmentServiceClient)
        .void_assessment(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
    Ok(Ended::Well)
}

pub(super) async fn appraisal(
    verb: AppraisalVerb,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    match verb {
        AppraisalVerb::Record {
            unit,
            year,
            day,
            votes,
        } => {
            let request = RecordAppraisalRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                unit,
                year,
                day: session.day(day),
                votes,
            };
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .record_appraisal(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
            Ok(Ended::Well)
        }
        AppraisalVerb::Void { record, reason } => void(record, reason, session).await,
        AppraisalVerb::Show { unit, year } => {
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .get_appraisal(GetAppraisalRequest { unit, year })
                .await?
                .into_inner();
            session.show(&answer, appraised)?;
            Ok(Ended::Well)
        }
    }
}

fn appraised(answer: &GetAppraisalResponse, lang: Lang) -> String {
    let head = fields(lang)
        .add("序号", "no.", answer.sequence)
        .add("支部", "unit", &answer.unit)
        .add("年度", "year", answer.year)
        .add("日期", "day", &answer.day)
        .render();
    let mut rows = table(
        lang,
        &[
            ("姓名", "name"),
            ("等次", "result"),
            ("优秀票", "excellent"),
            ("合格票", "qualified"),
            ("不合格票", "unqualified"),
        ],
    );
    for vote in &answer.votes {
        rows.row([
            vote.person.clone(),
            words::show(words::APPRAISALS, vote.grade, lang),
            vote.excellent.to_string(),
            vote.qualified.to_string(),
            vote.unqualified.to_string(),
        ]);
    }
    format!("{head}\n{}", rows.render(lang))
}

pub(super) async fn training(
    verb: TrainingVerb,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
    match verb {
        TrainingVerb::Record {
            members,
            unit,
            day,
            hours,
            title,
            organizer,
        } => {
            let request = RecordTrainingRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                people: members,
                unit,
                day: session.day(day),
                tenths: hours,
                title,
                organizer,
            };
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .record_training(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                let persons = fields(lang).add("人数", "persons", answer.persons).render();
                format!("{}\n{persons}", done(answer.written.as_ref(), lang))
            })?;
            Ok(Ended::Well)
        }
        TrainingVerb::Void { record, reason } => void(record, reason, session).await,
        TrainingVerb::List { unit, year } => {
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .list_training(ListTrainingRequest { unit, year })
                .await?
                .into_inner();
            session.show(&answer, trained)?;
            Ok(Ended::Well)
        }
    }
}

fn trained(answer: &ListTrainingResponse, lang: Lang) -> String {
    let mut lines = table(
        lang,
        &[
            ("序号", "no."),
            ("日期", "day"),
            ("名称", "title"),
            ("举办单位", "organizer"),
            ("学时", "hours"),
            ("人数", "persons"),
        ],
    );
    for line in &answer.trainings {
        lines.row([
            line.sequence.to_string(),
            line.day.clone(),
            line.title.clone(),
            line.organizer.clone(),
            hours(line.tenths),
            line.persons.to_string(),
        ]);
    }
    let mut people = table(lang, &[("姓名", "name"), ("学时", "hours")]);
    for person in &answer.people {
        people.row([person.name.clone(), hours(person.tenths)]);
    }
    format!("{}\n{}", lines.render(lang), people.render(lang))
}

pub(super) async fn exemption(
    verb: ExemptionVerb,
    session: &mut Session<'_>,
) -> Result<Ended, Failure> {
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
        ExemptionVerb::Void { record, reason } => void(record, reason, session).await,
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

pub(super) async fn points(verb: PointsVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    let (of, policy, year) = match verb {
        PointsVerb::Member {
            member,
            policy,
            year,
        } => (Of::Person(member), policy, year),
        PointsVerb::Branch { unit, policy, year } => (Of::Unit(unit), policy, year),
    };
    let request = GetPointsRequest {
        of: Some(of),
        year,
        policy,
    };
    let answer = client!(session, assessment_service_client::AssessmentServiceClient)
        .get_points(request)
        .await?
        .into_inner();
    session.show(&answer, pointed)?;
    Ok(Ended::Well)
}

fn pointed(answer: &GetPointsResponse, lang: Lang) -> String {
    let head = fields(lang)
        .add("对象", "of", &answer.name)
        .add("编号", "id", short(&answer.id))
        .add(
            "经批准不参与积分",
            "exempt",
            if answer.exempt { "✓" } else { "" },
        )
        .add("得分", "points", hours(answer.total_tenths))
        .render();
    let mut rows = table(
        lang,
        &[("项目", "item"), ("得分", "points"), ("满分", "most")],
    );
    for line in &answer.lines {
        let points = if line.unknown {
            lang.say("无记录, 由人评定", "no record: for a person to judge")
        } else {
            hours(line.tenths)
        };
        let item = lang.words(line.words.as_ref());
        rows.row([item, points, line.most.to_string()]);
    }
    format!("{head}\n{}", rows.render(lang))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{tenths, vote};

    #[test]
    fn hours_are_exact_and_votes_are_three() {
        assert_eq!(tenths("7.5"), Ok(75));
        assert_eq!(tenths("32"), Ok(320));
        for bad in ["", "7.", ".5", "7.25", "-1", "1e1", "99999999999"] {
            assert!(tenths(bad).is_err(), "{bad}");
        }
        let good = vote("张三=excellent:10/2/0").unwrap();
        assert_eq!((good.grade, good.excellent, good.unqualified), (1, 10, 0));
        assert_eq!(vote("张三=合格:1/2/3").unwrap().grade, 2);
        for bad in [
            "张三",
            "张三=好:1/2/3",
            "张三=excellent:1/2",
            "张三=excellent:a/b/c",
        ] {
            assert!(vote(bad).is_err(), "{bad}");
        }
    }
}
