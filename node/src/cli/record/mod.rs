//! `record`: facts about a member away. Each is one entry; a wrong one is corrected by another.
//!
//! `fact` has what is typed for each kind.

mod fact;

use clap::{Args, Subcommand};
use hongyan_proto::pb::{
    exchange::v1::{
        Contact, Correction, Payload, ProbationDecision, correction::Replacement, payload::Content,
    },
    office::v1 as office,
};

use super::{
    Failure, flow,
    session::{Ended, Session, client, fields},
};

/// What to record.
#[derive(Debug, Subcommand)]
pub(super) enum RecordVerb {
    /// 流入地: 参加组织生活 Host: attendance at organizational life
    #[command(
        after_help = "例 Example:\n  hongyan-node record attendance 9c2f10aa --activity activity-day --presence present --theme 学习党章"
    )]
    Attendance(About<fact::Attendance>),
    /// 党费 (向收取方缴纳) Dues paid
    #[command(
        after_help = "例 Example:\n  hongyan-node record dues 9c2f10aa --month 2026-07 --months 3 --yuan 36.00 --receipt 0031"
    )]
    Dues(About<fact::Dues>),
    /// 奖惩 An award or a penalty
    #[command(
        after_help = "例 Example:\n  hongyan-node record award 9c2f10aa --title 优秀共产党员"
    )]
    Award(About<fact::Award>),
    /// 发挥作用 A role played
    #[command(after_help = "例 Example:\n  hongyan-node record role 9c2f10aa --text 社区志愿服务")]
    Role(About<fact::Role>),
    /// 流入地: 现实表现 Host: conduct
    #[command(
        after_help = "例 Example:\n  hongyan-node record conduct 9c2f10aa --quarter 2026-Q3 --grade good --remark 积极参加活动"
    )]
    Conduct(About<fact::Conduct>),
    /// 职业、电话、住址变动 Job, telephone or address changed
    #[command(
        after_help = "例 Example:\n  hongyan-node record change 9c2f10aa --phone 13800000000"
    )]
    Change(About<fact::Change>),
    /// 流入地: 重大事项 Host: a major event
    #[command(
        name = "event",
        after_help = "例 Example:\n  hongyan-node record event 9c2f10aa --text 住院手术"
    )]
    MajorEvent(About<fact::MajorEvent>),
    /// 联系党员 (流出地每季度至少一次) Contact made
    #[command(
        after_help = "例 Example:\n  hongyan-node record contact 9c2f10aa --means 电话 --summary 工作稳定"
    )]
    Contact(About<fact::Contact>),
    /// 流出地: 重要事项告知 Home: a matter passed on
    #[command(
        name = "matter",
        after_help = "例 Example:\n  hongyan-node record matter 9c2f10aa --text 支部换届选举通知"
    )]
    MatterNotified(About<fact::MatterNotified>),
    /// 流入地: 预备期满意见 Host: opinion at the end of probation
    #[command(
        name = "opinion",
        after_help = "例 Example:\n  hongyan-node record opinion 9c2f10aa --convert --text 同意按期转正"
    )]
    ProbationOpinion(About<fact::ProbationOpinion>),
    /// 预备期满决定 (本单位党员, 在外或不在外); 名册随之更新 Decision on conversion of a member of ours, away or not; the roster follows
    #[command(
        name = "decision",
        after_help = "例 Example:\n  hongyan-node record decision 9c2f10aa --outcome converted\n  hongyan-node record decision 王小明 --outcome extended --until 2027-06-01"
    )]
    ProbationDecision(About<fact::ProbationDecision>),
    /// 更正本方先前的一条 Correct an earlier one of ours
    #[command(
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 金额记错 dues --month 2026-07 --yuan 12.00 --receipt 0031-1\n  hongyan-node record correct 9c2f10aa 57 --reason 记错人 --void"
    )]
    Correct(Correct),
    /// 列出案卷的记实 List a case's records
    #[command(after_help = "例 Example:\n  hongyan-node record list 9c2f10aa --corrected")]
    List {
        /// 案卷 Case
        case: String,
        /// 也列已更正的 Also corrected ones
        #[arg(long)]
        corrected: bool,
    },
}

