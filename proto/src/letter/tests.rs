//! What holds for every payload: round trips, refusals, classes, labels, golden bytes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use prost::Message;
use prost_reflect::{DescriptorPool, Kind as FieldKind, MessageDescriptor};

use super::*;
use crate::{log::Kind, pb::exchange::v1 as pb};

fn any_kind() -> impl Strategy<Value = Kind> {
    select(Kind::ALL)
}

fn any_payload() -> impl Strategy<Value = Payload> {
    any_kind().prop_flat_map(Payload::any)
}

/// For each kind, `count` payloads from a fixed seed: no kind is left to chance.
fn samples(count: usize) -> impl Iterator<Item = Payload> {
    let mut runner = TestRunner::deterministic();
    Kind::ALL.iter().flat_map(move |kind| {
        (0..count)
            .map(|_| Payload::any(*kind).new_tree(&mut runner).unwrap().current())
            .collect::<Vec<_>>()
    })
}

#[test]
fn every_kind_reads_what_it_wrote() {
    for payload in samples(64) {
        let bytes = payload.encode();
        let read = Payload::decode(payload.kind(), &bytes).unwrap();
        assert_eq!(read, payload);
        assert_eq!(read.encode(), bytes);
    }
}

#[test]
fn a_payload_is_read_as_its_own_kind_only() {
    for payload in samples(1) {
        for kind in Kind::ALL.iter().filter(|kind| **kind != payload.kind()) {
            assert_eq!(
                Payload::decode(*kind, &payload.encode()),
                Err(PayloadError::WrongKind {
                    expected: *kind,
                    found: Some(payload.kind())
                })
            );
        }
    }
    assert!(matches!(
        Payload::decode(Kind::Notice, &[]),
        Err(PayloadError::WrongKind { found: None, .. })
    ));
}

#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    // Field 999 as a varint: what a newer program might send.
    const UNKNOWN: [u8; 3] = [0xb8, 0x3e, 0x01];
    for payload in samples(1) {
        let bytes = payload.encode();
        assert_eq!(
            Payload::decode(payload.kind(), &[&bytes[..], &UNKNOWN].concat()),
            Err(PayloadError::NotCanonical)
        );
        // Inside the content: one byte or two of length, then the record.
        let pb::Payload { content } = pb::Payload::decode(bytes.as_slice()).unwrap();
        let mut record = bytes::BytesMut::new();
        content.unwrap().encode(&mut record);
        let code = u32::try_from(payload.kind().code()).unwrap();
        let mut start = &record[..];
        let (number, _) = prost::encoding::decode_key(&mut start).unwrap();
        assert_eq!(number, code);
        let length = prost::encoding::decode_varint(&mut start).unwrap();
        let mut longer = Vec::new();
        prost::encoding::encode_key(
            code,
            prost::encoding::WireType::LengthDelimited,
            &mut longer,
        );
        prost::encoding::encode_varint(length + 3, &mut longer);
        longer.extend_from_slice(start);
        longer.extend_from_slice(&UNKNOWN);
        assert_eq!(
            Payload::decode(payload.kind(), &longer),
            Err(PayloadError::NotCanonical),
            "{}",
            payload.kind()
        );
    }
}

/// A message is spelled the same when it is written again, and still its content is not what would be written.
#[test]
fn a_second_spelling_within_a_field_is_refused() {
    let notice = samples(1)
        .into_iter()
        .find(|payload| payload.kind() == Kind::Notice)
        .unwrap();
    let spelled = |change: &dyn Fn(&mut pb::Notice)| {
        let mut wire = pb::Payload::decode(notice.encode().as_slice()).unwrap();
        let Some(pb::payload::Content::Notice(content)) = &mut wire.content else {
            panic!("a notice");
        };
        content.disclosed = None;
        change(content);
        Payload::decode(Kind::Notice, &wire.encode_to_vec())
    };
    assert!(spelled(&|_| ()).is_ok());
    assert_eq!(
        spelled(&|notice| notice.disclosed = Some(pb::Disclosed::default())),
        Err(PayloadError::NotCanonical)
    );
    for (day, is_read) in [
        ("2026-01-05", true),
        ("2026-1-5", false),
        ("+026-01-05", false),
    ] {
        assert_eq!(
            spelled(&|notice| notice.since = day.to_owned()).is_ok(),
            is_read
        );
    }
}

