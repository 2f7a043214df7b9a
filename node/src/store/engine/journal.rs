//! Large groups of changes, in pieces. sled frees nothing that a batch made superfluous before the whole batch is applied: one of a
//! hundred thousand changes takes half a gigabyte. So a large group goes to a file first, as a whole or not at all, and then to sled in
//! small batches; an opening that finds the file applies it again. To apply a change twice is the same as once.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    super::{folder::sync_folder, key},
    Engine, StoreError, Write, bytes_of_write,
};

/// A group of more changes than this goes in pieces, and one of more bytes than may be unsynced. What a correspondence brings at once stays
/// below both.
pub(super) const AT_ONCE: usize = 4096;
/// Changes of one piece.
const PIECE: usize = 256;
/// The file, beside sled's own.
const FILE: &str = "journal";
/// What it is called while it is not whole.
const UNFINISHED: &str = "journal.new";
/// How it begins.
const MAGIC: &[u8; 8] = b"hyjrnl1\n";
/// Nobody but the node may read it: keys and sealed values.
const FILE_MODE: u32 = 0o600;
/// Flags of a change.
const HAS_VALUE: u8 = 1;
const FRESH: u8 = 2;

impl Engine {
    /// Applies a large group. Returns when it is durable.
    pub(super) fn write_in_pieces(&self, mut writes: Vec<Write>) -> Result<(), StoreError> {
        // A journal is applied over everything before it: that must not be lost when this is found again.
        self.sync()?;
        keep(&self.path, &writes)?;
        writes.sort_unstable_by(|one, other| one.key.cmp(&other.key));
        let group: Arc<[Write]> = writes.into();
        self.lay_over(Some(Arc::clone(&group)));
        // When it fails in the middle, the group stays laid over: the next opening applies it again.
        self.apply_kept(group.iter().cloned().map(Ok))?;
        self.lay_over(None);
        Ok(())
    }

    /// Applies what a kill or a power cut left half applied.
    pub(super) fn finish_journal(&self) -> Result<(), StoreError> {
        let path = self.path.join(FILE);
        let _: io::Result<()> = fs::remove_file(self.path.join(UNFINISHED));
        if !path.exists() {
            return Ok(());
        }
        let mut changes = Reader::open(&path)?;
        self.apply_kept(std::iter::from_fn(|| changes.next().transpose()))
    }

    /// Applies what the file holds, piece by piece, and forgets the file when all of it is durable.
    fn apply_kept(
        &self,
        changes: impl Iterator<Item = Result<Write, StoreError>>,
    ) -> Result<(), StoreError> {
        let mut changes = changes.peekable();
        while changes.peek().is_some() {
            let (mut piece, mut bytes) = (Vec::new(), 0);
            while piece.len() < PIECE && bytes < self.unsynced.most() / 2 {
                let Some(write) = changes.next().transpose()? else {
                    break;
                };
                bytes += bytes_of_write(&write);
                piece.push(write);
            }
            self.write_at_once(piece)?;
            // A power cut in the middle of many unsynced pieces left a database that could not be opened, and so no place to apply the file to.
            self.sync()?;
        }
        forget(&self.path)
    }
}

fn keep(folder: &Path, writes: &[Write]) -> Result<(), StoreError> {
    let unfinished = folder.join(UNFINISHED);
    let fail = || StoreError::io("写入", "write", &unfinished);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(FILE_MODE)
        .open(&unfinished)
        .map_err(fail())?;
    let mut out = Summed {
        inner: BufWriter::new(file),
        sum: crc32fast::Hasher::new(),
    };
    out.put(MAGIC).map_err(fail())?;
    for write in writes {
        put(&mut out, write).map_err(fail())?;
    }
    let sum = out.sum.finalize();
    let mut out = out.inner;
    out.write_all(&sum.to_be_bytes()).map_err(fail())?;
    let file = out
        .into_inner()
        .map_err(|error| fail()(error.into_error()))?;
    file.sync_all().map_err(fail())?;
    fs::rename(&unfinished, folder.join(FILE)).map_err(fail())?;
    sync_folder(folder)
}

fn forget(folder: &Path) -> Result<(), StoreError> {
    let path = folder.join(FILE);
    fs::remove_file(&path).map_err(StoreError::io("删除", "remove", &path))?;
    sync_folder(folder)
}

/// Bytes on their way through a checksum.
struct Summed<T> {
    inner: T,
    sum: crc32fast::Hasher,
}

impl Summed<BufWriter<File>> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.inner.write_all(bytes)
    }
}

