//! What a payment is for and how much it is: the first month that is not settled, what is owed, and no month twice by accident.

use hongyan_proto::{
    id::Fen,
    time::{Day, Month},
};

use super::{Loaded, pay::Paying};
use crate::{
    domain::dues::{MonthLine, Months, NO_ENTRY, Told, months, one},
    office::{OfficeError, desk::Desk},
};

pub(super) fn lines(desk: &Desk<'_, '_>, loaded: &Loaded, through: Month) -> Months {
    let through = through.max(desk.today.month());
    let about = (&loaded.person, &loaded.account);
    months(about, &loaded.elsewhere, desk.today, through)
}

/// The first month that asks for money.
pub(super) fn next(desk: &Desk<'_, '_>, loaded: &Loaded) -> Result<Month, OfficeError> {
    /// Months paid ahead at most.
    const AHEAD: u32 = 24;
    let this = desk.today.month();
    // Without a base only the last month that is looked at is asked for: that is this one, and none to come.
    let ahead = if loaded.account.bases.is_empty() {
        0
    } else {
        AHEAD
    };
    let lines = lines(desk, loaded, this.plus_months(ahead));
    let mut open = lines.iter().filter(|(month, line)| {
        !line.is_settled() && (line.arrears().0 > 0 || line.is_unknown() || **month >= this)
    });
    open.next().map(|(month, _)| *month).ok_or_else(|| {
        OfficeError::field(
            "month",
            "各月均已交纳, 请写明月份 every month is settled: name the month",
        )
    })
}

/// Is the month free to be paid for? Money that both sides took is written down when somebody says so, never by accident.
fn free(
    loaded: &Loaded,
    (month, line): (Month, &MonthLine),
    paying: &Paying,
) -> Result<(), OfficeError> {
    let wrong = |problem: String| Err(OfficeError::field("month", problem));
    let joined = loaded.person.joined.map(Day::month);
    if let Some(joined) = joined.filter(|joined| month < *joined) {
        return wrong(format!(
            "{month} 早于入党月份 {joined}, 党费自入党当月起交纳 before admission: dues begin with that month"
        ));
    }
    let last = loaded.person.stays.last().and_then(|stay| stay.until);
    if let Some(last) = last.filter(|last| *last < month.first_day() && !paying.any_amount) {
        let gone = last.plus_days(1);
        return wrong(format!(
            "自 {gone} 起已不在本单位, {month} 不需交纳; 自愿交纳请写明金额并加上 --any-amount 表明 nothing is owed for {month}: the person is not here from {gone} on; what is given freely is entered with its amount and --any-amount"
        ));
    }
    if line.is_paid_up() && line.payments.iter().all(|one| *one == NO_ENTRY) {
        let mut letters = loaded.elsewhere.iter();
        let letter = letters.find(|letter| letter.told == Told::Ours && letter.covers(month));
        let (receipt, place) = letter.map_or(("", ""), |letter| (&letter.receipt, &letter.place));
        return wrong(format!(
            "{month} 的党费已交 (收据 {receipt}), 不得重复收取: 恢复的备份早于此笔, 本机无其记录, 以本方信函 {place} 为凭; 如有误, 请用 record correct 更正该信函 {month} is paid already (receipt {receipt}): the backup that was restored is from before the payment, and the own letter {place} tells of it; if that is wrong, record correct of that letter"
        ));
    }
    if line.is_paid_up() {
        let sequence = line.payments.first().copied().unwrap_or_default();
        let mut payments = loaded.account.payments.iter();
        let payment = payments.find(|noted| noted.sequence == sequence);
        let number = payment.map_or_else(String::new, |noted| noted.entry.receipt());
        return wrong(format!(
            "{month} 的党费已交 (收据 {number}, 序号 {sequence}), 不得重复收取; 如原记录有误, 请用 dues correct {sequence} 更正  {month} is paid already (receipt {number}, entry {sequence}): if that is wrong, dues correct {sequence}"
        ));
    }
    match line.elsewhere.first().filter(|_| !paying.twice) {
        None => Ok(()),
        Some(at) => {
            let paid = &loaded.elsewhere[*at];
            wrong(format!(
                "{month} 的党费已在对方交纳 ({} 收据 {}, {}), 不得重复收取; 对方记错的请对方更正, 款项确已收下的用 dues pay --twice 照实登记 paid on the other side already (letter {}): if that is wrong the partner corrects it; money that was taken all the same is entered with dues pay --twice",
                paid.paid_on, paid.receipt, paid.place, paid.place
            ))
        }
    }
}

pub(super) fn amount(
    desk: &Desk<'_, '_>,
    loaded: &Loaded,
    lines: &Months,
    month: Month,
    paying: &Paying,
) -> Result<(Fen, bool), OfficeError> {
    let last = month.plus_months(paying.months.get() - 1);
    let mut owed = Some(0);
    for more in 0..paying.months.get() {
        let month = month.plus_months(more);
        let line = lines
            .get(&month)
            .cloned()
            .unwrap_or_else(|| one((&loaded.person, &loaded.account), desk.today, month));
        free(loaded, (month, &line), paying)?;
        owed = owed
            .zip(line.outstanding())
            .map(|(sum, fen): (i64, Fen)| sum + fen.0);
    }
    sum((loaded.person.name.as_str(), month, last), owed, paying)
}

/// The amount and whether it is only a part.
fn sum(
    (name, month, last): (&str, Month, Month),
    owed: Option<i64>,
    paying: &Paying,
) -> Result<(Fen, bool), OfficeError> {
    let wrong = |problem: String| Err(OfficeError::field("fen", problem));
    match (paying.fen, owed) {
        (None, None) => wrong(format!(
            "{name} 在 {month} 至 {last} 没有党费基数, 应交多少不作推算; 请先用 dues base 登记, 或写明金额 no base is known, and nothing is guessed: set one, or give the amount"
        )),
        (None, Some(0)) => wrong(format!(
            "{month} 至 {last} 应交 0.00 元 (已减免); 自愿交纳请写明金额 nothing is owed: to give freely, name the amount"
        )),
        (None, Some(owed)) => Ok((Fen(owed), false)),
        (Some(fen), None) => Ok((fen, false)),
        (Some(fen), Some(owed)) if fen.0 == owed || paying.any_amount => Ok((fen, fen.0 < owed)),
        (Some(fen), Some(owed)) => wrong(format!(
            "{month} 至 {last} 应交 {owed} 元, 与 {fen} 元不符; 请用 --any-amount 表明部分交纳或自愿多交  {owed} yuan are owed for {month} to {last}, not {fen}: say --any-amount for a part, or for more",
            owed = Fen(owed)
        )),
    }
}

/// For whoever corrects: the lines without one payment.
pub(super) fn without(
    desk: &Desk<'_, '_>,
    loaded: &mut Loaded,
    sequence: u64,
    through: Month,
) -> Months {
    let payments = &mut loaded.account.payments;
    payments.retain(|noted| noted.sequence != sequence);
    lines(desk, loaded, through)
}
