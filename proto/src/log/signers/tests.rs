//! Tests of `signers`.

use proptest::prelude::*;

use super::*;
use crate::{
    id::{Epoch, Hash, LogOrigin},
    identity::IdentityKey,
    time::Timestamp,
};

fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed([seed; 32])
}

fn step(from: u8, to: u8) -> KeyRotation {
    KeyRotation::sign(&key(from), &key(to), Timestamp::from_millis(1)).unwrap()
}

fn note(seed: u8, size: u64) -> Bytes {
    let origin = LogOrigin {
        author: key(1).public().key_id(),
        audience: key(99).public().key_id(),
        epoch: Epoch::from_bytes([7; 16]),
    };
    let root = Hash::from_bytes([5; 32]);
    let signed = SignedCheckpoint::sign(&key(seed), &origin, size, root);
    signed.unwrap().note().clone()
}

/// Signers of a log that began with key 1 and went on to 2, 3, … after these sizes.
fn chain(sizes: &[u64]) -> Signers {
    let mut signers = Signers::from(key(1).public());
    for (number, size) in (1_u8..).zip(sizes) {
        signers.push(*size, step(number, number + 1)).unwrap();
    }
    signers
}

#[test]
fn a_rotation_of_another_key_or_an_old_one_is_refused() {
    let mut signers = chain(&[4]);
    let mut refused = |size, rotation| signers.push(size, rotation).unwrap_err();
    assert_eq!(refused(9, step(3, 4)), RotationError::OtherKey);
    assert_eq!(refused(9, step(1, 2)), RotationError::OtherKey);
    assert_eq!(refused(9, step(2, 1)), RotationError::Reused);
    assert_eq!(refused(4, step(2, 3)), RotationError::OtherKey);
    assert_eq!(signers, chain(&[4]));
}

#[test]
fn what_is_not_held_yet_may_be_signed_by_a_key_that_was_shown() {
    let signers = chain(&[]);
    let shown = Succession::new(vec![step(1, 2), step(2, 3)]).unwrap();
    assert!(signers.verify(&note(3, 9), 5, &shown).is_ok());
    assert!(signers.verify(&note(3, 9), 5, &Succession::NONE).is_err());
    assert!(signers.verify(&note(3, 5), 5, &shown).is_err());
    let other = Succession::new(vec![step(4, 3)]).unwrap();
    assert!(signers.verify(&note(3, 9), 5, &other).is_err());
}

proptest! {
    /// Whatever the row of rotations: each size has exactly one key, and the change lies behind the rotation's own entry.
    #[test]
    fn each_size_has_one_key(
        steps in prop::collection::vec(1_u64..5, 0..6), size in 0_u64..40, signer in 1_u8..8,
    ) {
        let sizes: Vec<u64> = steps.iter().scan(0, |sum, step| { *sum += step; Some(*sum) }).collect();
        let signers = chain(&sizes);
        let passed = sizes.iter().filter(|boundary| **boundary < size).count();
        let right = u8::try_from(passed).unwrap() + 1;
        prop_assert_eq!(*signers.at(size), key(right).public());
        let verified = signers.verify(&note(signer, size), 40, &Succession::NONE);
        prop_assert_eq!(verified.is_ok(), signer == right);
    }
}
