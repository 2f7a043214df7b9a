//! A payment: taken once, told once.

use hongyan_proto::{
    id::{CaseId, Fen},
    letter::{Dues, DuesMonths, DuesNumber, DuesPayment, DuesWay, Payload, Text, Told},
    log::Kind,
    time::{Day, Month},
};

use super::{Loaded, Outcome, answer, case_to_tell, ids, load, outcome, words};
use crate::{
    book,
    domain::{
        case::Side,
        dues::{MonthLine, Months, months, one},
        life::Who,
    },
    office::{
        Answer, Office, OfficeError, Request,
        book::person as named,
        desk::Desk,
        find, flow,
        plan::not_ahead,
        tell::{Telling, tell},
    },
};

/// A payment as somebody enters it.
#[derive(Clone, Debug)]
pub(in crate::office) struct Paying {
    /// None: the first month that is not settled.
    pub(in crate::office) month: Option<Month>,
    pub(in crate::office) months: DuesMonths,
    /// None: what is owed.
    pub(in crate::office) fen: Option<Fen>,
    /// None: today.
    pub(in crate::office) paid_on: Option<Day>,
    pub(in crate::office) way: DuesWay,
    pub(in crate::office) paper: Option<Text<60>>,
    /// Take an amount that is not what is owed: a part, or more than that.
    pub(in crate::office) any_amount: bool,
}

/// Takes a payment and tells the partner, as far as the agreement names dues.
pub(in crate::office) async fn pay(
    office: &Office,
    request: Request,
    name: String,
    paying: Paying,
) -> Result<(Outcome, Answer), OfficeError> {
    let store = office.store.clone();
    let answer = office
        .write(request, move |desk| {
            let who = named(desk.draft, &name)?.who;
            let loaded = load(desk.draft, &store, who)?;
            let mut payment = payment(desk, &loaded, &paying)?;
            let mut telling = Telling::default();
            if let Some(case) = case_to_tell(desk.draft, who)? {
                let fact = Payload::DuesPayment(payment.clone());
                payment.told = tell(desk, &fact, case, Kind::Dues, &mut telling)?;
            }
            let answer = enter(desk, payment, telling)?;
            // The payment is what was asked for; the letter was written before it, so that it can name it.
            desk.written.rotate_right(1);
            Ok(answer)
        })
        .await?;
    Ok((outcome(&answer)?, answer))
}

/// Dues typed in as a letter of a case: the same payment, entered from the other end. The letter must go, and it is what was asked for.
pub(in crate::office) async fn record(
    office: &Office,
    request: Request,
    case: String,
    dues: Dues,
) -> Result<Answer, OfficeError> {
    let store = office.store.clone();
    office
        .write(request, move |desk| {
            let (file, partner) = find::case(desk.draft, &case)?;
            let who = match (file.side(), file.member) {
                (Some(Side::Inflow), _) => Who::Hosted(file.id),
                (_, Some(member)) => Who::Member(member),
                // Nobody of the roster: only the case knows the person.
                _ => return flow::put(desk, &case, dues.into()),
            };
            let loaded = load(desk.draft, &store, who)?;
            let paying = Paying {
                month: Some(dues.month),
                months: dues.months,
                fen: Some(dues.fen),
                paid_on: Some(dues.paid_on),
                way: DuesWay::Cash,
                paper: Some(dues.receipt.clone()),
                any_amount: true,
            };
            let mut payment = payment(desk, &loaded, &paying)?;
            if let Some(partner) = partner {
                flow::put(desk, &case, dues.into())?;
                let log_id = desk.draft.log(partner.out)?.log_id();
                let last = desk.written.last();
                payment.told = last.map(|written| Told {
                    log_id,
                    sequence: written.sequence,
                });
            }
            enter(desk, payment, Telling::default())?;
            Ok(Answer::about(file.id))
        })
        .await
}

fn enter(
    desk: &mut Desk<'_, '_>,
    payment: DuesPayment,
    telling: Telling,
) -> Result<Answer, OfficeError> {
    let outcome = Outcome {
        number: payment.number.get(),
        fen: payment.fen.0,
        part: payment.part,
        month: payment.month.to_string(),
        months: payment.months.get(),
        counts_on: payment.paid_on.to_string(),
        telling: Some(telling),
    };
    desk.enter(&payment.into(), None)?;
    Ok(answer(&outcome))
}

