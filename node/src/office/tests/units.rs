//! Duties come out of the tree: who belongs where, who leads, what is called how.

use hongyan_proto::letter::{
    ActivityKind, ActivityPlan, AppraisalGrade, AppraisalLine, OfficerRole, PlanItem, Presence,
    UnitKind, UnitPlace, Within,
};

use super::{
    duties::{adopt, of, same_after_rebuild},
    life::{activity, all, hold},
    pair::{Pair, Town},
    stories::{day, import_rows, ready},
};
use crate::{
    domain::duty::State,
    office::{
        OfficeError, activity as activity_of, appraisal, book as book_of, duty,
        officer::{self, Post},
        plan,
        unit::{self, Changing, Founding},
    },
};

/// A unit founded on a day.
pub(super) async fn found(town: &Town, (name, kind): (&str, UnitKind), above: &str, on: &str) {
    let founding = Founding {
        name: name.parse().unwrap(),
        kind,
        place: UnitPlace::Office,
        above: above.to_owned(),
        on: day(on),
    };
    unit::found(&town.office, town.request(), founding)
        .await
        .unwrap();
}

/// A general branch with the two branches that the roster names, since long ago.
pub(super) async fn tree(town: &Town) {
    let long_ago = "2020-01-01";
    found(town, ("东街党总支", UnitKind::GeneralBranch), "", long_ago).await;
    for name in ["第一支部", "第二支部"] {
        found(town, (name, UnitKind::Branch), "东街党总支", long_ago).await;
    }
}

pub(super) async fn rename(town: &Town, unit: &str, name: &str, on: &str) {
    let changing = Changing {
        unit: unit.to_owned(),
        name: Some(name.parse().unwrap()),
        place: None,
        above: None,
        on: day(on),
        reason: None,
    };
    unit::change(&town.office, town.request(), changing)
        .await
        .unwrap();
}

pub(super) async fn appoint(town: &Town, unit: &str, member: &str, role: OfficerRole, from: &str) {
    let post = Post {
        unit: unit.to_owned(),
        member: member.to_owned(),
        role,
    };
    officer::appoint(&town.office, town.request(), post, day(from), None)
        .await
        .unwrap();
}

async fn prepared() -> Pair {
    let pair = ready().await;
    tree(&pair.home).await;
    pair
}

/// Whose the open duties of a rule are, and until when.
fn open(town: &Town, rule: &str) -> Vec<(String, String)> {
    let open = of(town, rule)
        .into_iter()
        .filter(|duty| matches!(duty.state, State::Due | State::Overdue));
    let mut open: Vec<_> = open.map(|duty| (duty.who, duty.due.to_string())).collect();
    open.sort();
    open
}

