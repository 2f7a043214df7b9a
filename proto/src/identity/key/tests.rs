//! Tests of `key`.

use proptest::prelude::*;

use super::*;

#[test]
fn rfc_8032_first_test_vector() {
    let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let key = IdentityKey::from_seed(seed.unwrap().try_into().unwrap());
    assert_eq!(
        key.public().to_string(),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    );
    assert_eq!(
        hex::encode(key.sign(b"")),
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
         d25bf5f0595bbe24655141438e7a100b"
    );
    assert_eq!(
        key.public().key_id().to_string(),
        "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9"
    );
}

#[test]
fn a_secret_shows_nothing() {
    let key = IdentityKey::from_seed([7; 32]);
    assert_eq!(format!("{key:?}"), "IdentityKey(..)");
}

#[test]
fn small_order_and_doubly_spelled_points_are_refused() {
    let mut identity_point = [0; 32];
    identity_point[0] = 1;
    assert_eq!(PublicKey::from_slice(&identity_point), Err(KeyError::Point));
    assert_eq!(PublicKey::from_slice(&[0; 32]), Err(KeyError::Point));
    // y = p + 3 names the same point as y = 3.
    let mut second_spelling = [0xff; 32];
    second_spelling[0] = 0xf0;
    second_spelling[31] = 0x7f;
    assert_eq!(
        PublicKey::from_slice(&second_spelling),
        Err(KeyError::Point)
    );
    let mut first_spelling = [0; 32];
    first_spelling[0] = 3;
    assert!(PublicKey::from_slice(&first_spelling).is_ok());
    assert_eq!(PublicKey::from_slice(&[1; 31]), Err(KeyError::Length(31)));
}

proptest! {
    #[test]
    fn any_altered_bit_spoils_a_signature(seed: [u8; 32], message: Vec<u8>, bit in 0_usize..512) {
        let key = IdentityKey::from_seed(seed);
        let mut signature = key.sign(&message);
        prop_assert_eq!(key.public().verify(&message, &signature), Ok(()));
        signature[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(key.public().verify(&message, &signature), Err(BadSignature));
    }

    #[test]
    fn a_seed_is_the_key(seed: [u8; 32]) {
        let key = IdentityKey::from_seed(seed);
        prop_assert_eq!(*key.seed(), seed);
        prop_assert_eq!(PublicKey::from_slice(key.public().as_bytes()), Ok(key.public()));
    }
}
