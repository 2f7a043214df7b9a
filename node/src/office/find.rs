//! Finding things by what people call them: a code, the first digits of an id, a certificate, a name.

use hongyan_proto::{
    id::{AgreementHash, CaseId, CertificateNumber, MemberId, UnitId},
    letter::Disclosed,
    time::Timestamp,
};

use super::{OfficeError, view::person};
use crate::{
    book::{self, CaseFile, Member, Partner, PartnerState, Shelf},
    domain::{
        case::stay::Stay,
        unit::{Unit, Units},
    },
    store::LogNo,
};

/// Digits that are enough to name something by its id.
const DIGITS: usize = 8;

/// The bytes an id begins with, when the text looks like one.
fn prefix(text: &str) -> Option<Vec<u8>> {
    let lower = text.to_ascii_lowercase();
    // Half a byte at the end is left to the comparison of the whole text.
    (lower.len() >= DIGITS && lower.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| hex::decode(&lower[..lower.len() / 2 * 2]).unwrap_or_default())
}

fn begins(id: impl std::fmt::Display, text: &str) -> bool {
    prefix(text).is_some() && id.to_string().starts_with(&text.to_ascii_lowercase())
}

fn one<T>(
    what: (&'static str, &'static str),
    name: &str,
    mut found: Vec<T>,
    describe: impl Fn(&T) -> String,
) -> Result<T, OfficeError> {
    if found.len() > 1 {
        return Err(OfficeError::Ambiguous {
            what: what.0,
            name: name.to_owned(),
            candidates: found.iter().take(10).map(describe).collect(),
        });
    }
    found.pop().ok_or_else(|| {
        // Whoever typed too few digits of an id is told so.
        let short = name.len() < DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if short && BY_ID.contains(&what) {
            let hint = format!(
                "{name} (编号前缀至少 {DIGITS} 位 an id's prefix has at least {DIGITS} digits)"
            );
            return OfficeError::not_found(what, hint);
        }
        OfficeError::not_found(what, name)
    })
}

const PARTNER: (&str, &str) = ("结对党组织", "partner");
const CASE: (&str, &str) = ("流动案卷", "case");
const MEMBER: (&str, &str) = ("党员", "member");
const AGREEMENT: (&str, &str) = ("协议", "agreement");
const LOG: (&str, &str) = ("日志", "log");
/// What is mostly named by its id.
const BY_ID: [(&str, &str); 3] = [CASE, AGREEMENT, LOG];
const UNIT: (&str, &str) = ("党组织", "unit");

/// A partner by code or fingerprint; empty: the only one there is.
pub(super) fn partner(shelf: &impl Shelf, text: &str) -> Result<Partner, OfficeError> {
    let all = book::partners(shelf)?;
    let found: Vec<Partner> = if text.is_empty() {
        all.into_iter()
            .filter(|partner| partner.state != PartnerState::Revoked)
            .collect()
    } else {
        all.into_iter()
            .filter(|partner| {
                partner.code.as_str() == text
                    || partner.keys().any(|key| begins(key.key_id(), text))
            })
            .collect()
    };
    meant(found, text)
}

/// Of several with one code the one that was not revoked is meant: who lost its key began anew under another.
fn meant(mut found: Vec<Partner>, text: &str) -> Result<Partner, OfficeError> {
    if found
        .iter()
        .any(|partner| partner.state != PartnerState::Revoked)
        && found.len() > 1
    {
        found.retain(|partner| partner.state != PartnerState::Revoked);
    }
    if let [first, _, ..] = found.as_slice()
        && found.iter().all(|partner| partner.code == first.code)
    {
        found.sort_by_key(|partner| partner.correspondence);
        let key = |partner: &Partner| {
            let last = partner.contact.last_sync;
            let last = last.map_or_else(|| "-".to_owned(), Timestamp::in_china);
            let fingerprint = partner.signer.key_id();
            format!("{fingerprint} (上次互通 last sync {last})")
        };
        return Err(OfficeError::SeveralKeys {
            code: found[0].code.to_string(),
            keys: found.iter().map(key).collect(),
        });
    }
    let name = if text.is_empty() {
        "未指明 not named"
    } else {
        text
    };
    one(PARTNER, name, found, |partner| {
        format!("{} {}", partner.code, partner.name)
    })
}

