//! Golden bytes of what is signed or hashed, and frames that must be refused.

use bytes::Bytes;
use proptest::prelude::*;

use super::{limits::MAX_FRAME_ENTRIES, *};
use crate::{
    id::{AgreementHash, CaseId, Epoch, Hash, LogOrigin},
    identity::{IdentityKey, KeyRotation, RotationError},
    letter::{KeyRotated, Payload},
    time::Timestamp,
};

fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed([seed; 32])
}

fn origin() -> LogOrigin {
    LogOrigin {
        author: key(1).public().key_id(),
        audience: key(2).public().key_id(),
        epoch: Epoch::from_bytes([7; 16]),
    }
}

fn entry(sequence: u64, seen: u64, payload: &[u8]) -> Entry {
    let salt = [u8::try_from(sequence % 251).unwrap(); 16];
    let body = body::seal(salt, payload);
    let header = NewHeader {
        log_id: origin().log_id(),
        sequence,
        seen,
        time: Timestamp::from_millis(1_790_000_000_000),
        kind: Kind::Contact,
        case_id: Some(CaseId::from_bytes([3; 16])),
        agreement: Some(AgreementHash::from_bytes([4; 32])),
        body_hash: body::body_hash(&body),
    };
    Entry::join(header.encode(), body).unwrap()
}

fn follow(tree: Tree) -> Follow {
    Follow {
        origin: origin(),
        signers: key(1).public().into(),
        tree,
        last_seen: 0,
        seen_limit: 9,
    }
}

fn frame(entries: &[Entry], signer: &IdentityKey) -> Frame {
    let mut tree = Tree::new();
    for entry in entries {
        tree.append(entry.header().leaf_hash());
    }
    let checkpoint = SignedCheckpoint::sign(signer, &origin(), tree.size(), tree.root()).unwrap();
    Frame::new(origin().log_id(), 0, entries, &checkpoint, vec![])
}

fn ten() -> Vec<Entry> {
    (0..10)
        .map(|number| entry(number, number / 2, b"a visit"))
        .collect()
}

#[test]
fn header_and_checkpoint_bytes_are_fixed() {
    let entry = entry(5, 2, b"a visit");
    insta::assert_snapshot!(hex::encode(entry.header().bytes()));
    insta::assert_snapshot!(hex::encode(entry.body().unwrap()));
    let checkpoint =
        SignedCheckpoint::sign(&key(1), &origin(), 1, entry.header().leaf_hash()).unwrap();
    insta::assert_snapshot!(std::str::from_utf8(checkpoint.note()).unwrap());
    insta::assert_snapshot!(verifier_key(&origin(), &key(1).public()).unwrap());
}

#[test]
fn a_good_frame_is_verified_and_a_later_checkpoint_covers_it() {
    let entries = ten();
    let verified = follow(Tree::new())
        .verify(frame(&entries, &key(1)))
        .unwrap();
    assert_eq!(verified.entries(), entries);
    assert_eq!((verified.tree().size(), verified.last_seen()), (10, 4));
    assert_eq!(verified.checkpoint().size(), 10);
}

#[test]
fn a_frame_that_begins_with_held_entries_continues_behind_them() {
    let entries = ten();
    let half = follow(Tree::new())
        .verify(frame(&entries[..5], &key(1)))
        .unwrap();
    let whole = follow(half.tree().clone())
        .verify(frame(&entries, &key(1)))
        .unwrap();
    assert_eq!((whole.first(), whole.entries()), (5, &entries[5..]));
}

type Spoil = fn(&mut Frame);

