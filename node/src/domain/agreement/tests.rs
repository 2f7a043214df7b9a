//! Stories of agreements: proposed, countered, signed, amended, ended, expired; and what crosses on the way.
#![allow(clippy::unwrap_used)]

use hongyan_proto::{
    id::{AgreementHash, Hash, KeyId, LogId, OrganizationCode, RegionCode},
    identity::IdentityKey,
    letter::{
        Access, AgreementEnded, AgreementProposed, AgreementSigned, Cadence, Disclosure,
        DisclosureSet, Party, Payload, Receipt, RefusalReason, Terms, agreement::signature_message,
    },
    log::Kind,
};
use proptest::prelude::*;

use super::{
    Book, Status,
    check::{Refusal, check_end, check_propose, check_sign},
    status::status,
    terms::{Frame, draft, standard_disclosure},
    text::text as printed,
};
use crate::domain::{
    case::Side,
    event::Event,
    scope::{self, Incoming},
    testing::{Letters, day, departed, notice, sample, text},
};

use Side::{Inflow, Outflow};

fn identity(side: Side) -> IdentityKey {
    IdentityKey::from_seed([if side == Outflow { 11 } else { 22 }; 32])
}

fn key(side: Side) -> KeyId {
    identity(side).public().key_id()
}

fn keys() -> [KeyId; 2] {
    [key(Outflow), key(Inflow)]
}

fn letters() -> Letters {
    Letters::new().keyed(keys())
}

fn party(side: Side, discloses: DisclosureSet) -> Party {
    let (code, name, region) = match side {
        Outflow => ("CZ-0001", "中共池州市贵池区某镇委员会", "341702"),
        Inflow => ("WX-0001", "中共无锡市梁溪区某街道工作委员会", "320213"),
    };
    Party {
        key: *identity(side).public().as_bytes(),
        code: OrganizationCode::parse(code).unwrap(),
        name: text(name),
        region: RegionCode::parse(region).unwrap(),
        discloses,
        signatory: text("李书记"),
        contact: text("0510-00000000"),
    }
}

fn terms(nonce: u8, supersedes: Option<AgreementHash>) -> Terms {
    limited(nonce, supersedes, standard_disclosure())
}

fn limited(nonce: u8, supersedes: Option<AgreementHash>, outflow: DisclosureSet) -> Terms {
    let frame = Frame {
        valid_from: day("2026-07-01"),
        valid_until: day("2027-06-30"),
        cadence: Cadence::Quarterly,
        retention_days: 365,
        supersedes,
        nonce: [nonce; 16],
    };
    draft(
        [
            party(Outflow, outflow),
            party(Inflow, standard_disclosure()),
        ],
        &frame,
    )
    .unwrap()
}

fn proposal(terms: &Terms, answers: Option<AgreementHash>) -> AgreementProposed {
    AgreementProposed {
        terms: terms.clone(),
        answers,
    }
}

fn signature(side: Side, hash: AgreementHash) -> AgreementSigned {
    AgreementSigned {
        agreement_hash: hash,
        signature: identity(side).sign(&signature_message(hash)),
        signatory: text("李书记"),
    }
}

fn book(letters: &Letters) -> Book {
    Book::derive(keys(), &[], &letters.all())
}

fn is_now(letters: &Letters, hash: AgreementHash, on: &str) -> Status {
    let book = book(letters);
    status(&book, book.get(hash).unwrap(), day(on))
}

/// Both propose and sign.
fn agree(letters: &mut Letters, terms: &Terms) -> AgreementHash {
    letters.tell(Outflow, proposal(terms, None));
    letters.tell(Outflow, signature(Outflow, terms.hash()));
    letters.tell(Inflow, signature(Inflow, terms.hash()));
    terms.hash()
}

