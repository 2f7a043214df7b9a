//! Forms (表格): what is recorded becomes a page, the printing an entry, and a paper is checked against both.
//!
//! One file per form gathers what it says; nothing here knows how a page looks.

mod activity;
mod agreement;
mod book;
mod certificate;
mod ledger;
mod print;
mod receipt;
mod since;
mod statement;
mod verify;
mod words;

use hongyan_proto::letter::{FormKind, FormTarget};
#[cfg(test)]
pub(super) use print::Printed;
pub(super) use print::{Wanted, print};
pub(super) use since::Change;
pub(super) use verify::{Signer, Standing, Verdict, list, verify};

use super::{Office, OfficeError};
use crate::form::Form;

/// What a form says, as far as it is recorded now.
struct Drawn {
    form: Form,
    /// Persons whose data stand on it.
    persons: u32,
    /// The entries of the local log that it says, as far as they have places of their own.
    entries: Vec<u64>,
    /// What it is about does not count any more: nothing is printed of it.
    void: bool,
}

/// Gathers what a form about this says.
fn draw(office: &Office, kind: FormKind, target: &FormTarget) -> Result<Drawn, OfficeError> {
    // What an entry names was checked to be there when it was read.
    let missing = || OfficeError::Damaged("表格记录 form".to_owned());
    match kind {
        FormKind::Activity => activity::draw(office, target.record.ok_or_else(missing)?),
        FormKind::Certificate => {
            certificate::draw(office, target.certificate.as_ref().ok_or_else(missing)?)
        }
        FormKind::Book => book::draw(office, target),
        FormKind::Receipt => receipt::draw(office, target.record.ok_or_else(missing)?),
        FormKind::Agreement => agreement::draw(office, target.agreement.ok_or_else(missing)?),
        FormKind::Statement => {
            let partner = target.partner.ok_or_else(missing)?;
            statement::draw(office, partner, target.quarter.ok_or_else(missing)?)
        }
        FormKind::Ledger => {
            let unit = target.unit.as_ref().ok_or_else(missing)?;
            let year = target.year.ok_or_else(missing)?.get();
            ledger::draw(office, unit.as_str(), year)
        }
    }
}
