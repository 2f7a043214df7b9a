//! The head records: beside the database, each log's size and root. A database file cut short opens without an error and
//! with entries missing; only a record outside it can tell.
//!
//! Every log has two slots of 64 bytes that take turns, so a write that a crash tears leaves the other. A group's heads are
//! written after the group is durable and before it is confirmed. The file itself is synced at most once a second and at the
//! end, so that a group costs one sync: after a power cut a head can lag behind the database, and never runs ahead of it.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use hongyan_proto::id::Hash;

use super::{
    error::StoreError,
    folder::{FILE_MODE, sync_folder},
    log::LogNo,
};

const MAGIC: &[u8; 16] = b"hongyan-heads/1\n";
const SLOT: usize = 64;

/// A log's state as confirmed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Head {
    generation: u64,
    pub(super) size: u64,
    pub(super) root: Hash,
}

/// What the file said when it was opened.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) heads: BTreeMap<LogNo, Head>,
    /// The file was missing, or is not one of ours.
    pub(super) unreadable: bool,
    /// Logs of which both slots are torn.
    pub(super) torn: Vec<LogNo>,
}

/// The open file.
#[derive(Debug)]
pub(super) struct Heads {
    file: File,
    path: PathBuf,
    generations: BTreeMap<LogNo, u64>,
    dirty: bool,
}

impl Heads {
    /// Opens the file, or makes it when it is missing or not one of ours.
    pub(super) fn open(path: &Path) -> Result<(Self, Found), StoreError> {
        let found = match std::fs::read(path) {
            Ok(bytes) => read(&bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Found {
                unreadable: true,
                ..Found::default()
            },
            Err(error) => return Err(StoreError::io("读取", "read", path)(error)),
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(found.unreadable)
            .mode(FILE_MODE)
            .open(path)
            .map_err(StoreError::io("打开", "open", path))?;
        let generations = found
            .heads
            .iter()
            .map(|(no, head)| (*no, head.generation))
            .collect();
        let mut heads = Self {
            file,
            path: path.to_owned(),
            generations,
            dirty: false,
        };
        if found.unreadable {
            let mut first = [0; SLOT];
            first[..MAGIC.len()].copy_from_slice(MAGIC);
            heads.write_at(&first, 0)?;
            heads.sync()?;
            sync_folder(path.parent().unwrap_or(Path::new(".")))?;
        }
        Ok((heads, found))
    }

    /// Records a log's state.
    pub(super) fn set(&mut self, no: LogNo, size: u64, root: Hash) -> Result<(), StoreError> {
        let generation = self.generations.get(&no).map_or(1, |last| last + 1);
        let head = Head {
            generation,
            size,
            root,
        };
        self.write_at(&encode(no, &head), position(no, generation))?;
        self.generations.insert(no, generation);
        self.dirty = true;
        Ok(())
    }

    /// Are there records that a power cut would lose?
    pub(super) fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Makes the records durable.
    pub(super) fn sync(&mut self) -> Result<(), StoreError> {
        self.file
            .sync_data()
            .map_err(StoreError::io("同步", "sync", &self.path))?;
        self.dirty = false;
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], position: u64) -> Result<(), StoreError> {
        self.file
            .write_all_at(bytes, position)
            .map_err(StoreError::io("写入", "write", &self.path))
    }
}

fn position(no: LogNo, generation: u64) -> u64 {
    let slot = SLOT as u64;
    slot + u64::from(no.0) * 2 * slot + (generation % 2) * slot
}

fn checksum(no: LogNo, content: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    // With the number in it, a record copied to another log's slot is not believed.
    hasher.update(&no.0.to_be_bytes());
    hasher.update(content);
    hasher.finalize().to_be_bytes()
}

fn encode(no: LogNo, head: &Head) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..8].copy_from_slice(&head.generation.to_be_bytes());
    slot[8..16].copy_from_slice(&head.size.to_be_bytes());
    slot[16..48].copy_from_slice(head.root.as_bytes());
    let sum = checksum(no, &slot[..60]);
    slot[60..].copy_from_slice(&sum);
    slot
}

fn decode(no: LogNo, slot: &[u8]) -> Option<Head> {
    if slot.len() != SLOT || slot[60..] != checksum(no, &slot[..60]) {
        return None;
    }
    Some(Head {
        generation: u64::from_be_bytes(slot[..8].try_into().ok()?),
        size: u64::from_be_bytes(slot[8..16].try_into().ok()?),
        root: Hash::from_slice(&slot[16..48]).ok()?,
    })
}

fn read(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    if bytes.get(..MAGIC.len()) != Some(MAGIC.as_slice()) {
        found.unreadable = true;
        return found;
    }
    let rest = bytes.get(SLOT..).unwrap_or_default();
    for (no, pair) in (0..).map(LogNo).zip(rest.chunks(2 * SLOT)) {
        let newest = pair
            .chunks(SLOT)
            .filter_map(|slot| decode(no, slot))
            .max_by_key(|head| head.generation);
        match newest {
            Some(head) => {
                found.heads.insert(no, head);
            }
            None if pair.iter().any(|byte| *byte != 0) => found.torn.push(no),
            None => {}
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn head(generation: u64, size: u64) -> Head {
        Head {
            generation,
            size,
            root: Hash::from_bytes([7; 32]),
        }
    }

    #[test]
    fn the_bytes_of_a_head_are_fixed() {
        let expected = format!(
            "0000000000000003000000000000012c{}{}806e5f7c",
            "07".repeat(32),
            "00".repeat(12)
        );
        assert_eq!(hex::encode(encode(LogNo(2), &head(3, 300))), expected);
    }

    #[test]
    fn a_torn_write_leaves_the_head_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heads");
        let (mut heads, found) = Heads::open(&path).unwrap();
        assert!(found.unreadable);
        for size in 1..=5 {
            heads
                .set(LogNo(3), size, Hash::from_bytes([1; 32]))
                .unwrap();
        }
        heads.sync().unwrap();
        let good = std::fs::read(&path).unwrap();
        assert_eq!(read(&good).heads[&LogNo(3)].size, 5);
        let newest = usize::try_from(position(LogNo(3), 5)).unwrap();
        let older = usize::try_from(position(LogNo(3), 4)).unwrap();
        let mut torn = good.clone();
        torn[newest + 12] ^= 0x40;
        assert_eq!(read(&torn).heads[&LogNo(3)].size, 4);
        torn[older + 30] ^= 1;
        assert_eq!(read(&torn).torn, vec![LogNo(3)]);
        torn[0] ^= 1;
        assert!(read(&torn).unreadable);
    }

    #[test]
    fn a_head_of_another_log_is_not_believed() {
        assert_eq!(
            decode(LogNo(1), &encode(LogNo(1), &head(1, 9))),
            Some(head(1, 9))
        );
        assert_eq!(decode(LogNo(2), &encode(LogNo(1), &head(1, 9))), None);
    }
}
