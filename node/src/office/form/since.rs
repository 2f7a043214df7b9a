//! Why a paper says something else than is recorded now: the entries that were written since it was printed, each with its place and its day.

use hongyan_proto::{
    id::{AgreementHash, CertificateNumber, MemberId, UnitId},
    letter::{FormKind, Payload},
    log::Kind,
    time::{Day, Timestamp},
};

use super::super::{
    Office, OfficeError,
    book::{Letter, letters as told_letters},
    certificate::Registry,
    find,
};
use crate::{
    book::{self, EventRecord, Partner, PrintedForm},
    domain::{life::Who, unit::Unit},
    store::{LogNo, Store, StoreError},
};

/// An entry that was written since.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::office) struct Change {
    /// `local`, or `out:CODE` and `in:CODE` as commands name a partner's logs.
    pub(in crate::office) log: String,
    pub(in crate::office) sequence: u64,
    /// By its author's clock.
    pub(in crate::office) day: Day,
    pub(in crate::office) kind: Kind,
}

/// The entries since a form was printed that bear on it; `drawn` are those of the local log that it says now.
pub(super) fn since(
    office: &Office,
    printed: &PrintedForm,
    drawn: Vec<u64>,
) -> Result<Vec<Change>, OfficeError> {
    let (slip, target) = (&printed.issued.slip, &printed.issued.target);
    let at = slip.issued_ms;
    match (slip.kind, target.agreement, target.partner, target.quarter) {
        (FormKind::Agreement, Some(hash), ..) => {
            let partner = find::agreement(&office.store, &hash.to_string())?.1;
            let mut records = book::agreement_records(&office.store, &partner)?;
            records.retain(|record| is_of(record, hash));
            Ok(letters(&partner, &records, at))
        }
        (FormKind::Statement, _, Some(partner), Some(quarter)) => {
            let partner = find::partner(&office.store, &partner.to_string())?;
            let (_, mut records) = book::quarter(&office.store, &partner, quarter)?;
            // A signature under the result changes nothing of what the paper says.
            records.retain(|record| record.kind != Kind::Closing.code());
            Ok(letters(&partner, &records, at))
        }
        _ => {
            let mut drawn = drawn;
            drawn.retain(|entry| *entry > printed.sequence);
            let member = holder(office, target.certificate.as_ref())?.or(target.member_id);
            let whose = target.member_id.map(Who::Member);
            let whose = whose.or(target.case_id.map(Who::Hosted));
            let told = match (slip.kind, whose) {
                (FormKind::Book, Some(who)) => {
                    let year = target.year.and_then(|year| u16::try_from(year.get()).ok());
                    told(&office.store, who, year)?
                }
                _ => Vec::new(),
            };
            let (heard, before): (Vec<_>, Vec<_>) =
                told.into_iter().partition(|(written, _)| *written > at);
            let mut changes = local(office, printed, (drawn, member))?;
            changes.extend(heard.into_iter().map(|(_, change)| change));
            // Where the partner's clock or a slow journey hides what came in, it is the last.
            if changes.is_empty() {
                changes.extend(before.into_iter().next_back().map(|(_, change)| change));
            }
            Ok(changes)
        }
    }
}

/// What the other side of a person's cases told of a year, each with when.
fn told(
    store: &Store,
    who: Who,
    year: Option<u16>,
) -> Result<Vec<(Timestamp, Change)>, OfficeError> {
    let letters = told_letters(store, who, year)?.into_iter();
    let change = |(log, sequence, time, kind): Letter| {
        let change = Change {
            log,
            sequence,
            day: time.day(),
            kind,
        };
        (time, change)
    };
    Ok(letters.map(change).collect())
}

fn holder(
    office: &Office,
    number: Option<&CertificateNumber>,
) -> Result<Option<MemberId>, OfficeError> {
    let Some(number) = number else {
        return Ok(None);
    };
    let registry = Registry::open(&office.store)?;
    let found = registry.get(number)?;
    Ok(registry.holder(&found).map(|member| member.member_id))
}

