//! Requests that can be repeated: a caller that lost the answer sends the same again and gets the first answer.

use bytes::Bytes;
use hongyan_proto::{
    id::{CaseId, LogId},
    letter::Text,
    time::Timestamp,
};
use prost::Message;

use super::OfficeError;
use crate::{
    book::Shelf as _,
    store::{Draft, Store, View},
};

/// For how long an answer is remembered, in milliseconds: 30 days.
const REMEMBERED_MS: i64 = 30 * 86_400_000;
/// Forgotten answers that one write clears away, so that the list stays short without a sweep.
const FORGOTTEN_AT_ONCE: usize = 8;

/// Who asks, under which number, for what.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who does it.
    pub actor: Text<60>,
    /// 16 random bytes of the caller.
    pub id: [u8; 16],
    /// SHA-256 of the whole request: another request under the same number is refused.
    pub digest: [u8; 32],
}

/// Where an entry went.
#[derive(Clone, PartialEq, Message)]
pub struct Written {
    /// The log, 32 bytes.
    #[prost(bytes = "bytes", tag = "1")]
    pub log_id: Bytes,
    /// Its place there.
    #[prost(uint64, tag = "2")]
    pub sequence: u64,
    /// The author's clock.
    #[prost(sint64, tag = "3")]
    pub time_ms: i64,
}

impl Written {
    pub(super) fn new(log: LogId, sequence: u64, time: Timestamp) -> Self {
        Self {
            log_id: log.to_field(),
            sequence,
            time_ms: time.millis(),
        }
    }
}

/// What a write left behind: enough to give the same answer again.
#[derive(Clone, PartialEq, Message)]
pub struct Answer {
    /// The entries, the one that was asked for first.
    #[prost(message, repeated, tag = "1")]
    pub written: Vec<Written>,
    /// The case it is about, or empty.
    #[prost(bytes = "bytes", tag = "2")]
    pub case: Bytes,
    /// Whatever else the answer says, as the use case encodes it.
    #[prost(bytes = "bytes", tag = "3")]
    pub extra: Bytes,
    /// True when it is the first answer again. Not stored.
    #[prost(bool, tag = "4")]
    pub repeated: bool,
}

impl Answer {
    /// The case it is about.
    pub fn case_id(&self) -> Option<CaseId> {
        CaseId::from_slice(&self.case).ok()
    }

    pub(super) fn about(case: CaseId) -> Self {
        Self {
            case: case.to_field(),
            ..Self::default()
        }
    }
}

#[derive(Clone, PartialEq, Message)]
struct Remembered {
    #[prost(bytes = "bytes", tag = "1")]
    digest: Bytes,
    #[prost(message, optional, tag = "2")]
    answer: Option<Answer>,
}

fn key(id: &[u8; 16]) -> Vec<u8> {
    [&b"r"[..], id].concat()
}

fn time_key(time: Timestamp, id: &[u8]) -> Vec<u8> {
    [&b"t"[..], &time.millis().to_be_bytes(), id].concat()
}

/// The first answer, when this request was answered before.
pub(super) fn recall(draft: &Draft<'_>, request: &Request) -> Result<Option<Answer>, OfficeError> {
    let Some(bytes) = draft.get(View::Index, &key(&request.id))? else {
        return Ok(None);
    };
    let remembered = Remembered::decode(bytes)
        .map_err(|_| OfficeError::Damaged("请求记录 request record".to_owned()))?;
    if remembered.digest != request.digest[..] {
        return Err(OfficeError::RequestReused);
    }
    Ok(remembered.answer.map(|answer| Answer {
        repeated: true,
        ..answer
    }))
}

/// Remembers an answer, and forgets some that are too old.
pub(super) fn remember(
    draft: &mut Draft<'_>,
    request: &Request,
    answer: &Answer,
    now: Timestamp,
    old: &[Vec<u8>],
) -> Result<(), OfficeError> {
    let remembered = Remembered {
        digest: Bytes::copy_from_slice(&request.digest),
        answer: Some(answer.clone()),
    };
    draft.put_view(View::Index, &key(&request.id), remembered.encode_to_vec())?;
    draft.put_view(View::Index, &time_key(now, &request.id), Vec::new())?;
    // A bounded look keeps every write short.
    for key in old {
        let Some((_, id)) = key.get(1..).and_then(|rest| rest.split_first_chunk::<8>()) else {
            continue;
        };
        draft.delete_view(View::Index, &[&b"r"[..], id].concat());
        draft.delete_view(View::Index, key);
    }
    Ok(())
}

/// The oldest remembered requests that may be forgotten now.
pub(super) fn forgettable(store: &Store, now: Timestamp) -> Result<Vec<Vec<u8>>, OfficeError> {
    let oldest = now.plus_millis(-REMEMBERED_MS).millis();
    let found = store.scan_view(View::Index, b"t", FORGOTTEN_AT_ONCE)?;
    let time = |key: &[u8]| {
        let bytes = key
            .get(1..9)
            .and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        bytes.map(i64::from_be_bytes)
    };
    Ok(found
        .into_iter()
        .map(|(key, _)| key)
        .filter(|key| time(key).is_some_and(|time| time < oldest))
        .collect())
}
