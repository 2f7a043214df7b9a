//! sled, guarded. Its `flush()` does not survive a power cut, a flipped bit makes it panic at opening, a kill during a snapshot
//! leaves a file that stops it from opening, a file cut short opens with entries missing, and large values go to files of their
//! own that no sync covers. All of that is made good or named here.

use std::{
    fs::{self, File},
    io::Write as _,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
};

use super::{error::StoreError, key};

/// Version of keys and records.
const FORMAT_VERSION: u8 = 1;
/// Bytes of cache; sled's own default is 1 GB.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of a part of a value. A page holds some twenty, and must stay well below a quarter of sled's 512 KiB segment: what is
/// larger goes to a file of its own, which is not synced.
const PART_BYTES: usize = 4096;
/// Times a lock is tried again that a store just dropped in this process may still hold.
const REOPEN_TRIES: u32 = 50;

/// A key and its value.
pub(super) type Stored = (Vec<u8>, Vec<u8>);

/// One change.
pub(super) struct Write {
    key: Vec<u8>,
    /// `None` deletes.
    value: Option<Vec<u8>>,
}

impl Write {
    pub(super) fn put(key: Vec<u8>, value: Vec<u8>) -> Self {
        Self {
            key,
            value: Some(value),
        }
    }

    pub(super) fn delete(key: Vec<u8>) -> Self {
        Self { key, value: None }
    }
}

/// The open database, and beside it a small file that knows how many commits there must be.
#[derive(Debug)]
pub(super) struct Engine {
    db: sled::Db,
    values: sled::Tree,
    data: File,
    path: PathBuf,
    commits: u64,
}

impl Engine {
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("store");
        fs::create_dir_all(&path).map_err(io(&path))?;
        remove_unfinished_snapshots(&path)?;
        let db = open_guarded(&path)?;
        let values = guarded(&path, || db.open_tree("values"))?;
        let file = path.join("db");
        let data = File::open(&file).map_err(io(&file))?;
        let mut engine = Self {
            db,
            values,
            data,
            path,
            commits: 0,
        };
        engine.check_head()?;
        Ok(engine)
    }

    /// All of it or nothing; on disk when this returns.
    pub(super) fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        let commits = self.commits + 1;
        let mut batch = sled::Batch::default();
        for write in writes {
            let old_parts = self.parts_of(&write.key)?;
            let new_parts = write
                .value
                .as_ref()
                .map_or(0, |value| value.len().div_ceil(PART_BYTES).max(1));
            for (index, part) in write
                .value
                .iter()
                .flat_map(|value| parts(value))
                .enumerate()
            {
                let mut bytes = Vec::with_capacity(part.len() + 4);
                bytes.extend_from_slice(&count(new_parts - index - 1));
                bytes.extend_from_slice(part);
                batch.insert(part_key(&write.key, index), bytes);
            }
            for index in new_parts..old_parts {
                batch.remove(part_key(&write.key, index));
            }
        }
        batch.insert(
            key::META,
            [&[FORMAT_VERSION], commits.to_be_bytes().as_slice()].concat(),
        );
        guarded(&self.path, || self.values.apply_batch(batch))?;
        self.sync()?;
        self.commits = commits;
        self.write_head()
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut value = Vec::new();
        for index in 0.. {
            let Some(part) = guarded(&self.path, || self.values.get(part_key(key, index)))? else {
                return if index == 0 {
                    Ok(None)
                } else {
                    Err(self.damaged("缺少一段数据 part of a value is missing"))
                };
            };
            let (left, bytes) = self.split(&part)?;
            value.extend_from_slice(bytes);
            if left == 0 {
                break;
            }
        }
        Ok(Some(value))
    }

    /// Keys that begin with `prefix`, ascending, and their values.
    pub(super) fn scan(&self, prefix: &[u8]) -> Result<Vec<Stored>, StoreError> {
        let mut found: Vec<Stored> = Vec::new();
        let mut expected_left = 0;
        let mut range = self.values.scan_prefix(prefix);
        while let Some(item) = guarded(&self.path, || range.next().transpose())? {
            let (part_key, part) = item;
            let (key, _) = part_key.split_at(part_key.len().saturating_sub(4));
            let (left, bytes) = self.split(&part)?;
            match found.last_mut().filter(|(last, _)| last == key) {
                Some((_, value)) if left + 1 == expected_left => value.extend_from_slice(bytes),
                None if expected_left == 0 => found.push((key.to_vec(), bytes.to_vec())),
                _ => {
                    return Err(
                        self.damaged("数据段不连续 parts of a value do not follow each other")
                    );
                }
            }
            expected_left = left;
        }
        if expected_left == 0 {
            Ok(found)
        } else {
            Err(self.damaged("缺少一段数据 part of a value is missing"))
        }
    }

    fn parts_of(&self, key: &[u8]) -> Result<usize, StoreError> {
        match guarded(&self.path, || self.values.get(part_key(key, 0)))? {
            Some(part) => Ok(self.split(&part)?.0 + 1),
            None => Ok(0),
        }
    }

    /// How many parts follow, and this part's bytes.
    fn split<'a>(&self, part: &'a [u8]) -> Result<(usize, &'a [u8]), StoreError> {
        let (left, bytes) = part
            .split_first_chunk::<4>()
            .ok_or_else(|| self.damaged("数据段过短 a part of a value is too short"))?;
        Ok((u32::from_be_bytes(*left) as usize, bytes))
    }

    /// `flush` hands the pages to the kernel; `sync_data` makes the disk keep them through a power cut.
    fn sync(&self) -> Result<(), StoreError> {
        guarded(&self.path, || self.db.flush())?;
        self.data.sync_data().map_err(io(&self.path))
    }

    fn head(&self) -> PathBuf {
        self.path.with_file_name("head")
    }

    /// A database cut short opens without an error: only the file beside it tells that commits are gone.
    fn check_head(&mut self) -> Result<(), StoreError> {
        let meta = guarded(&self.path, || self.values.get(key::META))?;
        self.commits = match meta.as_deref() {
            None => 0,
            Some([FORMAT_VERSION, commits @ ..]) => {
                let commits = commits
                    .try_into()
                    .map_err(|_| self.damaged("提交记录无效 the commit record is not valid"))?;
                u64::from_be_bytes(commits)
            }
            Some([version, ..]) => return Err(StoreError::Newer(*version)),
            Some([]) => return Err(self.damaged("提交记录为空 the commit record is empty")),
        };
        let head = self.head();
        let known = match fs::read_to_string(&head) {
            Ok(text) => text
                .trim()
                .parse()
                .map_err(|_| self.damaged("head 文件无效 the head file is not valid"))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(io(&head)(error)),
        };
        if known > self.commits {
            let what = format!(
                "已确认 {known} 次提交, 只剩 {} 次  {known} commits were confirmed, {} are there",
                self.commits, self.commits
            );
            return Err(self.damaged(&what));
        }
        self.sync()
    }

    fn write_head(&self) -> Result<(), StoreError> {
        let head = self.head();
        let new = head.with_extension("new");
        let mut file = File::create(&new).map_err(io(&new))?;
        file.write_all(format!("{}\n", self.commits).as_bytes())
            .map_err(io(&new))?;
        file.sync_data().map_err(io(&new))?;
        fs::rename(&new, &head).map_err(io(&head))?;
        let folder = head.parent().unwrap_or(&head);
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(io(folder))
    }

    fn damaged(&self, what: &str) -> StoreError {
        StoreError::Damaged {
            path: self.path.clone(),
            what: what.to_owned(),
        }
    }
}

