//! Reports: round trips, limits, golden bytes.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;
use prost::Message as _;

use super::*;
use crate::{
    id::{Epoch, Hash, LogOrigin, OrganizationCode, RegionCode},
    identity::{IdentityKey, OrganizationName},
    log::SignedCheckpoint,
    pb::report::v1 as pb,
    time::Timestamp,
};

fn key() -> IdentityKey {
    IdentityKey::from_seed([7; 32])
}

fn note_for(key: &IdentityKey, audience: &IdentityKey, size: u64) -> Bytes {
    let origin = LogOrigin {
        author: key.public().key_id(),
        audience: audience.public().key_id(),
        epoch: Epoch::from_bytes([1; 16]),
    };
    SignedCheckpoint::sign(key, &origin, size, Hash::from_bytes([9; 32]))
        .unwrap()
        .note()
        .clone()
}

fn cell(direction: Direction, state: CaseState) -> CellKey {
    CellKey {
        direction,
        own_region: RegionCode::parse("320282").unwrap(),
        counterpart_region: Some(RegionCode::parse("341702").unwrap()),
        counterpart_organization: Some(OrganizationCode::parse("CZ-01").unwrap()),
        state,
        class: MemberClass::MigrantWorker,
        standing: Standing::Full,
    }
}

fn content() -> Content {
    Content {
        organization: Organization {
            code: OrganizationCode::parse("WX-01").unwrap(),
            name: OrganizationName::parse("宜兴某镇党委").unwrap(),
            region: RegionCode::parse("320282").unwrap(),
            superior: Some(OrganizationCode::parse("WX").unwrap()),
        },
        period: "2026-Q3".parse().unwrap(),
        revision: 1,
        compiled: Timestamp::from_millis(1_790_000_000_000),
        checkpoint: note_for(&key(), &key(), 12),
        cells: BTreeMap::from([
            (cell(Direction::Out, CaseState::Active), 17),
            (cell(Direction::In, CaseState::LostContact), 2),
        ]),
        answer_days: 10,
        measures: BTreeMap::from([(Measure::NoticesSent, 9), (Measure::NoticesSentAnswered, 8)]),
    }
}

fn problem_of(content: Content) -> String {
    Report::new(content).unwrap_err().to_string()
}

#[test]
fn golden_bytes_and_signature() {
    let signed = SignedReport::sign(Report::new(content()).unwrap(), &key(), &[]).unwrap();
    insta::assert_snapshot!(hex::encode(signed.bytes()));
    insta::assert_snapshot!(hex::encode(signed.signature()));
    let again = SignedReport::verify(
        signed.bytes().clone(),
        signed.signature(),
        &key().public(),
        &[],
    )
    .unwrap();
    assert_eq!(again, signed);
    assert_eq!(again.checkpoint().size(), 12);
}

#[test]
fn the_signature_is_bound_to_key_bytes_and_domain() {
    let signed = SignedReport::sign(Report::new(content()).unwrap(), &key(), &[]).unwrap();
    let other = IdentityKey::from_seed([8; 32]);
    let refused = |bytes: Bytes, signature: &[u8], key: &IdentityKey| {
        assert_eq!(
            SignedReport::verify(bytes, signature, &key.public(), &[]),
            Err(ReportError::Signature)
        );
    };
    refused(signed.bytes().clone(), signed.signature(), &other);
    refused(signed.bytes().clone(), &key().sign(signed.bytes()), &key());
    refused(signed.bytes().clone(), &signed.signature()[..63], &key());
    let mut altered = signed.bytes().to_vec();
    altered[3] ^= 1;
    refused(altered.into(), signed.signature(), &key());
}

#[test]
fn the_checkpoint_must_be_of_ones_own_local_log() {
    let other = IdentityKey::from_seed([8; 32]);
    let partner_log = Content {
        checkpoint: note_for(&key(), &other, 3),
        ..content()
    };
    let refused = SignedReport::sign(Report::new(partner_log).unwrap(), &key(), &[]).unwrap_err();
    assert!(matches!(refused, ReportError::NotLocalLog(_)), "{refused}");
    let foreign = Content {
        checkpoint: note_for(&other, &other, 3),
        ..content()
    };
    let refused = SignedReport::sign(Report::new(foreign).unwrap(), &key(), &[]).unwrap_err();
    assert!(matches!(refused, ReportError::Checkpoint(_)), "{refused}");
}

