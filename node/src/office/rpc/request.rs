//! What every write carries: who, under which number.

use std::str::FromStr;

use hongyan_proto::letter::Text;
use prost::{Message, Name};
use sha2::{Digest, Sha256};

use crate::office::{Office, OfficeError, Request, Violation, error::At};

/// Who does it; 1 to 60 characters.
pub(super) fn actor(text: &str) -> Result<Text<60>, OfficeError> {
    Text::parse(text).map_err(|error| OfficeError::field("actor", error))
}

/// A field that may be left out; empty: none.
pub(super) fn optional<T: FromStr>(text: &str, field: &str) -> Result<Option<T>, OfficeError>
where
    Result<T, T::Err>: At<T>,
{
    if text.is_empty() {
        return Ok(None);
    }
    text.parse::<T>().at(field).map(Some)
}

/// The request's number and a digest of all of it.
pub(super) fn request<M: Message + Name>(
    message: &M,
    who: &str,
    id: &[u8],
) -> Result<Request, OfficeError> {
    let mut wrong = Vec::new();
    let actor = actor(who);
    if let Err(OfficeError::Invalid(violations)) = &actor {
        wrong.extend(violations.iter().cloned());
    }
    let id: Result<[u8; 16], _> = id.try_into();
    if id.is_err() {
        wrong.push(Violation {
            field: "request_id".to_owned(),
            problem: "应为 16 字节随机数 must be 16 random bytes".to_owned(),
        });
    }
    let (Ok(actor), Ok(id)) = (actor, id) else {
        return Err(OfficeError::Invalid(wrong));
    };
    let mut hasher = Sha256::new();
    hasher.update(M::full_name());
    hasher.update(message.encode_to_vec());
    Ok(Request {
        actor,
        id,
        digest: hasher.finalize().into(),
    })
}

/// Reading carries no actor: whoever may open the socket may read, and the log says that someone did.
pub(super) async fn note(
    office: &Office,
    action: &'static str,
    persons: usize,
) -> Result<(), OfficeError> {
    let actor = actor("本机 local")?;
    office
        .note_access(
            actor,
            action,
            u32::try_from(persons).unwrap_or(u32::MAX),
            None,
        )
        .await
}