#[tokio::test]
async fn secretaries_owe_what_secretaries_owe() {
    let pair = prepared().await;
    let home = &pair.home;
    adopt(home, "xianning", "2026-01-01").await.unwrap();
    appoint(
        home,
        "第一支部",
        "张三",
        OfficerRole::Secretary,
        "2025-07-01",
    )
    .await;
    appoint(
        home,
        "第一支部",
        "李四",
        OfficerRole::Organization,
        "2025-07-01",
    )
    .await;
    appoint(home, "", "金丝雀", OfficerRole::Secretary, "2025-07-01").await;
    let of_zhang = |due: &str| vec![("张三".to_owned(), due.to_owned())];
    assert_eq!(open(home, "report-secretary"), of_zhang("2026-01-31"));
    assert_eq!(open(home, "secretaries-lecture"), of_zhang("2026-12-31"));
    let hours = |due: &str| {
        ["张三", "金丝雀"]
            .map(|who| (who.to_owned(), due.to_owned()))
            .to_vec()
    };
    assert_eq!(open(home, "training-secretary"), hours("2026-12-31"));
    let leads = vec![("金丝雀".to_owned(), "2026-12-31".to_owned())];
    assert_eq!(open(home, "leaders-lecture"), leads);
    assert_eq!(open(home, "training-member"), []);
    home.set_day("2026-06-01");
    let talk = vec![("李四".to_owned(), "2026-06-30".to_owned())];
    assert_eq!(open(home, "talk"), talk);
    // Offices lecture every month, the tree says that these are offices.
    let may: Vec<_> = of(home, "lecture-offices")
        .into_iter()
        .filter(|duty| duty.due == day("2026-05-31"))
        .map(|duty| duty.who)
        .collect();
    assert_eq!(may, ["东街党总支/第一支部", "东街党总支/第二支部"]);
    let post = Post {
        unit: "第一支部".to_owned(),
        member: "张三".to_owned(),
        role: OfficerRole::Secretary,
    };
    officer::end(&home.office, home.request(), post, day("2026-05-31"), None)
        .await
        .unwrap();
    assert_eq!(open(home, "secretaries-lecture"), []);
    assert_eq!(open(home, "report-secretary"), of_zhang("2026-01-31"));
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_renamed_branch_keeps_what_it_did_and_its_excuses() {
    let pair = prepared().await;
    let home = &pair.home;
    adopt(home, "wuxi", "2026-01-01").await.unwrap();
    home.set_day("2026-05-20");
    // As a roster from before the tree named it.
    let held = activity("第一支部", ActivityKind::ActivityDay, "2026-04-15");
    hold(home, held, all(&[])).await.unwrap();
    let missed = |town: &Town, month: &str| {
        let mut days = of(town, "activity-day");
        days.retain(|duty| {
            duty.due == day(month) && duty.unit.as_deref().is_some_and(|unit| unit.contains("一"))
        });
        days.pop().unwrap()
    };
    let march = missed(home, "2026-03-31");
    let reason = Some("防汛".parse().unwrap());
    duty::excuse(
        &home.office,
        home.request(),
        &march.id().to_string(),
        reason,
    )
    .await
    .unwrap();
    rename(home, "第一支部", "东街第一支部", "2026-05-20").await;
    let after = missed(home, "2026-03-31");
    assert_eq!(after.id(), march.id());
    assert!(matches!(after.state, State::Excused { .. }));
    assert_eq!(after.who, "东街党总支/东街第一支部");
    let april = missed(home, "2026-04-30");
    assert_eq!(april.state, State::Done(day("2026-04-15")));
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_general_branch_holds_the_day_for_its_branches() {
    let pair = prepared().await;
    let home = &pair.home;
    adopt(home, "wuxi", "2026-01-01").await.unwrap();
    home.set_day("2026-05-20");
    let held = activity("东街党总支", ActivityKind::ActivityDay, "2026-05-15");
    hold(home, held, all(&[])).await.unwrap();
    let done: Vec<_> = of(home, "activity-day")
        .into_iter()
        .filter(|duty| duty.state == State::Done(day("2026-05-15")))
        .map(|duty| duty.who)
        .collect();
    assert_eq!(done, ["东街党总支/第一支部", "东街党总支/第二支部"]);
}

#[tokio::test]
async fn a_move_begins_a_new_stay_and_a_closed_branch_owes_nothing_more() {
    let pair = prepared().await;
    let home = &pair.home;
    adopt(home, "jiaxing", "2026-01-01").await.unwrap();
    home.set_day("2026-05-20");
    for member in ["张三", "李四"] {
        let members = vec![member.to_owned()];
        let (to, on) = ("第二支部".to_owned(), day("2026-05-20"));
        unit::assign(&home.office, home.request(), to, members, on)
            .await
            .unwrap();
    }
    unit::close(
        &home.office,
        home.request(),
        "第一支部".to_owned(),
        day("2026-05-20"),
        None,
    )
    .await
    .unwrap();
    home.set_day("2026-08-01");
    let of_first = |rule: &str| -> Vec<String> {
        let mut found = of(home, rule);
        found.retain(|duty| duty.unit.as_deref() == Some("东街党总支/第一支部"));
        found.iter().map(|duty| duty.due.to_string()).collect()
    };
    let months = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"];
    assert_eq!(of_first("branch-committee"), months);
    // A year that was not whole is not owed.
    assert_eq!(of_first("organizational-life"), Vec::<String>::new());
    let policies = crate::book::policies(home.office.store()).unwrap();
    let horizon = crate::domain::duty::Horizon::around(home.office.today());
    let facts = crate::office::facts::facts(&home.office, &policies, horizon).unwrap();
    let stays: Vec<_> = facts
        .people
        .iter()
        .find(|person| person.name == "张三")
        .unwrap()
        .stays
        .iter()
        .map(|stay| (stay.unit.to_string(), stay.from, stay.until))
        .collect();
    let (first, second) = ("东街党总支/第一支部", "东街党总支/第二支部");
    let expected = [
        (first.to_owned(), None, Some(day("2026-05-19"))),
        (second.to_owned(), Some(day("2026-05-20")), None),
    ];
    assert_eq!(stays, expected);
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_renamed_units_year_is_whole() {
    let pair = prepared().await;
    let home = &pair.home;
    home.set_day("2026-05-20");
    let held = |unit: &str, on: &str| activity(unit, ActivityKind::ActivityDay, on);
    hold(home, held("第一支部", "2026-04-15"), all(&[]))
        .await
        .unwrap();
    let items = (1..=12).map(|month| PlanItem {
        day: day(&format!("2026-{month:02}-15")),
        kind: ActivityKind::ActivityDay,
        theme: "主题".parse().unwrap(),
    });
    let plan = ActivityPlan {
        unit: "第一支部".parse().unwrap(),
        year: Within::new(2026).unwrap(),
        from_month: Within::new(1).unwrap(),
        items: items.collect(),
        reason: None,
        actor: "王书记".parse().unwrap(),
    };
    plan::set(&home.office, home.request(), plan).await.unwrap();
    let line = AppraisalLine {
        member_id: hongyan_proto::id::MemberId::from_bytes([0; 16]),
        grade: AppraisalGrade::Excellent,
        excellent: 2,
        qualified: 0,
        unqualified: 0,
        note: None,
    };
    let of_year = (
        "第一支部".parse().unwrap(),
        Within::new(2025).unwrap(),
        None,
    );
    let votes = vec![("李四".to_owned(), line)];
    let group = "第一支部/第一党小组";
    found(
        home,
        ("第一党小组", UnitKind::Group),
        "第一支部",
        "2020-01-01",
    )
    .await;
    let of_group = (group.parse().unwrap(), of_year.1, None);
    let refused = appraisal::appraise(&home.office, home.request(), of_group, votes.clone());
    assert!(refused.await.unwrap_err().to_string().contains("党小组"));
    appraisal::appraise(&home.office, home.request(), of_year, votes)
        .await
        .unwrap();
    rename(home, "第一支部", "东街支部", "2026-05-20").await;
    hold(home, held("东街支部", "2026-05-15"), all(&[]))
        .await
        .unwrap();
    // The new name, the old one, and the whole path lead to the same year.
    for name in ["东街支部", "第一支部", "东街党总支/东街支部"] {
        let ledger = plan::year(&home.office, name, 2026).unwrap();
        let days: Vec<_> = ledger
            .lines
            .iter()
            .map(|line| line.activity.day.to_string())
            .collect();
        assert_eq!(days, ["2026-04-15", "2026-05-15"], "{name}");
        assert_eq!((ledger.plans, ledger.planned_held()), (1, 2));
        let (_, appraised, _) = appraisal::appraisal(&home.office, name, 2025).unwrap();
        assert_eq!(appraised.lines.len(), 1);
        let stats = book_of::stats(&home.office, name, 2026).unwrap();
        let attended: Vec<_> = stats.iter().map(|one| one.tally.attended).collect();
        assert_eq!(attended, [2, 2]);
        let listed = activity_of::list(&home.office, name, 2026, &[], false).unwrap();
        assert_eq!(listed.len(), 2);
    }
    // The same activity under its new name is the same activity.
    let twice = hold(home, held("东街支部", "2026-04-15"), all(&[])).await;
    assert!(matches!(twice, Err(OfficeError::Invalid(_))), "{twice:?}");
    // A branch that takes the old name begins with nothing.
    home.set_day("2026-06-01");
    found(
        home,
        ("第一支部", UnitKind::Branch),
        "东街党总支",
        "2026-06-01",
    )
    .await;
    let ledger = plan::year(&home.office, "第一支部", 2026);
    assert!(
        matches!(ledger, Err(OfficeError::NotFound { .. })),
        "{ledger:?}"
    );
    let ledger = plan::year(&home.office, "东街支部", 2026).unwrap();
    assert_eq!(ledger.lines.len(), 2);
}

#[tokio::test]
async fn an_office_stays_where_it_is_held_and_nobody_on_probation_takes_one() {
    let pair = prepared().await;
    let home = &pair.home;
    let rows =
        "姓名,出生年月,入党时间,预备期满,所在支部\n周预备,1999-03,2026-01-10,2027-01-10,第一支部\n";
    import_rows(home, rows).await;
    let post = |member: &str| Post {
        unit: "第一支部".to_owned(),
        member: member.to_owned(),
        role: OfficerRole::Secretary,
    };
    let elected = |member, from| {
        officer::appoint(&home.office, home.request(), post(member), day(from), None)
    };
    let refused = elected("周预备", "2026-03-01").await;
    assert!(
        matches!(refused, Err(OfficeError::Invalid(_))),
        "{refused:?}"
    );
    let rows =
        "姓名,出生年月,入党时间,预备期满,所在支部\n吴未定,1999-03,2025-02-10,2026-02-10,第一支部\n";
    import_rows(home, rows).await;
    // Whose probation ended is no full member before that was decided.
    let undecided = elected("吴未定", "2026-03-01").await.unwrap_err();
    assert!(
        undecided.to_string().contains("尚未登记转正"),
        "{undecided}"
    );
    elected("张三", "2026-03-01").await.unwrap();
    let assign = async |unit: &str| {
        let who = vec!["张三".to_owned()];
        let to = unit.to_owned();
        let moved = unit::assign(
            &home.office,
            home.request(),
            to,
            who.clone(),
            day("2026-04-01"),
        );
        let answer = moved.await.unwrap();
        let (_, held) = officer::elsewhere(&home.office, &answer).unwrap();
        held.len()
    };
    found(
        home,
        ("第一小组", UnitKind::Group),
        "第一支部",
        "2026-03-01",
    )
    .await;
    assert_eq!(assign("第一小组").await, 0, "inside the branch they lead");
    assert_eq!(assign("第二支部").await, 1, "they still lead the first");
}

#[tokio::test]
async fn leading_cadres_alone_are_expected_at_their_democratic_life_meeting() {
    let pair = prepared().await;
    let home = &pair.home;
    let held = |on: &str| activity("党委", ActivityKind::DemocraticLife, on);
    let expected = async |on: &str, named: &[(&str, Presence)]| {
        hold(home, held(on), all(named)).await.unwrap().1.expected
    };
    // Where no officer is on record nobody can tell them apart.
    assert_eq!(expected("2026-03-01", &[]).await, 3);
    for (who, role) in [
        ("张三", OfficerRole::Secretary),
        ("李四", OfficerRole::Discipline),
    ] {
        appoint(home, "", who, role, "2026-03-10").await;
    }
    assert_eq!(expected("2026-03-20", &[]).await, 2);
    let named = [("金丝雀", Presence::Present)];
    assert_eq!(expected("2026-03-21", &named).await, 3);
}
