//! Partners: who they are, which logs are written to and mirrored from them, and whether one may write.

use hongyan_proto::{
    id::{Epoch, KeyId, LogId, LogOrigin, OrganizationCode, RegionCode},
    identity::PublicKey,
    letter::{EpochAccepted, EpochReset, PartnerAdded, Payload},
    log::Header,
};

use super::{
    BookError, Shelf,
    apply::Author,
    contact::{self, Contact},
    put,
    record::{EpochProposal, LogRecordRef, PartnerRecord},
    shelf::{decode, read},
};
use crate::store::{Draft, LogNo, StoreError, View};

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
    /// Begun with a new pin, not with an epoch reset: the log before it stays as it is.
    pub fresh: bool,
}

/// A partner and how the correspondence stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Partner {
    /// The pinned key.
    pub key: PublicKey,
    /// Its fingerprint.
    pub key_id: KeyId,
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
    /// How much of the own current log the partner's receipts cover.
    pub applied: u64,
    /// How much of the partner's current log the own receipts cover.
    pub receipted: u64,
    /// Something else than receipts arrived since the last own receipt.
    pub owes_receipt: bool,
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
}

impl Partner {
    /// May an entry be written to the partner now?
    pub fn may_write(&self) -> Result<(), Hindrance> {
        match self.state {
            PartnerState::Revoked => Err(Hindrance::Revoked),
            PartnerState::Frozen => Err(Hindrance::Forked),
            PartnerState::Active | PartnerState::AwaitingEpoch if self.contact.unconfirmed => {
                Err(Hindrance::Unconfirmed)
            }
            PartnerState::Active | PartnerState::AwaitingEpoch => Ok(()),
        }
    }

    /// Whose a log of this correspondence is, and which of its entries are in force.
    pub(super) fn share(&self, log: u32) -> Option<Share> {
        let of = |logs: &[LogRef], author| {
            let at = logs.iter().position(|known| known.no.0 == log)?;
            let base = logs[at].base;
            let next = logs.get(at + 1).filter(|next| !next.fresh);
            let end = next.map(|next| next.base.saturating_sub(base));
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
    /// Where a later epoch cut it off: its author wrote more, but the reader never had it.
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
            })
            .collect()
    };
    let applied = record.out_logs.last().map_or(0, |log| log.applied);
    let (out_logs, incoming_logs) = (refs(&record.out_logs), refs(&record.in_logs));
    let out = *out_logs.last().ok_or_else(bad)?;
    let incoming = incoming_logs.last().copied();
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
        code: OrganizationCode::parse(&record.code).map_err(|_| bad())?,
        name: record.name,
        region: RegionCode::parse(&record.region).map_err(|_| bad())?,
        endpoint: record.endpoint,
        out: out.no,
        out_base: out.base,
        incoming: incoming.map(|log| log.no),
        incoming_base: incoming.map_or(0, |log| log.base),
        correspondence: out_logs.first().ok_or_else(bad)?.no,
        out_logs,
        incoming_logs,
        state,
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

/// A partner was added: finds its logs, or makes them. A second entry for the same key renews the pin, the words and the epochs.
pub(super) fn keep(draft: &mut Draft<'_>, added: &PartnerAdded) -> Result<(), BookError> {
    let key = PublicKey::from_slice(&added.key).map_err(|_| BookError::View("partner"))?;
    let local = draft.record(LogNo::LOCAL)?;
    let (own, own_key) = (local.origin.author, local.author);
    let mut record = read::<PartnerRecord>(
        draft,
        View::Correspondence,
        key.key_id().as_bytes(),
        "partner",
    )?
    .unwrap_or_default();
    record.key = key.to_field();
    added.code.as_str().clone_into(&mut record.code);
    added.name.as_str().clone_into(&mut record.name);
    added.region.as_str().clone_into(&mut record.region);
    record.endpoint = added
        .endpoint
        .as_ref()
        .map(|text| text.as_str().to_owned())
        .unwrap_or_default();
    record.revoked = false;
    let out = find_or_create(
        draft,
        LogOrigin {
            author: own,
            audience: key.key_id(),
            epoch: added.out_epoch,
        },
        own_key,
    )?;
    if record.out_logs.last().is_none_or(|last| last.no != out.0) {
        record.out_logs.push(LogRecordRef {
            no: out.0,
            fresh: true,
            ..LogRecordRef::default()
        });
    }
    if let Some(epoch) = added.in_epoch {
        add_incoming(draft, &mut record, &key, epoch, own)?;
    }
    put_record(draft, &record)
}

