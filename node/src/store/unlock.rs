//! The data key and what unlocks it: a passphrase, or a key file on a medium that people keep apart from the machine.
//!
//! The data key itself never changes, so a change of passphrase rewraps 32 bytes and no data.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Read, Write},
    iter,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use age::secrecy::{ExposeSecret, SecretString};
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use super::{
    error::StoreError,
    folder::{FILE_MODE, replace_file},
};

/// scrypt's work, as a power of two: about half a second and 128 MiB. Tests do not guess passphrases.
const WORK_FACTOR: u8 = if cfg!(test) { 4 } else { 17 };
/// More work than this is refused, or a planted file could stop the node from starting.
const WORK_FACTOR_MAX: u8 = 20;
/// Key file and wrapped key are a few hundred bytes; whatever is larger is not one.
const KEY_BYTES_MAX: u64 = 64 * 1024;

/// What opens a store.
#[derive(Clone, Debug)]
pub enum Unlock {
    /// A file with one age identity (`AGE-SECRET-KEY-1…`). Made at creation when it does not exist.
    KeyFile(PathBuf),
    /// A passphrase that a person types.
    Passphrase(SecretString),
}

/// The 32 bytes from which every key of the store is derived. Wiped from memory when dropped.
pub(super) type DataKey = Zeroizing<[u8; 32]>;

pub(super) fn new_data_key(rng: &mut (impl RngCore + CryptoRng)) -> DataKey {
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(key.as_mut_slice());
    key
}

/// Wraps the data key into the file. The old file stays until the new one is durable.
pub(super) fn wrap(path: &Path, unlock: &Unlock, key: &DataKey) -> Result<(), StoreError> {
    let mut wrapped = Vec::new();
    let mut writer = unlock.encrypt_to(&mut wrapped, path)?;
    writer
        .write_all(key.as_slice())
        .map_err(StoreError::io("写入", "write", path))?;
    writer
        .finish()
        .map_err(StoreError::io("写入", "write", path))?;
    replace_file(path, &wrapped)
}

/// Takes the data key out of the file.
pub(super) fn unwrap(path: &Path, unlock: &Unlock) -> Result<DataKey, StoreError> {
    let wrapped = read_small(path)?;
    let mut key = Zeroizing::new([0; 32]);
    let mut reader = unlock.decrypt_from(wrapped.as_slice(), path)?;
    reader
        .read_exact(key.as_mut_slice())
        .map_err(|error| StoreError::WrongKey(Arc::from(error.to_string())))?;
    Ok(key)
}

fn read_small(path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let mut bytes = Zeroizing::new(Vec::new());
    fs::File::open(path)
        .and_then(|file| file.take(KEY_BYTES_MAX).read_to_end(&mut bytes))
        .map_err(StoreError::io("读取", "read", path))?;
    Ok(bytes)
}

impl Unlock {
    /// Makes the key file when it is not there yet. A passphrase needs nothing.
    pub(super) fn prepare(&self) -> Result<(), StoreError> {
        let Self::KeyFile(path) = self else {
            return Ok(());
        };
        if path.exists() {
            return Ok(());
        }
        let identity = age::x25519::Identity::generate();
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(path)
            .map_err(StoreError::io("创建", "create", path))?;
        writeln!(file, "{}", identity.to_string().expose_secret())
            .and_then(|()| file.sync_all())
            .map_err(StoreError::io("写入", "write", path))
    }

    /// Encrypts what is written to it, for whoever holds this key. Used for the data key and for backups.
    pub(super) fn encrypt_to<W: Write>(
        &self,
        output: W,
        path: &Path,
    ) -> Result<age::stream::StreamWriter<W>, StoreError> {
        let recipient: Box<dyn age::Recipient> = match self {
            Self::KeyFile(file) => Box::new(read_identity(file)?.to_public()),
            Self::Passphrase(passphrase) => {
                let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK_FACTOR);
                Box::new(recipient)
            }
        };
        age::Encryptor::with_recipients(iter::once(&*recipient))
            .map_err(|error| StoreError::WrongKey(Arc::from(error.to_string())))?
            .wrap_output(output)
            .map_err(StoreError::io("写入", "write", path))
    }

    /// Decrypts what [`Self::encrypt_to`] wrote.
    pub(super) fn decrypt_from<R: Read>(
        &self,
        input: R,
        path: &Path,
    ) -> Result<age::stream::StreamReader<R>, StoreError> {
        let identity: Box<dyn age::Identity> = match self {
            Self::KeyFile(file) => Box::new(read_identity(file)?),
            Self::Passphrase(passphrase) => {
                let mut identity = age::scrypt::Identity::new(passphrase.clone());
                identity.set_max_work_factor(WORK_FACTOR_MAX);
                Box::new(identity)
            }
        };
        let wrong = |error: age::DecryptError| {
            StoreError::WrongKey(Arc::from(format!("{}: {error}", path.display())))
        };
        age::Decryptor::new(input)
            .map_err(|error| match error {
                age::DecryptError::Io(error) if error.kind() != ErrorKind::UnexpectedEof => {
                    StoreError::io("读取", "read", path)(error)
                }
                _ => StoreError::NotEncrypted(path.to_owned()),
            })?
            .decrypt(iter::once(&*identity))
            .map_err(wrong)
    }
}

fn read_identity(path: &Path) -> Result<age::x25519::Identity, StoreError> {
    if !path.exists() {
        return Err(StoreError::KeyFileMissing(path.to_owned()));
    }
    let bytes = read_small(path)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    // age's own key generator writes comment lines above the key.
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .unwrap_or_default();
    line.parse().map_err(|error: &str| {
        StoreError::WrongKey(Arc::from(format!("{}: {error}", path.display())))
    })
}