fn payment(
    desk: &Desk<'_, '_>,
    loaded: &Loaded,
    paying: &Paying,
) -> Result<DuesPayment, OfficeError> {
    let person = &loaded.person;
    let paid_on = paying.paid_on.unwrap_or(desk.today);
    not_ahead(paid_on, desk.today, "paid_on")?;
    open(desk, loaded, paid_on)?;
    if let Some(paper) = &paying.paper
        && book::payment_of_paper(desk.draft, paper.as_str())?.is_some()
    {
        return Err(OfficeError::ReceiptUsed(paper.to_string()));
    }
    let month = paying.month.map_or_else(|| next(desk, loaded), Ok)?;
    let last = month.plus_months(paying.months.get() - 1);
    let lines = lines(desk, loaded, last);
    let (fen, part) = amount(desk, loaded, &lines, month, paying)?;
    let (member_id, case_id) = ids(person.who);
    Ok(DuesPayment {
        member_id,
        case_id,
        month,
        months: paying.months,
        fen,
        paid_on,
        way: paying.way,
        number: DuesNumber::new(book::next_dues_number(desk.draft)?)?,
        paper: paying.paper.clone(),
        unit: words(person, paid_on),
        part,
        told: None,
        actor: desk.actor.clone(),
    })
}

/// Money is entered on the list of the month it came in: that month must be open.
fn open(desk: &Desk<'_, '_>, loaded: &Loaded, paid_on: Day) -> Result<(), OfficeError> {
    let closings = book::dues_closings(desk.draft)?;
    let unit = loaded.person.unit_on(paid_on);
    let last = unit.and_then(|unit| closings.last(unit));
    match last.filter(|last| paid_on.month() <= *last) {
        None => Ok(()),
        Some(last) => Err(OfficeError::field(
            "paid_on",
            format!(
                "{} 已结账至 {last}; 补录的款项请以未结账月份的日期登记 closed until that month: enter money found later with a day in an open month",
                unit.unwrap_or("—")
            ),
        )),
    }
}

fn lines(desk: &Desk<'_, '_>, loaded: &Loaded, through: Month) -> Months {
    let through = through.max(desk.today.month());
    let about = (&loaded.person, &loaded.account);
    months(about, &loaded.elsewhere, desk.today, through)
}

/// The first month that asks for money.
fn next(desk: &Desk<'_, '_>, loaded: &Loaded) -> Result<Month, OfficeError> {
    /// Months paid ahead at most.
    const AHEAD: u32 = 24;
    let this = desk.today.month();
    let lines = lines(desk, loaded, this.plus_months(AHEAD));
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

/// Is the month free to be paid for?
fn free(loaded: &Loaded, (month, line): (Month, &MonthLine)) -> Result<(), OfficeError> {
    let joined = loaded.person.joined.map(Day::month);
    if let Some(joined) = joined.filter(|joined| month < *joined) {
        return Err(OfficeError::field(
            "month",
            format!(
                "{month} 早于入党月份 {joined}, 党费自入党当月起交纳 before admission: dues begin with that month"
            ),
        ));
    }
    if !line.is_settled() {
        return Ok(());
    }
    if let Some(at) = line.elsewhere.first() {
        let paid = &loaded.elsewhere[*at];
        return Err(OfficeError::field(
            "month",
            format!(
                "{month} 的党费已在对方交纳 ({} 收据 {}, {}), 不得重复收取; 如对方记错, 请对方更正 paid on the other side already (letter {}): if that is wrong, the partner corrects its letter",
                paid.paid_on, paid.receipt, paid.place, paid.place
            ),
        ));
    }
    let sequence = line.payments.first().copied().unwrap_or_default();
    let numbers = loaded.account.payments.iter();
    let number = numbers
        .filter(|noted| noted.sequence == sequence)
        .map(|noted| noted.entry.receipt())
        .next()
        .unwrap_or_default();
    Err(OfficeError::field(
        "month",
        format!(
            "{month} 的党费已交 (收据 {number}, 序号 {sequence}), 不得重复收取; 如原记录有误, 请用 dues correct {sequence} 更正 paid already: if that record is wrong, correct it"
        ),
    ))
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
        free(loaded, (month, &line))?;
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
            "{month} 至 {last} 应交 {} 元, 与 {fen} 元不符; 部分交纳或自愿多交请加 --any-amount not what is owed: say --any-amount for a part, or for more than that",
            Fen(owed)
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

/// The case of a letter.
pub(super) fn case_of(desk: &Desk<'_, '_>, told: &Told) -> Result<Option<CaseId>, OfficeError> {
    use crate::book::Shelf as _;
    let log = desk
        .draft
        .records()
        .into_iter()
        .find(|record| record.log_id() == told.log_id);
    let Some(log) = log else { return Ok(None) };
    Ok(desk.draft.one(log.no, told.sequence)?.header().case_id)
}