#[test]
fn proposed_then_signed_by_one_then_by_both_then_over() {
    let mut letters = letters();
    let terms = terms(1, None);
    let hash = terms.hash();
    let today = day("2026-07-10");
    check_propose(
        &book(&letters),
        key(Outflow),
        key(Inflow),
        &proposal(&terms, None),
        today,
    )
    .unwrap();
    letters.tell(Outflow, proposal(&terms, None));
    assert_eq!(
        is_now(&letters, hash, "2026-07-10"),
        Status::Proposed { by: key(Outflow) }
    );
    check_sign(&book(&letters), key(Inflow), hash, today).unwrap();
    letters.tell(Inflow, signature(Inflow, hash));
    assert_eq!(
        is_now(&letters, hash, "2026-07-10"),
        Status::HalfSigned { by: key(Inflow) }
    );
    assert_eq!(
        check_sign(&book(&letters), key(Inflow), hash, today),
        Err(Refusal::SignedAlready(hash))
    );
    assert!(book(&letters).in_force(today).is_none());
    letters.tell(Outflow, signature(Outflow, hash));
    assert_eq!(
        is_now(&letters, hash, "2026-06-30"),
        Status::NotYetValid {
            from: day("2026-07-01")
        }
    );
    assert_eq!(is_now(&letters, hash, "2026-07-10"), Status::Active);
    assert_eq!(is_now(&letters, hash, "2027-07-01"), Status::Expired);
    assert_eq!(
        book(&letters).disclosure(key(Outflow), today),
        standard_disclosure()
    );
    assert_eq!(
        book(&letters).disclosure(key(Outflow), day("2027-07-01")),
        DisclosureSet::EMPTY
    );
}

#[test]
fn a_counter_proposal_takes_the_place_of_what_it_answers() {
    let mut letters = letters();
    let (first, second) = (terms(1, None), terms(2, None));
    letters.tell(Outflow, proposal(&first, None));
    let counter = proposal(&second, Some(first.hash()));
    check_propose(
        &book(&letters),
        key(Inflow),
        key(Outflow),
        &counter,
        day("2026-07-10"),
    )
    .unwrap();
    letters.tell(Inflow, counter);
    assert_eq!(
        is_now(&letters, first.hash(), "2026-07-10"),
        Status::CounterProposed {
            with: second.hash()
        }
    );
    let late = check_sign(
        &book(&letters),
        key(Inflow),
        first.hash(),
        day("2026-07-10"),
    );
    assert!(matches!(late, Err(Refusal::NotNow { .. })));
    letters.tell(Outflow, signature(Outflow, second.hash()));
    letters.tell(Inflow, signature(Inflow, second.hash()));
    assert_eq!(
        book(&letters)
            .in_force(day("2026-07-10"))
            .map(|one| one.hash),
        Some(second.hash())
    );
}

#[test]
fn a_forged_signature_counts_for_nothing() {
    let mut letters = letters();
    let terms = terms(1, None);
    letters.tell(Outflow, proposal(&terms, None));
    letters.tell(Outflow, signature(Outflow, terms.hash()));
    letters.tell(
        Inflow,
        AgreementSigned {
            signature: [7; 64],
            ..signature(Inflow, terms.hash())
        },
    );
    // The other side's signature, replayed as one's own, does not verify under one's own key either.
    letters.tell(Inflow, signature(Outflow, terms.hash()));
    assert_eq!(
        is_now(&letters, terms.hash(), "2026-07-10"),
        Status::HalfSigned { by: key(Outflow) }
    );
}

#[test]
fn an_amendment_replaces_and_the_old_one_does_not_come_back() {
    let mut letters = letters();
    let old = agree(&mut letters, &terms(1, None));
    let new = agree(&mut letters, &terms(2, Some(old)));
    assert_eq!(
        is_now(&letters, old, "2026-07-10"),
        Status::Superseded { by: new }
    );
    let ended = AgreementEnded {
        agreement_hash: new,
        last_day: day("2026-08-01"),
        reason: None,
    };
    check_end(&book(&letters), &ended, day("2026-07-10")).unwrap();
    assert!(matches!(
        check_end(&book(&letters), &ended, day("2026-08-02")),
        Err(Refusal::NotNow { .. } | Refusal::Backwards { .. })
    ));
    letters.tell(Inflow, ended);
    assert_eq!(is_now(&letters, new, "2026-08-01"), Status::Active);
    assert_eq!(
        is_now(&letters, new, "2026-08-02"),
        Status::Ended {
            last_day: day("2026-08-01")
        }
    );
    assert!(book(&letters).in_force(day("2026-08-02")).is_none());
}

#[test]
fn nobody_ends_an_agreement_backwards() {
    let mut letters = letters();
    let hash = agree(&mut letters, &terms(1, None));
    letters.on("2026-09-01");
    letters.tell(
        Inflow,
        AgreementEnded {
            agreement_hash: hash,
            last_day: day("2026-07-02"),
            reason: None,
        },
    );
    assert_eq!(
        book(&letters).get(hash).unwrap().last_day(),
        day("2026-09-01")
    );
}

