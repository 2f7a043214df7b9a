//! A small county for tests: organizations, reports, signatures.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use hongyan_proto::{
    id::{Epoch, Hash, LogOrigin, OrganizationCode as Code, RegionCode},
    identity::{IdentityKey, OrganizationName},
    log::SignedCheckpoint,
    report::{
        CaseState, CellKey, Content, Direction, MemberClass, Organization, Report, SignedReport,
        Standing,
    },
    time::{Quarter, Timestamp},
};
use proptest::prelude::*;

use super::{
    organization::Enrolled,
    register::{Department, Kept, Register},
};

/// 2026-11-22.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_300_000_000);

pub(crate) fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

pub(crate) fn region(text: &str) -> RegionCode {
    RegionCode::parse(text).unwrap()
}

pub(crate) fn quarter(text: &str) -> Quarter {
    text.parse().unwrap()
}

pub(crate) fn department() -> Department {
    Department {
        code: code("CITY"),
        name: OrganizationName::parse("市委组织部").unwrap(),
        region: region("320200"),
    }
}

pub(crate) fn key(seed: u8) -> IdentityKey {
    IdentityKey::from_seed([seed; 32])
}

pub(crate) fn organization(name: &str, at: &str, superior: Option<&str>) -> Organization {
    Organization {
        code: code(name),
        name: OrganizationName::parse(&format!("{name} 党委")).unwrap(),
        region: region(at),
        superior: superior.map(code),
    }
}

pub(crate) fn enrolled(organization: Organization, seed: u8) -> Enrolled {
    Enrolled {
        organization,
        key: key(seed).public(),
        rotations: Vec::new(),
        enrolled: Timestamp::from_millis(1_790_000_000_000),
        revoked: None,
        log: None,
        log_went_back: false,
        equivocated: false,
    }
}

pub(crate) fn cell(
    direction: Direction,
    own: &str,
    other_region: &str,
    other: &str,
    state: CaseState,
) -> CellKey {
    CellKey {
        direction,
        own_region: region(own),
        counterpart_region: Some(region(other_region)),
        counterpart_organization: Some(code(other)),
        state,
        class: MemberClass::MigrantWorker,
        standing: Standing::Full,
    }
}

/// A report with a checkpoint of the seed's key at `size`.
pub(crate) fn content(organization: Organization, seed: u8, period: &str, size: u64) -> Content {
    let fingerprint = key(seed).public().key_id();
    let origin = LogOrigin {
        author: fingerprint,
        audience: fingerprint,
        epoch: Epoch::from_bytes([1; 16]),
    };
    let note = SignedCheckpoint::sign(&key(seed), &origin, size, Hash::from_bytes([3; 32]))
        .unwrap()
        .note()
        .clone();
    Content {
        organization,
        period: quarter(period),
        revision: 1,
        compiled: Timestamp::from_millis(1_795_000_000_000),
        checkpoint: note,
        cells: BTreeMap::new(),
        answer_days: 10,
        measures: BTreeMap::new(),
    }
}

pub(crate) fn sign(content: Content, seed: u8) -> SignedReport {
    SignedReport::sign(Report::new(content).unwrap(), &key(seed), &[]).unwrap()
}

pub(crate) fn kept(signed: &SignedReport) -> Kept {
    Kept {
        report: signed.report().clone(),
        hash: signed.hash(),
        received: NOW,
        replaced: BTreeMap::new(),
    }
}

/// The regions and tree places that `committees` go through.
pub(crate) const PLACES: [(&str, Option<&str>); 6] = [
    ("320282", None),
    ("320281", Some("COUNTY")),
    ("320282", Some("COUNTY")),
    ("341702", Some("O2")),
    ("341702", None),
    ("340100", Some("FAR")),
];

/// Committees O0 to O5, as many as there are cell maps, all having reported 2026-Q3.
pub(crate) fn register(cells: Vec<BTreeMap<CellKey, u64>>) -> Register {
    let mut register = Register::new(department());
    for (index, cells) in cells.into_iter().enumerate() {
        let (at, superior) = PLACES[index];
        let organization = organization(&format!("O{index}"), at, superior);
        let report = Report::new(Content {
            cells,
            checkpoint: Bytes::from_static(b"not looked at here"),
            ..content(organization.clone(), 1, "2026-Q3", 1)
        });
        let kept = Kept {
            report: report.unwrap(),
            hash: Hash::from_bytes([0; 32]),
            received: NOW,
            replaced: BTreeMap::new(),
        };
        let seed = u8::try_from(index + 1).unwrap();
        register.organizations.insert(
            organization.code.clone(),
            Arc::new(enrolled(organization.clone(), seed)),
        );
        register
            .reports
            .entry(quarter("2026-Q3"))
            .or_default()
            .insert(organization.code, Arc::new(kept));
    }
    register
}

/// Cells of committee number `index`, about the other committees.
pub(crate) fn any_cells(index: usize) -> impl Strategy<Value = BTreeMap<CellKey, u64>> {
    let key = (
        0..2_usize,
        0..PLACES.len(),
        0..CaseState::ALL.len(),
        0..MemberClass::ALL.len(),
        0..Standing::ALL.len(),
    );
    let key = key.prop_filter_map(
        "one's own partner, or an impossible state",
        move |(direction, other, state, class, standing)| {
            let direction = Direction::ALL[direction];
            let state = CaseState::ALL[state];
            if other == index || (state == CaseState::Departed && direction == Direction::In) {
                return None;
            }
            let key = cell(
                direction,
                PLACES[index].0,
                PLACES[other].0,
                &format!("O{other}"),
                state,
            );
            Some(CellKey {
                class: MemberClass::ALL[class],
                standing: Standing::ALL[standing],
                ..key
            })
        },
    );
    proptest::collection::btree_map(key, 1..12_u64, 0..12)
}

/// Six committees with anything in their reports.
pub(crate) fn any_register() -> impl Strategy<Value = Register> {
    (
        any_cells(0),
        any_cells(1),
        any_cells(2),
        any_cells(3),
        any_cells(4),
        any_cells(5),
    )
        .prop_map(|(a, b, c, d, e, f)| register(vec![a, b, c, d, e, f]))
}
