//! What is owed: the base that dues are computed from, and reliefs.

use clap::Args;
use hongyan_proto::{
    pb::office::v1::{SetDuesBaseRequest, WaiveDuesRequest},
    time::{Day, Month},
};

use super::{call, show, text, words};
use crate::cli::{
    Failure,
    session::{Session, client},
    values,
    words::parser,
};

/// From when on, and from what, a person's dues are computed.
#[derive(Debug, Args)]
pub(in crate::cli) struct Base {
    /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
    person: String,
    /// 人员类别 Class
    #[arg(long, value_parser = parser(words::CLASSES))]
    class: i32,
    /// 税后月收入 (元) Monthly income after tax, in yuan
    #[arg(long, value_parser = values::yuan)]
    income: Option<i64>,
    /// 农民党员每月金额 (元) Of farmers: dues a month, in yuan
    #[arg(long, value_parser = values::yuan)]
    amount: Option<i64>,
    /// 自哪月起, 缺省本月 From which month; default: this month
    #[arg(long)]
    from: Option<Month>,
    /// 已结账月份的差额计入之后第一个未结账的月份 The difference for closed months counts in the first open one
    #[arg(long)]
    in_open_month: bool,
}

impl Base {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = SetDuesBaseRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            person: self.person,
            from: text(self.from),
            class: self.class,
            income: self.income,
            amount: self.amount,
            in_open_month: self.in_open_month,
        };
        let answer = call!(session, set_dues_base, request);
        session.show(&answer, show::based)
    }
}

/// A relief that was approved.
#[derive(Debug, Args)]
pub(in crate::cli) struct Waive {
    /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
    person: String,
    /// 起始月份 First month
    #[arg(long)]
    from: Month,
    /// 截止月份 Last month
    #[arg(long)]
    until: Month,
    /// 减为每月多少元, 缺省免交 Owed a month instead, in yuan; default: nothing
    #[arg(long, value_parser = values::yuan, default_value = "0", hide_default_value = true)]
    yuan: i64,
    /// 事由 Why
    #[arg(long)]
    reason: String,
    /// 批准的组织 Who approved it
    #[arg(long)]
    approved_by: String,
    /// 批准日期 Day of the approval
    #[arg(long)]
    approved_on: Day,
    /// 已结账月份的差额计入之后第一个未结账的月份 The difference for closed months counts in the first open one
    #[arg(long)]
    in_open_month: bool,
}

impl Waive {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = WaiveDuesRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            person: self.person,
            from: self.from.to_string(),
            until: self.until.to_string(),
            fen: self.yuan,
            reason: self.reason,
            approved_by: self.approved_by,
            approved_on: self.approved_on.to_string(),
            in_open_month: self.in_open_month,
        };
        let answer = call!(session, waive_dues, request);
        session.show(&answer, show::waived)
    }
}
