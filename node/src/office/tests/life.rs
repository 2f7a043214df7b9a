//! Organizational life: an activity is written once, told to the partners of hosted members in the same commit, and corrected with them.

use hongyan_proto::{
    id::CaseId,
    letter::{
        Activity, ActivityKind, ActivityPlan, Award, CertificateCheck, Disclosure, Moved, Payload,
        PlanItem, Presence, Returned, Role, Text, Within,
    },
    log::{Kind, KindGroup},
};

use super::{
    duties::{adopt, of},
    pair::{Pair, Town},
    stories::{accept, agree, day, digests, import, notice, place, ready, write},
};
use crate::{
    book,
    domain::{
        life::{Exempted, Line, Named, ledger},
        policy::Words,
    },
    office::{
        OfficeError,
        activity::{self, Change, Roll},
        book::{self as book_of, Fact},
        letters, plan, statement,
    },
};

pub(super) fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

pub(super) fn activity(unit: &str, kind: ActivityKind, on: &str) -> Activity {
    Activity {
        unit: text(unit),
        kind,
        day: day(on),
        begins: None,
        ends: None,
        place: text("会议室"),
        theme: text("学习党章"),
        headings: vec![text("学习教育")],
        content: Some(text("金丝雀内容")),
        form: None,
        lecturer: Some(text("王书记")),
        minutes: None,
        attendees: vec![],
        guests: vec![],
        planned_day: None,
        moved_because: None,
        attachments: vec![],
        actor: text("-"),
    }
}

pub(super) fn line(person: &str, presence: Presence) -> Named {
    let excused = presence == Presence::AbsentWithReason;
    Named {
        person: person.to_owned(),
        presence,
        reason: excused.then(|| text("病假")),
    }
}

pub(super) fn all(people: &[(&str, Presence)]) -> Roll {
    Roll {
        everyone: Some(Presence::Present),
        people: people
            .iter()
            .map(|(person, presence)| line(person, *presence))
            .collect(),
    }
}

pub(super) async fn hold(
    town: &Town,
    held: Activity,
    roll: Roll,
) -> Result<(u64, crate::office::tell::Telling), OfficeError> {
    let (telling, answer) = activity::hold(&town.office, town.request(), held, roll).await?;
    Ok((answer.written[0].sequence, telling))
}

pub(super) fn show(town: &Town, sequence: u64) -> (Line, Vec<String>) {
    activity::show(&town.office, sequence).unwrap()
}

pub(super) async fn change(
    town: &Town,
    sequence: u64,
    right: impl FnOnce(Activity) -> Option<Activity>,
    people: &[(&str, Presence)],
) -> Result<crate::office::tell::Telling, OfficeError> {
    let seen = activity::one(town.office.store(), sequence).unwrap();
    let change = Change {
        right: right(seen.activity().unwrap().clone()),
        seen,
        reason: text("记错"),
        people: people
            .iter()
            .map(|(person, presence)| line(person, *presence))
            .collect(),
        not_expected: vec![],
    };
    activity::correct(&town.office, town.request(), change)
        .await
        .map(|(telling, _)| telling)
}

/// Facts of a case as both sides see them after corrections.
pub(super) fn facts(town: &Town, case: CaseId) -> Vec<String> {
    let (_, letters) = letters::show(&town.office, &case.to_string()).unwrap();
    let mut facts = Vec::new();
    for letter in letters {
        if letter.kind.group() != KindGroup::Fact || letter.corrected_by.is_some() {
            continue;
        }
        facts.push(match letter.payload {
            Some(Payload::Attendance(fact)) => {
                format!(
                    "{} {} {}",
                    fact.day,
                    fact.activity.label().1,
                    fact.presence.label().1
                )
            }
            Some(Payload::Correction(fact)) => match fact.replacement {
                None => "void".to_owned(),
                Some(right) if format!("{right:?}").contains("Remote") => {
                    "corrected: remote".to_owned()
                }
                Some(_) => "corrected".to_owned(),
            },
            other => format!("{other:?}"),
        });
    }
    facts
}

/// The host has hosted 张三 in a unit of its own, where a member of its own lives too.
pub(super) async fn hosted(pair: &Pair) -> CaseId {
    let case = notice(pair, "张三").await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    super::stories::import_rows(
        &pair.host,
        "姓名,活动证号,所在支部\n本地甲,BD-0001,社区第三支部\n本地乙,BD-0002,社区第三支部\n外单位,BD-0003,社区第九支部\n",
    )
    .await;
    case
}

