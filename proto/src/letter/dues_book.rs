//! Dues as a committee's own book has them (党费收缴): base, relief, payment, correction. Never leave the node: what a partner
//! may know of a payment is told in a letter of its own.

use super::{
    activity::Told,
    dues::DuesMonths,
    error::{At, PayloadError},
    number::Within,
    record::{closed, record},
    text::Text,
};
use crate::{
    id::{CaseId, Fen, MemberId},
    time::{Day, Month},
};

/// A receipt's number, given by the node in order.
pub type DuesNumber = Within<1, 99_999_999>;

/// What a farmer owes a month, in fen: 0.2 to 1 yuan (规定 6).
const FARMER: std::ops::RangeInclusive<i64> = 20..=100;
/// Months that one approval covers at most: hardship is looked at again.
const RELIEF_MONTHS: u32 = 24;

record! {
    /// What a person's dues are computed from, from one month on.
    DuesBase "dues_base" {
        /// A member of this node's roster.
        member_id: Option<MemberId> [],
        /// A flow member hosted here.
        case_id: Option<CaseId> [],
        /// First month.
        from: Month [],
        /// Who pays by which rate.
        class: DuesClass [],
        /// Monthly income after tax; where the class has a rate.
        income: Option<Fen> [],
        /// Dues a month; of farmers.
        amount: Option<Fen> [],
        /// From which day lists see it.
        counts_on: Day [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules based
    arranged arrange_base
}

closed! {
    /// Who pays by which rate (规定 1-6).
    DuesClass {
        /// 规定 1-3.
        Salaried "按月领取工资" "salaried",
        /// 规定 4: the monthly average of the quarter before.
        SelfEmployed "不按月取得收入" "self-employed",
        /// 规定 5.
        Retired "离退休" "retired",
        /// 规定 6.
        Farmer "农民" "farmer",
        /// 规定 6.
        Student "学生" "student",
        /// 规定 6.
        LaidOff "下岗失业" "laid off",
        /// 规定 6.
        Subsidy "依靠抚恤救济" "on subsidy",
        /// 规定 6.
        MinimumAllowance "最低生活保障" "on minimum living allowance",
    }
}

record! {
    /// Dues were reduced or waived on approval (规定 7).
    DuesRelief "dues_relief" {
        /// A member of this node's roster.
        member_id: Option<MemberId> [],
        /// A flow member hosted here.
        case_id: Option<CaseId> [],
        /// First month.
        from: Month [],
        /// Last month.
        until: Month [],
        /// What is owed a month instead; 0: waived.
        fen: Fen [],
        /// Why.
        reason: Text<200> [],
        /// Who approved.
        approved_by: Text<100> [],
        /// When.
        approved_on: Day [],
        /// From which day lists see it.
        counts_on: Day [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules relieved
    arranged arrange_relief
}

record! {
    /// Dues were paid here.
    DuesPayment "dues_payment" {
        /// A member of this node's roster.
        member_id: Option<MemberId> [],
        /// A flow member hosted here.
        case_id: Option<CaseId> [],
        /// First month paid for.
        month: Month [],
        /// How many months from there on.
        months: DuesMonths [],
        /// How much, at least 1.
        fen: Fen [],
        /// When.
        paid_on: Day [],
        /// How.
        way: DuesWay [],
        /// The receipt's number.
        number: DuesNumber [],
        /// Number of a paper receipt.
        paper: Option<Text<60>> [],
        /// Unit that received it, as it was named then.
        unit: Option<Text<100>> [],
        /// Less than what was owed: the months stay due.
        part: bool [],
        /// The letter that told the partner.
        told: Option<Told> [],
        /// Who entered it.
        actor: Text<60> [],
    }
    rules paid
    arranged arrange_payment
}

closed! {
    /// How dues were paid.
    DuesWay {
        Cash "现金" "cash",
        Transfer "转账" "transfer",
        Online "线上" "online",
        OnBehalf "委托代交" "on behalf",
    }
}

record! {
    /// An earlier entry about dues was wrong.
    DuesCorrection "dues_correction" {
        /// Sequence of that entry.
        corrects: u64 [],
        /// Why.
        reason: Text<500> [],
        /// What is right of a payment; none: the earlier entry is void.
        payment: Option<DuesPayment> [],
        /// From which day lists see it.
        counts_on: Day [],
        /// Who entered it.
        actor: Text<60> [],
    }
}

impl DuesClass {
    /// Is it computed from an income?
    pub const fn has_rate(self) -> bool {
        matches!(self, Self::Salaried | Self::SelfEmployed | Self::Retired)
    }
}

impl DuesPayment {
    /// The months it covers.
    pub fn covered(&self) -> impl Iterator<Item = Month> + use<> {
        let first = self.month;
        (0..self.months.get()).map(move |more| first.plus_months(more))
    }

    /// What lists reckon with: from which month, how many of them, how much, and when.
    pub const fn figures(&self) -> (Month, u32, Fen, Day) {
        (self.month, self.months.get(), self.fen, self.paid_on)
    }

    /// The receipt's number as letters and papers write it: the paper's own where there is one.
    pub fn receipt(&self) -> String {
        self.paper
            .as_ref()
            .map_or_else(|| format!("{:08}", self.number.get()), ToString::to_string)
    }
}

/// The number of a receipt that this program gave, by what a letter calls it. Papers have numbers of their own; the program's begin with a zero
/// until there are ten million of them.
pub fn number_of_receipt(text: &str) -> Option<DuesNumber> {
    let given = text.len() == 8
        && text.starts_with('0')
        && text.bytes().all(|digit| digit.is_ascii_digit());
    let number = text.parse().ok().filter(|_| given)?;
    DuesNumber::new(number).ok()
}

impl DuesRelief {
    /// Does it cover the month?
    pub fn covers(&self, month: Month) -> bool {
        self.from <= month && month <= self.until
    }
}

pub(super) fn one_person(
    member: Option<MemberId>,
    case: Option<CaseId>,
    at: &At<'_>,
) -> Result<(), PayloadError> {
    if member.is_some() == case.is_some() {
        return Err(at.rule(
            "须写明本单位党员或流入党员之一",
            "exactly one of member_id and case_id must be set",
        ));
    }
    Ok(())
}

fn based(base: &DuesBase, at: &At<'_>) -> Result<(), PayloadError> {
    one_person(base.member_id, base.case_id, at)?;
    let income = base.income.is_some_and(|income| income.0 > 0);
    if base.income.is_some() != base.class.has_rate() || base.class.has_rate() != income {
        return Err(at.field("income").rule(
            "按收入比例交纳的须写月收入 (大于零), 其他类别不写",
            "set, and more than nothing, where the class has a rate, and nowhere else",
        ));
    }
    let farmer = base.class == DuesClass::Farmer;
    let bounds = base.amount.is_none_or(|amount| FARMER.contains(&amount.0));
    if base.amount.is_some() != farmer || !bounds {
        return Err(at.field("amount").rule(
            "农民党员须写每月金额, 0.20 至 1.00 元; 其他类别不写",
            "0.20 to 1.00 yuan a month for farmers, and nowhere else",
        ));
    }
    Ok(())
}

fn relieved(relief: &DuesRelief, at: &At<'_>) -> Result<(), PayloadError> {
    one_person(relief.member_id, relief.case_id, at)?;
    if relief.until < relief.from || relief.from.plus_months(RELIEF_MONTHS) <= relief.until {
        return Err(at.field("until").rule(
            "截止月份不早于起始月份, 一次批准不超过 24 个月",
            "not before the first month, at most 24 months an approval",
        ));
    }
    Ok(())
}

fn paid(payment: &DuesPayment, at: &At<'_>) -> Result<(), PayloadError> {
    one_person(payment.member_id, payment.case_id, at)?;
    if payment.fen.0 == 0 {
        return Err(at
            .field("fen")
            .rule("金额须大于零", "must be more than nothing"));
    }
    Ok(())
}

#[cfg(test)]
pub(super) fn arrange_person(
    member: Option<MemberId>,
    case: Option<CaseId>,
) -> (Option<MemberId>, Option<CaseId>) {
    let case = case.filter(|_| member.is_none());
    let nobody = case.is_none().then(|| MemberId::from_bytes([1; 16]));
    (member.or(nobody), case)
}

#[cfg(test)]
fn arrange_base(base: DuesBase) -> DuesBase {
    let (member_id, case_id) = arrange_person(base.member_id, base.case_id);
    let farmer = base.class == DuesClass::Farmer;
    DuesBase {
        member_id,
        case_id,
        income: base
            .class
            .has_rate()
            .then(|| Fen(base.income.unwrap_or(Fen(300_001)).0.max(1))),
        amount: farmer.then(|| Fen(20 + base.amount.unwrap_or(Fen(0)).0 % 81)),
        ..base
    }
}

#[cfg(test)]
fn arrange_relief(relief: DuesRelief) -> DuesRelief {
    let (member_id, case_id) = arrange_person(relief.member_id, relief.case_id);
    DuesRelief {
        member_id,
        case_id,
        until: relief
            .until
            .clamp(relief.from, relief.from.plus_months(RELIEF_MONTHS - 1)),
        ..relief
    }
}

#[cfg(test)]
fn arrange_payment(payment: DuesPayment) -> DuesPayment {
    let (member_id, case_id) = arrange_person(payment.member_id, payment.case_id);
    DuesPayment {
        member_id,
        case_id,
        fen: Fen(payment.fen.0.max(1)),
        ..payment
    }
}