#[test]
fn of_two_amendments_that_crossed_the_one_completed_later_is_in_force_on_both_sides() {
    let mut letters = letters();
    let old = agree(&mut letters, &terms(1, None));
    let (ours, theirs) = (terms(2, Some(old)), terms(3, Some(old)));
    letters.write(Outflow, proposal(&ours, None));
    letters.write(Outflow, signature(Outflow, ours.hash()));
    letters.write(Inflow, proposal(&theirs, None));
    letters.write(Inflow, signature(Inflow, theirs.hash()));
    letters.hear();
    letters.write(Outflow, signature(Outflow, theirs.hash()));
    letters.write(Inflow, signature(Inflow, ours.hash()));
    let mut all = letters.all();
    let one = Book::derive(keys(), &[], &all);
    all.reverse();
    let other = Book::derive([keys()[1], keys()[0]], &[], &all);
    assert_eq!(one, other);
    let completed = |hash| one.get(hash).unwrap().completed();
    let later = if completed(ours.hash()) > completed(theirs.hash()) {
        ours.hash()
    } else {
        theirs.hash()
    };
    assert_eq!(
        one.in_force(day("2026-07-10"))
            .map(|agreement| agreement.hash),
        Some(later)
    );
    assert_eq!(
        status(&one, one.get(old).unwrap(), day("2026-07-10")),
        Status::Superseded { by: later }
    );
}

#[test]
fn terms_between_others_are_not_ours() {
    let mut letters = letters();
    let mut stranger = party(Inflow, standard_disclosure());
    stranger.key = *IdentityKey::from_seed([33; 32]).public().as_bytes();
    let frame = Frame {
        valid_from: day("2026-07-01"),
        valid_until: day("2027-06-30"),
        cadence: Cadence::Yearly,
        retention_days: 0,
        supersedes: None,
        nonce: [1; 16],
    };
    let foreign = draft([party(Outflow, standard_disclosure()), stranger], &frame).unwrap();
    let refused = check_propose(
        &book(&letters),
        key(Outflow),
        key(Inflow),
        &proposal(&foreign, None),
        day("2026-07-10"),
    );
    assert_eq!(refused, Err(Refusal::OtherParties));
    letters.tell(Outflow, proposal(&foreign, None));
    assert!(book(&letters).agreements().is_empty());
}

fn header(event: &Event, agreement: Option<AgreementHash>) -> Incoming {
    Incoming {
        position: event.position,
        day: event.time.day(),
        kind: event.kind,
        agreement,
    }
}

fn judge(
    letters: &Letters,
    event: &Event,
    agreement: Option<AgreementHash>,
) -> Result<(), scope::Refused> {
    scope::incoming(
        &header(event, agreement),
        event.payload.as_ref().unwrap(),
        &book(letters),
    )
}

#[test]
fn what_no_agreement_names_neither_leaves_nor_enters() {
    let mut letters = letters();
    let narrow: DisclosureSet = [Disclosure::Identity].into_iter().collect();
    let terms = limited(1, None, narrow);
    let hash = agree(&mut letters, &terms);
    let outgoing = scope::outgoing(&notice().into(), narrow).unwrap();
    let Payload::Notice(left) = &outgoing else {
        unreachable!("a notice stays a notice")
    };
    assert!(left.disclosed.name.is_some() && left.disclosed.certificate.is_none());
    let event = letters.tell(Outflow, outgoing);
    assert_eq!(judge(&letters, &event, Some(hash)), Ok(()));
    let event = letters.tell(Outflow, notice());
    let refused = judge(&letters, &event, Some(hash)).unwrap_err();
    assert_eq!(
        (refused.reason, refused.field.as_str()),
        (RefusalReason::OutOfScope, "notice.disclosed.certificate")
    );
    assert_eq!(scope::outgoing(&sample(Kind::Dues), narrow), None);
    assert_eq!(
        judge(&letters, &event, None).unwrap_err().reason,
        RefusalReason::NoAgreement
    );
    let unknown = AgreementHash::from_bytes([9; 32]);
    assert_eq!(
        judge(&letters, &event, Some(unknown)).unwrap_err().reason,
        RefusalReason::NoAgreement
    );
    let mut wrong = header(&event, Some(hash));
    wrong.kind = Kind::Accept;
    let refused =
        scope::incoming(&wrong, event.payload.as_ref().unwrap(), &book(&letters)).unwrap_err();
    assert_eq!(refused.reason, RefusalReason::WrongKind);
}

