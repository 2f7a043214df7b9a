//! Partners: who they are, which logs are written to and mirrored from them, and whether one may write.

use hongyan_proto::{
    id::{Epoch, KeyId, LogOrigin, OrganizationCode, RegionCode},
    identity::PublicKey,
    letter::PartnerAdded,
    log::Header,
    time::Timestamp,
};

use super::{
    BookError, Shelf,
    apply::Author,
    contact::{self, Contact},
    key::{KeyChange, changes, keys_of, rotated},
    put,
    record::{LogRecordRef, PartnerRecord},
    shelf::{decode, read},
};
use crate::store::{Draft, LogNo, LogState, StoreError, View};

/// How a correspondence stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PartnerState {
    /// Pinned; letters go and come.
    Active,
    /// The pin was taken away.
    Revoked,
    /// Two histories of one log: people must decide.
    Frozen,
    /// The partner writes in a new epoch that waits for a decision here.
    AwaitingEpoch,
}

/// A log of a correspondence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogRef {
    /// Its number in this store.
    pub no: LogNo,
    /// How many entries of earlier epochs stay in force before it.
    pub base: u64,
    /// Begun with a new pin, not with an epoch reset.
    pub fresh: bool,
    /// A new epoch left behind what comes from here on. None: all of it stands.
    pub ends: Option<u64>,
}

/// A partner and how the correspondence stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// The key it was pinned with: its name in the correspondence for good, whatever key it has now.
    pub key: PublicKey,
    /// The fingerprint of that.
    pub key_id: KeyId,
    /// The key it has now: who signs, who answers, whom letters are sealed to.
    pub signer: PublicKey,
    /// How it came to that, oldest first.
    pub rotations: Vec<KeyChange>,
    /// This node's name in the correspondence: its key when the first log was made.
    pub own: PublicKey,
    /// Organization code.
    pub code: OrganizationCode,
    /// Organization name.
    pub name: String,
    /// GB/T 2260.
    pub region: RegionCode,
    /// host:port, or empty when it cannot be dialled.
    pub endpoint: String,
    /// The log this node writes to the partner now.
    pub out: LogNo,
    /// Entries of earlier epochs in force before it.
    pub out_base: u64,
    /// The partner's log that is mirrored now; none until its epoch is known.
    pub incoming: Option<LogNo>,
    /// Entries of earlier epochs in force before it.
    pub incoming_base: u64,
    /// Every log written to the partner, oldest first.
    pub out_logs: Vec<LogRef>,
    /// Every log mirrored from it, oldest first.
    pub incoming_logs: Vec<LogRef>,
    /// The number of the first own log: names the correspondence in keys.
    pub correspondence: LogNo,
    /// How it stands.
    pub state: PartnerState,
    /// The own current log must not be continued before these entries were taken back. Up to [`LogState::UNKNOWN`]: only the
    /// partner can say which.
    pub lost: Option<(u64, u64)>,
    /// How much of the own current log the partner's receipts cover.
    pub applied: u64,
    /// How much of the partner's current log the own receipts cover.
    pub receipted: u64,
    /// Something else than receipts arrived since the last own receipt.
    pub owes_receipt: bool,
    /// The own log is signed by a key of this node that is not here: a backup from before a rotation was restored.
    pub key_lost: bool,
    /// How the last contacts went.
    pub contact: Contact,
}

/// Why nothing may be written to a partner now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hindrance {
    /// Revoked.
    Revoked,
    /// Forked.
    Forked,
    /// Restored, and the partner has not yet said what it holds.
    Unconfirmed,
    /// The partner holds entries of the own log that are lost here.
    Lost {
        /// The first of them.
        from: u64,
        /// One past the last.
        until: u64,
    },
    /// The key that signs the log is not here.
    KeyLost,
}

impl Partner {
    /// May an entry be written to the partner now?
    pub fn may_write(&self) -> Result<(), Hindrance> {
        match self.state {
            PartnerState::Revoked => Err(Hindrance::Revoked),
            PartnerState::Frozen => Err(Hindrance::Forked),
            PartnerState::Active | PartnerState::AwaitingEpoch if self.key_lost => {
                Err(Hindrance::KeyLost)
            }
            PartnerState::Active | PartnerState::AwaitingEpoch => match self.lost {
                None => Ok(()),
                Some((_, LogState::UNKNOWN)) => Err(Hindrance::Unconfirmed),
                Some((from, until)) => Err(Hindrance::Lost { from, until }),
            },
        }
    }

