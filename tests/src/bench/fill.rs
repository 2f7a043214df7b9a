//! Fills a node's log for a partner with many facts, while the node does not run.

use std::{fs, path::Path};

use hongyan_node::store::{LogNo, LogRecord, NewEntry, Store, StoreError, Unlock};
use hongyan_proto::{log::Kind, pb::exchange::v1 as x, time::Timestamp};
use prost::Message;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::BenchError;

/// Entries in one commit, when how they were written does not matter.
pub const BATCH: u64 = 4096;

/// A node's store, opened by the key file in its folder.
pub(super) fn open(folder: &Path) -> Result<Store, BenchError> {
    let key = fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "key"));
    let key =
        key.ok_or_else(|| BenchError::Tool(format!("no key file in {}", folder.display())))?;
    Ok(Store::open(folder, &Unlock::KeyFile(key), [7; 32])?.0)
}

/// The log it writes to its one partner.
pub(super) fn out_log(store: &Store) -> Result<std::sync::Arc<LogRecord>, BenchError> {
    let found = store
        .logs()
        .into_iter()
        .find(|log| log.own && !log.is_local() && log.origin.author != log.origin.audience);
    found.ok_or_else(|| BenchError::Tool("no log for a partner".to_owned()))
}

/// Appends `count` contacts like the last one that is there, with payloads of `payload` bytes, `per_commit` in one durable commit.
pub(super) fn fill(
    store: &Store,
    count: u64,
    payload: usize,
    per_commit: u64,
) -> Result<(), BenchError> {
    let log = out_log(store)?;
    let template = last_contact(store, &log)?;
    let mut rng = StdRng::seed_from_u64(count);
    let mut left = count;
    while left > 0 {
        let batch = left.min(per_commit);
        let payloads: Vec<Vec<u8>> = (0..batch).map(|_| contact(&mut rng, payload)).collect();
        let (no, template) = (log.no, template.clone());
        store.commit_blocking(move |draft| {
            for payload in payloads {
                draft.append(
                    no,
                    NewEntry {
                        payload,
                        ..template.clone()
                    },
                )?;
            }
            Ok::<_, StoreError>(())
        })?;
        left -= batch;
    }
    Ok(())
}

/// The same for the node that lies in a folder and does not run.
pub(crate) fn fill_folder(folder: &Path, count: u64, payload: usize) -> Result<(), BenchError> {
    fill(&open(folder)?, count, payload, BATCH)
}

fn last_contact(store: &Store, log: &LogRecord) -> Result<NewEntry, BenchError> {
    for sequence in (0..log.size()).rev() {
        let entry = store.entry(LogNo(log.no.0), sequence)?;
        let header = entry.header();
        if header.kind == Kind::Contact {
            return Ok(NewEntry {
                seen: log.last_seen,
                time: Timestamp::from_millis(header.time.millis()),
                kind: Kind::Contact,
                case_id: header.case_id,
                agreement: header.agreement,
                payload: Vec::new(),
            });
        }
    }
    Err(BenchError::Tool(
        "the log has no contact to take as a pattern".to_owned(),
    ))
}

/// A contact that encodes to `size` bytes; its text does not compress.
pub(super) fn contact(rng: &mut StdRng, size: usize) -> Vec<u8> {
    let means = "电话".to_owned();
    let fixed = 12 + 2 + means.len() + 3 + 6;
    let summary: String = (0..size - fixed)
        .map(|_| char::from(rng.gen_range(b'!'..=b'~')))
        .collect();
    let contact = x::Contact {
        day: "2026-02-01".to_owned(),
        means,
        summary,
    };
    x::Payload {
        content: Some(x::payload::Content::Contact(contact)),
    }
    .encode_to_vec()
}
