//! What partners write to each other: the signed logs, the letters in them, and the messages and files that carry them.

use bytes::Bytes;
use hongyan_proto::{
    letter::Payload,
    log::{Entry, Follow, Frame, Header, Kind, SignedCheckpoint, Tree},
    message::Message,
    pb::exchange::v1 as pb,
    sealed,
};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{key, origin};

pub(super) fn header(bytes: &[u8]) -> bool {
    match Header::parse(Bytes::copy_from_slice(bytes)) {
        Ok(header) => {
            assert_eq!(header.bytes(), bytes, "a header is kept as it came");
            true
        }
        Err(_) => false,
    }
}

pub(super) fn body(bytes: &[u8]) -> bool {
    let Ok(wire) = pb::Entry::decode(bytes) else {
        return false;
    };
    Entry::from_wire(wire).is_ok_and(|entry| {
        // What a header calls a payload is read by the header's kind.
        let payload = entry.payload().unwrap_or_default();
        Payload::decode(entry.header().kind, &payload).is_ok()
    })
}

pub(super) fn frame(bytes: &[u8]) -> bool {
    let Ok(wire) = pb::Frame::decode(bytes) else {
        return false;
    };
    let Ok(frame) = Frame::from_wire(wire) else {
        return false;
    };
    let follow = Follow {
        origin: origin(),
        signers: key().public().into(),
        tree: Tree::new(),
        last_seen: 0,
        seen_limit: 9,
    };
    follow.verify(frame).is_ok()
}

pub(super) fn message(bytes: &[u8]) -> bool {
    let Ok(wire) = pb::SyncMessage::decode(bytes) else {
        return false;
    };
    match Message::from_wire(wire) {
        Ok(message) => {
            let again = Message::from_wire(message.clone().into_wire());
            assert_eq!(again, Ok(message), "what was read can be written and read");
            true
        }
        Err(_) => false,
    }
}

/// The first byte chooses the kind.
pub(super) fn payload(bytes: &[u8]) -> bool {
    let Some((first, rest)) = bytes.split_first() else {
        return false;
    };
    let kind = Kind::ALL[usize::from(*first) % Kind::ALL.len()];
    match Payload::decode(kind, rest) {
        Ok(payload) => {
            assert_eq!(payload.encode(), rest, "one payload has one spelling");
            assert!(payload.check().is_ok());
            true
        }
        Err(_) => false,
    }
}

pub(super) fn sealed_file(bytes: &[u8]) -> bool {
    sealed::open(bytes, &key()).is_ok_and(|opened| opened.verify(&key().public()).is_ok())
}

/// A sealed letter's plaintext: the bytes are what its author wrote between the addresses and a good signature.
pub(super) fn letter(bytes: &[u8]) -> bool {
    let own = key().public().key_id();
    let mut plain = pb::SealedLetter {
        format_version: 1,
        author: own.to_field(),
        audience: own.to_field(),
        ..pb::SealedLetter::default()
    }
    .encode_to_vec();
    plain.extend_from_slice(bytes);
    let signed = [b"hongyan/sealed-letter/v1\n", &Sha256::digest(&plain)[..]].concat();
    let signature = pb::SealedLetter {
        signature: Bytes::copy_from_slice(&key().sign(&signed)),
        ..pb::SealedLetter::default()
    };
    plain.extend(signature.encode_to_vec());
    sealed::parse(&plain.into(), own).is_ok_and(|opened| opened.verify(&key().public()).is_ok())
}

pub(super) fn checkpoint(bytes: &[u8]) -> bool {
    let note = Bytes::copy_from_slice(bytes);
    SignedCheckpoint::verify(&note, &key().public()).is_ok()
}
