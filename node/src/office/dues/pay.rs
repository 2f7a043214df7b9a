//! A payment: taken once, told once.

use hongyan_proto::{
    id::{CaseId, Fen},
    letter::{Dues, DuesMonths, DuesNumber, DuesPayment, DuesWay, Payload, Text, Told},
    log::Kind,
    time::{Day, Month},
};

use super::{
    Loaded, Outcome,
    amount::{amount, lines, next},
    answer, case_to_tell, ids, load, outcome, words,
};
use crate::{
    book,
    domain::{
        case::Side,
        dues::{Asked, one},
        life::Who,
    },
    office::{
        Answer, Office, OfficeError, Request,
        book::person as named,
        desk::Desk,
        find, flow,
        happened::happened,
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
    /// The other side took it too: written down as it is.
    pub(in crate::office) twice: bool,
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
            let not_asked = not_asked(&loaded, &payment);
            let mut telling = Telling::default();
            if let Some(case) = case_to_tell(desk.draft, who)? {
                let fact = Payload::DuesPayment(payment.clone());
                payment.told = tell(desk, &fact, case, Kind::Dues, &mut telling)?;
            }
            let answer = enter(desk, payment, (telling, not_asked))?;
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
    twice: bool,
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
                twice,
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
            enter(desk, payment, (Telling::default(), Vec::new()))?;
            Ok(Answer::about(file.id))
        })
        .await
}

fn enter(
    desk: &mut Desk<'_, '_>,
    payment: DuesPayment,
    (telling, not_asked): (Telling, Vec<String>),
) -> Result<Answer, OfficeError> {
    let outcome = Outcome {
        number: payment.number.get(),
        fen: payment.fen.0,
        part: payment.part,
        month: payment.month.to_string(),
        months: payment.months.get(),
        counts_on: payment.paid_on.to_string(),
        telling: Some(telling),
        not_asked,
        ..Outcome::default()
    };
    desk.enter(&payment.into(), None)?;
    Ok(answer(&outcome))
}

/// The months of a payment that are not this committee's to collect.
fn not_asked(loaded: &Loaded, payment: &DuesPayment) -> Vec<String> {
    let about = (&loaded.person, &loaded.account);
    let covered = payment.covered();
    let other = covered.filter(|month| one(about, payment.paid_on, *month).asked != Asked::Here);
    other.map(|month| month.to_string()).collect()
}

fn payment(
    desk: &Desk<'_, '_>,
    loaded: &Loaded,
    paying: &Paying,
) -> Result<DuesPayment, OfficeError> {
    let person = &loaded.person;
    let paid_on = paying.paid_on.unwrap_or(desk.today);
    happened(paid_on, desk.today, "paid_on")?;
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

/// Money is entered on the list of the month it came in: that month must be open, and so must be what lists since then say of the person.
fn open(desk: &Desk<'_, '_>, loaded: &Loaded, paid_on: Day) -> Result<(), OfficeError> {
    let closings = book::dues_closings(desk.draft)?;
    match closings.since(&loaded.person, paid_on, desk.today) {
        None => Ok(()),
        Some((unit, month)) => Err(OfficeError::field(
            "paid_on",
            format!(
                "{unit} 的 {month} 已结账; 补录的款项请以未结账月份的日期登记  {month} is closed ({unit}): enter money found later with a day in an open month"
            ),
        )),
    }
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
