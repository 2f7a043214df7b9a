//! The facts: what is typed for each, and the message it becomes. Used alike for recording and for correcting: what a correction is not given
//! stays as it was.

use clap::Args;
use hongyan_proto::{
    pb::exchange::v1 as exchange,
    time::{Day, Month, Quarter},
};

use crate::cli::{session::Session, values, words};

/// The day that was given, else the one before a correction, else today.
fn day(given: Option<Day>, before: Option<String>, session: &Session<'_>) -> String {
    let given = given.map(|day| day.to_string());
    given.or(before).unwrap_or_else(|| session.day(None))
}

/// 流入地: 参加组织生活 Host: attendance at organizational life.
#[derive(Args, Debug)]
pub(in crate::cli) struct Attendance {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
    #[arg(long)]
    day: Option<Day>,
    /// 活动 Activity
    #[arg(long, value_parser = words::parser(words::ACTIVITIES))]
    activity: i32,
    /// 主题 Theme
    #[arg(long)]
    theme: Option<String>,
    /// 到会 Presence
    #[arg(long, value_parser = words::parser(words::PRESENCES))]
    presence: i32,
}

impl Attendance {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::Attendance>,
    ) -> exchange::Attendance {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::Attendance {
            day: day(self.day, had.then_some(before.day), session),
            activity: self.activity,
            theme: self.theme.unwrap_or(before.theme),
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
    /// 几个月, 缺省 1; 更正时缺省原数 How many months; default: 1, in a correction as many as it was
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=24))]
    months: Option<u32>,
    /// 金额 (元) Amount in yuan
    #[arg(long, value_parser = values::yuan)]
    yuan: i64,
    /// 缴纳日期, 缺省今天; 更正时缺省原日期 Day of payment; default: today, in a correction the day as it was
    #[arg(long)]
    paid_on: Option<Day>,
    /// 收据号 Receipt number
    #[arg(long)]
    receipt: String,
}

impl Dues {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::Dues>,
    ) -> exchange::Dues {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::Dues {
            month: self.month.to_string(),
            months: self.months.unwrap_or(if had { before.months } else { 1 }),
            fen: self.yuan,
            paid_on: day(self.paid_on, had.then_some(before.paid_on), session),
            receipt: self.receipt,
        }
    }
}

/// 奖惩 An award or a penalty.
#[derive(Args, Debug)]
pub(in crate::cli) struct Award {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
    #[arg(long)]
    day: Option<Day>,
    /// 处分 (更正为奖励写 --penalty=false) It is a penalty; to correct it to an award: --penalty=false
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    penalty: Option<bool>,
    /// 名称 Title
    #[arg(long)]
    title: String,
}

impl Award {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::Award>,
    ) -> exchange::Award {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::Award {
            day: day(self.day, had.then_some(before.day), session),
            penalty: self.penalty.unwrap_or(before.penalty),
            title: self.title,
        }
    }
}

/// 发挥作用 A role played.
#[derive(Args, Debug)]
pub(in crate::cli) struct Role {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
    #[arg(long)]
    day: Option<Day>,
    /// 内容 In words
    #[arg(long)]
    text: String,
}

impl Role {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::Role>,
    ) -> exchange::Role {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::Role {
            day: day(self.day, had.then_some(before.day), session),
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
    #[arg(long)]
    remark: Option<String>,
}

impl Conduct {
    pub(super) fn message(
        self,
        _: &Session<'_>,
        before: Option<exchange::Conduct>,
    ) -> exchange::Conduct {
        let before = before.unwrap_or_default();
        exchange::Conduct {
            quarter: self.quarter.to_string(),
            grade: self.grade,
            remark: self.remark.unwrap_or(before.remark),
        }
    }
}

/// 职业、电话、住址、活动证变动 Job, telephone, address or certificate changed.
#[derive(Args, Debug)]
pub(in crate::cli) struct Change {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
    #[arg(long)]
    day: Option<Day>,
    /// 电话 Telephone
    #[arg(long)]
    phone: Option<String>,
    /// 单位 Employer
    #[arg(long)]
    employer: Option<String>,
    /// 住址 Address
    #[arg(long)]
    address: Option<String>,
    /// 流出地: 现活动证编号, 同名册 Home: number of the certificate now, as the roster has it
    #[arg(long)]
    certificate: Option<String>,
}

impl Change {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::Change>,
    ) -> exchange::Change {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::Change {
            day: day(self.day, had.then_some(before.day), session),
            phone: self.phone.unwrap_or(before.phone),
            employer: self.employer.unwrap_or(before.employer),
            address: self.address.unwrap_or(before.address),
            certificate: self.certificate.unwrap_or(before.certificate),
        }
    }
}

