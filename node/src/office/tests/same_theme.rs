//! Two activities of one kind, day and theme are two events: a record and its letter name each other, so that nothing is told twice, left out, or
//! corrected in the other's place.

use hongyan_proto::{
    id::CaseId,
    letter::{Activity, ActivityKind, Attendance, Presence},
    time::TimeOfDay,
};

use super::{
    life::{activity, all, change, facts, hold, hosted},
    pair::Town,
    stories::{day, ready, write},
};
use crate::office::activity as activities;

const UNIT: &str = "社区第三支部";

fn at(hour: u8) -> Activity {
    Activity {
        begins: TimeOfDay::new(hour, 0).ok(),
        ..activity(UNIT, ActivityKind::ActivityDay, "2026-04-01")
    }
}

/// The letter that a record wrote or took over.
fn letter(town: &Town, sequence: u64) -> u64 {
    let record = activities::one(town.office.store(), sequence).unwrap();
    let attendees = &record.activity().unwrap().attendees;
    let told = attendees.iter().find_map(|line| line.told.as_ref());
    told.unwrap().sequence
}

fn events(town: &Town, case: CaseId) -> Vec<String> {
    let mut found = facts(town, case);
    found.retain(|fact| fact.contains("activity day") || fact.contains("corrected"));
    found.sort();
    found
}

#[tokio::test]
async fn each_of_two_activities_has_its_own_letter_and_its_own_corrections() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let (home, host) = (&pair.home, &pair.host);
    // Typed about the person first: it becomes the first activity's, and the second one writes its own.
    let typed = Attendance {
        day: day("2026-04-01"),
        activity: ActivityKind::ActivityDay,
        theme: Some("学习党章".parse().unwrap()),
        presence: Presence::Present,
    };
    write(host, case, typed).await.unwrap();
    let (morning, told) = hold(host, at(9), all(&[])).await.unwrap();
    assert_eq!(told.told, 0, "the typed letter says it already");
    let absent = all(&[("张三", Presence::Absent)]);
    let (afternoon, told) = hold(host, at(14), absent).await.unwrap();
    assert_eq!(told.told, 1);
    assert_ne!(letter(host, morning), letter(host, afternoon));
    pair.sync().await;
    let both = [
        "2026-04-01 activity day absent",
        "2026-04-01 activity day present",
    ];
    for town in [home, host] {
        assert_eq!(events(town, case), both);
    }
    // The second is corrected: its letter, and not the first one's.
    change(host, afternoon, Some, &[("张三", Presence::Remote)])
        .await
        .unwrap();
    pair.sync().await;
    let both = ["2026-04-01 activity day present", "corrected: remote"];
    for town in [home, host] {
        assert_eq!(events(town, case), both);
    }
    // The first is void: the second stands.
    change(host, morning, |_| None, &[]).await.unwrap();
    pair.sync().await;
    for town in [home, host] {
        assert_eq!(events(town, case), ["corrected: remote"]);
    }
}