fn add_incoming(
    draft: &mut Draft<'_>,
    record: &mut PartnerRecord,
    key: &PublicKey,
    epoch: Epoch,
    own: KeyId,
) -> Result<(), BookError> {
    let origin = LogOrigin {
        author: key.key_id(),
        audience: own,
        epoch,
    };
    let no = find_or_create(draft, origin, *key)?;
    if record.in_logs.last().is_none_or(|last| last.no != no.0) {
        record.in_logs.push(LogRecordRef {
            no: no.0,
            fresh: true,
            ..LogRecordRef::default()
        });
    }
    Ok(())
}

fn find_or_create(
    draft: &mut Draft<'_>,
    origin: LogOrigin,
    author: PublicKey,
) -> Result<LogNo, StoreError> {
    let own = draft
        .record(LogNo::LOCAL)
        .map(|local| local.origin.author == origin.author)?;
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

/// The partner writes in another epoch than the one accepted here: keeps it for the operator's decision.
pub fn propose_epoch(
    draft: &mut Draft<'_>,
    key: KeyId,
    origin: LogOrigin,
) -> Result<(), BookError> {
    let partner = partner(draft, key)?;
    // A restored partner may name an epoch that ended long ago: going back to it would undo what was agreed since.
    for log in &partner.incoming_logs {
        if draft.log(log.no)?.origin == origin {
            return Ok(());
        }
    }
    let base = match partner.incoming {
        Some(log) => draft.log(log)?.size(),
        None => 0,
    };
    contact::change(draft, key, |record| {
        record.proposal = Some(EpochProposal {
            origin: origin.to_string(),
            base,
        });
    })
}

/// The operator agreed to what the partner proposed: makes room for the new log. The entry that says so must follow in the same commit.
/// Returns the log that ends, the one that replaces it, and how much of the old one stays in force.
pub fn accept_epoch(
    draft: &mut Draft<'_>,
    key: KeyId,
) -> Result<Option<(LogId, LogId, u64)>, BookError> {
    let current = partner(draft, key)?;
    let (Some((origin, _)), Some(old)) = (current.contact.proposal, current.incoming) else {
        return Ok(None);
    };
    // What is held at this moment: letters may have brought more since the epoch was proposed.
    let (old, base) = (draft.log(old)?.log_id(), draft.log(old)?.size());
    find_or_create(draft, origin, current.key)?;
    contact::change(draft, key, |record| record.proposal = None)?;
    Ok(Some((old, origin.log_id(), base)))
}

/// This node accepted the partner's new epoch: its log is mirrored from now on and counts on from what the old one held.
pub(super) fn epoch_accepted(
    draft: &mut Draft<'_>,
    key: KeyId,
    accepted: &EpochAccepted,
) -> Result<(), BookError> {
    let current = partner(draft, key)?;
    let found = draft
        .records()
        .into_iter()
        .find(|record| record.log_id() == accepted.new_log_id);
    let Some(new) = found.filter(|new| current.incoming != Some(new.no)) else {
        return Ok(());
    };
    let mut record = record(draft, key)?;
    if let Some(old) = current.incoming {
        draft.freeze(old)?;
    }
    record.in_logs.push(LogRecordRef {
        no: new.no.0,
        base: current.incoming_base + accepted.base,
        ..LogRecordRef::default()
    });
    record.receipted = 0;
    put_record(draft, &record)
}

/// This node began a new epoch of the log it writes: the old one ends at what the partner holds of it.
pub(super) fn epoch_reset(
    draft: &mut Draft<'_>,
    key: KeyId,
    log: LogNo,
    reset: &EpochReset,
) -> Result<(), BookError> {
    let current = partner(draft, key)?;
    if current.out == log {
        return Ok(());
    }
    let mut record = record(draft, key)?;
    record.out_logs.push(LogRecordRef {
        no: log.0,
        base: current.out_base + reset.base,
        ..LogRecordRef::default()
    });
    put_record(draft, &record)
}

/// The first frame of a new epoch's log: it must begin after exactly what is held here of the old one. Otherwise author and reader
/// would count, and derive, differently for ever.
pub(super) fn check_reset(
    draft: &Draft<'_>,
    partner: &Partner,
    header: &Header,
    payload: Option<&Payload>,
) -> Result<(), BookError> {
    let [.., old, new] = partner.incoming_logs.as_slice() else {
        return Ok(());
    };
    if header.sequence > 0 || new.fresh {
        return Ok(());
    }
    let record = draft.log(old.no)?;
    let held = new.base.saturating_sub(old.base);
    let (size, matches) = match payload {
        Some(Payload::EpochReset(reset)) => {
            let root = || draft.tree_at(old.no, held).map(|tree| tree.root());
            let same = reset.old_log_id == record.log_id()
                && reset.base == held
                && reset.base_root == root()?;
            (Some(reset.base), same)
        }
        _ => (None, false),
    };
    if matches {
        Ok(())
    } else {
        Err(BookError::Epoch { held, begins: size })
    }
}
