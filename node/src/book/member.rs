//! The roster (党员名册): the latest entry for a member counts. Where a member belonged before, and until when probation was, stays known.

use std::collections::BTreeMap;

use bytes::Bytes;
use hongyan_proto::{
    id::{CertificateNumber, MemberId, UnitId},
    letter::{self, Payload, Text},
    log::{Header, Kind},
    time::{Day, Timestamp},
};
use prost::Message;

use super::{BookError, Shelf, put, shelf::decode};
use crate::store::{Draft, View};

/// A member as the roster has it.
pub type Member = letter::Member;

/// What the roster said of a member until an entry changed the unit, the probation, or whether the member is on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Former {
    /// As it was.
    pub member: Member,
    /// The day from which the change counts: the one its entry names, else the entry's own.
    pub changed_on: Day,
    /// The day on which that entry was written: what it changes beside the place counts from it.
    pub written_on: Day,
    /// The first day on which it was not so any more: that of this change, or of a later one that counts from an earlier day.
    pub until: Day,
    /// That entry's place in the local log.
    pub sequence: u64,
}

/// How it is kept.
#[derive(Clone, PartialEq, Message)]
struct Kept {
    #[prost(bytes = "bytes", tag = "1")]
    member: Bytes,
    #[prost(sint64, tag = "2")]
    time_ms: i64,
    /// When the entry was written.
    #[prost(sint64, tag = "3")]
    written_ms: i64,
}

fn certificate_key(blind: [u8; 16], id: Option<MemberId>) -> Vec<u8> {
    let id = id.as_ref().map_or(&[][..], |id| id.as_bytes().as_slice());
    [&blind[..], id].concat()
}

fn checked(bytes: &[u8]) -> Result<Member, BookError> {
    match Payload::decode(Kind::Member, bytes) {
        Ok(Payload::Member(member)) => Ok(member),
        _ => Err(BookError::View("member")),
    }
}

pub(super) fn keep(
    draft: &mut Draft<'_>,
    header: &Header,
    new: &Member,
    payload: &Payload,
) -> Result<(), BookError> {
    let old = member(draft, new.member_id)?;
    if let Some(old) = old.as_ref().filter(|old| standing(old) != standing(new)) {
        // A day that was named for the unit says nothing about another change of the entry.
        let moved = place(old) != place(new);
        let since = new.since.filter(|_| moved);
        let time = since.map_or(header.time, Day::start);
        let written = (header.sequence, header.time);
        keep_former(draft, old.clone(), written, time)?;
    }
    if let Some(old) = old.as_ref().filter(|old| place(old) == place(new))
        && let Some(since) = new.since.filter(|_| old.since != new.since)
    {
        redate(draft, new, since)?;
    }
    let old = old.and_then(|old| old.details.certificate);
    if let Some(old) = old.filter(|old| Some(old) != new.details.certificate.as_ref()) {
        let key = certificate_key(draft.blind(old.as_str().as_bytes()), Some(new.member_id));
        draft.delete_view(View::MemberOfCertificate, &key);
    }
    if let Some(certificate) = &new.details.certificate {
        let key = certificate_key(
            draft.blind(certificate.as_str().as_bytes()),
            Some(new.member_id),
        );
        draft.put_view(View::MemberOfCertificate, &key, Vec::new())?;
    }
    Ok(draft.put_view(View::Member, new.member_id.as_bytes(), payload.encode())?)
}

/// The member came to the unit earlier than was thought: the change that said so counts from the right day.
fn redate(draft: &mut Draft<'_>, new: &Member, since: Day) -> Result<(), BookError> {
    let formers = formers_of(draft, new.member_id)?;
    let Some(at) = last_elsewhere(new, &formers) else {
        return Ok(());
    };
    // With it what lasted for no day behind it, which would come to last otherwise.
    let elsewhere = formers[at..]
        .iter()
        .filter(|former| place(&former.member) != place(new));
    for former in elsewhere.filter(|former| since < former.until) {
        let written = (former.sequence, former.written_on.start());
        keep_former(draft, former.member.clone(), written, since.start())?;
    }
    Ok(())
}

/// Which entry of the past is the last that had a member elsewhere, or off the roster, for a day at least: what came later changed something else,
/// or was taken back.
pub fn last_elsewhere(member: &Member, formers: &[Former]) -> Option<usize> {
    let elsewhere = |at: &usize| {
        let former = &formers[*at];
        let lasted = *at == 0 || formers[at - 1].until < former.until;
        lasted && place(&former.member) != place(member)
    };
    (0..formers.len()).rev().find(elsewhere)
}

