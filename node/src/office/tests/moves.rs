//! Where members belonged counts by the day: who moved is missed on the right side, and who left the roster owes nothing afterwards.

use hongyan_proto::{
    letter::{ActivityKind, MemberExit, OfficerRole, Presence, Text, UnitKind, Within},
    time::Day,
};

use super::{
    dues::{base, pay, paying, shut},
    duties::{adopt, of, same_after_rebuild},
    life::{activity, all, hold},
    pair::Town,
    stories::{day, import_rows, notice, ready},
    units::{found, rename, tree},
};
use crate::{
    domain::{
        duty::{Duty, State},
        life::book::tally,
    },
    office::{
        OfficeError, book as books, dues, member,
        officer::{self, Post},
        training::{self, Course},
        unit,
    },
    store::LogNo,
};

const FIRST: &str = "第一支部";
const SECOND: &str = "第二支部";

pub(super) async fn assign(
    town: &Town,
    unit: &str,
    who: &str,
    on: &str,
) -> Result<(), OfficeError> {
    let (request, who) = (town.request(), vec![who.to_owned()]);
    unit::assign(&town.office, request, unit.to_owned(), who, day(on))
        .await
        .map(drop)
}

pub(super) async fn leave(
    town: &Town,
    who: &str,
    exit: MemberExit,
    on: &str,
) -> Result<(), OfficeError> {
    let request = town.request();
    member::remove(&town.office, request, who.to_owned(), (exit, day(on)))
        .await
        .map(drop)
}

/// An activity day of a branch to which everyone was expected.
async fn held(town: &Town, unit: &str, on: &str, people: &[(&str, Presence)]) -> u64 {
    let held = activity(unit, ActivityKind::ActivityDay, on);
    hold(town, held, all(people)).await.unwrap().0
}

fn absences(town: &Town) -> Vec<(Option<String>, Day, usize)> {
    let duties = of(town, "absence").into_iter();
    duties
        .map(|duty| {
            (
                duty.unit.map(|unit| unit.to_string()),
                duty.from,
                duty.evidence.len(),
            )
        })
        .collect()
}

fn names(town: &Town, sequence: u64) -> Vec<String> {
    let (_, mut names) = super::life::show(town, sequence);
    names.sort();
    names
}

