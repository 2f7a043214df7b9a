//! `points`: indices of members and branches, computed from the records.

use clap::Subcommand;
use hongyan_proto::pb::office::v1::{GetPointsRequest, GetPointsResponse, get_points_request::Of};

use super::{
    Failure,
    lang::Lang,
    session::{Ended, Session, client, fields, table},
    table::short,
    training::hours,
};

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

pub(super) async fn run(verb: PointsVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
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
            lang.say(
                "尚无应计记录, 由人评定",
                "no record counts yet: for a person to judge",
            )
        } else {
            hours(line.tenths)
        };
        let item = lang.words(line.words.as_ref());
        rows.row([item, points, line.most.to_string()]);
    }
    format!("{head}\n{}", rows.render(lang))
}
