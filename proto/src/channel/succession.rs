//! The certificate extension that shows how an identity key became the one it is.

use crate::identity::{KeyRotation, MAX_ROTATIONS, Succession};

/// The extension with the statements of how the identity key was replaced, 1.3.6.1.4.1.32473.7443.2. A key that was never
/// replaced has none.
pub const SUCCESSION_OID: [u64; 9] = [1, 3, 6, 1, 4, 1, 32473, 7443, 2];

/// Bytes of one statement with its DER header: OCTET STRING (200).
const STATEMENT: usize = STATEMENT_HEADER.len() + KeyRotation::BYTES;
const STATEMENT_HEADER: [u8; 3] = [0x04, 0x81, 200];

/// DER of the header of a sequence of this many bytes, which are more than 127.
fn sequence_header(length: usize) -> Vec<u8> {
    let [.., high, low] = length.to_be_bytes();
    if high == 0 {
        vec![0x30, 0x81, low]
    } else {
        vec![0x30, 0x82, high, low]
    }
}

/// DER of SEQUENCE OF OCTET STRING: each of the statements, oldest first.
pub(super) fn succession_to_der(succession: &Succession) -> Vec<u8> {
    let statements = succession.rotations();
    let mut der = sequence_header(statements.len() * STATEMENT);
    for statement in statements {
        der.extend_from_slice(&STATEMENT_HEADER);
        der.extend_from_slice(&statement.to_bytes());
    }
    der
}

/// `None` for anything but the one encoding of 1 to [`MAX_ROTATIONS`] statements in a row, each signed by both keys.
pub(super) fn succession_from_der(der: &[u8]) -> Option<Succession> {
    let count = der.len() / STATEMENT;
    let header = sequence_header(count * STATEMENT);
    let rest = der.strip_prefix(header.as_slice())?;
    // Counted before anything is verified: every statement costs two signatures.
    if count == 0 || count > MAX_ROTATIONS || rest.len() != count * STATEMENT {
        return None;
    }
    let statements = rest.chunks_exact(STATEMENT).map(|chunk| {
        let bytes = chunk.strip_prefix(&STATEMENT_HEADER)?.try_into().ok()?;
        KeyRotation::from_bytes(bytes).ok()
    });
    Succession::new(statements.collect::<Option<_>>()?).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identity::IdentityKey;

    fn row(steps: u8) -> Succession {
        let key = |seed| IdentityKey::from_seed([seed; 32]);
        let until = crate::time::Timestamp::from_millis(1_800_000_000_000);
        let step = |from| KeyRotation::sign(&key(from), &key(from + 1), until).unwrap();
        Succession::new((1..=steps).map(step).collect()).unwrap()
    }

    #[test]
    fn golden_succession() {
        insta::assert_snapshot!(hex::encode(succession_to_der(&row(1))));
        insta::assert_snapshot!(hex::encode(succession_to_der(&row(2))));
    }

    #[test]
    fn a_succession_reads_back_and_nothing_near_it_does() {
        for steps in 1..=8 {
            let der = succession_to_der(&row(steps));
            assert_eq!(succession_from_der(&der), Some(row(steps)));
            assert_eq!(succession_from_der(&[&der[..], &[0]].concat()), None);
            assert_eq!(succession_from_der(&der[..der.len() - 1]), None);
        }
        assert_eq!(
            succession_from_der(&succession_to_der(&Succession::NONE)),
            None
        );
        let mut der = succession_to_der(&row(2));
        for bit in 0..der.len() * 8 {
            der[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(succession_from_der(&der), None, "bit {bit}");
            der[bit / 8] ^= 1 << (bit % 8);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_succession(bytes: Vec<u8>) {
            prop_assert!(succession_from_der(&bytes).is_none());
        }
    }
}
