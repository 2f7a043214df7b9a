//! Dues as the local log has them: every entry under its person, what the next receipt's number is, and which months were paid on which day.
//! What a person owes is derived on reading.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use hongyan_proto::{
    id::{CaseId, LogId, MemberId},
    letter::{Dues, DuesCorrection, DuesPayment, DuesRelief, Payload, number_of_receipt},
    log::{Header, Kind},
    time::{Day, Month},
};
use prost::Message;

use super::{BookError, Shelf, dues_closed, put, shelf::read};
use crate::{
    domain::{
        dues::{Account, Noted},
        life::Who,
    },
    store::{Draft, LogNo, View},
};

const VIEW: View = View::Dues;
const NAME: &str = "dues";

/// How an entry is kept, under its person.
#[derive(Clone, PartialEq, Message)]
struct Kept {
    #[prost(int32, tag = "1")]
    kind: i32,
    #[prost(bytes = "bytes", tag = "2")]
    payload: Bytes,
}

/// What is known of an entry by its sequence.
#[derive(Clone, PartialEq, Message)]
struct Placed {
    /// The person, as in keys.
    #[prost(bytes = "vec", tag = "1")]
    person: Vec<u8>,
    /// The months that are settled by it, as in keys.
    #[prost(uint32, repeated, tag = "2")]
    months: Vec<u32>,
}

/// A month of a person that was paid or waived.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Settled {
    /// Whose.
    pub who: Who,
    /// Which.
    pub month: Month,
    /// When.
    pub day: Day,
    /// The entry that says so.
    pub sequence: u64,
}

fn person_of(member: Option<MemberId>, case: Option<CaseId>) -> Option<Who> {
    match (member, case) {
        (Some(member), _) => Some(Who::Member(member)),
        (None, Some(case)) => Some(Who::Hosted(case)),
        (None, None) => None,
    }
}

fn person_key(who: Who) -> Vec<u8> {
    match who {
        Who::Member(id) => [&b"m"[..], id.as_bytes()].concat(),
        Who::Hosted(id) => [&b"c"[..], id.as_bytes()].concat(),
    }
}

fn person_from(key: &[u8]) -> Result<Who, BookError> {
    let wrong = |_| BookError::View(NAME);
    match key.split_first() {
        Some((b'm', id)) => MemberId::from_slice(id).map(Who::Member).map_err(wrong),
        Some((b'c', id)) => CaseId::from_slice(id).map(Who::Hosted).map_err(wrong),
        _ => Err(BookError::View(NAME)),
    }
}

/// An entry under its person.
fn entry_key(person: &[u8], sequence: u64) -> Vec<u8> {
    [&b"e"[..], person, &sequence.to_be_bytes()].concat()
}

fn placed_key(sequence: u64) -> Vec<u8> {
    [&b"p"[..], &sequence.to_be_bytes()].concat()
}

/// The settled months of a person, by year first: a list of some years is one scan of few values.
fn year_key(year: u16, person: &[u8]) -> Vec<u8> {
    [&b"y"[..], &year.to_be_bytes(), person].concat()
}

/// A month of a year that is settled: which, by which entry, when. They lie one behind the other, ascending.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Row {
    month: i8,
    sequence: u64,
    day: Day,
}

impl Row {
    /// Bytes of one.
    const LEN: usize = 13;

    fn write(self, bytes: &mut Vec<u8>) {
        let day = self.day.date();
        bytes.extend(self.month.to_be_bytes());
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(day.year().to_be_bytes());
        bytes.extend(day.month().to_be_bytes());
        bytes.extend(day.day().to_be_bytes());
    }

    fn read(bytes: [u8; Self::LEN]) -> Option<Self> {
        let [first, sequence @ .., high, low, month, day] = bytes;
        let year = i16::from_be_bytes([high, low]);
        let [month, day] = [month, day].map(|byte| i8::from_be_bytes([byte]));
        Some(Self {
            month: i8::from_be_bytes([first]),
            sequence: u64::from_be_bytes(sequence),
            day: Day::new(year, month, day).ok()?,
        })
    }

