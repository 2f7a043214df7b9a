//! Cases: derived on reading from their entries, the local departure and a crossing claim included.

use std::collections::BTreeSet;

use hongyan_proto::{
    id::{CaseId, CertificateNumber, KeyId, MemberId},
    letter::Payload,
    log::Kind,
};

use super::{
    BookError, Shelf,
    apply::{case_key, certificate_key, member_key},
    event::{event, kept, sort},
    key::own_name,
    partner::{Partner, partners},
    record::EventRecord,
    shelf::decode,
};
use crate::{
    domain::{
        case::{Case, Side, crossing, derive::derive_crossed},
        event::Event,
    },
    store::{LogNo, View},
};

/// A case as this node knows it.
#[derive(Clone, Debug)]
pub struct CaseFile {
    /// Its id.
    pub id: CaseId,
    /// The partner; none while only the departure is registered.
    pub partner: Option<KeyId>,
    /// What the rules make of it.
    pub case: Case,
    /// Who it is on this node's roster; outflow only.
    pub member: Option<MemberId>,
    /// This node's key: for the side it plays.
    pub own: KeyId,
    /// Its transitions as they are kept, local ones first, then in the order of the correspondence.
    pub records: Vec<EventRecord>,
}

impl CaseFile {
    /// The side this node plays; home, where nothing but the departure is known.
    pub fn side(&self) -> Option<Side> {
        if self.partner.is_none() {
            return self.case.state().map(|_| Side::Outflow);
        }
        self.case.side_of(self.own)
    }

    /// Is it open?
    pub fn is_open(&self) -> bool {
        self.case.state().is_some_and(|state| !state.is_closed())
    }
}

/// The partner's record of a case and the local one, as events. The first is empty without a partner.
pub(super) fn events_of(
    shelf: &impl Shelf,
    partner: Option<&Partner>,
    id: CaseId,
) -> Result<(Vec<EventRecord>, Vec<Event>), BookError> {
    let own = own_name(shelf, partner)?;
    let mut records = Vec::new();
    let mut events = Vec::new();
    for partner in [None, partner]
        .into_iter()
        .take(1 + usize::from(partner.is_some()))
    {
        let correspondence = partner.map_or(LogNo::LOCAL, |partner| partner.correspondence);
        for record in kept(shelf, partner, View::Case, &case_key(id, correspondence))? {
            events.extend(event(partner, own, &record)?);
            records.push(record);
        }
    }
    Ok((records, events))
}

/// A case of a correspondence, or one that is only registered locally. None when nothing is known of it there.
pub fn case(
    shelf: &impl Shelf,
    partner: Option<&Partner>,
    id: CaseId,
) -> Result<Option<CaseFile>, BookError> {
    let (records, events) = events_of(shelf, partner, id)?;
    if records.is_empty() {
        return Ok(None);
    }
    assemble(shelf, partner, id, records, &events).map(Some)
}

pub(super) fn assemble(
    shelf: &impl Shelf,
    partner: Option<&Partner>,
    id: CaseId,
    records: Vec<EventRecord>,
    events: &[Event],
) -> Result<CaseFile, BookError> {
    let own = own_name(shelf, partner)?;
    let crossed = match partner {
        Some(partner) => crossing_of(shelf, partner, id, events)?,
        None => None,
    };
    let member = events
        .iter()
        .filter(|event| event.local)
        .find_map(|event| match &event.payload {
            Some(Payload::Departed(departed)) => Some(departed.member_id),
            _ => None,
        });
    Ok(CaseFile {
        id,
        partner: partner.map(|partner| partner.key_id),
        case: derive_crossed(events, crossed.as_ref()),
        member,
        own,
        records,
    })
}

/// Did this case's claim cross a notice of the same certificate?
fn crossing_of(
    shelf: &impl Shelf,
    partner: &Partner,
    id: CaseId,
    events: &[Event],
) -> Result<Option<crossing::Crossing>, BookError> {
    let claim = events
        .iter()
        .filter(|event| event.kind == Kind::Claim)
        .filter_map(|event| crossing::opening(id, event))
        .min_by_key(|claim| claim.position);
    let Some(claim) = claim else { return Ok(None) };
    let mut openings: Vec<_> = events
        .iter()
        .filter_map(|event| crossing::opening(id, event))
        .collect();
    for other in cases_of_certificate(shelf, partner, &claim.certificate)? {
        if other != id {
            let (_, events) = events_of(shelf, Some(partner), other)?;
            openings.extend(
                events
                    .iter()
                    .filter_map(|event| crossing::opening(other, event)),
            );
        }
    }
    Ok(crossing::find(&openings).remove(&id))
}

