//! The certificate extension that binds a TLS key to an identity key (the construction of libp2p-TLS).

use crate::identity::{BadSignature, IdentityKey, PublicKey};

/// The extension's object identifier, 1.3.6.1.4.1.32473.7443.1.
///
/// The project holds no enterprise number of its own. 32473 is the one RFC 5612 sets aside for examples: no other
/// program's extension can ever be registered under it, and only our own verifier reads ours.
pub const BINDING_OID: [u64; 9] = [1, 3, 6, 1, 4, 1, 32473, 7443, 1];

/// The identity key signs this followed by the DER of the certificate's `SubjectPublicKeyInfo`.
pub const BINDING_DOMAIN: &[u8] = b"hongyan/tls/v1\n";

// DER of SEQUENCE { OCTET STRING (32: key), OCTET STRING (64: signature) }. Lengths are fixed, so the frame is too.
const SEQUENCE: [u8; 2] = [0x30, 100];
const KEY: [u8; 2] = [0x04, 32];
const SIGNATURE: [u8; 2] = [0x04, 64];

/// The identity key's consent to a TLS key, as the extension carries it.
pub(super) struct Binding {
    pub(super) key: PublicKey,
    signature: [u8; 64],
}

fn signed_bytes(spki: &[u8]) -> Vec<u8> {
    [BINDING_DOMAIN, spki].concat()
}

impl Binding {
    pub(super) fn sign(identity: &IdentityKey, spki: &[u8]) -> Self {
        Self {
            key: identity.public(),
            signature: identity.sign(&signed_bytes(spki)),
        }
    }

    /// Does the identity key consent to this TLS key?
    pub(super) fn verify(&self, spki: &[u8]) -> Result<(), BadSignature> {
        self.key.verify(&signed_bytes(spki), &self.signature)
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        let parts: [&[u8]; 5] = [
            &SEQUENCE,
            &KEY,
            self.key.as_bytes(),
            &SIGNATURE,
            &self.signature,
        ];
        parts.concat()
    }

    /// `None` for anything but the one encoding of a usable key and a signature.
    pub(super) fn from_der(der: &[u8]) -> Option<Self> {
        let rest = der.strip_prefix(&SEQUENCE)?.strip_prefix(&KEY)?;
        let (key, rest) = rest.split_first_chunk::<32>()?;
        let signature = rest.strip_prefix(&SIGNATURE)?.try_into().ok()?;
        let key = PublicKey::from_slice(key).ok()?;
        Some(Self { key, signature })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn golden() {
        let binding = Binding::sign(
            &IdentityKey::from_seed([1; 32]),
            b"any SubjectPublicKeyInfo",
        );
        insta::assert_snapshot!(hex::encode(binding.to_der()), @"306404208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c0440ec271b47ea655085925fc962abdc3ee65c50bccc0fd1606af5286efbedb79650003d0128420fa2687261425183ae6c0eeba302d116b071cc9746636f93ab4a00");
    }

    proptest! {
        #[test]
        fn reads_back_and_holds_for_one_key_only(seed: [u8; 32], spki: Vec<u8>, other: Vec<u8>) {
            let binding = Binding::sign(&IdentityKey::from_seed(seed), &spki);
            let read = Binding::from_der(&binding.to_der()).unwrap();
            prop_assert_eq!(read.verify(&spki), Ok(()));
            prop_assert_eq!(read.verify(&other).is_ok(), other == spki);
        }

        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            prop_assert!(Binding::from_der(&bytes).is_none());
        }
    }
}
