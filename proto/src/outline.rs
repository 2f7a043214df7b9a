//! The fields of an encoded message, without a look into them: what is to be counted before anything is decoded. Small bytes can
//! become large messages.

use bytes::Buf as _;
use prost::{
    DecodeError,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};

/// A field's value as it stands in the bytes.
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of fixed width, or a group: no message here has one.
    Foreign,
}

/// The next field of a message, taken off its bytes; none at the end. Nothing is copied, and nothing inside is decoded.
pub(crate) fn next_field<'a>(rest: &mut &'a [u8]) -> Result<Option<(u32, Value<'a>)>, String> {
    let words = |error: DecodeError| error.to_string();
    if !rest.has_remaining() {
        return Ok(None);
    }
    let (tag, wire_type) = decode_key(rest).map_err(words)?;
    let value = match wire_type {
        WireType::Varint => Value::Number(decode_varint(rest).map_err(words)?),
        WireType::LengthDelimited => {
            let len = decode_varint(rest).map_err(words)?;
            let bytes = usize::try_from(len)
                .ok()
                .and_then(|len| rest.split_off(..len));
            Value::Bytes(bytes.ok_or_else(|| "a field ends behind the message".to_owned())?)
        }
        _ => {
            skip_field(wire_type, tag, rest, DecodeContext::default()).map_err(words)?;
            Value::Foreign
        }
    };
    Ok(Some((tag, value)))
}

/// How many fields a message has, down to `depth` levels of length-delimited ones; stops counting behind `most`.
pub(crate) fn count(mut rest: &[u8], depth: u32, most: usize) -> Result<usize, String> {
    let mut fields = 0;
    while fields <= most
        && let Some((_, value)) = next_field(&mut rest)?
    {
        fields += 1;
        if let (Value::Bytes(inside), 1..) = (value, depth) {
            fields += count(inside, depth - 1, most)?;
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use prost::Message as _;

    use super::*;
    use crate::pb::exchange::v1 as pb;

    #[test]
    fn fields_are_counted_level_by_level() {
        let frame = pb::Frame {
            log_id: Bytes::from_static(b"id"),
            entries: vec![pb::Entry::default(); 3],
            ..pb::Frame::default()
        };
        let bytes = frame.encode_to_vec();
        assert_eq!(count(&bytes, 0, 100), Ok(4));
        assert_eq!(count(&bytes, 0, 1), Ok(2), "enough to know that it is more");
        let message = pb::SyncMessage {
            message: Some(pb::sync_message::Message::Frame(pb::Frame {
                entries: vec![pb::Entry::default(); 3],
                ..pb::Frame::default()
            })),
        };
        assert_eq!(count(&message.encode_to_vec(), 1, 100), Ok(4));
    }

    proptest! {
        #[test]
        fn any_bytes_are_counted_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(fields) = count(&bytes, 0, 1000) {
                prop_assert!(fields <= 400);
            }
        }
    }
}