/// What the book of 张三 has from the other side: day, author, presence.
fn told(town: &Town) -> Vec<String> {
    let (_, years) = book_of::show(&town.office, "张三", 2026, false).unwrap();
    let told = years.iter().flat_map(|year| &year.told);
    let line = told.map(|one| match &one.content {
        Payload::Attendance(it) => format!("{} {} {:?}", one.day, one.partner, it.presence),
        other => format!("{other:?}"),
    });
    line.collect()
}

pub(super) const UNIT: &str = "社区第三支部";

#[tokio::test]
async fn one_entry_here_is_the_letter_there() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let host = &pair.host;
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    let (sequence, telling) = hold(host, held, all(&[("本地乙", Presence::AbsentWithReason)]))
        .await
        .unwrap();
    assert_eq!((telling.expected, telling.present, telling.told), (3, 2, 1));
    assert!(telling.not_told.is_empty());
    let (line, names) = show(host, sequence);
    assert_eq!(names, ["张三", "本地乙", "本地甲"]);
    assert_eq!(line.counts.hosted, 1);
    assert_eq!(line.activity.actor.as_str(), "王书记");
    pair.sync().await;
    assert_eq!(digests(&pair.home), digests(host));
    assert_eq!(facts(&pair.home, case), ["2026-04-01 activity day present"]);

    // The correction of the record corrects the letter; what does not touch the hosted member sends nothing.
    let quiet = change(host, sequence, Some, &[("本地乙", Presence::Present)]).await;
    assert_eq!(quiet.unwrap().told, 0);
    let loud = change(host, sequence, Some, &[("张三", Presence::Remote)]).await;
    assert_eq!(loud.unwrap().told, 1);
    pair.sync().await;
    assert_eq!(facts(&pair.home, case), ["corrected: remote"]);
    assert_eq!(told(&pair.home), ["2026-04-01 320200-001 Remote"]);
    assert_eq!(told(host), [""; 0], "what is recorded here is not told");
    assert_eq!(show(host, sequence).0.record.corrections.len(), 2);

    let home = &pair.home;
    let joined = activity("第一支部", ActivityKind::BranchAssembly, "2018-06-30");
    // 李四 joined a day later: neither absent nor present.
    for presence in [Presence::Absent, Presence::Present] {
        let early = hold(home, joined.clone(), all(&[("李四", presence)])).await;
        assert!(early.is_err_and(|error| error.to_string().contains("列席人员 (--guest)")));
    }
    let (_, telling) = hold(home, joined, all(&[])).await.unwrap();
    assert_eq!(telling.expected, 1);
    let same = change(host, sequence, Some, &[("张三", Presence::Remote)]).await;
    assert!(
        matches!(same, Err(OfficeError::Invalid(_))),
        "says what it said"
    );
    // A void record makes the letter void, and cannot be corrected again.
    let void = change(host, sequence, |_| None, &[]).await.unwrap();
    assert_eq!(void.told, 1);
    let again = change(host, sequence, Some, &[]).await;
    assert!(matches!(again, Err(OfficeError::Invalid(_))), "{again:?}");
    pair.sync().await;
    assert_eq!(digests(&pair.home), digests(host));
    let file = book::case_with_facts(pair.home.office.store(), Some(&pair.home.partner()), case);
    assert!(crate::domain::fact::effective(&file.unwrap().unwrap().case).is_empty());
    assert_eq!(told(&pair.home), [""; 0]);
}

