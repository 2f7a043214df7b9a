//! The roster (党员名册): reading it.

use std::collections::BTreeMap;

use hongyan_proto::id::{CaseId, MemberId};

use super::{Office, OfficeError, find, unit};
use crate::book::{self, CaseFile, Member};

/// A member and the cases it has.
pub(super) fn show(office: &Office, text: &str) -> Result<(Member, Vec<CaseFile>), OfficeError> {
    let member = find::member(&office.store, text)?;
    let member = unit::called_now(&book::units(&office.store)?, member);
    let mut cases = Vec::new();
    for id in book::cases_of_member(&office.store, member.member_id)? {
        cases.push(find::case_by_id(&office.store, id)?.0);
    }
    cases.sort_by_key(|file| file.records.first().map(|record| record.time_ms));
    Ok((member, cases))
}

/// Members that fit, by name then id, each with its open case.
pub(super) fn list(
    office: &Office,
    search: &str,
    removed: bool,
    away: bool,
) -> Result<Vec<(Member, Option<CaseId>)>, OfficeError> {
    let open: BTreeMap<MemberId, CaseId> = book::all_cases(&office.store, None)?
        .into_iter()
        .filter(CaseFile::is_open)
        .filter_map(|file| Some((file.member?, file.id)))
        .collect();
    let units = book::units(&office.store)?;
    let mut found: Vec<_> = book::members(&office.store)?
        .into_iter()
        .filter(|member| removed || !member.removed)
        .map(|member| {
            let member = unit::called_now(&units, member);
            let case = open.get(&member.member_id).copied();
            (member, case)
        })
        .filter(|(member, case)| (!away || case.is_some()) && mentions(member, search))
        .collect();
    found.sort_by(|(a, _), (b, _)| {
        let key = |member: &Member| {
            (
                member.details.name.as_ref().map(ToString::to_string),
                member.member_id,
            )
        };
        key(a).cmp(&key(b))
    });
    Ok(found)
}

fn mentions(member: &Member, search: &str) -> bool {
    let details = &member.details;
    search.is_empty()
        || details
            .name
            .as_ref()
            .is_some_and(|name| name.as_str().contains(search))
        || details
            .certificate
            .as_ref()
            .is_some_and(|number| number.as_str().contains(search))
        || member
            .unit
            .as_ref()
            .is_some_and(|unit| unit.as_str().contains(search))
}
