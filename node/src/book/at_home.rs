//! What home recorded about a member of its own and no letter tells: contacts by case, decisions about probation by member. An entry that was
//! voided is not there any more; the log keeps it.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{CaseId, MemberId},
    letter::{MemberContacted, Payload, ProbationDecided},
    log::{Header, Kind},
    time::Timestamp,
};

use super::{BookError, Shelf};
use crate::store::{Draft, View};

/// The parts of the view, by the first byte of their keys: then whom it is about, then the place in the log.
const CONTACT: &[u8] = b"h";
const DECISION: &[u8] = b"j";
/// From the place in the log to the key.
const PLACE: &[u8] = b"k";

/// An entry of the local log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AtHome<T> {
    /// What it says.
    pub said: T,
    /// Its place in the local log.
    pub sequence: u64,
    /// When it was entered.
    pub time: Timestamp,
}

fn place_key(sequence: u64) -> Vec<u8> {
    [PLACE, &sequence.to_be_bytes()].concat()
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    header: &Header,
    payload: &Payload,
) -> Result<(), BookError> {
    let about = match payload {
        Payload::MemberContacted(contact) => [CONTACT, contact.case_id.as_bytes()].concat(),
        Payload::ProbationDecided(decided) => [DECISION, decided.member_id.as_bytes()].concat(),
        _ => return Ok(()),
    };
    let key = [about, header.sequence.to_be_bytes().to_vec()].concat();
    let value = [
        &header.time.millis().to_be_bytes()[..],
        payload.encode().as_slice(),
    ]
    .concat();
    draft.put_view(View::Policy, &place_key(header.sequence), key.clone())?;
    Ok(draft.put_view(View::Policy, &key, value)?)
}

/// It never was; says whether there was one.
pub(super) fn void(draft: &mut Draft<'_>, sequence: u64) -> Result<bool, BookError> {
    let place = place_key(sequence);
    let Some(key) = draft.get(View::Policy, &place)? else {
        return Ok(false);
    };
    draft.delete_view(View::Policy, &key);
    draft.delete_view(View::Policy, &place);
    Ok(true)
}

/// The contact or the decision at a place of the local log; none: there is none, or it was voided.
pub fn at_home(shelf: &impl Shelf, sequence: u64) -> Result<Option<Payload>, BookError> {
    let Some(key) = shelf.get(View::Policy, &place_key(sequence))? else {
        return Ok(None);
    };
    let kind = if key.starts_with(CONTACT) {
        Kind::MemberContacted
    } else {
        Kind::ProbationDecided
    };
    let bytes = shelf.get(View::Policy, &key)?;
    let bytes = bytes.ok_or(BookError::View("at home"))?;
    read(kind, &bytes).map(|(payload, _)| Some(payload))
}

fn read(kind: Kind, bytes: &[u8]) -> Result<(Payload, Timestamp), BookError> {
    let bad = || BookError::View("at home");
    let (time, payload) = bytes.split_first_chunk::<8>().ok_or_else(bad)?;
    let payload = Payload::decode(kind, payload).map_err(|_| bad())?;
    let time = Timestamp::from_millis(i64::from_be_bytes(*time));
    Ok((payload, time))
}

fn scan<T>(
    shelf: &impl Shelf,
    prefix: &[u8],
    (kind, of): (Kind, fn(Payload) -> Option<T>),
) -> Result<Vec<AtHome<T>>, BookError> {
    let bad = || BookError::View("at home");
    let mut found = Vec::new();
    for (key, bytes) in shelf.scan(View::Policy, prefix)? {
        let (_, sequence) = key.split_last_chunk::<8>().ok_or_else(bad)?;
        let (payload, time) = read(kind, &bytes)?;
        found.push(AtHome {
            said: of(payload).ok_or_else(bad)?,
            sequence: u64::from_be_bytes(*sequence),
            time,
        });
    }
    Ok(found)
}

/// Contacts with the member of a case, in the order they were entered.
pub fn contacts_at_home(
    shelf: &impl Shelf,
    case: CaseId,
) -> Result<Vec<AtHome<MemberContacted>>, BookError> {
    let of = |payload| match payload {
        Payload::MemberContacted(contact) => Some(contact),
        _ => None,
    };
    let prefix = [CONTACT, case.as_bytes()].concat();
    scan(shelf, &prefix, (Kind::MemberContacted, of))
}

/// Decisions about the probation of every member, in the order they were entered.
pub fn decisions_at_home(
    shelf: &impl Shelf,
) -> Result<BTreeMap<MemberId, Vec<AtHome<ProbationDecided>>>, BookError> {
    let mut by_member: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for decided in decisions(shelf, DECISION)? {
        let member = decided.said.member_id;
        by_member.entry(member).or_default().push(decided);
    }
    Ok(by_member)
}

/// The same of one member.
pub fn decisions_at_home_of(
    shelf: &impl Shelf,
    member: MemberId,
) -> Result<Vec<AtHome<ProbationDecided>>, BookError> {
    decisions(shelf, &[DECISION, member.as_bytes()].concat())
}

fn decisions(
    shelf: &impl Shelf,
    prefix: &[u8],
) -> Result<Vec<AtHome<ProbationDecided>>, BookError> {
    let of = |payload| match payload {
        Payload::ProbationDecided(decided) => Some(decided),
        _ => None,
    };
    scan(shelf, prefix, (Kind::ProbationDecided, of))
}
