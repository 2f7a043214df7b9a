//! What a sealed letter is to the byte, and every way in which one must be refused.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use proptest::prelude::*;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    id::{AgreementHash, LogId},
    identity::{IdentityKey, Succession},
    log::{Frame, FrameError},
    message::Hello,
    pb::exchange::v1 as pb,
    time::Timestamp,
};

fn home() -> IdentityKey {
    IdentityKey::from_seed([1; 32])
}

fn host() -> IdentityKey {
    IdentityKey::from_seed([2; 32])
}

fn hello() -> Hello {
    Hello {
        protocol: (1, 1),
        own: Bytes::from_static(b"own note"),
        held: Some(Bytes::from_static(b"held note")),
        time: Timestamp::from_millis(1_790_000_000_000),
        agreements: vec![AgreementHash::from_bytes([3; 32])],
        reset: None,
        rotations: Succession::NONE,
        held_rotations: Succession::NONE,
    }
}

fn frame(first: u64, body: &'static [u8]) -> Frame {
    Frame {
        log_id: LogId::from_bytes([4; 32]),
        first,
        entries: vec![pb::Entry {
            header: Bytes::from_static(b"header"),
            body: Bytes::from_static(body),
        }],
        checkpoint: Bytes::from_static(b"note"),
        consistency: Vec::new(),
    }
}

fn sealed() -> Vec<u8> {
    let (home, host) = (home(), host());
    let mut letter =
        LetterWriter::begin(Vec::new(), &home.public(), &host.public(), hello()).unwrap();
    assert!(letter.push(frame(0, b"a body")).unwrap());
    assert!(letter.push(frame(1, b"another")).unwrap());
    letter.finish(&home).unwrap()
}

fn plain() -> Vec<u8> {
    let identity = key::identity(&host()).unwrap();
    age::decrypt(&identity, &sealed()).unwrap()
}

/// Seals any plaintext to the host, as an attacker could who knows only its public key.
fn seal_anew(plain: &[u8]) -> Vec<u8> {
    age::encrypt(&key::recipient(&host().public()).unwrap(), plain).unwrap()
}

#[test]
fn the_reader_gets_what_the_author_wrote() {
    let opened = open(sealed().as_slice(), &host()).unwrap();
    assert_eq!(opened.author(), home().public().key_id());
    let letter = opened.verify(&home().public()).unwrap();
    assert_eq!(letter.hello, hello());
    assert_eq!(letter.frames, [frame(0, b"a body"), frame(1, b"another")]);
}

#[test]
fn a_question_and_an_answer_travel_signed() {
    let inquiry = Inquiry {
        ask: Some([7; QUESTION_BYTES]),
        answer: Some(([8; QUESTION_BYTES], 300)),
    };
    let (home, host) = (home(), host());
    let mut letter =
        LetterWriter::begin(Vec::new(), &home.public(), &host.public(), hello()).unwrap();
    letter.inquire(inquiry).unwrap();
    let bytes = letter.finish(&home).unwrap();
    let read = open(bytes.as_slice(), &host).unwrap();
    assert_eq!(read.verify(&home.public()).unwrap().inquiry, inquiry);
    let identity = key::identity(&host).unwrap();
    let plain = age::decrypt(&identity, &bytes).unwrap();
    // Tag 8, tag 9, tag 10: what an independent program must write.
    let asked = ["4210", &"07".repeat(16), "4a10", &"08".repeat(16), "50ac02"].concat();
    assert!(hex::encode(&plain).contains(&asked));
    // Nobody changes it on its way.
    let at = plain.windows(16).position(|part| part == [8; 16]).unwrap();
    let mut altered = plain.clone();
    altered[at] ^= 1;
    let refused = open(seal_anew(&altered).as_slice(), &host).unwrap();
    let refused = refused.verify(&home.public()).unwrap_err();
    assert!(matches!(refused, SealedError::Signature), "{refused}");
    assert_eq!(
        open(sealed().as_slice(), &host)
            .unwrap()
            .verify(&home.public())
            .unwrap()
            .inquiry,
        Inquiry::default()
    );
    let short = Inquiry::read(&Bytes::from_static(b"short"), &Bytes::new(), 0);
    assert!(matches!(short, Err(SealedError::Malformed(_))));
}

