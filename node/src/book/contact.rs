//! What no log says: how far the partner acknowledged, how the last session went.

use hongyan_proto::{
    id::{Hash, KeyId, LogOrigin},
    identity::PublicKey,
    letter::{EpochReset, Payload},
    log::{Kind, SignedCheckpoint},
    sealed::Question,
    time::Timestamp,
};

use super::{
    BookError, Shelf,
    partner::partner,
    put,
    record::{ContactRecord, InvitationRecord},
    shelf::{decode, read},
};
use crate::store::{Draft, LogNo, View};

/// A new epoch that the partner proposes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proposal {
    /// The new log.
    pub origin: LogOrigin,
    /// The key with which it begins; none: the pinned one.
    pub author: Option<PublicKey>,
    /// What it begins with: which log ends, where, and why.
    pub reset: EpochReset,
}

/// How the last contacts with a partner went.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Contact {
    /// How much of the own current log the partner acknowledged.
    pub acked: u64,
    /// The last session that ended well; or when the newest letter that was read from a file was written.
    pub last_sync: Option<Timestamp>,
    /// The last time anything was tried or came in.
    pub last_contact: Option<Timestamp>,
    /// Why the last session ended badly, in words.
    pub problem: Option<String>,
    /// The partner's clock minus this node's, in milliseconds.
    pub skew_ms: i64,
    /// Two histories of one log were shown.
    pub forked: bool,
    /// The partner writes in a new epoch, which waits for a decision here.
    pub proposal: Option<Proposal>,
    /// The partner's newest question, which every letter to it answers.
    pub to_answer: Option<Question>,
}

pub(super) fn record(shelf: &impl Shelf, key: KeyId) -> Result<ContactRecord, BookError> {
    Ok(read(shelf, View::Progress, key.as_bytes(), "contact")?.unwrap_or_default())
}

pub(super) fn change(
    draft: &mut Draft<'_>,
    key: KeyId,
    change: impl FnOnce(&mut ContactRecord),
) -> Result<(), BookError> {
    let mut record = record(draft, key)?;
    change(&mut record);
    Ok(put(draft, View::Progress, key.as_bytes(), &record)?)
}

pub(super) fn contact(shelf: &impl Shelf, key: KeyId) -> Result<Contact, BookError> {
    let record = record(shelf, key)?;
    let instant = |millis: i64| (millis != 0).then(|| Timestamp::from_millis(millis));
    let proposal = record.proposal.map(|proposal| {
        let bad = || BookError::View("contact");
        let origin = proposal.origin.parse().map_err(|_| bad())?;
        match Payload::decode(Kind::EpochReset, &proposal.reset) {
            Ok(Payload::EpochReset(reset)) => Ok(Proposal {
                origin,
                author: PublicKey::from_slice(&proposal.author).ok(),
                reset,
            }),
            _ => Err(bad()),
        }
    });
    Ok(Contact {
        acked: record.acked,
        last_sync: instant(record.last_sync_ms),
        last_contact: instant(record.last_contact_ms),
        problem: Some(record.problem).filter(|problem| !problem.is_empty()),
        skew_ms: record.skew_ms,
        forked: record.forked,
        proposal: proposal.transpose()?,
        to_answer: record.to_answer.as_ref().try_into().ok(),
    })
}

/// What a session learned of how much the partner holds of a log: what its hello says is so, even when it is less than before, because
/// the partner can have been restored. Nothing when the log was replaced meanwhile.
pub fn note_held(
    draft: &mut Draft<'_>,
    key: KeyId,
    log: LogNo,
    size: u64,
) -> Result<(), BookError> {
    if partner(draft, key)?.out != log {
        return Ok(());
    }
    change(draft, key, |record| record.acked = size)
}

/// A letter acknowledges this much of a log. Letters come late and out of order, so that less says nothing.
pub fn note_ack(draft: &mut Draft<'_>, key: KeyId, log: LogNo, size: u64) -> Result<(), BookError> {
    if partner(draft, key)?.out != log {
        return Ok(());
    }
    change(draft, key, |record| record.acked = record.acked.max(size))
}

/// The partner's hello showed this note of the own current log: so much of it the partner holds, and of this history. Kept for the case
/// that a new epoch must begin.
pub fn note_hello(
    draft: &mut Draft<'_>,
    key: KeyId,
    held: &SignedCheckpoint,
) -> Result<(), BookError> {
    let partner = partner(draft, key)?;
    let current = draft.log(partner.out)?.origin == *held.origin();
    let mut own = partner.out_logs.iter();
    // A partner that has not taken a new epoch shows what it holds of the one before: that is what a reset can begin after.
    if !own.any(|log| {
        draft
            .log(log.no)
            .is_ok_and(|log| log.origin == *held.origin())
    }) {
        return Ok(());
    }
    change(draft, key, |record| {
        if current {
            record.acked = held.size();
        }
        record.held = held.note().clone();
    })
}

/// A session ended well: nothing is wrong any more.
pub fn note_sync(
    draft: &mut Draft<'_>,
    key: KeyId,
    skew_ms: i64,
    now: Timestamp,
) -> Result<(), BookError> {
    change(draft, key, |record| {
        record.last_sync_ms = now.millis();
        record.last_contact_ms = now.millis();
        record.problem.clear();
        record.skew_ms = skew_ms;
        record.asked.clear();
    })
}

/// A letter in a file was read: partners that only carry files exchange as well, as of when it was written, by its author's clock.
pub fn note_letter(
    draft: &mut Draft<'_>,
    key: KeyId,
    written: i64,
    now: Timestamp,
) -> Result<(), BookError> {
    change(draft, key, |record| {
        record.last_sync_ms = record.last_sync_ms.max(written.min(now.millis()));
        record.last_contact_ms = now.millis();
    })
}

/// A session ended badly, or nobody answered.
pub fn note_problem(
    draft: &mut Draft<'_>,
    key: KeyId,
    problem: &str,
    now: Timestamp,
) -> Result<(), BookError> {
    change(draft, key, |record| {
        record.last_contact_ms = now.millis();
        problem.clone_into(&mut record.problem);
    })
}

/// The problem was looked at.
pub fn forget_sync_problem(draft: &mut Draft<'_>, key: KeyId) -> Result<(), BookError> {
    change(draft, key, |record| record.problem.clear())
}

/// The people on both sides settled it: a new epoch begins, nothing of it is acknowledged and nothing is in doubt any more.
pub fn begin_anew(draft: &mut Draft<'_>, key: KeyId) -> Result<(), BookError> {
    change(draft, key, |record| {
        record.acked = 0;
        record.forked = false;
        record.problem.clear();
    })
}

/// An invitation this node wrote: until when it works, and whether it was used.
pub fn invitation(
    shelf: &impl Shelf,
    secret_hash: Hash,
) -> Result<Option<(Timestamp, bool)>, BookError> {
    let record: Option<InvitationRecord> = read(
        shelf,
        View::Invitation,
        secret_hash.as_bytes(),
        "invitation",
    )?;
    Ok(record.map(|record| (Timestamp::from_millis(record.expires_ms), record.used)))
}

/// The last instant before which an invitation of this node may be redeemed; none: all were, or there is none.
pub fn invited_until(shelf: &impl Shelf) -> Result<Option<Timestamp>, BookError> {
    let mut last = None;
    for (_, bytes) in shelf.scan(View::Invitation, &[])? {
        let record: InvitationRecord = decode(bytes, "invitation")?;
        if !record.used {
            last = last.max(Some(Timestamp::from_millis(record.expires_ms)));
        }
    }
    Ok(last)
}