#[tokio::test]
async fn a_return_counts_from_its_day_however_late_it_is_entered() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let (home, host) = (&pair.home, &pair.host);
    pair.sync().await;
    pair.set_day("2026-06-20");
    let back = |on: &str| Returned {
        returned_on: day(on),
        certificate_check: Some(CertificateCheck::Seen),
        member_account: Some(Text::parse("按时参加组织生活").unwrap()),
        host_account: Some(Text::parse("表现良好").unwrap()),
    };
    let missed = activity(UNIT, ActivityKind::PartyLecture, "2026-06-01");
    let (missed, _) = hold(host, missed, all(&[("张三", Presence::Absent)]))
        .await
        .unwrap();
    let early = write(home, case, back("2026-03-31")).await;
    assert!(matches!(early, Err(OfficeError::Dates(_))), "{early:?}");
    write(home, case, back("2026-05-20")).await.unwrap();
    pair.sync().await;
    // What was recorded in between is in no book of theirs, and they can be taken off it.
    assert_eq!(lines(host, "张三").0, 0);
    let seen = activity::one(host.office.store(), missed).unwrap();
    let off = Change {
        right: seen.activity().cloned(),
        seen,
        reason: text("当时已返回"),
        people: vec![],
        not_expected: vec!["张三".to_owned()],
    };
    let corrected = activity::correct(&host.office, host.request(), off).await;
    assert!(corrected.is_ok(), "{corrected:?}");
    let expected = async |town: &Town, unit: &str, on: &str| {
        let held = activity(unit, ActivityKind::BranchAssembly, on);
        hold(town, held, all(&[])).await.unwrap().1.expected
    };
    // Of the host's three, and of the two at home.
    assert_eq!(expected(host, UNIT, "2026-05-10").await, 3);
    assert_eq!(expected(host, UNIT, "2026-06-05").await, 2);
    assert_eq!(expected(home, "第一支部", "2026-05-10").await, 1);
    assert_eq!(expected(home, "第一支部", "2026-06-05").await, 2);
    let stay = |town: &Town| {
        let (file, _) = crate::office::find::case_by_id(town.office.store(), case).unwrap();
        file.case.managed().unwrap().1
    };
    assert_eq!([stay(home), stay(host)], [Some(day("2026-05-20")); 2]);
}

#[tokio::test]
async fn who_moved_on_is_still_away_from_home() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    pair.sync().await;
    pair.set_day("2026-04-20");
    let moved = Moved {
        moved_on: day("2026-04-10"),
        destination: None,
        organization_code: Some("3301-XH".parse().unwrap()),
    };
    write(&pair.host, case, moved).await.unwrap();
    pair.sync().await;
    let expected = async |town: &Town, unit: &str| {
        let held = activity(unit, ActivityKind::BranchAssembly, "2026-04-15");
        hold(town, held, all(&[])).await.unwrap().1.expected
    };
    assert_eq!(expected(&pair.home, "第一支部").await, 1, "李四 alone");
    assert_eq!(expected(&pair.host, UNIT).await, 2, "the host's own");
}

#[tokio::test]
async fn a_talk_stays_at_home_and_so_does_what_the_agreement_does_not_name() {
    let pair = Pair::met().await;
    import(&pair.home).await;
    agree(&pair, &[Disclosure::Identity, Disclosure::Certificate]).await;
    let case = hosted(&pair).await;
    let host = &pair.host;
    let before = host.size(host.partner().out);
    let held = activity(UNIT, ActivityKind::BranchAssembly, "2026-04-01");
    let (sequence, telling) = hold(host, held, all(&[])).await.unwrap();
    assert_eq!(telling.told, 0);
    assert_eq!(telling.not_told.len(), 1);
    assert!(telling.not_told[0].why.contains("协议未列"));
    let talk = activity(UNIT, ActivityKind::Talk, "2026-04-01");
    let named = Roll {
        everyone: None,
        people: vec![line("张三", Presence::Present)],
    };
    hold(host, talk, named).await.unwrap();
    let void = change(host, sequence, |_| None, &[]).await.unwrap();
    assert_eq!(void.told, 0);
    assert_eq!(host.size(host.partner().out), before, "nothing left");
    pair.sync().await;
    assert!(facts(&pair.home, case).is_empty());
}

