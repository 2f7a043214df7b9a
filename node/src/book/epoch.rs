//! Epochs: a log that cannot go on is replaced by a new one. Its author names how much of the old log stays in force, with the root
//! there; the partner agrees only when it holds just that. Both then derive from the old log up to that place and from the new
//! log, so that a branch which only one side has counts on neither.

use hongyan_proto::{
    id::{KeyId, LogId, LogOrigin},
    identity::PublicKey,
    letter::{EpochAccepted, EpochReset, Payload},
    log::{Header, Kind},
};

use super::{
    BookError, Shelf,
    contact::{self, Proposal},
    partner::{Partner, find_or_create, partner, put_record, record},
    record::{EpochProposal, LogRecordRef},
};
use crate::store::{Draft, LogNo};

/// Positions count from at most this far, so that a partner's number cannot make them overflow. No log comes near it.
const COUNT_MAX: u64 = 1 << 53;

/// The partner writes in another epoch than the one accepted here: keeps what it says of it for the operator's decision. `author` is
/// the key with which the new log begins.
pub fn propose_epoch(
    draft: &mut Draft<'_>,
    key: KeyId,
    (origin, author): (LogOrigin, PublicKey),
    reset: &EpochReset,
) -> Result<(), BookError> {
    let partner = partner(draft, key)?;
    // A restored partner may name an epoch that ended long ago: going back to it would undo what was agreed since.
    for log in &partner.incoming_logs {
        if draft.log(log.no)?.origin == origin {
            return Ok(());
        }
    }
    let proposal = EpochProposal {
        origin: origin.to_string(),
        reset: Payload::from(reset.clone()).encode().into(),
        author: author.to_field(),
    };
    contact::change(draft, key, |record| record.proposal = Some(proposal))
}

/// The operator agreed to what the partner proposed: makes room for the new log. The entry that says so must follow in the same commit.
/// None: nothing is proposed. [`BookError::Epoch`]: this node does not hold what the new epoch is to begin after.
pub fn accept_epoch(
    draft: &mut Draft<'_>,
    key: KeyId,
) -> Result<Option<(EpochAccepted, EpochReset)>, BookError> {
    let current = partner(draft, key)?;
    let Some(proposal) = current.contact.proposal.clone() else {
        return Ok(None);
    };
    let Proposal {
        origin,
        reset,
        author,
    } = proposal;
    let old = check_base(draft, &current, &reset)?;
    // Everything this side ever counted of the partner's: what it wrote then has seen that much.
    let counted = match current.incoming {
        Some(log) => current.incoming_base + draft.log(log)?.size(),
        None => 0,
    };
    find_or_create(draft, origin, author.unwrap_or(current.key))?;
    contact::change(draft, key, |record| {
        record.proposal = None;
        record.forked = false;
        record.problem.clear();
    })?;
    let accepted = EpochAccepted {
        old_log_id: reset.old_log_id,
        new_log_id: origin.log_id(),
        base: reset.base,
        held: counted.saturating_sub(current.incoming_logs[old].base),
    };
    Ok(Some((accepted, reset)))
}

/// Is the reset's base held here, with its root? The place of the log that ends among the mirrored ones.
fn check_base(
    draft: &Draft<'_>,
    partner: &Partner,
    reset: &EpochReset,
) -> Result<usize, BookError> {
    let refuse = |held| BookError::Epoch {
        held,
        begins: Some(reset.base),
    };
    for (at, log) in partner.incoming_logs.iter().enumerate() {
        let record = draft.log(log.no)?;
        if record.log_id() != reset.old_log_id {
            continue;
        }
        let held = log.ends.map_or(record.size(), |end| end.min(record.size()));
        if reset.base > held || draft.tree_at(log.no, reset.base)?.root() != reset.base_root {
            return Err(refuse(held));
        }
        return Ok(at);
    }
    Err(refuse(0))
}

/// A log ends here; what came after it, if anything did, was never agreed on.
fn end(logs: &mut [LogRecordRef], old: usize, base: u64) {
    logs[old].ends = Some(logs[old].ends.map_or(base, |end| end.min(base)));
    for later in &mut logs[old + 1..] {
        later.ends = Some(0);
    }
}

