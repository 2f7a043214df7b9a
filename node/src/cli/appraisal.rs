//! `appraisal`: results of a year with their votes.

use clap::Subcommand;
use hongyan_proto::{
    pb::exchange::v1::Kind,
    pb::office::v1::{
        AppraisalVote, CorrectAppraisalRequest, GetAppraisalRequest, GetAppraisalResponse,
        RecordAppraisalRequest,
    },
    time::Day,
};

use super::{
    Failure,
    assessment::{done, void},
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::WARN,
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
    /// 更正评议结果或票数 Correct a result or its votes
    #[command(
        after_help = "例 Example:\n  hongyan-node appraisal correct 140 --reason 计票有误 --vote 张三=excellent:9/3/0\n  hongyan-node appraisal correct 140 --reason 误列一人 --not-appraised 李四"
    )]
    Correct {
        /// 记录序号 (见 appraisal show) Number of the record, as appraisal show has it
        record: u64,
        /// 原因 Why
        #[arg(long)]
        reason: String,
        /// 正确的日期 The right day
        #[arg(long)]
        day: Option<Day>,
        /// 有变的党员, 其余不变: 姓名=等次:优秀票/合格票/不合格票 Members whose line changes: NAME=GRADE:N/N/N
        #[arg(long = "vote", value_name = "NAME=GRADE:N/N/N", value_parser = vote)]
        votes: Vec<AppraisalVote>,
        /// 没有参加评议的党员 Who was not appraised
        #[arg(long, value_delimiter = ',', value_name = "NAME")]
        not_appraised: Vec<String>,
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
            format!("等次应为下列之一: {keys}  the grade must be one of: {keys}")
        })?,
        excellent: *excellent,
        qualified: *qualified,
        unqualified: *unqualified,
        note: String::new(),
    })
}

pub(super) async fn run(verb: AppraisalVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
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
            session.show(&answer, |answer, lang| {
                let done = done(answer.written.as_ref(), lang);
                let names = [&*answer.left_out, &answer.many_votes, &answer.unlike_votes];
                format!("{done}{}", remarks(names, lang))
            })?;
            Ok(Ended::Well)
        }
        AppraisalVerb::Correct {
            record,
            reason,
            day,
            votes,
            not_appraised,
        } => {
            let request = CorrectAppraisalRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                record,
                reason,
                day: day.map_or_else(String::new, |day| day.to_string()),
                votes,
                not_appraised,
            };
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .correct_appraisal(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
            Ok(Ended::Well)
        }
        AppraisalVerb::Void { record, reason } => {
            void(Kind::Appraisal, (record, reason), session).await
        }
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
    let names = [&*answer.left_out, &answer.many_votes, &answer.unlike_votes];
    let remarks = remarks(names, lang);
    format!("{head}\n{}{remarks}", rows.render(lang))
}

/// What to look at, each with the people it is about.
const REMARKS: [(&str, &str); 3] = [
    (
        "本支部以下党员未列入结果, 请补评或核对",
        "members of the unit who are not on the result: appraise or check",
    ),
    (
        "以下党员的票数多于本支部当日人数, 如无其他人员参加投票, 请核对",
        "more votes than the unit had people that day: check, unless others voted too",
    ),
    (
        "以下党员的等次没有人投票, 请核对等次或票数",
        "nobody voted for the grade they were given: check grade or votes",
    ),
];

/// The names left out, with too many votes, with a grade that nobody voted for.
fn remarks(names: [&[String]; 3], lang: Lang) -> String {
    let said = REMARKS
        .iter()
        .zip(names)
        .filter(|(_, names)| !names.is_empty());
    let lines = said
        .map(|((zh, en), names)| format!("\n{WARN} {}: {}", lang.say(zh, en), names.join(", ")));
    lines.collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::vote;

    #[test]
    fn votes_are_three() {
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
