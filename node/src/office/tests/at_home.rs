//! What home did about a member who is away counts at home, whether or not a letter may tell the host.

use hongyan_proto::{
    id::CaseId,
    letter::{Contact, Correction, DepartureReason, Disclosure, Replacement, Text},
    log::Kind,
    report::Measure,
};

use super::{
    duties::{adopt, of, same_after_rebuild},
    overdue::{contact, contacts},
    pair::{Pair, Town},
    stories::{accept, agree, day, hosted_from, import, notice, place, ready, write},
};
use crate::{
    domain::duty::State,
    office::{
        Answer, OfficeError, contact as contact_of, dues,
        flow::{self, Trip},
        letters::{CaseLetter, Reached},
        record, recording, report,
    },
};

/// Records contact, and says whether the partner was told.
async fn made(town: &Town, case: CaseId, contact: Contact) -> Result<(Answer, bool), OfficeError> {
    let name = case.to_string();
    let answer = contact_of::record(&town.office, town.request(), name, contact).await?;
    let told = answer.extra.first() == Some(&1);
    Ok((answer, told))
}

fn listed(town: &Town, case: CaseId) -> Vec<CaseLetter> {
    let (_, letters) = record::list(&town.office, &case.to_string(), &[], false).unwrap();
    letters
}

/// Of how many members contact is owed, and with how many it was made.
fn counted(town: &Town, quarter: &str) -> (u64, u64) {
    let quarter = quarter.parse().unwrap();
    let signed = report::compile(&town.office, quarter, 1, None).unwrap();
    let of = |measure| signed.report().measure(measure);
    (
        of(Measure::ContactMembers),
        of(Measure::ContactMembersContacted),
    )
}

/// Placed with a host that may hear nothing but certificates.
async fn placed() -> (Pair, CaseId) {
    let pair = Pair::met().await;
    import(&pair.home).await;
    agree(&pair, &[Disclosure::Certificate]).await;
    let case = hosted_from(&pair, "张三", "2026-04-01").await;
    (pair, case)
}

fn first(town: &Town) -> State {
    of(town, "contact").swap_remove(0).state
}

#[tokio::test]
async fn contact_that_no_letter_may_tell_closes_the_quarter_all_the_same() {
    let (pair, case) = placed().await;
    let home = &pair.home;
    home.set_day("2026-10-01");
    assert_eq!(contacts(home).len(), 1);
    assert_eq!(first(home), State::Overdue);
    assert_eq!(counted(home, "2026-Q3"), (1, 0));
    let sent = home.size(home.partner().out);
    let (answer, told) = made(home, case, contact("2026-09-28")).await.unwrap();
    assert!(!told && home.size(home.partner().out) == sent);
    assert!(contacts(home).is_empty());
    assert_eq!(first(home), State::Done(day("2026-09-28")));
    assert_eq!(counted(home, "2026-Q3"), (1, 1));
    let shown = listed(home, case);
    let [kept] = shown.as_slice() else {
        panic!("{shown:?}")
    };
    let number = answer.written[0].sequence;
    assert_eq!((kept.kind, kept.sequence), (Kind::MemberContacted, number));
    assert_eq!(kept.reached, Reached::Local);
    same_after_rebuild(home);
    assert!(contacts(home).is_empty());
    // Word for word the same is a slip of the hand; before the departure there was nobody away.
    let again = made(home, case, contact("2026-09-28")).await.unwrap_err();
    assert!(again.to_string().contains(&number.to_string()), "{again}");
    made(home, case, contact("2026-03-31")).await.unwrap_err();
}

#[tokio::test]
async fn contact_that_was_kept_is_corrected_and_taken_back() {
    let (pair, case) = placed().await;
    let home = &pair.home;
    home.set_day("2026-10-01");
    let (answer, _) = made(home, case, contact("2026-09-28")).await.unwrap();
    let number = answer.written[0].sequence;
    // Corrected like a letter: another entry says what is right.
    let correction = Correction {
        corrects: number,
        reason: None,
        replacement: Some(Replacement::Contact(contact("2026-09-29"))),
    };
    let name = case.to_string();
    let right = dues::correct_letter(&home.office, home.request(), name, correction);
    let number = right.await.unwrap().written[0].sequence;
    assert_eq!(first(home), State::Done(day("2026-09-29")));
    assert_eq!(listed(home, case)[0].sequence, number);
    let void = || {
        let reason = Text::parse("记错人").unwrap();
        recording::void(&home.office, home.request(), number, reason)
    };
    void().await.unwrap();
    assert!(matches!(void().await, Err(OfficeError::NotFound { .. })));
    assert_eq!((contacts(home).len(), listed(home, case).len()), (1, 0));
    assert_eq!(first(home), State::Overdue);
    assert_eq!(counted(home, "2026-Q3"), (1, 0));
    same_after_rebuild(home);
    made(home, case, contact("2026-09-28")).await.unwrap();
    assert_eq!(first(home), State::Done(day("2026-09-28")));
}

#[tokio::test]
async fn who_left_for_an_unknown_place_is_kept_in_contact_with() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "wuxi", "2026-01-01").await.unwrap();
    let trip = Trip {
        since: Some(day("2026-04-01")),
        reason: Some(DepartureReason::Work),
        ..Trip::default()
    };
    let (name, nobody) = ("张三".to_owned(), String::new());
    let left = flow::depart(&home.office, home.request(), name, nobody, trip).await;
    let case = left.unwrap().case_id().unwrap();
    home.set_day("2026-10-01");
    assert_eq!(contacts(home)[0].case, Some(case));
    assert_eq!(first(home), State::Overdue);
    let (_, told) = made(home, case, contact("2026-09-28")).await.unwrap();
    assert!(!told && contacts(home).is_empty());
    assert_eq!(first(home), State::Done(day("2026-09-28")));
    assert_eq!(counted(home, "2026-Q3"), (1, 1));
}

#[tokio::test]
async fn contact_is_kept_while_the_host_has_not_placed_the_member_and_told_afterwards() {
    let pair = ready().await;
    let case = notice(&pair, "张三").await;
    pair.set_day("2026-10-01");
    assert_eq!(contacts(&pair.home).len(), 1);
    let (_, told) = made(&pair.home, case, contact("2026-09-28")).await.unwrap();
    assert!(!told && contacts(&pair.home).is_empty());
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    pair.sync().await;
    pair.set_day("2026-10-02");
    let (_, told) = made(&pair.home, case, contact("2026-10-01")).await.unwrap();
    assert!(told);
    let kinds: Vec<Kind> = listed(&pair.home, case)
        .iter()
        .map(|letter| letter.kind)
        .collect();
    assert_eq!(kinds, [Kind::MemberContacted, Kind::Contact]);
    // The host's own contact is a letter, or refused as ever.
    pair.sync().await;
    let (_, told) = made(&pair.host, case, contact("2026-10-01")).await.unwrap();
    assert!(told);
}
