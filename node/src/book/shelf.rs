//! Reading views and logs alike from the durable store and from a commit under way, which sees its own writes.

use bytes::Bytes;
use hongyan_proto::{letter::Payload, log::Entry};
use prost::Message;

use super::BookError;
use crate::store::{Draft, LogNo, LogRecord, Store, StoreError, View};

/// What an entry says; none: its body was erased, or another version of the program wrote it.
pub fn payload_of(entry: &Entry) -> Option<Payload> {
    let bytes = entry.payload()?;
    Payload::decode(entry.header().kind, &bytes).ok()
}

/// Something views and logs can be read from.
pub trait Shelf {
    /// The value under a key.
    fn get(&self, view: View, key: &[u8]) -> Result<Option<Bytes>, StoreError>;
    /// Everything whose key begins with `prefix`, in order.
    fn scan(&self, view: View, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError>;
    /// The same, one after the other: a large part of a view is never together in memory as it is stored.
    fn each(
        &self,
        view: View,
        prefix: &[u8],
        take: impl FnMut(&[u8], Bytes) -> Result<(), BookError>,
    ) -> Result<(), BookError>;
    /// A log's record.
    fn record(&self, no: LogNo) -> Result<LogRecord, StoreError>;
    /// Every log.
    fn records(&self) -> Vec<LogRecord>;
    /// One entry.
    fn one(&self, no: LogNo, sequence: u64) -> Result<Entry, StoreError>;
    /// A short name for something personal, fit for a key.
    fn hide(&self, value: &[u8]) -> [u8; 16];
}

impl Shelf for Store {
    fn get(&self, view: View, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.view(view, key)
    }

    fn scan(&self, view: View, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError> {
        self.scan_view(view, prefix, usize::MAX)
    }

    fn each(
        &self,
        view: View,
        prefix: &[u8],
        mut take: impl FnMut(&[u8], Bytes) -> Result<(), BookError>,
    ) -> Result<(), BookError> {
        self.each_in_view(view, prefix).try_for_each(|item| {
            let (key, value) = item?;
            take(&key, value)
        })
    }

    fn record(&self, no: LogNo) -> Result<LogRecord, StoreError> {
        self.log(no)
            .map(|record| (*record).clone())
            .ok_or(StoreError::UnknownLog(no))
    }

    fn records(&self) -> Vec<LogRecord> {
        self.logs()
            .iter()
            .map(|record| (**record).clone())
            .collect()
    }

    fn one(&self, no: LogNo, sequence: u64) -> Result<Entry, StoreError> {
        self.entry(no, sequence)
    }

    fn hide(&self, value: &[u8]) -> [u8; 16] {
        self.blind(value)
    }
}

impl Shelf for Draft<'_> {
    fn get(&self, view: View, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.view(view, key)
    }

    fn scan(&self, view: View, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Bytes)>, StoreError> {
        self.scan_view(view, prefix)
    }

    fn each(
        &self,
        view: View,
        prefix: &[u8],
        mut take: impl FnMut(&[u8], Bytes) -> Result<(), BookError>,
    ) -> Result<(), BookError> {
        let found = self.scan_view(view, prefix)?;
        let mut found = found.into_iter();
        found.try_for_each(|(key, value)| take(&key, value))
    }

    fn record(&self, no: LogNo) -> Result<LogRecord, StoreError> {
        self.log(no).cloned()
    }

    fn records(&self) -> Vec<LogRecord> {
        self.logs()
    }

    fn one(&self, no: LogNo, sequence: u64) -> Result<Entry, StoreError> {
        self.entry(no, sequence)
    }

    fn hide(&self, value: &[u8]) -> [u8; 16] {
        self.blind(value)
    }
}

/// Reads a view's value.
pub(super) fn read<M: Message + Default>(
    shelf: &impl Shelf,
    view: View,
    key: &[u8],
    what: &'static str,
) -> Result<Option<M>, BookError> {
    shelf
        .get(view, key)?
        .map(|bytes| decode(bytes, what))
        .transpose()
}

/// Reads a stored record.
pub(super) fn decode<M: Message + Default>(
    bytes: Bytes,
    what: &'static str,
) -> Result<M, BookError> {
    M::decode(bytes).map_err(|_| BookError::View(what))
}

/// Writes a view's value.
pub fn put(
    draft: &mut Draft<'_>,
    view: View,
    key: &[u8],
    value: &impl Message,
) -> Result<(), StoreError> {
    draft.put_view(view, key, value.encode_to_vec())
}
