//! The citizen's identity number (GB 11643), full or with the birth date hidden.

use std::{fmt, str::FromStr};

use super::{
    error::{At, PayloadError, ValueError},
    wire::{Slot, Wire},
};
use crate::time::Day;

/// GB 11643 §4.2.4: the weight of each of the first 17 digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// GB 11643 §4.2.4: the check character for each weighted sum modulo 11.
const CHECK: &[u8; 11] = b"10X98765432";

/// Where the birth date stands: positions 7 to 14.
const BIRTH: std::ops::Range<usize> = 6..14;

/// 18 characters: full, with a real birth date and the right check character; or with positions 7 to 14 replaced by `*`.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IdNumber(String);

impl IdNumber {
    /// Reads a full or a masked number. The error never repeats it.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refuse = || ValueError::Rule {
            zh: "应为 18 位公民身份号码, 校验码正确, 或第 7–14 位以 * 代替",
            en: "must be an 18-character citizen identity number with the right check character, or with positions 7 to 14 replaced by *",
        };
        let bytes = text.as_bytes();
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        if bytes.len() != 18
            || !digits(&bytes[..6])
            || !digits(&bytes[14..17])
            || !(bytes[17].is_ascii_digit() || bytes[17] == b'X')
        {
            return Err(refuse());
        }
        let masked = bytes[BIRTH].iter().all(|byte| *byte == b'*');
        let right = || digits(&bytes[BIRTH]) && birth(text).is_some() && check(bytes) == bytes[17];
        if !masked && !right() {
            return Err(refuse());
        }
        Ok(Self(text.to_owned()))
    }

    /// The number as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same number with the birth date hidden.
    #[must_use]
    pub fn mask(&self) -> Self {
        Self(format!("{}********{}", &self.0[..6], &self.0[14..]))
    }

    /// Is the birth date hidden?
    pub fn is_masked(&self) -> bool {
        self.0.as_bytes()[BIRTH.start] == b'*'
    }

    /// The day of birth, when it is not hidden.
    pub fn birth(&self) -> Option<Day> {
        birth(&self.0)
    }
}

fn birth(text: &str) -> Option<Day> {
    let digits = text.get(BIRTH)?;
    format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..])
        .parse()
        .ok()
}

fn check(bytes: &[u8]) -> u8 {
    let sum: u32 = bytes
        .iter()
        .zip(WEIGHTS)
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    CHECK[(sum % 11) as usize]
}

impl fmt::Display for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Always masked: a number must not reach a log file through a debug print.
impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", self.mask())
    }
}

impl FromStr for IdNumber {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::parse(text)
    }
}

impl Wire<String> for IdNumber {
    fn read(wire: String, at: &At<'_>) -> Result<Self, PayloadError> {
        Self::parse(&wire).map_err(|error| at.refuse(error))
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

impl Slot for IdNumber {}

#[cfg(test)]
impl proptest::arbitrary::Arbitrary for IdNumber {
    type Parameters = ();
    type Strategy = proptest::strategy::BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        use proptest::prelude::*;
        (
            "[1-8][0-9]{5}",
            1930..2010,
            1..=12,
            1..=28,
            "[0-9]{3}",
            any::<bool>(),
        )
            .prop_map(|(region, year, month, day, serial, hidden)| {
                let number = format!("{region}{year:04}{month:02}{day:02}{serial}");
                let number = Self(format!("{number}{}", char::from(check(number.as_bytes()))));
                if hidden { number.mask() } else { number }
            })
            .boxed()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    // The worked example of GB 11643 itself.
    const EXAMPLE: &str = "11010519491231002X";

    #[test]
    fn the_standard_example_is_good_and_every_other_check_character_is_not() {
        let number = IdNumber::parse(EXAMPLE).unwrap();
        assert_eq!(number.birth().unwrap().to_string(), "1949-12-31");
        for last in "0123456789x".chars() {
            assert!(IdNumber::parse(&format!("{}{last}", &EXAMPLE[..17])).is_err());
        }
    }

    #[test]
    fn every_single_wrong_digit_is_found() {
        for place in 0..17 {
            for digit in "0123456789".chars() {
                let mut text = EXAMPLE.to_owned();
                text.replace_range(place..=place, &digit.to_string());
                assert_eq!(IdNumber::parse(&text).is_ok(), text == EXAMPLE, "{text}");
            }
        }
    }

    #[test]
    fn a_masked_number_hides_the_birth_date_and_nothing_else() {
        let masked = IdNumber::parse(EXAMPLE).unwrap().mask();
        assert_eq!(masked.as_str(), "110105********002X");
        assert!(masked.is_masked() && masked.birth().is_none());
        assert_eq!(IdNumber::parse(masked.as_str()).unwrap(), masked);
        assert!(IdNumber::parse("110105*******1002X").is_err());
        assert!(!format!("{:?}", IdNumber::parse(EXAMPLE).unwrap()).contains("1949"));
    }
}
