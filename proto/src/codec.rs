//! How messages are read off a connection: prost's coding, but a session's messages are counted before room is made for them. A
//! message of two million bytes could otherwise become a hundred million of empty entries.

use std::marker::PhantomData;

use bytes::{Buf as _, Bytes};
use prost::{Message, Name};
use tonic::{
    Status,
    codec::{BufferSettings, Codec, DecodeBuf, Decoder},
};
use tonic_prost::ProstEncoder;

use crate::{
    log::limits::{MAX_FRAME_ENTRIES, MAX_PROOF_HASHES},
    outline::count,
};

/// Fields of a session's message, its frame's entries and hashes included: a full frame, with room for what is added later.
const MAX_FIELDS: usize = MAX_FRAME_ENTRIES + MAX_PROOF_HASHES + 64;

/// The request, the message in it, the frame in that: entries are on the level of a frame's fields.
const LEVELS: u32 = 2;

/// Prost's coding with counting, for the generated clients and servers.
#[derive(Clone, Debug)]
pub struct Counted<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for Counted<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for Counted<T, U>
where
    T: Message + Send + 'static,
    U: Message + Name + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = CountedDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::new(BufferSettings::default())
    }

    fn decoder(&mut self) -> Self::Decoder {
        CountedDecoder(PhantomData)
    }
}

/// Reads messages of one type.
#[derive(Clone, Debug)]
pub struct CountedDecoder<U>(PhantomData<U>);

impl<U: Message + Name + Default> Decoder for CountedDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining());
        if matches!(U::NAME, "SyncRequest" | "SyncResponse") {
            check(&bytes)?;
        }
        U::decode(bytes)
            .map(Some)
            .map_err(|error| Status::internal(error.to_string()))
    }
}

fn check(bytes: &Bytes) -> Result<(), Status> {
    let fields = count_levels(bytes).map_err(Status::internal)?;
    if fields > MAX_FIELDS {
        let words =
            format!("消息超过 {MAX_FIELDS} 个字段 the message has more than {MAX_FIELDS} fields");
        return Err(Status::resource_exhausted(words));
    }
    Ok(())
}

/// Counts as deep as a repeated field of a message's parts lies, and no deeper: an entry's own bytes are anybody's.
fn count_levels(bytes: &Bytes) -> Result<usize, String> {
    count(bytes, LEVELS, MAX_FIELDS)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::pb::exchange::v1 as pb;

    fn request(frame: pb::Frame) -> Bytes {
        let message = pb::SyncMessage {
            message: Some(pb::sync_message::Message::Frame(frame)),
        };
        let request = pb::SyncRequest {
            message: Some(message),
        };
        request.encode_to_vec().into()
    }

    #[test]
    fn a_full_frame_passes_and_a_hollow_one_is_refused_before_it_is_read() {
        let entry = pb::Entry {
            header: vec![0; 200].into(),
            body: vec![0; 300].into(),
        };
        let full = pb::Frame {
            log_id: vec![1; 32].into(),
            first: 7,
            entries: vec![entry; MAX_FRAME_ENTRIES],
            checkpoint: vec![1; 300].into(),
            consistency: vec![vec![1; 32].into(); MAX_PROOF_HASHES],
        };
        check(&request(full)).unwrap();
        let hollow = pb::Frame {
            entries: vec![pb::Entry::default(); 100_000],
            ..pb::Frame::default()
        };
        let bytes = request(hollow);
        assert!(bytes.len() < 250_000);
        let refused = check(&bytes).unwrap_err();
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        // Many messages in one are read as one.
        let little = request(pb::Frame {
            entries: vec![pb::Entry::default(); 300],
            ..pb::Frame::default()
        });
        check(&little).unwrap();
        assert!(check(&[little.clone(), little.clone(), little].concat().into()).is_err());
    }
}
