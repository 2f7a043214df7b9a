//! Facts about a member away (党员记实): what must hold beside the table before one is written, and reading them.

use hongyan_proto::{
    letter::Payload,
    log::{Kind, KindGroup},
};

use super::{
    Office, OfficeError,
    desk::Desk,
    find,
    letters::{CaseLetter, timeline},
};
use crate::{
    book::{self, CaseFile, Partner, Shelf as _},
    store::StoreError,
};

/// Receipt numbers are used once; a correction names an own fact of this case.
pub(super) fn check(
    desk: &Desk<'_, '_>,
    partner: &Partner,
    file: &CaseFile,
    payload: &Payload,
) -> Result<(), OfficeError> {
    match payload {
        Payload::Dues(dues) => {
            if book::receipt_is_used(desk.draft, partner, dues.receipt.as_str())? {
                return Err(OfficeError::ReceiptUsed(dues.receipt.to_string()));
            }
            Ok(())
        }
        Payload::Correction(correction) => {
            let refuse = OfficeError::NotCorrectable {
                case: file.id,
                sequence: correction.corrects,
            };
            let entry = match desk.draft.one(partner.out, correction.corrects) {
                Err(StoreError::UnknownEntry { .. }) => return Err(refuse),
                entry => entry?,
            };
            let header = entry.header();
            let right = header.case_id == Some(file.id)
                && header.kind.group() == KindGroup::Fact
                && header.kind != Kind::Correction
                && correction
                    .replacement
                    .as_ref()
                    .is_none_or(|replacement| replacement.kind() == header.kind)
                && book::refusal(desk.draft, partner.out, correction.corrects)?.is_none();
            if right { Ok(()) } else { Err(refuse) }
        }
        _ => Ok(()),
    }
}

/// The facts of a case in the order both sides share. Those that a correction replaced only when asked for.
pub(super) fn list(
    office: &Office,
    case: &str,
    kinds: &[Kind],
    corrected: bool,
) -> Result<(CaseFile, Vec<CaseLetter>), OfficeError> {
    let (file, partner) = find::case(&office.store, case)?;
    let (file, letters) = timeline(office, file.id, partner.as_ref())?;
    let letters = letters
        .into_iter()
        .filter(|letter| letter.kind.group() == KindGroup::Fact)
        .filter(|letter| kinds.is_empty() || kinds.contains(&letter.kind))
        .filter(|letter| corrected || letter.corrected_by.is_none())
        .collect();
    Ok((file, letters))
}
