//! Policies are adopted, duties come out of what is recorded, and the past stays as it was.

use hongyan_proto::letter::{
    AbsenceMeasure, ActivityKind, Contact, InspectionKind, Presence, Text,
};

use super::{
    life::{activity, all, hold},
    pair::{Pair, Town},
    stories::{accept, day, notice, place, ready, write},
};
use crate::{
    book,
    domain::{
        calendar::ActivityDay,
        duty::{self as derived, Duty, State},
        policy::{PolicyHistory, Word as _},
    },
    office::{
        Answer, OfficeError, activity as activity_of,
        duty::{self, Filter},
        facts,
        policy::{self, Wanted},
        recording,
    },
};

pub(super) async fn adopt(town: &Town, name: &str, from: &str) -> Result<(), OfficeError> {
    let wanted = Wanted::Shipped(name.to_owned());
    let adopted = policy::adopt(&town.office, town.request(), wanted, day(from), None).await;
    adopted.map(drop)
}

/// Every duty, by last day, and the name of the policy.
fn everything(town: &Town) -> (Vec<Duty>, Option<String>) {
    let wanted = derived::Wanted {
        takes: &|_| true,
        most: usize::MAX,
    };
    let (mut listed, policy) = duty::list(&town.office, wanted).unwrap();
    listed.first.sort_by(|a, b| {
        (a.due, &a.rule, &a.subject, &a.who, a.from, &a.about)
            .cmp(&(b.due, &b.rule, &b.subject, &b.who, b.from, &b.about))
    });
    (listed.first, policy)
}

pub(super) fn of(town: &Town, rule: &str) -> Vec<Duty> {
    let (mut all, _) = everything(town);
    all.retain(|duty| duty.rule == rule);
    all
}

fn states(town: &Town, rule: &str) -> Vec<(String, State)> {
    let shown = |duty: Duty| (duty.due.to_string(), duty.state);
    of(town, rule).into_iter().map(shown).collect()
}

/// What must be the same after everything was derived anew.
pub(super) fn same_after_rebuild(town: &Town) {
    let before = everything(town);
    book::rebuild(town.office.store(), &|_, _| {}).unwrap();
    assert_eq!(everything(town), before);
}

async fn away() -> (Pair, hongyan_proto::id::CaseId) {
    let pair = ready().await;
    adopt(&pair.home, "chizhou", "2026-01-01").await.unwrap();
    let case = notice(&pair, "张三").await;
    pair.sync().await;
    (pair, case)
}

#[tokio::test]
async fn a_notice_is_the_hosts_duty_and_home_waits() {
    let (pair, case) = away().await;
    pair.set_day("2026-04-17");
    let due = "2026-04-16".to_owned();
    assert_eq!(
        states(&pair.home, "answer"),
        [(due.clone(), State::WaitingForPartner)]
    );
    // The host has adopted nothing: the agreement brings it all the same.
    assert_eq!(
        states(&pair.host, "answer"),
        [(due.clone(), State::Overdue)]
    );
    write(&pair.host, case, accept()).await.unwrap();
    let late = State::DoneLate(day("2026-04-17"));
    assert_eq!(states(&pair.host, "answer"), [(due, late)]);
    let answered = of(&pair.host, "answer").remove(0);
    let logs: Vec<_> = answered.evidence.iter().map(|entry| &*entry.log).collect();
    assert_eq!(logs, ["in:340800-001", "out:340800-001"]);
    assert_eq!(states(&pair.host, "place").len(), 1);
    pair.sync().await;
    assert_eq!(states(&pair.home, "answer"), []);
    for town in [&pair.home, &pair.host] {
        same_after_rebuild(town);
    }
}

