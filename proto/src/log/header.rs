//! Headers: what an entry says about itself in the open. Parsed once, kept as the exact bytes its author wrote.

use bytes::Bytes;
use prost::Message;
use thiserror::Error;

use super::{Kind, leaf_hash, limits::MAX_HEADER_BYTES};
use crate::{
    id::{AgreementHash, CaseId, Hash, IdError, LogId},
    outline::{Value, next_field},
    pb::exchange::v1::EntryHeader,
    time::Timestamp,
};

const FORMAT_VERSION: u32 = 1;

/// A header that cannot be accepted. The writer of the log must correct its program.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum HeaderError {
    /// Longer than [`MAX_HEADER_BYTES`].
    #[error(
        "信头过长: {0} 字节, 上限 {MAX_HEADER_BYTES}  header too long: {0} bytes, at most {MAX_HEADER_BYTES}"
    )]
    TooLong(usize),
    /// Not a protobuf message of this shape.
    #[error("信头无法解读 header cannot be read: {0}")]
    Encoding(String),
    /// Written by a newer program.
    #[error(
        "信头版本 {0} 不受支持, 请升级本程序 header version {0} is not supported: upgrade this program"
    )]
    Version(u32),
    /// A kind this program does not know.
    #[error("未知的信件种类 {0}, 请升级本程序 unknown kind {0}: upgrade this program")]
    Kind(i32),
    /// A field that is not what it should be.
    #[error("信头字段 header field {0}: {1}")]
    Field(&'static str, IdError),
}

/// What a header says, without its bytes: to write one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NewHeader {
    /// The log it belongs to.
    pub log_id: LogId,
    /// Position in the log, from 0.
    pub sequence: u64,
    /// Entries of the other side's log that its author had applied.
    pub seen: u64,
    /// The author's clock.
    pub time: Timestamp,
    /// What the payload is.
    pub kind: Kind,
    /// The case it is about.
    pub case_id: Option<CaseId>,
    /// The agreement it is disclosed under.
    pub agreement: Option<AgreementHash>,
    /// SHA-256 of the body.
    pub body_hash: Hash,
}

impl NewHeader {
    /// The header, encoded.
    pub fn encode(self) -> Header {
        let message = EntryHeader {
            format_version: FORMAT_VERSION,
            log_id: self.log_id.to_field(),
            sequence: self.sequence,
            seen: self.seen,
            time_ms: self.time.millis(),
            kind: self.kind.code(),
            case_id: self.case_id.map_or_else(Bytes::new, CaseId::to_field),
            agreement_hash: self
                .agreement
                .map_or_else(Bytes::new, AgreementHash::to_field),
            body_hash: self.body_hash.to_field(),
        };
        Header {
            bytes: message.encode_to_vec().into(),
            content: self,
        }
    }
}

/// A header as its author wrote it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    bytes: Bytes,
    content: NewHeader,
}

impl Header {
    /// Reads a header and keeps its bytes.
    pub fn parse(bytes: Bytes) -> Result<Self, HeaderError> {
        if bytes.len() > MAX_HEADER_BYTES {
            return Err(HeaderError::TooLong(bytes.len()));
        }
        let message = Fields::read(&bytes).map_err(HeaderError::Encoding)?;
        if message.format_version != FORMAT_VERSION {
            return Err(HeaderError::Version(message.format_version));
        }
        let field = |name| move |error| HeaderError::Field(name, error);
        let content = NewHeader {
            log_id: LogId::from_slice(message.log_id).map_err(field("log_id"))?,
            sequence: message.sequence,
            seen: message.seen,
            time: Timestamp::from_millis(message.time_ms),
            kind: Kind::try_from(message.kind).map_err(|_| HeaderError::Kind(message.kind))?,
            case_id: optional(message.case_id, CaseId::from_slice).map_err(field("case_id"))?,
            agreement: optional(message.agreement_hash, AgreementHash::from_slice)
                .map_err(field("agreement_hash"))?,
            body_hash: Hash::from_slice(message.body_hash).map_err(field("body_hash"))?,
        };
        Ok(Self { bytes, content })
    }

    /// The exact bytes: what is stored, sent and hashed.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Its leaf in the log's tree.
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.bytes)
    }
}

