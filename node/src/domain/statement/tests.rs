//! Quarters: what is stated, how it compares, what is answered, when it is closed.
#![allow(clippy::unwrap_used)]

use hongyan_proto::{
    id::{CaseId, Fen, KeyId},
    letter::{
        Answer, AnswerKind, Cadence, ContactState, Correction, Disclosure, DisclosureSet,
        InflowLine, LineAnswer, LineField, LostContact, OutflowLine, Presence, Replacement,
        Revision, Statement,
    },
    log::Kind,
    time::Quarter,
};
use proptest::prelude::*;

use super::{
    Outcome, QuarterView, Reconciliation, Stated, Status,
    answer::Answered,
    compile, reconcile,
    reconcile::{Cause, Counts},
    settle,
};
use crate::domain::{
    case::{Case, Side, derive},
    fact::{
        corrected,
        dues::paid_twice,
        effective,
        effective::{CorrectionRefusal, check_correction},
    },
    testing::{Letters, attendance, day, dues, sample, text},
};

use Side::{Inflow, Outflow};

const Q3: &str = "2026-Q3";

fn q3() -> Quarter {
    Q3.parse().unwrap()
}

fn id(n: u8) -> CaseId {
    CaseId::from_bytes([n; 16])
}

fn revision(n: u32) -> Revision {
    Revision::new(n).unwrap()
}

fn active() -> Letters {
    let mut letters = Letters::new();
    for (side, kind) in [
        (Outflow, Kind::Notice),
        (Inflow, Kind::Accept),
        (Inflow, Kind::Place),
    ] {
        letters.tell(side, sample(kind));
    }
    letters
}

fn state(letters: &Letters, side: Side, case: &Case) -> Statement {
    compile(
        q3(),
        revision(1),
        letters.key(side),
        [(id(1), case)],
        DisclosureSet::all(),
    )
    .unwrap()
}

fn compared(letters: &Letters, home: &Statement, host: &Statement) -> Reconciliation {
    let stated = |side, statement| Stated {
        author: letters.key(side),
        on: day("2026-10-08"),
        statement,
    };
    reconcile(stated(Outflow, home), stated(Inflow, host)).unwrap()
}

#[test]
fn a_quarter_at_the_host_is_stated_from_its_facts() {
    let mut letters = active();
    letters.tell(Inflow, attendance("2026-07-20", Presence::Present));
    letters.tell(Inflow, attendance("2026-08-20", Presence::Absent));
    letters.tell(Inflow, attendance("2026-10-20", Presence::Present));
    letters.tell(Inflow, dues("2026-07", 2, 1000));
    letters.tell(Inflow, sample(Kind::Conduct));
    letters.tell(Outflow, sample(Kind::Contact));
    let case = derive(&letters.all());
    let host = state(&letters, Inflow, &case);
    let line = &host.inflow_lines[0];
    assert_eq!(
        (line.activities_held, line.activities_attended),
        (Some(2), Some(1))
    );
    assert_eq!(
        (line.dues_months, line.dues_fen),
        (Some(2), Some(Fen(1000)))
    );
    assert_eq!(line.contact_state, Some(ContactState::InContact));
    assert!(line.conduct_grade.is_some());
    let home = state(&letters, Outflow, &case);
    assert_eq!(
        (home.outflow_lines[0].contacts_made, home.inflow_lines.len()),
        (Some(1), 0)
    );
    let result = compared(&letters, &home, &host);
    assert_eq!(
        result.counts(),
        Counts {
            agreed: 1,
            ..Counts::default()
        }
    );
}

#[test]
fn nothing_out_of_scope_is_stated() {
    let letters = active();
    let case = derive(&letters.all());
    let scope: DisclosureSet = [Disclosure::Attendance].into_iter().collect();
    let statement = compile(
        q3(),
        revision(1),
        letters.key(Inflow),
        [(id(1), &case)],
        scope,
    )
    .unwrap();
    let line = &statement.inflow_lines[0];
    assert!(
        line.activities_held.is_some()
            && line.dues_months.is_none()
            && line.contact_state.is_none()
    );
}

