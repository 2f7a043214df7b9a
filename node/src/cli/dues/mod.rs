//! `dues`: what is owed, payments, receipts, lists and closed months.

mod base;
mod payment;
mod show;
// One value, one line: the lists are read as tables.
#[rustfmt::skip]
pub(super) mod words;

use bytes::Bytes;
use clap::Subcommand;
use hongyan_proto::{
    pb::office::v1::{
        CloseDuesMonthRequest, GetDuesReceiptRequest, GetDuesRequest, ListDuesArrearsRequest,
        ListDuesRequest, PublishDuesRequest,
    },
    time::Month,
};

use super::{
    Failure,
    session::{Ended, Session, client},
};

use self::{
    base::{Base, Waive},
    payment::{Correct, Pay},
};

/// What to do with dues.
#[derive(Debug, Subcommand)]
pub(super) enum DuesVerb {
    /// 登记党费基数, 自某月起 Set what a person's dues are computed from, from a month on
    #[command(
        after_help = "比例按《关于中国共产党党费收缴、使用和管理的规定》, 全部收入按所在档次一个比例计算, 四舍五入到分:\n  工资 (税后) 3000 元及以下 0.5%, 5000 元及以下 1%, 10000 元及以下 1.5%, 以上 2%\n  离退休 5000 元及以下 0.5%, 以上 1%; 农民每月 0.20 至 1.00 元; 学生、下岗、抚恤救济、低保每月 0.20 元\nThe whole income at the rate of its bracket, rounded to the fen. A base is never guessed: without one nothing is computed.\n\n例 Example:\n  hongyan-node dues base 张三 --class salaried --income 4200 --from 2026-01\n  hongyan-node dues base 李四 --class farmer --amount 0.5\n  hongyan-node dues base 王五 --class student"
    )]
    Base(Base),
    /// 经批准减交或免交 Reduce or waive dues on approval
    #[command(
        after_help = "例 Example:\n  hongyan-node dues waive 张三 --from 2026-03 --until 2026-08 --reason 重病 --approved-by 镇党委 --approved-on 2026-02-20\n  hongyan-node dues waive 李四 --from 2026-03 --until 2026-08 --yuan 1 --reason 家庭困难 --approved-by 镇党委 --approved-on 2026-02-20"
    )]
    Waive(Waive),
    /// 收取党费: 一个月、几个月、预交或补交 Take a payment: one month or several, ahead or late
    #[command(
        after_help = "缺省从最早未交的月份起交一个月, 金额为应交数. 流入党员的交纳按协议同时告知流出地, 一个月只收一次.\nBy default the first month that is not settled, and what is owed. A flow member's payment is told to the partner at once.\n\n例 Example:\n  hongyan-node dues pay 张三\n  hongyan-node dues pay 张三 --month 2026-01 --months 12 --way transfer --paid-on 2026-01-10\n  hongyan-node dues pay 李四 --month 2026-05 --yuan 50 --any-amount"
    )]
    Pay(Pay),
    /// 更正一笔交纳, 或作废一条记录 Correct a payment, or void an entry
    #[command(
        after_help = "原记录保留, 更正另记一条. 涉及已结账月份的, 更正计入之后第一个未结账的月份. 已告知对方的信函一并更正.\nThe entry stays, the correction is a new one; about a closed month it counts in the first open one. A letter that told of it follows.\n\n例 Example:\n  hongyan-node dues correct 142 --yuan 30 --reason 金额写错\n  hongyan-node dues correct --receipt 17 --void --reason 重复登记"
    )]
    Correct(Correct),
    /// 结账: 该月及以前的名单不再改变 Close a month: its list, and those before it, do not change any more
    #[command(
        after_help = "先列出将要结账的单位和合计, 再请确认. 名单随结账存入日志: 此后更名、调整隶属、迟到的信函都不改变它.\nShows the units and their sums, then asks. The lists are kept with the closing: no new name, move or late letter changes them.\n\n例 Example:\n  hongyan-node dues close 2026-06 --unit 东街支部\n  hongyan-node dues close 2026-06 --yes"
    )]
    Close {
        /// 月份 Month
        month: Month,
        /// 单位, 连同其下各单位; 缺省全委 Unit with those inside it; default: all
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
    },
    /// 月度名单: 应交、实交、欠交、预交 A month's list: owed, received, in arrears, in advance
    #[command(
        after_help = "例 Example:\n  hongyan-node dues list --unit 东街支部 --month 2026-06\n  hongyan-node dues list"
    )]
    List {
        /// 支部或党小组, 缺省全委 Branch or group; default: the committee
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
        /// 月份, 缺省本月 Month; default: this month
        #[arg(long)]
        month: Option<Month>,
    },
    /// 欠交、无基数和重复交纳 Who is in arrears, has no base, or paid a month twice
    #[command(after_help = "例 Example:\n  hongyan-node dues arrears --unit 东街支部")]
    Arrears {
        /// 支部或党小组, 缺省全委 Branch or group; default: the committee
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
        /// 截至哪月, 缺省本月 Until which month; default: this month
        #[arg(long)]
        month: Option<Month>,
    },
    /// 公示名单: 姓名和金额, 不含收入 For publication: names and amounts, no incomes
    #[command(
        after_help = "例 Example:\n  hongyan-node dues publish --unit 东街支部 --from 2026-01 --until 2026-06"
    )]
    Publish {
        /// 支部或党小组, 缺省全委 Branch or group; default: the committee
        #[arg(long, default_value = "", hide_default_value = true)]
        unit: String,
        /// 起始月份, 缺省本月 First month; default: this month
        #[arg(long)]
        from: Option<Month>,
        /// 截止月份, 缺省同起始月份 Last month; default: the first
        #[arg(long)]
        until: Option<Month>,
    },
    /// 收据 A receipt
    #[command(after_help = "例 Example:\n  hongyan-node dues receipt 17")]
    Receipt {
        /// 收据号 Number of the receipt, or of the paper
        number: String,
    },
    /// 一人的党费: 基数、减免、交纳、各月 One person's dues: bases, reliefs, payments, months
    #[command(after_help = "例 Example:\n  hongyan-node dues show 张三 --from 2026-01")]
    Show {
        /// 姓名、活动证号或编号前缀 Name, certificate number or id prefix
        person: String,
        /// 起始月份 First month
        #[arg(long)]
        from: Option<Month>,
        /// 截止月份, 缺省本月 Last month; default: this month
        #[arg(long)]
        until: Option<Month>,
    },
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

