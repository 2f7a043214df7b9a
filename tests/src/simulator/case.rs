//! The letters of the simulated partners: real payloads about a few cases, chosen by the seed as an office would let them be
//! written, and what each side derives of all of them.

use std::collections::BTreeMap;

use hongyan_node::domain::{
    case::{Case, Side, allowed, crossing, derive::derive_crossed, table::TRANSITIONS},
    event::Event,
};
use hongyan_proto::{
    id::{CaseId, CertificateNumber},
    letter::Payload,
    log::Kind,
};
use rand::{Rng, rngs::StdRng, seq::SliceRandom as _};

use super::{node::Disk, payload::invent};

/// Cases of one schedule. Even ones have their home on the first side, odd ones on the second; those of one home name one
/// certificate, so that a claim can cross a notice.
const CASES: u8 = 6;

/// One entry in so many is written without asking what the case allows: by a partner whose program does not.
const UNASKED: u32 = 12;

/// Cases looked at to find one in which this side has something to write.
const LOOKED_AT: usize = 4;

pub(super) fn id(number: u8) -> CaseId {
    CaseId::from_bytes([number; 16])
}

fn certificate(number: u8) -> CertificateNumber {
    let text = if number.is_multiple_of(2) {
        "LD-1"
    } else {
        "LD-2"
    };
    CertificateNumber::parse(text).expect("a valid number")
}

fn side(node: usize, number: u8) -> Side {
    if usize::from(number % 2) == node {
        Side::Outflow
    } else {
        Side::Inflow
    }
}

fn events(disk: &Disk) -> impl Iterator<Item = &(CaseId, Event)> {
    disk.out.events.iter().chain(&disk.mirror.events)
}

fn openings(disk: &Disk) -> Vec<crossing::Opening> {
    events(disk)
        .filter(|(_, event)| matches!(event.kind, Kind::Notice | Kind::Claim))
        .filter_map(|(case, event)| crossing::opening(*case, event))
        .collect()
}

fn case(disk: &Disk, wanted: CaseId, openings: &[crossing::Opening]) -> Case {
    let events: Vec<Event> = events(disk)
        .filter(|(case, _)| *case == wanted)
        .map(|(_, event)| event.clone())
        .collect();
    derive_crossed(&events, crossing::find(openings).get(&wanted))
}

/// What one side makes of both logs.
pub(super) fn derive(disk: &Disk) -> BTreeMap<CaseId, Case> {
    let openings = openings(disk);
    (0..CASES)
        .map(|number| (id(number), case(disk, id(number), &openings)))
        .collect()
}

/// What an officer on this side writes next; nothing where nothing is to be written.
pub(super) fn choose(rng: &mut StdRng, disk: &Disk, node: usize) -> Option<(CaseId, Payload)> {
    if rng.gen_ratio(1, UNASKED) {
        let number = rng.gen_range(0..CASES);
        let row = TRANSITIONS.iter().filter(|row| row.kind != Kind::Departed);
        let kind = row.collect::<Vec<_>>().choose(rng)?.kind;
        let payload = invent(kind, &certificate(number), rng)?;
        return Some((id(number), payload));
    }
    let openings = openings(disk);
    for _ in 0..LOOKED_AT {
        let number = rng.gen_range(0..CASES);
        let known = case(disk, id(number), &openings);
        let mut kinds = allowed(known.state(), side(node, number));
        kinds.retain(|kind| *kind != Kind::Departed);
        let Some(kind) = kinds.choose(rng).copied() else {
            continue;
        };
        if matches!(kind, Kind::Notice | Kind::Claim) && taken(disk, number) {
            continue;
        }
        let payload = invent(kind, &certificate(number), rng)?;
        return Some((id(number), payload));
    }
    None
}

/// Has the certificate an open case already?
fn taken(disk: &Disk, number: u8) -> bool {
    let cases = derive(disk);
    let known = cases.iter().map(|(id, case)| (*id, case));
    crossing::check_opening(&certificate(number), Some(id(number)), known).is_err()
}