/// The fields of an encoded `EntryHeader` as they stand in its bytes. prost would count every slice of them up and down, and headers are
/// read more often than anything else.
#[derive(Debug, Default, Eq, PartialEq)]
struct Fields<'a> {
    format_version: u32,
    log_id: &'a [u8],
    sequence: u64,
    seen: u64,
    time_ms: i64,
    kind: i32,
    case_id: &'a [u8],
    agreement_hash: &'a [u8],
    body_hash: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Like prost: the last of several counts, a field of another number is passed over, numbers lose what is too high for their type.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "protobuf's rule for numbers that are too long or negative"
    )]
    fn read(mut rest: &'a [u8]) -> Result<Self, String> {
        let mut fields = Self::default();
        while let Some((tag, value)) = next_field(&mut rest)? {
            match (tag, value) {
                (1, Value::Number(version)) => fields.format_version = version as u32,
                (2, Value::Bytes(log_id)) => fields.log_id = log_id,
                (3, Value::Number(sequence)) => fields.sequence = sequence,
                (4, Value::Number(seen)) => fields.seen = seen,
                (5, Value::Number(time)) => fields.time_ms = time as i64,
                (6, Value::Number(kind)) => fields.kind = kind as i32,
                (7, Value::Bytes(case)) => fields.case_id = case,
                (8, Value::Bytes(agreement)) => fields.agreement_hash = agreement,
                (9, Value::Bytes(body)) => fields.body_hash = body,
                (1..=9, _) => return Err(format!("field {tag} has another type")),
                _ => {}
            }
        }
        Ok(fields)
    }
}

impl std::ops::Deref for Header {
    type Target = NewHeader;

    fn deref(&self) -> &NewHeader {
        &self.content
    }
}

fn optional<T>(bytes: &[u8], read: fn(&[u8]) -> Result<T, IdError>) -> Result<Option<T>, IdError> {
    if bytes.is_empty() {
        Ok(None)
    } else {
        read(bytes).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn read_by_prost(message: &EntryHeader) -> Fields<'_> {
        Fields {
            format_version: message.format_version,
            log_id: &message.log_id,
            sequence: message.sequence,
            seen: message.seen,
            time_ms: message.time_ms,
            kind: message.kind,
            case_id: &message.case_id,
            agreement_hash: &message.agreement_hash,
            body_hash: &message.body_hash,
        }
    }

    /// Fields of every number and type in any order, so that most of what comes out is nearly a header.
    fn nearly_a_header() -> impl Strategy<Value = Vec<u8>> {
        let number = (0..12_u8, any::<u64>()).prop_map(|(tag, number)| {
            let mut bytes = vec![tag << 3];
            prost::encoding::encode_varint(number, &mut bytes);
            bytes
        });
        let slice = (0..12_u8, vec(any::<u8>(), 0..40)).prop_map(|(tag, slice)| {
            let mut bytes = vec![tag << 3 | 2];
            prost::encoding::encode_varint(slice.len() as u64, &mut bytes);
            bytes.extend(slice);
            bytes
        });
        let fixed = (0..12_u8, any::<[u8; 4]>()).prop_map(|(tag, fixed)| {
            let mut bytes = vec![tag << 3 | 5];
            bytes.extend(fixed);
            bytes
        });
        let fields = vec(prop_oneof![4 => number, 4 => slice, 1 => fixed], 0..9);
        let cut = prop_oneof![3 => Just(0_usize), 1 => 1..4_usize];
        (fields, cut).prop_map(|(fields, cut)| {
            let mut bytes = fields.concat();
            bytes.truncate(bytes.len().saturating_sub(cut));
            bytes
        })
    }

    proptest! {
        #[test]
        fn a_header_is_read_as_prost_reads_it(bytes in nearly_a_header()) {
            match (Fields::read(&bytes), EntryHeader::decode(&bytes[..])) {
                (Ok(fields), Ok(message)) => prop_assert_eq!(fields, read_by_prost(&message)),
                (Err(_), Err(_)) => {}
                (ours, prost) => prop_assert!(false, "{ours:?} and {prost:?}"),
            }
        }
    }
}