    fn all(bytes: &[u8]) -> Result<Vec<Self>, BookError> {
        let (rows, []) = bytes.as_chunks::<{ Self::LEN }>() else {
            return Err(BookError::View(NAME));
        };
        let rows = rows.iter().map(|row| Self::read(*row));
        rows.collect::<Option<_>>().ok_or(BookError::View(NAME))
    }
}

fn number_key(number: u32) -> Vec<u8> {
    [&b"n"[..], &number.to_be_bytes()].concat()
}

fn told_key(log: &LogId, sequence: u64) -> Vec<u8> {
    [&b"t"[..], log.as_bytes(), &sequence.to_be_bytes()].concat()
}

/// A receipt that an own letter names while no payment here says that it told it.
fn lost_key(log: &LogId, sequence: u64) -> Vec<u8> {
    [&b"u"[..], log.as_bytes(), &sequence.to_be_bytes()].concat()
}

fn paper_key(blind: [u8; 16]) -> Vec<u8> {
    [&b"q"[..], &blind].concat()
}

/// Months of a year.
const YEAR: u32 = 12;

fn month_number(month: Month) -> u32 {
    let first = month.first_day().date();
    u32::try_from(i32::from(first.year()) * 12 + i32::from(first.month()) - 1).unwrap_or_default()
}

/// The months that an entry settles. Part of what was owed leaves its months due; what is only reduced is owed still.
fn settles(payload: &Payload) -> Option<(Day, Vec<u32>)> {
    match payload {
        Payload::DuesPayment(payment) if !payment.part => Some((
            payment.paid_on,
            payment.covered().map(month_number).collect(),
        )),
        Payload::DuesRelief(relief) if relief.fen.0 == 0 => {
            Some((relief.approved_on, waived(relief)))
        }
        _ => None,
    }
}

fn waived(relief: &DuesRelief) -> Vec<u32> {
    (month_number(relief.from)..=month_number(relief.until)).collect()
}

/// Takes an entry in.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    header: &Header,
    payload: &Payload,
) -> Result<(), BookError> {
    let sequence = header.sequence;
    let who = match payload {
        Payload::DuesBase(base) => person_of(base.member_id, base.case_id),
        Payload::DuesRelief(relief) => person_of(relief.member_id, relief.case_id),
        Payload::DuesPayment(payment) => {
            numbered(draft, sequence, payment)?;
            person_of(payment.member_id, payment.case_id)
        }
        Payload::DuesCorrection(correction) => {
            return corrected(draft, header, correction, payload);
        }
        Payload::DuesClosed(closed) => return dues_closed::keep(draft, sequence, closed, payload),
        _ => None,
    };
    let Some(who) = who else { return Ok(()) };
    let person = person_key(who);
    keep_entry(draft, (&person, sequence), payload)?;
    let months = settle(draft, (&person, sequence), Some(payload), &[])?;
    Ok(put(
        draft,
        VIEW,
        &placed_key(sequence),
        &Placed { person, months },
    )?)
}

fn keep_entry(
    draft: &mut Draft<'_>,
    (person, sequence): (&[u8], u64),
    payload: &Payload,
) -> Result<(), BookError> {
    let kept = Kept {
        kind: payload.kind().code(),
        payload: payload.encode().into(),
    };
    Ok(put(draft, VIEW, &entry_key(person, sequence), &kept)?)
}

/// Receipts and letters lead to their payment.
fn numbered(draft: &mut Draft<'_>, sequence: u64, payment: &DuesPayment) -> Result<(), BookError> {
    let place = sequence.to_be_bytes().to_vec();
    let number = payment.number.get();
    draft.put_view(VIEW, &number_key(number), place.clone())?;
    if last_number(draft.get(VIEW, b"l")?)? < number {
        draft.put_view(VIEW, b"l", number.to_be_bytes().to_vec())?;
    }
    if let Some(paper) = &payment.paper {
        let blind = draft.blind(paper.as_str().as_bytes());
        draft.put_view(VIEW, &paper_key(blind), place.clone())?;
    }
    if let Some(told) = &payment.told {
        draft.put_view(VIEW, &told_key(&told.log_id, told.sequence), place)?;
        draft.delete_view(VIEW, &lost_key(&told.log_id, told.sequence));
    }
    Ok(())
}

