//! From a local record to the partner, in the same commit: the letters that the agreement lets out, and their corrections.

use bytes::Bytes;
use hongyan_proto::{
    id::{CaseId, CertificateNumber, MemberId},
    letter::{Change, Correction, DisclosureSet, Payload, Replacement, Text, Told},
    log::Kind,
    time::Day,
};
use prost::Message;

use super::{
    OfficeError,
    desk::{Cut, Desk, writable},
    find,
};
use crate::{
    book::{self, CaseFile, Partner, Shelf},
    domain::{
        case::{self, Side, State, dates::check_dates},
        life::{Record, book::section_of, disclose},
    },
};

/// What stayed at home, and why.
#[derive(Clone, PartialEq, Message)]
pub(super) struct NotTold {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) case: Bytes,
    /// Chinese first, English beside it.
    #[prost(string, tag = "2")]
    pub(super) why: String,
}

/// What a record told partners.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Telling {
    #[prost(uint32, tag = "1")]
    pub(super) expected: u32,
    #[prost(uint32, tag = "2")]
    pub(super) present: u32,
    /// Letters written.
    #[prost(uint32, tag = "3")]
    pub(super) told: u32,
    #[prost(message, repeated, tag = "4")]
    pub(super) not_told: Vec<NotTold>,
}

impl Telling {
    fn stays(&mut self, case: CaseId, why: impl std::fmt::Display) {
        self.not_told.push(NotTold {
            case: case.to_field(),
            why: why.to_string(),
        });
    }
}

/// A case, its partner, and what the agreement in force lets this node tell.
type Way = (CaseFile, Partner, DisclosureSet);

/// A case that may be written to now; or why nothing may.
fn way(desk: &Desk<'_, '_>, id: CaseId, kind: Kind) -> Result<Result<Way, String>, OfficeError> {
    let (file, partner) = find::case_by_id(desk.draft, id)?;
    let Some(partner) = partner else {
        return Ok(Err("案卷没有对方 the case has no partner".to_owned()));
    };
    // Most records are the host's; a payment at home is told by home.
    let side = file.side().unwrap_or(Side::Inflow);
    if let Err(refusal) = case::check(&file.case, side, kind) {
        return Ok(Err(refusal.to_string()));
    }
    if let Err(hindrance) = writable(&partner) {
        return Ok(Err(hindrance.to_string()));
    }
    let Some(agreement) = book::in_force(desk.draft, &partner, desk.today)? else {
        let none = OfficeError::NotInForce(partner.code.to_string());
        return Ok(Err(none.to_string()));
    };
    let scope = agreement.scope(partner.own.key_id());
    Ok(Ok((file, partner, scope)))
}

const NOT_PLACED: &str = "对方尚未编入支部; 编入后用 record change --certificate 告知 the member is not placed there yet: tell it then with record change --certificate";
const NOT_NAMED: &str = "协议未列此项, 只留在本地 the agreement does not name it: it stays here";

/// Tells the partner of a record about a flow member, as far as the agreement lets it.
pub(super) fn tell(
    desk: &mut Desk<'_, '_>,
    fact: &Payload,
    id: CaseId,
    kind: Kind,
    telling: &mut Telling,
) -> Result<Option<Told>, OfficeError> {
    let (file, partner, scope) = match way(desk, id, kind)? {
        Ok(way) => way,
        Err(why) => {
            telling.stays(id, why);
            return Ok(None);
        }
    };
    let Some(letter) = disclose(fact, id, scope) else {
        telling.stays(id, NOT_NAMED);
        return Ok(None);
    };
    check_dates(&file.case, &letter, desk.today)?;
    if let Some(told) = taken_over(desk, &partner, (id, &letter), telling)? {
        return Ok(Some(told));
    }
    super::record::check(desk, &partner, &file, &letter)?;
    let written = desk.send(&partner, letter, Some(id), Cut::Refuse)?;
    telling.told += 1;
    Ok(Some(Told {
        log_id: desk.draft.log(partner.out)?.log_id(),
        sequence: written.sequence,
    }))
}

/// The record that a letter tells of: whoever corrects that corrects both.
pub(super) fn record_of(
    shelf: &impl Shelf,
    letter: &Told,
    says: &Payload,
) -> Result<Option<Record>, OfficeError> {
    let Some((_, day)) = section_of(says) else {
        return Ok(None);
    };
    let year = u16::try_from(day.date().year()).unwrap_or_default();
    let records = book::life_of_year(shelf, year)?;
    Ok(records
        .into_iter()
        .find(|record| record.letters().any(|told| told == letter)))
}