#[tokio::test]
async fn nothing_is_overdue_from_before_the_book_was_kept() {
    let pair = ready().await;
    let due = |town: &Town| of(town, "screening").remove(0).due;
    // The agreement alone asks for a screening, of the year in which this node began.
    assert_eq!(due(&pair.home), day("2026-12-31"));
    // Who adopts a policy from an earlier day answers from that day on.
    adopt(&pair.home, "wuxi", "2025-01-01").await.unwrap();
    assert_eq!(due(&pair.home), day("2025-12-31"));
}

#[tokio::test]
async fn contact_once_a_quarter_is_closed_by_the_record_of_it() {
    let (pair, case) = away().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    pair.sync().await;
    pair.set_day("2026-10-01");
    let missed = of(&pair.home, "contact");
    let due: Vec<_> = missed.iter().map(|duty| duty.due.to_string()).collect();
    assert_eq!(due, ["2026-09-30", "2026-12-31"]);
    assert_eq!(missed[0].state, State::Overdue);
    assert_eq!(
        (missed[0].unit.as_deref(), missed[0].clause.as_str()),
        (Some("第一支部"), "W 双向共管 二(一)2")
    );
    let contact = Contact {
        day: day("2026-09-29"),
        means: Text::parse("电话").unwrap(),
        summary: None,
    };
    write(&pair.home, case, contact).await.unwrap();
    assert_eq!(
        of(&pair.home, "contact")[0].state,
        State::Done(day("2026-09-29"))
    );
    let filter = Filter {
        unit: "第一".to_owned(),
        member: "张三".to_owned(),
        all: true,
    };
    let wanted = derived::Wanted {
        takes: &|found| filter.takes(found),
        most: usize::MAX,
    };
    let (listed, policy) = duty::list(&pair.home.office, wanted).unwrap();
    assert_eq!(policy.as_deref(), Some("chizhou"));
    let listed = listed.first;
    assert!(listed.iter().all(|duty| duty.who == "张三"), "{listed:?}");
    assert!(listed.iter().any(|duty| duty.rule == "contact"));
}

#[tokio::test]
async fn a_screening_counts_and_closes_the_year() {
    let (pair, _) = away().await;
    let home = &pair.home;
    assert_eq!(of(home, "screening").last().unwrap().state, State::Due);
    let refused = recording::screen(&home.office, home.request(), day("2026-04-02"), None).await;
    assert!(
        matches!(refused, Err(OfficeError::Invalid(_))),
        "not before it happened"
    );
    let (screened, _) = recording::screen(&home.office, home.request(), day("2026-04-01"), None)
        .await
        .unwrap();
    assert_eq!(
        (
            screened.members,
            screened.away,
            screened.hosted,
            screened.lost
        ),
        (3, 1, 0, 0)
    );
    let closed = of(home, "screening").pop().unwrap();
    assert_eq!(closed.state, State::Done(day("2026-04-01")));
    assert_eq!(closed.evidence.len(), 1);
    same_after_rebuild(home);

    // Voided, it counts no more; who asks again with the first request is told what was true then.
    home.set_day("2026-04-02");
    let request = home.request();
    let again = || recording::screen(&home.office, request.clone(), day("2026-04-02"), None);
    let (first, answer) = again().await.unwrap();
    let wrong = Text::parse("重复登记").unwrap();
    let sequence = answer.written[0].sequence;
    recording::void(&home.office, home.request(), sequence, wrong)
        .await
        .unwrap();
    assert_eq!(again().await.unwrap().0, first);
    let closed = of(home, "screening").pop().unwrap();
    assert_eq!(closed.state, State::Done(day("2026-04-01")));
}

