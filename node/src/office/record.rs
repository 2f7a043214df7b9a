//! Facts about a member away (党员记实): what must hold beside the table before one is written, and reading them.

use hongyan_proto::{
    letter::{Correction, Payload, Told},
    log::{Kind, KindGroup},
};

use super::{
    Office, OfficeError,
    assessment::again,
    desk::Desk,
    find,
    letters::{CaseLetter, timeline},
    tell::record_of,
};
use crate::{
    book::{self, CaseFile, Partner, Shelf as _, Standing},
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

/// An event is told once: a record about the person after one of the activity, or a second one of either kind, is refused. So is a correction
/// of a letter alone that tells of a record.
pub(super) fn told_once(
    desk: &Desk<'_, '_>,
    partner: &Partner,
    file: &CaseFile,
    payload: &Payload,
) -> Result<(), OfficeError> {
    let attendance = match payload {
        Payload::Attendance(attendance) => attendance,
        Payload::Correction(correction) => {
            return by_its_record(desk, partner, correction.corrects);
        }
        _ => return Ok(()),
    };
    let told = book::attended(desk.draft, partner.out, file.id, attendance)?;
    let Some((sequence, _)) = told.first() else {
        return Ok(());
    };
    Err(OfficeError::field(
        "attendance",
        format!(
            "该党员 {} 的{}已记 (out:{} 第 {sequence} 条); 由活动记录写的用 activity correct 更正, 否则用 record correct; 同日另有一次请写明不同的主题 told already: correct the activity's record, or this letter with record correct; another event of the day needs a theme of its own",
            attendance.day,
            attendance.activity.label().0,
            partner.code,
        ),
    ))
}

/// What a record told is corrected with the record: otherwise this node's book would say what the partner's does not.
fn by_its_record(desk: &Desk<'_, '_>, partner: &Partner, sequence: u64) -> Result<(), OfficeError> {
    let says = match book::standing(desk.draft, partner.out, sequence)? {
        Standing::Corrected(_, says) => Some(*says),
        Standing::AsWritten => book::payload_of(&desk.draft.one(partner.out, sequence)?),
        Standing::Void(_) => None,
    };
    let log_id = desk.draft.log(partner.out)?.log_id();
    let letter = Told { log_id, sequence };
    let record = match says {
        Some(says) => record_of(desk.draft, &letter, &says)?,
        None => None,
    };
    let Some(record) = record else { return Ok(()) };
    let (zh, command) = match &record.payload {
        Payload::Activity(_) => ("活动记录", "activity correct"),
        _ => ("记实记录", "book correct"),
    };
    let number = record.sequence;
    Err(OfficeError::field(
        "correction.corrects",
        format!(
            "第 {sequence} 条信件说的是{zh} {number}, 请用 {command} {number} 更正, 两边一并更正 entry {sequence} tells of record {number}: correct that with {command} {number}, and the letter follows"
        ),
    ))
}

/// A fact that the case has already, word for word, is a slip of the hand; so is a second conduct of a quarter. Of attendance and dues more is compared than the words, elsewhere.
pub(super) fn not_again(
    desk: &Desk<'_, '_>,
    partner: &Partner,
    file: &CaseFile,
    payload: &Payload,
) -> Result<(), OfficeError> {
    if matches!(
        payload.kind(),
        Kind::Attendance | Kind::Dues | Kind::Correction
    ) {
        return Ok(());
    }
    match book::said(desk.draft, partner.out, file.id, payload)?.first() {
        None => Ok(()),
        Some((_, sequence)) if payload.kind() == Kind::Conduct => Err(again(
            *sequence,
            "每季度只有一次现实表现, 有变化用 record correct 更正那一条 a quarter has one: correct that with record correct",
        )),
        Some((_, sequence)) => Err(again(
            *sequence,
            "内容相同, 不重复记录; 确有另一次请写明不同之处, 记错的用 record correct 更正 it is recorded already: say what is different, or correct that one",
        )),
    }
}

/// A correction of what stands: of a letter as it was written, or of its last correction. Whoever names the letter itself after that has not seen
/// what stands now. Both nodes count corrections by the letter, so that is what is written.
pub(super) fn of_what_stands(
    desk: &Desk<'_, '_>,
    partner: &Partner,
    correction: Correction,
) -> Result<Correction, OfficeError> {
    let named = correction.corrects;
    let entry = match desk.draft.one(partner.out, named) {
        // The check that follows says so.
        Err(StoreError::UnknownEntry { .. }) => return Ok(correction),
        entry => entry?,
    };
    let corrects = match book::payload_of(&entry) {
        Some(Payload::Correction(earlier)) => earlier.corrects,
        _ => named,
    };
    let refuse = |problem: String| Err(OfficeError::field("correction.corrects", problem));
    match book::standing(desk.draft, partner.out, corrects)? {
        Standing::Void(by) => refuse(format!(
            "第 {named} 条已由第 {by} 条作废, 如有应记的请另行记录 entry {named} is void since entry {by}: record another"
        )),
        Standing::Corrected(by, _) if by != named => refuse(format!(
            "第 {named} 条已由第 {by} 条更正, 现以第 {by} 条为准, 请更正第 {by} 条 entry {named} was corrected by entry {by}, which stands now: correct that one"
        )),
        Standing::Corrected(..) | Standing::AsWritten => Ok(Correction {
            corrects,
            ..correction
        }),
    }
}

/// The facts of a case in the order both sides share, and what home kept to itself between them. Those that a correction replaced only when
/// asked for.
pub(super) fn list(
    office: &Office,
    case: &str,
    kinds: &[Kind],
    corrected: bool,
) -> Result<(CaseFile, Vec<CaseLetter>), OfficeError> {
    let (file, partner) = find::case_ever(&office.store, case)?;
    let (file, letters) = timeline(office, file.id, partner.as_ref())?;
    let letters = letters
        .into_iter()
        .filter(|letter| matches!(letter.kind.group(), KindGroup::Fact | KindGroup::Local))
        .filter(|letter| kinds.is_empty() || kinds.contains(&letter.kind))
        .filter(|letter| corrected || letter.corrected_by.is_none())
        .collect();
    Ok((file, letters))
}