/// A fact and the case it is about.
#[derive(Args, Debug)]
pub(super) struct About<F: Args> {
    /// 案卷编号前缀、姓名或活动证号 Case id prefix, or its member
    case: String,
    #[command(flatten)]
    fact: F,
}

/// What was wrong and what is right.
#[derive(Args, Debug)]
pub(super) struct Correct {
    /// 案卷 Case
    case: String,
    /// 要更正的序号 (见 record list) Sequence of the wrong entry, as record list shows it
    sequence: u64,
    /// 原因; 协议不通报现实表现时不写 Why; left out where the agreement does not name conduct
    #[arg(long, default_value = "", hide_default_value = true)]
    reason: String,
    /// 作废, 不以他事代替 It is void, nothing replaces it
    #[arg(long)]
    void: bool,
    #[command(subcommand)]
    right: Option<Right>,
}

/// What is right.
#[derive(Debug, Subcommand)]
enum Right {
    /// 流入地: 参加组织生活 Host: attendance at organizational life
    #[command(
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 attendance --activity activity-day --presence present --theme 学习党章"
    )]
    Attendance(fact::Attendance),
    /// 党费 (向收取方缴纳) Dues paid
    #[command(
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 dues --month 2026-07 --months 3 --yuan 36.00 --receipt 0031"
    )]
    Dues(fact::Dues),
    /// 奖惩 An award or a penalty
    #[command(
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 award --title 优秀共产党员"
    )]
    Award(fact::Award),
    /// 发挥作用 A role played
    #[command(
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 role --text 社区志愿服务"
    )]
    Role(fact::Role),
    /// 流入地: 现实表现 Host: conduct
    #[command(
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 conduct --quarter 2026-Q3 --grade good --remark 积极参加活动"
    )]
    Conduct(fact::Conduct),
    /// 职业、电话、住址变动 Job, telephone or address changed
    #[command(
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 change --phone 13800000000"
    )]
    Change(fact::Change),
    /// 流入地: 重大事项 Host: a major event
    #[command(
        name = "event",
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 event --text 住院手术"
    )]
    MajorEvent(fact::MajorEvent),
    /// 联系党员 (流出地每季度至少一次) Contact made
    #[command(
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 contact --means 电话 --summary 工作稳定"
    )]
    Contact(fact::Contact),
    /// 流出地: 重要事项告知 Home: a matter passed on
    #[command(
        name = "matter",
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 matter --text 支部换届选举通知"
    )]
    MatterNotified(fact::MatterNotified),
    /// 流入地: 预备期满意见 Host: opinion at the end of probation
    #[command(
        name = "opinion",
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 opinion --convert --text 同意按期转正"
    )]
    ProbationOpinion(fact::ProbationOpinion),
    /// 流出地: 预备期满决定 Home: decision on conversion
    #[command(
        name = "decision",
        after_help = "例 Example:\n  hongyan-node record correct 9c2f10aa 57 --reason 记错 decision --outcome converted"
    )]
    ProbationDecision(fact::ProbationDecision),
}

impl Right {
    /// `before`: what the wrong entry said, if it is of the same kind.
    fn message(self, before: Option<Replacement>, session: &Session<'_>) -> Replacement {
        macro_rules! right {
            ($kind:ident, $fact:ident) => {{
                let before = match before {
                    Some(Replacement::$kind(before)) => Some(before),
                    _ => None,
                };
                Replacement::$kind($fact.message(session, before))
            }};
        }
        match self {
            Self::Attendance(fact) => right!(Attendance, fact),
            Self::Dues(fact) => right!(Dues, fact),
            Self::Award(fact) => right!(Award, fact),
            Self::Role(fact) => right!(Role, fact),
            Self::Conduct(fact) => right!(Conduct, fact),
            Self::Change(fact) => right!(Change, fact),
            Self::MajorEvent(fact) => right!(MajorEvent, fact),
            Self::Contact(fact) => right!(Contact, fact),
            Self::MatterNotified(fact) => right!(MatterNotified, fact),
            Self::ProbationOpinion(fact) => right!(ProbationOpinion, fact),
            Self::ProbationDecision(fact) => right!(ProbationDecision, fact),
        }
    }
}

