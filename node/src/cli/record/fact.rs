//! The facts: what is typed for each, and the message it becomes. Used alike for recording and for correcting.

use clap::Args;
use hongyan_proto::{
    pb::exchange::v1 as exchange,
    time::{Day, Month, Quarter},
};

use crate::cli::{session::Session, values, words};

/// 流入地: 参加组织生活 Host: attendance at organizational life.
#[derive(Args, Debug)]
pub(in crate::cli) struct Attendance {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 活动 Activity
    #[arg(long, value_parser = words::parser(words::ACTIVITIES))]
    activity: i32,
    /// 主题 Theme
    #[arg(long, default_value = "", hide_default_value = true)]
    theme: String,
    /// 到会 Presence
    #[arg(long, value_parser = words::parser(words::PRESENCES))]
    presence: i32,
}

impl Attendance {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::Attendance {
        exchange::Attendance {
            day: session.day(self.day),
            activity: self.activity,
            theme: self.theme,
            presence: self.presence,
        }
    }
}

/// 党费 (向收取方缴纳) Dues paid.
#[derive(Args, Debug)]
pub(in crate::cli) struct Dues {
    /// 起始月份 First month paid for
    #[arg(long)]
    month: Month,
    /// 几个月 How many months
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=24))]
    months: u32,
    /// 金额 (元) Amount in yuan
    #[arg(long, value_parser = values::yuan)]
    yuan: i64,
    /// 缴纳日期, 缺省今天 Day of payment; default: today
    #[arg(long)]
    paid_on: Option<Day>,
    /// 收据号 Receipt number
    #[arg(long)]
    receipt: String,
}

impl Dues {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::Dues {
        exchange::Dues {
            month: self.month.to_string(),
            months: self.months,
            fen: self.yuan,
            paid_on: session.day(self.paid_on),
            receipt: self.receipt,
        }
    }
}

/// 奖惩 An award or a penalty.
#[derive(Args, Debug)]
pub(in crate::cli) struct Award {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 处分 It is a penalty
    #[arg(long)]
    penalty: bool,
    /// 名称 Title
    #[arg(long)]
    title: String,
}

impl Award {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::Award {
        exchange::Award {
            day: session.day(self.day),
            penalty: self.penalty,
            title: self.title,
        }
    }
}

/// 发挥作用 A role played.
#[derive(Args, Debug)]
pub(in crate::cli) struct Role {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 内容 In words
    #[arg(long)]
    text: String,
}

impl Role {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::Role {
        exchange::Role {
            day: session.day(self.day),
            description: self.text,
        }
    }
}

/// 流入地: 现实表现 Host: conduct.
#[derive(Args, Debug)]
pub(in crate::cli) struct Conduct {
    /// 季度 Quarter
    #[arg(long)]
    quarter: Quarter,
    /// 评价 Grade
    #[arg(long, value_parser = words::parser(words::GRADES))]
    grade: i32,
    /// 评语 Remark
    #[arg(long, default_value = "", hide_default_value = true)]
    remark: String,
}

impl Conduct {
    pub(super) fn message(self, _: &Session<'_>) -> exchange::Conduct {
        exchange::Conduct {
            quarter: self.quarter.to_string(),
            grade: self.grade,
            remark: self.remark,
        }
    }
}

/// 职业、电话、住址变动 Job, telephone or address changed.
#[derive(Args, Debug)]
pub(in crate::cli) struct Change {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 电话 Telephone
    #[arg(long, default_value = "", hide_default_value = true)]
    phone: String,
    /// 单位 Employer
    #[arg(long, default_value = "", hide_default_value = true)]
    employer: String,
    /// 住址 Address
    #[arg(long, default_value = "", hide_default_value = true)]
    address: String,
}

impl Change {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::Change {
        exchange::Change {
            day: session.day(self.day),
            phone: self.phone,
            employer: self.employer,
            address: self.address,
        }
    }
}

/// 流入地: 重大事项 Host: a major event.
#[derive(Args, Debug)]
pub(in crate::cli) struct MajorEvent {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 内容 In words
    #[arg(long)]
    text: String,
}

impl MajorEvent {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::MajorEvent {
        exchange::MajorEvent {
            day: session.day(self.day),
            description: self.text,
        }
    }
}

/// 联系党员 (流出地每季度至少一次) Contact made.
#[derive(Args, Debug)]
pub(in crate::cli) struct Contact {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 方式 Means
    #[arg(long)]
    means: String,
    /// 思想、工作、生活 Thoughts, work, life
    #[arg(long, default_value = "", hide_default_value = true)]
    summary: String,
}

impl Contact {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::Contact {
        exchange::Contact {
            day: session.day(self.day),
            means: self.means,
            summary: self.summary,
        }
    }
}

/// 流出地: 重要事项告知 Home: a matter passed on.
#[derive(Args, Debug)]
pub(in crate::cli) struct MatterNotified {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 事项 Matter
    #[arg(long)]
    text: String,
}

impl MatterNotified {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::MatterNotified {
        exchange::MatterNotified {
            day: session.day(self.day),
            matter: self.text,
        }
    }
}

/// 流入地: 预备期满意见 Host: opinion at the end of probation.
#[derive(Args, Debug)]
pub(in crate::cli) struct ProbationOpinion {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 同意按期转正 Convert on time
    #[arg(long)]
    convert: bool,
    /// 意见 Opinion
    #[arg(long)]
    text: String,
}

impl ProbationOpinion {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::ProbationOpinion {
        exchange::ProbationOpinion {
            day: session.day(self.day),
            convert_on_time: self.convert,
            opinion: self.text,
        }
    }
}

/// 流出地: 预备期满决定 Home: decision on conversion.
#[derive(Args, Debug)]
pub(in crate::cli) struct ProbationDecision {
    /// 日期, 缺省今天 Day; default: today
    #[arg(long)]
    day: Option<Day>,
    /// 决定 Decision
    #[arg(long, value_parser = words::parser(words::OUTCOMES))]
    outcome: i32,
    /// 延长至 Extended until
    #[arg(long)]
    until: Option<Day>,
}

impl ProbationDecision {
    pub(super) fn message(self, session: &Session<'_>) -> exchange::ProbationDecision {
        exchange::ProbationDecision {
            day: session.day(self.day),
            outcome: self.outcome,
            extended_until: self.until.map_or_else(String::new, |day| day.to_string()),
        }
    }
}