fn place_of(
    shelf: &impl Shelf,
    logs: &[LogRecordRef],
    id: LogId,
) -> Result<Option<usize>, BookError> {
    for (at, log) in logs.iter().enumerate() {
        if shelf.record(LogNo(log.no))?.log_id() == id {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// This node accepted the partner's new epoch: its log is mirrored from now on.
pub(super) fn accepted_here(
    draft: &mut Draft<'_>,
    key: KeyId,
    accepted: &EpochAccepted,
) -> Result<(), BookError> {
    let mut record = record(draft, key)?;
    let logs = draft.records();
    let new = logs.iter().find(|log| log.log_id() == accepted.new_log_id);
    let old = place_of(draft, &record.in_logs, accepted.old_log_id)?;
    let (Some(new), Some(old)) = (new, old) else {
        return Ok(());
    };
    if record.in_logs.iter().any(|log| log.no == new.no.0) {
        return Ok(());
    }
    for log in &record.in_logs[old..] {
        draft.freeze(LogNo(log.no))?;
    }
    let base = record.in_logs[old].base + accepted.held.max(accepted.base);
    end(&mut record.in_logs, old, accepted.base);
    record.in_logs.push(LogRecordRef {
        no: new.no.0,
        base,
        counted: true,
        ..LogRecordRef::default()
    });
    record.receipted = 0;
    put_record(draft, &record)
}

/// The partner accepted a new epoch of the own log, and says from where its positions count. Once: what was counted stays.
pub(super) fn accepted_there(
    draft: &mut Draft<'_>,
    key: KeyId,
    accepted: &EpochAccepted,
) -> Result<(), BookError> {
    let mut record = record(draft, key)?;
    let old = place_of(draft, &record.out_logs, accepted.old_log_id)?;
    let new = place_of(draft, &record.out_logs, accepted.new_log_id)?;
    let (Some(old), Some(new)) = (old, new) else {
        return Ok(());
    };
    let held = accepted.held.max(accepted.base);
    if record.out_logs[new].counted || old >= new || held > COUNT_MAX {
        return Ok(());
    }
    record.out_logs[new].base = record.out_logs[old].base + held;
    record.out_logs[new].counted = true;
    put_record(draft, &record)
}

/// This node began a new epoch of the log it writes. Until the partner says otherwise its positions count on from the base.
pub(super) fn begun_here(
    draft: &mut Draft<'_>,
    key: KeyId,
    log: LogNo,
    reset: &EpochReset,
) -> Result<(), BookError> {
    let mut record = record(draft, key)?;
    if record.out_logs.iter().any(|known| known.no == log.0) {
        return Ok(());
    }
    let Some(old) = place_of(draft, &record.out_logs, reset.old_log_id)? else {
        return Ok(());
    };
    let base = record.out_logs[old].base + reset.base;
    end(&mut record.out_logs, old, reset.base);
    record.out_logs.push(LogRecordRef {
        no: log.0,
        base,
        ..LogRecordRef::default()
    });
    put_record(draft, &record)
}

/// The first entry of a new epoch's log: it must say what was agreed on. Otherwise author and reader would derive differently for ever.
pub(super) fn check_reset(
    draft: &Draft<'_>,
    partner: &Partner,
    header: &Header,
    payload: Option<&Payload>,
) -> Result<(), BookError> {
    let [before @ .., new] = partner.incoming_logs.as_slice() else {
        return Ok(());
    };
    if header.sequence > 0 || new.fresh || before.is_empty() {
        return Ok(());
    }
    let held = before.iter().rev().find_map(|log| log.ends).unwrap_or(0);
    let Some(Payload::EpochReset(reset)) = payload else {
        return Err(BookError::Epoch { held, begins: None });
    };
    let at = check_base(draft, partner, reset)?;
    if partner.incoming_logs[at].ends == Some(reset.base) {
        Ok(())
    } else {
        Err(BookError::Epoch {
            held,
            begins: Some(reset.base),
        })
    }
}

/// What the own current log begins with, when it replaces an older one.
pub fn beginning(shelf: &impl Shelf, partner: &Partner) -> Result<Option<EpochReset>, BookError> {
    match partner.out_logs.as_slice() {
        [_, .., log] if !log.fresh && shelf.record(log.no)?.size() > 0 => {
            let entry = shelf.one(log.no, 0)?;
            let payload = entry
                .payload()
                .and_then(|bytes| Payload::decode(Kind::EpochReset, &bytes).ok());
            Ok(match payload {
                Some(Payload::EpochReset(reset)) => Some(reset),
                _ => None,
            })
        }
        _ => Ok(None),
    }
}

/// A new epoch of the own log that nothing shows the partner to have taken: it may be proposed again, differently.
pub fn proposed_here(
    shelf: &impl Shelf,
    partner: &Partner,
) -> Result<Option<EpochReset>, BookError> {
    if partner.applied > 0 || partner.contact.acked > 0 {
        return Ok(None);
    }
    beginning(shelf, partner)
}

/// A new epoch that waits for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PendingEpoch {
    /// The partner's: this side's operator decides. Why, in the words of the partner's.
    Theirs(String),
    /// This side's own: the partner's operator decides.
    Ours,
}

/// The new epoch that waits for people, if one does.
pub fn pending_epoch(
    shelf: &impl Shelf,
    partner: &Partner,
) -> Result<Option<PendingEpoch>, BookError> {
    if let Some(proposal) = &partner.contact.proposal {
        let reason = proposal.reset.reason.to_string();
        return Ok(Some(PendingEpoch::Theirs(reason)));
    }
    Ok(proposed_here(shelf, partner)?.map(|_| PendingEpoch::Ours))
}

impl PendingEpoch {
    /// Who must do what, Chinese and English; `code` is the partner's.
    pub fn words(&self, code: &str) -> (String, String) {
        match self {
            Self::Theirs(reason) => (
                format!(
                    "对方提出日志重新起始 (事由: {reason}), 须本方同意: 请电话核实后执行 partner accept-epoch {code}"
                ),
                format!(
                    "the partner proposes a new epoch ({reason}), and this side decides: ask by telephone, then partner accept-epoch {code}"
                ),
            ),
            Self::Ours => (
                "本方已提出日志重新起始, 待对方同意: 请对方电话核实后执行 partner accept-epoch".to_owned(),
                "this side proposed a new epoch, and the partner decides: ask it by telephone to run partner accept-epoch".to_owned(),
            ),
        }
    }
}
