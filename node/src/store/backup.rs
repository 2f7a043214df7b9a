//! Backups: one encrypted stream with everything that cannot be made again. Taken while the node runs, restored into an
//! empty folder, and believed only after every log in it was verified.
//!
//! Inside the encryption: a first line, then records (kind, length, content), and at the end the SHA-256 of all before
//! it. Derived views are left out; the restored store reports them as to be filled again.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    path::Path,
    sync::Arc,
};

use bytes::{BufMut, Bytes};
use hongyan_proto::log::{Tree, leaf_hash};
use sha2::{Digest, Sha256};

use super::{
    OpenReport, Store, Unlock, View,
    bundle::{BUNDLE_ENTRIES, Bundle},
    draft::Draft,
    entries::read_bundle,
    error::StoreError,
    key,
    log::{LogNo, LogRecord, LogState},
    open::create_unwrapped,
    unlock,
};

const MAGIC: &[u8] = b"hongyan-backup/1\n";
/// The data key: names blinded under it stay what they are.
const KEY: u8 = b'K';
/// A secret or a kept view's value, with its key.
const VALUE: u8 = b'V';
/// A log's record.
const LOG: u8 = b'L';
/// Up to 256 consecutive entries of a log.
const ENTRIES: u8 = b'E';
/// The hash of all before it.
const END: u8 = b'Z';
/// No record is longer, in bytes: 256 entries of the largest size and their table.
const RECORD_MAX: u32 = 32 * 1024 * 1024;
/// Entries are restored in commits of about this many bytes: more would go to the engine in pieces.
const COMMIT_BYTES: usize = 512 * 1024;

/// What a backup holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct BackupReport {
    /// Logs.
    pub logs: usize,
    /// Entries in them.
    pub entries: u64,
}

impl Store {
    /// Writes a backup that `guard` opens; `unlock` must be what opens this store. The node may go on working: the backup
    /// holds what was durable when it began. `progress` hears how many entries of how many are in it.
    pub fn backup(
        &self,
        output: impl Write,
        unlock: &Unlock,
        guard: &Unlock,
        progress: &dyn Fn(u64, u64),
    ) -> Result<BackupReport, StoreError> {
        let data_key = unlock::unwrap(&self.0.shared.folder.data_key(), unlock)?;
        // On the writer, so that records, secrets and kept views are of one moment.
        let (logs, values) = self.commit_blocking(|draft| moment(draft))?;
        let mut sink = Sink {
            output: guard.encrypt_to(output, self.folder())?,
            hash: Sha256::new(),
        };
        sink.raw(MAGIC)?;
        sink.record(KEY, &[data_key.as_slice()])?;
        for (key, value) in values {
            let len = u16::try_from(key.len()).unwrap_or(u16::MAX).to_be_bytes();
            sink.record(VALUE, &[&len, &key, &value])?;
        }
        let mut report = BackupReport::default();
        let all: u64 = logs.iter().map(LogRecord::size).sum();
        for log in logs {
            let no = log.no.0.to_be_bytes();
            sink.record(LOG, &[&no, &log.encode()])?;
            for number in 0..log.size().div_ceil(BUNDLE_ENTRIES) {
                let first = number * BUNDLE_ENTRIES;
                let bundle = read_bundle(self.sight(), &log, first)?;
                sink.record(ENTRIES, &[&no, &first.to_be_bytes(), &bundle.encode()])?;
                progress(report.entries + bundle.entries().len() as u64 + first, all);
            }
            report.logs += 1;
            report.entries += log.size();
        }
        let sum = sink.hash.clone().finalize();
        sink.record(END, &[&sum])?;
        sink.output
            .finish()
            .and_then(|mut output| output.flush())
            .map_err(StoreError::io("写入备份", "write the backup", ""))?;
        Ok(report)
    }