/// The canary of the whole room: local life of people in no agreement, and of those in one, never shows in any byte sent.
#[tokio::test]
async fn local_life_never_shows_in_what_is_sent() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let host = &pair.host;
    let mut held = activity(UNIT, ActivityKind::PartyLecture, "2026-04-01");
    held.minutes = Some(text("金丝雀会议记录"));
    held.guests = vec![text("金丝雀列席")];
    let absent = [("本地乙", Presence::AbsentWithReason)];
    let (sequence, _) = hold(host, held, all(&absent)).await.unwrap();
    change(host, sequence, Some, &[("张三", Presence::Remote)])
        .await
        .unwrap();
    let away = activity("第一支部", ActivityKind::ActivityDay, "2026-04-01");
    let home = [("李四", Presence::Absent)];
    hold(&pair.home, away, all(&home)).await.unwrap();
    pair.sync().await;
    assert!(!facts(&pair.home, case).is_empty());
    for town in [&pair.home, host] {
        let frames = town.sent.lock().unwrap();
        let told = |needle: &str| {
            frames.iter().any(|frame| {
                frame
                    .windows(needle.len())
                    .any(|part| part == needle.as_bytes())
            })
        };
        for secret in [
            "本地甲",
            "本地乙",
            "外单位",
            "BD-0001",
            "金丝雀",
            "病假",
            "王书记",
            "李四",
            "会议室",
        ] {
            assert!(!told(secret), "{secret} left the node");
        }
        if std::ptr::eq(town, host) {
            assert!(
                told("学习党章"),
                "the test must be able to see what is told"
            );
        }
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_place_and_nothing_is_written() {
    let pair = ready().await;
    hosted(&pair).await;
    let host = &pair.host;
    let store = host.office.store();
    let before = store.log(crate::store::LogNo::LOCAL).unwrap().size();
    let good = || activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    let ahead = activity(UNIT, ActivityKind::ActivityDay, "2026-04-02");
    let elsewhere = activity("无此支部", ActivityKind::ActivityDay, "2026-04-01");
    let before_arrival = activity(UNIT, ActivityKind::ActivityDay, "2026-03-31");
    let named = all(&[("张三", Presence::Present)]);
    let cases = [
        (ahead, all(&[]), "activity.day"),
        (
            good(),
            all(&[("外单位", Presence::Present)]),
            "社区第九支部",
        ),
        (good(), all(&[("无名", Presence::Present)]), "people[0]"),
        (
            good(),
            all(&[("本地甲", Presence::Present), ("BD-0001", Presence::Absent)]),
            "people[1]",
        ),
        (good(), Roll::default(), "people"),
        (elsewhere, all(&[]), "无此支部"),
        (before_arrival.clone(), named, "2026-03-31"),
    ];
    for (held, roll, place) in cases {
        let refused = hold(host, held, roll).await.unwrap_err();
        assert!(refused.to_string().contains(place), "{place}: {refused}");
        assert!(!refused.remedy().is_empty());
    }
    assert_eq!(
        store.log(crate::store::LogNo::LOCAL).unwrap().size(),
        before
    );
    // Who was not here yet is not expected; what is recorded is not recorded again.
    let (_, telling) = hold(host, before_arrival.clone(), all(&[])).await.unwrap();
    assert_eq!((telling.expected, telling.told), (2, 0));
    let twice = hold(host, before_arrival.clone(), all(&[])).await;
    assert!(twice.unwrap_err().to_string().contains("activity correct"));
    let afternoon = Activity {
        begins: Some("14:00".parse().unwrap()),
        ..before_arrival
    };
    hold(host, afternoon, all(&[])).await.unwrap();
}

fn items(days: impl IntoIterator<Item = String>) -> Vec<PlanItem> {
    days.into_iter()
        .map(|on| PlanItem {
            day: day(&on),
            kind: ActivityKind::ActivityDay,
            theme: text("学习"),
        })
        .collect()
}

fn yearly() -> ActivityPlan {
    ActivityPlan {
        unit: text("第一支部"),
        year: Within::new(2026).unwrap(),
        from_month: Within::new(1).unwrap(),
        items: items((1..=12).map(|month| format!("2026-{month:02}-01"))),
        reason: None,
        actor: text("-"),
    }
}

#[tokio::test]
async fn a_year_from_its_plan_to_its_ledger() {
    let pair = ready().await;
    let home = &pair.home;
    let set = async |plan| plan::set(&home.office, home.request(), plan).await;
    let year = Within::new(2026).unwrap();
    let file = async || {
        plan::file(
            &home.office,
            home.request(),
            text("第一支部"),
            year,
            None,
            None,
        )
        .await
    };
    assert!(matches!(file().await, Err(OfficeError::NotFound { .. })));
    set(yearly()).await.unwrap();
    let twice = set(yearly()).await.unwrap_err();
    assert!(twice.to_string().contains("plan amend"), "{twice}");
    file().await.unwrap();
    assert!(file().await.is_err(), "this version is filed");
    // The new version moves April's day, and must be filed again.
    let mut amended = yearly();
    amended.reason = Some(text("活动室装修"));
    amended.items[3].day = day("2026-04-20");
    set(amended).await.unwrap();
    let known = plan::year(&home.office, "第一支部", 2026).unwrap();
    assert_eq!((known.plans, known.filed()), (2, None));
    file().await.unwrap();

    let mut held = activity("第一支部", ActivityKind::ActivityDay, "2026-04-01");
    held.planned_day = Some(day("2026-04-20"));
    held.moved_because = Some(text("提前"));
    let (sequence, _) = hold(home, held, all(&[("李四", Presence::Absent)]))
        .await
        .unwrap();
    let up = |on: &str| {
        let on = Some(day(on));
        activity::hand_up(&home.office, home.request(), sequence, on, None)
    };
    assert!(up("2026-03-31").await.is_err(), "before it was held");
    assert!(up("2026-04-02").await.is_err(), "not yet");
    up("2026-04-01").await.unwrap();
    let twice = up("2026-04-01").await.unwrap_err().to_string();
    assert!(twice.contains("已于 2026-04-01 报送"), "{twice}");
    let known = plan::year(&home.office, "第一支部", 2026).unwrap();
    assert_eq!(known.filed(), Some(day("2026-04-01")));
    assert_eq!(known.planned_held(), 1);
    assert_eq!(known.items[3].1, Some(sequence));
    assert_eq!(known.lines[0].forms.len(), 1);
    assert_eq!(known.people.len(), 2);
    let sequences = [sequence, known.plan.as_ref().unwrap().0];
    what_went_up_is_corrected(home, sequences).await;
    let known = plan::year(&home.office, "第一支部", 2026).unwrap();
    // The views are derived: made again from the log they say the same.
    let before = book::life_of_year(home.office.store(), 2026).unwrap();
    book::rebuild(home.office.store(), &|_, _| {}).unwrap();
    let after = book::life_of_year(home.office.store(), 2026).unwrap();
    assert_eq!(after, before);
    assert_eq!(ledger(&after, "第一支部", &Exempted::default()), known);
    let other = plan::year(&home.office, "第七支部", 2026);
    assert!(matches!(other, Err(OfficeError::NotFound { .. })));
    assert!(Kind::Activity.group() == KindGroup::Local && !Kind::Activity.travels());
}

/// The day and the superior of what went up were wrong, and then it had not gone up at all.
async fn what_went_up_is_corrected(home: &Town, [held, version]: [u64; 2]) {
    let right = |on: &str, to: &str| {
        Some(plan::Passed {
            day: Some(day(on)),
            superior: Some(text(to)),
        })
    };
    let about = || (text("第一支部"), Within::new(2026).unwrap());
    let filing = async |right| {
        plan::correct_filing(&home.office, home.request(), about(), text("记错"), right).await
    };
    let form = async |right| {
        activity::correct_form(&home.office, home.request(), held, text("记错"), right).await
    };
    let known = || plan::year(&home.office, "第一支部", 2026).unwrap();
    assert!(
        filing(right("2026-04-02", "县委")).await.is_err(),
        "not yet"
    );
    assert!(
        form(right("2026-03-31", "街道")).await.is_err(),
        "too early"
    );
    filing(right("2026-03-20", "县委")).await.unwrap();
    form(right("2026-04-01", "街道")).await.unwrap();
    assert_eq!(known().filed(), Some(day("2026-03-20")));
    let filed = known().filings.last().cloned().unwrap();
    // The version that was filed stays; the older filing was of another.
    assert_eq!((filed.plan, filed.superior), (version, Some(text("县委"))));
    assert_eq!(known().filings.len(), 2);
    assert_eq!(known().lines[0].forms[0].superior, Some(text("街道")));
    form(None).await.unwrap();
    assert!(known().lines[0].forms.is_empty(), "it was not handed up");
    let nothing = form(None).await.unwrap_err();
    assert!(matches!(nothing, OfficeError::NotFound { .. }), "{nothing}");
    filing(None).await.unwrap();
    assert_eq!(known().filed(), None);
    let up = Some(day("2026-04-01"));
    activity::hand_up(&home.office, home.request(), held, up, None)
        .await
        .unwrap();
    let (unit, year) = about();
    plan::file(&home.office, home.request(), unit, year, up, None)
        .await
        .unwrap();
    assert_eq!(known().filed(), up);
}

pub(super) fn awarded(title: &str) -> Fact {
    Fact::Award(Award {
        day: day("2026-04-01"),
        penalty: false,
        title: text(title),
    })
}

pub(super) async fn add(
    town: &Town,
    name: &str,
    fact: Fact,
) -> (u64, crate::office::tell::Telling) {
    let (telling, answer) = book_of::add(&town.office, town.request(), name.to_owned(), fact)
        .await
        .unwrap();
    (answer.written[0].sequence, telling)
}

pub(super) fn played() -> Fact {
    Fact::Role(Role {
        day: day("2026-04-01"),
        description: text("社区志愿服务"),
    })
}

/// A repeated request is the same code; nothing but its hash is stored.
async fn give(town: &Town, name: &str) -> (String, u32) {
    let request = town.request();
    let again = request.clone();
    let (given, _) = book_of::give(&town.office, request, name.to_owned(), 0)
        .await
        .unwrap();
    let (second, answer) = book_of::give(&town.office, again, name.to_owned(), 0)
        .await
        .unwrap();
    assert!(answer.repeated && second.code == given.code);
    (given.code, given.unconfirmed)
}

async fn confirm(town: &Town, name: &str, code: &str) -> Result<(u16, u32), OfficeError> {
    let (name, code) = (name.to_owned(), code.to_owned());
    book_of::confirm(&town.office, town.request(), name, code)
        .await
        .map(|(year, count, _)| (year, count))
}

/// Lines of a book, and how many of them the member confirmed.
fn lines(town: &Town, name: &str) -> (usize, usize) {
    let (_, years) = book_of::show(&town.office, name, 2026, false).unwrap();
    let lines = &years[0].lines;
    let confirmed = lines.iter().filter(|line| line.confirmed.is_some());
    (lines.len(), confirmed.count())
}

#[tokio::test]
async fn a_member_confirms_what_was_there_when_the_code_was_given() {
    let pair = ready().await;
    hosted(&pair).await;
    let host = &pair.host;
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    hold(host, held, all(&[])).await.unwrap();
    add(host, "本地甲", awarded("优秀党员")).await;
    let none = confirm(host, "本地甲", "0000-0000").await;
    assert!(none.is_err(), "none was given");
    let (given, unconfirmed) = give(host, "本地甲").await;
    assert_eq!(unconfirmed, 2);
    // What is written after the code was given is not covered by it.
    add(host, "本地甲", played()).await;
    assert!(confirm(host, "本地甲", "0000-0000").await.is_err());
    let other = confirm(host, "本地乙", &given).await;
    assert!(other.is_err(), "another's code");
    let done = confirm(host, "本地甲", &given.to_lowercase()).await;
    assert_eq!(done.unwrap(), (2026, 2));
    let again = confirm(host, "本地甲", &given).await;
    assert!(again.is_err(), "once only");
    assert_eq!(lines(host, "本地甲"), (3, 2));
    // A code that is too old is not taken.
    let (late, _) = give(host, "本地甲").await;
    host.set_day("2026-04-09");
    let refused = confirm(host, "本地甲", &late).await.unwrap_err();
    assert!(refused.to_string().contains("已过期"), "{refused}");
    // Confirmations are derived: made again from the log they say the same.
    let before = book_of::show(&host.office, "本地甲", 0, true).unwrap().1;
    book::rebuild(host.office.store(), &|_, _| {}).unwrap();
    let after = book_of::show(&host.office, "本地甲", 0, true).unwrap().1;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

#[tokio::test]
async fn a_line_that_says_something_else_waits_for_a_new_confirmation() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let host = &pair.host;
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    let (meeting, _) = hold(host, held, all(&[])).await.unwrap();
    let (award, own) = add(host, "本地甲", awarded("优秀党员")).await;
    assert!(
        own.told == 0 && own.not_told.is_empty(),
        "a member of ours: nobody to tell"
    );
    let (hosted_award, told) = add(host, "张三", awarded("先进个人")).await;
    assert_eq!(told.told, 1);
    pair.sync().await;
    let heard = facts(&pair.home, case);
    assert!(
        heard.iter().any(|fact| fact.contains("先进个人")),
        "{heard:?}"
    );
    let (given, _) = give(host, "本地甲").await;
    confirm(host, "本地甲", &given).await.unwrap();

    // Somebody else's line is corrected: this member's confirmation stands. The own one: it does not.
    let absent = [("本地乙", Presence::Remote)];
    change(host, meeting, Some, &absent).await.unwrap();
    assert_eq!(lines(host, "本地甲"), (2, 2));
    let own = [("本地甲", Presence::Remote)];
    change(host, meeting, Some, &own).await.unwrap();
    assert_eq!(lines(host, "本地甲"), (2, 1));
    let correct = async |record, right| {
        book_of::correct(&host.office, host.request(), record, text("有误"), right).await
    };
    let title = book_of::Right {
        title: Some(text("优秀党务工作者")),
        ..book_of::Right::default()
    };
    correct(award, Some(title)).await.unwrap();
    assert_eq!(lines(host, "本地甲"), (2, 0));
    // What was not given is what it was, whatever day it is now.
    host.set_day("2026-04-20");
    let penalty = book_of::Right {
        penalty: Some(true),
        ..book_of::Right::default()
    };
    correct(award, Some(penalty)).await.unwrap();
    let now = book::life_record(host.office.store(), award)
        .unwrap()
        .unwrap();
    let Payload::BookRecord(now) = now.payload else {
        panic!("{now:?}")
    };
    let right = Award {
        day: day("2026-04-01"),
        penalty: true,
        title: text("优秀党务工作者"),
    };
    assert_eq!(now.award, Some(right));
    let penalty = book_of::Right {
        penalty: Some(false),
        ..book_of::Right::default()
    };
    correct(award, Some(penalty)).await.unwrap();
    let another_kind = book_of::Right {
        description: Some(text("社区志愿服务")),
        ..book_of::Right::default()
    };
    assert!(correct(award, Some(another_kind)).await.is_err());
    let another_year = book_of::Right {
        day: Some(day("2025-12-31")),
        ..book_of::Right::default()
    };
    assert!(correct(award, Some(another_year)).await.is_err());
    assert!(correct(meeting, None).await.is_err(), "no record of a book");
    let (void, _) = correct(hosted_award, None).await.unwrap();
    assert_eq!(void.told, 1, "the letter is void too");
    assert!(correct(hosted_award, None).await.is_err(), "void already");
    pair.sync().await;
    assert_eq!(digests(&pair.home), digests(host));

    let standings = book_of::stats(&host.office, UNIT, 2026).unwrap();
    let of = |name: &str| {
        let mut found = standings.iter();
        found.find(|one| one.person.names[0] == name).unwrap().tally
    };
    assert_eq!((of("本地甲").awards, of("本地甲").unconfirmed), (1, 2));
    assert_eq!((of("本地乙").attended, of("张三").awards), (1, 0));
}

#[tokio::test]
async fn what_is_recorded_here_is_in_the_quarter_statement() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let host = &pair.host;
    let day_held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    hold(host, day_held, all(&[])).await.unwrap();
    let meeting = activity(UNIT, ActivityKind::BranchAssembly, "2026-04-01");
    let absent = [("张三", Presence::Absent)];
    hold(host, meeting, all(&absent)).await.unwrap();
    let talk = activity(UNIT, ActivityKind::Talk, "2026-04-01");
    hold(host, talk, all(&[])).await.unwrap();
    add(host, "张三", awarded("先进个人")).await;
    pair.set_day("2026-07-01");
    let quarter = "2026-Q2".parse().unwrap();
    let (stated, _) = statement::issue(&host.office, host.request(), String::new(), quarter)
        .await
        .unwrap();
    let mut lines = stated.inflow_lines.iter();
    let line = lines.find(|line| line.case_id == case).unwrap();
    // The talk is no activity that a partner counts.
    assert_eq!(line.activities_held, Some(2));
    assert_eq!(line.activities_attended, Some(1));
    assert_eq!((line.awards, line.penalties), (Some(1), Some(0)));
}

