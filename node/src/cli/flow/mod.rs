//! `flow`: cases, from departure to return. One verb per transition; which are allowed when is the office's word.
//!
//! `home` has what the outflow side does, `host` what the inflow side does, `show` what people read.

mod home;
mod host;
mod show;

use clap::Subcommand;

use super::{
    Failure,
    session::{Ended, Session},
};

pub(super) use show::events;

/// What happens to a case.
#[derive(Debug, Subcommand)]
pub(super) enum FlowVerb {
    /// 流出地: 登记外出, 去向未定 (仅本地) Home: the member left, destination unknown (local only)
    #[command(
        after_help = "例 Example:\n  hongyan-node flow depart 王小明 --reason work --region 320200 --certificate 0001234"
    )]
    Depart(home::Depart),
    /// 流出地: 通报对方 Home: tell the partner
    #[command(
        after_help = "例 Example:\n  hongyan-node flow notice --member 王小明 --partner 320200-001 --since 2026-03-01 --reason work --region 320200\n  hongyan-node flow notice --case 9c2f10aa --region 320205"
    )]
    Notice(home::Notice),
    /// 流入地: 接收 Host: the member arrived
    #[command(after_help = "例 Example:\n  hongyan-node flow accept 9c2f10aa --check seen")]
    Accept(host::Accept),
    /// 流入地: 退回 (原因限于列表, W §四) Host: do not accept, for a reason of the closed list
    #[command(
        after_help = "例 Example:\n  hongyan-node flow decline 9c2f10aa --reason other-district --suggest 320205"
    )]
    Decline(host::Decline),
    /// 流入地: 编入支部或小组 Host: place in a branch or group
    #[command(after_help = "例 Example:\n  hongyan-node flow place 9c2f10aa --unit 东街支部")]
    Place(host::Place),
    /// 流入地: 认领持证来的党员 (对方没有通报) Host: someone showed a certificate and no notice came
    #[command(
        after_help = "例 Example:\n  hongyan-node flow claim --partner 340800-002 --certificate 0001234 --name 王小明"
    )]
    Claim(host::Claim),
    /// 流出地: 确认认领的是本方党员 Home: the claimed person is ours
    #[command(after_help = "例 Example:\n  hongyan-node flow confirm 9c2f10aa")]
    Confirm(home::Confirm),
    /// 流出地: 否认 (结案, 不可恢复) Home: not ours (closes the case, irreversible)
    #[command(
        after_help = "例 Example:\n  hongyan-node flow disown 9c2f10aa --reason unknown-person"
    )]
    Disown(home::Disown),
    /// 流入地: 党员又去了别处 Host: the member moved on
    #[command(
        after_help = "例 Example:\n  hongyan-node flow move 9c2f10aa --region 330400 --place 嘉兴某厂"
    )]
    Move(host::Move),
    /// 任一方: 失去联系 Either side: contact is lost
    #[command(
        after_help = "例 Example:\n  hongyan-node flow lost 9c2f10aa --last-contact 2026-05-20"
    )]
    Lost(host::Lost),
    /// 任一方: 恢复联系 Either side: found again
    #[command(after_help = "例 Example:\n  hongyan-node flow found 9c2f10aa")]
    Found(host::Found),
    /// 流出地: 返回, 查验活动证和两方情况 Home: back; certificate and both accounts checked
    #[command(
        after_help = "例 Example:\n  hongyan-node flow return 9c2f10aa --check seen --member-account 按时参加组织生活"
    )]
    Return(home::Return),
    /// 流出地: 正式转出组织关系 Home: formal transfer
    #[command(
        after_help = "例 Example:\n  hongyan-node flow transfer 9c2f10aa --letter 介字2026-118"
    )]
    Transfer(home::Transfer),
    /// 流出地: 因其他原因结案 (不可恢复) Home: end for another reason (irreversible)
    #[command(
        after_help = "例 Example:\n  hongyan-node flow withdraw 9c2f10aa --reason registered-in-error"
    )]
    Withdraw(home::Withdraw),
    /// 列出案卷 List cases
    #[command(
        after_help = "例 Example:\n  hongyan-node flow list --side inflow --state notified --overdue"
    )]
    List(show::List),
    /// 查看案卷和全部经过 Show a case and its timeline
    #[command(after_help = "例 Example:\n  hongyan-node flow show 王小明")]
    Show {
        /// 案卷编号前缀、姓名或活动证号 Case id prefix, or its member
        case: String,
    },
}

/// Writes one transition and shows the case as it stands then.
macro_rules! transition {
    ($session:expr, $call:ident, $request:expr) => {{
        let answer =
            $crate::cli::session::client!($session, flow_service_client::FlowServiceClient)
                .$call($request)
                .await?
                .into_inner();
        $session.show(&answer, |answer, lang| {
            $crate::cli::flow::show::case(answer.case.as_ref(), lang)
        })
    }};
}
use transition;

pub(super) async fn run(verb: FlowVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        FlowVerb::Depart(depart) => depart.run(session).await?,
        FlowVerb::Notice(notice) => notice.run(session).await?,
        FlowVerb::Accept(accept) => accept.run(session).await?,
        FlowVerb::Decline(decline) => decline.run(session).await?,
        FlowVerb::Place(place) => place.run(session).await?,
        FlowVerb::Claim(claim) => claim.run(session).await?,
        FlowVerb::Confirm(confirm) => confirm.run(session).await?,
        FlowVerb::Disown(disown) => disown.run(session).await?,
        FlowVerb::Move(moved) => moved.run(session).await?,
        FlowVerb::Lost(lost) => lost.run(session).await?,
        FlowVerb::Found(found) => found.run(session).await?,
        FlowVerb::Return(returned) => returned.run(session).await?,
        FlowVerb::Transfer(transfer) => transfer.run(session).await?,
        FlowVerb::Withdraw(withdraw) => withdraw.run(session).await?,
        FlowVerb::List(list) => list.run(session).await?,
        FlowVerb::Show { case } => show::run(case, session).await?,
    }
    Ok(Ended::Well)
}
