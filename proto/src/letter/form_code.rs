//! The code on a printed form that people type: twelve characters that notice a slip of the hand.

use std::fmt;

use prost::Message as _;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{slip::FormSlipContent, wire::Wire as _};
use crate::pb::exchange::v1 as pb;

/// What is hashed before the slip's content.
const DOMAIN: &[u8] = b"hongyan/form-code/v1\n";
/// Thirty-two characters without I, L, O and U, which are misread.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters that carry the digest: fifty bits. A node prints far fewer than the 33 million forms at which two would meet.
const DATA: usize = 10;
/// Characters that check: any two wrong characters are noticed, so also any two that changed places.
const CHECKS: usize = 2;
/// Characters between two hyphens.
const GROUP: usize = 4;

/// A text that is no code.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum FormCodeError {
    /// Too short, too long, or a character that no code has.
    #[error(
        "核验码应为 12 位数字和字母 (不含 I、L、O、U), 如 7K2M-Q4XA-9T0P  a code has 12 digits and letters, like 7K2M-Q4XA-9T0P"
    )]
    Shape,
    /// The check characters do not fit.
    #[error(
        "核验码有误, 请对照表格逐位核对 the code is mistyped: compare it with the paper, character by character"
    )]
    Mistyped,
}

/// The code of a form.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FormCode([u8; DATA]);

/// A product in the field of 32 elements, modulo x⁵ + x² + 1.
const fn times(a: u8, b: u8) -> u8 {
    let (a, mut product, mut bit) = (a as u16, 0_u16, 0);
    while bit < 5 {
        if b >> bit & 1 == 1 {
            product ^= a << bit;
        }
        bit += 1;
    }
    let mut high = 8;
    while high >= 5 {
        if product >> high & 1 == 1 {
            product ^= 0b10_0101 << (high - 5);
        }
        high -= 1;
    }
    product.to_le_bytes()[0]
}

/// The remainder by (x − α)(x − α²) with α = 2, a Reed-Solomon code of distance three: α + α² = 6 and α³ = 8.
fn checks(data: &[u8; DATA]) -> [u8; CHECKS] {
    let (mut high, mut low) = (0, 0);
    for digit in data {
        let factor = high ^ digit;
        high = low ^ times(factor, 6);
        low = times(factor, 8);
    }
    [high, low]
}

impl FormCode {
    /// The code of what a slip says.
    pub fn of(content: &FormSlipContent) -> Self {
        let wire: pb::FormSlipContent = content.write();
        let mut hasher = Sha256::new();
        hasher.update(DOMAIN);
        hasher.update(wire.encode_to_vec());
        let digest: [u8; 32] = hasher.finalize().into();
        let bits = digest[..7]
            .iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte))
            >> 6;
        let mut data = [0; DATA];
        for (at, digit) in data.iter_mut().rev().enumerate() {
            *digit = (bits >> (5 * at) & 31).to_le_bytes()[0];
        }
        Self(data)
    }

    /// Reads a code as people type it: small letters, spaces, hyphens, an O for a zero, an I or L for a one.
    pub fn parse(text: &str) -> Result<Self, FormCodeError> {
        let mut digits = Vec::with_capacity(DATA + CHECKS);
        for sign in text.chars() {
            let sign = match sign.to_ascii_uppercase() {
                ' ' | '-' | '\t' | '\n' | '\r' => continue,
                'O' => '0',
                'I' | 'L' => '1',
                sign => sign,
            };
            let digit = (0_u8..)
                .zip(DIGITS)
                .find(|(_, known)| char::from(**known) == sign);
            let (digit, _) = digit.ok_or(FormCodeError::Shape)?;
            digits.push(digit);
            if digits.len() > DATA + CHECKS {
                return Err(FormCodeError::Shape);
            }
        }
        let (data, check) = digits
            .split_first_chunk::<DATA>()
            .ok_or(FormCodeError::Shape)?;
        let check: [u8; CHECKS] = check.try_into().map_err(|_| FormCodeError::Shape)?;
        if checks(data) != check {
            return Err(FormCodeError::Mistyped);
        }
        Ok(Self(*data))
    }

    /// What it is found by.
    pub const fn as_bytes(&self) -> &[u8; DATA] {
        &self.0
    }
}

impl fmt::Display for FormCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = checks(&self.0);
        for (at, digit) in self.0.iter().chain(&check).enumerate() {
            if at > 0 && at % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(DIGITS[usize::from(*digit)]))?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::letter::slip::tests::content;

    #[test]
    fn golden_code_of_a_slip() {
        assert_eq!(FormCode::of(&content()).to_string(), "THPX-KASF-EWDC");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = FormCode([0, 1, 2, 3, 4, 5, 6, 7, 8, 31]);
        let text = code.to_string();
        assert_eq!(FormCode::parse(&text), Ok(code));
        let typed = text.to_lowercase().replace('-', " ").replacen('0', "o", 1);
        assert_eq!(FormCode::parse(&typed.replacen('1', "l", 1)), Ok(code));
        for wrong in ["", "7K2M", "7K2M-Q4XA-9T0P-1111", "7K2M-Q4XA-9T0U", "党员"] {
            assert_eq!(FormCode::parse(wrong), Err(FormCodeError::Shape), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_one_or_two_wrong_characters_are_noticed(
            data in proptest::array::uniform10(0_u8..32),
            first in 0_usize..12, second in 0_usize..12,
            one in 1_u8..32, other in 1_u8..32,
        ) {
            let code = FormCode(data);
            let plain = code.to_string().replace('-', "");
            let mut digits: Vec<u8> = plain
                .bytes()
                .map(|sign| u8::try_from(DIGITS.iter().position(|known| *known == sign).unwrap()).unwrap())
                .collect();
            digits[first] ^= one;
            if second != first {
                digits[second] ^= other;
            }
            let spelt: String = digits.iter().map(|digit| char::from(DIGITS[usize::from(*digit)])).collect();
            prop_assert_eq!(FormCode::parse(&spelt), Err(FormCodeError::Mistyped));
        }

        #[test]
        fn any_two_characters_that_changed_places_are_noticed(
            data in proptest::array::uniform10(0_u8..32), first in 0_usize..12, second in 0_usize..12,
        ) {
            let mut plain: Vec<char> = FormCode(data).to_string().replace('-', "").chars().collect();
            prop_assume!(plain[first] != plain[second]);
            plain.swap(first, second);
            let spelt: String = plain.into_iter().collect();
            prop_assert_eq!(FormCode::parse(&spelt), Err(FormCodeError::Mistyped));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            if let Ok(code) = FormCode::parse(&text) {
                prop_assert_eq!(FormCode::parse(&code.to_string()), Ok(code));
            }
        }
    }
}
