//! What the outflow side does: it holds the membership.

use clap::Args;
use hongyan_proto::{
    id::RegionCode,
    pb::{
        exchange::v1::{self as exchange, Destination},
        office::v1::{
            ConfirmRequest, DepartRequest, DisownRequest, NoticeRequest, ReturnRequest,
            TransferRequest, WithdrawRequest, notice_request::Subject,
        },
    },
    region,
    time::Day,
};

use super::{show, transition};
use crate::cli::{
    Failure,
    session::{Session, client},
    table::WARN,
    words,
};

/// Where a member goes.
#[derive(Args, Debug)]
pub(in crate::cli) struct Going {
    /// 去往的行政区划代码 (六位) Region code of the destination, six digits
    #[arg(long, value_parser = region::somewhere)]
    region: Option<RegionCode>,
    /// 去处: 区县、街道、单位 Where in words
    #[arg(long, default_value = "", hide_default_value = true)]
    place: String,
}

impl Going {
    pub(super) fn destination(self) -> Option<Destination> {
        let region = self
            .region
            .map_or_else(String::new, |region| region.as_str().to_owned());
        (!region.is_empty() || !self.place.is_empty()).then_some(Destination {
            region,
            description: self.place,
        })
    }
}

/// The member left.
#[derive(Args, Debug)]
pub(in crate::cli) struct Depart {
    /// 姓名、活动证号、身份证号或编号前缀 Name, certificate number, ID number or id prefix
    member: String,
    /// 外出日期, 缺省今天 Since when; default: today
    #[arg(long)]
    since: Option<Day>,
    /// 外出原因 Why
    #[arg(long, value_parser = words::parser(words::REASONS))]
    reason: i32,
    #[command(flatten)]
    going: Going,
    /// 已知的流入地党组织 The destination's partner, when known
    #[arg(long, default_value = "", hide_default_value = true)]
    partner: String,
    /// 发给的活动证号; 缺省取名册 Certificate handed out; default: the roster's
    #[arg(long, default_value = "", hide_default_value = true)]
    certificate: String,
    /// 接续的案卷 The case it continues after a move
    #[arg(long, default_value = "", hide_default_value = true)]
    previous_case: String,
}

impl Depart {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = DepartRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            member: self.member,
            since: session.day(self.since),
            reason: self.reason,
            destination: self.going.destination(),
            partner: self.partner,
            certificate: self.certificate,
            previous_case: self.previous_case,
        };
        transition!(session, depart, request)
    }
}

/// Tells the partner.
#[derive(Args, Debug)]
pub(in crate::cli) struct Notice {
    /// 新案卷: 哪名党员 A new case: which member
    #[arg(long, required_unless_present = "case", conflicts_with = "case")]
    member: Option<String>,
    /// 接着办: 已外出或已退回的案卷 Go on with a departed or declined case
    #[arg(long)]
    case: Option<String>,
    /// 对方; 只有一个对方时可省 Partner; not needed with one partner
    #[arg(long, default_value = "", hide_default_value = true)]
    partner: String,
    /// 外出日期; 新案卷缺省今天 Since when; default for a new case: today
    #[arg(long)]
    since: Option<Day>,
    /// 外出原因 Why
    #[arg(long, value_parser = words::parser(words::REASONS), required_unless_present = "case")]
    reason: Option<i32>,
    #[command(flatten)]
    going: Going,
    /// 活动证号; 缺省取名册 Certificate; default: the roster's
    #[arg(long, default_value = "", hide_default_value = true)]
    certificate: String,
    /// 接续的案卷 The case it continues after a move
    #[arg(long, default_value = "", hide_default_value = true)]
    previous_case: String,
}

