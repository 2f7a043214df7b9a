//! What an agreement leaves open when it is over: a case can then only be ended, and a quarter not settled before another is signed.

use super::AgreementView;
use crate::{
    book::{self, CaseFile},
    domain::{agreement::Status, case::State, statement::Status as QuarterStatus},
    office::{Office, OfficeError, reconcile},
};

/// Does a case wait for anything of its own correspondence? Who moved on is another case's matter.
pub(in crate::office) fn is_waiting(file: &CaseFile) -> bool {
    file.is_open() && file.case.state() != Some(State::Moved)
}

/// Does a quarter wait for a statement, an answer or a signature?
pub(in crate::office) const fn is_unsettled(status: QuarterStatus) -> bool {
    !matches!(status, QuarterStatus::NotDue | QuarterStatus::Closed)
}

/// In words, Chinese and English, of an agreement that is in force; none where nothing would be left.
pub(in crate::office) fn left_open(
    office: &Office,
    view: &AgreementView,
) -> Result<Option<(String, String)>, OfficeError> {
    if view.status != Status::Active {
        return Ok(None);
    }
    let cases = book::all_cases(&office.store, Some(&view.partner))?;
    let cases = cases.iter().filter(|file| is_waiting(file)).count();
    let quarters = reconcile::list(office, view.partner.code.as_str())?;
    let quarters = quarters.iter().filter(|file| is_unsettled(file.status));
    let quarters: Vec<_> = quarters.map(|file| file.quarter.to_string()).collect();
    if cases == 0 && quarters.is_empty() {
        return Ok(None);
    }
    let number = quarters.len();
    Ok(Some((
        format!(
            "尚有在办案卷 {cases} 份、未结账季度 {number} 个 ({}): 末日之后案卷只能由流出地结案, 季度不能再通报、结账, 除非另签协议。",
            quarters.join("、")
        ),
        format!(
            "{cases} cases are open and {number} quarters not closed ({}): after the last day home can only end the cases, and no quarter is stated or closed, unless another agreement is signed.",
            quarters.join(", ")
        ),
    )))
}
