//! The data folder: its paths, its permissions, and the lock that keeps a second process out.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::error::StoreError;

/// Nobody but the node's own user reads the folder.
const FOLDER_MODE: u32 = 0o700;
/// The same for the files in it.
pub(super) const FILE_MODE: u32 = 0o600;

/// A locked data folder. The lock ends with this value, or with the process.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Takes a new or empty folder.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(path)
            .map_err(StoreError::io("创建", "create", path))?;
        let mut items = fs::read_dir(path).map_err(StoreError::io("读取", "read", path))?;
        if items.next().is_some() {
            return Err(StoreError::NotEmpty(path.to_owned()));
        }
        Self::lock(path)
    }

    /// Takes a folder that has a store.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.join("data.key").is_file() {
            return Err(StoreError::NotAStore(path.to_owned()));
        }
        Self::lock(path)
    }

    fn lock(path: &Path) -> Result<Self, StoreError> {
        // An older copy, or one brought by hand, may be readable by everybody.
        fs::set_permissions(path, fs::Permissions::from_mode(FOLDER_MODE))
            .map_err(StoreError::io("设置权限", "set permissions of", path))?;
        let lock_path = path.join("lock");
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
        self.path.join("data.key")
    }

    /// The head records.
    pub(super) fn heads(&self) -> PathBuf {
        self.path.join("heads")
    }

    /// The database's own folder.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join("database")
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