impl Notice {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let (subject, since) = match (self.case, self.member) {
            (Some(case), _) => (
                Some(Subject::Case(case)),
                self.since.map_or_else(String::new, |day| day.to_string()),
            ),
            (None, member) => (member.map(Subject::Member), session.day(self.since)),
        };
        let request = NoticeRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            partner: self.partner,
            subject,
            since,
            reason: self.reason.unwrap_or_default(),
            destination: self.going.destination(),
            certificate: self.certificate,
            previous_case: self.previous_case,
        };
        let answer = client!(session, flow_service_client::FlowServiceClient)
            .notice(request)
            .await?
            .into_inner();
        session.show(&answer, |answer, lang| {
            let case = show::case(answer.case.as_ref(), lang);
            let remarks = answer.remarks.iter();
            let remarks = remarks.map(|one| format!("{WARN} {}", lang.words(Some(one))));
            std::iter::once(case.trim_end().to_owned())
                .chain(remarks)
                .collect::<Vec<_>>()
                .join("\n")
        })
    }
}

/// The claimed person is ours.
#[derive(Args, Debug)]
pub(in crate::cli) struct Confirm {
    /// 案卷 Case
    case: String,
    /// 名册上是谁; 缺省按活动证号找 Who it is on our roster; default: found by the certificate
    #[arg(long, default_value = "", hide_default_value = true)]
    member: String,
}

impl Confirm {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = ConfirmRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            member: self.member,
        };
        transition!(session, confirm, request)
    }
}

/// The claimed person is not ours.
#[derive(Args, Debug)]
pub(in crate::cli) struct Disown {
    /// 案卷 Case
    case: String,
    /// 原因 Why
    #[arg(long, value_parser = words::parser(words::DISOWNS))]
    reason: i32,
    /// 说明 Note
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
}

impl Disown {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        session.confirm(
            &format!("否认案卷 {}? 案卷即结, 不可恢复。", self.case),
            &format!("Disown case {}? It closes for good.", self.case),
        )?;
        let request = DisownRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            disown: Some(exchange::Disown {
                reason: self.reason,
                note: self.note,
            }),
        };
        transition!(session, disown, request)
    }
}

/// The member is back.
#[derive(Args, Debug)]
pub(in crate::cli) struct Return {
    /// 案卷 Case
    case: String,
    /// 返回日期, 缺省今天 Day; default: today
    #[arg(long)]
    on: Option<Day>,
    /// 活动证查验; 本方披露含 certificate 时写明 Certificate: where the agreement names it for this side
    #[arg(long, value_parser = words::parser(words::CERTIFICATE_CHECKS))]
    check: Option<i32>,
    /// 党员自述摘要 The member's own account
    #[arg(long, default_value = "", hide_default_value = true)]
    member_account: String,
    /// 流入地情况摘要 The host's account
    #[arg(long, default_value = "", hide_default_value = true)]
    host_account: String,
}

impl Return {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = ReturnRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            returned: Some(exchange::Returned {
                returned_on: session.day(self.on),
                certificate_check: self.check.unwrap_or_default(),
                member_account: self.member_account,
                host_account: self.host_account,
            }),
        };
        transition!(session, r#return, request)
    }
}

/// Formal membership went to the host.
#[derive(Args, Debug)]
pub(in crate::cli) struct Transfer {
    /// 案卷 Case
    case: String,
    /// 转接日期, 缺省今天 Day; default: today
    #[arg(long)]
    on: Option<Day>,
    /// 介绍信编号 Number of the letter of introduction
    #[arg(long)]
    letter: String,
}

impl Transfer {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = TransferRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            transferred: Some(exchange::Transferred {
                transferred_on: session.day(self.on),
                letter_number: self.letter,
            }),
        };
        transition!(session, transfer, request)
    }
}

/// The case ends for another reason.
#[derive(Args, Debug)]
pub(in crate::cli) struct Withdraw {
    /// 案卷 Case
    case: String,
    /// 原因 Why
    #[arg(long, value_parser = words::parser(words::WITHDRAWALS))]
    reason: i32,
    /// 说明 Note
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
}

impl Withdraw {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        session.confirm(
            &format!("撤回案卷 {}? 案卷即结, 不可恢复。", self.case),
            &format!("Withdraw case {}? It closes for good.", self.case),
        )?;
        let request = WithdrawRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            case: self.case,
            withdraw: Some(exchange::Withdraw {
                reason: self.reason,
                note: self.note,
            }),
        };
        transition!(session, withdraw, request)
    }
}