fn was_there(presence: Presence, theme: Option<&str>) -> hongyan_proto::letter::Attendance {
    hongyan_proto::letter::Attendance {
        day: day("2026-04-01"),
        activity: ActivityKind::ActivityDay,
        theme: theme.map(text),
        presence,
    }
}

#[tokio::test]
async fn an_event_recorded_about_the_person_becomes_the_activitys() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let host = &pair.host;
    write(host, case, was_there(Presence::Present, None))
        .await
        .unwrap();
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    let (sequence, telling) = hold(host, held, all(&[("张三", Presence::Remote)]))
        .await
        .unwrap();
    // Not a second letter: the first one is corrected to what the activity's record says.
    assert_eq!((telling.told, telling.not_told.len()), (1, 0));
    let once = ["2026-04-01 activity day present", "corrected: remote"];
    let of_case = |town: &Town| {
        let mut found = facts(town, case);
        found.retain(|fact| fact.contains("activity day") || fact.contains("corrected"));
        found
    };
    assert_eq!(of_case(host).last().unwrap(), once[1]);
    // And follows the record from now on.
    change(host, sequence, |_| None, &[]).await.unwrap();
    assert_eq!(facts(host, case).last().unwrap(), "void");
}

#[tokio::test]
async fn an_activity_that_told_of_a_person_is_not_told_again() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let host = &pair.host;
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    hold(host, held, all(&[])).await.unwrap();
    for theme in [None, Some("学习党章")] {
        let twice = write(host, case, was_there(Presence::Present, theme)).await;
        let error = twice.unwrap_err().to_string();
        assert!(error.contains("activity correct"), "{error}");
    }
    // Another event of the day has a theme of its own, and is told once too.
    let other = was_there(Presence::Present, Some("志愿服务"));
    write(host, case, other.clone()).await.unwrap();
    assert!(write(host, case, other).await.is_err());
    book::rebuild(host.office.store(), &|_, _| {}).unwrap();
    let again = write(host, case, was_there(Presence::Absent, None)).await;
    assert!(again.is_err(), "also after the views were made again");
}