    /// Every key it has had since it was pinned.
    pub fn keys(&self) -> impl Iterator<Item = PublicKey> + '_ {
        let later = self.rotations.iter().map(|change| change.new_key);
        std::iter::once(self.key).chain(later)
    }

    /// The change whose old key is still accepted at this instant.
    pub fn rotating(&self, now: Timestamp) -> Option<&KeyChange> {
        self.rotations.last().filter(|change| now < change.until)
    }

    /// Whose a log of this correspondence is, and which of its entries are in force.
    pub(super) fn share(&self, log: u32) -> Option<Share> {
        let of = |logs: &[LogRef], author| {
            let at = logs.iter().position(|known| known.no.0 == log)?;
            let (base, end) = (logs[at].base, logs[at].ends);
            Some(Share { author, base, end })
        };
        of(&self.out_logs, Author::Own).or_else(|| of(&self.incoming_logs, Author::Partner))
    }
}

/// What a log contributes to its correspondence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Share {
    /// Who writes it.
    pub(super) author: Author,
    /// How many entries of earlier epochs stand before it.
    pub(super) base: u64,
    /// Where a later epoch cut it off: what comes behind is in force on neither side.
    pub(super) end: Option<u64>,
}

impl Share {
    /// Is this entry in force?
    pub(super) fn stands(&self, sequence: u64) -> bool {
        self.end.is_none_or(|end| sequence < end)
    }
}

pub(super) fn record(shelf: &impl Shelf, key: KeyId) -> Result<PartnerRecord, BookError> {
    read(shelf, View::Correspondence, key.as_bytes(), "partner")?
        .ok_or(BookError::UnknownPartner(key))
}

pub(super) fn put_record(draft: &mut Draft<'_>, record: &PartnerRecord) -> Result<(), BookError> {
    let key = PublicKey::from_slice(&record.key).map_err(|_| BookError::View("partner"))?;
    Ok(put(
        draft,
        View::Correspondence,
        key.key_id().as_bytes(),
        record,
    )?)
}

fn checked(shelf: &impl Shelf, record: PartnerRecord) -> Result<Partner, BookError> {
    let bad = || BookError::View("partner");
    let key = PublicKey::from_slice(&record.key).map_err(|_| bad())?;
    let key_id = key.key_id();
    let refs = |logs: &[LogRecordRef]| -> Vec<LogRef> {
        logs.iter()
            .map(|log| LogRef {
                no: LogNo(log.no),
                base: log.base,
                fresh: log.fresh,
                ends: log.ends,
            })
            .collect()
    };
    let applied = record.out_logs.last().map_or(0, |log| log.applied);
    let (out_logs, incoming_logs) = (refs(&record.out_logs), refs(&record.in_logs));
    let out = *out_logs.last().ok_or_else(bad)?;
    let first = out_logs.first().ok_or_else(bad)?.no;
    let rotations = changes(key, &record.rotations).ok_or_else(bad)?;
    let incoming = incoming_logs.last().copied();
    let current = shelf.record(out.no)?;
    let own = if first == out.no {
        *current.signers.first()
    } else {
        *shelf.record(first)?.signers.first()
    };
    let key_lost = current.state == LogState::KeyLost;
    let lost = match current.state {
        LogState::Recovering { until } => Some((current.size(), until)),
        LogState::Live | LogState::Frozen | LogState::KeyLost => None,
    };
    let contact = contact::contact(shelf, key_id)?;
    let state = match &contact {
        _ if record.revoked => PartnerState::Revoked,
        contact if contact.forked => PartnerState::Frozen,
        contact if contact.proposal.is_some() => PartnerState::AwaitingEpoch,
        _ => PartnerState::Active,
    };
    Ok(Partner {
        key,
        key_id,
        signer: rotations.last().map_or(key, |change| change.new_key),
        rotations,
        own,
        key_lost,
        code: OrganizationCode::parse(&record.code).map_err(|_| bad())?,
        name: record.name,
        region: RegionCode::parse(&record.region).map_err(|_| bad())?,
        endpoint: record.endpoint,
        out: out.no,
        out_base: out.base,
        incoming: incoming.map(|log| log.no),
        incoming_base: incoming.map_or(0, |log| log.base),
        correspondence: first,
        out_logs,
        incoming_logs,
        state,
        lost,
        applied,
        receipted: record.receipted,
        owes_receipt: record.owes_receipt,
        contact,
    })
}

/// The partner with this key.
pub fn partner(shelf: &impl Shelf, key: KeyId) -> Result<Partner, BookError> {
    let record = record(shelf, key)?;
    checked(shelf, record)
}

/// Every partner, by organization code.
pub fn partners(shelf: &impl Shelf) -> Result<Vec<Partner>, BookError> {
    let mut all = shelf
        .scan(View::Correspondence, &[])?
        .into_iter()
        .map(|(_, bytes)| checked(shelf, decode(bytes, "partner")?))
        .collect::<Result<Vec<_>, _>>()?;
    all.sort_by(|a, b| (&a.code, a.key_id).cmp(&(&b.code, b.key_id)));
    Ok(all)
}

