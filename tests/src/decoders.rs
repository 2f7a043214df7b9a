//! Every decoder of bytes from outside, as a function that may refuse anything but never panics, hangs or takes what it does not write
//! back alike. The fuzzer (`tests/fuzz`) looks for bytes that break this; the stories run every stored input.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use hongyan_proto::{
    channel::PeerIdentity,
    id::{Epoch, LogOrigin},
    identity::{Endpoint, IdentityKey, Invitation},
    letter::Payload,
    log::{Entry, Follow, Frame, Header, Kind, SignedCheckpoint, Tree},
    message::Message,
    pb::exchange::v1 as pb,
    report::Report,
    sealed,
    time::Timestamp,
};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

/// A decoder by its name. It returns whether the bytes were taken.
pub type Decoder = (&'static str, fn(&[u8]) -> bool);

/// One for every kind of bytes that comes from outside.
pub const DECODERS: &[Decoder] = &[
    ("header", header),
    ("body", body),
    ("frame", frame),
    ("message", message),
    ("payload", payload),
    ("sealed", sealed_file),
    ("letter", letter),
    ("invitation", invitation),
    ("invitation_message", invitation_message),
    ("checkpoint", checkpoint),
    ("certificate", certificate),
    ("report", report),
    ("endpoint", endpoint),
    ("roster_csv", roster_csv),
    ("roster_xlsx", roster_xlsx),
];

/// Decodes with the decoder of this name.
///
/// # Panics
/// When there is none of this name, or when it breaks its promise.
pub fn decode(name: &str, bytes: &[u8]) -> bool {
    let found = DECODERS.iter().find(|(known, _)| *known == name);
    #[allow(clippy::expect_used)]
    let (_, decoder) = found.expect("a decoder of this name");
    decoder(bytes)
}

/// The key that reads and writes what the inputs hold.
pub fn key() -> IdentityKey {
    IdentityKey::from_seed([1; 32])
}

/// The log that the inputs are of: written by [`key`] to itself.
pub fn origin() -> LogOrigin {
    LogOrigin {
        author: key().public().key_id(),
        audience: key().public().key_id(),
        epoch: Epoch::from_bytes([2; 16]),
    }
}

fn header(bytes: &[u8]) -> bool {
    match Header::parse(Bytes::copy_from_slice(bytes)) {
        Ok(header) => {
            assert_eq!(header.bytes(), bytes, "a header is kept as it came");
            true
        }
        Err(_) => false,
    }
}

fn body(bytes: &[u8]) -> bool {
    let Ok(wire) = pb::Entry::decode(bytes) else {
        return false;
    };
    Entry::from_wire(wire).is_ok_and(|entry| {
        // What a header calls a payload is read by the header's kind.
        let payload = entry.payload().unwrap_or_default();
        Payload::decode(entry.header().kind, &payload).is_ok()
    })
}

fn frame(bytes: &[u8]) -> bool {
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

fn message(bytes: &[u8]) -> bool {
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
fn payload(bytes: &[u8]) -> bool {
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

fn sealed_file(bytes: &[u8]) -> bool {
    sealed::open(bytes, &key()).is_ok_and(|opened| opened.verify(&key().public()).is_ok())
}

/// A sealed letter's plaintext: the bytes are what its author wrote between the addresses and a good signature.
fn letter(bytes: &[u8]) -> bool {
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

fn invitation(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match Invitation::parse(text) {
        Ok(invitation) => {
            let again = Invitation::parse(&invitation.to_text());
            assert!(
                again.is_ok_and(|again| again.to_text() == invitation.to_text()),
                "an invitation has one spelling"
            );
            true
        }
        Err(_) => false,
    }
}

/// What an invitation's text holds, with its checksum made right.
fn invitation_message(bytes: &[u8]) -> bool {
    let mut whole = vec![1];
    whole.extend_from_slice(bytes);
    let checksum = Sha256::digest(&whole);
    whole.extend_from_slice(&checksum[..4]);
    let text = format!("hongyan1:{}", URL_SAFE_NO_PAD.encode(whole));
    invitation(text.as_bytes())
}

fn checkpoint(bytes: &[u8]) -> bool {
    let note = Bytes::copy_from_slice(bytes);
    SignedCheckpoint::verify(&note, &key().public()).is_ok()
}

fn certificate(bytes: &[u8]) -> bool {
    PeerIdentity::verify(bytes, Timestamp::from_millis(1_790_000_000_000)).is_ok()
}

fn report(bytes: &[u8]) -> bool {
    match Report::parse(bytes) {
        Ok(report) => {
            let again = Report::parse(&report.encode());
            assert_eq!(again, Ok(report), "what was read can be written and read");
            true
        }
        Err(_) => false,
    }
}

fn endpoint(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match text.parse::<Endpoint>() {
        Ok(endpoint) => {
            assert_eq!(
                endpoint.to_string().parse::<Endpoint>().ok(),
                Some(endpoint)
            );
            true
        }
        Err(_) => false,
    }
}

fn roster(content: &[u8], filename: &str) -> bool {
    let Ok(today) = "2026-11-22".parse() else {
        return false;
    };
    hongyan_node::office::roster_rows(content, filename, today).is_ok_and(|rows| rows > 0)
}

fn roster_csv(bytes: &[u8]) -> bool {
    roster(bytes, "名册.csv")
}

fn roster_xlsx(bytes: &[u8]) -> bool {
    let mut content = b"PK".to_vec();
    content.extend_from_slice(bytes.strip_prefix(b"PK").unwrap_or(bytes));
    roster(&content, "名册.xlsx")
}