#[test]
fn a_spoiled_frame_is_refused_and_named() {
    let spoils: [(&str, Spoil); 10] = [
        ("not match the hash", |frame| {
            frame.entries[3].body = Bytes::from_static(b"0123456789abcdefother");
        }),
        ("do not lead to the signed root", |frame| {
            frame.entries.truncate(9);
            frame.entries.push(entry(9, 4, b"another visit").to_wire());
        }),
        ("gap", |frame| drop(frame.entries.remove(4))),
        ("gap", |frame| frame.first = 1),
        ("no new entries", |frame| frame.entries.clear()),
        ("another log", |frame| {
            frame.log_id = LogOrigin {
                epoch: Epoch::from_bytes([8; 16]),
                ..origin()
            }
            .log_id();
        }),
        ("header too long", |frame| {
            frame.entries[0].header = Bytes::from(vec![0; 513]);
        }),
        ("cannot be read", |frame| {
            frame.entries[0].header = Bytes::from_static(b"\xff\xff\xff");
        }),
        ("covers 9 entries", |frame| {
            let mut tree = Tree::new();
            ten()[..9]
                .iter()
                .for_each(|entry| tree.append(entry.header().leaf_hash()));
            frame.checkpoint = SignedCheckpoint::sign(&key(1), &origin(), 9, tree.root())
                .unwrap()
                .note()
                .clone();
        }),
        ("claims to have seen", |frame| {
            frame.entries[9] = entry(9, 10, b"a visit").to_wire();
        }),
    ];
    for (expected, spoil) in spoils {
        let mut spoiled = frame(&ten(), &key(1));
        spoil(&mut spoiled);
        let error = follow(Tree::new()).verify(spoiled).unwrap_err().to_string();
        assert!(
            error.contains(expected),
            "expected {expected:?} in {error:?}"
        );
    }
}

#[test]
fn a_checkpoint_of_another_key_is_refused() {
    let error = follow(Tree::new())
        .verify(frame(&ten(), &key(9)))
        .unwrap_err();
    assert!(
        matches!(error, FrameError::Checkpoint(CheckpointError::Signature)),
        "{error}"
    );
}

#[test]
fn frames_over_their_limits_are_refused_before_anything_is_read() {
    let mut wire = frame(&ten(), &key(1)).into_wire();
    wire.entries = vec![wire.entries[0].clone(); MAX_FRAME_ENTRIES + 1];
    assert!(matches!(
        Frame::from_wire(wire),
        Err(FrameError::TooLarge(..))
    ));
}

#[test]
fn contradicting_checkpoints_are_a_fork() {
    let sign = |size, root| {
        SignedCheckpoint::sign(&key(1), &origin(), size, Hash::from_bytes([root; 32])).unwrap()
    };
    assert!(sign(3, 1).contradicts(&sign(3, 2)));
    assert!(!sign(3, 1).contradicts(&sign(3, 1)));
    assert!(!sign(3, 1).contradicts(&sign(4, 2)));
}

