//! The sealed letter: a session's messages as a file that is carried by hand or left in a mailbox. Signed by its author,
//! encrypted (age) to its reader's key, so that whoever carries it can neither read nor alter it.
//!
//! Which entries go into a letter and what its reader does with them is the node's business and does not belong here.

mod inquiry;
mod key;
mod open;
mod write;

pub use inquiry::{Inquiry, QUESTION_BYTES, Question};
pub use open::{Opened, SealedLetter, open, parse};
pub use write::LetterWriter;

use thiserror::Error;

use crate::{id::KeyId, message::MessageError};

/// Bytes of a letter before it is encrypted. Larger than this, it is carried in several files.
pub const MAX_LETTER_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of a sealed file: the letter, 16 bytes for every 64 KiB of it, and age's header.
pub const MAX_SEALED_BYTES: usize = MAX_LETTER_BYTES + MAX_LETTER_BYTES / 4096 + 4096;

/// The only format there is.
const FORMAT_VERSION: u32 = 1;

/// Keeps this signature apart from every other use of the identity key.
const SIGNATURE_DOMAIN: &[u8] = b"hongyan/sealed-letter/v1\n";

/// Field 6, length-delimited, 64 bytes: what stands before the signature, which ends the letter.
const SIGNATURE_TAG: [u8; 2] = [6 << 3 | 2, 64];

/// A sealed letter that cannot be written or taken in. Nothing of it was used.
#[derive(Debug, Error)]
pub enum SealedError {
    /// Not an age file.
    #[error(
        "这不是密封信件文件; 请核对所选文件 this is not a sealed letter; check which file was chosen"
    )]
    NotALetter,
    /// The encryption does not verify to the end.
    #[error(
        "信件被截断或改动; 请重新拷贝, 仍不行则请对方重新导出 the letter was cut short or altered; copy it again, or ask the partner to export it again"
    )]
    CutOrAltered,
    /// Encrypted to another key, or addressed to one.
    #[error(
        "信件不是写给本组织的; 请交给收信组织 the letter is for another organization; hand it to the one it is for"
    )]
    NotForUs,
    /// More than a letter may hold.
    #[error(
        "信件超过 {MAX_LETTER_BYTES} 字节的上限 the letter is larger than the limit of {MAX_LETTER_BYTES} bytes"
    )]
    TooLarge,
    /// Written by a newer program.
    #[error(
        "信件格式版本 {0} 本程序不识; 请升级本程序 letter format {0} is unknown here; upgrade this program"
    )]
    Version(u32),
    /// Its author is not the partner whose key was shown.
    #[error(
        "信件作者 {found} 与对方密钥 {expected} 不符 the letter's author {found} is not the partner {expected}"
    )]
    Author {
        /// The partner's key.
        expected: KeyId,
        /// Who the letter says wrote it.
        found: KeyId,
    },
    /// The author's signature.
    #[error(
        "信件签名不符: 不是所称作者写的 bad letter signature: it was not written by the author it names"
    )]
    Signature,
    /// A field or a message in it.
    #[error("信件内容不合格式 the letter's content is malformed: {0}")]
    Malformed(String),
    /// A message in it.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The file cannot be read or written.
    #[error("读写信件文件失败 reading or writing the letter failed: {0}")]
    Io(std::io::Error),
}

#[cfg(test)]
mod tests;