#[test]
fn a_correction_counts_and_a_void_fact_does_not() {
    let mut letters = active();
    let wrong = letters.tell(Inflow, dues("2026-07", 1, 500));
    let void = letters.tell(Inflow, dues("2026-08", 1, 700));
    let correct = |event: &crate::domain::Event, right| Correction {
        corrects: event.position.sequence(),
        reason: None,
        replacement: right,
    };
    letters.tell(
        Inflow,
        correct(&wrong, Some(Replacement::Dues(dues("2026-07", 1, 400)))),
    );
    letters.tell(
        Inflow,
        correct(&wrong, Some(Replacement::Dues(dues("2026-07", 1, 600)))),
    );
    letters.tell(Inflow, correct(&void, None));
    // The other side cannot correct what it did not write, nor can a correction change the kind.
    letters.tell(Outflow, correct(&wrong, None));
    let case = derive(&letters.all());
    let facts = effective(&case);
    assert_eq!(facts.len(), 1);
    // The void fact was corrected too, and the first correction of the other one by the second.
    assert_eq!(corrected(&case).len(), 3);
    assert_eq!(
        state(&letters, Inflow, &case).inflow_lines[0].dues_fen,
        Some(Fen(600))
    );
    let other_kind = correct(
        &wrong,
        Some(Replacement::Attendance(attendance(
            "2026-07-20",
            Presence::Present,
        ))),
    );
    assert_eq!(
        check_correction(&case, Inflow, 0, &other_kind),
        Err(CorrectionRefusal::OtherKind(Kind::Dues))
    );
    assert!(check_correction(&case, Outflow, 0, &correct(&wrong, None)).is_err());
    assert_eq!(
        check_correction(&case, Inflow, 0, &correct(&wrong, None)),
        Ok(())
    );
}

#[test]
fn dues_paid_on_both_sides_are_a_difference_and_never_a_sum() {
    let mut letters = active();
    letters.tell(Inflow, dues("2026-07", 3, 1500));
    letters.tell(Outflow, dues("2026-08", 1, 500));
    let case = derive(&letters.all());
    assert_eq!(
        paid_twice(&effective(&case))
            .into_iter()
            .collect::<Vec<_>>(),
        // Both are 5.00 for the month; the host took it on 11 July, home on 11 August.
        [("2026-08".parse().unwrap(), Inflow)]
    );
    let result = compared(
        &letters,
        &state(&letters, Outflow, &case),
        &state(&letters, Inflow, &case),
    );
    let (_, difference) = result.differences().next().unwrap();
    assert_eq!(
        (difference.field, difference.cause, difference.act),
        (LineField::DuesMonths, Cause::PaidTwice, Outflow)
    );
    assert_eq!(difference.due, day("2026-10-23"));
}

#[test]
fn a_statement_that_knows_of_no_dues_of_the_other_side_has_no_field_that_older_nodes_refuse() {
    let mut letters = active();
    letters.tell(Inflow, dues("2026-07", 3, 1500));
    let case = derive(&letters.all());
    let (home, host) = (
        state(&letters, Outflow, &case),
        state(&letters, Inflow, &case),
    );
    let theirs = &host.inflow_lines[0];
    assert_eq!(theirs.dues_fen, Some(Fen(1500)));
    assert_eq!(
        (theirs.dues_duplicate_months, theirs.home_dues_fen),
        (None, None)
    );
    let ours = &home.outflow_lines[0];
    assert_eq!(
        (ours.dues_duplicate_months, ours.host_dues_fen),
        (None, Some(Fen(1500)))
    );
    assert_eq!(compared(&letters, &home, &host).counts().agreed, 1);
}

#[test]
fn dues_that_the_other_side_had_not_heard_of_differ_also_where_it_had_heard_of_none() {
    let mut letters = active();
    let before = derive(&letters.all());
    let home = state(&letters, Outflow, &before);
    letters.tell(Inflow, dues("2026-07", 1, 2000));
    let host = state(&letters, Inflow, &derive(&letters.all()));
    assert_eq!(home.outflow_lines[0].host_dues_fen, None);
    let result = compared(&letters, &home, &host);
    let mut found = result.differences().map(|(_, one)| one);
    let first = found.next().unwrap();
    assert_eq!(
        (first.field, first.cause, first.outflow_value.as_deref()),
        (LineField::DuesFen, Cause::HostDuesDiffer, Some("0"))
    );
    assert!(found.next().is_none());
    // Whom the agreement lets say nothing of dues says no 0 either.
    let scope: DisclosureSet = [Disclosure::Contact].into_iter().collect();
    let silent = |side, case: &Case| {
        compile(q3(), revision(1), letters.key(side), [(id(1), case)], scope).unwrap()
    };
    let now = derive(&letters.all());
    for (home, host) in [
        (silent(Outflow, &before), host),
        (home, silent(Inflow, &now)),
    ] {
        assert_eq!(compared(&letters, &home, &host).counts().agreed, 1);
    }
}

