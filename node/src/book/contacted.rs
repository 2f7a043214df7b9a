//! When this node last made contact with a case's member: home does so at least once a quarter (W §二(一)2), and what is overdue
//! is asked for often. Own contacts only: they come one by one, so that the note costs nothing in bulk.

use hongyan_proto::{id::CaseId, log::Header, time::Day};

use super::{
    BookError, Shelf,
    apply::{Place, case_key},
    at_home::contacts_at_home,
    partner::Partner,
};
use crate::store::{Draft, LogNo, View};

/// How long a day is as text: 2026-07-01.
const DAY_BYTES: usize = 10;

fn key(id: CaseId, correspondence: LogNo) -> Vec<u8> {
    [&b"c"[..], &case_key(id, correspondence)].concat()
}

fn read(bytes: &[u8]) -> Result<(Day, LogNo, u64), BookError> {
    let bad = || BookError::View("contacted");
    let (day, place) = bytes.split_at_checked(DAY_BYTES).ok_or_else(bad)?;
    let (log, sequence) = place.split_at_checked(4).ok_or_else(bad)?;
    let day = std::str::from_utf8(day)
        .ok()
        .and_then(|day| day.parse().ok());
    Ok((
        day.ok_or_else(bad)?,
        LogNo(u32::from_be_bytes(log.try_into().map_err(|_| bad())?)),
        u64::from_be_bytes(sequence.try_into().map_err(|_| bad())?),
    ))
}

/// Keeps the latest day of the letters that this node wrote; an entry of another log counts afresh, because a new epoch may have left the one before behind.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    place: &Place,
    id: CaseId,
    header: &Header,
    day: Day,
) -> Result<(), BookError> {
    let key = key(id, place.correspondence());
    let before = draft.get(View::Index, &key)?.map(|bytes| read(&bytes));
    if let Some((known, log, _)) = before.transpose()?
        && log == place.log
        && known >= day
    {
        return Ok(());
    }
    let value = [
        day.to_string().as_bytes(),
        &place.log.0.to_be_bytes(),
        &header.sequence.to_be_bytes(),
    ]
    .concat();
    Ok(draft.put_view(View::Index, &key, value)?)
}

/// The last day on which this node made contact with the member of a case, by a letter or by what it kept to itself.
pub fn contacted(
    shelf: &impl Shelf,
    partner: Option<&Partner>,
    id: CaseId,
) -> Result<Option<Day>, BookError> {
    let at_home = contacts_at_home(shelf, id)?;
    let at_home = at_home.iter().map(|contact| contact.said.day).max();
    let told = partner
        .map(|partner| told(shelf, partner, id))
        .transpose()?;
    Ok(told.flatten().max(at_home))
}

fn told(shelf: &impl Shelf, partner: &Partner, id: CaseId) -> Result<Option<Day>, BookError> {
    let Some(bytes) = shelf.get(View::Index, &key(id, partner.correspondence))? else {
        return Ok(None);
    };
    let (day, log, sequence) = read(&bytes)?;
    let stands = partner
        .share(log.0)
        .is_some_and(|share| share.stands(sequence));
    Ok(stands.then_some(day))
}
