//! Backup and restore. A partner is a backup too: what was written after a backup comes back from there.

use std::{io::Read, path::Path};

use age::secrecy::SecretString;

use super::{Clock, Office, OfficeError};
use crate::{
    book,
    store::{BackupReport, Store, Unlock},
};

/// Shortest passphrase for a backup, in characters: it is all that guards the keys inside.
const PASSPHRASE_MIN: usize = 12;

fn passphrase(text: &str) -> Result<Unlock, OfficeError> {
    if text.chars().count() < PASSPHRASE_MIN {
        return Err(OfficeError::field(
            "passphrase",
            "至少 12 个字符 at least 12 characters",
        ));
    }
    Ok(Unlock::Passphrase(SecretString::from(text.to_owned())))
}

/// Writes a backup that the passphrase opens; `progress` hears how many entries of how many are in it. Blocks: to be run beside the
/// runtime.
pub(super) fn backup(
    office: &Office,
    text: &str,
    output: impl std::io::Write,
    progress: &dyn Fn(u64, u64),
) -> Result<BackupReport, OfficeError> {
    let guard = passphrase(text)?;
    let unlock = office.unlock.as_ref().ok_or_else(|| {
        OfficeError::Damaged(
            "本进程不持有解锁方式 this process does not hold what opens the store".to_owned(),
        )
    })?;
    Ok(office.store.backup(output, unlock, &guard, progress)?)
}

/// Writes a backup's content into an empty folder; `progress` hears how much of how much is done. Nothing may be written to a partner before it said what it holds.
pub fn restore(
    folder: &Path,
    input: impl Read,
    text: &str,
    unlock: &Unlock,
    seed: [u8; 32],
    clock: Clock,
    progress: &dyn Fn(u64, u64),
) -> Result<(), OfficeError> {
    let opens = Unlock::Passphrase(SecretString::from(text.to_owned()));
    // Every entry is gone through twice: it is stored, then the views are made of it. Until all are stored their number is the file's
    // word alone.
    let stored = |done: u64, all: u64| progress(done, all.saturating_mul(2));
    let (store, report) = Store::restore(folder, input, &opens, unlock, seed, &stored)?;
    book::rebuild(&store, &|done, all| progress(all + done, 2 * all))?;
    Office::over(store, clock, report).map(drop)
}