#[tokio::test]
async fn a_plan_moves_the_day_that_is_remarked_on_and_due() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "chizhou", "2026-04-01").await.unwrap();
    home.set_day("2026-06-18");
    let remarks = || {
        let held = activity("第一支部", ActivityKind::ActivityDay, "2026-06-17");
        let remarks = activity::remarks(&home.office, &held).unwrap();
        let of_the_day = |one: &&Words| one.zh.contains("不是活动日");
        remarks.iter().filter(of_the_day).count()
    };
    let due = || {
        let mut duties = of(home, "activity-day").into_iter();
        let june = duties.find(|duty| duty.due == day("2026-06-30") && duty.who == "第一支部");
        june.unwrap().from
    };
    // C 二1: the 5th or the 10th.
    assert_eq!((remarks(), due()), (1, day("2026-06-05")));
    let mut plan = yearly();
    plan.items[5].day = day("2026-06-17");
    plan::set(&home.office, home.request(), plan).await.unwrap();
    assert_eq!((remarks(), due()), (0, day("2026-06-17")));
    // Amended, it is another day again.
    let mut plan = yearly();
    plan.items[5].day = day("2026-06-24");
    plan.reason = Some(text("防汛"));
    plan::set(&home.office, home.request(), plan).await.unwrap();
    assert_eq!((remarks(), due()), (1, day("2026-06-24")));
}