#[test]
fn who_reached_a_lost_member_is_asked_to_say_how() {
    let mut letters = active();
    letters.tell(
        Inflow,
        LostContact {
            last_contact_on: day("2026-07-05"),
            note: None,
        },
    );
    letters.tell(Outflow, sample(Kind::Contact));
    let case = derive(&letters.all());
    let result = compared(
        &letters,
        &state(&letters, Outflow, &case),
        &state(&letters, Inflow, &case),
    );
    let (_, difference) = result.differences().next().unwrap();
    assert_eq!(
        (difference.field, difference.cause, difference.act),
        (LineField::ContactState, Cause::LostAtHost, Outflow)
    );
}

#[test]
fn an_unanswered_notice_is_known_to_home_alone_and_an_unconfirmed_claim_to_the_host() {
    for (side, kind, counts) in [
        (
            Outflow,
            Kind::Notice,
            Counts {
                only_outflow: 1,
                ..Counts::default()
            },
        ),
        (
            Inflow,
            Kind::Claim,
            Counts {
                only_inflow: 1,
                ..Counts::default()
            },
        ),
    ] {
        let mut letters = Letters::new();
        letters.tell(side, sample(kind));
        let case = derive(&letters.all());
        let result = compared(
            &letters,
            &state(&letters, Outflow, &case),
            &state(&letters, Inflow, &case),
        );
        assert_eq!(result.counts(), counts);
        assert!(
            result
                .differences()
                .all(|(_, difference)| difference.act == side.other())
        );
    }
}

#[test]
fn a_member_who_returned_in_the_quarter_is_stated_and_next_quarter_no_more() {
    let mut letters = active();
    letters.tell(Outflow, sample(Kind::Returned));
    let case = derive(&letters.all());
    assert_eq!(state(&letters, Outflow, &case).outflow_lines.len(), 1);
    let next = compile(
        q3().next(),
        revision(1),
        letters.key(Outflow),
        [(id(1), &case)],
        DisclosureSet::all(),
    )
    .unwrap();
    assert!(next.outflow_lines.is_empty());
}

fn line(case_id: CaseId, field: LineField, answer: AnswerKind) -> LineAnswer {
    let own_value = (answer == AnswerKind::Disputed).then(|| text("3"));
    LineAnswer {
        case_id,
        field,
        answer,
        own_value,
        note: Some(text("收据为证\nline 2: 0:")),
    }
}

fn disputed_quarter() -> (Letters, Reconciliation) {
    let mut letters = active();
    letters.tell(Inflow, dues("2026-07", 3, 1500));
    letters.tell(Outflow, dues("2026-08", 1, 500));
    let case = derive(&letters.all());
    let (home, host) = (
        state(&letters, Outflow, &case),
        state(&letters, Inflow, &case),
    );
    letters.on("2026-10-08");
    letters.tell(Inflow, host);
    letters.tell(Outflow, home);
    let result = view(&letters, Outflow).reconciliation.unwrap();
    (letters, result)
}

fn view(letters: &Letters, side: Side) -> QuarterView {
    QuarterView::derive(q3(), letters.key(side), &letters.all())
}

fn status(letters: &Letters, side: Side, on: &str) -> Status {
    view(letters, side).status(
        letters.key(side),
        letters.key(side.other()),
        Cadence::Quarterly,
        day(on),
    )
}

#[test]
fn a_quarter_is_stated_answered_and_closed_by_both() {
    let mut letters = active();
    assert_eq!(status(&letters, Outflow, "2026-09-30"), Status::NotDue);
    assert_eq!(
        status(&letters, Outflow, "2026-10-01"),
        Status::Due(day("2026-10-10"))
    );
    assert!(
        view(&letters, Outflow)
            .check_issue(day("2026-09-30"))
            .is_err()
    );
    let case = derive(&letters.all());
    letters.on("2026-10-08");
    letters.tell(Inflow, state(&letters, Inflow, &case));
    assert_eq!(
        status(&letters, Inflow, "2026-10-08"),
        Status::IssuedByUs(day("2026-10-10"))
    );
    assert_eq!(
        status(&letters, Outflow, "2026-10-08"),
        Status::IssuedByPartner(day("2026-10-10"))
    );
    letters.tell(Outflow, state(&letters, Outflow, &case));
    assert_eq!(
        status(&letters, Outflow, "2026-10-08"),
        Status::Reconciled { ours: 0, theirs: 0 }
    );
    for (side, before) in [(Outflow, Status::ClosedByUs), (Inflow, Status::Closed)] {
        let closing = view(&letters, side).settlement.unwrap().closing();
        letters.tell(side, closing);
        assert_eq!(status(&letters, side, "2026-10-08"), before);
    }
    assert!(
        view(&letters, Outflow)
            .check_issue(day("2026-10-09"))
            .is_err()
    );
}

