//! What a quarter's report counts: who moved on once, who came in the quarter's middle by the months since, and of claims that came to
//! nothing no more than was told.

use std::collections::BTreeSet;

use hongyan_proto::{
    letter::{Claim, Contact, Disclosed, Disown, DisownReason, Moved, Text},
    report::{CaseState, Direction, Measure, MemberClass, SignedReport, Standing},
};

use super::{
    dues::{base, pay, paying},
    pair::Town,
    stories::{day, hosted_from, notice, ready, write},
};
use crate::office::{flow, gateway};

fn report(town: &Town) -> SignedReport {
    gateway::preview(&town.office, "2026-Q2".parse().unwrap()).unwrap()
}

fn measured(town: &Town, of: [Measure; 2]) -> [u64; 2] {
    let signed = report(town);
    of.map(|one| {
        signed
            .report()
            .measures
            .get(&one)
            .copied()
            .unwrap_or_default()
    })
}

#[tokio::test]
async fn who_moved_on_is_one_member_to_contact() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let first = hosted_from(&pair, "张三", "2026-04-01").await;
    let to_contact = [Measure::ContactMembers, Measure::ContactMembersContacted];
    pair.set_day("2026-04-20");
    assert_eq!(measured(home, to_contact), [1, 0]);
    let moved = Moved {
        moved_on: day("2026-04-18"),
        destination: None,
        organization_code: Some("3301-XH".parse().unwrap()),
    };
    write(host, first, moved).await.unwrap();
    pair.sync().await;
    let next = hosted_from(&pair, "张三", "2026-04-20").await;
    assert_ne!(first, next);
    let contact = Contact {
        day: day("2026-04-20"),
        means: Text::parse("电话").unwrap(),
        summary: None,
    };
    write(home, next, contact).await.unwrap();
    assert_eq!(measured(home, to_contact), [1, 1]);
}

#[tokio::test]
async fn the_months_before_the_placement_are_nobodys_arrears_at_the_host() {
    let pair = ready().await;
    let host = &pair.host;
    pair.set_day("2026-05-10");
    hosted_from(&pair, "张三", "2026-05-10").await;
    base(host, "张三", 3000, "2026-05").await.unwrap();
    let dues = [Measure::DuesMembers, Measure::DuesMembersPaid];
    pair.set_day("2026-07-03");
    // Of the quarter June alone is the host's to collect.
    assert_eq!(measured(host, dues), [1, 0]);
    pay(host, "张三", paying("2026-06", 1)).await.unwrap();
    assert_eq!(measured(host, dues), [1, 1]);
    // Who was placed after the first of its last month owes the host nothing of it.
    pair.set_day("2026-06-02");
    hosted_from(&pair, "李四", "2026-06-02").await;
    pair.set_day("2026-07-03");
    assert_eq!(measured(host, dues), [1, 1]);
}

#[tokio::test]
async fn of_claims_that_came_to_nothing_both_sides_count_the_same() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let claim = async |certificate: &str| {
        let claim = Claim {
            disclosed: Disclosed {
                certificate: Some(certificate.parse().unwrap()),
                ..Disclosed::default()
            },
            shown_on: day("2026-04-01"),
        };
        let answer = flow::claim(&host.office, host.request(), String::new(), claim).await;
        answer.unwrap().case_id().unwrap()
    };
    let stranger = claim("AQ-7777").await;
    notice(&pair, "李四").await;
    claim("AQ-0002").await;
    pair.sync().await;
    let disown = Disown {
        reason: DisownReason::UnknownPerson,
        note: None,
    };
    write(home, stranger, disown).await.unwrap();
    pair.sync().await;
    let ended = |town: &Town, direction| -> BTreeSet<_> {
        let signed = report(town);
        let cells = signed.report().cells.keys().filter(|key| {
            let closed = [CaseState::ClosedDisowned, CaseState::ClosedDuplicate];
            assert_eq!(key.direction, direction);
            closed.contains(&key.state)
        });
        cells
            .map(|key| (format!("{:?}", key.state), key.class, key.standing))
            .collect()
    };
    let out = ended(home, Direction::Out);
    assert_eq!(out.len(), 2, "{out:?}");
    let untold = |(_, class, standing): &(String, _, _)| {
        (*class, *standing) == (MemberClass::NotTold, Standing::NotTold)
    };
    assert!(out.iter().all(untold), "{out:?}");
    assert_eq!(out, ended(host, Direction::In));
}