#[test]
fn golden_plaintext_and_keys() {
    let plain = plain();
    let decoded = pb::SealedLetter::decode(plain.as_slice()).unwrap();
    // The parts that were streamed are the one canonical encoding.
    assert_eq!(decoded.encode_to_vec(), plain);
    let recipient = key::recipient(&host().public()).unwrap();
    assert_eq!(
        [
            hex::encode(Sha256::digest(&plain)),
            hex::encode(&decoded.signature),
            recipient.to_string()
        ],
        [GOLDEN_PLAIN, GOLDEN_SIGNATURE, GOLDEN_RECIPIENT]
    );
    let identity = key::identity(&host()).unwrap();
    assert_eq!(identity.to_public().to_string(), GOLDEN_RECIPIENT);
}

const GOLDEN_PLAIN: &str = "faada823ab2c17e4010bfd39e2dce47f4146cd339092958d7c59e315b273b2e4";
const GOLDEN_SIGNATURE: &str = "30d5734adfda907fdcacbab5e438a9772a09ee5ff1b46762ff6055ca1839a1d429164fd80cb60fd7f63972ca58d222210339157530d19a6b0fb3aec292214103";
const GOLDEN_RECIPIENT: &str = "age1vq6xuly3rf0khg25z2ghfjh7wkefftpmh425jce0fr8vvfn0ssgqxcurjy";

#[test]
fn a_letter_for_someone_else_is_named_as_such() {
    let stranger = IdentityKey::from_seed([9; 32]);
    let refused = open(sealed().as_slice(), &stranger).unwrap_err();
    assert!(matches!(refused, SealedError::NotForUs), "{refused}");
    // The host cannot pass the home's letter on as if it had been written to a third.
    let passed_on = age::encrypt(&key::recipient(&stranger.public()).unwrap(), &plain()).unwrap();
    let refused = open(passed_on.as_slice(), &stranger).unwrap_err();
    assert!(matches!(refused, SealedError::NotForUs), "{refused}");
}

#[test]
fn another_author_is_refused() {
    let stranger = IdentityKey::from_seed([9; 32]);
    let opened = open(sealed().as_slice(), &host()).unwrap();
    let refused = opened.verify(&stranger.public()).unwrap_err();
    assert!(matches!(refused, SealedError::Author { .. }), "{refused}");
    // A stranger writes in the home's name.
    let letter =
        LetterWriter::begin(Vec::new(), &home().public(), &host().public(), hello()).unwrap();
    let forged = letter.finish(&stranger).unwrap();
    let opened = open(forged.as_slice(), &host()).unwrap();
    let refused = opened.verify(&home().public()).unwrap_err();
    assert!(matches!(refused, SealedError::Signature), "{refused}");
}

#[test]
fn a_field_after_the_signature_or_a_second_signature_is_refused() {
    let extra = pb::SealedLetter {
        frames: vec![frame(2, b"slipped in").into_wire()],
        ..pb::SealedLetter::default()
    };
    let after = [plain(), extra.encode_to_vec()].concat();
    let plain = plain();
    let (before, signature) = plain.split_at(plain.len() - write::signature_len());
    let before_it = [before, &extra.encode_to_vec(), signature].concat();
    for altered in [after, before_it, [&plain, signature].concat()] {
        let refused = open(seal_anew(&altered).as_slice(), &host())
            .and_then(|opened| opened.verify(&home().public()))
            .unwrap_err();
        assert!(matches!(refused, SealedError::Signature), "{refused}");
    }
}

#[test]
fn a_newer_format_says_to_upgrade() {
    let mut letter = pb::SealedLetter::decode(plain().as_slice()).unwrap();
    letter.format_version = 2;
    let refused = open(seal_anew(&letter.encode_to_vec()).as_slice(), &host()).unwrap_err();
    assert!(matches!(refused, SealedError::Version(2)), "{refused}");
}