#[test]
fn a_statement_in_parts_counts_when_the_last_of_them_is_there() {
    let mut letters = active();
    let case = derive(&letters.all());
    letters.on("2026-10-08");
    let whole = state(&letters, Inflow, &case);
    let mut lines = whole.inflow_lines.clone();
    let other = InflowLine {
        case_id: id(9),
        ..lines[0].clone()
    };
    lines.push(other);
    let whole = Statement {
        inflow_lines: lines,
        ..whole
    };
    let part = |number: u32, revised: u32| Statement {
        revision: revision(revised),
        inflow_lines: vec![whole.inflow_lines[number as usize - 1].clone()],
        part: number,
        parts: 2,
        ..whole.clone()
    };
    letters.tell(Inflow, part(1, 1));
    let waits = Status::Due(day("2026-10-10"));
    assert_eq!(status(&letters, Outflow, "2026-10-08"), waits);
    assert_eq!(status(&letters, Inflow, "2026-10-08"), waits);
    letters.on("2026-10-09");
    letters.tell(Inflow, part(2, 1));
    let issued = view(&letters, Outflow).theirs.unwrap();
    assert_eq!((&issued.statement, issued.on), (&whole, day("2026-10-09")));
    // Half a revision takes nothing back.
    letters.tell(Inflow, part(1, 2));
    assert_eq!(view(&letters, Outflow).theirs.unwrap(), issued);
    // Nor does its second part, when something else came between them; and parts of two statements are never mixed.
    let of_three = Statement {
        parts: 3,
        ..part(1, 3)
    };
    letters.tell(Inflow, of_three);
    letters.tell(Inflow, part(2, 2));
    letters.tell(Inflow, part(2, 3));
    letters.tell(Inflow, part(1, 2));
    letters.tell(Inflow, part(1, 3));
    letters.tell(Inflow, part(2, 2));
    assert_eq!(view(&letters, Outflow).theirs.unwrap(), issued);
    letters.tell(Outflow, state(&letters, Outflow, &case));
    let [home, host] = Side::ALL.map(|side| view(&letters, side).settlement.unwrap());
    assert_eq!(home.hash(), host.hash());
    // In parts or in one entry: what is compared is the same.
    let mut in_one = active();
    in_one.on("2026-10-09");
    in_one.tell(Inflow, whole.clone());
    in_one.tell(Outflow, state(&in_one, Outflow, &case));
    let one = view(&in_one, Outflow).reconciliation.unwrap();
    assert_eq!(view(&letters, Outflow).reconciliation.unwrap(), one);
}

#[test]
fn a_difference_that_stays_is_a_legitimate_result() {
    let (mut letters, result) = disputed_quarter();
    assert_eq!(
        status(&letters, Outflow, "2026-10-08"),
        Status::Reconciled { ours: 1, theirs: 0 }
    );
    let settlement = view(&letters, Outflow).settlement.unwrap();
    assert!(settlement.check_close(day("2026-10-08")).is_err());
    assert!(
        settlement.check_close(day("2026-10-24")).is_ok(),
        "a silent partner does not keep a quarter open"
    );
    let lines = vec![line(id(1), LineField::DuesMonths, AnswerKind::Disputed)];
    letters.tell(
        Outflow,
        Answer {
            quarter: q3(),
            reconciliation_hash: result.hash(),
            lines,
        },
    );
    for side in Side::ALL {
        let settlement = view(&letters, side).settlement.unwrap();
        assert_eq!(settlement.lines[0].outcome, Outcome::Disputed);
        assert_eq!(
            settlement.counts,
            Counts {
                differing: 1,
                ..Counts::default()
            }
        );
        settlement.check_close(day("2026-10-08")).unwrap();
        letters.tell(side, settlement.closing());
    }
    assert_eq!(status(&letters, Outflow, "2026-10-08"), Status::Closed);
}