#[test]
fn a_letter_is_judged_by_what_its_author_could_know() {
    let mut letters = letters();
    let old = agree(&mut letters, &terms(1, None));
    let new = terms(2, Some(old));
    letters.tell(Outflow, proposal(&new, None));
    letters.tell(Outflow, signature(Outflow, new.hash()));
    letters.write(Inflow, signature(Inflow, new.hash()));
    // Home has not heard of the host's signature: for home the old agreement still holds, and the host judges it so.
    let event = letters.write(Outflow, notice());
    assert_eq!(judge(&letters, &event, Some(old)), Ok(()));
    assert_eq!(
        judge(&letters, &event, Some(new.hash()))
            .unwrap_err()
            .reason,
        RefusalReason::NoAgreement
    );
    letters.hear();
    let event = letters.tell(Outflow, notice());
    assert_eq!(judge(&letters, &event, Some(new.hash())), Ok(()));
    assert_eq!(
        judge(&letters, &event, Some(old)).unwrap_err().reason,
        RefusalReason::NoAgreement
    );
}

#[test]
fn receipts_and_agreements_need_no_agreement_and_local_entries_never_enter() {
    let mut letters = letters();
    let hash = agree(&mut letters, &terms(1, None));
    let named = Some(hash);
    let ended = AgreementEnded {
        agreement_hash: hash,
        last_day: day("2026-08-01"),
        reason: None,
    };
    let receipt = Receipt {
        log_id: LogId::from_bytes([4; 32]),
        size: 1,
        root: Hash::from_bytes([5; 32]),
        refusals: vec![],
    };
    let own: [Payload; 4] = [
        receipt.into(),
        proposal(&terms(2, named), None).into(),
        signature(Outflow, hash).into(),
        ended.into(),
    ];
    for payload in own {
        let event = letters.write(Outflow, payload);
        assert_eq!(judge(&letters, &event, None), Ok(()), "{}", event.kind);
        assert_eq!(judge(&letters, &event, named), Ok(()), "{}", event.kind);
    }
    // The agreement is in force and named: what is only for home's own log is refused for its kind, and nothing of it leaves.
    let departed = departed();
    let access = Access {
        actor: text("王书记"),
        action: text("查阅"),
        persons: 1,
        purpose: None,
    };
    let local: [Payload; 2] = [departed.into(), access.into()];
    for payload in local {
        assert_eq!(scope::outgoing(&payload, standard_disclosure()), None);
        let event = letters.write(Outflow, payload);
        for agreement in [named, None] {
            let refused = judge(&letters, &event, agreement).unwrap_err();
            assert_eq!(refused.reason, RefusalReason::WrongKind, "{}", event.kind);
        }
        // A header that calls it something else does not help.
        let mut disguised = header(&event, named);
        disguised.kind = Kind::Notice;
        let payload = event.payload.as_ref().unwrap();
        let refused = scope::incoming(&disguised, payload, &book(&letters)).unwrap_err();
        assert_eq!(refused.reason, RefusalReason::WrongKind);
    }
    for kind in Kind::ALL.iter().filter(|kind| !kind.travels()) {
        assert!(!kind.needs_agreement(), "{kind}");
    }
}

#[test]
fn what_ends_a_case_and_tells_nothing_needs_no_agreement() {
    let mut letters = letters();
    for kind in Kind::ALL
        .iter()
        .copied()
        .filter(|kind| kind.needs_agreement() && kind.needs_case())
    {
        let nothing = scope::outgoing(&sample(kind), DisclosureSet::EMPTY);
        if let Some(payload) = nothing {
            let event = letters.write(Outflow, payload);
            let kept = judge(&letters, &event, None).is_ok();
            assert_eq!(kept, kind.ends_case(), "{kind}");
        }
        // One word more, and it is refused.
        if !sample(kind).disclosed_fields().is_empty() {
            let event = letters.write(Outflow, sample(kind));
            let refused = judge(&letters, &event, None).unwrap_err();
            assert_eq!(refused.reason, RefusalReason::NoAgreement, "{kind}");
        }
    }
}

#[test]
fn the_text_people_sign() {
    insta::assert_snapshot!(printed(&terms(1, Some(AgreementHash::from_bytes([5; 32])))));
}