#[tokio::test]
async fn whoever_lectured_was_there() {
    let pair = ready().await;
    hosted(&pair).await;
    let host = &pair.host;
    let lecture = Activity {
        lecturer: Some(text("本地甲")),
        ..activity(UNIT, ActivityKind::PartyLecture, "2026-04-01")
    };
    let absent = [("本地甲", Presence::AbsentWithReason)];
    let wrong = hold(host, lecture.clone(), all(&absent)).await.unwrap_err();
    assert!(wrong.to_string().contains("本地甲 列为缺席"), "{wrong}");
    let (sequence, _) = hold(host, lecture, all(&[])).await.unwrap();
    let wrong = change(host, sequence, Some, &absent).await.unwrap_err();
    assert!(wrong.to_string().contains("本地甲 列为缺席"), "{wrong}");
    let another = |right: Activity| {
        Some(Activity {
            lecturer: Some(text("王书记")),
            ..right
        })
    };
    change(host, sequence, another, &absent).await.unwrap();
}

#[tokio::test]
async fn a_meeting_off_the_activity_day_that_it_belongs_to_is_remarked_on() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "xianning", "2026-01-01").await.unwrap();
    home.set_day("2026-06-20");
    let meeting = activity("第一支部", ActivityKind::OrganizationalLife, "2026-06-10");
    let remarks = |held: &Activity| {
        let remarks = activity::remarks(&home.office, held).unwrap();
        let found = remarks.iter().map(|one| one.zh.clone());
        found.filter(|zh| zh.contains("X 四1")).collect::<Vec<_>>()
    };
    hold(home, meeting.clone(), all(&[])).await.unwrap();
    assert!(remarks(&meeting)[0].contains("应在活动日召开"));
    // Another kind of meeting may be on any day.
    let lecture = activity("第一支部", ActivityKind::PartyLecture, "2026-06-10");
    assert_eq!(remarks(&lecture), [""; 0]);
    let theme_day = activity("第一支部", ActivityKind::ActivityDay, "2026-06-10");
    hold(home, theme_day, all(&[])).await.unwrap();
    assert_eq!(remarks(&meeting), [""; 0]);
    let elsewhere = activity("第二支部", ActivityKind::OrganizationalLife, "2026-06-10");
    assert_eq!(remarks(&elsewhere).len(), 1);
}