#[test]
fn an_answer_that_crosses_a_closing_makes_both_close_again() {
    let (mut letters, result) = disputed_quarter();
    let early = view(&letters, Inflow).settlement.unwrap().closing();
    letters.write(Inflow, early);
    let lines = vec![line(id(1), LineField::DuesMonths, AnswerKind::Accepted)];
    letters.write(
        Outflow,
        Answer {
            quarter: q3(),
            reconciliation_hash: result.hash(),
            lines,
        },
    );
    let settlement = view(&letters, Outflow).settlement.unwrap();
    assert_eq!(settlement.lines[0].outcome, Outcome::Accepted(Outflow));
    assert_eq!(
        settlement.counts,
        Counts {
            agreed: 1,
            ..Counts::default()
        }
    );
    letters.write(Outflow, settlement.closing());
    letters.hear();
    // The host signed a result that is none any more: it is its turn, on both sides.
    for (side, seen) in [
        (Outflow, Status::ClosedByUs),
        (Inflow, Status::ClosedByPartner),
    ] {
        assert_eq!(status(&letters, side, "2026-10-09"), seen);
    }
    let again = view(&letters, Inflow).settlement.unwrap().closing();
    letters.tell(Inflow, again);
    assert_eq!(status(&letters, Inflow, "2026-10-09"), Status::Closed);
}

#[test]
fn a_signature_on_an_earlier_result_is_none_on_the_present_one() {
    let (mut letters, _) = disputed_quarter();
    let closing = view(&letters, Outflow).settlement.unwrap().closing();
    letters.tell(Outflow, closing);
    assert_eq!(
        status(&letters, Inflow, "2026-10-09"),
        Status::ClosedByPartner
    );
    let case = derive(&letters.all());
    let again = compile(
        q3(),
        view(&letters, Inflow).next_revision().unwrap(),
        letters.key(Inflow),
        [(id(1), &case)],
        DisclosureSet::all(),
    );
    letters.tell(Inflow, again.unwrap());
    for side in Side::ALL {
        let now = status(&letters, side, "2026-10-09");
        assert!(matches!(now, Status::Reconciled { .. }), "{now:?}");
    }
    let closing = view(&letters, Inflow).settlement.unwrap().closing();
    letters.tell(Inflow, closing);
    for (side, seen) in [
        (Inflow, Status::ClosedByUs),
        (Outflow, Status::ClosedByPartner),
    ] {
        assert_eq!(status(&letters, side, "2026-10-09"), seen);
    }
}

#[test]
fn an_announced_correction_settles_nothing_until_the_values_meet() {
    let (mut letters, result) = disputed_quarter();
    let answer = |kind| Answer {
        quarter: q3(),
        reconciliation_hash: result.hash(),
        lines: vec![line(id(1), LineField::DuesMonths, kind)],
    };
    letters.tell(Outflow, answer(AnswerKind::Corrected));
    let differing = Counts {
        differing: 1,
        ..Counts::default()
    };
    for (by_host, outcome) in [
        (None, Outcome::Corrected(Outflow)),
        (Some(AnswerKind::Accepted), Outcome::Corrected(Outflow)),
        (Some(AnswerKind::Corrected), Outcome::Corrected(Outflow)),
        (Some(AnswerKind::Disputed), Outcome::Disputed),
    ] {
        if let Some(kind) = by_host {
            letters.tell(Inflow, answer(kind));
        }
        for side in Side::ALL {
            let settled = view(&letters, side).settlement.unwrap();
            assert_eq!(settled.lines[0].outcome, outcome);
            assert_eq!(settled.counts, differing);
            assert_eq!(settled.open_for(letters.key(side)).count(), 0);
            // What was announced is waited for, until its term is over.
            let early = settled.check_close(day("2026-10-08"));
            assert_eq!(early.is_err(), outcome != Outcome::Disputed);
            settled.check_close(day("2026-10-24")).unwrap();
        }
    }
    // The correction itself, and the statements that have it.
    let wrong = letters.all();
    let wrong = wrong
        .iter()
        .find(|event| event.kind == Kind::Dues && event.position.author() == letters.key(Outflow))
        .unwrap();
    let void = Correction {
        corrects: wrong.position.sequence(),
        reason: None,
        replacement: None,
    };
    letters.tell(Outflow, void);
    for side in Side::ALL {
        let mut again = state(&letters, side, &derive(&letters.all()));
        again.revision = revision(2);
        letters.tell(side, again);
    }
    for side in Side::ALL {
        let counts = view(&letters, side).settlement.unwrap().counts;
        assert_eq!((counts.agreed, counts.differing), (1, 0));
    }
}

