//! Reading ahead: the database's file once from its beginning, so that the machine has it at hand when the first question comes.

use std::{
    fs::File,
    io::{self, BufReader, Read as _},
    path::Path,
    thread,
};

use super::{engine, folder};

/// Of a longer file only so many bytes are read: the machine has other programs, whose files it would forget.
const MOST: u64 = 512 * 1024 * 1024;
/// Read at once, in bytes.
const BLOCK: usize = 1024 * 1024;

/// Begins to read the database of the store in `folder`, on a thread of its own, and does not wait for it. The first question over ten years
/// of records asks for thousands of small pieces all over the file, which takes a disk that turns a minute or more; the whole file from its
/// beginning takes seconds. For a program that stays: a single command is over before it would gain anything. What cannot be read
/// is nothing here: the opening names it.
pub fn read_ahead(folder: &Path) {
    let path = folder.join(folder::DATABASE).join(engine::FILE);
    let reading = move || match read(&path) {
        Ok(bytes) => tracing::debug!(bytes, "the database was read ahead"),
        Err(error) => tracing::debug!(%error, "the database was not read ahead"),
    };
    // Without a thread to spare the node is as it was before.
    let _ = thread::Builder::new()
        .name("hongyan-ahead".to_owned())
        .spawn(reading);
}

fn read(path: &Path) -> io::Result<u64> {
    let file = File::open(path)?.take(MOST);
    io::copy(&mut BufReader::with_capacity(BLOCK, file), &mut io::sink())
}