#[test]
fn a_refusal_names_cell_and_field() {
    let with_cell = |key: CellKey, count| Content {
        cells: BTreeMap::from([(key, count)]),
        ..content()
    };
    let active = || cell(Direction::Out, CaseState::Active);
    assert!(problem_of(with_cell(active(), 0)).starts_with("cells[0].count: "));
    assert!(problem_of(with_cell(active(), limits::MAX_COUNT + 1)).starts_with("cells[0].count: "));
    assert!(Report::new(with_cell(active(), limits::MAX_COUNT)).is_ok());
    let nowhere = CellKey {
        counterpart_region: None,
        ..active()
    };
    assert!(problem_of(with_cell(nowhere, 1)).starts_with("cells[0].counterpart_region: "));
    let nobody = CellKey {
        counterpart_organization: None,
        ..active()
    };
    assert!(
        problem_of(with_cell(nobody.clone(), 1)).starts_with("cells[0].counterpart_organization: ")
    );
    let departed = CellKey {
        state: CaseState::Departed,
        counterpart_region: None,
        ..nobody
    };
    assert!(Report::new(with_cell(departed.clone(), 1)).is_ok());
    let seen_by_host = CellKey {
        direction: Direction::In,
        ..departed
    };
    assert!(problem_of(with_cell(seen_by_host, 1)).starts_with("cells[0].state: "));
}

#[test]
fn limits_and_contradictions_of_the_rest() {
    let part = BTreeMap::from([(Measure::DuesMembers, 3), (Measure::DuesMembersPaid, 4)]);
    assert!(
        problem_of(Content {
            measures: part,
            ..content()
        })
        .starts_with("measures.dues_members_paid: ")
    );
    assert!(
        problem_of(Content {
            revision: 0,
            ..content()
        })
        .starts_with("revision: ")
    );
    assert!(
        problem_of(Content {
            answer_days: 0,
            ..content()
        })
        .starts_with("answer_days: ")
    );
    assert!(
        problem_of(Content {
            answer_days: 367,
            ..content()
        })
        .starts_with("answer_days: ")
    );
    assert!(
        problem_of(Content {
            checkpoint: Bytes::new(),
            ..content()
        })
        .starts_with("checkpoint: ")
    );
    let many = (0..=limits::MAX_CELLS).map(|number| {
        let organization = OrganizationCode::parse(&format!("O{number}")).unwrap();
        let key = cell(Direction::Out, CaseState::Active);
        (
            CellKey {
                counterpart_organization: Some(organization),
                ..key
            },
            1,
        )
    });
    assert!(
        problem_of(Content {
            cells: many.collect(),
            ..content()
        })
        .starts_with("cells: ")
    );
    assert_eq!(
        Report::parse(&vec![0; limits::MAX_REPORT_BYTES + 1]),
        Err(ReportError::TooLarge(limits::MAX_REPORT_BYTES + 1))
    );
}

#[test]
fn a_full_report_fits_its_byte_limit() {
    let many = (0..limits::MAX_CELLS).map(|number| {
        let organization =
            OrganizationCode::parse(&format!("ORGANIZATION-CODE-LONG-{number:09}")).unwrap();
        let key = CellKey {
            state: CaseState::ClosedWithdrawn,
            ..cell(Direction::In, CaseState::Active)
        };
        (
            CellKey {
                counterpart_organization: Some(organization),
                standing: Standing::Probationary,
                ..key
            },
            limits::MAX_COUNT,
        )
    });
    let report = Report::new(Content {
        cells: many.collect(),
        ..content()
    })
    .unwrap();
    assert_eq!(Report::parse(&report.encode()), Ok(report));
}

