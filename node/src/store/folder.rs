//! The data folder: its paths, its permissions, and the lock that keeps a second process out.

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::error::StoreError;

/// Nobody but the node's own user reads the folder.
const FOLDER_MODE: u32 = 0o700;
/// The same for the files in it.
pub(super) const FILE_MODE: u32 = 0o600;

/// The database's own folder within it.
pub(super) const DATABASE: &str = "database";
/// Stands in a folder from its first moment until its store is whole. A command that was killed before leaves it, and only such a folder is
/// emptied: one that lost its key by accident may get it back.
const UNFINISHED: &str = "unfinished";
/// What may lie in a folder before the making of a store has begun.
const BEGUN: [&str; 3] = [LOCK, UNFINISHED, "unfinished.new"];
/// What may lie there before the store is whole.
const MADE: [&str; 4] = [DATABASE, "heads", "data.new", "unlock.key"];
const LOCK: &str = "lock";
/// The wrapped data key: written last.
const DATA_KEY: &str = "data.key";

/// A locked data folder. The lock ends with this value, or with the process.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Takes a new or empty folder, or one in which the making of a store was cut off.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(path)
            .map_err(StoreError::io("创建", "create", path))?;
        let names = names(path)?;
        let has = |wanted: &str| names.iter().any(|name| name == wanted);
        let cut_off = has(UNFINISHED) && !has(DATA_KEY);
        let begun = |name: &OsString| BEGUN.iter().any(|known| name == known);
        let made = |name: &OsString| MADE.iter().any(|known| name == known);
        if !names
            .iter()
            .all(|name| begun(name) || cut_off && made(name))
        {
            return Err(StoreError::NotEmpty(path.to_owned()));
        }
        let folder = Self::lock(path)?;
        for name in MADE {
            remove(&path.join(name))?;
        }
        replace_file(&path.join(UNFINISHED), b"")?;
        Ok(folder)
    }

    /// The store in it is whole: its key is there.
    pub(super) fn finish(&self) -> Result<(), StoreError> {
        remove(&self.path.join(UNFINISHED))
    }

    /// Takes a folder that has a store.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.join(DATA_KEY).is_file() {
            return Err(StoreError::NotAStore(path.to_owned()));
        }
        Self::lock(path)
    }

    fn lock(path: &Path) -> Result<Self, StoreError> {
        // An older copy, or one brought by hand, may be readable by everybody.
        fs::set_permissions(path, fs::Permissions::from_mode(FOLDER_MODE))
            .map_err(StoreError::io("设置权限", "set permissions of", path))?;
        let lock_path = path.join(LOCK);
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(FILE_MODE)
            .open(&lock_path)
            .map_err(StoreError::io("打开", "open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                // Who holds it is a courtesy; not being able to say so must not hide that it is held.
                let _ = lock.read_to_string(&mut pid);
                let pid = if pid.is_empty() { "?".into() } else { pid };
                return Err(StoreError::Locked {
                    folder: path.to_owned(),
                    pid,
                });
            }
            Err(TryLockError::Error(error)) => {
                return Err(StoreError::io("锁定", "lock", &lock_path)(error));
            }
        }
        let write = |lock: &mut File| {
            lock.set_len(0)?;
            lock.rewind()?;
            write!(lock, "{}", std::process::id())
        };
        write(&mut lock).map_err(StoreError::io("写入", "write", &lock_path))?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The folder itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The wrapped data key.
    pub(super) fn data_key(&self) -> PathBuf {
        self.path.join(DATA_KEY)
    }

    /// The head records.
    pub(super) fn heads(&self) -> PathBuf {
        self.path.join("heads")
    }

    /// The database's own folder.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }
}

fn names(path: &Path) -> Result<Vec<OsString>, StoreError> {
    let read = || StoreError::io("读取", "read", path);
    let items = fs::read_dir(path).map_err(read())?;
    items
        .map(|item| item.map(|item| item.file_name()))
        .collect::<Result<_, _>>()
        .map_err(read())
}

fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::io("删除", "remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Writes a small file so that after a power cut it is either the old one or the new one.
pub(super) fn replace_file(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    let fail = || StoreError::io("写入", "write", path);
    let fresh = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(FILE_MODE)
        .open(&fresh)
        .map_err(fail())?;
    file.write_all(content).map_err(fail())?;
    file.sync_all().map_err(fail())?;
    fs::rename(&fresh, path).map_err(fail())?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Makes the names in a folder durable. Without it a new file may be gone after a power cut though its content was synced.
pub(super) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(StoreError::io("同步", "sync", path))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A folder as a killed command leaves it.
    fn left(whole: bool, stranger: bool) -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        drop(Folder::create(place.path()).unwrap());
        fs::create_dir(place.path().join("database")).unwrap();
        fs::write(place.path().join("database").join("db"), "half").unwrap();
        fs::write(place.path().join("heads"), "half").unwrap();
        if whole {
            fs::write(place.path().join(DATA_KEY), "key").unwrap();
        }
        if stranger {
            fs::write(place.path().join("node.backup"), "backup").unwrap();
        }
        place
    }

    #[test]
    fn a_store_whose_making_was_cut_off_is_made_again() {
        let place = left(false, false);
        assert!(matches!(
            Folder::open(place.path()),
            Err(StoreError::NotAStore(_))
        ));
        let folder = Folder::create(place.path()).unwrap();
        assert!(!folder.database().exists() && !folder.heads().exists());
        folder.finish().unwrap();
        // Once it is whole, it is nobody's to make again.
        fs::create_dir(folder.database()).unwrap();
        drop(folder);
        let again = Folder::create(place.path());
        assert!(matches!(again, Err(StoreError::NotEmpty(_))));
    }

    #[test]
    fn what_is_whole_or_somebody_elses_is_never_emptied() {
        for place in [left(true, false), left(false, true)] {
            let refused = Folder::create(place.path());
            assert!(matches!(refused, Err(StoreError::NotEmpty(_))));
            assert!(place.path().join("database").join("db").exists());
        }
        // A store that lost its key by accident has no mark.
        let place = left(false, false);
        fs::remove_file(place.path().join(UNFINISHED)).unwrap();
        let refused = Folder::create(place.path());
        assert!(matches!(refused, Err(StoreError::NotEmpty(_))));
        assert!(place.path().join("heads").exists());
    }
}