/// The letter by which the same was told before, when no record wrote it: it is this record's from now on, and says what the record says.
fn taken_over(
    desk: &mut Desk<'_, '_>,
    partner: &Partner,
    (id, letter): (CaseId, &Payload),
    telling: &mut Telling,
) -> Result<Option<Told>, OfficeError> {
    let log_id = desk.draft.log(partner.out)?.log_id();
    let known: Vec<(u64, Payload)> = match letter {
        Payload::Attendance(event) => {
            let known = book::attended(desk.draft, partner.out, id, event)?;
            let known = known.into_iter();
            known.map(|(at, says)| (at, says.into())).collect()
        }
        Payload::Award(_) | Payload::Role(_) => {
            let known = book::said(desk.draft, partner.out, id, letter)?;
            let known = known.into_iter();
            known.map(|(at, _)| (at, letter.clone())).collect()
        }
        _ => Vec::new(),
    };
    for (sequence, before) in known {
        let told = Told { log_id, sequence };
        if record_of(desk.draft, &told, &before)?.is_some() {
            continue;
        }
        if let Payload::Attendance(event) = letter
            && before != *letter
        {
            let correction = Correction {
                corrects: sequence,
                reason: Some(Text::parse(
                    "以活动记录为准 as the activity's record has it",
                )?),
                replacement: Some(Replacement::Attendance(event.clone())),
            };
            desk.send(partner, correction.into(), Some(id), Cut::Restrict)?;
            telling.told += 1;
        }
        return Ok(Some(told));
    }
    Ok(None)
}

/// A record that told a partner was corrected: so is the letter. `now` is what the record says now; none when it says nothing about
/// the case any more.
pub(super) fn correct(
    desk: &mut Desk<'_, '_>,
    (before, now): (&Payload, Option<&Payload>),
    (id, told): (CaseId, &Told),
    reason: &Text<500>,
    telling: &mut Telling,
) -> Result<(), OfficeError> {
    let (file, partner, scope) = match way(desk, id, Kind::Correction)? {
        Ok(way) => way,
        Err(why) => {
            telling.stays(id, why);
            return Ok(());
        }
    };
    let letter = disclose(now.unwrap_or(before), id, scope);
    if now.is_some() && disclose(before, id, scope) == letter {
        return Ok(());
    }
    let replacement = match (now, letter) {
        // It says nothing of the case any more, or nothing that letters tell: the letter is void.
        (None, _) | (Some(_), None) => None,
        (Some(_), Some(Payload::Attendance(attendance))) => {
            Some(Replacement::Attendance(attendance))
        }
        (Some(_), Some(Payload::Dues(dues))) => Some(Replacement::Dues(dues)),
        (Some(_), Some(Payload::Award(award))) => Some(Replacement::Award(award)),
        (Some(_), Some(Payload::Role(role))) => Some(Replacement::Role(role)),
        // Records tell no other kind of letter.
        (Some(_), Some(_)) => return Ok(()),
    };
    if desk.draft.log(partner.out)?.log_id() != told.log_id {
        telling.stays(
            id,
            "原信写在先前的日志中, 请与对方口头核对 the letter lies in an earlier log: settle it with the partner",
        );
        return Ok(());
    }
    let correction = Payload::Correction(Correction {
        corrects: told.sequence,
        reason: Some(reason.clone()),
        replacement,
    });
    if let Err(refusal) = super::record::check(desk, &partner, &file, &correction) {
        telling.stays(id, refusal);
        return Ok(());
    }
    desk.send(&partner, correction, Some(id), Cut::Restrict)?;
    telling.told += 1;
    Ok(())
}

/// Tells the partner of a member's open case that this is the member's certificate now: the host looks at it. A notice or a confirmation that is
/// still to come says so by itself.
pub(super) fn certificate(
    desk: &mut Desk<'_, '_>,
    member: MemberId,
    (number, on): (&CertificateNumber, Day),
    telling: &mut Telling,
) -> Result<(), OfficeError> {
    for id in book::cases_of_member(desk.draft, member)? {
        let (file, _) = find::case_by_id(desk.draft, id)?;
        match file.case.state() {
            Some(State::Active | State::LostContact) => {}
            Some(State::Notified | State::Accepted) => {
                telling.stays(id, NOT_PLACED);
                continue;
            }
            _ => continue,
        }
        let (file, partner, scope) = match way(desk, id, Kind::Change)? {
            Ok(way) => way,
            Err(why) => {
                telling.stays(id, why);
                continue;
            }
        };
        let letter = Payload::Change(Change {
            day: on,
            phone: None,
            employer: None,
            address: None,
            certificate: Some(number.clone()),
        });
        if let Err(early) = check_dates(&file.case, &letter, desk.today) {
            telling.stays(id, early);
        } else if letter.restrict(&scope).is_none() {
            telling.stays(id, NOT_NAMED);
        } else {
            desk.send(&partner, letter, Some(id), Cut::Refuse)?;
            telling.told += 1;
        }
    }
    Ok(())
}