#[tokio::test]
async fn an_excuse_is_signed_by_a_person_and_can_be_taken_back() {
    let (pair, _) = away().await;
    pair.set_day("2026-04-17");
    let host = &pair.host;
    let id = of(host, "answer")[0].id().to_string();
    let reason = Some(Text::parse("搬迁").unwrap());
    let (excused, _) = duty::excuse(&host.office, host.request(), &id[..8], reason.clone())
        .await
        .unwrap();
    let expected = State::Excused {
        reason: "搬迁".to_owned(),
        person: "王书记".to_owned(),
    };
    assert_eq!(excused.state, expected);
    // What the answer says is what a list says.
    assert_eq!(excused, of(host, "answer")[0]);
    same_after_rebuild(host);
    let (back, _) = duty::excuse(&host.office, host.request(), &id, None)
        .await
        .unwrap();
    assert_eq!(back.state, State::Overdue);
    assert_eq!(back, of(host, "answer")[0]);
    let twice = duty::excuse(&host.office, host.request(), &id, None).await;
    assert!(matches!(twice, Err(OfficeError::Invalid(_))));
    let unknown = duty::excuse(&host.office, host.request(), "00000000", reason).await;
    assert!(matches!(unknown, Err(OfficeError::NotFound { .. })));
}

#[tokio::test]
async fn a_policy_counts_from_its_day_and_never_before() {
    let pair = ready().await;
    let home = &pair.home;
    // The first may say since when it is kept; the next must not rewrite what was owed.
    adopt(home, "wuxi", "2026-01-01").await.unwrap();
    let past = adopt(home, "jiaxing", "2026-03-31").await;
    assert!(matches!(past, Err(OfficeError::Invalid(_))), "{past:?}");
    adopt(home, "jiaxing", "2026-06-01").await.unwrap();
    let name = |on: &str| {
        policy::show(&home.office, "", day(on))
            .unwrap()
            .policy
            .name
            .clone()
    };
    assert_eq!(
        [name("2025-12-31"), name("2026-05-31"), name("2026-06-01")],
        ["two-way", "wuxi", "jiaxing"]
    );
    let shown = policy::show(&home.office, "", day("2026-05-01")).unwrap();
    let may = |one: &ActivityDay| one.named.month() == day("2026-05-01").month();
    let days = &shown.activity_days;
    assert!(
        !days.is_empty() && days.iter().all(may),
        "June follows another policy: {days:?}"
    );
    let shown = policy::show(&home.office, "wuxi", day("2026-05-01")).unwrap();
    let moved = shown
        .activity_days
        .iter()
        .find(|one| one.named == day("2026-08-15"))
        .unwrap();
    assert_eq!(moved.held, day("2026-08-17"));
    same_after_rebuild(home);
    let unknown = adopt(home, "beijing", "2026-07-01").await;
    assert!(matches!(unknown, Err(OfficeError::NotFound { .. })));
}

#[tokio::test]
async fn a_policy_that_was_adopted_by_mistake_is_replaced_the_same_day() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "wuxi", "2026-01-01").await.unwrap();
    assert!(adopt(home, "chizhou", "2026-02-01").await.is_err());
    adopt(home, "chizhou", "2026-01-01").await.unwrap();
    let names = |town: &Town| {
        let adopted = book::policies(town.office.store()).unwrap().adopted;
        let history = PolicyHistory::new(adopted, None);
        history.at(day("2026-02-01")).unwrap().name.clone()
    };
    assert_eq!(names(home), "chizhou");
    home.set_day("2026-04-02");
    assert!(adopt(home, "wuxi", "2026-01-01").await.is_err());
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_bad_file_is_refused_with_its_place_and_nothing_changes() {
    let pair = ready().await;
    let home = &pair.home;
    let size = home.size(crate::store::LogNo::LOCAL);
    let content = "format = 1\nname = \"own\"\nbased-on = \"wuxi\"\nrule = {}\nwish = 1\n[source]\nzh = \"本委\"\nen = \"own\"\n";
    let wanted = Wanted::File("own.toml".to_owned(), content.to_owned());
    let refused = policy::adopt(
        &home.office,
        home.request(),
        wanted,
        day("2026-04-01"),
        None,
    )
    .await;
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("own.toml") && error.contains("line 5, column 1"),
        "{error}"
    );
    let bad = policy::amend_calendar(
        &home.office,
        home.request(),
        "year,from,to,kind,name\n2027,x,y,休,元旦",
    )
    .await;
    assert!(bad.unwrap_err().to_string().contains("line 2, column 6"));
    assert_eq!(home.size(crate::store::LogNo::LOCAL), size);
    let good = content.replace("wish = 1\n", "");
    let wanted = Wanted::File("own.toml".to_owned(), good.replace('\n', "\r\n"));
    policy::adopt(
        &home.office,
        home.request(),
        wanted,
        day("2026-04-01"),
        None,
    )
    .await
    .unwrap();
    let notice = "year,from,to,kind,name\n2027,2027-01-01,2027-01-03,休,元旦\n";
    let (years, _) = policy::amend_calendar(&home.office, home.request(), notice)
        .await
        .unwrap();
    assert_eq!(years, [2027]);
    let shown = policy::show(&home.office, "", day("2026-04-01")).unwrap();
    assert_eq!((shown.policy.name.as_str(), shown.adopted), ("own", true));
    assert!(shown.activity_days.iter().all(|one| !one.provisional));
    same_after_rebuild(home);
}

