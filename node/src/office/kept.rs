//! What home kept to itself is corrected like a letter: the entry is void, and what is right is another one, in one commit.

use hongyan_proto::letter::{Correction, Payload, Replacement, Text};

use super::{Answer, OfficeError, contact, desk::Desk, probation};
use crate::book::{self, CaseFile, Partner, Shelf as _};

/// What was kept under this number about the member of a case. A letter of the case that has the same number in its own log goes before it.
pub(super) fn of(
    desk: &Desk<'_, '_>,
    (file, partner): (&CaseFile, Option<&Partner>),
    sequence: u64,
) -> Result<Option<Payload>, OfficeError> {
    let letter = partner.map(|partner| desk.draft.one(partner.out, sequence));
    if let Some(Ok(letter)) = letter
        && letter.header().case_id == Some(file.id)
    {
        return Ok(None);
    }
    let kept = book::at_home(desk.draft, sequence)?;
    Ok(kept.filter(|kept| match kept {
        Payload::MemberContacted(contact) => contact.case_id == file.id,
        Payload::ProbationDecided(decided) => Some(decided.member_id) == file.member,
        _ => false,
    }))
}

/// It never was.
pub(super) fn void(
    desk: &mut Desk<'_, '_>,
    (sequence, kept): (u64, &Payload),
    reason: Text<500>,
) -> Result<(), OfficeError> {
    desk.correct(sequence, reason, None)?;
    match kept {
        Payload::ProbationDecided(decided) => probation::taken_back(desk, decided),
        _ => Ok(()),
    }
}

/// It never was, or something else is right.
pub(super) fn correct(
    desk: &mut Desk<'_, '_>,
    (file, partner): (&CaseFile, Option<&Partner>),
    kept: &Payload,
    correction: Correction,
) -> Result<Answer, OfficeError> {
    let sequence = correction.corrects;
    let reason = correction
        .reason
        .map_or_else(|| Text::parse("更正 corrected"), Ok)?;
    match (kept, correction.replacement) {
        (_, None) => void(desk, (sequence, kept), reason)?,
        (Payload::MemberContacted(_), Some(Replacement::Contact(right))) => {
            desk.correct(sequence, reason, None)?;
            contact::keep(desk, (file, partner), right)?;
        }
        (Payload::ProbationDecided(decided), Some(Replacement::ProbationDecision(right))) => {
            probation::replaced(desk, decided, (reason, &right))?;
        }
        (_, Some(_)) => {
            return Err(OfficeError::NotCorrectable {
                case: file.id,
                sequence,
            });
        }
    }
    // What is right is named before what says that the other was wrong.
    let named = usize::from(desk.written.len() > 1);
    desk.written.rotate_left(named);
    Ok(Answer::about(file.id))
}
