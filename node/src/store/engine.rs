//! sled, guarded: it panics on a flipped bit, refuses to open after a kill at a bad moment, and calls a write durable
//! that is not. Everything the rest of the store may assume about disks is made true here.
//!
//! Two facts of sled 0.34.7 shape the constants. `flush()` ends in `sync_file_range`, which no power cut respects: hence
//! [`Engine::sync`]. And a page larger than a quarter of a segment goes to a file of its own under `blobs/`, which no
//! sync of the main file covers; a page holds up to 16 values and a few more before it splits. Hence [`value_max`], and
//! longer values in parts.

mod guard;
mod journal;
mod read;
mod room;
mod segment;
mod unsynced;

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

pub(super) use self::unsynced::bytes_of;
use self::{
    guard::guarded,
    room::Room,
    segment::{CONF, keep_buffers, segment_of, value_max},
    unsynced::{Unsynced, bytes_of_write},
};
use super::{error::StoreError, folder::sync_folder, key};

/// The file in which sled keeps everything.
pub(super) const FILE: &str = "db";
/// sled's cache, in bytes. Its own default is 1 GiB. It is kept in 256 shares, and each may exceed its own by a page.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// A value may have this many parts: 350 MB at least.
const PARTS_MAX: usize = u16::MAX as usize;
/// How long the engine's own lock may outlive a store that was dropped in this process: its threads end a little later.
const REOPEN_TRIES: u32 = 100;
const REOPEN_PAUSE: Duration = Duration::from_millis(20);

/// First byte of a value: all of it follows, or the number of its parts. Older databases have a value's beginning behind the number;
/// now all of it is in the parts, because there is no room laid out for heads: a page of them that splits is written again.
const WHOLE: u8 = 1;
const SPLIT: u8 = 2;

/// One change of a group.
#[derive(Clone)]
pub(super) struct Write {
    pub(super) key: Vec<u8>,
    /// None deletes.
    pub(super) value: Option<Vec<u8>>,
    /// Nothing is stored under this key yet, so there are no old parts to look for.
    pub(super) fresh: bool,
}

/// An open database.
pub(super) struct Engine {
    db: sled::Db,
    file: File,
    path: PathBuf,
    value_max: usize,
    coming: read::Coming,
    unsynced: Unsynced,
}

