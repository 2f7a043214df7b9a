//! The signed logs as such: listed, verified from disk, and proven to anybody with the C2SP formats.

use std::{fmt::Write as _, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hongyan_proto::{
    id::Hash,
    log::{SignedCheckpoint, proof, verifier_key},
};

use super::{Office, OfficeError, find};
use crate::{
    book::{self, Author, Partner},
    store::{Harm, LogNo, LogRecord, StoreError, Verified},
};

/// A log and whom it is shared with.
#[derive(Clone, Debug)]
pub(super) struct LogView {
    pub(super) record: Arc<LogRecord>,
    pub(super) partner: Option<Partner>,
    pub(super) author: Author,
    pub(super) current: bool,
}

/// Every log: the local one first, then by partner, own before the partner's.
pub(super) fn list(office: &Office) -> Result<Vec<LogView>, OfficeError> {
    let partners = book::partners(&office.store)?;
    let mut views: Vec<LogView> = office
        .store
        .logs()
        .into_iter()
        .map(|record| {
            let holds = |logs: &[book::LogRef]| logs.iter().any(|log| log.no == record.no);
            let partner = partners
                .iter()
                .find(|partner| holds(&partner.out_logs) || holds(&partner.incoming_logs))
                .cloned();
            let current = partner.as_ref().is_none_or(|partner| {
                partner.out == record.no || partner.incoming == Some(record.no)
            });
            let author = if record.own {
                Author::Own
            } else {
                Author::Partner
            };
            LogView {
                record,
                partner,
                author,
                current,
            }
        })
        .collect();
    views.sort_by_key(|view| {
        let code = view.partner.as_ref().map(|partner| partner.code.clone());
        (code, view.author == Author::Partner, view.record.no)
    });
    Ok(views)
}

/// What a verification found.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// As its author signed it.
    Good(Verified),
    /// The first bad entry, and in words.
    Bad {
        first: u64,
        size: u64,
        root: Hash,
        problem: String,
        remedy: String,
    },
}

/// Reads a whole log from disk again. Blocks: to be run beside the runtime.
pub(super) fn verify(
    office: &Office,
    log: LogNo,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Verdict, OfficeError> {
    let record = office.store.log(log).ok_or(StoreError::UnknownLog(log))?;
    match office.store.verify_log(log, progress) {
        Ok(verified) => Ok(Verdict::Good(verified)),
        Err(StoreError::Log(damage)) => {
            let first = match damage.what {
                Harm::Entry { sequence, .. } => sequence,
                Harm::Missing { from, .. } => from,
                _ => record.size(),
            };
            Ok(Verdict::Bad {
                first,
                size: record.size(),
                root: record.root(),
                problem: damage.what.to_string(),
                remedy: damage.take_from.to_string(),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// The log's number and how many entries it has.
pub(super) fn named(office: &Office, text: &str) -> Result<Arc<LogRecord>, OfficeError> {
    let no = find::log(&office.store, text)?;
    Ok(office.store.log(no).ok_or(StoreError::UnknownLog(no))?)
}

/// The latest signed checkpoint, and the key that verifies it.
pub(super) async fn checkpoint(
    office: &Office,
    text: &str,
) -> Result<(SignedCheckpoint, String), OfficeError> {
    let record = named(office, text)?;
    let checkpoint = office.keep_checkpoint(record.no).await?;
    let key = verifier_key(&record.origin, record.signers.at(checkpoint.size()))
        .map_err(|error| OfficeError::Damaged(error.to_string()))?;
    Ok((checkpoint, key))
}

/// An entry's place, proven.
#[derive(Clone, Debug)]
pub(super) struct Proven {
    pub(super) proof: String,
    pub(super) header: bytes::Bytes,
    pub(super) leaf: Hash,
    pub(super) key: String,
}

/// Shows that an entry is in the log, as a C2SP tlog-proof.
pub(super) async fn prove(
    office: &Office,
    text: &str,
    sequence: u64,
) -> Result<Proven, OfficeError> {
    let (checkpoint, key) = checkpoint(office, text).await?;
    let record = named(office, text)?;
    let size = checkpoint.size().min(record.size());
    if sequence >= size || checkpoint.size() > record.size() {
        return Err(OfficeError::not_found(
            ("条目", "entry"),
            format!("{text} {sequence}"),
        ));
    }
    let entry = office.store.entry(record.no, sequence)?;
    let reader = office.store.hash_reader(record.no)?;
    let hashes = proof::prove_inclusion(&reader, size, sequence)
        .map_err(|error| OfficeError::Damaged(error.to_string()))?;
    Ok(Proven {
        proof: tlog_proof(sequence, &hashes, &checkpoint),
        header: entry.header().bytes().clone(),
        leaf: entry.header().leaf_hash(),
        key,
    })
}

/// The text form of C2SP tlog-proof: a header line, the index, the hashes, a blank line, the checkpoint.
fn tlog_proof(index: u64, hashes: &[Hash], checkpoint: &SignedCheckpoint) -> String {
    let mut text = format!("c2sp.org/tlog-proof@v1\nindex {index}\n");
    for hash in hashes {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{}", STANDARD.encode(hash.as_bytes()));
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(checkpoint.note()));
    text
}

/// That a log continues an earlier state of itself.
#[derive(Clone, Debug)]
pub(super) struct Consistent {
    pub(super) hashes: Vec<Hash>,
    pub(super) old: (u64, Hash),
    pub(super) new: (u64, Hash),
    pub(super) note: SignedCheckpoint,
}

/// Shows that the log at `new` entries continues the log at `old` ones; 0 is the latest checkpoint.
pub(super) async fn prove_consistency(
    office: &Office,
    text: &str,
    old: u64,
    new: u64,
) -> Result<Consistent, OfficeError> {
    let (note, _) = checkpoint(office, text).await?;
    let record = named(office, text)?;
    let new = if new == 0 {
        note.size().min(record.size())
    } else {
        new
    };
    if old > new || new > note.size() || new > record.size() {
        return Err(OfficeError::field(
            "old_size",
            "应不大于新长度, 新长度不大于日志长度 must be at most the new size, which must be at most the log's",
        ));
    }
    let store = &office.store;
    let reader = store.hash_reader(record.no)?;
    let hashes = proof::prove_consistency(&reader, new, old)
        .map_err(|error| OfficeError::Damaged(error.to_string()))?;
    let root = |size| store.tree_at(record.no, size).map(|tree| tree.root());
    Ok(Consistent {
        hashes,
        old: (old, root(old)?),
        new: (new, root(new)?),
        note,
    })
}
