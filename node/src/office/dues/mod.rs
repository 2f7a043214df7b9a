//! Dues (党费): base, relief, payment, correction, closing of a month, and what is derived from them. A payment is written once; the partner of
//! a flow member is told in the same commit. What is owed is decided in `domain::dues`.

mod amount;
mod close;
mod correct;
mod load;
mod one;
mod pay;
mod read;
mod receipt;
mod set;

#[cfg(test)]
pub(super) use close::{Closing, Fixed};
pub(super) use close::{close, would_close};
pub(super) use correct::{Right, correct, correct_letter};
pub(super) use one::{Shown, hosted_months, paid_months, show, year, year_of};
pub(super) use pay::{Paying, pay, record};
#[cfg(test)]
pub(super) use read::List;
pub(super) use read::{arrears, list, month_of, publish};
pub(super) use receipt::{receipt, receipt_of};
pub(super) use set::{Basis, Waiver, set_base, waive};

use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::Text,
    log::Kind,
    time::{Day, Month},
};
use prost::Message;

use self::load::{Loaded, load};
use super::{Answer, OfficeError, desk::Desk, find, tell::Telling};
use crate::{
    book::{self, Shelf},
    domain::{
        case::{self, Side},
        dues::{Person, open_from},
        life::Who,
    },
};

/// What a write of this room says beside where the entries went.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Outcome {
    /// Receipt number; 0: none.
    #[prost(uint32, tag = "1")]
    pub(super) number: u32,
    #[prost(int64, tag = "2")]
    pub(super) fen: i64,
    #[prost(bool, tag = "3")]
    pub(super) part: bool,
    #[prost(string, tag = "4")]
    pub(super) month: String,
    #[prost(uint32, tag = "5")]
    pub(super) months: u32,
    /// From which day lists see it; empty: at once.
    #[prost(string, tag = "6")]
    pub(super) counts_on: String,
    #[prost(message, optional, tag = "7")]
    pub(super) telling: Option<Telling>,
    /// Of a closing: persons without a unit. `month` is then the first one that was closed.
    #[prost(uint32, tag = "8")]
    pub(super) without_unit: u32,
    /// Of a relief: those that it overlaps.
    #[prost(uint64, repeated, tag = "9")]
    pub(super) replaces: Vec<u64>,
    /// Of a payment: its months that nobody here was to collect.
    #[prost(string, repeated, tag = "10")]
    pub(super) not_asked: Vec<String>,
}

pub(super) fn outcome(answer: &Answer) -> Result<Outcome, OfficeError> {
    Outcome::decode(answer.extra.clone())
        .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))
}

fn answer(outcome: &Outcome) -> Answer {
    Answer {
        extra: outcome.encode_to_vec().into(),
        ..Answer::default()
    }
}

const fn ids(who: Who) -> (Option<MemberId>, Option<CaseId>) {
    match who {
        Who::Member(id) => (Some(id), None),
        Who::Hosted(id) => (None, Some(id)),
    }
}

/// The open case through which a partner hears of a member's payment.
fn case_to_tell(shelf: &impl Shelf, who: Who) -> Result<Option<CaseId>, OfficeError> {
    let id = match who {
        Who::Hosted(case) => return Ok(Some(case)),
        Who::Member(id) => id,
    };
    for found in book::cases_of_member(shelf, id)? {
        let (file, partner) = find::case_by_id(shelf, found)?;
        let open = case::check(&file.case, Side::Outflow, Kind::Dues).is_ok();
        if partner.is_some() && open {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// From which day lists see an entry about the months from `from` on. Months that are closed keep their lists: only with `in_open_month` may an
/// entry be about them, and then the first month that is open takes it up.
fn counts_on(
    desk: &Desk<'_, '_>,
    person: &Person,
    from: Month,
    in_open_month: bool,
) -> Result<Day, OfficeError> {
    let closings = book::dues_closings(desk.draft)?;
    match closings.last_of(person, (from, desk.today.month())) {
        None => Ok(from.first_day().min(desk.today)),
        Some((_, last)) if in_open_month => Ok(open_from(last)),
        Some((unit, last)) => Err(closed(unit, last)),
    }
}

fn closed(unit: &str, last: Month) -> OfficeError {
    let open = open_from(last).month();
    OfficeError::field(
        "month",
        format!(
            "{unit} 的 {last} 已结账, 其名单不再改变; 请用 --in-open-month, 差额计入 {open} 的名单  {last} is closed ({unit}), and its list stays: --in-open-month counts the difference in {open}"
        ),
    )
}

fn words<const MAX: usize>(person: &Person, day: Day) -> Option<Text<MAX>> {
    person.unit_on(day).and_then(|unit| Text::parse(unit).ok())
}