impl Summed<BufReader<File>> {
    fn take(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.inner.read_exact(bytes)?;
        self.sum.update(bytes);
        Ok(())
    }
}

/// A change: its flags, the lengths of key and value, key and value.
fn put(out: &mut Summed<BufWriter<File>>, write: &Write) -> io::Result<()> {
    let value = write.value.as_deref();
    let mut flags = 0;
    if value.is_some() {
        flags |= HAS_VALUE;
    }
    if write.fresh {
        flags |= FRESH;
    }
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    out.put(&[flags])?;
    out.put(&length(&write.key))?;
    out.put(&length(value.unwrap_or_default()))?;
    out.put(&write.key)?;
    out.put(value.unwrap_or_default())
}

/// Reads a journal change by change. It is checked as a whole before: a half of it must never be applied.
struct Reader {
    path: PathBuf,
    from: Summed<BufReader<File>>,
    left: u64,
}

impl Reader {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let fail = || StoreError::io("读取", "read", path);
        let file = File::open(path).map_err(fail())?;
        let bytes = file.metadata().map_err(fail())?.len();
        let sum_bytes = size_of::<u32>() as u64;
        let mut whole = Self {
            path: path.to_owned(),
            from: Summed {
                inner: BufReader::new(file),
                sum: crc32fast::Hasher::new(),
            },
            left: bytes.saturating_sub(sum_bytes),
        };
        let mut block = [0; 8192];
        while whole.left > 0 {
            let most = usize::try_from(whole.left).unwrap_or(block.len());
            let part = &mut block[..most.min(8192)];
            whole.read(part)?;
        }
        let mut sum = [0; 4];
        whole.from.inner.read_exact(&mut sum).map_err(fail())?;
        if whole.from.sum.finalize().to_be_bytes() != sum {
            return Err(damaged(path));
        }
        let file = File::open(path).map_err(fail())?;
        let mut reader = Self {
            path: path.to_owned(),
            from: Summed {
                inner: BufReader::new(file),
                sum: crc32fast::Hasher::new(),
            },
            left: bytes - sum_bytes,
        };
        let mut magic = [0; MAGIC.len()];
        reader.read(&mut magic)?;
        if &magic == MAGIC {
            Ok(reader)
        } else {
            Err(damaged(path))
        }
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(), StoreError> {
        let wanted = bytes.len() as u64;
        self.left = self
            .left
            .checked_sub(wanted)
            .ok_or_else(|| damaged(&self.path))?;
        self.from
            .take(bytes)
            .map_err(StoreError::io("读取", "read", &self.path))
    }

    fn next(&mut self) -> Result<Option<Write>, StoreError> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut head = [0; 9];
        self.read(&mut head)?;
        let length = |at: usize| {
            let bytes = [head[at], head[at + 1], head[at + 2], head[at + 3]];
            u64::from(u32::from_be_bytes(bytes))
        };
        let key = self.bytes(length(1))?;
        if key.len() > key::KEY_MAX + 1 {
            return Err(damaged(&self.path));
        }
        let value = self.bytes(length(5))?;
        Ok(Some(Write {
            key,
            value: (head[0] & HAS_VALUE != 0).then_some(value),
            fresh: head[0] & FRESH != 0,
        }))
    }

    fn bytes(&mut self, length: u64) -> Result<Vec<u8>, StoreError> {
        // What the file does not have is not made room for.
        if length > self.left {
            return Err(damaged(&self.path));
        }
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| damaged(&self.path))?];
        self.read(&mut bytes)?;
        Ok(bytes)
    }
}