#[tokio::test]
async fn what_is_written_late_was_late_and_the_host_manages_from_the_placement() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    for town in [home, host] {
        adopt(town, "wuxi", "2026-01-01").await.unwrap();
        town.set_day("2026-06-20");
    }
    // Away since 1 April: the notice was due within thirty days.
    let case = notice(&pair, "张三").await;
    let told = of(home, "notice").remove(0);
    let late = State::DoneLate(day("2026-06-20"));
    assert_eq!((told.due, told.state), (day("2026-05-01"), late));
    pair.sync().await;
    write(host, case, accept()).await.unwrap();
    write(host, case, place()).await.unwrap();
    pair.sync().await;
    // Placed on 1 April, as it was written in June: dues since then are the host's, on both sides.
    let months = |town: &Town| {
        let mut owed = of(town, "dues");
        owed.retain(|duty| duty.who == "张三");
        let months = owed.into_iter().map(|duty| duty.from.month().to_string());
        months.collect::<Vec<_>>()
    };
    assert!(months(home).iter().all(|month| **month < *"2026-04"));
    assert_eq!(months(host).first().map(String::as_str), Some("2026-04"));
}

fn of_unit(town: &Town, rule: &str, unit: &str) -> Vec<Duty> {
    let mut found = of(town, rule);
    found.retain(|duty| duty.unit.as_deref() == Some(unit));
    found
}

#[tokio::test]
async fn an_activity_closes_its_month_and_the_form_is_due_up_within_three_days() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "chizhou", "2026-01-01").await.unwrap();
    home.set_day("2026-05-06");
    let may = |town: &Town| {
        let mut days = of_unit(town, "activity-day", "第一支部");
        days.retain(|duty| duty.due == day("2026-05-31"));
        days.pop().unwrap()
    };
    assert_eq!(may(home).state, State::Due);
    let held = activity("第一支部", ActivityKind::ActivityDay, "2026-05-06");
    let (sequence, _) = hold(home, held, all(&[])).await.unwrap();
    let done = may(home);
    assert_eq!(done.state, State::Done(day("2026-05-06")));
    let evidence: Vec<_> = done
        .evidence
        .iter()
        .map(|entry| (&*entry.log, entry.sequence))
        .collect();
    assert_eq!(evidence, [("local", sequence)]);
    home.set_day("2026-05-10");
    let form = of_unit(home, "record", "第一支部").remove(0);
    assert_eq!((form.due, form.state), (day("2026-05-09"), State::Overdue));
    activity_of::hand_up(&home.office, home.request(), sequence, None, None)
        .await
        .unwrap();
    let form = of_unit(home, "record", "第一支部").remove(0);
    assert_eq!(form.state, State::DoneLate(day("2026-05-10")));
    same_after_rebuild(home);
}