fn parts(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let empty = value.is_empty().then_some(value);
    value.chunks(PART_BYTES).chain(empty)
}

fn part_key(key: &[u8], index: usize) -> Vec<u8> {
    [key, &count(index)].concat()
}

/// Parts of one value never come near 2^32: a report has at most 3 MiB.
fn count(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError + '_ {
    |cause| StoreError::Io {
        path: path.to_owned(),
        cause,
    }
}

fn remove_unfinished_snapshots(path: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(path).map_err(io(path))? {
        let entry = entry.map_err(io(path))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path()).map_err(io(path))?;
        }
    }
    Ok(())
}

// Waits for sled's own threads, of which nothing tells; bounded by the number of tries.
#[allow(clippy::disallowed_methods)]
fn open_guarded(path: &Path) -> Result<sled::Db, StoreError> {
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(CACHE_BYTES)
        .flush_every_ms(None);
    for _ in 0..REOPEN_TRIES {
        match guarded(path, || config.open()) {
            // sled's own threads let go of the lock a little after the last handle was dropped.
            Err(StoreError::InUse(_)) => std::thread::sleep(std::time::Duration::from_millis(20)),
            other => return other,
        }
    }
    Err(StoreError::InUse(path.to_owned()))
}

/// Runs something of sled's; its panics and errors become ours.
fn guarded<T>(path: &Path, run: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    let damaged = |what: String| StoreError::Damaged {
        path: path.to_owned(),
        what,
    };
    match panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(cause))) if cause.to_string().contains("acquire lock") => {
            Err(StoreError::InUse(path.to_owned()))
        }
        Ok(Err(sled::Error::Io(cause))) => Err(StoreError::Io {
            path: path.to_owned(),
            cause,
        }),
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("数据库无法读取 the database cannot be read".into())),
    }
}
