//! What stands around every form: who issued it under which number, and the seal that a paper is checked by.

use hongyan_proto::{
    id::{Hash, OrganizationCode},
    letter::{FormSlip, SLIP_PREFIX},
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};

use super::picture;

/// What is hashed before a page.
const PAGE_DOMAIN: &[u8] = b"hongyan/form-page/v1\n";
/// Where a page carries its slip.
const SLIP_AT: &str = "<meta name=\"hongyan-form\" content=\"";

const MINUTE_MS: i64 = 60_000;
const CHINA_OFFSET_MINUTES: i64 = 8 * 60;
const DAY_MINUTES: i64 = 24 * 60;

/// Who issued a form, under which number, when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frame {
    /// The organization's name.
    pub organization: String,
    /// Its code.
    pub code: String,
    /// The form's number.
    pub number: String,
    /// When it was printed: day and minute in China.
    pub printed: String,
}

impl Frame {
    /// Around one form.
    pub fn new(organization: &str, code: &OrganizationCode, number: &str, at: Timestamp) -> Self {
        let minutes = at.millis().div_euclid(MINUTE_MS) + CHINA_OFFSET_MINUTES;
        let minutes = minutes.rem_euclid(DAY_MINUTES);
        Self {
            organization: organization.to_owned(),
            code: code.to_string(),
            number: number.to_owned(),
            printed: format!("{} {:02}:{:02}", at.day(), minutes / 60, minutes % 60),
        }
    }
}

/// What a slip puts onto a page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Seal {
    /// What people type.
    pub code: String,
    /// The slip's line of text.
    pub text: String,
    /// The same as a picture, SVG.
    pub picture: String,
}

impl Seal {
    /// Stands where a seal will be: characters of no meaning, so that a part of a seal put anywhere else on a page is noticed.
    pub fn blank() -> Self {
        Self {
            code: "\u{e000}".to_owned(),
            text: "\u{e001}".to_owned(),
            picture: "\u{e002}".to_owned(),
        }
    }

    /// The seal of a slip.
    pub fn of(slip: &FormSlip) -> Self {
        let text = slip.to_text();
        Self {
            code: slip.code().to_string(),
            picture: picture(&text),
            text,
        }
    }

    /// The page as it was before it was sealed.
    pub fn taken_off(&self, page: &str) -> String {
        let blank = Self::blank();
        page.replace(&self.picture, &blank.picture)
            .replace(&self.text, &blank.text)
            .replace(&self.code, &blank.code)
    }

    /// The digest of a page with a blank seal.
    pub fn digest(unsealed: &str) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(PAGE_DOMAIN);
        hasher.update(unsealed);
        Hash::from_bytes(hasher.finalize().into())
    }

    /// The line of text that a page carries; none for a text that is no page of ours.
    pub fn line_of(page: &str) -> Option<&str> {
        let (_, rest) = page.split_once(SLIP_AT)?;
        let (line, _) = rest.split_once('"')?;
        line.starts_with(SLIP_PREFIX).then_some(line)
    }
}