#[tokio::test]
async fn who_moved_is_missed_where_they_belonged_that_day() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    adopt(home, "chizhou", "2026-01-01").await.unwrap();
    home.set_day("2026-06-20");
    let absent = [("张三", Presence::Absent)];
    for on in ["2026-04-10", "2026-05-10", "2026-06-10"] {
        held(home, FIRST, on, &absent).await;
    }
    let of_first = Some("东街党总支/第一支部".to_owned());
    assert_eq!(absences(home), [(of_first, day("2026-06-10"), 3)]);
    // Entered late: since mid-May the member belongs to another branch, and was not expected at the first one in June.
    assign(home, SECOND, "张三", "2026-05-15").await.unwrap();
    assert_eq!(absences(home), []);
    held(home, SECOND, "2026-06-12", &absent).await;
    let of_second = Some("东街党总支/第二支部".to_owned());
    assert_eq!(absences(home), [(of_second, day("2026-06-12"), 3)]);
    // What is recorded of an earlier day takes the roster of that day.
    let may = held(home, FIRST, "2026-05-12", &[]).await;
    let june = held(home, FIRST, "2026-06-15", &[]).await;
    assert_eq!(names(home, may).len(), names(home, june).len() + 1);
    // Each branch's statistics have the member's lines of the member's days there.
    let lines = |unit: &str| {
        let all = books::stats(&home.office, unit, 2026).unwrap();
        let mut all = all.into_iter();
        let found = all.find(|one| one.person.names.contains(&"张三".to_owned()));
        found.map(|one| (one.tally.attended, one.tally.expected))
    };
    assert_eq!(lines(FIRST), Some((1, 3)));
    assert_eq!(lines(SECOND), Some((0, 1)));
    // The member's own book has both, and not the absence from where they had left.
    let (_, years) = books::show(&home.office, "张三", 2026, false).unwrap();
    let own = tally(&years[0].lines);
    assert_eq!((own.attended, own.expected), (1, 4));
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_move_entered_too_late_is_dated_again() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    home.set_day("2026-06-20");
    base(home, "张三", 3000, "2026-04").await.unwrap();
    assign(home, SECOND, "张三", "2026-06-20").await.unwrap();
    let on = |unit: &str, of: &str| {
        let list = dues::list(&home.office, unit, of.parse().unwrap()).unwrap();
        list.rows.iter().any(|row| row.name == "张三")
    };
    assert!(on(FIRST, "2026-06") && !on(SECOND, "2026-06"));
    // A later day says nothing new, an earlier one counts.
    let size = home.size(LogNo::LOCAL);
    assign(home, SECOND, "张三", "2026-06-20").await.unwrap();
    assert_eq!(home.size(LogNo::LOCAL), size);
    // Also when the unit has another name since.
    rename(home, SECOND, "新第二支部", "2026-06-20").await;
    assign(home, "新第二支部", "张三", "2026-05-01")
        .await
        .unwrap();
    rename(home, "新第二支部", SECOND, "2026-06-20").await;
    assert!(!on(FIRST, "2026-06") && on(SECOND, "2026-06"));
    assert!(!on(FIRST, "2026-05") && on(SECOND, "2026-05") && on(FIRST, "2026-04"));
    // Not before an earlier move, and not into a closed month.
    assign(home, FIRST, "张三", "2026-06-10").await.unwrap();
    let refused = assign(home, FIRST, "张三", "2026-04-20").await.unwrap_err();
    assert!(refused.to_string().contains("2026-05-01"), "{refused}");
    let may = "2026-05".parse().unwrap();
    shut(home, "", may).await.unwrap();
    let refused = assign(home, FIRST, "张三", "2026-05-20").await.unwrap_err();
    assert!(refused.to_string().contains("已结账"), "{refused}");
    assign(home, FIRST, "张三", "2026-06-01").await.unwrap();
    assert!(on(FIRST, "2026-06") && !on(SECOND, "2026-06"));
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_move_is_dated_again_whatever_changed_since() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    home.set_day("2026-06-20");
    base(home, "张三", 3000, "2026-04").await.unwrap();
    let on = |unit: &str, of: &str| {
        let list = dues::list(&home.office, unit, of.parse().unwrap()).unwrap();
        let mut rows = list.rows.iter();
        rows.any(|row| row.name == "张三" && row.owed.is_some_and(|owed| owed.0 > 0))
    };
    assign(home, SECOND, "张三", "2026-06-20").await.unwrap();
    // The list that came later says something else about them.
    import_rows(
        home,
        "姓名,活动证号,预备期满日期\n张三,AQ-0001,2026-05-20\n",
    )
    .await;
    assign(home, SECOND, "张三", "2026-05-01").await.unwrap();
    assert!(!on(FIRST, "2026-05") && on(SECOND, "2026-05"));
    // Off the roster and on it again, from too late a day.
    leave(home, "张三", MemberExit::Transferred, "2026-05-10")
        .await
        .unwrap();
    assert!(!on(SECOND, "2026-06"));
    import_rows(home, "姓名,活动证号,所在支部\n张三,AQ-0001,第二支部\n").await;
    assert!(!on(SECOND, "2026-06"));
    let refused = assign(home, SECOND, "张三", "2026-05-09")
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("2026-05-10"), "{refused}");
    assign(home, SECOND, "张三", "2026-05-12").await.unwrap();
    assert!(on(SECOND, "2026-06"));
    let (member, _) = member::show(&home.office, "张三").unwrap();
    assert_eq!(member.since, Some(day("2026-05-12")));
    // What is known of the first unit is known of all the time before, whatever day is named.
    import_rows(home, "姓名,性别\n新来的,男\n").await;
    assign(home, FIRST, "新来的", "2026-06-15").await.unwrap();
    let size = home.size(LogNo::LOCAL);
    assign(home, FIRST, "新来的", "2026-06-01").await.unwrap();
    assert_eq!(home.size(LogNo::LOCAL), size);
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_mistaken_leaving_is_taken_back_as_if_it_had_not_been() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    base(home, "李四", 3000, "2026-04").await.unwrap();
    base(home, "张三", 3000, "2026-04").await.unwrap();
    assign(home, FIRST, "李四", "2026-04-01").await.unwrap();
    home.set_day("2026-07-20");
    let rows = |of: &str| {
        let list = dues::list(&home.office, FIRST, of.parse().unwrap()).unwrap();
        let mut rows = list.rows.iter();
        rows.any(|row| row.name == "李四" && row.owed.is_some_and(|owed| owed.0 > 0))
    };
    leave(home, "李四", MemberExit::Mistaken, "2026-05-10")
        .await
        .unwrap();
    assert!(!rows("2026-06"));
    let back = |on: Option<&str>| {
        let on = on.map(day);
        member::restore(&home.office, home.request(), "李四".to_owned(), on)
    };
    let (member, _) = back(None).await.unwrap();
    assert_eq!((member.removed, member.exit), (false, None));
    assert_eq!(member.since, Some(day("2026-05-10")));
    assert!(rows("2026-05") && rows("2026-06"));
    let again = back(None).await.unwrap_err();
    assert!(again.to_string().contains("在册"), "{again}");
    same_after_rebuild(home);
    // What was before is as it was: a move to the unit is dated again, or another is entered, from before the mistake.
    assign(home, FIRST, "李四", "2026-05-10").await.unwrap();
    assign(home, SECOND, "李四", "2026-05-05").await.unwrap();
    assert!(!rows("2026-06"));
    assign(home, FIRST, "李四", "2026-05-05").await.unwrap();
    assert!(rows("2026-06"));
    same_after_rebuild(home);
    // Who holds the certificate by now keeps it.
    leave(home, "李四", MemberExit::Mistaken, "2026-05-10")
        .await
        .unwrap();
    import_rows(
        home,
        "姓名,身份证号,活动证号\n借证人,11010519491231002X,AQ-0002\n",
    )
    .await;
    let held = back(None).await.unwrap_err();
    assert!(held.to_string().contains("AQ-0002"), "{held}");
    leave(home, "借证人", MemberExit::Mistaken, "2026-07-20")
        .await
        .unwrap();
    back(None).await.unwrap();
    // A closed month stays as it is: from the next one on.
    leave(home, "李四", MemberExit::Mistaken, "2026-05-10")
        .await
        .unwrap();
    shut(home, FIRST, "2026-05".parse().unwrap()).await.unwrap();
    let closed = back(None).await.unwrap_err();
    assert!(closed.to_string().contains("2026-06-01"), "{closed}");
    back(Some("2026-06-01")).await.unwrap();
    assert!(rows("2026-06"));
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_move_that_cannot_count_is_refused_and_nothing_is_written() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    home.set_day("2026-06-20");
    found(home, ("第三支部", UnitKind::Branch), "", "2026-05-01").await;
    assign(home, SECOND, "张三", "2026-05-15").await.unwrap();
    base(home, "李四", 3000, "2026-04").await.unwrap();
    shut(home, FIRST, "2026-05".parse().unwrap()).await.unwrap();
    let size = home.size(LogNo::LOCAL);
    for (unit, who, on, says) in [
        (FIRST, "张三", "2026-06-21", "尚未到来"),
        ("第三支部", "张三", "2026-05-14", "2026-05-15"),
        ("第三支部", "金丝雀", "2026-04-30", "2026-05-01"),
        // Dues of May are closed for the branch that is left.
        (SECOND, "李四", "2026-05-20", "2026-06-01"),
    ] {
        let refused = assign(home, unit, who, on).await.unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
    }
    assert_eq!(home.size(LogNo::LOCAL), size);
    assign(home, SECOND, "李四", "2026-06-01").await.unwrap();
}

