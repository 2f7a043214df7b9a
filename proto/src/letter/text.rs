//! Text with a bound: what people wrote, fit to be signed, stored and printed.

use std::{fmt, str::FromStr};

use super::{
    error::{At, PayloadError, ValueError},
    wire::{Slot, Wire},
};

/// Texts of this many characters or more may have several lines.
const LINES_FROM: usize = 500;

/// 1 to `MAX` characters, without surrounding white space and without characters that cannot be seen.
///
/// White space is refused rather than trimmed: a reader must be able to write back the very bytes that were hashed.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Reads it.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        Self::new(text.to_owned())
    }

    /// Takes over a text.
    pub fn new(text: String) -> Result<Self, ValueError> {
        let lines = MAX >= LINES_FROM;
        let (found, hidden) = if text.is_ascii() {
            // Most of a log may be such texts: bytes are judged many at a time, characters one by one.
            // All of them, without stopping at the first: that is what makes it many at a time.
            let hidden = text.bytes().fold(false, |hidden, byte| {
                hidden | (byte.is_ascii_control() && !(lines && byte == b'\n'))
            });
            (text.len(), hidden)
        } else {
            text.chars().fold((0, false), |(found, hidden), character| {
                (found + 1, hidden || is_hidden(character, lines))
            })
        };
        if found == 0 || found > MAX || text.trim().len() != text.len() || hidden {
            return Err(ValueError::Text { max: MAX, found });
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Can this character not be seen, or does it change the order or presence of what is shown? A person would sign something else
/// than they read.
fn is_hidden(character: char, lines: bool) -> bool {
    match character {
        '\n' => !lines,
        '\u{061c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => true,
        other => other.is_control(),
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> FromStr for Text<MAX> {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::parse(text)
    }
}

impl<const MAX: usize> Wire<String> for Text<MAX> {
    fn read(wire: String, at: &At<'_>) -> Result<Self, PayloadError> {
        if wire.is_empty() {
            return Err(at.refuse(ValueError::Missing));
        }
        Self::new(wire).map_err(|error| at.refuse(error))
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

impl<const MAX: usize> Slot for Text<MAX> {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_refused() {
        for bad in [
            "",
            " 张三",
            "张三 ",
            "张\t三",
            "张\u{202e}三",
            "张\n三",
            "张\u{0}三",
            "a\tb",
            "a\nb",
            "ab\u{7f}",
            "张三李四王",
        ] {
            assert!(Text::<4>::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Text::<4>::parse("张 三四").unwrap().as_str(), "张 三四");
        assert!(Text::<500>::parse("第一行\n第二行").is_ok());
        assert!(Text::<500>::parse("one\ntwo").is_ok());
    }
}