#[tokio::test]
async fn a_third_absence_calls_for_a_talk_and_the_talk_closes_it() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "chizhou", "2026-01-01").await.unwrap();
    home.set_day("2026-06-20");
    for on in ["2026-04-10", "2026-05-10", "2026-06-10"] {
        assert_eq!(of(home, "absence"), [], "{on}");
        let held = activity("第一支部", ActivityKind::ActivityDay, on);
        hold(home, held, all(&[("张三", Presence::Absent)]))
            .await
            .unwrap();
    }
    let called = of(home, "absence").remove(0);
    assert_eq!(
        (called.who.as_str(), called.due, called.evidence.len()),
        ("张三", day("2026-07-10"), 3)
    );
    assert_eq!(called.state, State::Due);
    let talked = measure(home, AbsenceMeasure::TalkAndTerm, "2026-06-15")
        .await
        .unwrap();
    assert_eq!(of(home, "absence")[0].state, State::Done(day("2026-06-15")));
    let closed = recording::closed(&home.office, &talked);
    assert_eq!(closed, of(home, "absence"));
    // What another policy follows later, but not yet, is no step.
    let unknown = measure(home, AbsenceMeasure::Remind, "2026-06-20").await;
    assert!(
        matches!(&unknown, Err(OfficeError::Invalid(wrong)) if wrong[0].problem.contains("谈话提醒")),
        "another locality's step: {unknown:?}"
    );
    let early = measure(home, AbsenceMeasure::TalkAndTerm, "2026-06-21").await;
    assert!(matches!(early, Err(OfficeError::Invalid(_))));
    let twice = measure(home, AbsenceMeasure::TalkAndTerm, "2026-06-15").await;
    let twice = twice.unwrap_err().to_string();
    let first = format!("序号 {}", talked.written[0].sequence);
    assert!(twice.contains(&first), "{twice}");
    same_after_rebuild(home);

    let (sequence, wrong) = (talked.written[0].sequence, Text::parse("记错人").unwrap());
    let void = |sequence| recording::void(&home.office, home.request(), sequence, wrong.clone());
    void(sequence).await.unwrap();
    assert_eq!(of(home, "absence")[0].state, State::Due);
    let again = void(sequence).await;
    assert!(
        matches!(again, Err(OfficeError::NotFound { .. })),
        "{again:?}"
    );
    measure(home, AbsenceMeasure::TalkAndTerm, "2026-06-15")
        .await
        .unwrap();
    same_after_rebuild(home);
}

#[test]
fn a_measure_is_called_alike_in_policies_and_in_records() {
    for code in 1..=6 {
        let measure = AbsenceMeasure::try_from(code).unwrap();
        assert_eq!(facts::measure(measure).label(), measure.label());
    }
}

async fn measure(town: &Town, what: AbsenceMeasure, on: &str) -> Result<Answer, OfficeError> {
    let (member, taken) = ("张三".to_owned(), (what, day(on)));
    recording::measure(&town.office, town.request(), member, taken, None).await
}

#[tokio::test]
async fn the_committee_inspects_each_branch() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "xianning", "2026-01-01").await.unwrap();
    let seen = (InspectionKind::Life, day("2026-03-30"));
    recording::inspect(
        &home.office,
        home.request(),
        "第一支部".to_owned(),
        seen,
        None,
    )
    .await
    .unwrap();
    let states: Vec<_> = of(home, "one-by-one")
        .into_iter()
        .map(|duty| (duty.who, duty.state))
        .collect();
    let expected = [
        ("第一支部".to_owned(), State::Done(day("2026-03-30"))),
        ("第二支部".to_owned(), State::Due),
    ];
    assert_eq!(states, expected);
    let nowhere = recording::inspect(
        &home.office,
        home.request(),
        "第九支部".to_owned(),
        seen,
        None,
    )
    .await;
    assert!(matches!(nowhere, Err(OfficeError::NotFound { .. })));
}
