//! A fingerprint as people say it by telephone.

use crate::id::KeyId;

/// Groups in the spoken form.
const GROUPS: usize = 6;
/// Bytes of the fingerprint behind one group.
const GROUP_BYTES: usize = 5;
/// A group is below this: five decimal digits.
const GROUP_MODULUS: u64 = 100_000;

impl KeyId {
    /// Six groups of five decimal digits, to be read aloud and compared: "52391 00713 …".
    ///
    /// Group i is bytes 5i to 5i+4 of the fingerprint as a big-endian number, modulo 100,000; the last two bytes are not
    /// spoken. That is 30 digits, about 99 bits: whoever wants another key with the same digits must try about 2⁹⁹ keys.
    pub fn spoken(&self) -> String {
        let groups: Vec<String> = self
            .as_bytes()
            .chunks_exact(GROUP_BYTES)
            .take(GROUPS)
            .map(|chunk| {
                let number = chunk
                    .iter()
                    .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
                format!("{:05}", number % GROUP_MODULUS)
            })
            .collect();
        groups.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn golden() {
        let mut bytes = [0; 32];
        for (byte, value) in bytes.iter_mut().zip(0_u8..) {
            *byte = value;
        }
        // 0x0001020304 = 16,909,060; 0x0506070809 = 21,575,960,585; and so on.
        assert_eq!(
            KeyId::from_bytes(bytes).spoken(),
            "09060 60585 12110 63635 15160 66685"
        );
        assert_eq!(
            KeyId::from_bytes([0; 32]).spoken(),
            "00000 00000 00000 00000 00000 00000"
        );
    }

    proptest! {
        #[test]
        fn always_six_groups_of_five(bytes: [u8; 32]) {
            let spoken = KeyId::from_bytes(bytes).spoken();
            let groups: Vec<&str> = spoken.split(' ').collect();
            prop_assert_eq!(groups.len(), 6);
            prop_assert!(groups.iter().all(|group| group.len() == 5));
        }
    }
}