/// The partner a log is shared with, and who writes it; none for the local log.
pub fn partner_of_log(
    shelf: &impl Shelf,
    log: LogNo,
) -> Result<Option<(Partner, Author)>, BookError> {
    Ok(partners(shelf)?
        .into_iter()
        .find_map(|partner| partner.share(log.0).map(|share| (partner, share.author))))
}

/// The epochs with which two partners met: of the log written here, and of the one mirrored. Whoever meets again names them, so that both go on
/// where they were; an epoch that was reset since is known to both by its entries.
pub fn met(shelf: &impl Shelf, partner: &Partner) -> Result<(Epoch, Option<Epoch>), BookError> {
    let first = |logs: &[LogRef]| logs.iter().rev().find(|log| log.fresh).map(|log| log.no);
    let epoch = |log: Option<LogNo>| {
        let record = log.map(|log| shelf.record(log)).transpose();
        record.map(|record| record.map(|record| record.origin.epoch))
    };
    let out = epoch(first(&partner.out_logs))?;
    let out = out.ok_or(BookError::View("partner"))?;
    Ok((out, epoch(first(&partner.incoming_logs))?))
}

/// A partner was added by this entry of the local log: finds its logs, or makes them. A second entry for the same key, or for one that
/// took its place, renews the pin and the words, and the epochs that it does not know yet.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    header: &Header,
    added: &PartnerAdded,
) -> Result<(), BookError> {
    let key = PublicKey::from_slice(&added.key).map_err(|_| BookError::View("partner"))?;
    // The key this node had when it wrote the entry: a rebuild must find the logs that were made then.
    let own_key = *draft.record(LogNo::LOCAL)?.signers.at(header.sequence + 1);
    let own = own_key.key_id();
    let known = partners(draft)?;
    let known = known
        .iter()
        .find(|partner| keys_of(draft, partner.key_id).contains(&key.key_id()));
    let name = known.map_or(key, |partner| partner.key);
    let found = read::<PartnerRecord>(
        draft,
        View::Correspondence,
        name.key_id().as_bytes(),
        "partner",
    )?;
    let mut record = found.unwrap_or_default();
    record.key = name.to_field();
    added.code.as_str().clone_into(&mut record.code);
    added.name.as_str().clone_into(&mut record.name);
    added.region.as_str().clone_into(&mut record.region);
    record.endpoint = added
        .endpoint
        .as_ref()
        .map(|text| text.as_str().to_owned())
        .unwrap_or_default();
    record.revoked = false;
    let origin = |author: KeyId, audience, epoch| LogOrigin {
        author,
        audience,
        epoch,
    };
    let out = origin(own, key.key_id(), added.out_epoch);
    add_log(draft, &mut record.out_logs, out, own_key)?;
    if let Some(epoch) = added.in_epoch {
        add_log(
            draft,
            &mut record.in_logs,
            origin(key.key_id(), own, epoch),
            key,
        )?;
    }
    put_record(draft, &record)?;
    // The partner's own log says so too, later: until then whoever has the old key must not speak for it.
    for shown in &added.rotations {
        shown.statement().map_err(|_| BookError::View("partner"))?;
        rotated(draft, name.key_id(), shown, header.time)?;
    }
    Ok(())
}

/// A log that is known by its epoch goes on, also where it was reset since or either key was rotated: entries in it still count.
fn add_log(
    draft: &mut Draft<'_>,
    logs: &mut Vec<LogRecordRef>,
    origin: LogOrigin,
    author: PublicKey,
) -> Result<(), BookError> {
    for log in &*logs {
        if draft.record(LogNo(log.no))?.origin.epoch == origin.epoch {
            return Ok(());
        }
    }
    logs.push(LogRecordRef {
        no: find_or_create(draft, origin, author)?.0,
        fresh: true,
        ..LogRecordRef::default()
    });
    Ok(())
}

pub(super) fn find_or_create(
    draft: &mut Draft<'_>,
    origin: LogOrigin,
    author: PublicKey,
) -> Result<LogNo, StoreError> {
    let local = draft.record(LogNo::LOCAL)?;
    let own = local
        .signers
        .keys()
        .any(|key| key.key_id() == origin.author);
    match draft
        .records()
        .into_iter()
        .find(|record| record.origin == origin)
    {
        Some(found) => Ok(found.no),
        None => draft.create_log(origin, author, own),
    }
}

pub(super) fn revoke(draft: &mut Draft<'_>, key: &[u8; 32]) -> Result<(), BookError> {
    let key = PublicKey::from_slice(key).map_err(|_| BookError::View("partner"))?;
    let mut record = record(draft, key.key_id())?;
    record.revoked = true;
    put_record(draft, &record)
}

/// A fork was shown: the correspondence stops until people have decided.
pub fn set_forked(draft: &mut Draft<'_>, key: KeyId) -> Result<(), BookError> {
    contact::change(draft, key, |record| record.forked = true)
}
