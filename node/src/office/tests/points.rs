//! Points count what `duties` counts: the meetings of groups, the talks that are owed to each, the hours that a post asks for.

use hongyan_proto::letter::{ActivityKind, OfficerRole, Presence, UnitKind, Within};

use super::{
    life::{activity, all, hold, line, text},
    moves::assign,
    pair::Town,
    stories::ready,
    units::{appoint, found, tree},
};
use crate::{
    domain::policy::PointItem,
    office::{
        activity::Roll,
        points::{self, Index},
        training::{self, Course},
    },
};

fn branch(town: &Town, unit: &str, policy: &str) -> Index {
    points::branch(&town.office, unit, 2026, policy).unwrap()
}

fn tenths(index: &Index, item: PointItem) -> Option<u32> {
    let mut scores = index.scores.iter();
    scores.find(|score| score.item == item).unwrap().tenths
}

#[tokio::test]
async fn a_branch_has_the_meetings_of_its_groups() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    for group in ["第一党小组", "第二党小组"] {
        found(home, (group, UnitKind::Group), "第一支部", "2020-01-01").await;
    }
    home.set_day("2026-03-31");
    for (group, who) in [("第一党小组", "张三"), ("第二党小组", "李四")] {
        assign(home, group, who, "2026-01-01").await.unwrap();
    }
    // X 三: each month an assembly, the committee and both groups; villages, not offices, hear a lecture a quarter, offices each month.
    let owed = 3 + 3 + 2 * 3 + 3;
    assert_eq!(
        tenths(
            &branch(home, "第一支部", "xianning"),
            PointItem::HeldMeetings
        ),
        Some(0)
    );
    let group = "东街党总支/第一支部/第一党小组";
    // What is the branch's a group does not hold, nor the other way round.
    for (unit, kind) in [
        (group, ActivityKind::BranchAssembly),
        ("第一支部", ActivityKind::GroupMeeting),
    ] {
        let held = hold(home, activity(unit, kind, "2026-03-05"), all(&[])).await;
        assert!(held.unwrap_err().to_string().contains("党小组"));
    }
    // One to which nobody came was not held.
    let nobody = Roll {
        everyone: Some(Presence::Absent),
        people: vec![],
    };
    let empty = activity("第一支部", ActivityKind::BranchAssembly, "2026-02-05");
    hold(home, empty, nobody).await.unwrap();
    for (unit, kind, on) in [
        // The assembly is that of the theme day.
        ("第一支部", ActivityKind::ActivityDay, "2026-03-05"),
        ("第一支部", ActivityKind::BranchAssembly, "2026-03-05"),
        (group, ActivityKind::GroupMeeting, "2026-01-08"),
        (group, ActivityKind::GroupMeeting, "2026-02-08"),
        // A second one in a month is not asked for, and does not stand for another group's.
        (group, ActivityKind::GroupMeeting, "2026-02-20"),
    ] {
        hold(home, activity(unit, kind, on), all(&[]))
            .await
            .unwrap();
    }
    assert_eq!(
        tenths(
            &branch(home, "第一支部", "xianning"),
            PointItem::HeldMeetings
        ),
        Some(250 * 3 / owed)
    );
}

#[tokio::test]
async fn each_talk_that_is_owed_counts_and_hours_go_by_the_post() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    let first = "第一支部";
    for (who, role) in [
        ("张三", OfficerRole::Secretary),
        ("李四", OfficerRole::Organization),
    ] {
        appoint(home, first, who, role, "2025-07-01").await;
    }
    home.set_day("2026-06-30");
    let oversight = || tenths(&branch(home, first, "xianning"), PointItem::DailyOversight);
    // X 四: a meeting of organizational life in June, and the secretary's talk with the committee member before it.
    assert_eq!(oversight(), Some(0));
    let talk = activity(first, ActivityKind::Talk, "2026-06-02");
    let of_two = Roll {
        everyone: None,
        people: vec![
            line("张三", Presence::Present),
            line("李四", Presence::Present),
        ],
    };
    hold(home, talk, of_two).await.unwrap();
    assert_eq!(oversight(), Some(125));
    // X 五1: 56 hours are asked of who leads, 32 of members.
    for who in ["张三", "金丝雀"] {
        let course = Course {
            day: None,
            tenths: Within::new(160).unwrap(),
            title: text("专题班"),
            organizer: None,
        };
        let people = vec![who.to_owned()];
        training::train(&home.office, home.request(), people, String::new(), course)
            .await
            .unwrap();
    }
    let hours = |who: &str| {
        let index = points::member(&home.office, who, 2026, "xianning").unwrap();
        tenths(&index, PointItem::Training)
    };
    assert_eq!(hours("张三"), Some(200 * 16 / 56));
    assert_eq!(hours("金丝雀"), Some(200 * 16 / 32));
}
