//! Backups: the encrypted file that `restore` takes back, and the records in it.

use std::{io::Write as _, iter, sync::Arc};

use age::secrecy::SecretString;
use hongyan_node::{
    office::{self, Office, OfficeError},
    store::{StoreError, Unlock},
};
use hongyan_proto::time::{Clock, Timestamp};
use sha2::{Digest as _, Sha256};

/// What opens the stored backups.
const PASSPHRASE: &str = "十二个字符的口令已经够长了";
/// As little work as can be: nobody guesses this passphrase.
const WORK: u8 = 1;
/// A backup of one committee is not larger here, in bytes: every input makes a folder.
const BYTES_MOST: usize = 1024 * 1024;
/// How a backup begins inside the encryption, up to the data key.
const BEGIN: &[u8] = b"hongyan-backup/1\nK\0\0\0\x20";
/// The record that ends it, before the hash.
const END: &[u8] = b"Z\0\0\0\x20";

/// The whole file. What was taken back can be opened and read.
pub(super) fn backup(bytes: &[u8]) -> bool {
    let Ok(folder) = tempfile::tempdir() else {
        return false;
    };
    if bytes.len() > BYTES_MOST {
        return false;
    }
    let data = folder.path().join("data");
    let unlock = Unlock::KeyFile(folder.path().join("unlock.key"));
    let clock: Clock = Arc::new(|| Timestamp::from_millis(1_790_000_000_000));
    let told = |_, _| {};
    let opens = clock.clone();
    match office::restore(&data, bytes, PASSPHRASE, &unlock, [1; 32], clock, &told) {
        Ok(()) => {
            let office = Office::open(&data, &unlock, [2; 32], opens, &told);
            assert!(office.is_ok(), "restored, but {:?}", office.err());
            true
        }
        Err(error) => {
            let broke = matches!(error, OfficeError::Store(StoreError::WorkPanicked));
            assert!(!broke, "the work of a commit panicked");
            false
        }
    }
}

fn encrypted(plain: &[u8]) -> Option<Vec<u8>> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(PASSPHRASE));
    recipient.set_work_factor(WORK);
    let recipient: &dyn age::Recipient = &recipient;
    let mut file = Vec::new();
    let encryptor = age::Encryptor::with_recipients(iter::once(recipient)).ok()?;
    let mut output = encryptor.wrap_output(&mut file).ok()?;
    output.write_all(plain).ok()?;
    output.finish().ok()?;
    Some(file)
}

/// The records between the data key and the end, with the checksum made right.
pub(super) fn backup_records(bytes: &[u8]) -> bool {
    let mut plain = [BEGIN, &[3; 32], bytes].concat();
    let sum = Sha256::digest(&plain);
    plain.extend_from_slice(END);
    plain.extend_from_slice(&sum);
    encrypted(&plain).is_some_and(|file| backup(&file))
}
