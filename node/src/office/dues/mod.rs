//! Dues (党费): base, relief, payment, correction, closing of a month, and what is derived from them. A payment is written once; the partner of
//! a flow member is told in the same commit. What is owed is decided in `domain::dues`.

mod close;
mod correct;
mod pay;
mod read;
mod set;

pub(super) use close::close;
pub(super) use correct::{Right, correct, correct_letter};
pub(super) use pay::{Paying, pay, record};
pub(super) use read::{
    Shown, arrears, list, month_of, paid_months, publish, receipt, show, year, year_of,
};
pub(super) use set::{Basis, Waiver, set_base, waive};

use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::{Payload, Text},
    time::{Day, Month},
};
use prost::Message;

use super::{Answer, OfficeError, desk::Desk, find, tell::Telling, view::person};
use crate::{
    book::{self, CaseFile, Partner, Shelf},
    domain::{
        case::{Side, State},
        dues::{Account, Elsewhere, Person, Stay},
        fact::effective,
        life::Who,
        unit::Units,
    },
    store::Store,
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

/// One person with everything that bears on their dues.
pub(super) struct Loaded {
    pub(super) person: Person,
    pub(super) account: Account,
    pub(super) elsewhere: Vec<Elsewhere>,
}

const fn ids(who: Who) -> (Option<MemberId>, Option<CaseId>) {
    match who {
        Who::Member(id) => (Some(id), None),
        Who::Hosted(id) => (None, Some(id)),
    }
}

/// Loads one person. Facts of cases are read from the logs, so the store is at hand beside a commit under way; own payments are seen by both.
fn load(shelf: &impl Shelf, store: &Store, who: Who) -> Result<Loaded, OfficeError> {
    let units = book::units(shelf)?;
    match who {
        Who::Member(id) => {
            let member = book::member(shelf, id)?
                .ok_or_else(|| OfficeError::not_found(("党员", "member"), id.to_string()))?;
            load_member(shelf, store, &units, &member)
        }
        Who::Hosted(id) => {
            let (file, partner) = find::case_by_id(shelf, id)?;
            load_hosted(shelf, store, &file, partner.as_ref())
        }
    }
}

fn load_member(
    shelf: &impl Shelf,
    store: &Store,
    units: &Units,
    member: &book::Member,
) -> Result<Loaded, OfficeError> {
    let who = Who::Member(member.member_id);
    let account = book::dues_account(shelf, who)?;
    let mut away = Vec::new();
    let mut elsewhere = Vec::new();
    for id in book::cases_of_member(shelf, member.member_id)? {
        let (file, partner) = find::case_by_id(shelf, id)?;
        away.extend(managed(&file));
        if let Some(partner) = &partner {
            elsewhere.extend(letters(store, partner, id, &account)?);
        }
    }
    let details = &member.details;
    Ok(Loaded {
        person: Person {
            who,
            name: details
                .name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            joined: details.joined,
            stays: stays(shelf, units, member)?,
            away,
        },
        account,
        elsewhere,
    })
}

fn load_hosted(
    shelf: &impl Shelf,
    store: &Store,
    file: &CaseFile,
    partner: Option<&Partner>,
) -> Result<Loaded, OfficeError> {
    let who = Who::Hosted(file.id);
    let account = book::dues_account(shelf, who)?;
    let details = person(shelf, file)?;
    let unit =
        super::view::latest(file, hongyan_proto::log::Kind::Place).and_then(|place| match place {
            Payload::Place(place) => Some(place.unit.to_string()),
            _ => None,
        });
    let stays = managed(file).map(|(from, until)| Stay {
        unit,
        from: Some(from),
        until,
    });
    let elsewhere = match partner {
        Some(partner) => letters(store, partner, file.id, &account)?,
        None => Vec::new(),
    };
    Ok(Loaded {
        person: Person {
            who,
            name: details
                .name
                .map(|name| name.to_string())
                .unwrap_or_default(),
            joined: details.joined,
            stays: stays.into_iter().collect(),
            away: Vec::new(),
        },
        account,
        elsewhere,
    })
}

/// Where a member belonged, each unit as it is called now.
fn stays(
    shelf: &impl Shelf,
    units: &Units,
    member: &book::Member,
) -> Result<Vec<Stay>, OfficeError> {
    let belonged = book::belonged(shelf, member.member_id)?;
    let mut stays: Vec<Stay> = Vec::new();
    for (at, place) in belonged.iter().enumerate() {
        // What was on the roster first was there before this node was.
        let from = (at > 0).then_some(place.since);
        if let (Some(last), Some(from)) = (stays.last_mut(), from)
            && last.until.is_none()
        {
            last.until = Some(from.plus_days(-1));
        }
        if !place.removed {
            let path = place
                .unit_id
                .map(|id| units.path(id))
                .filter(|path| !path.is_empty());
            stays.push(Stay {
                unit: path.or_else(|| place.unit.clone()),
                from,
                until: None,
            });
        }
    }
    Ok(stays)
}

/// From when until when the host manages the member of a case: from the placement to its end.
fn managed(file: &CaseFile) -> Option<(Day, Option<Day>)> {
    let steps = file.case.history();
    let placed = steps.iter().find(|step| step.to == State::Active)?;
    let from = match &placed.event.payload {
        Some(Payload::Place(place)) => place.placed_on,
        _ => placed.event.time.day(),
    };
    let ended = steps
        .iter()
        .find(|step| step.to.is_closed() || step.to == State::Moved);
    Some((from, ended.map(|step| step.event.time.day())))
}

/// What letters of a case say was paid, beside the payments that are in the account: the other side's, and own ones from before payments were
/// kept here.
fn letters(
    store: &Store,
    partner: &Partner,
    case: CaseId,
    account: &Account,
) -> Result<Vec<Elsewhere>, OfficeError> {
    let Some(file) = book::case_with_facts(store, Some(partner), case)? else {
        return Ok(Vec::new());
    };
    let side = file.side();
    let own = |receipt: &str| {
        let payments = account.payments.iter().map(|noted| &noted.entry);
        let corrected = account.corrections.iter();
        payments
            .chain(corrected.filter_map(|noted| noted.entry.payment.as_ref()))
            .any(|payment| payment.receipt() == receipt)
    };
    let mut found = Vec::new();
    for fact in effective(&file.case) {
        let Payload::Dues(dues) = fact.payload else {
            continue;
        };
        let ours = Some(fact.side) == side;
        if ours && own(dues.receipt.as_str()) {
            continue;
        }
        let mut facts = file.case.facts().iter();
        let base = facts
            .find(|one| one.event.position == fact.position)
            .map_or(0, |one| one.event.base);
        found.push(Elsewhere {
            month: dues.month,
            months: dues.months.get(),
            fen: dues.fen,
            paid_on: dues.paid_on,
            receipt: dues.receipt.to_string(),
            place: format!(
                "{}:{}/{}",
                if ours { "out" } else { "in" },
                partner.code,
                fact.position.sequence().saturating_sub(base)
            ),
        });
    }
    found.sort_by(|a, b| (a.month, &a.place).cmp(&(b.month, &b.place)));
    Ok(found)
}

/// The open case through which a partner hears of a member's payment.
fn case_to_tell(shelf: &impl Shelf, who: Who) -> Result<Option<CaseId>, OfficeError> {
    use hongyan_proto::log::Kind;
    let id = match who {
        Who::Hosted(case) => return Ok(Some(case)),
        Who::Member(id) => id,
    };
    for case in book::cases_of_member(shelf, id)? {
        let (file, partner) = find::case_by_id(shelf, case)?;
        let open = crate::domain::case::check(&file.case, Side::Outflow, Kind::Dues).is_ok();
        if partner.is_some() && open {
            return Ok(Some(case));
        }
    }
    Ok(None)
}

/// From which day lists see an entry about the months from `from` on. Months that are closed keep their lists: only with `in_open_month` may an
/// entry be about them, and then it counts from today.
fn counts_on(
    desk: &Desk<'_, '_>,
    person: &Person,
    from: Month,
    in_open_month: bool,
) -> Result<Day, OfficeError> {
    let closings = book::dues_closings(desk.draft)?;
    let mut month = from;
    while month <= desk.today.month() {
        if closings.is_closed(person, month) {
            if in_open_month {
                return Ok(desk.today);
            }
            return Err(closed(person, month, desk.today));
        }
        month = month.plus_months(1);
    }
    Ok(from.first_day().min(desk.today))
}

fn closed(person: &Person, month: Month, today: Day) -> OfficeError {
    let unit = person.unit_on(person.day_of(month)).unwrap_or("—");
    OfficeError::field(
        "month",
        format!(
            "{unit} 的 {month} 已结账, 该月名单不再改变; 请计入未结账的 {} (--in-open-month) the month is closed for this unit and its list stays: count it in the open month",
            today.month()
        ),
    )
}

fn words<const MAX: usize>(person: &Person, day: Day) -> Option<Text<MAX>> {
    person.unit_on(day).and_then(|unit| Text::parse(unit).ok())
}
