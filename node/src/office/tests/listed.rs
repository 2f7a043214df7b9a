//! Who was to be there: whom a kind of activity expects, whom a list forgets, and what a unit above held for the unit.

use hongyan_proto::letter::{
    ActivityKind, ActivityPlan, OfficerRole, PlanItem, Presence, UnitKind, Within,
};

use super::{
    duties::{adopt, of},
    life::{self, activity, all, hold, hosted, line, text},
    pair::Town,
    stories::{day, ready},
    units::{appoint, found, tree},
};
use crate::{
    domain::duty::State,
    office::{
        activity::{Roll, on_record},
        plan,
    },
};

const FIRST: &str = "东街党总支/第一支部";

fn named(people: &[&str]) -> Roll {
    Roll {
        everyone: None,
        people: people
            .iter()
            .map(|person| line(person, Presence::Present))
            .collect(),
    }
}

/// What the remarks on a record say of people in no list.
fn forgotten(town: &Town, sequence: u64) -> Vec<String> {
    let remarks = on_record(&town.office, sequence, true).unwrap();
    let remarks = remarks.into_iter().map(|one| one.zh);
    remarks.filter(|one| one.contains("未列入")).collect()
}

/// How many an activity of everybody expects.
async fn expected(town: &Town, unit: &str, kind: ActivityKind, on: &str) -> u32 {
    let held = activity(unit, kind, on);
    hold(town, held, all(&[])).await.unwrap().1.expected
}

#[tokio::test]
async fn whom_a_list_forgets_is_told_hosted_members_too() {
    let pair = ready().await;
    hosted(&pair).await;
    let host = &pair.host;
    let held = activity(life::UNIT, ActivityKind::ActivityDay, "2026-04-01");
    let (sequence, _) = hold(host, held, named(&["本地甲"])).await.unwrap();
    let said = forgotten(host, sequence);
    assert_eq!(said.len(), 1, "{said:?}");
    for name in ["张三", "本地乙"] {
        assert!(said[0].contains(name), "{said:?}");
    }
    assert!(!said[0].contains("外单位"), "{said:?}");
    life::change(
        host,
        sequence,
        Some,
        &[("张三", Presence::Present), ("本地乙", Presence::Absent)],
    )
    .await
    .unwrap();
    assert_eq!(forgotten(host, sequence), Vec::<String>::new());
    // A talk is of those whom it names.
    let talk = activity(life::UNIT, ActivityKind::Talk, "2026-04-01");
    let (talk, _) = hold(host, talk, named(&["本地甲", "本地乙"]))
        .await
        .unwrap();
    assert_eq!(forgotten(host, talk), Vec::<String>::new());
}

#[tokio::test]
async fn a_committee_and_a_group_expect_their_own() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    found(home, ("第一党小组", UnitKind::Group), FIRST, "2020-01-01").await;
    let committee = ActivityKind::BranchCommittee;
    // As long as nobody is on record as its officer, everyone is asked.
    assert_eq!(expected(home, FIRST, committee, "2026-02-03").await, 2);
    appoint(home, FIRST, "李四", OfficerRole::Secretary, "2026-02-10").await;
    assert_eq!(expected(home, FIRST, committee, "2026-02-04").await, 2);
    assert_eq!(expected(home, FIRST, committee, "2026-03-03").await, 1);
    let assembly = ActivityKind::BranchAssembly;
    assert_eq!(expected(home, FIRST, assembly, "2026-03-03").await, 2);
    // Ordinary members are in no list of such a meeting, and nobody forgot them.
    let held = activity(FIRST, committee, "2026-03-04");
    let (sequence, _) = hold(home, held, named(&["李四"])).await.unwrap();
    assert_eq!(forgotten(home, sequence), Vec::<String>::new());
    let group = format!("{FIRST}/第一党小组");
    let rows = format!("姓名,活动证号,所在支部\n张三,AQ-0001,{group}\n");
    super::stories::import_rows(home, &rows).await;
    let on = home.office.today().to_string();
    let meeting = expected(home, &group, ActivityKind::GroupMeeting, &on).await;
    assert_eq!(meeting, 1);
}

fn plan_of(unit: &str, kind: ActivityKind) -> ActivityPlan {
    let items = (1..=12).map(|month| PlanItem {
        day: day(&format!("2026-{month:02}-05")),
        kind,
        theme: text("学习"),
    });
    ActivityPlan {
        unit: text(unit),
        year: Within::new(2026).unwrap(),
        from_month: Within::new(1).unwrap(),
        items: items.collect(),
        reason: None,
        actor: text("-"),
    }
}

#[tokio::test]
async fn a_plan_of_meetings_is_no_plan_of_activity_days() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "chizhou", "2026-01-01").await.unwrap();
    let file = async |plan: ActivityPlan| {
        let (unit, year) = (plan.unit.clone(), plan.year);
        plan::set(&home.office, home.request(), plan).await.unwrap();
        let filed = plan::file(&home.office, home.request(), unit, year, None, None);
        filed.await.unwrap();
        let plans = of(home, "plan").into_iter();
        let first = plans.filter(|duty| duty.who == "第一支部");
        first.map(|duty| duty.state).next().unwrap()
    };
    let done = |state| matches!(state, State::Done(_) | State::DoneLate(_));
    let meetings = plan_of("第一支部", ActivityKind::GroupMeeting);
    assert!(!done(file(meetings).await));
    let days = ActivityPlan {
        reason: Some(text("应为活动日")),
        ..plan_of("第一支部", ActivityKind::ActivityDay)
    };
    assert!(done(file(days).await));
}

#[tokio::test]
async fn what_a_general_branch_held_for_its_branches_is_held_in_their_plans() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    home.set_day("2026-05-20");
    let plan = plan_of("第一支部", ActivityKind::ActivityDay);
    plan::set(&home.office, home.request(), plan).await.unwrap();
    let above = activity("东街党总支", ActivityKind::ActivityDay, "2026-05-15");
    let (joint, _) = hold(home, above, all(&[])).await.unwrap();
    let other = activity("第二支部", ActivityKind::ActivityDay, "2026-04-05");
    hold(home, other, all(&[])).await.unwrap();
    let year = || plan::year(&home.office, "第一支部", 2026).unwrap();
    // No policy lets a unit above hold it.
    assert_eq!(year().planned_held(), 0);
    adopt(home, "wuxi", "2026-01-01").await.unwrap();
    let ledger = year();
    assert_eq!(ledger.planned_held(), 1);
    assert_eq!(ledger.items[4].1, Some(joint));
    assert_eq!(ledger.joint[&joint].by.as_str(), "东街党总支");
    // What the branch held itself goes before it.
    let own = activity("第一支部", ActivityKind::ActivityDay, "2026-05-05");
    let (own, _) = hold(home, own, all(&[])).await.unwrap();
    assert_eq!(year().items[4].1, Some(own));
    assert!(year().joint.is_empty());
}