impl Engine {
    /// Opens or creates the database. Returns the stray files that were removed on the way.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<PathBuf>), StoreError> {
        let stray = remove_stray(path)?;
        let mut tries = 0;
        let segment = segment_of(path)?;
        keep_buffers(segment);
        let db = loop {
            let config = sled::Config::new()
                .path(path)
                .cache_capacity(CACHE_BYTES)
                .segment_size(segment)
                .flush_every_ms(None);
            match guarded(path, || config.open()) {
                Err(StoreError::Damaged { detail, .. })
                    if detail.contains("could not acquire lock") && tries < REOPEN_TRIES =>
                {
                    tries += 1;
                    pause();
                }
                other => break other?,
            }
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path.join(FILE))
            .map_err(StoreError::io("打开", "open", path.join(FILE)))?;
        let engine = Self {
            db,
            file,
            path: path.to_owned(),
            value_max: value_max(segment),
            coming: read::Coming::default(),
            unsynced: Unsynced::new(segment),
        };
        engine.sync()?;
        // sled never syncs it, and without it nobody could tell the segment size of the database.
        File::open(path.join(CONF))
            .and_then(|conf| conf.sync_all())
            .map_err(StoreError::io("同步", "sync", path.join(CONF)))?;
        sync_folder(path)?;
        engine.finish_journal()?;
        Ok((engine, stray))
    }

    /// Applies all changes or, after a crash, none. They are of so many bytes ([`bytes_of`]); `room` is of the values that are new among them.
    pub(super) fn write(
        &self,
        (room, bytes): (Vec<Room>, u64),
        writes: impl ExactSizeIterator<Item = Write>,
    ) -> Result<(), StoreError> {
        if writes.len() > journal::AT_ONCE || bytes > self.unsynced.most() {
            self.write_in_pieces(writes.collect())
        } else {
            self.apply_counted((room, bytes), writes)
        }
    }

    fn write_at_once(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let bytes = writes.iter().map(bytes_of_write).sum();
        self.apply_counted((self.room_of(&writes), bytes), writes.into_iter())
    }

    /// Waits for the disk first when too much would be unsynced.
    fn apply_counted(
        &self,
        (room, bytes): (Vec<Room>, u64),
        writes: impl Iterator<Item = Write>,
    ) -> Result<(), StoreError> {
        if !self.unsynced.has_room(bytes) {
            self.sync()?;
        }
        self.lay_out(room)?;
        self.apply(writes)?;
        self.unsynced.add(bytes);
        Ok(())
    }

    fn apply(&self, writes: impl Iterator<Item = Write>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for write in writes {
            if !write.fresh {
                self.remove_parts(&mut batch, &write.key)?;
            }
            match write.value {
                Some(value) => self.put(&mut batch, write.key, &value)?,
                None => batch.remove(write.key),
            }
        }
        self.guarded(|| self.db.apply_batch(batch))
    }

    /// Makes everything written so far durable. Only after this returns may anybody be told.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        let mark = self.unsynced.mark();
        self.guarded(|| self.db.flush().map(drop))?;
        self.sync_blobs()?;
        self.file
            .sync_data()
            .map_err(StoreError::io("同步", "sync", &self.path))?;
        self.unsynced.synced(mark);
        Ok(())
    }

    /// There should be none. If a page outgrew the limit after all, its file is made durable here, or a power cut would
    /// leave a page that points to nothing.
    fn sync_blobs(&self) -> Result<(), StoreError> {
        let folder = self.path.join("blobs");
        let fail = || StoreError::io("同步", "sync", &folder);
        let mut found = false;
        for blob in fs::read_dir(&folder).map_err(fail())? {
            let blob = blob.map_err(fail())?.path();
            File::open(blob)
                .and_then(|file| file.sync_data())
                .map_err(fail())?;
            found = true;
        }
        if found { sync_folder(&folder) } else { Ok(()) }
    }

    /// Bytes of the database on disk.
    pub(super) fn size_on_disk(&self) -> Result<u64, StoreError> {
        self.guarded(|| self.db.size_on_disk())
    }

    fn put(&self, batch: &mut sled::Batch, key: Vec<u8>, value: &[u8]) -> Result<(), StoreError> {
        if value.len() <= self.value_max {
            self.insert(batch, key, &[&[WHOLE], value].concat());
            return Ok(());
        }
        let parts = value.chunks(self.value_max);
        let count = u16::try_from(parts.len()).map_err(|_| StoreError::TooLarge {
            what: "存储值 stored value",
            bytes: value.len(),
            limit: PARTS_MAX * self.value_max,
        })?;
        for (number, part) in (0..count).zip(parts) {
            self.insert(batch, part_key(&key, number), part);
        }
        let [high, low] = count.to_be_bytes();
        self.insert(batch, key, &[SPLIT, high, low]);
        Ok(())
    }

    /// The only place where a value goes to sled.
    fn insert(&self, batch: &mut sled::Batch, key: Vec<u8>, value: &[u8]) {
        assert!(
            value.len() <= self.value_max + 3 && key.len() <= key::KEY_MAX + 4,
            "a value of {} bytes would leave the synced file",
            value.len()
        );
        batch.insert(key, value);
    }

    fn remove_parts(&self, batch: &mut sled::Batch, key: &[u8]) -> Result<(), StoreError> {
        if let Some(old) = self.guarded(|| self.db.get(key))?
            && let [SPLIT, high, low, ..] = *old
        {
            for number in 0..u16::from_be_bytes([high, low]) {
                batch.remove(part_key(key, number));
            }
        }
        Ok(())
    }

    fn guarded<T>(&self, work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
        guarded(&self.path, work)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn part_key(key: &[u8], number: u16) -> Vec<u8> {
    let mut part = Vec::with_capacity(key.len() + 3);
    part.push(key::PART);
    part.extend_from_slice(key);
    part.extend_from_slice(&number.to_be_bytes());
    part
}

/// Our own folder lock is held, so the other holder is a remainder of this very process: threads of the engine that end
/// a moment after the store was dropped. They report to nobody.
#[expect(
    clippy::disallowed_methods,
    reason = "the engine's threads give no event to wait for"
)]
fn pause() {
    thread::sleep(REOPEN_PAUSE);
}

/// A kill while sled writes its snapshot leaves a half-written one that would stop the next opening.
fn remove_stray(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut stray = Vec::new();
    let Ok(items) = fs::read_dir(path) else {
        return Ok(stray);
    };
    for item in items {
        let item = item.map_err(StoreError::io("读取", "read", path))?;
        let name = item.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(item.path()).map_err(StoreError::io("删除", "remove", item.path()))?;
            stray.push(item.path());
        }
    }
    Ok(stray)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