proptest! {
    #![proptest_config(Config::with_cases(512))]

    #[test]
    fn random_bytes_are_refused_without_a_panic(kind in any_kind(), bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(payload) = Payload::decode(kind, &bytes) {
            prop_assert_eq!(payload.encode(), bytes);
        }
    }

    #[test]
    fn a_flipped_bit_is_refused_or_another_good_payload(payload in any_payload(), place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut bytes = payload.encode();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        match Payload::decode(payload.kind(), &bytes) {
            Ok(other) => {
                prop_assert_ne!(&other, &payload);
                prop_assert_eq!(other.encode(), bytes);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    #[test]
    fn what_is_left_after_restriction_is_in_scope_and_loses_nothing_that_was(payload in any_payload(), scope in any::<DisclosureSet>()) {
        let inside: Vec<_> = payload.disclosed_fields().into_iter().filter(|(_, class)| scope.contains(*class)).collect();
        if let Some(left) = payload.restrict(&scope) {
            prop_assert_eq!(left.disclosed_fields(), inside);
            prop_assert_eq!(left.check_scope(&scope), Ok(()));
            prop_assert_eq!(left.restrict(&scope), Some(left));
        } else {
            prop_assert!(payload.check_scope(&scope).is_err());
        }
    }
}

#[test]
fn each_single_class_leaves_exactly_its_own_fields() {
    for payload in samples(16) {
        let fields = payload.disclosed_fields();
        for class in Disclosure::ALL {
            let scope = DisclosureSet::from_iter([*class]);
            let inside: Vec<_> = fields
                .iter()
                .copied()
                .filter(|(_, of)| of == class)
                .collect();
            match payload.restrict(&scope) {
                Some(left) => assert_eq!(left.disclosed_fields(), inside),
                // Nothing is left of a fact of another class.
                None => assert!(payload.check_scope(&scope).is_err()),
            }
        }
        assert_eq!(payload.restrict(&DisclosureSet::all()), Some(payload));
    }
}

#[test]
fn a_transition_survives_every_scope_and_a_fact_only_its_own() {
    use crate::log::KindGroup;
    for payload in samples(16) {
        let nothing = payload.restrict(&DisclosureSet::EMPTY);
        let survives = match &payload {
            // That an earlier fact is void tells nothing; why it is void is left out.
            Payload::Correction(correction) => correction.replacement.is_none(),
            _ => payload.kind().group() != KindGroup::Fact,
        };
        assert_eq!(nothing.is_some(), survives, "{}", payload.kind());
    }
}

/// What a case is, whoever it is about: told under every agreement. A field is added here by decision, never by default.
const SKELETON: &[&str] = &[
    "notice.since",
    "notice.reason",
    "notice.destination",
    "notice.previous_case",
    "claim.shown_on",
    "disown.reason",
    "disown.note",
    "accept.arrived_on",
    "decline.reason",
    "decline.suggested_region",
    "decline.note",
    "place.unit",
    "place.placed_on",
    "moved.moved_on",
    "moved.destination",
    "moved.organization_code",
    "lost_contact.last_contact_on",
    "lost_contact.note",
    "found.found_on",
    "found.note",
    "returned.returned_on",
    "transferred.transferred_on",
    "transferred.letter_number",
    "change.day",
    "withdraw.reason",
    "withdraw.note",
    "correction.corrects",
    "statement.part",
    "statement.parts",
    "statement.quarter",
    "statement.revision",
    "statement.inflow_lines.case_id",
    "statement.outflow_lines.case_id",
    "answer.quarter",
    "answer.reconciliation_hash",
    "answer.lines.case_id",
    "answer.lines.field",
    "answer.lines.answer",
    "closing.quarter",
    "closing.result_hash",
    "closing.agreed",
    "closing.differing",
    "closing.only_outflow",
    "closing.only_inflow",
];

fn leaves(message: &MessageDescriptor, prefix: &str, found: &mut Vec<String>) {
    for field in message.fields() {
        let path = format!("{prefix}.{}", field.name());
        match field.kind() {
            FieldKind::Message(inner) => leaves(&inner, &path, found),
            _ => found.push(path),
        }
    }
}

#[test]
fn every_field_under_an_agreement_has_a_class_or_is_of_the_skeleton() {
    let pool = DescriptorPool::decode(crate::pb::DESCRIPTORS).unwrap();
    let payload = pool
        .get_message_by_name("hongyan.exchange.v1.Payload")
        .unwrap();
    let mut skeleton = BTreeSet::new();
    for kind in Kind::ALL.iter().filter(|kind| kind.needs_agreement()) {
        let rules: BTreeMap<_, _> = classes(*kind).into_iter().collect();
        let FieldKind::Message(message) = payload.get_field_by_name(kind.name()).unwrap().kind()
        else {
            panic!("{kind} is a message");
        };
        let mut paths = Vec::new();
        leaves(&message, kind.name(), &mut paths);
        for path in &paths {
            // A rule may stand for a whole message, as "notice.destination" does.
            let covered = rules.keys().any(|rule| {
                path == rule
                    || path
                        .strip_prefix(rule)
                        .is_some_and(|rest| rest.starts_with('.'))
            });
            assert!(
                covered,
                "{path} has neither a class nor a place in the skeleton"
            );
        }
        for (rule, class) in rules {
            assert!(
                paths.iter().any(|path| path.starts_with(rule)),
                "{rule} names no field"
            );
            if class.is_none() {
                skeleton.insert(rule);
            }
        }
    }
    assert_eq!(skeleton, SKELETON.iter().copied().collect());
}

#[test]
fn what_is_visited_is_what_the_table_says() {
    for payload in samples(32).filter(|payload| payload.kind().needs_agreement()) {
        let rules: BTreeMap<_, _> = classes(payload.kind()).into_iter().collect();
        for (path, class) in payload.disclosed_fields() {
            let of_another_field = matches!(
                path,
                "answer.lines.own_value" | "answer.lines.note" | "correction.reason"
            );
            assert!(of_another_field || rules[path] == Some(class), "{path}");
        }
    }
}

#[test]
fn every_choice_of_the_protocol_has_words_in_both_languages() {
    let pool = DescriptorPool::decode(crate::pb::DESCRIPTORS).unwrap();
    let mut named = BTreeSet::new();
    macro_rules! choices {
        ($($choice:ident),+) => {
            $(
                let full = concat!("hongyan.exchange.v1.", stringify!($choice));
                let values = pool.get_enum_by_name(full).unwrap().values().count();
                assert_eq!($choice::ALL.len() + 1, values, "{full}");
                let mut words = BTreeSet::new();
                for choice in $choice::ALL {
                    let (zh, en) = choice.label();
                    assert!(!zh.is_ascii() && en.is_ascii() && !en.is_empty(), "{full} {zh} {en}");
                    assert!(words.insert(zh) && words.insert(en), "{full} {zh} {en}");
                    assert_eq!(zh.parse::<$choice>().as_ref(), Ok(choice));
                    assert_eq!(en.replace(' ', "-").parse::<$choice>().as_ref(), Ok(choice));
                }
                named.insert(full.to_owned());
            )+
        };
    }
    choices!(
        Disclosure,
        Cadence,
        Sex,
        MemberClass,
        MemberExit,
        DepartureReason,
        DisownReason,
        CertificateCheck,
        DeclineReason,
        WithdrawReason,
        ActivityKind,
        Presence,
        ConductGrade,
        ProbationOutcome,
        ContactState,
        AnswerKind,
        RefusalReason,
        AppraisalGrade,
        ExemptionFrom,
        UnitKind,
        UnitPlace,
        OfficerRole,
        CertificateKind,
        CertificateFinding,
        ReplacementReason,
        DuesClass,
        DuesAsked,
        DuesWay
    );
    let pool_names: BTreeSet<_> = [
        "agreement",
        "transition",
        "fact",
        "statement",
        "correspondence",
        "local",
        "book_unit",
        "book_certificate",
        "book_activity",
        "book_assessment",
        "book_correction",
        "book_dues",
        "book_record",
    ]
    .iter()
    .map(|file| format!("hongyan/exchange/v1/{file}.proto"))
    .flat_map(|file| {
        pool.get_file_by_name(&file)
            .unwrap()
            .enums()
            .collect::<Vec<_>>()
    })
    .map(|choice| choice.full_name().to_owned())
    .collect();
    assert_eq!(named, pool_names);
}

fn good_notice() -> pb::Notice {
    pb::Notice {
        disclosed: Some(pb::Disclosed {
            name: "张三".into(),
            sex: pb::Sex::Male.into(),
            birth_month: "1949-12".into(),
            id_number: "11010519491231002X".into(),
            phone: "13800000000".into(),
            address: "无锡市滨湖区".into(),
            joined: "1970-07-01".into(),
            probationary_until: String::new(),
            member_class: pb::MemberClass::MigrantWorker.into(),
            certificate: "WX-0001".into(),
        }),
        since: "2026-07-01".into(),
        reason: pb::DepartureReason::Work.into(),
        destination: Some(pb::Destination {
            region: "341700".into(),
            description: "池州市某厂".into(),
        }),
        previous_case: bytes::Bytes::new(),
    }
}

fn encode(content: pb::payload::Content) -> Vec<u8> {
    pb::Payload {
        content: Some(content),
    }
    .encode_to_vec()
}

#[test]
fn a_refusal_names_the_field_and_what_was_expected() {
    type Spoil = fn(&mut pb::Notice);
    let cases: &[(&str, Spoil)] = &[
        ("notice.disclosed.name", |notice| {
            notice.disclosed.as_mut().unwrap().name = "张".repeat(61);
        }),
        ("notice.disclosed.sex", |notice| {
            notice.disclosed.as_mut().unwrap().sex = 3;
        }),
        ("notice.disclosed.birth_month", |notice| {
            notice.disclosed.as_mut().unwrap().birth_month = "1949-13".into();
        }),
        ("notice.disclosed.id_number", |notice| {
            notice.disclosed.as_mut().unwrap().id_number = "110105194912310021".into();
        }),
        ("notice.disclosed.phone", |notice| {
            notice.disclosed.as_mut().unwrap().phone = "138\u{7}".into();
        }),
        ("notice.disclosed.address", |notice| {
            notice.disclosed.as_mut().unwrap().address = "路".repeat(201);
        }),
        ("notice.disclosed.probationary_until", |notice| {
            notice.disclosed.as_mut().unwrap().probationary_until = "1969-01-01".into();
        }),
        ("notice.disclosed.certificate", |notice| {
            notice.disclosed.as_mut().unwrap().certificate = "无".into();
        }),
        ("notice.since", |notice| {
            notice.since = "2026-02-30".into();
        }),
        ("notice.reason", |notice| {
            notice.reason = 0;
        }),
        ("notice.destination", |notice| {
            notice.destination = None;
        }),
        ("notice.destination.region", |notice| {
            notice.destination.as_mut().unwrap().region = "3417".into();
        }),
        ("notice.previous_case", |notice| {
            notice.previous_case = vec![1; 15].into();
        }),
    ];
    assert!(
        Payload::decode(
            Kind::Notice,
            &encode(pb::payload::Content::Notice(good_notice()))
        )
        .is_ok()
    );
    for (path, spoil) in cases {
        let mut notice = good_notice();
        spoil(&mut notice);
        let bytes = encode(pb::payload::Content::Notice(notice));
        let error = Payload::decode(Kind::Notice, &bytes).unwrap_err();
        assert_eq!(error.path(), Some(*path), "{error}");
        let text = error.to_string();
        assert!(text.starts_with(path) && !text.is_ascii(), "{text}");
        assert!(
            !text.contains("张") && !text.contains("19491231"),
            "no personal data in {text}"
        );
    }
}

#[test]
fn rules_between_fields_hold() {
    use pb::payload::Content;
    let decline = |reason: pb::DeclineReason, region: &str| {
        let content = Content::Decline(pb::Decline {
            reason: reason.into(),
            suggested_region: region.into(),
            note: String::new(),
        });
        Payload::decode(Kind::Decline, &encode(content)).map(drop)
    };
    assert!(decline(pb::DeclineReason::OtherDistrict, "341700").is_ok());
    assert!(decline(pb::DeclineReason::NotFound, "").is_ok());
    for bad in [
        decline(pb::DeclineReason::OtherDistrict, ""),
        decline(pb::DeclineReason::NotFound, "341700"),
    ] {
        assert_eq!(bad.unwrap_err().path(), Some("decline.suggested_region"));
    }

    let dues = |months, fen| {
        let content = Content::Dues(pb::Dues {
            month: "2026-07".into(),
            months,
            fen,
            paid_on: "2026-07-05".into(),
            receipt: "0001".into(),
        });
        Payload::decode(Kind::Dues, &encode(content))
            .map_err(|error| error.path().unwrap().to_owned())
    };
    assert!(dues(1, 0).is_ok() && dues(24, 1).is_ok());
    assert_eq!(dues(0, 1), Err("dues.months".into()));
    assert_eq!(dues(25, 1), Err("dues.months".into()));
    assert_eq!(dues(1, -1), Err("dues.fen".into()));

    let line = |case: u8| pb::OutflowLine {
        case_id: vec![case; 16].into(),
        ..pb::OutflowLine::default()
    };
    let statement = |cases: &[u8]| {
        let content = Content::Statement(pb::Statement {
            quarter: "2026-Q3".into(),
            revision: 1,
            inflow_lines: Vec::new(),
            outflow_lines: cases.iter().map(|case| line(*case)).collect(),
            ..Default::default()
        });
        Payload::decode(Kind::Statement, &encode(content))
            .map_err(|error| error.path().unwrap().to_owned())
    };
    assert!(statement(&[]).is_ok() && statement(&[1, 2]).is_ok());
    assert_eq!(statement(&[2, 1]), Err("statement.outflow_lines".into()));
    assert_eq!(statement(&[1, 1]), Err("statement.outflow_lines".into()));

    let receipt = |sequences: &[u64]| {
        let content = Content::Receipt(pb::Receipt {
            log_id: vec![1; 32].into(),
            size: 10,
            root: vec![2; 32].into(),
            refusals: sequences
                .iter()
                .map(|sequence| pb::Refusal {
                    sequence: *sequence,
                    reason: pb::RefusalReason::Malformed.into(),
                    field: String::new(),
                })
                .collect(),
        });
        Payload::decode(Kind::Receipt, &encode(content)).is_ok()
    };
    assert!(receipt(&[]) && receipt(&[0, 9]));
    assert!(!receipt(&[3, 3]) && !receipt(&[4, 3]) && !receipt(&[10]));
}

#[test]
fn golden_bytes_of_a_notice_and_a_statement() {
    let notice = encode(pb::payload::Content::Notice(good_notice()));
    assert_eq!(
        hex::encode(notice),
        concat!(
            "aa018a010a5f0a06e5bca0e4b88910011a07313934392d313222123131303130353139343931323331303032582a0b3133383030303030303030",
            "3212e697a0e994a1e5b882e6bba8e6b996e58cba3a0a313937302d30372d30314801520757582d30303031120a323032362d30372d3031180122",
            "190a06333431373030120fe6b1a0e5b79ee5b882e69f90e58e82"
        )
    );
    let statement = Statement {
        quarter: "2026-Q3".parse().unwrap(),
        revision: Revision::new(1).unwrap(),
        inflow_lines: vec![InflowLine {
            case_id: crate::id::CaseId::from_bytes([7; 16]),
            activities_held: Some(3),
            activities_attended: Some(0),
            dues_months: Some(3),
            dues_fen: Some(crate::id::Fen(6000)),
            conduct_grade: Some(ConductGrade::Good),
            conduct_remark: None,
            awards: None,
            penalties: None,
            contact_state: Some(ContactState::InContact),
            dues_duplicate_months: None,
            home_dues_fen: None,
        }],
        outflow_lines: Vec::new(),
        part: 0,
        parts: 0,
    };
    // Field 60, then quarter, revision, one line; a zero that is meant is on the wire.
    assert_eq!(
        hex::encode(Payload::from(statement.clone()).encode()),
        "e2032c0a07323032362d513310011a1f0a100707070707070707070707070707070710031800200328f02e30015001"
    );
    let part = Statement {
        inflow_lines: Vec::new(),
        part: 2,
        parts: 3,
        ..statement
    };
    assert_eq!(
        hex::encode(Payload::from(part).encode()),
        "e2030f0a07323032362d5133100128023003"
    );
}

fn terms() -> Terms {
    let party = |seed: u8, code: &str, name: &str, region: &str| Party {
        key: [seed; 32],
        code: code.parse().unwrap(),
        name: name.parse().unwrap(),
        region: region.parse().unwrap(),
        discloses: [Disclosure::Identity, Disclosure::Certificate]
            .into_iter()
            .collect(),
        signatory: "李四".parse().unwrap(),
        contact: "0510-0000000".parse().unwrap(),
    };
    Terms {
        parties: [
            party(1, "WX-01", "无锡市某街道党工委", "320211"),
            party(2, "CZ-01", "池州市某镇党委", "341702"),
        ],
        valid_from: "2026-01-01".parse().unwrap(),
        valid_until: "2027-12-31".parse().unwrap(),
        goals: Some("共管流动党员".parse().unwrap()),
        duties: vec![Duty {
            party: Within::new(0).unwrap(),
            clause: "W §二(二)2".parse().unwrap(),
            text: "及时编入支部".parse().unwrap(),
        }],
        cadence: Cadence::Quarterly,
        retention_days: Within::new(0).unwrap(),
        supersedes: None,
        nonce: [9; 16],
    }
    .arrange()
    .unwrap()
}

#[test]
fn golden_hash_and_signature_message_of_an_agreement() {
    let hash = terms().hash();
    assert_eq!(
        hash.to_string(),
        "472d6fbf288e0104cae6f55e38e9bf7ae341103792abf626652ba74e94ab3baf"
    );
    let message = agreement::signature_message(hash);
    assert_eq!(&message[..31], b"hongyan/agreement-signature/v1\n");
    assert_eq!(&message[31..], hash.as_bytes());
}

#[test]
fn both_sides_write_the_same_terms_whoever_names_itself_first() {
    let terms = terms();
    let mut turned = terms.clone();
    turned.parties.swap(0, 1);
    turned.duties[0].party = Within::new(1 - terms.duties[0].party.get()).unwrap();
    assert_eq!(turned.clone().arrange().unwrap().hash(), terms.hash());
    assert_eq!(
        Terms::parse(&turned.encode()).unwrap_err().path(),
        Some("terms.parties")
    );
    assert_eq!(
        terms.party(terms.parties[0].key_id()),
        Some(&terms.parties[0])
    );
    assert_eq!(terms.party(crate::id::KeyId::from_bytes([0; 32])), None);
}

#[test]
fn terms_outside_their_rules_are_refused() {
    let path = |terms: &Terms| {
        Terms::parse(&terms.encode())
            .unwrap_err()
            .path()
            .map(str::to_owned)
    };
    let mut bad = terms();
    bad.valid_until = "2025-12-31".parse().unwrap();
    assert_eq!(path(&bad).as_deref(), Some("terms.valid_until"));
    let mut bad = terms();
    bad.parties[1] = bad.parties[0].clone();
    assert_eq!(path(&bad).as_deref(), Some("terms.parties"));
    let mut bad = terms();
    bad.duties = vec![bad.duties[0].clone(); 65];
    assert_eq!(path(&bad).as_deref(), Some("terms.duties"));

    let mut wire = pb::AgreementTerms::decode(terms().encode().as_slice()).unwrap();
    wire.parties[0].discloses.reverse();
    let error = Terms::parse(&wire.encode_to_vec()).unwrap_err();
    assert_eq!(error.path(), Some("terms.parties.0.discloses"));
    wire.parties[0].discloses = vec![1, 1];
    assert!(Terms::parse(&wire.encode_to_vec()).is_err());
    wire.parties.truncate(1);
    assert!(Terms::parse(&wire.encode_to_vec()).is_err());
    let mut longer = terms().encode();
    longer.extend_from_slice(&[0xb8, 0x3e, 0x01]);
    assert_eq!(Terms::parse(&longer), Err(PayloadError::NotCanonical));
}

#[test]
fn a_correction_is_told_only_where_its_replacement_may_be() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..128 {
        let Payload::Correction(correction) = Payload::any(Kind::Correction)
            .new_tree(&mut runner)
            .unwrap()
            .current()
        else {
            panic!("a correction");
        };
        let fact = correction.replacement.clone();
        let left =
            Payload::from(correction).restrict(&DisclosureSet::from_iter([Disclosure::Dues]));
        match (fact, left) {
            (None, Some(Payload::Correction(left))) => assert_eq!(left.reason, None),
            (Some(Replacement::Dues(_)), left) => assert!(left.is_some()),
            (Some(_), left) => assert_eq!(left, None),
            (None, left) => panic!("a voided fact can always be told: {left:?}"),
        }
    }
}

#[test]
fn one_answer_has_a_bounded_number_of_lines() {
    let line = |number: usize| pb::LineAnswer {
        case_id: (number as u128).to_be_bytes().to_vec().into(),
        field: "awards".into(),
        answer: pb::AnswerKind::Accepted.into(),
        ..pb::LineAnswer::default()
    };
    let answer = |lines: usize| {
        let bytes = encode(pb::payload::Content::Answer(pb::Answer {
            quarter: "2026-Q3".into(),
            reconciliation_hash: vec![7; 32].into(),
            lines: (1..=lines).map(line).collect(),
        }));
        assert!(bytes.len() <= crate::log::limits::MAX_PAYLOAD_BYTES);
        Payload::decode(Kind::Answer, &bytes)
    };
    assert!(answer(MAX_ANSWER_LINES).is_ok());
    let refused = answer(MAX_ANSWER_LINES + 1).unwrap_err();
    assert_eq!(refused.path(), Some("answer.lines"));
    assert!(refused.to_string().contains("1,000"), "{refused}");
}