#[test]
fn a_revised_statement_makes_old_answers_void() {
    let (mut letters, result) = disputed_quarter();
    let case = derive(&letters.all());
    let again = compile(
        q3(),
        view(&letters, Inflow).next_revision().unwrap(),
        letters.key(Inflow),
        [(id(1), &case)],
        DisclosureSet::all(),
    );
    letters.tell(Inflow, again.unwrap());
    let now = view(&letters, Outflow).reconciliation.unwrap();
    assert_ne!(now.hash(), result.hash());
    let lines = vec![line(id(1), LineField::DuesMonths, AnswerKind::Accepted)];
    let old = Answer {
        quarter: q3(),
        reconciliation_hash: result.hash(),
        lines,
    };
    let event = letters.tell(Outflow, old.clone());
    let settled = settle(
        &now,
        &[Answered {
            position: event.position,
            answer: &old,
        }],
    );
    assert_eq!(settled.lines[0].outcome, Outcome::Unanswered);
}

#[test]
fn two_fixed_statements_give_these_bytes() {
    let (letters, result) = disputed_quarter();
    let settlement = view(&letters, Inflow).settlement.unwrap();
    insta::assert_snapshot!(format!(
        "{}hash {}\n\n{}hash {}\n",
        String::from_utf8(result.canonical()).unwrap(),
        result.hash(),
        String::from_utf8(settlement.canonical()).unwrap(),
        settlement.hash()
    ));
}

fn contact_state() -> impl Strategy<Value = Option<ContactState>> {
    prop::option::of(prop::sample::select(ContactState::ALL.to_vec()))
}

fn statements() -> impl Strategy<Value = Statement> {
    let months = || prop::option::of(0_u32..5);
    let inflow = prop::collection::btree_map(0_u8..8, (months(), contact_state()), 0..6);
    let outflow = prop::collection::btree_map(0_u8..8, (months(), contact_state()), 0..6);
    (1_u32..3, inflow, outflow).prop_map(|(number, inflow, outflow)| Statement {
        part: 0,
        parts: 0,
        quarter: q3(),
        revision: revision(number),
        inflow_lines: inflow
            .into_iter()
            .map(|(case, (dues_months, contact_state))| InflowLine {
                case_id: id(case),
                activities_held: None,
                activities_attended: None,
                dues_months,
                dues_fen: None,
                dues_duplicate_months: None,
                home_dues_fen: None,
                conduct_grade: None,
                conduct_remark: None,
                awards: None,
                penalties: None,
                contact_state,
            })
            .collect(),
        outflow_lines: outflow
            .into_iter()
            .map(|(case, (dues_months, contact_state))| OutflowLine {
                case_id: id(case),
                contacts_made: None,
                matters_notified: None,
                dues_months,
                dues_fen: None,
                dues_duplicate_months: None,
                host_dues_fen: None,
                contact_state,
            })
            .collect(),
    })
}

proptest! {
    /// Whoever computes it, whichever statement is given first: the same bytes. Every case of either statement is counted once.
    #[test]
    fn reconciling_is_symmetric(one in statements(), other in statements()) {
        let (a, b) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
        let first = Stated { author: a, on: day("2026-10-08"), statement: &one };
        let second = Stated { author: b, on: day("2026-10-03"), statement: &other };
        let result = reconcile(first, second).unwrap();
        prop_assert_eq!(&result, &reconcile(second, first).unwrap());
        prop_assert_eq!(result.canonical(), reconcile(second, first).unwrap().canonical());
        let counts = result.counts();
        let total = counts.agreed + counts.differing + counts.only_outflow + counts.only_inflow;
        let known: usize = [(&one, &other), (&other, &one)]
            .iter()
            .map(|(home, host)| {
                let mut cases: Vec<CaseId> = home.outflow_lines.iter().map(|line| line.case_id).collect();
                cases.extend(host.inflow_lines.iter().map(|line| line.case_id));
                cases.sort();
                cases.dedup();
                cases.len()
            })
            .sum();
        prop_assert_eq!(total as usize, known);
        let settled = settle(&result, &[]);
        prop_assert_eq!(settled.counts, counts);
    }
}
