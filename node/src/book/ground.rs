//! Where a new epoch of an own log can begin: the most of the old one that both sides are known to have alike.

use hongyan_proto::{
    id::{Hash, LogId},
    identity::Succession,
    letter::Payload,
    log::{Kind, SignedCheckpoint},
};

use super::{
    BookError, Shelf as _, contact,
    epoch::proposed_here,
    partner::{Partner, PartnerState},
};
use crate::store::{Draft, LogNo, Store};

/// A receipt of the partner's: it held an own log to this size, with this root.
pub type Receipted = (LogId, u64, Hash);

/// Every receipt of the partner's for an own log. One pass over its logs.
pub fn receipts(store: &Store, partner: &Partner) -> Result<Vec<Receipted>, BookError> {
    let mut found = Vec::new();
    for log in &partner.incoming_logs {
        for entry in store.entries(log.no, 0..u64::MAX)? {
            let entry = entry?;
            if entry.header().kind != Kind::Receipt {
                continue;
            }
            let payload = entry
                .payload()
                .and_then(|bytes| Payload::decode(Kind::Receipt, &bytes).ok());
            if let Some(Payload::Receipt(receipt)) = payload {
                found.push((receipt.log_id, receipt.size, receipt.root));
            }
        }
    }
    Ok(found)
}

/// Where a new epoch of the own log can begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ground {
    /// The log that ends: the one the partner last took, not one that it never did.
    pub old: LogNo,
    /// How much of it stays in force.
    pub base: u64,
    /// Its root there.
    pub root: Hash,
}

/// The most of the own log that both sides have alike, as far as it is known here: by the note in the partner's last hello and by its
/// receipts, each compared with what is here. After a fork, or when an earlier proposal was not taken, nothing else counts; else
/// what the partner acknowledged does as well, and the partner checks it.
pub fn ground(
    draft: &Draft<'_>,
    partner: &Partner,
    receipts: &[Receipted],
) -> Result<Ground, BookError> {
    let proposed = proposed_here(draft, partner)?;
    let old = match &proposed {
        Some(reset) => draft
            .records()
            .into_iter()
            .find(|log| log.log_id() == reset.old_log_id),
        None => None,
    };
    let old = match old {
        Some(old) => old,
        None => draft.record(partner.out)?,
    };
    let contact = contact::record(draft, partner.key_id)?;
    let note = old
        .signers
        .verify(&contact.held, u64::MAX, &Succession::NONE)
        .ok()
        .filter(|note| *note.origin() == old.origin);
    let alike = |size: u64, root: Hash| -> Result<bool, BookError> {
        Ok(size <= old.size() && draft.tree_at(old.no, size)?.root() == root)
    };
    let mut base = match &note {
        Some(note) if alike(note.size(), note.root())? => note.size(),
        _ => 0,
    };
    if proposed.is_none() && partner.state != PartnerState::Frozen {
        base = base.max(match &note {
            Some(note) if note.size() > old.size() => old.size(),
            Some(_) => 0,
            None => contact.acked.min(old.size()),
        });
    }
    let held_there = note.as_ref().map_or(u64::MAX, SignedCheckpoint::size);
    let mut sizes: Vec<_> = receipts
        .iter()
        .filter(|(log, size, _)| *log == old.log_id() && *size > base && *size <= held_there)
        .collect();
    sizes.sort_unstable_by_key(|(_, size, _)| std::cmp::Reverse(*size));
    for (_, size, root) in sizes {
        if alike(*size, *root)? {
            base = *size;
            break;
        }
    }
    Ok(Ground {
        old: old.no,
        base,
        root: draft.tree_at(old.no, base)?.root(),
    })
}
