//! Probation ends: the decision is entered once, the roster follows it, the host is told where the agreement names it, and what closed a duty
//! stays to be seen.

use std::slice;

use hongyan_proto::{
    id::CaseId,
    letter::{
        Correction, Payload, Place, ProbationDecision, ProbationOpinion, ProbationOutcome,
        Replacement, Text,
    },
    log::Kind,
};

use super::{
    duties::{of, same_after_rebuild},
    pair::{Pair, Town},
    stories::{accept, agree, day, import, import_rows, notice, place, ready, write},
};
use crate::{
    book,
    domain::{duty::State, fact::effective},
    office::{OfficeError, dues, member, partner, probation, record, recording},
};

fn decision(outcome: ProbationOutcome, on: &str, until: Option<&str>) -> ProbationDecision {
    ProbationDecision {
        day: day(on),
        outcome,
        extended_until: until.map(day),
    }
}

/// Decides, and says whether the host was told.
async fn decide(town: &Town, name: &str, about: ProbationDecision) -> Result<bool, OfficeError> {
    let answer = probation::decide(&town.office, town.request(), name.to_owned(), about).await?;
    Ok(answer.extra.first() == Some(&1))
}

fn until(town: &Town) -> Option<String> {
    let (member, _) = member::show(&town.office, "张三").unwrap();
    let until = member.details.probationary_until;
    until.map(|until| until.to_string())
}

/// From when each duty is, and whether it was done.
fn states(town: &Town, rule: &str) -> Vec<(String, bool)> {
    let duties = of(town, rule).into_iter();
    let shown = duties.map(|duty| (duty.from.to_string(), matches!(duty.state, State::Done(_))));
    shown.collect()
}

async fn on_probation(pair: &Pair) {
    let rows = "姓名,活动证号,入党时间,预备期满日期\n张三,AQ-0001,2025-05-20,2026-05-20\n";
    import_rows(&pair.home, rows).await;
}

/// The same, placed with the host, two days after the end.
async fn away_on_probation(pair: &Pair) -> CaseId {
    on_probation(pair).await;
    let case = notice(pair, "张三").await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    pair.sync().await;
    pair.set_day("2026-05-22");
    case
}

#[tokio::test]
async fn who_is_at_home_is_converted_on_the_roster_alone() {
    let pair = ready().await;
    let home = &pair.home;
    on_probation(&pair).await;
    home.set_day("2026-05-22");
    assert_eq!(states(home, "decision"), [("2026-05-20".to_owned(), false)]);
    let extended = decision(ProbationOutcome::Extended, "2026-05-21", Some("2026-11-20"));
    assert!(!decide(home, "张三", extended).await.unwrap());
    assert_eq!(until(home).as_deref(), Some("2026-11-20"));
    home.set_day("2026-11-21");
    let converted = || decision(ProbationOutcome::Converted, "2026-11-21", None);
    decide(home, "张三", converted()).await.unwrap();
    assert_eq!(until(home), None);
    // Both ends stay to be seen, with what closed them.
    assert_eq!(
        states(home, "decision"),
        ["2026-05-20", "2026-11-20"].map(|from| (from.to_owned(), true))
    );
    let twice = decide(home, "张三", converted()).await.unwrap_err();
    assert!(twice.to_string().contains("不在预备期"), "{twice}");
    same_after_rebuild(home);
}

#[tokio::test]
async fn whose_case_is_active_is_decided_about_with_the_host() {
    let pair = ready().await;
    let case = away_on_probation(&pair).await;
    let opinion = ProbationOpinion {
        day: day("2026-05-21"),
        convert_on_time: false,
        opinion: Text::parse("参加活动少").unwrap(),
    };
    write(&pair.host, case, opinion).await.unwrap();
    pair.sync().await;
    let extended = decision(ProbationOutcome::Extended, "2026-05-22", Some("2026-11-20"));
    assert!(decide(&pair.home, "张三", extended).await.unwrap());
    pair.sync().await;
    let both = [("2026-05-20", true), ("2026-11-20", false)];
    let both = both.map(|(from, done)| (from.to_owned(), done));
    assert_eq!(states(&pair.home, "decision"), both);
    assert_eq!(states(&pair.host, "opinion"), both);
    pair.set_day("2026-11-21");
    // The host decides about nobody.
    let converted = decision(ProbationOutcome::Converted, "2026-11-21", None);
    assert!(decide(&pair.host, "张三", converted.clone()).await.is_err());
    decide(&pair.home, "张三", converted).await.unwrap();
    let done = |town| states(town, "decision").iter().all(|(_, state)| *state);
    assert!(done(&pair.home) && until(&pair.home).is_none());
}

