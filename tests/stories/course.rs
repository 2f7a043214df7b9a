//! The whole course of a case: moved and linked, lost and found, transferred, withdrawn, probation, corrections, the return.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use hongyan_tests::town::{Desk, Id, Town};
use o::{CaseClosing as C, CaseState as S};
use x::{WithdrawReason as W, correction::Replacement as Fact};

use crate::{HOME, HOST, alike, stay, two};

async fn shown(town: &Town, side: Id, case: &str) -> o::Case {
    town.desk(side).case(case).await.unwrap().case.unwrap()
}

#[tokio::test]
async fn a_member_who_moves_on_gets_a_new_case_linked_to_the_old_one() {
    let (town, home, host, people) = two(61, 1).await;
    let first = stay(&town, home, host, &people[0]).await;
    let (at_home, at_host) = (town.desk(home), town.desk(host));
    at_host.moved(&first, "2026-02-01", "341702").await.unwrap();
    // The host has told; it does not open the next case itself.
    assert_eq!(at_host.state(&first).await.unwrap(), S::Moved);
    town.settle(home, host).await.unwrap();
    assert_eq!(
        shown(&town, home, &first).await.must_act(),
        o::Side::Outflow,
        "home opens the next case"
    );
    let second = at_home
        .notice(HOST, &people[0], "2026-02-03", "341702")
        .await
        .unwrap();
    assert_ne!(first, second);
    town.settle(home, host).await.unwrap();
    for side in [home, host] {
        assert_eq!(shown(&town, side, &second).await.previous_case, first);
        let followed = shown(&town, side, &first).await;
        assert_eq!(followed.next_case, second);
        let waits = (followed.must_act(), followed.due.as_str());
        assert_eq!(waits, (o::Side::Unspecified, ""), "the next case is there");
        assert_eq!(town.desk(side).state(&second).await.unwrap(), S::Notified);
    }
    at_host.accept(&second, "2026-02-05").await.unwrap();
    at_host
        .place(&second, "第二支部", "2026-02-06")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    alike(&town, home, host).await;
}

#[tokio::test]
async fn lost_by_one_side_and_found_by_the_other_while_the_wire_is_cut() {
    let (mut town, home, host, people) = two(62, 2).await;
    let lost = stay(&town, home, host, &people[0]).await;
    let both = stay(&town, home, host, &people[1]).await;
    let (at_home, at_host) = (town.desk(home), town.desk(host));
    at_host.lost(&lost, "2026-01-10").await.unwrap();
    // Nobody who is not there attends anything, but contact may be tried.
    at_host
        .attendance(&lost, "2026-01-11", x::Presence::Present)
        .await
        .unwrap_err();
    town.settle(home, host).await.unwrap();
    at_home.contact(&lost, "2026-01-20").await.unwrap();
    at_home.found(&lost, "2026-01-20").await.unwrap();
    town.cut(home, host);
    // Both sides mark the other member lost at once: one mark counts, the other is superseded alike on both sides.
    at_home.lost(&both, "2026-01-21").await.unwrap();
    at_host.lost(&both, "2026-01-22").await.unwrap();
    town.heal(home, host);
    town.settle(home, host).await.unwrap();
    for side in [home, host] {
        assert_eq!(town.desk(side).state(&lost).await.unwrap(), S::Active);
        assert_eq!(town.desk(side).state(&both).await.unwrap(), S::LostContact);
        let events = town.desk(side).case(&both).await.unwrap().events;
        let marks = events
            .iter()
            .filter(|event| event.kind() == x::Kind::LostContact);
        let superseded = marks.clone().filter(|event| event.superseded).count();
        assert_eq!((marks.count(), superseded), (2, 1));
    }
    alike(&town, home, host).await;
}

#[tokio::test]
async fn a_case_ends_by_transfer_or_withdrawal_and_stays_ended() {
    let (town, home, host, people) = two(63, 4).await;
    let mut cases = Vec::new();
    for person in &people {
        cases.push(stay(&town, home, host, person).await);
    }
    let at_home = town.desk(home);
    at_home
        .transferred(&cases[0], "2026-03-01", "苏组介〔2026〕17号")
        .await
        .unwrap();
    let reasons = [
        (W::RegisteredInError, C::RegisteredInError),
        (W::RemovedFromMembership, C::RemovedFromMembership),
        (W::Deceased, C::Deceased),
    ];
    for (case, (reason, _)) in cases[1..].iter().zip(reasons) {
        at_home.withdraw_for(case, reason).await.unwrap();
    }
    town.settle(home, host).await.unwrap();
    let endings = [C::Transferred]
        .into_iter()
        .chain(reasons.map(|(_, closing)| closing));
    for (case, closing) in cases.iter().zip(endings) {
        for side in [home, host] {
            let found = shown(&town, side, case).await;
            assert_eq!((found.state(), found.closing()), (S::Closed, closing));
            assert_eq!(found.must_act(), o::Side::Unspecified);
        }
        let refused = town.desk(host).lost(case, "2026-03-02").await.unwrap_err();
        assert!(!refused.to_string().is_empty());
        at_home.returned(case, "2026-03-02").await.unwrap_err();
    }
    // A certificate whose case has ended may be notified anew.
    at_home
        .notice(HOST, &people[1], "2026-04-01", "341700")
        .await
        .unwrap();
    town.settle(home, host).await.unwrap();
    alike(&town, home, host).await;
}