/// The duties of dues of somebody: last day and state.
fn owed(town: &Town, who: &str) -> Vec<(String, State)> {
    let mut found: Vec<Duty> = of(town, "dues");
    found.retain(|duty| duty.who == who);
    let found = found.into_iter();
    found
        .map(|duty| (duty.due.to_string(), duty.state))
        .collect()
}

#[tokio::test]
async fn who_left_the_roster_keeps_what_was_due_before_and_owes_nothing_after() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    adopt(home, "chizhou", "2026-03-01").await.unwrap();
    base(home, "李四", 3000, "2026-04").await.unwrap();
    let (_, answer) = pay(home, "李四", paying("2026-04", 1)).await.unwrap();
    home.set_day("2026-06-20");
    for on in ["2026-04-10", "2026-05-08"] {
        held(home, FIRST, on, &[("李四", Presence::Absent)]).await;
    }
    let march = ("2026-03-31".to_owned(), State::Overdue);
    let april = ("2026-04-30".to_owned(), State::Done(day("2026-04-01")));
    let may = ("2026-05-31".to_owned(), State::Overdue);
    let until_may = [march, april, may];
    assert_eq!(owed(home, "李四")[..3], until_may);
    leave(home, "李四", MemberExit::Transferred, "2026-05-10")
        .await
        .unwrap();
    // May was owed on its first day; June and later are the next organization's.
    assert_eq!(owed(home, "李四"), until_may);
    let settled = of(home, "dues")
        .into_iter()
        .find(|duty| duty.who == "李四" && matches!(duty.state, State::Done(_)));
    assert_eq!(
        settled.unwrap().evidence[0].sequence,
        answer.written[0].sequence
    );
    // What is owed from before can still be paid.
    pay(home, "李四", paying("2026-05", 1)).await.unwrap();
    let may = State::DoneLate(day("2026-06-20"));
    assert_eq!(owed(home, "李四")[2].1, may);
    // At what was held before, but entered later, the member was expected; at what was held after, not.
    let before = held(home, FIRST, "2026-05-09", &[]).await;
    let after = held(home, FIRST, "2026-06-10", &[]).await;
    assert_eq!(names(home, before).len(), names(home, after).len() + 1);
    let stats = books::stats(&home.office, FIRST, 2026).unwrap();
    let left = stats
        .iter()
        .find(|one| one.person.names.contains(&"李四".to_owned()))
        .unwrap();
    assert_eq!((left.tally.attended, left.tally.expected), (1, 3));
    same_after_rebuild(home);
    // Taken back by an import, the member owes again from then on.
    import_rows(home, "姓名,活动证号,所在支部\n李四,AQ-0002,第一支部\n").await;
    home.set_day("2026-07-20");
    let due: Vec<_> = owed(home, "李四").into_iter().map(|(due, _)| due).collect();
    assert!(due.contains(&"2026-07-31".to_owned()), "{due:?}");
    assert!(!due.contains(&"2026-06-30".to_owned()), "{due:?}");
    same_after_rebuild(home);
}