fn is_of(record: &EventRecord, hash: AgreementHash) -> bool {
    let kind = Kind::try_from(record.kind).ok();
    let payload = kind.zip(record.payload.as_ref());
    match payload.and_then(|(kind, bytes)| Payload::decode(kind, bytes).ok()) {
        Some(Payload::AgreementSigned(signed)) => signed.agreement_hash == hash,
        Some(Payload::AgreementEnded(ended)) => ended.agreement_hash == hash,
        _ => false,
    }
}

/// Letters written after an instant. Where a partner's clock or a slow journey hides them all, the latest of the partner's is what came in.
fn letters(partner: &Partner, records: &[EventRecord], at: Timestamp) -> Vec<Change> {
    let own = |record: &EventRecord| {
        let mut logs = partner.out_logs.iter();
        logs.any(|log| log.no.0 == record.log)
    };
    let mut found: Vec<&EventRecord> = records
        .iter()
        .filter(|record| record.time_ms > at.millis() && !record.refused)
        .collect();
    if found.is_empty() {
        found.extend(records.iter().rev().find(|record| !own(record)));
    }
    let change = |record: &&EventRecord| {
        let side = if own(record) { "out" } else { "in" };
        Some(Change {
            log: format!("{side}:{}", partner.code),
            sequence: record.sequence,
            day: Timestamp::from_millis(record.time_ms).day(),
            kind: Kind::try_from(record.kind).ok()?,
        })
    };
    found.iter().filter_map(change).collect()
}

/// Entries of the local log: those that the form says, and those about its certificate or its member that have no place on it.
fn local(
    office: &Office,
    printed: &PrintedForm,
    (mut found, member): (Vec<u64>, Option<MemberId>),
) -> Result<Vec<Change>, OfficeError> {
    let store = &office.store;
    let number = printed.issued.target.certificate.as_ref();
    if number.is_some() || (found.is_empty() && member.is_some()) {
        let size = store.log(LogNo::LOCAL).map_or(0, |log| log.size());
        let units = number.map_or(Ok(Vec::new()), |_| units_of(store, member))?;
        for entry in store.entries(LogNo::LOCAL, printed.sequence + 1..size)? {
            let entry = entry?;
            let payload = match book::payload_of(&entry) {
                // What takes a step back bears on what the step did.
                Some(Payload::LocalCorrection(correction)) => {
                    book::payload_of(&store.entry(LogNo::LOCAL, correction.corrects)?)
                }
                payload => payload,
            };
            if payload.is_some_and(|payload| about(&payload, number, (member, &units))) {
                found.push(entry.header().sequence);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    let change = |sequence| {
        let header = match store.entry(LogNo::LOCAL, sequence) {
            Err(StoreError::UnknownEntry { .. }) => return Ok(None),
            entry => entry?.header().clone(),
        };
        Ok(Some(Change {
            log: "local".to_owned(),
            sequence,
            day: header.time.day(),
            kind: header.kind,
        }))
    };
    found
        .into_iter()
        .filter_map(|at| change(at).transpose())
        .collect()
}

/// The unit of a member, and those above it.
fn units_of(store: &Store, member: Option<MemberId>) -> Result<Vec<UnitId>, OfficeError> {
    let member = member.map(|id| book::member(store, id)).transpose()?;
    let tree = book::units(store)?;
    let mut above = member.flatten().and_then(|member| member.unit_id);
    let mut found = Vec::new();
    while let Some(id) = above.filter(|id| !found.contains(id)) {
        found.push(id);
        above = tree.get(id).and_then(Unit::parent);
    }
    Ok(found)
}

fn about(
    payload: &Payload,
    number: Option<&CertificateNumber>,
    (member, units): (Option<MemberId>, &[UnitId]),
) -> bool {
    match payload {
        Payload::Member(entry) => Some(entry.member_id) == member,
        Payload::CertificateIssued(entry) => Some(&entry.number) == number,
        Payload::CertificateChecked(entry) => Some(&entry.number) == number,
        Payload::CertificateHandedIn(entry) => Some(&entry.number) == number,
        Payload::CertificateReplaced(entry) => {
            Some(&entry.number) == number || Some(&entry.replacement) == number
        }
        // The unit that a certificate names may be called otherwise by now.
        Payload::UnitChanged(entry) => units.contains(&entry.unit_id),
        _ => false,
    }
}
