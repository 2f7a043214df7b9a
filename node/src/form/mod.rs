//! Forms (表格): what an office prints, as whole HTML files for A4 paper. Data in, text out: no disk, no clock, no network.
//!
//! A page loads nothing and runs nothing, and every text of the records is escaped by the templates in `node/templates/form`. What a
//! form says is gathered in `office`; here is only how it looks, and what of it a paper is checked by.

mod activity;
mod agreement;
mod book;
mod certificate;
mod frame;
mod ledger;
mod paper;
mod picture;
mod receipt;
mod statement;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use activity::{ActivityForm, Signer};
pub use agreement::{AgreementForm, SigningParty};
pub use book::{BookForm, BookLine, BookSection};
pub use certificate::CertificateForm;
pub use frame::{Frame, Seal};
use hongyan_proto::{id::Hash, letter::FormKind};
pub use ledger::{LedgerForm, LedgerItem, LedgerLine, LedgerPerson};
pub use paper::{Paper, PaperError};
pub use picture::picture;
pub use receipt::ReceiptForm;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
pub use statement::{
    StatementDifference, StatementDirection, StatementForm, StatementLine, StatementSide,
};

/// What is hashed before a form's facts.
const FACTS_DOMAIN: &[u8] = b"hongyan/form-facts/v1\n";
/// Characters of a subject: enough to compare with the paper, and the picture stays coarse.
const SUBJECT_MOST: usize = 60;

/// A label, its English, and a value.
pub type Row = (String, String, String);

/// What one form says. The texts of a fact are those people read; their digest is what a later comparison goes by, so a field is
/// added only so that it is left out of the JSON where it is empty.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub enum Form {
    /// 活动记录表.
    Activity(ActivityForm),
    /// 流动党员活动证.
    Certificate(CertificateForm),
    /// 党员记实册.
    Book(BookForm),
    /// 党费收据.
    Receipt(ReceiptForm),
    /// 双向共管协议.
    Agreement(AgreementForm),
    /// 季度通报.
    Statement(StatementForm),
    /// 活动管理台账.
    Ledger(LedgerForm),
}

impl Form {
    /// Which form.
    pub const fn kind(&self) -> FormKind {
        match self {
            Self::Activity(_) => FormKind::Activity,
            Self::Certificate(_) => FormKind::Certificate,
            Self::Book(_) => FormKind::Book,
            Self::Receipt(_) => FormKind::Receipt,
            Self::Agreement(_) => FormKind::Agreement,
            Self::Statement(_) => FormKind::Statement,
            Self::Ledger(_) => FormKind::Ledger,
        }
    }

    /// What a reader compares with the paper: a few facts that stand on it. Shortened with an ellipsis.
    pub fn subject(&self) -> String {
        let whole = match self {
            Self::Activity(form) => form.subject(),
            Self::Certificate(form) => form.subject(),
            Self::Book(form) => form.subject(),
            Self::Receipt(form) => form.subject(),
            Self::Agreement(form) => form.subject(),
            Self::Statement(form) => form.subject(),
            Self::Ledger(form) => form.subject(),
        };
        let plain: String = whole
            .chars()
            .map(|sign| if sign.is_control() { ' ' } else { sign })
            .collect();
        if plain.chars().count() <= SUBJECT_MOST {
            return plain;
        }
        let mut short: String = plain.chars().take(SUBJECT_MOST - 1).collect();
        short.push('…');
        short
    }

    /// The digest of what was recorded: the same as long as nothing was corrected, whatever program prints it.
    pub fn facts(&self) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(FACTS_DOMAIN);
        // Texts, numbers and lists of them: there is nothing here that JSON could not say.
        hasher.update(serde_json::to_vec(self).unwrap_or_default());
        Hash::from_bytes(hasher.finalize().into())
    }

    /// The whole file.
    pub fn page(&self, frame: &Frame, seal: &Seal) -> Result<String, askama::Error> {
        match self {
            Self::Activity(form) => form.page(frame, seal),
            Self::Certificate(form) => form.page(frame, seal),
            Self::Book(form) => form.page(frame, seal),
            Self::Receipt(form) => form.page(frame, seal),
            Self::Agreement(form) => form.page(frame, seal),
            Self::Statement(form) => form.page(frame, seal),
            Self::Ledger(form) => form.page(frame, seal),
        }
    }
}

/// The page of a form: a template that gets the form, the frame and the seal.
macro_rules! page {
    ($form:ident, $path:literal) => {
        #[derive(askama::Template)]
        #[template(path = $path)]
        struct Page<'a> {
            form: &'a $form,
            frame: &'a $crate::form::Frame,
            seal: &'a $crate::form::Seal,
        }

        impl $form {
            pub(super) fn page(
                &self,
                frame: &$crate::form::Frame,
                seal: &$crate::form::Seal,
            ) -> Result<String, askama::Error> {
                let page = Page {
                    form: self,
                    frame,
                    seal,
                };
                askama::Template::render(&page)
            }
        }
    };
}
use page;