#[tokio::test]
async fn who_is_away_or_holds_an_office_does_not_leave_by_the_way() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    notice(&pair, "张三").await;
    let post = Post {
        unit: FIRST.to_owned(),
        member: "李四".to_owned(),
        role: OfficerRole::Secretary,
    };
    officer::appoint(&home.office, home.request(), post, day("2026-01-01"), None)
        .await
        .unwrap();
    let size = home.size(LogNo::LOCAL);
    for (who, says) in [("张三", "flow transfer"), ("李四", "unit officer end")] {
        let refused = leave(home, who, MemberExit::Deceased, "2026-04-01").await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
    }
    let ahead = leave(home, "金丝雀", MemberExit::Expelled, "2026-04-02").await;
    assert!(ahead.unwrap_err().to_string().contains("尚未到来"));
    assert_eq!(home.size(LogNo::LOCAL), size);
    leave(home, "金丝雀", MemberExit::Expelled, "2026-04-01")
        .await
        .unwrap();
    let again = leave(home, "金丝雀", MemberExit::Expelled, "2026-04-01").await;
    assert_eq!(again.unwrap_err().reason(), "NOT_FOUND");
}

/// Everyone of a unit was trained on a day.
async fn trained(town: &Town, unit: &str, on: &str, tenths: u32) {
    let course = Course {
        day: Some(day(on)),
        tenths: Within::new(tenths).unwrap(),
        title: Text::parse("专题班").unwrap(),
        organizer: None,
    };
    training::train(
        &town.office,
        town.request(),
        vec![],
        unit.to_owned(),
        course,
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn who_moved_or_left_keeps_their_hours_where_they_were_trained() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    home.set_day("2026-06-20");
    trained(home, FIRST, "2026-04-10", 75).await;
    trained(home, SECOND, "2026-05-20", 40).await;
    assign(home, SECOND, "张三", "2026-05-15").await.unwrap();
    trained(home, SECOND, "2026-05-21", 60).await;
    leave(home, "李四", MemberExit::Transferred, "2026-06-01")
        .await
        .unwrap();
    let year = |unit: &str| {
        let year = training::year_of(&home.office, unit, 2026).unwrap();
        let people = year
            .people
            .into_iter()
            .map(|(_, name, tenths)| (name, tenths));
        let persons = year.trainings.iter().map(|(_, _, persons)| *persons);
        (people.collect::<Vec<_>>(), persons.collect::<Vec<_>>())
    };
    let of = |name: &str, tenths| (name.to_owned(), tenths);
    assert_eq!(year(FIRST), (vec![of("张三", 75), of("李四", 75)], vec![2]));
    let second = vec![of("张三", 60), of("金丝雀", 100)];
    assert_eq!(year(SECOND), (second, vec![1, 2]));
    let nowhere = training::year_of(&home.office, "第七支部", 2026);
    assert!(matches!(nowhere, Err(OfficeError::NotFound { .. })));
}