/// The cases of a correspondence in which a notice or a claim names this certificate.
pub fn cases_of_certificate(
    shelf: &impl Shelf,
    partner: &Partner,
    certificate: &CertificateNumber,
) -> Result<Vec<CaseId>, BookError> {
    let blind = shelf.hide(certificate.as_str().as_bytes());
    let prefix = certificate_key(partner.correspondence, blind, None);
    ids(shelf, View::CaseOfCertificate, &prefix)
}

/// The cases of a member of this node's roster, in the order of their ids.
pub fn cases_of_member(shelf: &impl Shelf, member: MemberId) -> Result<Vec<CaseId>, BookError> {
    ids(shelf, View::Index, &member_key(member, None))
}

fn ids(shelf: &impl Shelf, view: View, prefix: &[u8]) -> Result<Vec<CaseId>, BookError> {
    shelf
        .scan(view, prefix)?
        .iter()
        .map(|(key, _)| {
            CaseId::from_slice(&key[prefix.len()..]).map_err(|_| BookError::View("case index"))
        })
        .collect()
}

/// Every case whose id begins with these bytes, with the partner where there is one.
pub fn locate(
    shelf: &impl Shelf,
    prefix: &[u8],
) -> Result<Vec<(CaseId, Option<Partner>)>, BookError> {
    let partners = partners(shelf)?;
    let mut found: Vec<(CaseId, Option<Partner>)> = Vec::new();
    let mut last = None;
    for (key, _) in shelf.scan(View::Case, prefix)? {
        let (id, no) = split(&key)?;
        let partner = partners.iter().find(|partner| partner.correspondence == no);
        match partner {
            Some(_) if last == Some((id, no)) => {}
            // The correspondence's record says more than the local departure alone.
            Some(partner) => {
                found.retain(|(known, partner)| *known != id || partner.is_some());
                found.push((id, Some(partner.clone())));
            }
            None if found.iter().any(|(known, _)| *known == id) => {}
            None => found.push((id, None)),
        }
        last = Some((id, no));
    }
    Ok(found)
}

fn split(key: &[u8]) -> Result<(CaseId, LogNo), BookError> {
    let bad = || BookError::View("case");
    let (id, rest) = key.split_at_checked(16).ok_or_else(bad)?;
    // What follows says which entry it is.
    let no = rest.get(..4).ok_or_else(bad)?;
    let no = u32::from_be_bytes(no.try_into().map_err(|_| bad())?);
    Ok((CaseId::from_slice(id).map_err(|_| bad())?, LogNo(no)))
}

/// Every case of a partner, or of all of them and of the local log alone, by id.
pub fn all_cases(shelf: &impl Shelf, only: Option<&Partner>) -> Result<Vec<CaseFile>, BookError> {
    let partners = partners(shelf)?;
    let at_home_alone = own_name(shelf, None)?;
    let mut cases = Vec::new();
    let mut shared = BTreeSet::new();
    let mut local: Vec<(CaseId, Vec<EventRecord>)> = Vec::new();
    let mut seen: Vec<(CaseId, LogNo, Vec<EventRecord>)> = Vec::new();
    for (key, bytes) in shelf.scan(View::Case, &[])? {
        let (id, no) = split(&key)?;
        let record: EventRecord = decode(bytes, "case")?;
        if no == LogNo::LOCAL {
            match local.last_mut().filter(|(last, _)| *last == id) {
                Some((_, records)) => records.push(record),
                None => local.push((id, vec![record])),
            }
        } else {
            shared.insert(id);
            match seen
                .last_mut()
                .filter(|(last, of, _)| (*last, *of) == (id, no))
            {
                Some((_, _, records)) => records.push(record),
                None => seen.push((id, no, vec![record])),
            }
        }
    }
    for (id, no, mut theirs) in seen {
        let Some(partner) = partners.iter().find(|partner| partner.correspondence == no) else {
            continue;
        };
        if only.is_some_and(|only| only.key_id != partner.key_id) {
            continue;
        }
        let own = partner.own.key_id();
        let mut records = Vec::new();
        let mut events = Vec::new();
        let at_home = local
            .binary_search_by_key(&id, |(id, _)| *id)
            .ok()
            .map(|at| &local[at].1);
        for kept in at_home.into_iter().flatten() {
            events.extend(event(None, own, kept)?);
            records.push(kept.clone());
        }
        sort(Some(partner), &mut theirs);
        for kept in theirs {
            events.extend(event(Some(partner), own, &kept)?);
            records.push(kept);
        }
        cases.push(assemble(shelf, Some(partner), id, records, &events)?);
    }
    if only.is_none() {
        for (id, records) in local {
            if shared.contains(&id) {
                continue;
            }
            let events = records
                .iter()
                .filter_map(|record| event(None, at_home_alone, record).transpose())
                .collect::<Result<Vec<_>, _>>()?;
            cases.push(assemble(shelf, None, id, records, &events)?);
        }
    }
    cases.sort_by_key(|case| case.id);
    Ok(cases)
}