/// The partners a list is about: one, or all when the text is empty.
pub(super) fn partners(shelf: &impl Shelf, text: &str) -> Result<Vec<Partner>, OfficeError> {
    if text.is_empty() {
        return Ok(book::partners(shelf)?);
    }
    partner(shelf, text).map(|partner| vec![partner])
}

/// A case by id, or the open one of whoever the text names.
pub(super) fn case(
    shelf: &impl Shelf,
    text: &str,
) -> Result<(CaseFile, Option<Partner>), OfficeError> {
    case_of(shelf, text, CaseFile::is_open)
}

/// The same for reading: who has no open case is found by one that ended.
pub(super) fn case_ever(
    shelf: &impl Shelf,
    text: &str,
) -> Result<(CaseFile, Option<Partner>), OfficeError> {
    match case(shelf, text) {
        Err(OfficeError::NotFound { .. }) => case_of(shelf, text, |file| !file.is_open()),
        found => found,
    }
}

fn case_of(
    shelf: &impl Shelf,
    text: &str,
    meant: impl Fn(&CaseFile) -> bool,
) -> Result<(CaseFile, Option<Partner>), OfficeError> {
    if text.is_empty() {
        return Err(OfficeError::field(
            "case",
            "此项必填 this field is required",
        ));
    }
    let mut found = Vec::new();
    if let Some(prefix) = prefix(text) {
        for (id, partner) in book::locate(shelf, &prefix)? {
            if begins(id, text) {
                found.push((id, partner));
            }
        }
    }
    if found.is_empty() {
        let partners = book::partners(shelf)?;
        for file in book::all_cases(shelf, None)? {
            if meant(&file) && named(shelf, &file, text)? {
                let partner = partners
                    .iter()
                    .find(|partner| Some(partner.key_id) == file.partner)
                    .cloned();
                found.push((file.id, partner));
            }
        }
    }
    let (id, partner) = one(CASE, text, found, |(id, partner)| {
        let code = partner
            .as_ref()
            .map_or("-", |partner| partner.code.as_str());
        format!("{id} ({code})")
    })?;
    case_at(shelf, partner, id)
}

/// While hosts managed a member, in each of their cases.
pub(super) fn stays(shelf: &impl Shelf, member: MemberId) -> Result<Vec<Stay>, OfficeError> {
    let mut stays = Vec::new();
    for case in book::cases_of_member(shelf, member)? {
        stays.extend(case_by_id(shelf, case)?.0.case.managed());
    }
    Ok(stays)
}

/// A case by its whole id.
pub(super) fn case_by_id(
    shelf: &impl Shelf,
    id: CaseId,
) -> Result<(CaseFile, Option<Partner>), OfficeError> {
    let mut found = book::locate(shelf, id.as_bytes())?;
    let (id, partner) = found
        .pop()
        .ok_or_else(|| OfficeError::not_found(CASE, id.to_string()))?;
    case_at(shelf, partner, id)
}

fn case_at(
    shelf: &impl Shelf,
    partner: Option<Partner>,
    id: CaseId,
) -> Result<(CaseFile, Option<Partner>), OfficeError> {
    let file = book::case(shelf, partner.as_ref(), id)?
        .ok_or_else(|| OfficeError::not_found(CASE, id.to_string()))?;
    Ok((file, partner))
}

fn named(shelf: &impl Shelf, file: &CaseFile, text: &str) -> Result<bool, OfficeError> {
    let is = |person: &Disclosed| {
        person
            .name
            .as_ref()
            .is_some_and(|name| name.as_str() == text)
            || person
                .certificate
                .as_ref()
                .is_some_and(|number| number.as_str() == text)
            || person
                .id_number
                .as_ref()
                .is_some_and(|number| number.as_str() == text)
    };
    let by_member = file.member.is_some_and(|member| begins(member, text));
    Ok(by_member || is(&person(shelf, file)?))
}

/// A member by id, certificate number, ID number or a name that only one has. Those who left the roster are found by id only.
pub(super) fn member(shelf: &impl Shelf, text: &str) -> Result<Member, OfficeError> {
    member_among(shelf, text, |member| !member.removed)
}

