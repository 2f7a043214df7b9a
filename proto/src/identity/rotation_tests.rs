//! A rotation to the byte, and every way in which one must be refused.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use prost::Message as _;

use super::*;

fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed([seed; 32])
}

fn rotation() -> KeyRotation {
    let until = Timestamp::from_millis(1_800_000_000_000);
    KeyRotation::sign(&key(1), &key(2), until).unwrap()
}

#[test]
fn golden() {
    // What the new key signs is as it was before the old key signed too: the first three fields are the same bytes.
    insta::assert_snapshot!(hex::encode(rotation().to_message().encode_to_vec()));
    insta::assert_snapshot!(hex::encode(rotation().to_bytes()));
}

#[test]
fn round_trip() {
    let rotation = rotation();
    assert_eq!(
        KeyRotation::verify(&rotation.to_message()),
        Ok(rotation.clone())
    );
    assert_eq!(KeyRotation::from_bytes(&rotation.to_bytes()), Ok(rotation));
}

type Spoil = fn(&mut pb::KeyRotated);

#[test]
fn any_other_content_is_refused() {
    let bad = Err(RotationError::Signature(BadSignature));
    let spoils: [Spoil; 6] = [
        |message| message.overlap_until_ms += 1,
        |message| message.new_key = key(3).public().to_field(),
        |message| message.old_key = key(3).public().to_field(),
        |message| message.new_key_signature = bytes::Bytes::new(),
        |message| message.old_key_signature = bytes::Bytes::new(),
        |message| message.old_key_signature = message.new_key_signature.clone(),
    ];
    for spoil in spoils {
        let mut message = rotation().to_message();
        spoil(&mut message);
        assert_eq!(KeyRotation::verify(&message), bad);
    }
}

#[test]
fn a_key_does_not_replace_itself() {
    let until = Timestamp::from_millis(0);
    assert_eq!(
        KeyRotation::sign(&key(1), &key(1), until),
        Err(RotationError::SameKey)
    );
}

proptest! {
    #[test]
    fn any_flipped_bit_is_refused(bit in 0..KeyRotation::BYTES * 8) {
        let mut bytes = rotation().to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(KeyRotation::from_bytes(&bytes).is_err());
    }
}