macro_rules! call {
    ($session:expr, $method:ident, $request:expr) => {
        client!($session, dues_service_client::DuesServiceClient)
            .$method($request)
            .await?
            .into_inner()
    };
}
use call;

pub(super) async fn run(verb: DuesVerb, session: &mut Session<'_>) -> Result<Ended, Failure> {
    match verb {
        DuesVerb::List { unit, month } => {
            let month = text(month);
            let answer = call!(session, list_dues, ListDuesRequest { unit, month });
            session.show(&answer, show::list)?;
        }
        DuesVerb::Arrears { unit, month } => {
            let month = text(month);
            let request = ListDuesArrearsRequest { unit, month };
            let answer = call!(session, list_dues_arrears, request);
            session.show(&answer, show::arrears)?;
        }
        DuesVerb::Publish { unit, from, until } => {
            let (from, until) = (text(from), text(until));
            let request = PublishDuesRequest { unit, from, until };
            let answer = call!(session, publish_dues, request);
            session.show(&answer, show::published)?;
        }
        DuesVerb::Receipt { number } => {
            let request = GetDuesReceiptRequest { number };
            let answer = call!(session, get_dues_receipt, request);
            session.show(&answer, show::receipt)?;
        }
        DuesVerb::Show {
            person,
            from,
            until,
        } => {
            let (from, until) = (text(from), text(until));
            let request = GetDuesRequest {
                person,
                from,
                until,
            };
            let answer = call!(session, get_dues, request);
            session.show(&answer, show::account)?;
        }
        DuesVerb::Base(base) => base.run(session).await?,
        DuesVerb::Waive(waive) => waive.run(session).await?,
        DuesVerb::Pay(pay) => pay.run(session).await?,
        DuesVerb::Correct(correct) => correct.run(session).await?,
        DuesVerb::Close { month, unit } => close(month, unit, session).await?,
    }
    Ok(Ended::Well)
}

/// Shows first what would be closed. A request that is repeated is answered as it was the first time.
async fn close(month: Month, unit: String, session: &mut Session<'_>) -> Result<(), Failure> {
    let mut request = CloseDuesMonthRequest {
        actor: session.actor()?,
        request_id: session.request_id(),
        unit,
        month: month.to_string(),
        dry_run: true,
        shown: Bytes::new(),
    };
    let mut service = client!(session, dues_service_client::DuesServiceClient);
    let units = match service.close_dues_month(request.clone()).await {
        Ok(open) => {
            let open = open.into_inner();
            request.shown.clone_from(&open.digest);
            if !session.io.json {
                session.show(&open, show::to_close)?;
            }
            let names: Vec<&str> = open.closed.iter().map(|sum| sum.unit.as_str()).collect();
            names.join(", ")
        }
        Err(refused) if !session.is_repeat() => return Err(refused.into()),
        Err(_) => show::whose(&request.unit, session.lang),
    };
    session.confirm(
        &format!("{month} 及以前各月结账后名单不再改变, 现在为以下单位结账? {units}"),
        &format!(
            "The lists of {month} and of every month before it will not change any more. Close them for {units}?"
        ),
    )?;
    request.dry_run = false;
    let answer = call!(session, close_dues_month, request);
    session.show(&answer, show::closed)
}
