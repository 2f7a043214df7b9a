//! What somebody brings back to have it checked: the code people type, the line a scanner read, or the whole page.

use hongyan_proto::letter::{FormCode, FormCodeError, FormSlip, SLIP_PREFIX, SlipError};
use thiserror::Error;

use super::Seal;

/// Whatever is longer than a code with every character apart, in bytes, is none, and nothing to look through.
const CODE_MOST: usize = 100;

/// A text that is no paper of this system.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PaperError {
    /// Nothing of ours, or altered.
    #[error(transparent)]
    Slip(#[from] SlipError),
    /// Not a code, or a mistyped one.
    #[error(transparent)]
    Code(#[from] FormCodeError),
}

/// What was brought, read. Whose signature a slip bears, the reader must ask its pins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Paper {
    /// A code, which says nothing by itself.
    Code(FormCode),
    /// The line of text behind the picture.
    Slip(Box<FormSlip>),
    /// A page with its slip.
    Page {
        /// The slip it carries.
        slip: Box<FormSlip>,
        /// Is it byte for byte what the slip names? With another seal, or a part of it missing, it is not.
        whole: bool,
    },
}

impl Paper {
    /// Reads a code, a slip or a page.
    pub fn read(text: &str) -> Result<Self, PaperError> {
        if let Some(line) = Seal::line_of(text) {
            let slip = FormSlip::parse(line)?;
            // Without its seal a page is what it was when it was numbered.
            let unsealed = Seal::of(&slip).taken_off(text);
            let whole = Seal::digest(&unsealed) == slip.content().page;
            return Ok(Self::Page {
                slip: Box::new(slip),
                whole,
            });
        }
        if text.trim_start().starts_with(SLIP_PREFIX) {
            return Ok(Self::Slip(Box::new(FormSlip::parse(text)?)));
        }
        if text.len() > CODE_MOST || text.contains('<') {
            return Err(SlipError::NotASlip.into());
        }
        Ok(Self::Code(FormCode::parse(text)?))
    }
}
