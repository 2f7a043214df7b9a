//! Cases: from notice to return, from both sides, on and off line.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use o::CaseState as S;

use crate::{HOME, HOST, stay, two};

#[tokio::test]
async fn a_notice_is_accepted_placed_and_the_member_comes_home() {
    let (town, home, host, people) = two(1, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    assert_eq!(town.desk(home).state(&case).await.unwrap(), S::Active);
    town.desk(home).returned(&case, "2026-03-01").await.unwrap();
    town.settle(home, host).await.unwrap();
    for side in [home, host] {
        let shown = town.desk(side).case(&case).await.unwrap();
        assert_eq!(shown.case.unwrap().closing(), o::CaseClosing::Returned);
        assert!(shown.events.iter().all(|event| !event.superseded));
    }
}

#[tokio::test]
async fn what_was_written_off_line_arrives_when_the_wire_is_mended() {
    let (mut town, home, host, people) = two(2, 1).await;
    town.cut(home, host);
    let case = town
        .desk(home)
        .notice(HOST, &people[0], "2025-10-08", "341700")
        .await
        .unwrap();
    let outcome = town.desk(home).sync(HOST).await;
    assert!(
        outcome.is_err() || !outcome.unwrap().complete,
        "a cut wire must not look like success"
    );
    town.heal(home, host);
    town.settle(home, host).await.unwrap();
    assert_eq!(town.desk(host).state(&case).await.unwrap(), S::Notified);
}

#[tokio::test]
async fn a_claim_that_crosses_a_notice_closes_as_duplicate_on_both_sides() {
    let (mut town, home, host, people) = two(3, 1).await;
    town.cut(home, host);
    let notice = town
        .desk(home)
        .notice(HOST, &people[0], "2025-10-08", "341700")
        .await
        .unwrap();
    let claim = town
        .desk(host)
        .claim(HOME, "某人", &people[0], "2025-10-20")
        .await
        .unwrap();
    town.heal(home, host);
    town.settle(home, host).await.unwrap();
    for side in [home, host] {
        assert_eq!(town.desk(side).state(&notice).await.unwrap(), S::Notified);
        let claimed = town.desk(side).case(&claim).await.unwrap().case.unwrap();
        assert_eq!(
            (claimed.state(), claimed.closing()),
            (S::Closed, o::CaseClosing::Duplicate)
        );
    }
}

#[tokio::test]
async fn a_claim_is_confirmed_or_disowned() {
    let (town, home, host, people) = two(4, 1).await;
    let claim = town
        .desk(host)
        .claim(HOME, "某人", &people[0], "2025-10-20")
        .await
        .unwrap();
    let stranger = town
        .desk(host)
        .claim(HOME, "生人", "NOBODY-1", "2025-10-20")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    town.desk(home).confirm(&claim, &people[0]).await.unwrap();
    town.desk(home).disown(&stranger).await.unwrap();
    town.settle(home, host).await.unwrap();
    assert_eq!(town.desk(host).state(&claim).await.unwrap(), S::Accepted);
    let disowned = town.desk(host).case(&stranger).await.unwrap().case.unwrap();
    assert_eq!(
        (disowned.closing(), disowned.disputed),
        (o::CaseClosing::Disowned, true)
    );
}

#[tokio::test]
async fn a_declined_notice_is_sent_again() {
    let (town, home, host, people) = two(5, 1).await;
    let case = town
        .desk(home)
        .notice(HOST, &people[0], "2025-10-08", "341700")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    town.desk(host)
        .decline(&case, x::DeclineReason::NotArrived)
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    assert_eq!(town.desk(home).state(&case).await.unwrap(), S::Declined);
    town.desk(home)
        .notice_again(HOST, &case, "2025-10-18", "341700")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    assert_eq!(town.desk(host).state(&case).await.unwrap(), S::Notified);
}

#[tokio::test]
async fn both_act_at_once_and_both_see_the_same_superseded_mark() {
    let (mut town, home, host, people) = two(6, 1).await;
    let case = town
        .desk(home)
        .notice(HOST, &people[0], "2025-10-08", "341700")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    town.cut(home, host);
    town.desk(home).withdraw(&case).await.unwrap();
    town.desk(host).accept(&case, "2025-10-12").await.unwrap();
    town.heal(home, host);
    town.settle(home, host).await.unwrap();
    let (one, other) = (
        town.desk(home).case(&case).await.unwrap(),
        town.desk(host).case(&case).await.unwrap(),
    );
    assert_eq!(one.case.unwrap().state, other.case.unwrap().state);
    let marks = |events: &[o::CaseEvent]| -> Vec<(i32, bool)> {
        // What only the local log says is not the partner's to see.
        let shared = events
            .iter()
            .filter(|event| event.kind() != x::Kind::Departed);
        shared.map(|event| (event.kind, event.superseded)).collect()
    };
    assert_eq!(marks(&one.events), marks(&other.events));
}

#[tokio::test]
async fn what_is_not_in_the_table_is_refused_before_it_is_written() {
    let (town, home, host, people) = two(7, 1).await;
    let case = town
        .desk(home)
        .notice(HOST, &people[0], "2025-10-08", "341700")
        .await
        .unwrap();
    // Until then the nodes tell each other of it by themselves.
    town.settle(home, host).await.unwrap();
    let before = town.desk(home).status().await.unwrap().logs;
    let refused = town
        .desk(home)
        .accept(&case, "2025-10-12")
        .await
        .unwrap_err();
    assert_eq!(
        town.desk(home).status().await.unwrap().logs,
        before,
        "{refused}"
    );
    town.desk(host)
        .place(&case, "第一支部", "2025-10-15")
        .await
        .unwrap_err();
}

#[tokio::test]
async fn a_letter_passes_its_four_states() {
    let (town, home, host, people) = two(8, 1).await;
    let case = town
        .desk(home)
        .notice(HOST, &people[0], "2025-10-08", "341700")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    let letter = |shown: o::GetCaseResponse| {
        let notice = shown
            .events
            .iter()
            .find(|event| event.kind() == x::Kind::Notice);
        notice.unwrap().letter()
    };
    assert_eq!(
        letter(town.desk(home).case(&case).await.unwrap()),
        o::LetterState::AppliedThere
    );
    town.desk(host).accept(&case, "2025-10-12").await.unwrap();
    town.settle(home, host).await.unwrap();
    assert_eq!(
        letter(town.desk(home).case(&case).await.unwrap()),
        o::LetterState::Answered
    );
}