#[derive(Clone, Debug)]
enum Act {
    Propose(Side, u8),
    Sign(Side, u8),
    End(Side, u8),
    Hears(Side),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let side = || prop::sample::select(Side::ALL.to_vec());
    let act = prop_oneof![
        (side(), 1_u8..4).prop_map(|(side, nonce)| Act::Propose(side, nonce)),
        (side(), 1_u8..4).prop_map(|(side, nonce)| Act::Sign(side, nonce)),
        (side(), 1_u8..4).prop_map(|(side, nonce)| Act::End(side, nonce)),
        side().prop_map(Act::Hears),
    ];
    prop::collection::vec(act, 0..16)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Both nodes hold the same agreement in force, in whatever order the entries arrived.
    #[test]
    fn both_sides_derive_the_same_book(acts in acts()) {
        let mut letters = letters();
        let first = terms(1, None).hash();
        let by_nonce = |nonce| terms(nonce, (nonce > 1).then_some(first));
        for act in acts {
            match act {
                Act::Propose(side, nonce) => drop(letters.write(side, proposal(&by_nonce(nonce), None))),
                Act::Sign(side, nonce) => drop(letters.write(side, signature(side, by_nonce(nonce).hash()))),
                Act::End(side, nonce) => {
                    let ended = AgreementEnded { agreement_hash: by_nonce(nonce).hash(), last_day: day("2026-08-01"), reason: None };
                    drop(letters.write(side, ended));
                }
                Act::Hears(side) => letters.hears(side),
            }
        }
        let mut all = letters.all();
        let one = Book::derive(keys(), &[], &all);
        all.reverse();
        prop_assert_eq!(&one, &Book::derive([keys()[1], keys()[0]], &[], &all));
        for on in ["2026-06-01", "2026-07-10", "2026-08-02", "2027-07-01"] {
            let active = one.agreements().iter().filter(|agreement| status(&one, agreement, day(on)) == Status::Active).count();
            prop_assert_eq!(active, usize::from(one.in_force(day(on)).is_some()));
        }
    }
}

#[test]
fn a_proposal_that_another_was_signed_instead_of_is_nobodys_turn() {
    let mut letters = letters();
    let old = agree(&mut letters, &terms(1, None));
    let (one, other) = (terms(2, Some(old)), terms(3, Some(old)));
    letters.tell(Outflow, proposal(&one, None));
    letters.tell(Inflow, proposal(&other, None));
    letters.tell(Outflow, signature(Outflow, other.hash()));
    let today = "2026-07-10";
    assert_eq!(
        is_now(&letters, other.hash(), today),
        Status::HalfSigned { by: key(Outflow) }
    );
    letters.tell(Inflow, signature(Inflow, one.hash()));
    letters.tell(Outflow, signature(Outflow, one.hash()));
    let dead = Status::Superseded { by: one.hash() };
    assert_eq!(is_now(&letters, other.hash(), today), dead);
    let refused = check_sign(&book(&letters), key(Inflow), other.hash(), day(today));
    assert!(matches!(
        refused,
        Err(Refusal::NotNow { status, .. }) if status == dead
    ));
    // One that nobody signed while its days ran.
    let mut late = self::letters();
    late.tell(Outflow, proposal(&terms(4, None), None));
    assert_eq!(
        is_now(&late, terms(4, None).hash(), "2027-07-01"),
        Status::Expired
    );
}

#[test]
fn an_agreement_is_not_ended_after_it_is_over() {
    let mut letters = letters();
    let hash = agree(&mut letters, &terms(1, None));
    let ending = |on| AgreementEnded {
        agreement_hash: hash,
        last_day: day(on),
        reason: None,
    };
    let today = day("2026-07-10");
    let late = check_end(&book(&letters), &ending("2027-07-01"), today);
    assert!(matches!(late, Err(Refusal::TooLate { until, .. }) if until == day("2027-06-30")));
    check_end(&book(&letters), &ending("2026-12-31"), today).unwrap();
    letters.tell(Outflow, ending("2026-12-31"));
    let later = check_end(&book(&letters), &ending("2027-01-01"), today);
    assert!(matches!(later, Err(Refusal::TooLate { until, .. }) if until == day("2026-12-31")));
    check_end(&book(&letters), &ending("2026-08-31"), today).unwrap();
}

#[test]
fn of_a_time_the_agreement_counts_that_was_in_force_last() {
    let mut letters = letters();
    let first = agree(&mut letters, &terms(1, None));
    let ended = AgreementEnded {
        agreement_hash: first,
        last_day: day("2026-08-20"),
        reason: Some(text("合并")),
    };
    letters.on("2026-08-01");
    letters.tell(Outflow, ended);
    let book = book(&letters);
    assert_eq!(book.first_day(), Some(day("2026-07-01")));
    let last = |from, until| {
        book.last_in_force(day(from), day(until))
            .map(|one| one.hash)
    };
    assert_eq!(last("2026-04-01", "2026-06-30"), None);
    assert_eq!(last("2026-07-01", "2026-09-30"), Some(first));
    assert_eq!(last("2026-08-20", "2026-09-30"), Some(first));
    assert_eq!(last("2026-08-21", "2026-09-30"), None);
}