/// Keeps what the roster said of a member until an entry changed it, and from when that counts.
fn keep_former(
    draft: &mut Draft<'_>,
    before: Member,
    (sequence, written): (u64, Timestamp),
    counts_from: Timestamp,
) -> Result<(), BookError> {
    let id = before.member_id;
    let key = [&id.as_bytes()[..], &sequence.to_be_bytes()].concat();
    let kept = Kept {
        member: Payload::from(before).encode().into(),
        time_ms: counts_from.millis(),
        written_ms: written.millis(),
    };
    Ok(put(draft, View::Former, &key, &kept)?)
}

/// What a later entry may not change without a trace.
fn standing(member: &Member) -> impl PartialEq + '_ {
    (place(member), member.details.probationary_until)
}

/// Where a member belongs: what `since` is about.
fn place(member: &Member) -> impl PartialEq + '_ {
    let text = member.unit.as_ref();
    let text = text.filter(|_| member.unit_id.is_none());
    (member.unit_id, text, member.removed)
}

/// The unit that an entry names, by words and by id.
pub type Named<'a> = (Option<&'a Text<100>>, Option<UnitId>);

/// Do two entries name the same unit? One of the tree is the same whatever it was called.
pub fn same_unit((text, id): Named<'_>, (other, other_id): Named<'_>) -> bool {
    id == other_id && (id.is_some() || text == other)
}

/// A member as the roster had it on a day: the unit that counted then, and whether the member was on it. The first unit that is known was the
/// member's before.
pub fn as_of<'a>(member: &'a Member, formers: &'a [Former], day: Day) -> &'a Member {
    let mut known = known(formers);
    let then = known.find(|former| day < former.until);
    then.map_or(member, |former| &former.member)
}

/// What was known of where a member belonged: entries from before any unit was told say nothing of it.
pub fn known(formers: &[Former]) -> impl Iterator<Item = &Former> {
    let unknown =
        |former: &&Former| former.member.unit.is_none() && former.member.unit_id.is_none();
    formers.iter().skip_while(unknown)
}

/// What was otherwise before, of every member of whom something was, in the order of the log.
pub fn formers(shelf: &impl Shelf) -> Result<BTreeMap<MemberId, Vec<Former>>, BookError> {
    let mut found: BTreeMap<MemberId, Vec<Former>> = BTreeMap::new();
    for (id, former) in former(shelf, &[])? {
        found.entry(id).or_default().push(former);
    }
    Ok(found)
}

/// The same of one member.
pub fn formers_of(shelf: &impl Shelf, id: MemberId) -> Result<Vec<Former>, BookError> {
    let found = former(shelf, id.as_bytes())?;
    Ok(found.into_iter().map(|(_, former)| former).collect())
}

fn former(shelf: &impl Shelf, prefix: &[u8]) -> Result<Vec<(MemberId, Former)>, BookError> {
    let wrong = || BookError::View("former");
    let mut found = Vec::new();
    for (key, bytes) in shelf.scan(View::Former, prefix)? {
        let (id, sequence) = key.split_last_chunk::<8>().ok_or_else(wrong)?;
        let id = MemberId::from_slice(id).map_err(|_| wrong())?;
        let kept: Kept = decode(bytes, "former")?;
        let changed_on = Timestamp::from_millis(kept.time_ms).day();
        let former = Former {
            member: checked(&kept.member)?,
            changed_on,
            written_on: match kept.written_ms {
                // A view from before this was kept.
                0 => changed_on,
                written => Timestamp::from_millis(written).day(),
            },
            until: changed_on,
            sequence: u64::from_be_bytes(*sequence),
        };
        found.push((id, former));
    }
    let mut later: Option<(MemberId, Day)> = None;
    for (id, former) in found.iter_mut().rev() {
        let same = later.filter(|(other, _)| other == id);
        former.until = same.map_or(former.until, |(_, day)| former.until.min(day));
        later = Some((*id, former.until));
    }
    Ok(found)
}

/// A member by id.
pub fn member(shelf: &impl Shelf, id: MemberId) -> Result<Option<Member>, BookError> {
    shelf
        .get(View::Member, id.as_bytes())?
        .map(|bytes| checked(&bytes))
        .transpose()
}

/// The whole roster, those who left it included, by member id.
pub fn members(shelf: &impl Shelf) -> Result<Vec<Member>, BookError> {
    let mut members = Vec::new();
    shelf.each(View::Member, &[], |_, bytes| {
        members.push(checked(&bytes)?);
        Ok(())
    })?;
    Ok(members)
}

/// The members that hold a certificate. More than one is an error of the roster that people must see.
pub fn members_of_certificate(
    shelf: &impl Shelf,
    certificate: &CertificateNumber,
) -> Result<Vec<MemberId>, BookError> {
    let prefix = certificate_key(shelf.hide(certificate.as_str().as_bytes()), None);
    shelf
        .scan(View::MemberOfCertificate, &prefix)?
        .iter()
        .map(|(key, _)| {
            MemberId::from_slice(&key[prefix.len()..]).map_err(|_| BookError::View("member"))
        })
        .collect()
}