fn damaged(path: &Path) -> StoreError {
    StoreError::Damaged {
        path: path.to_owned(),
        detail: "journal".into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn writes(count: u32, value: u8) -> Vec<Write> {
        (0..count)
            .map(|number| Write {
                key: [&b"\x20"[..], &number.to_be_bytes()].concat(),
                // Some in parts, some taken away.
                value: (number % 7 != 3).then(|| vec![value; 10 + (number % 11) as usize * 1500]),
                fresh: false,
            })
            .collect()
    }

    fn all(engine: &Engine) -> Vec<(Vec<u8>, Vec<u8>)> {
        engine
            .scan(vec![0x20], None)
            .collect::<Result<_, _>>()
            .unwrap()
    }

    #[test]
    fn a_large_group_is_what_the_same_group_at_once_is() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, _) = Engine::open(&folder.path().join("pieces")).unwrap();
        let (whole, _) = Engine::open(&folder.path().join("whole")).unwrap();
        for value in [1, 2] {
            engine.write_in_pieces(writes(1000, value)).unwrap();
            whole.write_at_once(writes(1000, value)).unwrap();
        }
        assert_eq!(all(&engine), all(&whole));
        assert!(!engine.path.join(FILE).exists());
    }

    #[test]
    fn what_was_half_applied_is_finished_at_the_next_opening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let (engine, _) = Engine::open(&path).unwrap();
        engine.write_at_once(writes(1000, 1)).unwrap();
        keep(&path, &writes(1000, 2)).unwrap();
        engine
            .write_at_once(writes(1000, 2).into_iter().take(300).collect())
            .unwrap();
        engine.sync().unwrap();
        drop(engine);
        let (engine, _) = Engine::open(&path).unwrap();
        let (whole, _) = Engine::open(&folder.path().join("whole")).unwrap();
        whole.write_at_once(writes(1000, 2)).unwrap();
        assert_eq!(all(&engine), all(&whole));
        assert!(!path.join(FILE).exists());
    }

    #[test]
    fn a_group_that_is_half_applied_is_read_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, _) = Engine::open(&folder.path().join("half")).unwrap();
        let (whole, _) = Engine::open(&folder.path().join("whole")).unwrap();
        // Some that stay, some that are replaced, some that are new.
        for engine in [&engine, &whole] {
            engine.write_at_once(writes(700, 1)).unwrap();
        }
        let group: Vec<_> = writes(1000, 2).into_iter().skip(300).collect();
        whole.write_at_once(group.clone()).unwrap();
        engine.lay_over(Some(group.clone().into()));
        for piece in group.chunks(300) {
            assert_eq!(all(&engine), all(&whole));
            for number in 0..1100_u32 {
                let key = [&b"\x20"[..], &number.to_be_bytes()].concat();
                assert_eq!(engine.get(&key).unwrap(), whole.get(&key).unwrap());
            }
            let key = |number: u32| [&b"\x20"[..], &number.to_be_bytes()].concat();
            for (start, end) in [(0, 100), (250, 350), (303, 304), (600, 2000), (5, 5)] {
                let keys = |engine: &Engine| engine.keys(key(start), Some(key(end))).unwrap();
                assert_eq!(keys(&engine), keys(&whole), "{start} to {end}");
            }
            engine.write_at_once(piece.to_vec()).unwrap();
        }
        engine.lay_over(None);
        assert_eq!(all(&engine), all(&whole));
    }

    #[test]
    fn who_reads_while_a_large_group_is_applied_sees_none_of_it_or_all() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, _) = Engine::open(&folder.path().join("db")).unwrap();
        engine.write_in_pieces(writes(1500, 1)).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| engine.write_in_pieces(writes(1500, 2)).unwrap());
            loop {
                let ended = writer.is_finished();
                let seen = all(&engine);
                let new = seen.iter().filter(|(_, value)| value[0] == 2).count();
                assert!(new == 0 || new == seen.len(), "{new} of {}", seen.len());
                if ended {
                    assert_eq!(new, seen.len());
                    break;
                }
            }
        });
    }

    #[test]
    fn a_journal_that_was_not_finished_counts_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let (engine, _) = Engine::open(&path).unwrap();
        engine.write_at_once(writes(50, 1)).unwrap();
        let before = all(&engine);
        drop(engine);
        keep(&path, &writes(50, 2)).unwrap();
        fs::rename(path.join(FILE), path.join(UNFINISHED)).unwrap();
        let (engine, _) = Engine::open(&path).unwrap();
        assert_eq!(all(&engine), before);
        assert!(!path.join(UNFINISHED).exists());
    }

    #[test]
    fn a_damaged_journal_is_said_and_not_applied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        drop(Engine::open(&path).unwrap());
        keep(&path, &writes(50, 2)).unwrap();
        let whole = fs::read(path.join(FILE)).unwrap();
        let flipped = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            bytes
        };
        let cases = [
            flipped(0),
            flipped(whole.len() / 2),
            flipped(whole.len() - 1),
            whole[..whole.len() - 1].to_vec(),
            whole[..2].to_vec(),
            Vec::new(),
        ];
        for bytes in cases {
            fs::write(path.join(FILE), bytes).unwrap();
            assert!(Engine::open(&path).is_err());
        }
        fs::write(path.join(FILE), whole).unwrap();
        let (engine, _) = Engine::open(&path).unwrap();
        let left = writes(50, 2)
            .into_iter()
            .filter(|write| write.value.is_some());
        assert_eq!(all(&engine).len(), left.count());
    }
}