#[test]
fn only_canonical_bytes_are_read() {
    let report = Report::new(content()).unwrap();
    let mut wire = pb::Report::decode(report.encode()).unwrap();
    wire.cells.reverse();
    assert!(
        Report::parse(&wire.encode_to_vec())
            .unwrap_err()
            .to_string()
            .starts_with("cells[1]: ")
    );
    let mut unknown_field = report.encode().to_vec();
    unknown_field.extend_from_slice(&[0x7a, 0x00]);
    assert_eq!(
        Report::parse(&unknown_field),
        Err(ReportError::NotCanonical)
    );
    let mut wire = pb::Report::decode(report.encode()).unwrap();
    wire.measures[1].value = 0;
    assert_eq!(
        Report::parse(&wire.encode_to_vec()),
        Err(ReportError::NotCanonical)
    );
    let mut wire = pb::Report::decode(report.encode()).unwrap();
    wire.cells[0].state = 99;
    assert!(
        Report::parse(&wire.encode_to_vec())
            .unwrap_err()
            .to_string()
            .starts_with("cells[0].state: ")
    );
}

#[test]
fn words_are_unique_and_cover_the_wire() {
    for state in CaseState::ALL {
        assert_eq!(state.word().parse(), Ok(*state));
        assert_eq!(
            pb::CaseState::from_str_name(state.wire_name()).map(|wire| wire as i32),
            Some(state.to_wire())
        );
    }
    let count = |known: &dyn Fn(i32) -> bool| (0..200).filter(|number| known(*number)).count();
    assert_eq!(
        CaseState::ALL.len(),
        count(&|number| number != 0 && pb::CaseState::try_from(number).is_ok())
    );
    assert_eq!(
        Measure::ALL.len(),
        count(&|number| number != 0 && pb::Measure::try_from(number).is_ok())
    );
    for measure in Measure::ALL {
        assert_eq!(measure.word().parse(), Ok(*measure));
        assert_eq!(
            measure.wire_name(),
            format!("MEASURE_{}", measure.word().to_uppercase())
        );
    }
    assert!(
        "nonsense"
            .parse::<Measure>()
            .unwrap_err()
            .to_string()
            .contains("notices_sent")
    );
}

fn any_key() -> impl Strategy<Value = CellKey> {
    let region = || "[1-6][0-9]{5}".prop_map(|text| RegionCode::parse(&text).unwrap());
    let pick = |count: usize| 0..count;
    (
        pick(2),
        region(),
        proptest::option::of(region()),
        "[A-Z]{1,4}-[0-9]{1,3}".prop_map(|text| OrganizationCode::parse(&text).unwrap()),
        pick(CaseState::ALL.len()),
        pick(MemberClass::ALL.len()),
        pick(Standing::ALL.len()),
    )
        .prop_map(
            |(direction, own_region, region, organization, state, class, standing)| {
                let state = CaseState::ALL[state];
                let departed = state == CaseState::Departed;
                CellKey {
                    direction: if departed {
                        Direction::Out
                    } else {
                        Direction::ALL[direction]
                    },
                    counterpart_region: if departed {
                        region.clone()
                    } else {
                        region.or(Some(own_region.clone()))
                    },
                    counterpart_organization: Some(organization),
                    own_region,
                    state,
                    class: MemberClass::ALL[class],
                    standing: Standing::ALL[standing],
                }
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_is_read(cells in proptest::collection::btree_map(any_key(), 1..limits::MAX_COUNT, 0..30), revision in 1_u32.., days in 1..=366_u32) {
        let report = Report::new(Content { cells, revision, answer_days: days, ..content() }).unwrap();
        prop_assert_eq!(Report::parse(&report.encode()), Ok(report));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(report) = Report::parse(&bytes) {
            prop_assert_eq!(report.encode(), Bytes::from(bytes));
        }
    }

    #[test]
    fn a_changed_byte_never_passes_for_the_same(position in 0_usize..200, flip in 1_u8..) {
        let mut bytes = Report::new(content()).unwrap().encode().to_vec();
        let position = position % bytes.len();
        bytes[position] ^= flip;
        prop_assert_ne!(Report::parse(&bytes).ok(), Some(Report::new(content()).unwrap()));
    }
}