/// An own letter tells of a payment. Until an entry here says that it is of that payment, and after a restore none may, the receipt's number is
/// taken all the same.
pub(super) fn told_here(
    draft: &mut Draft<'_>,
    log: LogNo,
    (sequence, dues): (u64, &Dues),
) -> Result<(), BookError> {
    let Some(number) = number_of_receipt(dues.receipt.as_str()) else {
        return Ok(());
    };
    let log = draft.log(log)?.log_id();
    if payment_told(draft, &log, sequence)?.is_none() {
        let number = number.get().to_be_bytes().to_vec();
        draft.put_view(VIEW, &lost_key(&log, sequence), number)?;
    }
    Ok(())
}

/// Writes which months an entry settles now in place of those it did before.
fn settle(
    draft: &mut Draft<'_>,
    (person, sequence): (&[u8], u64),
    now: Option<&Payload>,
    before: &[u32],
) -> Result<Vec<u32>, BookError> {
    let (day, months) = match now.and_then(settles) {
        Some((day, months)) => (Some(day), months),
        None => (None, Vec::new()),
    };
    let years: BTreeSet<u32> = before.iter().chain(&months).map(|one| one / YEAR).collect();
    for year in years {
        let key = year_key(u16::try_from(year).unwrap_or_default(), person);
        let mut rows = Row::all(&draft.get(VIEW, &key)?.unwrap_or_default())?;
        rows.retain(|row| row.sequence != sequence);
        let of_year = months.iter().filter(|month| *month / YEAR == year);
        rows.extend(
            of_year
                .zip(day.into_iter().cycle())
                .map(|(month, day)| Row {
                    month: i8::try_from(month % YEAR + 1).unwrap_or_default(),
                    sequence,
                    day,
                }),
        );
        rows.sort_unstable();
        if rows.is_empty() {
            draft.delete_view(VIEW, &key);
        } else {
            let mut bytes = Vec::with_capacity(rows.len() * Row::LEN);
            for row in rows {
                row.write(&mut bytes);
            }
            draft.put_view(VIEW, &key, bytes)?;
        }
    }
    Ok(months)
}

fn corrected(
    draft: &mut Draft<'_>,
    header: &Header,
    correction: &DuesCorrection,
    payload: &Payload,
) -> Result<(), BookError> {
    let key = placed_key(correction.corrects);
    let Some(placed) = read::<Placed>(draft, VIEW, &key, NAME)? else {
        return Ok(());
    };
    keep_entry(draft, (&placed.person, header.sequence), payload)?;
    if let Some(payment) = &correction.payment {
        numbered(draft, correction.corrects, payment)?;
    }
    let now = correction.payment.clone().map(Payload::DuesPayment);
    let place = (placed.person.as_slice(), correction.corrects);
    let months = settle(draft, place, now.as_ref(), &placed.months)?;
    Ok(put(draft, VIEW, &key, &Placed { months, ..placed })?)
}

/// Everything about one person's dues.
pub fn dues_account(shelf: &impl Shelf, who: Who) -> Result<Account, BookError> {
    let mut account = Account::default();
    let prefix = [&b"e"[..], &person_key(who)].concat();
    for (key, bytes) in shelf.scan(VIEW, &prefix)? {
        note(&mut account, &key[prefix.len()..], bytes)?;
    }
    Ok(account)
}

/// The same of everybody of whom anything is recorded.
pub fn dues_accounts(shelf: &impl Shelf) -> Result<BTreeMap<Who, Account>, BookError> {
    let wrong = || BookError::View(NAME);
    let mut accounts = BTreeMap::new();
    // Entries of one person lie side by side.
    let mut last: Option<(Vec<u8>, Who, Account)> = None;
    for (key, bytes) in shelf.scan(VIEW, b"e")? {
        let (person, sequence) = key[1..].split_last_chunk::<8>().ok_or_else(wrong)?;
        if last.as_ref().is_none_or(|(before, ..)| before != person) {
            let next = (person.to_vec(), person_from(person)?, Account::default());
            accounts.extend(last.replace(next).map(|(_, who, account)| (who, account)));
        }
        if let Some((.., account)) = &mut last {
            note(account, sequence, bytes)?;
        }
    }
    accounts.extend(last.map(|(_, who, account)| (who, account)));
    Ok(accounts)
}