/// The same among those who left the roster.
pub(super) fn left(shelf: &impl Shelf, text: &str) -> Result<Member, OfficeError> {
    member_among(shelf, text, |member| member.removed)
}

fn member_among(
    shelf: &impl Shelf,
    text: &str,
    among: impl Fn(&Member) -> bool,
) -> Result<Member, OfficeError> {
    if text.is_empty() {
        return Err(OfficeError::field(
            "member",
            "此项必填 this field is required",
        ));
    }
    let all = book::members(shelf)?;
    let by = |fits: &dyn Fn(&Member) -> bool| -> Vec<Member> {
        all.iter().filter(|member| fits(member)).cloned().collect()
    };
    let mut found = by(&|member| begins(member.member_id, text));
    if found.is_empty() {
        found = by(&|member| {
            among(member)
                && (member
                    .details
                    .certificate
                    .as_ref()
                    .is_some_and(|number| number.as_str() == text)
                    || member
                        .details
                        .id_number
                        .as_ref()
                        .is_some_and(|number| number.as_str() == text)
                    || member
                        .details
                        .name
                        .as_ref()
                        .is_some_and(|name| name.as_str() == text))
        });
    }
    one(MEMBER, text, found, |member| {
        let name = member
            .details
            .name
            .as_ref()
            .map_or("", |name| name.as_str());
        format!("{name} {}", member.member_id)
    })
}

/// A unit by id, path or name; closed ones by id only.
pub(super) fn unit<'a>(units: &'a Units, text: &str) -> Result<&'a Unit, OfficeError> {
    if text.is_empty() {
        return Err(OfficeError::field(
            "unit",
            "此项必填 this field is required",
        ));
    }
    let mut found: Vec<&Unit> = units.all().filter(|unit| begins(unit.id, text)).collect();
    if found.is_empty() {
        found = units.named(text);
    }
    one(UNIT, text, found, |unit| {
        format!("{} {}", units.path(unit.id), unit.id)
    })
}

/// The unit above that a request names; empty: the committee.
pub(super) fn above(units: &Units, text: &str) -> Result<Option<UnitId>, OfficeError> {
    if text.is_empty() {
        return Ok(None);
    }
    unit(units, text).map(|unit| Some(unit.id))
}

/// The member who holds a certificate.
pub(super) fn holder(
    shelf: &impl Shelf,
    certificate: &CertificateNumber,
) -> Result<MemberId, OfficeError> {
    let found = book::members_of_certificate(shelf, certificate)?;
    one(MEMBER, certificate.as_str(), found, ToString::to_string)
}

/// An agreement or proposal by the first digits of its hash, and its partner.
pub(super) fn agreement(
    shelf: &impl Shelf,
    text: &str,
) -> Result<(AgreementHash, Partner), OfficeError> {
    let mut found = Vec::new();
    for partner in book::partners(shelf)? {
        for hash in book::agreements(shelf, &partner)?
            .agreements()
            .iter()
            .map(|agreement| agreement.hash)
        {
            if begins(hash, text) {
                found.push((hash, partner.clone()));
            }
        }
    }
    one(AGREEMENT, text, found, |(hash, partner)| {
        format!("{hash} ({})", partner.code)
    })
}

/// A log: "local", "out:CODE", "in:CODE", or the first digits of its id; empty: the local log.
pub(super) fn log(shelf: &impl Shelf, text: &str) -> Result<LogNo, OfficeError> {
    if text.is_empty() || text == "local" {
        return Ok(LogNo::LOCAL);
    }
    if let Some(code) = text.strip_prefix("out:") {
        return Ok(partner(shelf, code)?.out);
    }
    if let Some(code) = text.strip_prefix("in:") {
        return partner(shelf, code)?
            .incoming
            .ok_or_else(|| OfficeError::not_found(LOG, text));
    }
    let found = shelf
        .records()
        .into_iter()
        .filter(|record| begins(record.log_id(), text))
        .collect();
    one(LOG, text, found, |record| record.log_id().to_string()).map(|record| record.no)
}
