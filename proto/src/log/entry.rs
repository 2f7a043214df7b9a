//! An entry: a header and, detachable from it, a body.

use bytes::Bytes;
use thiserror::Error;

use super::{Header, HeaderError, body, limits::MAX_BODY_BYTES};
use crate::pb::exchange::v1 as pb;

/// An entry that cannot be accepted.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum EntryError {
    /// The header.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A body longer than [`MAX_BODY_BYTES`].
    #[error(
        "信体过长: {0} 字节, 上限 {MAX_BODY_BYTES}  body too long: {0} bytes, at most {MAX_BODY_BYTES}"
    )]
    BodyTooLong(usize),
    /// The body is not the one the header was written for.
    #[error("信体与信头中的哈希不符 the body does not match the hash in its header")]
    BodyMismatch,
}

/// An entry whose body, when it has one, is the one its header names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    header: Header,
    body: Option<Bytes>,
}

impl Entry {
    /// Joins a header and its body; recomputes the hash. An empty body stands for one that was erased or refused.
    pub fn join(header: Header, body: Bytes) -> Result<Self, EntryError> {
        if body.is_empty() {
            return Ok(Self { header, body: None });
        }
        if body.len() > MAX_BODY_BYTES {
            return Err(EntryError::BodyTooLong(body.len()));
        }
        if body::body_hash(&body) != header.body_hash {
            return Err(EntryError::BodyMismatch);
        }
        Ok(Self {
            header,
            body: Some(body),
        })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Salt and payload; none when erased or refused.
    pub fn body(&self) -> Option<&Bytes> {
        self.body.as_ref()
    }

    /// The payload; none when the body was erased or refused.
    pub fn payload(&self) -> Option<Bytes> {
        self.body.as_ref().and_then(body::payload)
    }

    /// The same entry without its body.
    #[must_use]
    pub fn without_body(self) -> Self {
        Self {
            header: self.header,
            body: None,
        }
    }

    /// Bytes of header and body.
    pub fn len(&self) -> usize {
        self.header.bytes().len() + self.body.as_ref().map_or(0, Bytes::len)
    }

    /// Never: a header has bytes.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// As it travels.
    pub fn to_wire(&self) -> pb::Entry {
        pb::Entry {
            header: self.header.bytes().clone(),
            body: self.body.clone().unwrap_or_default(),
        }
    }

    /// Reads an entry that travelled, and checks its body.
    pub fn from_wire(wire: pb::Entry) -> Result<Self, EntryError> {
        Self::join(Header::parse(wire.header)?, wire.body)
    }
}