/// What an entry says, or what it put in the place of another.
fn stated(payload: Payload) -> Option<Replacement> {
    match payload.content? {
        Content::Correction(correction) => correction.replacement,
        Content::Attendance(one) => Some(Replacement::Attendance(one)),
        Content::Dues(one) => Some(Replacement::Dues(one)),
        Content::Award(one) => Some(Replacement::Award(one)),
        Content::Role(one) => Some(Replacement::Role(one)),
        Content::Conduct(one) => Some(Replacement::Conduct(one)),
        Content::Change(one) => Some(Replacement::Change(one)),
        Content::MajorEvent(one) => Some(Replacement::MajorEvent(one)),
        Content::Contact(one) => Some(Replacement::Contact(one)),
        Content::MemberContacted(one) => Some(Replacement::Contact(Contact {
            day: one.day,
            means: one.means,
            summary: one.summary,
        })),
        Content::MatterNotified(one) => Some(Replacement::MatterNotified(one)),
        Content::ProbationOpinion(one) => Some(Replacement::ProbationOpinion(one)),
        Content::ProbationDecision(one) => Some(Replacement::ProbationDecision(one)),
        Content::ProbationDecided(one) => Some(Replacement::ProbationDecision(ProbationDecision {
            day: one.day,
            outcome: one.outcome,
            extended_until: one.extended_until,
        })),
        _ => None,
    }
}

/// What the entry that is to be corrected says.
async fn wrong_one(
    case: String,
    sequence: u64,
    session: &mut Session<'_>,
) -> Result<Option<Replacement>, Failure> {
    let request = office::ListRecordsRequest {
        case,
        kinds: Vec::new(),
        corrected: true,
    };
    let answer = client!(session, record_service_client::RecordServiceClient)
        .list_records(request)
        .await?
        .into_inner();
    // After a new epoch a number may stand twice: the later one is of the log that is written now. A letter goes before what was kept here.
    let own = |record: &office::CaseEvent| {
        record.sequence == sequence && record.author() == office::Author::Own
    };
    let local = |record: &office::CaseEvent| record.letter() == office::LetterState::Local;
    let (kept, letters): (Vec<_>, Vec<_>) = answer.records.into_iter().filter(own).partition(local);
    let found = letters
        .into_iter()
        .next_back()
        .or_else(|| kept.into_iter().next_back());
    Ok(found.and_then(|record| stated(record.payload?)))
}

/// Writes one fact and says where it stands.
macro_rules! record {
    ($session:expr, $about:expr, $call:ident, $request:ident, $field:ident) => {{
        let request = office::$request {
            actor: $session.actor()?,
            request_id: $session.request_id(),
            case: $about.case,
            $field: Some($about.fact.message($session, None)),
        };
        let answer = client!($session, record_service_client::RecordServiceClient)
            .$call(request)
            .await?
            .into_inner();
        $session.show(&answer, |answer, lang| {
            written(&answer.case_id, answer.written.as_ref(), lang)
        })
    }};
}

pub(super) async fn run(verb: RecordVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    use RecordVerb as Verb;
    match verb {
        Verb::Attendance(about) => record!(
            session,
            about,
            record_attendance,
            RecordAttendanceRequest,
            attendance
        ),
        Verb::Dues(about) => {
            let request = office::RecordDuesRequest {
                actor: session.actor()?,
                request_id: session.request_id(),
                case: about.case,
                dues: Some(about.fact.message(session, None)),
                // Money that both sides took is entered with `dues pay --twice`.
                twice: false,
            };
            let answer = client!(session, record_service_client::RecordServiceClient)
                .record_dues(request)
                .await?
                .into_inner();
            session.show(&answer, |answer, lang| {
                written(&answer.case_id, answer.written.as_ref(), lang)
            })
        }
        Verb::Award(about) => record!(session, about, record_award, RecordAwardRequest, award),
        Verb::Role(about) => record!(session, about, record_role, RecordRoleRequest, role),
        Verb::Conduct(about) => record!(
            session,
            about,
            record_conduct,
            RecordConductRequest,
            conduct
        ),
        Verb::Change(about) => record!(session, about, record_change, RecordChangeRequest, change),
        Verb::MajorEvent(about) => record!(
            session,
            about,
            record_major_event,
            RecordMajorEventRequest,
            major_event
        ),
        Verb::Contact(about) => contact(about, session).await,
        Verb::MatterNotified(about) => record!(
            session,
            about,
            record_matter,
            RecordMatterRequest,
            matter_notified
        ),
        Verb::ProbationOpinion(about) => record!(
            session,
            about,
            record_probation_opinion,
            RecordProbationOpinionRequest,
            probation_opinion
        ),
        Verb::ProbationDecision(about) => decide(about, session).await,
        Verb::Correct(wrong) => correct(wrong, session).await,
        Verb::List { case, corrected } => list(case, corrected, session).await,
    }?;
    Ok(Ended::Well)
}

