//! Pages of a list. A token names the place and the filter, so that a page of another list is not taken for it.

use prost::Message;
use sha2::{Digest, Sha256};

use crate::office::OfficeError;

const DEFAULT: usize = 100;
const MAX: usize = 1000;

/// A page, the token of the next one, and how many there are.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: String,
    pub(super) total: u32,
}

/// Cuts a page out of a list. `filter` is the request without its page.
pub(super) fn page<T>(
    all: Vec<T>,
    filter: &impl Message,
    size: i32,
    token: &str,
) -> Result<Page<T>, OfficeError> {
    let size = match size {
        0 => DEFAULT,
        size => usize::try_from(size)
            .ok()
            .filter(|size| *size <= MAX)
            .ok_or_else(|| OfficeError::field("page_size", "应为 0–1000 must be 0 to 1000"))?,
    };
    let digest = hex::encode(&Sha256::digest(filter.encode_to_vec())[..8]);
    let from = match token {
        "" => 0,
        token => {
            let (filter, from) = token.split_once('.').ok_or(OfficeError::PageToken)?;
            if filter != digest {
                return Err(OfficeError::PageToken);
            }
            from.parse::<usize>().map_err(|_| OfficeError::PageToken)?
        }
    };
    let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let end = from.saturating_add(size);
    let next = if end < all.len() {
        format!("{digest}.{end}")
    } else {
        String::new()
    };
    let items = all.into_iter().skip(from).take(size).collect();
    Ok(Page { items, next, total })
}
