//! Which attendance of hosted members this node told, by case, day and kind: the same event must not be told twice, by a record of the
//! activity and by one about the person. Own letters only.

use hongyan_proto::{
    id::CaseId,
    letter::{ActivityKind, Attendance, Payload, Replacement},
    log::{Header, Kind},
    time::Day,
};

use super::{BookError, Shelf, apply::Place};
use crate::store::{Draft, LogNo, View};

/// What a letter says now: by its log and sequence.
fn letter_key(log: LogNo, sequence: u64) -> Vec<u8> {
    [&b"f"[..], &log.0.to_be_bytes(), &sequence.to_be_bytes()].concat()
}

/// The letters about an event. One that was corrected to another day or kind stays here and says otherwise.
fn event_key(
    shelf: &impl Shelf,
    log: LogNo,
    (case, day, kind): (CaseId, Day, ActivityKind),
) -> Vec<u8> {
    let text = format!("{case} {day} {}", kind.code());
    let blind = shelf.hide(text.as_bytes());
    [&b"w"[..], &log.0.to_be_bytes(), &blind].concat()
}

/// Takes in a letter about a case that this node wrote to a partner.
pub(super) fn keep(
    draft: &mut Draft<'_>,
    place: &Place,
    case: CaseId,
    (header, payload): (&Header, &Payload),
) -> Result<(), BookError> {
    let (sequence, says) = match payload {
        Payload::Attendance(attendance) => (header.sequence, Some(attendance)),
        Payload::Correction(correction) => {
            let known = letter_key(place.log, correction.corrects);
            if draft.get(View::Attended, &known)?.is_none() {
                return Ok(());
            }
            match &correction.replacement {
                Some(Replacement::Attendance(attendance)) => {
                    (correction.corrects, Some(attendance))
                }
                None => (correction.corrects, None),
                // It corrects nothing.
                Some(_) => return Ok(()),
            }
        }
        _ => return Ok(()),
    };
    let bytes = says.map(|says| Payload::from(says.clone()).encode());
    let key = letter_key(place.log, sequence);
    draft.put_view(View::Attended, &key, bytes.unwrap_or_default())?;
    if let Some(says) = says {
        let event = event_key(draft, place.log, (case, says.day, says.activity));
        let key = [&event[..], &sequence.to_be_bytes()].concat();
        draft.put_view(View::Attended, &key, Vec::new())?;
    }
    Ok(())
}

/// The letters of a log that tell of the same event, each with its sequence and what it says now: of the same case, day and kind; a theme
/// that one of them leaves out is no difference.
pub fn attended(
    shelf: &impl Shelf,
    log: LogNo,
    case: CaseId,
    event: &Attendance,
) -> Result<Vec<(u64, Attendance)>, BookError> {
    let wrong = || BookError::View("attended");
    let prefix = event_key(shelf, log, (case, event.day, event.activity));
    let mut found = Vec::new();
    for (key, _) in shelf.scan(View::Attended, &prefix)? {
        let (_, sequence) = key.split_last_chunk::<8>().ok_or_else(wrong)?;
        let sequence = u64::from_be_bytes(*sequence);
        let bytes = shelf.get(View::Attended, &letter_key(log, sequence))?;
        let bytes = bytes.ok_or_else(wrong)?;
        if bytes.is_empty() {
            continue;
        }
        let Ok(Payload::Attendance(says)) = Payload::decode(Kind::Attendance, &bytes) else {
            return Err(wrong());
        };
        let themes = says.theme.as_ref().zip(event.theme.as_ref());
        let same = (says.day, says.activity) == (event.day, event.activity);
        if same && themes.is_none_or(|(one, other)| one == other) {
            found.push((sequence, says));
        }
    }
    Ok(found)
}
