//! `training`: hours of study.

use clap::Subcommand;
use hongyan_proto::{
    letter::StudyTenths,
    pb::exchange::v1::Kind,
    pb::office::v1::{
        CorrectTrainingRequest, ListTrainingRequest, ListTrainingResponse, RecordTrainingRequest,
    },
    time::Day,
};

use super::{
    Failure,
    assessment::{done, void},
    lang::Lang,
    session::{Ended, Session, client, fields, table},
};

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
    /// 更正一次培训记录 Correct a training
    #[command(
        after_help = "例 Example:\n  hongyan-node training correct 141 --reason 学时有误 --hours 8\n  hongyan-node training correct 141 --reason 漏记一人 --member 王五 --not-trained 李四"
    )]
    Correct {
        /// 记录序号 (见 training list) Number of the record, as training list shows it
        record: u64,
        /// 原因 Why
        #[arg(long)]
        reason: String,
        /// 还有哪些党员参加 Who took part too
        #[arg(long = "member", value_delimiter = ',', value_name = "NAME")]
        members: Vec<String>,
        /// 哪些党员没有参加 Who did not take part
        #[arg(long, value_delimiter = ',', value_name = "NAME")]
        not_trained: Vec<String>,
        /// 正确的日期 (同一年内) The right day, within the year
        #[arg(long)]
        day: Option<Day>,
        /// 正确的学时 The right hours
        #[arg(long, value_parser = tenths)]
        hours: Option<u32>,
        /// 正确的名称 The right title
        #[arg(long, default_value = "", hide_default_value = true)]
        title: String,
        /// 正确的举办单位 Who held it
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

/// Hours with one decimal at most, as tenths. Never through floating point.
fn tenths(text: &str) -> Result<u32, String> {
    let wrong =
        || "应为 0.1–240 学时, 如 7.5  must be hours from 0.1 to 240, such as 7.5".to_owned();
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
        .and_then(|tenths| StudyTenths::new(tenths).ok())
        .map(StudyTenths::get)
        .ok_or_else(wrong)
}

/// Tenths of an hour, or of a point, as people read them.
pub(super) fn hours(tenths: u32) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

pub(super) async fn run(verb: TrainingVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
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
        TrainingVerb::Correct {
            record,
            reason,
            members,
            not_trained,
            day,
            hours,
            title,
            organizer,
        } => {
            let request = CorrectTrainingRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                record,
                reason,
                day: day.map_or_else(String::new, |day| day.to_string()),
                tenths: hours.unwrap_or_default(),
                title,
                organizer,
                people: members,
                not_trained,
            };
            let answer = client!(session, assessment_service_client::AssessmentServiceClient)
                .correct_training(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| done(answer.written.as_ref(), lang))?;
            Ok(Ended::Well)
        }
        TrainingVerb::Void { record, reason } => {
            void(Kind::Training, (record, reason), session).await
        }
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

#[cfg(test)]
mod tests {
    use super::tenths;

    #[test]
    fn hours_are_exact() {
        assert_eq!(tenths("7.5"), Ok(75));
        assert_eq!(tenths("32"), Ok(320));
        for bad in ["", "7.", ".5", "7.25", "-1", "1e1", "99999999999"] {
            assert!(tenths(bad).is_err(), "{bad}");
        }
    }
}