/// Puts an entry where it belongs in its person's account.
fn note(account: &mut Account, sequence: &[u8], bytes: Bytes) -> Result<(), BookError> {
    let wrong = || BookError::View(NAME);
    let sequence = sequence.try_into().map(u64::from_be_bytes);
    let sequence = sequence.map_err(|_| wrong())?;
    let kept = Kept::decode(bytes).map_err(|_| wrong())?;
    let kind = Kind::try_from(kept.kind).map_err(|_| wrong())?;
    match Payload::decode(kind, &kept.payload).map_err(|_| wrong())? {
        Payload::DuesBase(entry) => account.bases.push(Noted { sequence, entry }),
        Payload::DuesRelief(entry) => account.reliefs.push(Noted { sequence, entry }),
        Payload::DuesPayment(entry) => account.payments.push(Noted { sequence, entry }),
        Payload::DuesCorrection(entry) => account.corrections.push(Noted { sequence, entry }),
        _ => return Err(wrong()),
    }
    Ok(())
}

/// Whose entry it is.
pub fn dues_person(shelf: &impl Shelf, sequence: u64) -> Result<Option<Who>, BookError> {
    read::<Placed>(shelf, VIEW, &placed_key(sequence), NAME)?
        .map(|placed| person_from(&placed.person))
        .transpose()
}

/// The number of the next receipt: above those of all payments here, and of those that only own letters still tell of.
pub fn next_dues_number(shelf: &impl Shelf) -> Result<u32, BookError> {
    let mut last = last_number(shelf.get(VIEW, b"l")?)?;
    for (_, lost) in shelf.scan(VIEW, b"u")? {
        last = last.max(last_number(Some(lost))?);
    }
    Ok(last + 1)
}

fn last_number(bytes: Option<Bytes>) -> Result<u32, BookError> {
    let number = bytes.map(|bytes| bytes.as_ref().try_into().map(u32::from_be_bytes));
    let number = number.transpose().map_err(|_| BookError::View(NAME))?;
    Ok(number.unwrap_or_default())
}

fn place(shelf: &impl Shelf, key: &[u8]) -> Result<Option<u64>, BookError> {
    let found = shelf.get(VIEW, key)?;
    let found = found.map(|bytes| bytes.as_ref().try_into().map(u64::from_be_bytes));
    found.transpose().map_err(|_| BookError::View(NAME))
}

/// The payment that a receipt is of.
pub fn payment_of_number(shelf: &impl Shelf, number: u32) -> Result<Option<u64>, BookError> {
    place(shelf, &number_key(number))
}

/// The payment that a paper receipt's number is of.
pub fn payment_of_paper(shelf: &impl Shelf, paper: &str) -> Result<Option<u64>, BookError> {
    place(shelf, &paper_key(shelf.hide(paper.as_bytes())))
}

/// The payment that a letter told of.
pub fn payment_told(
    shelf: &impl Shelf,
    log: &LogId,
    sequence: u64,
) -> Result<Option<u64>, BookError> {
    place(shelf, &told_key(log, sequence))
}

/// The months between two that were paid here or waived, by whom and when.
pub fn dues_settled(
    shelf: &impl Shelf,
    (from, until): (Month, Month),
) -> Result<Vec<Settled>, BookError> {
    let wrong = || BookError::View(NAME);
    let year = |month: Month| month.first_day().date().year();
    let mut settled = Vec::new();
    for year in year(from)..=year(until) {
        let prefix = year_key(u16::try_from(year).unwrap_or_default(), &[]);
        shelf.each(VIEW, &prefix, |key, bytes| {
            let who = person_from(&key[prefix.len()..])?;
            for row in Row::all(&bytes)? {
                let month = Day::new(year, row.month, 1).map_err(|_| wrong())?.month();
                if month >= from && month <= until {
                    settled.push(Settled {
                        who,
                        month,
                        day: row.day,
                        sequence: row.sequence,
                    });
                }
            }
            Ok(())
        })?;
    }
    Ok(settled)
}
