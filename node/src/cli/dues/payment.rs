//! What was paid, and what is corrected of it.

use clap::Args;
use hongyan_proto::{
    pb::office::v1::{CorrectDuesRequest, GetDuesReceiptRequest, PayDuesRequest},
    time::{Day, Month},
};

use super::{call, show, text, words};
use crate::cli::{
    Failure,
    session::{Session, client},
    values,
    words::parser,
};

/// A payment that was taken.
#[derive(Debug, Args)]
pub(in crate::cli) struct Pay {
    /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
    person: String,
    /// 起始月份, 缺省最早未交月份 First month; default: the first that is not settled
    #[arg(long)]
    month: Option<Month>,
    /// 几个月 How many months
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=24))]
    months: u32,
    /// 金额 (元), 缺省为应交数 Amount in yuan; default: what is owed
    #[arg(long, value_parser = values::yuan)]
    yuan: Option<i64>,
    /// 交纳日期, 缺省今天 Day of payment; default: today
    #[arg(long)]
    paid_on: Option<Day>,
    /// 方式, 缺省现金 How; default: cash
    #[arg(long, value_parser = parser(words::WAYS))]
    way: Option<i32>,
    /// 纸质收据号 Number of a paper receipt
    #[arg(long, default_value = "", hide_default_value = true)]
    paper: String,
    /// 金额与应交不同也照收 (部分交纳或自愿多交) Take an amount that is not what is owed: a part, or more
    #[arg(long)]
    any_amount: bool,
    /// 对方也收了, 款项确已收下: 照实登记, 名单标明重复 The other side took it too: write it down as it is
    #[arg(long)]
    twice: bool,
}

impl Pay {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let request = PayDuesRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            person: self.person,
            month: text(self.month),
            months: self.months,
            fen: self.yuan,
            paid_on: text(self.paid_on),
            way: self.way.unwrap_or_default(),
            paper: self.paper,
            any_amount: self.any_amount,
            twice: self.twice,
        };
        let answer = call!(session, pay_dues, request);
        session.show(&answer, show::paid)
    }
}

/// What was wrong about an entry.
#[derive(Debug, Args)]
pub(in crate::cli) struct Correct {
    /// 记录序号 Number of the entry
    #[arg(required_unless_present = "receipt")]
    record: Option<u64>,
    /// 收据号 (代替记录序号) Number of the receipt, or of the paper, instead of the entry's
    #[arg(long, value_name = "NUMBER", conflicts_with = "record")]
    receipt: Option<String>,
    /// 作废 It never was
    #[arg(long, conflicts_with_all = ["month", "months", "yuan", "paid_on", "way", "paper"])]
    void: bool,
    /// 起始月份 First month
    #[arg(long)]
    month: Option<Month>,
    /// 几个月 How many months
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=24))]
    months: Option<u32>,
    /// 金额 (元) Amount in yuan
    #[arg(long, value_parser = values::yuan)]
    yuan: Option<i64>,
    /// 交纳日期 Day of payment
    #[arg(long)]
    paid_on: Option<Day>,
    /// 方式 How
    #[arg(long, value_parser = parser(words::WAYS))]
    way: Option<i32>,
    /// 纸质收据号 Number of a paper receipt
    #[arg(long, default_value = "", hide_default_value = true)]
    paper: String,
    /// 原因 Why
    #[arg(long)]
    reason: String,
}

impl Correct {
    pub(super) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let record = match (self.record, self.receipt) {
            (None, Some(number)) => {
                let request = GetDuesReceiptRequest { number };
                call!(session, get_dues_receipt, request).sequence
            }
            (record, _) => record.unwrap_or_default(),
        };
        let request = CorrectDuesRequest {
            actor: session.actor()?,
            request_id: session.request_id(),
            record,
            reason: self.reason,
            void: self.void,
            month: text(self.month),
            months: self.months.unwrap_or_default(),
            fen: self.yuan,
            paid_on: text(self.paid_on),
            way: self.way.unwrap_or_default(),
            paper: self.paper,
        };
        let answer = call!(session, correct_dues, request);
        session.show(&answer, show::corrected)
    }
}
