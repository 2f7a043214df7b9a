//! Record books (党员记实): awards, penalties and roles are entered here; the rest of a book is derived, or told by the other side of a
//! case; the member confirms with a one-time code.

mod code;
mod fact;
mod told;
mod year;

use hongyan_proto::id::{CaseId, MemberId};

pub(super) use self::{
    code::{confirm, give},
    fact::{Fact, Right, add, correct},
    told::{Letter, Told, letters},
    year::{Year, paper, show, stats},
};
use super::{OfficeError, roster};
use crate::{
    book::Shelf,
    domain::life::{Candidate, Who, roll::find_any},
};

/// Whoever the text names: of the roster, or hosted.
pub(super) fn person(shelf: &impl Shelf, text: &str) -> Result<Candidate, OfficeError> {
    find_any(&roster::everyone(shelf)?, text)
        .cloned()
        .map_err(|problem| OfficeError::field("person", problem))
}

const fn ids(who: Who) -> (Option<MemberId>, Option<CaseId>) {
    match who {
        Who::Member(id) => (Some(id), None),
        Who::Hosted(id) => (None, Some(id)),
    }
}