    /// Makes a store in an empty folder out of a backup that `opens` decrypts; the new store is locked with `unlock`.
    /// Every own log that a partner reads is locked ([`LogState::UNCONFIRMED`]) until that partner's hello. Every log is verified first. A backup that is damaged or cut is refused, and the folder is left empty.
    /// `progress` hears how many entries of how many are in.
    pub fn restore(
        folder: &Path,
        input: impl Read,
        opens: &Unlock,
        unlock: &Unlock,
        seed: [u8; 32],
        progress: &dyn Fn(u64, u64),
    ) -> Result<(Self, OpenReport), StoreError> {
        let input = opens.decrypt_from(input, Path::new("备份 backup"))?;
        let mut source = Source {
            input,
            hash: Sha256::new(),
        };
        if source.raw(MAGIC.len())? != MAGIC {
            return Err(refuse("不是鸿雁备份 not a Hongyan backup"));
        }
        let (kind, content) = source.record()?;
        let mut data_key = unlock::DataKey::new([0; 32]);
        if kind != KEY || content.len() != data_key.len() {
            return Err(refuse("缺少数据密钥 the data key is missing"));
        }
        data_key.copy_from_slice(&content);
        let store = create_unwrapped(folder, unlock, seed, &data_key)?;
        let restored = fill(&store, &mut source, progress).and_then(|()| {
            for log in store.logs() {
                store.verify_log(log.no, &|_| {})?;
            }
            // Only now is it a store: a crash before this leaves a folder that does not open.
            unlock::wrap(&store.0.shared.folder.data_key(), unlock, &data_key)?;
            store.0.shared.folder.finish()
        });
        if let Err(error) = restored {
            drop(store);
            empty(folder)?;
            return Err(error);
        }
        let cleared_views = View::ALL.into_iter().filter(|view| view.is_derived());
        let report = OpenReport {
            cleared_views: cleared_views.collect(),
            ..OpenReport::default()
        };
        Ok((store, report))
    }
}

type Values = Vec<(Vec<u8>, Bytes)>;

/// The spaces whose values a backup holds: secrets, and what cannot be made again from the logs.
fn kept_spaces() -> impl Iterator<Item = u8> {
    let kept = View::ALL.into_iter().filter(|view| !view.is_derived());
    kept.map(View::space).chain([key::SECRET])
}

fn moment(draft: &Draft<'_>) -> Result<(Vec<LogRecord>, Values), StoreError> {
    let mut values = Vec::new();
    for space in kept_spaces() {
        let start = vec![space];
        let end = key::after(&start);
        values.extend(draft.sight().scan(start, end, usize::MAX)?);
    }
    Ok((draft.logs(), values))
}

fn fill(
    store: &Store,
    source: &mut Source<impl Read>,
    progress: &dyn Fn(u64, u64),
) -> Result<(), StoreError> {
    let mut targets = BTreeMap::new();
    let mut waiting = Vec::new();
    let mut bytes = 0;
    let (mut done, mut all) = (0, 0);
    loop {
        let before = source.hash.clone().finalize();
        let (kind, content) = source.record()?;
        match kind {
            VALUE => restore_value(store, &content)?,
            LOG => {
                let no = LogNo(number(content.get(..4))?);
                // Logs have their numbers in the order of creation, and none is ever taken away.
                if usize::try_from(no.0).ok() != Some(targets.len()) {
                    return Err(refuse("日志不连续 logs are missing"));
                }
                let target = LogRecord::decode(no, &content.slice(4..))?;
                restore_log(store, target.clone())?;
                // The sizes are only the file's word yet: they are held against its entries at the end.
                all = target.size().saturating_add(all);
                targets.insert(no, target);
            }
            ENTRIES => {
                bytes += content.len();
                waiting.push(content);
            }
            END if content == before.as_slice() => break,
            END => return Err(refuse("校验和不符 the checksum differs")),
            _ => {
                return Err(refuse(
                    "未知内容 unknown content; 请升级程序 upgrade the program",
                ));
            }
        }
        if bytes >= COMMIT_BYTES {
            done += restore_entries(store, std::mem::take(&mut waiting))?;
            bytes = 0;
            progress(done, all);
        }
    }
    done += restore_entries(store, waiting)?;
    progress(done, all);
    store.commit_blocking(move |draft| {
        for (no, target) in targets {
            if draft.log(no)?.tree != target.tree {
                return Err(refuse(&format!(
                    "日志 {no} 的树不符 the tree of log {no} differs"
                )));
            }
            draft.set_log(unconfirmed(target));
        }
        for view in View::ALL.into_iter().filter(|view| view.is_derived()) {
            draft
                .own
                .put(view.version_key(), vec![View::UNFILLED].into());
        }
        Ok(())
    })
}

/// What was written for a partner since the backup is unknown here. It is locked in the commit that ends the filling, before
/// the folder can be opened, so that no crash leaves a restored log that could be continued beside what the partner holds.
/// Of the local log nobody has more: whoever restores has decided to go on with what the backup holds.
fn unconfirmed(mut log: LogRecord) -> LogRecord {
    let ended = matches!(log.state, LogState::Frozen | LogState::KeyLost);
    if log.own && !ended {
        log.state = if log.is_local() {
            LogState::Live
        } else {
            LogState::UNCONFIRMED
        };
    }
    log
}