/// 流入地: 重大事项 Host: a major event.
#[derive(Args, Debug)]
pub(in crate::cli) struct MajorEvent {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
    #[arg(long)]
    day: Option<Day>,
    /// 内容 In words
    #[arg(long)]
    text: String,
}

impl MajorEvent {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::MajorEvent>,
    ) -> exchange::MajorEvent {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::MajorEvent {
            day: day(self.day, had.then_some(before.day), session),
            description: self.text,
        }
    }
}

/// 联系党员 (流出地每季度至少一次) Contact made.
#[derive(Args, Debug)]
pub(in crate::cli) struct Contact {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
    #[arg(long)]
    day: Option<Day>,
    /// 方式 Means
    #[arg(long)]
    means: String,
    /// 思想、工作、生活 Thoughts, work, life
    #[arg(long)]
    summary: Option<String>,
}

impl Contact {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::Contact>,
    ) -> exchange::Contact {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::Contact {
            day: day(self.day, had.then_some(before.day), session),
            means: self.means,
            summary: self.summary.unwrap_or(before.summary),
        }
    }
}

/// 流出地: 重要事项告知 Home: a matter passed on.
#[derive(Args, Debug)]
pub(in crate::cli) struct MatterNotified {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
    #[arg(long)]
    day: Option<Day>,
    /// 事项 Matter
    #[arg(long)]
    text: String,
}

impl MatterNotified {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::MatterNotified>,
    ) -> exchange::MatterNotified {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::MatterNotified {
            day: day(self.day, had.then_some(before.day), session),
            matter: self.text,
        }
    }
}

/// 流入地: 预备期满意见 Host: opinion at the end of probation.
#[derive(Args, Debug)]
pub(in crate::cli) struct ProbationOpinion {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
    #[arg(long)]
    day: Option<Day>,
    /// 同意按期转正 (更正为不同意写 --convert=false) Convert on time; to correct it: --convert=false
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    convert: Option<bool>,
    /// 意见 Opinion
    #[arg(long)]
    text: String,
}

impl ProbationOpinion {
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::ProbationOpinion>,
    ) -> exchange::ProbationOpinion {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::ProbationOpinion {
            day: day(self.day, had.then_some(before.day), session),
            convert_on_time: self.convert.unwrap_or(before.convert_on_time),
            opinion: self.text,
        }
    }
}

/// 流出地: 预备期满决定 Home: decision on conversion.
#[derive(Args, Debug)]
pub(in crate::cli) struct ProbationDecision {
    /// 日期, 缺省今天; 更正时缺省原日期 Day; default: today, in a correction the day as it was
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
    pub(super) fn message(
        self,
        session: &Session<'_>,
        before: Option<exchange::ProbationDecision>,
    ) -> exchange::ProbationDecision {
        let had = before.is_some();
        let before = before.unwrap_or_default();
        exchange::ProbationDecision {
            day: day(self.day, had.then_some(before.day), session),
            outcome: self.outcome,
            extended_until: self
                .until
                .map(|day| day.to_string())
                .or(Some(before.extended_until).filter(|_| self.outcome == before.outcome))
                .unwrap_or_default(),
        }
    }
}
