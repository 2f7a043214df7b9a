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

/// Which part of a list a page is.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) from: usize,
    size: usize,
    digest: String,
}

impl Place {
    /// What a request asks for. `filter` is the request without its page.
    pub(super) fn of(filter: &impl Message, size: i32, token: &str) -> Result<Self, OfficeError> {
        let size = match size {
            0 => DEFAULT,
            size => usize::try_from(size)
                .ok()
                .filter(|size| *size <= MAX)
                .ok_or_else(|| OfficeError::field("page_size", "应为 0–1000  must be 0 to 1000"))?,
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
        Ok(Self { from, size, digest })
    }

    /// How far into the list it reaches.
    pub(super) const fn end(&self) -> usize {
        self.from.saturating_add(self.size)
    }

    /// Cuts the page out of the list, of which the beginning up to the page's end is enough.
    pub(super) fn cut<T>(&self, list: Vec<T>, total: usize) -> Page<T> {
        let next = if self.end() < total {
            format!("{}.{}", self.digest, self.end())
        } else {
            String::new()
        };
        Page {
            items: list.into_iter().skip(self.from).take(self.size).collect(),
            next,
            total: u32::try_from(total).unwrap_or(u32::MAX),
        }
    }
}

/// Cuts a page out of a list. `filter` is the request without its page.
pub(super) fn page<T>(
    all: Vec<T>,
    filter: &impl Message,
    size: i32,
    token: &str,
) -> Result<Page<T>, OfficeError> {
    let total = all.len();
    Ok(Place::of(filter, size, token)?.cut(all, total))
}