fn restore_value(store: &Store, content: &Bytes) -> Result<(), StoreError> {
    let len = usize::from(number::<u16>(content.get(..2))?);
    let key = content.get(2..2 + len).ok_or_else(cut)?.to_vec();
    // Anywhere else a value would lie beside the logs, the views and the store's own records, where nothing verifies it.
    let kept = key
        .first()
        .is_some_and(|space| kept_spaces().any(|kept| kept == *space));
    if !kept || len > key::KEY_MAX {
        return Err(refuse("内容不属于备份 a value that no backup holds"));
    }
    let value = content.slice(2 + len..);
    store.commit_blocking(move |draft| {
        draft.own.put(key, value);
        Ok(())
    })
}

fn restore_log(store: &Store, mut log: LogRecord) -> Result<(), StoreError> {
    log.tree = Tree::new();
    log.checkpoint = None;
    store.commit_blocking(move |draft| {
        draft.set_log(log);
        Ok(())
    })
}

/// How many entries they were.
fn restore_entries(store: &Store, waiting: Vec<Bytes>) -> Result<u64, StoreError> {
    store.commit_blocking(move |draft| {
        let mut count = 0;
        for content in waiting {
            let no = LogNo(number(content.get(..4))?);
            let first: u64 = number(content.get(4..12))?;
            let entries = Bundle::decode(&content.slice(12..))?.into_entries();
            let mut log = draft.log(no)?.clone();
            if log.size() != first {
                return Err(refuse("条目不连续 entries are missing"));
            }
            let leaves = entries.iter().map(|entry| leaf_hash(&entry.header));
            let tiles: Vec<_> = leaves
                .filter_map(|leaf| log.tree.append_to_tile(leaf))
                .collect();
            let before = draft.log(no)?.clone();
            draft.store_entries(&before, entries, tiles)?;
            count += log.size() - before.size();
            draft.set_log(log);
        }
        Ok(count)
    })
}

/// A big-endian number of a record.
fn number<T: TryFrom<u64>>(bytes: Option<&[u8]>) -> Result<T, StoreError> {
    let bytes = bytes.ok_or_else(cut)?;
    let value = bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    T::try_from(value).map_err(|_| cut())
}

fn empty(folder: &Path) -> Result<(), StoreError> {
    let fail = || StoreError::io("清空", "empty", folder);
    fs::remove_dir_all(folder).map_err(fail())?;
    fs::create_dir(folder).map_err(fail())
}

fn refuse(reason: &str) -> StoreError {
    StoreError::Backup(Arc::from(reason))
}

fn cut() -> StoreError {
    refuse("备份不完整 the backup is cut short")
}

struct Sink<W: Write> {
    output: age::stream::StreamWriter<W>,
    hash: Sha256,
}

impl<W: Write> Sink<W> {
    fn raw(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.hash.update(bytes);
        self.output
            .write_all(bytes)
            .map_err(StoreError::io("写入备份", "write the backup", ""))
    }

    fn record(&mut self, kind: u8, pieces: &[&[u8]]) -> Result<(), StoreError> {
        let len: usize = pieces.iter().map(|piece| piece.len()).sum();
        let len = u32::try_from(len).ok().filter(|len| *len <= RECORD_MAX);
        let mut head = vec![kind];
        // Only a full bundle of the largest letters comes near, and it is half of it.
        head.put_u32(len.ok_or_else(|| refuse("记录过大 a record is too large"))?);
        self.raw(&head)?;
        pieces.iter().try_for_each(|piece| self.raw(piece))
    }
}

struct Source<R: Read> {
    input: age::stream::StreamReader<R>,
    hash: Sha256,
}

impl<R: Read> Source<R> {
    fn raw(&mut self, len: usize) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        (&mut self.input)
            .take(len as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| refuse(&format!("备份损坏或不完整 damaged or cut short ({error})")))?;
        if bytes.len() < len {
            return Err(cut());
        }
        self.hash.update(&bytes);
        Ok(bytes)
    }

    fn record(&mut self) -> Result<(u8, Bytes), StoreError> {
        let head = self.raw(5)?;
        let len: u32 = number(head.get(1..))?;
        if len > RECORD_MAX {
            return Err(refuse("记录过大 a record is too large"));
        }
        let content = self.raw(len as usize)?;
        Ok((head[0], content.into()))
    }
}