/// Home's roster says until when the member is on probation: only then is there something to decide.
async fn on_probation(town: &mut Town, home: Id, case: &str) {
    let shown = town.desk(home).case(case).await.unwrap().case.unwrap();
    let person = shown.person.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("预备党员.csv");
    let row = format!(
        "姓名,活动证号,预备期满日期\n{},{},2026-03-01\n",
        person.name, person.certificate
    );
    std::fs::write(&list, row).unwrap();
    let import = ["member", "import", list.to_str().unwrap()];
    town.at(home).command(&import).await.unwrap();
}

#[tokio::test]
async fn every_kind_of_fact_crosses_and_a_correction_takes_its_place() {
    let (mut town, home, host, people) = two(64, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    on_probation(&mut town, home, &case).await;
    let (at_home, at_host) = (town.desk(home), town.desk(host));
    let day = || "2026-02-10".to_owned();
    let attendance = |presence: x::Presence| {
        Fact::Attendance(x::Attendance {
            day: day(),
            activity: x::ActivityKind::PartyLecture as i32,
            theme: "党课".to_owned(),
            presence: presence as i32,
        })
    };
    let wrong = at_host
        .record(&case, attendance(x::Presence::Absent))
        .await
        .unwrap();
    let void = at_host
        .record(
            &case,
            Fact::Award(x::Award {
                day: day(),
                penalty: true,
                title: "误记".to_owned(),
            }),
        )
        .await
        .unwrap();
    for fact in [
        Fact::Award(x::Award {
            day: day(),
            penalty: false,
            title: "优秀共产党员".to_owned(),
        }),
        Fact::Role(x::Role {
            day: day(),
            description: "社区志愿服务".to_owned(),
        }),
        Fact::Change(x::Change {
            day: day(),
            employer: "某电子厂".to_owned(),
            ..Default::default()
        }),
        Fact::MajorEvent(x::MajorEvent {
            day: day(),
            description: "见义勇为".to_owned(),
        }),
        Fact::ProbationOpinion(x::ProbationOpinion {
            day: day(),
            convert_on_time: true,
            opinion: "同意按期转正".to_owned(),
        }),
    ] {
        at_host.record(&case, fact).await.unwrap();
    }
    at_home
        .record(
            &case,
            Fact::MatterNotified(x::MatterNotified {
                day: day(),
                matter: "支部换届选举".to_owned(),
            }),
        )
        .await
        .unwrap();
    // The opinion is asked before the decision; both stand in the case.
    town.settle(home, host).await.unwrap();
    at_home
        .record(
            &case,
            Fact::ProbationDecision(x::ProbationDecision {
                day: "2026-03-02".to_owned(),
                outcome: x::ProbationOutcome::Converted as i32,
                extended_until: String::new(),
            }),
        )
        .await
        .unwrap();
    at_host
        .correct(&case, wrong, Some(attendance(x::Presence::Present)))
        .await
        .unwrap();
    at_host.correct(&case, void, None).await.unwrap();
    // What the other side wrote is the other side's to correct.
    let refused = at_home
        .correct(&case, wrong, Some(attendance(x::Presence::Present)))
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("no such fact of this side"),
        "{refused}"
    );
    town.settle(home, host).await.unwrap();
    alike(&town, home, host).await;
    for side in [home, host] {
        facts_are_right(&town.desk(side), &case, wrong, void).await;
    }
}

async fn facts_are_right(desk: &Desk, case: &str, wrong: u64, void: u64) {
    let events = desk.case(case).await.unwrap().events;
    let kinds: std::collections::BTreeSet<i32> = events.iter().map(|event| event.kind).collect();
    for kind in [40, 42, 43, 45, 46, 48, 49, 50, 51] {
        assert!(kinds.contains(&kind), "no entry of kind {kind}");
    }
    for sequence in [wrong, void] {
        let corrected = events
            .iter()
            .filter(|event| event.sequence == sequence && event.kind() != x::Kind::Correction)
            .filter(|event| event.corrected_by_plus_one > 0)
            .count();
        assert_eq!(corrected, 1, "entry {sequence} shows its correction");
    }
}

#[tokio::test]
async fn a_return_carries_the_certificate_and_both_accounts() {
    let (town, home, host, people) = two(65, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    // The host never ends the stay.
    let refused = town
        .desk(host)
        .returned(&case, "2026-03-01")
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("返回") || refused.to_string().contains("returned"),
        "{refused}"
    );
    town.desk(home).returned(&case, "2026-03-01").await.unwrap();
    town.settle(home, host).await.unwrap();
    let events = town.desk(host).case(&case).await.unwrap().events;
    let returned = events
        .into_iter()
        .find_map(|event| match event.payload?.content? {
            x::payload::Content::Returned(returned) => Some(returned),
            _ => None,
        })
        .unwrap();
    assert_eq!(returned.certificate_check(), x::CertificateCheck::Seen);
    assert!(!returned.member_account.is_empty() && !returned.host_account.is_empty());
    // The quarter's mistake is corrected after the return; nothing else is written any more.
    town.desk(host)
        .attendance(&case, "2026-02-01", x::Presence::Present)
        .await
        .unwrap_err();
    assert_eq!(town.desk(host).partner(HOME).await.unwrap().open_cases, 0);
    alike(&town, home, host).await;
}