/// Contact made: told to the partner, or kept here where that may not be.
async fn contact(about: About<fact::Contact>, session: &mut Session<'_>) -> Result<(), Failure> {
    let request = office::RecordContactRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        case: about.case,
        contact: Some(about.fact.message(session, None)),
    };
    let answer = client!(session, record_service_client::RecordServiceClient)
        .record_contact(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let said = written(&answer.case_id, answer.written.as_ref(), lang);
        if answer.told {
            return said;
        }
        let kept = lang.say(
            "只记在本组织, 未告知对方 (对方尚未编入管理, 或协议未列联系方式、未在执行); 本季度的联系照样算数; 记错的用 record correct 更正",
            "kept here only, nobody is told: no host has placed the member, or no agreement in force names contact; it counts all the same, and is corrected with record correct",
        );
        format!("{said}\n{kept}")
    })
}

/// Home's decision: on the roster, and to the host where there is one that is told.
async fn decide(
    about: About<fact::ProbationDecision>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let request = office::RecordProbationDecisionRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        case: about.case,
        probation_decision: Some(about.fact.message(session, None)),
    };
    let answer = client!(session, record_service_client::RecordServiceClient)
        .record_probation_decision(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        let said = written(&answer.case_id, answer.written.as_ref(), lang);
        let told = if answer.told {
            lang.say(
                "名册随之更新, 并通报流入地",
                "the roster follows, and the host is told",
            )
        } else {
            lang.say(
                "名册随之更新; 只记在本组织, 未告知对方 (没有可通报的在管案卷, 或协议未列预备期转正); 在外的待对方编入管理、协议列明后自动通报; 记错的用 duties void 序号 作废",
                "the roster follows; kept here only: no active case, or the agreement does not name probation; of a member who is away the host is told once both are so; duties void NUMBER takes it back",
            )
        };
        format!("{said}\n{told}")
    })
}

async fn correct(wrong: Correct, session: &mut Session<'_>) -> Result<(), Failure> {
    if wrong.void == wrong.right.is_some() {
        return Err(Failure::new(
            "INVALID_ARGUMENT",
            "INVALID",
            "要么写明正确内容, 要么 --void 作废 say what is right, or --void, and not both",
            "用 `hongyan-node record correct --help` 查看 see the help",
        ));
    }
    let right = match wrong.right {
        None => None,
        Some(right) => {
            let before = wrong_one(wrong.case.clone(), wrong.sequence, session).await?;
            Some(right.message(before, session))
        }
    };
    let request = office::CorrectRecordRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        case: wrong.case,
        correction: Some(Correction {
            corrects: wrong.sequence,
            reason: wrong.reason,
            replacement: right,
        }),
    };
    let answer = client!(session, record_service_client::RecordServiceClient)
        .correct_record(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| {
        written(&answer.case_id, answer.written.as_ref(), lang)
    })
}

async fn list(case: String, corrected: bool, session: &mut Session<'_>) -> Result<(), Failure> {
    let request = office::ListRecordsRequest {
        case,
        kinds: Vec::new(),
        corrected,
    };
    let answer = client!(session, record_service_client::RecordServiceClient)
        .list_records(request)
        .await?
        .into_inner();
    session.show(&answer, |answer, lang| flow::events(&answer.records, lang))
}

fn written(case: &str, written: Option<&office::Written>, lang: super::lang::Lang) -> String {
    let written = written.cloned().unwrap_or_default();
    fields(lang)
        .add("✓ 已记", "✓ recorded", case)
        .add("序号", "sequence", written.sequence)
        .add(
            "重复请求",
            "repeated",
            if written.repeated { "✓" } else { "" },
        )
        .render()
}