proptest! {
    #[test]
    fn any_header_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(header) = Header::parse(Bytes::from(bytes.clone())) {
            prop_assert_eq!(&header.bytes()[..], &bytes[..]);
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_in_a_frame_is_refused(position in any::<prop::sample::Index>(), bit in 0..8_u8) {
        use prost::Message;
        let good = frame(&ten(), &key(1)).into_wire();
        let mut bytes = good.encode_to_vec();
        let at = position.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(wire) = crate::pb::exchange::v1::Frame::decode(bytes.as_slice())
            && let Ok(spoiled) = Frame::from_wire(wire)
            && let Ok(verified) = follow(Tree::new()).verify(spoiled)
        {
            // A body may be cut off (the header still proves its place); what is there must be what was written.
            for (got, written) in verified.entries().iter().zip(ten()) {
                prop_assert_eq!(got.header(), written.header());
                prop_assert!(got.body().is_none() || got.body() == written.body());
            }
        }
    }

    #[test]
    fn any_note_is_read_or_refused(text in ".{0,300}") {
        prop_assert!(SignedCheckpoint::verify(&Bytes::from(text), &key(1).public()).is_err());
    }
}

fn rotation(from: u8, to: u8) -> KeyRotation {
    KeyRotation::sign(&key(from), &key(to), Timestamp::from_millis(1)).unwrap()
}

fn rotated_entry(sequence: u64, payload: &[u8]) -> Entry {
    let body = body::seal([9; 16], payload);
    let header = NewHeader {
        log_id: origin().log_id(),
        sequence,
        seen: 0,
        time: Timestamp::from_millis(1_790_000_000_000),
        kind: Kind::KeyRotated,
        case_id: None,
        agreement: None,
        body_hash: body::body_hash(&body),
    };
    Entry::join(header.encode(), body).unwrap()
}

fn statement(from: u8, to: u8) -> Vec<u8> {
    Payload::from(KeyRotated::from(&rotation(from, to))).encode()
}

/// The frame with these entries behind what is held, closed at its end by a key.
fn next(held: &Tree, entries: &[Entry], signer: u8) -> Frame {
    let mut tree = held.clone();
    for entry in entries {
        tree.append(entry.header().leaf_hash());
    }
    let note = SignedCheckpoint::sign(&key(signer), &origin(), tree.size(), tree.root()).unwrap();
    Frame::new(origin().log_id(), held.size(), entries, &note, vec![])
}

#[test]
fn a_rotation_changes_who_signs_what_follows_it() {
    let mut follow = follow(Tree::new());
    let visits = |from| {
        (from..from + 3)
            .map(|at| entry(at, 0, b"a visit"))
            .collect()
    };
    let before: Vec<Entry> = visits(0);
    let first = follow.verify(next(&follow.tree, &before, 1)).unwrap();
    follow.advance(&first);
    let turn = [rotated_entry(3, &statement(1, 2))];
    // The new key cannot put itself in place.
    let usurped = follow.verify(next(&follow.tree, &turn, 2));
    assert_eq!(usurped.unwrap_err(), CheckpointError::Signature.into());
    let rotated = follow.verify(next(&follow.tree, &turn, 1)).unwrap();
    follow.advance(&rotated);
    assert_eq!(*follow.signers.current(), key(2).public());
    let after: Vec<Entry> = visits(4);
    let stale = follow.verify(next(&follow.tree, &after, 1));
    assert_eq!(stale.unwrap_err(), CheckpointError::Signature.into());
    let good = follow.verify(next(&follow.tree, &after, 2)).unwrap();
    follow.advance(&good);
    // Said again later, the same statement is of a key that is no longer valid.
    let again = [rotated_entry(7, &statement(1, 2))];
    let replayed = follow.verify(next(&follow.tree, &again, 2)).unwrap_err();
    let error = RotationError::OtherKey;
    assert_eq!(replayed, FrameError::Rotation { sequence: 7, error });
}

#[test]
fn a_crooked_rotation_is_refused_and_named() {
    let follow = follow(Tree::new());
    let refused = |payload: Vec<u8>| {
        let entries = [rotated_entry(0, &payload)];
        let frame = next(&follow.tree, &entries, 1);
        match follow.verify(frame).unwrap_err() {
            FrameError::Rotation { sequence: 0, error } => error,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused(statement(3, 2)), RotationError::OtherKey);
    assert_eq!(refused(b"nothing".to_vec()), RotationError::Malformed);
    let mut forged = KeyRotated::from(&rotation(1, 2));
    forged.old_key_signature = forged.new_key_signature;
    let forged = refused(Payload::from(forged).encode());
    assert!(matches!(forged, RotationError::Signature(_)), "{forged}");
    let without_body = rotated_entry(0, &statement(1, 2)).without_body();
    let frame = next(&follow.tree, &[without_body], 1);
    assert!(follow.verify(frame).is_err());
    let crowded = [rotated_entry(0, &statement(1, 2)), entry(1, 0, b"a visit")];
    let frame = next(&follow.tree, &crowded, 1);
    assert_eq!(
        follow.verify(frame).unwrap_err(),
        FrameError::BehindRotation(0)
    );
}