#[test]
fn a_letter_without_room_takes_no_further_frame() {
    let body = Bytes::from(vec![0; 60_000]);
    let mut large = frame(0, b"");
    large.entries = vec![
        pb::Entry {
            header: Bytes::new(),
            body
        };
        16
    ];
    let mut letter =
        LetterWriter::begin(std::io::sink(), &home().public(), &host().public(), hello()).unwrap();
    let mut pushed = 0;
    while letter.push(large.clone()).unwrap() {
        pushed += 1;
    }
    assert_eq!(pushed, MAX_LETTER_BYTES / (16 * 60_000));
    letter.finish(&home()).unwrap();
}

/// A letter of the home's with one field of frames as it likes, signed by `key`.
fn with_frame_bytes(frame: &[u8], key: &IdentityKey) -> Vec<u8> {
    let head = pb::SealedLetter {
        format_version: FORMAT_VERSION,
        author: home().public().key_id().to_field(),
        audience: host().public().key_id().to_field(),
        hello: Some(hello().into_wire()),
        ..pb::SealedLetter::default()
    };
    let mut plain = head.encode_to_vec();
    plain.push(5 << 3 | 2);
    prost::encoding::encode_varint(frame.len() as u64, &mut plain);
    plain.extend_from_slice(frame);
    let signed = write::signed_bytes(Sha256::new_with_prefix(&plain));
    plain.extend_from_slice(&SIGNATURE_TAG);
    plain.extend_from_slice(&key.sign(&signed));
    seal_anew(&plain)
}

#[test]
fn nothing_inside_is_decoded_before_the_signature_was_checked() {
    let stranger = IdentityKey::from_seed([9; 32]);
    let opened = open(with_frame_bytes(&[0xff; 8], &stranger).as_slice(), &host()).unwrap();
    let refused = opened.verify(&home().public()).unwrap_err();
    assert!(matches!(refused, SealedError::Signature), "{refused}");
    // Its own author's letter is refused for what is in it.
    let opened = open(with_frame_bytes(&[0xff; 8], &home()).as_slice(), &host()).unwrap();
    let refused = opened.verify(&home().public()).unwrap_err();
    assert!(matches!(refused, SealedError::Malformed(_)), "{refused}");
}

#[test]
fn entries_are_counted_before_there_is_room_made_for_them() {
    // Two bytes each, and sixteen times as much once they are decoded.
    let many = [3 << 3 | 2, 0].repeat(600);
    let opened = open(with_frame_bytes(&many, &home()).as_slice(), &host()).unwrap();
    let refused = opened.verify(&home().public()).unwrap_err();
    assert!(
        matches!(
            refused,
            // A decoded frame would have said that its entries have no bytes.
            SealedError::Message(MessageError::Frame(FrameError::TooLarge(600, 1200)))
        ),
        "{refused}"
    );
}

#[test]
fn what_is_no_letter_at_all() {
    for bytes in [&b""[..], b"hello", &[0xff; 300], b"age-encryption.org/v9\n"] {
        assert!(open(bytes, &host()).is_err(), "{bytes:?}");
    }
    let refused = open(&b"PK\x03\x04 some other file, long enough"[..], &host()).unwrap_err();
    assert!(matches!(refused, SealedError::NotALetter), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn cut_anywhere_is_refused(cut: prop::sample::Index) {
        let sealed = sealed();
        let cut = cut.index(sealed.len());
        prop_assert!(open(&sealed[..cut], &host()).is_err());
    }

    #[test]
    fn altered_anywhere_is_refused(at: prop::sample::Index, bit in 0_u8..8) {
        let mut sealed = sealed();
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        prop_assert!(open(sealed.as_slice(), &host()).is_err());
    }

    #[test]
    fn any_plaintext_is_read_or_refused(plain in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(opened) = parse(&plain.into(), host().public().key_id()) {
            prop_assert!(opened.verify(&home().public()).is_err());
        }
    }
}