#[tokio::test]
async fn an_agreement_without_probation_leaves_the_decision_at_home() {
    let pair = Pair::met().await;
    import(&pair.home).await;
    agree(&pair, &[hongyan_proto::letter::Disclosure::Certificate]).await;
    away_on_probation(&pair).await;
    let revoked = decision(ProbationOutcome::Revoked, "2026-05-22", None);
    let refused = decide(&pair.home, "张三", revoked).await.unwrap_err();
    assert!(refused.to_string().contains("member remove"), "{refused}");
    let converted = decision(ProbationOutcome::Converted, "2026-05-22", None);
    assert!(!decide(&pair.home, "张三", converted).await.unwrap());
    let shown = states(&pair.home, "decision");
    assert_eq!(shown, [("2026-05-20".to_owned(), true)]);
}

#[tokio::test]
async fn a_decision_that_was_kept_counts_from_its_own_day_and_is_taken_back() {
    let pair = ready().await;
    let home = &pair.home;
    on_probation(&pair).await;
    home.set_day("2026-08-01");
    let converted = |on| decision(ProbationOutcome::Converted, on, None);
    for (impossible, why) in [
        (converted("2026-05-19"), "尚早"),
        (converted("2024-06-01"), "入党日期"),
        (
            decision(ProbationOutcome::Extended, "2026-05-21", Some("2027-11-20")),
            "不超过一年",
        ),
    ] {
        let refused = decide(home, "张三", impossible).await.unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    assert_eq!(until(home).as_deref(), Some("2026-05-20"));
    let answer = probation::decide(
        &home.office,
        home.request(),
        "张三".to_owned(),
        converted("2026-05-21"),
    );
    let number = answer.await.unwrap().written[0].sequence;
    // Entered late, decided in time: the duty has the day of the decision, and the decision is its evidence.
    let shown = of(home, "decision");
    assert_eq!(shown[0].state, State::Done(day("2026-05-21")));
    assert_eq!(shown[0].evidence[0].sequence, number);
    same_after_rebuild(home);
    let reason = Text::parse("记错人").unwrap();
    let void = recording::void(&home.office, home.request(), number, reason);
    void.await.unwrap();
    assert_eq!(until(home).as_deref(), Some("2026-05-20"));
    assert_eq!(states(home, "decision"), [("2026-05-20".to_owned(), false)]);
    same_after_rebuild(home);
    let extended = decision(ProbationOutcome::Extended, "2026-05-22", Some("2026-11-20"));
    assert!(!decide(home, "张三", extended).await.unwrap());
    assert_eq!(until(home).as_deref(), Some("2026-11-20"));
    let shown = of(home, "decision");
    assert_eq!(shown[0].state, State::Done(day("2026-05-22")));
}

#[tokio::test]
async fn a_corrected_decision_is_followed_by_the_roster() {
    let pair = ready().await;
    let case = away_on_probation(&pair).await;
    let converted = decision(ProbationOutcome::Converted, "2026-05-22", None);
    decide(&pair.home, "张三", converted).await.unwrap();
    let told = pair.home.size(pair.home.partner().out) - 1;
    let extended = decision(ProbationOutcome::Extended, "2026-05-22", Some("2026-11-20"));
    for (corrects, right, end) in [
        (
            told,
            Some(Replacement::ProbationDecision(extended)),
            "2026-11-20",
        ),
        (told + 1, None, "2026-05-20"),
    ] {
        let correction = Correction {
            corrects,
            reason: None,
            replacement: right,
        };
        let office = &pair.home.office;
        let name = case.to_string();
        let corrected = dues::correct_letter(office, pair.home.request(), name, correction);
        corrected.await.unwrap();
        assert_eq!(until(&pair.home).as_deref(), Some(end));
    }
    // Taken back: the decision is still to be made, once.
    let open = [("2026-05-20".to_owned(), false)];
    let shown = states(&pair.home, "decision");
    assert!(
        shown.starts_with(&open) && shown.iter().filter(|one| **one == open[0]).count() == 1,
        "{shown:?}"
    );
    // A partner that was revoked is not told, and the roster follows all the same.
    let code = pair.home.partner().code.to_string();
    let reason = Text::parse("协议终止").unwrap();
    let revoked = partner::revoke(&pair.home.office, pair.home.request(), code, reason).await;
    revoked.unwrap();
    let converted = decision(ProbationOutcome::Converted, "2026-05-22", None);
    assert!(!decide(&pair.home, "张三", converted).await.unwrap());
    assert_eq!(until(&pair.home), None);
}

#[tokio::test]
async fn of_two_of_one_name_the_certificate_says_who_is_decided_about() {
    let pair = ready().await;
    on_probation(&pair).await;
    notice(&pair, "张三").await;
    import_rows(
        &pair.home,
        "姓名,出生年月,活动证号,预备期满日期\n张三,1999-01,AQ-0777,2026-05-20\n",
    )
    .await;
    pair.set_day("2026-05-22");
    let converted = || decision(ProbationOutcome::Converted, "2026-05-22", None);
    assert!(decide(&pair.home, "张三", converted()).await.is_err());
    for certificate in ["AQ-0777", "AQ-0001"] {
        decide(&pair.home, certificate, converted()).await.unwrap();
        let (member, _) = member::show(&pair.home.office, certificate).unwrap();
        assert_eq!(member.details.probationary_until, None);
    }
}

/// A case that the host has not answered, two days after probation ended.
async fn notified_on_probation(pair: &Pair) -> CaseId {
    on_probation(pair).await;
    let case = notice(pair, "张三").await;
    pair.set_day("2026-05-22");
    case
}

/// Placed by the host since; home has heard of it.
async fn placed_since(pair: &Pair, case: CaseId) {
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    pair.sync().await;
}

/// What a town has of decisions, as the effective facts of the case.
fn heard(town: &Town, case: CaseId) -> Vec<ProbationDecision> {
    let file = book::case_with_facts(town.office.store(), Some(&town.partner()), case);
    let facts = effective(&file.unwrap().unwrap().case);
    let heard = facts.into_iter().filter_map(|fact| match fact.payload {
        Payload::ProbationDecision(decision) => Some(decision),
        _ => None,
    });
    heard.collect()
}

#[tokio::test]
async fn what_was_decided_before_the_placement_is_told_after_it_once() {
    let pair = ready().await;
    let home = &pair.home;
    let case = notified_on_probation(&pair).await;
    let extended = decision(ProbationOutcome::Extended, "2026-05-21", Some("2026-11-20"));
    assert!(!decide(home, "张三", extended.clone()).await.unwrap());
    home.office.tell_what_was_kept().await;
    placed_since(&pair, case).await;
    assert_eq!(heard(home, case), []);
    home.office.tell_what_was_kept().await;
    let size = home.size(home.partner().out);
    home.office.tell_what_was_kept().await;
    assert_eq!(home.size(home.partner().out), size, "once");
    pair.sync().await;
    for town in [home, &pair.host] {
        assert_eq!(heard(town, case), slice::from_ref(&extended));
    }
    // Whoever entered it wrote the letter.
    let (_, letters) = record::list(&home.office, "张三", &[], false).unwrap();
    let mut own = letters.iter();
    let told = own.find(|one| one.kind == Kind::ProbationDecision);
    assert_eq!(told.unwrap().actor.as_deref(), Some("王书记"));
    // From now on the letter is what is corrected; what was kept follows, and is not told a second time.
    let kept = letters
        .iter()
        .find(|one| one.kind == Kind::ProbationDecided);
    let kept = kept.unwrap().sequence;
    let reason = || Text::parse("记错").unwrap();
    let void = recording::void(&home.office, home.request(), kept, reason()).await;
    let void = void.unwrap_err().to_string();
    assert!(void.contains("record correct"), "{void}");
    let converted = decision(ProbationOutcome::Converted, "2026-05-22", None);
    let correction = Correction {
        corrects: told.unwrap().sequence,
        reason: None,
        replacement: Some(Replacement::ProbationDecision(converted.clone())),
    };
    let name = case.to_string();
    let corrected = dues::correct_letter(&home.office, home.request(), name, correction);
    corrected.await.unwrap();
    assert_eq!(until(home), None);
    home.office.tell_what_was_kept().await;
    assert_eq!(heard(home, case), [converted]);
    let shown = of(home, "decision");
    assert_eq!(shown[0].state, State::Done(day("2026-05-22")));
    same_after_rebuild(home);
}

#[tokio::test]
async fn what_was_kept_of_a_decision_is_corrected_before_it_is_told() {
    let pair = ready().await;
    let home = &pair.home;
    let case = notified_on_probation(&pair).await;
    let converted = decision(ProbationOutcome::Converted, "2026-05-21", None);
    decide(home, "张三", converted).await.unwrap();
    let letters = || record::list(&home.office, "张三", &[], false).unwrap().1;
    let extended = decision(ProbationOutcome::Extended, "2026-05-22", Some("2026-11-20"));
    let correct = |right: Option<ProbationDecision>| {
        let correction = Correction {
            corrects: letters()[0].sequence,
            reason: None,
            replacement: right.map(Replacement::ProbationDecision),
        };
        dues::correct_letter(&home.office, home.request(), case.to_string(), correction)
    };
    let late = decision(ProbationOutcome::Extended, "2026-05-23", Some("2026-11-20"));
    assert!(correct(Some(late)).await.is_err(), "tomorrow");
    correct(Some(extended.clone())).await.unwrap();
    assert_eq!(until(home).as_deref(), Some("2026-11-20"));
    assert_eq!(letters().len(), 1);
    placed_since(&pair, case).await;
    home.office.tell_what_was_kept().await;
    assert_eq!(heard(home, case), [extended]);
}

#[tokio::test]
async fn what_the_host_was_told_late_was_decided_on_its_own_day() {
    let pair = ready().await;
    let home = &pair.home;
    let case = notified_on_probation(&pair).await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    let placed = Place {
        placed_on: day("2026-05-22"),
        ..place()
    };
    write(&pair.host, case, placed).await.unwrap();
    pair.sync().await;
    home.set_day("2026-08-01");
    let converted = decision(ProbationOutcome::Converted, "2026-05-21", None);
    assert!(decide(home, "张三", converted).await.unwrap());
    // Probation ended before the host had the member: the duty is home's own, and the letter its evidence.
    let told = home.size(home.partner().out) - 1;
    let shown = of(home, "decision");
    let found: Vec<_> = shown
        .iter()
        .map(|duty| (&duty.state, duty.evidence[0].sequence))
        .collect();
    assert_eq!(found, [(&State::Done(day("2026-05-21")), told)]);
}

#[tokio::test]
async fn a_later_decision_brings_the_kept_one_with_it() {
    let pair = ready().await;
    let home = &pair.home;
    let case = notified_on_probation(&pair).await;
    let extended = decision(ProbationOutcome::Extended, "2026-05-21", Some("2026-11-20"));
    decide(home, "张三", extended.clone()).await.unwrap();
    placed_since(&pair, case).await;
    home.set_day("2026-11-21");
    let converted = decision(ProbationOutcome::Converted, "2026-11-21", None);
    let answer = probation::decide(
        &home.office,
        home.request(),
        "张三".to_owned(),
        converted.clone(),
    );
    let answer = answer.await.unwrap();
    assert_eq!(heard(home, case), [extended, converted]);
    // What was asked for is named first.
    let last = home.size(home.partner().out) - 1;
    assert_eq!(answer.written[0].sequence, last);
}

#[tokio::test]
async fn what_the_notice_says_already_or_the_agreement_does_not_name_is_not_told() {
    let pair = ready().await;
    let home = &pair.home;
    on_probation(&pair).await;
    pair.set_day("2026-05-22");
    let converted = || decision(ProbationOutcome::Converted, "2026-05-22", None);
    decide(home, "张三", converted()).await.unwrap();
    pair.set_day("2026-05-23");
    let case = notice(&pair, "张三").await;
    placed_since(&pair, case).await;
    home.office.tell_what_was_kept().await;
    assert_eq!(heard(home, case), []);

    let pair = Pair::met().await;
    import(&pair.home).await;
    agree(&pair, &[hongyan_proto::letter::Disclosure::Certificate]).await;
    let case = notified_on_probation(&pair).await;
    decide(&pair.home, "张三", converted()).await.unwrap();
    placed_since(&pair, case).await;
    pair.home.office.tell_what_was_kept().await;
    assert_eq!(heard(&pair.home, case), []);
}
