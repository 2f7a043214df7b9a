//! Segments: how large they are, and how long a value in one may be.

use std::{fs, hint::black_box, path::Path, sync::Arc};

use super::super::{error::StoreError, key};

/// sled's segment in a new database, in bytes. Fixed when a database is made. Four times sled's own default: so that one group may be written
/// while the last one is being synced ([`unsynced`]). More would cost memory, because several are under way at a time.
const SEGMENT_BYTES: usize = 2 * 1024 * 1024;
/// The sizes that databases were ever made with.
pub(super) const KNOWN_SEGMENTS: [usize; 3] = [512 * 1024, 1024 * 1024, SEGMENT_BYTES];
/// More than sled's buffer of a segment is aligned by, in bytes.
const ALIGNMENT_ROOM: usize = 64 * 1024;
/// The file in which sled keeps the segment size.
pub(super) const CONF: &str = "conf";
/// sled moves a page over this share of a segment into a blob file.
const PAGES_IN_SEGMENT: usize = 4;
/// More values than a page ever holds: it splits above 16, and a merge adds at most 3 before that.
const VALUES_IN_PAGE: usize = 22;
/// What sled writes beside a value: its key and two lengths.
const VALUE_FRAME: usize = key::KEY_MAX + 64;
/// And never longer than this, whatever the segment: each of the cache's 256 shares keeps a page at least, so that larger pages
/// would take more memory than the cache is given.
pub(super) const VALUE_MOST: usize = 8 * 1024;

/// The segment size of the database that lies here, or of a new one. sled opens a database with its own size only; one whose `conf`
/// was lost it would take for one of any size, and read as garbage.
pub(super) fn segment_of(path: &Path) -> Result<usize, StoreError> {
    let has_data = fs::metadata(path.join(super::FILE)).is_ok_and(|db| db.len() > 0);
    let conf = fs::read(path.join(CONF)).unwrap_or_default();
    let conf = String::from_utf8_lossy(&conf);
    let mut lines = conf.lines();
    let found = lines.find_map(|line| line.strip_prefix("segment_size: ")?.trim().parse().ok());
    match found {
        Some(segment) if KNOWN_SEGMENTS.contains(&segment) => Ok(segment),
        None if !has_data => Ok(SEGMENT_BYTES),
        other => Err(StoreError::Damaged {
            path: path.join(CONF),
            detail: Arc::from(match other {
                Some(size) => format!("segment_size: {size}"),
                None => "segment_size: ?".to_owned(),
            }),
        }),
    }
}

/// The longest single value, in bytes: a page full of these stays inside a segment.
pub(super) fn value_max(segment: usize) -> usize {
    let fitting = (segment / PAGES_IN_SEGMENT / VALUES_IN_PAGE).saturating_sub(VALUE_FRAME);
    fitting.min(VALUE_MOST)
}

/// Has the allocator keep the buffers that sled fills a segment in. glibc gives a block of this size back to the kernel each time it is
/// freed, and takes another one that is to be cleared and mapped page by page: a fifth of the pace of a catch-up. What it has once seen
/// freed, and everything smaller, it keeps from then on, so a little more than such a buffer is freed here. Elsewhere this does nothing.
pub(super) fn keep_buffers(segment: usize) {
    drop(black_box(vec![0_u8; segment + ALIGNMENT_ROOM]));
}
