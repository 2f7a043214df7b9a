//! What a unit says of its members over a year: appraisals, trainings, exemptions, and how each is corrected.

use hongyan_proto::{
    letter::{
        ActivityKind, Appraisal, AppraisalGrade, AppraisalLine, Exemption, ExemptionFrom, Presence,
        Within,
    },
    log::Kind,
};

use super::{
    life::{UNIT, activity, all, hold, hosted, text},
    pair::Town,
    stories::{day, ready},
};
use crate::{
    book,
    office::{
        OfficeError, appraisal, assessment, book as book_of, exemption as exempted, plan,
        training::{self, Course},
    },
};

fn vote(name: &str, grade: AppraisalGrade) -> (String, AppraisalLine) {
    let line = AppraisalLine {
        member_id: hongyan_proto::id::MemberId::from_bytes([0; 16]),
        grade,
        excellent: 1,
        qualified: 2,
        unqualified: 0,
        note: None,
    };
    (name.to_owned(), line)
}

#[tokio::test]
async fn a_year_is_appraised_once_and_a_wrong_result_is_voided() {
    let pair = ready().await;
    hosted(&pair).await;
    let host = &pair.host;
    let appraise = async |votes| {
        let about = (text(UNIT), Within::new(2026).unwrap(), None);
        appraisal::appraise(&host.office, host.request(), about, votes).await
    };
    let (good, fair) = (AppraisalGrade::Excellent, AppraisalGrade::Qualified);
    let votes = ["本地甲", "外单位", "张三"].map(|name| vote(name, fair));
    let wrong = appraise(votes.to_vec()).await.unwrap_err().to_string();
    assert!(
        wrong.contains("votes[1]") && wrong.contains("votes[2]"),
        "{wrong}"
    );
    let votes = vec![vote("本地甲", good), vote("本地乙", fair)];
    let first = appraise(votes.clone()).await.unwrap().written[0].sequence;
    assert!(appraise(votes.clone()).await.is_err(), "one result a year");
    let (_, mut result, _) = appraisal::appraisal(&host.office, UNIT, 2026).unwrap();
    let remarks = |result: &Appraisal| {
        let remarks = appraisal::remarks(&host.office, result).unwrap();
        (remarks.left_out, remarks.many_votes)
    };
    // Three votes of three people, the hosted one among them.
    assert_eq!(remarks(&result), (vec![], vec![]));
    result.lines[0].excellent += 1;
    result.lines.pop();
    let (left_out, many_votes) = ("本地乙".to_owned(), "本地甲".to_owned());
    assert_eq!(remarks(&result), (vec![left_out], vec![many_votes]));
    recounted(host, first).await;
    let void = async |sequence| {
        assessment::void(
            &host.office,
            host.request(),
            sequence,
            text("计票有误"),
            None,
        )
        .await
    };
    void(first).await.unwrap();
    assert!(void(first).await.is_err(), "once is enough");
    appraise(votes).await.unwrap();
    let (_, result, names) = appraisal::appraisal(&host.office, UNIT, 2026).unwrap();
    assert_eq!((result.lines.len(), names.len()), (2, 2));
}

/// A wrong vote count is corrected in its line; the other lines stay.
async fn recounted(host: &Town, record: u64) {
    let correct = async |votes: Vec<_>, gone: &[&str]| {
        let right = appraisal::Recount {
            day: None,
            votes,
            not_appraised: gone.iter().map(|name| (*name).to_owned()).collect(),
        };
        appraisal::correct(
            &host.office,
            host.request(),
            record,
            text("计票有误"),
            right,
        )
        .await
    };
    let (_, before, _) = appraisal::appraisal(&host.office, UNIT, 2026).unwrap();
    let (name, mut line) = vote("本地甲", AppraisalGrade::Qualified);
    (line.excellent, line.qualified) = (1, 11);
    correct(vec![(name, line)], &[]).await.unwrap();
    let (sequence, after, names) = appraisal::appraisal(&host.office, UNIT, 2026).unwrap();
    assert_eq!((sequence, after.lines.len()), (record, 2));
    for (old, new) in before.lines.iter().zip(&after.lines) {
        let changed = names[&crate::domain::life::Who::Member(new.member_id)] == "本地甲";
        assert_eq!(old != new, changed);
        assert_eq!(changed, new.qualified == 11);
    }
    let same = correct(vec![], &[]).await.unwrap_err().to_string();
    assert!(same.contains("nothing is corrected"), "{same}");
    correct(vec![], &["本地乙"]).await.unwrap();
    let gone = correct(vec![], &["本地乙"]).await.unwrap_err().to_string();
    assert!(gone.contains("not_appraised[0]"), "{gone}");
    let hosted = [vote("张三", AppraisalGrade::Qualified)];
    assert!(correct(hosted.to_vec(), &[]).await.is_err(), "at home");
    correct(vec![vote("本地乙", AppraisalGrade::Excellent)], &[])
        .await
        .unwrap();
    let (_, last, _) = appraisal::appraisal(&host.office, UNIT, 2026).unwrap();
    assert_eq!(last.lines.len(), 2);
    // What the log says, a rebuild says too.
    book::rebuild(host.office.store(), &|_, _| {}).unwrap();
    let (_, rebuilt, _) = appraisal::appraisal(&host.office, UNIT, 2026).unwrap();
    assert_eq!(rebuilt, last);
}

#[tokio::test]
async fn a_training_and_an_exemption_are_corrected_in_place() {
    let pair = ready().await;
    hosted(&pair).await;
    let host = &pair.host;
    let course = Course {
        day: None,
        tenths: Within::new(75).unwrap(),
        title: text("专题班"),
        organizer: None,
    };
    let people = vec!["本地甲".to_owned()];
    let trained = training::train(&host.office, host.request(), people, String::new(), course)
        .await
        .unwrap();
    let record = trained.written[0].sequence;
    let right = |on: Option<&str>, people: &[&str], gone: &[&str]| training::Righted {
        day: on.map(day),
        tenths: Some(Within::new(80).unwrap()),
        title: None,
        organizer: None,
        people: people.iter().map(|name| (*name).to_owned()).collect(),
        not_trained: gone.iter().map(|name| (*name).to_owned()).collect(),
    };
    let correct = async |record, right| {
        training::correct(
            &host.office,
            host.request(),
            record,
            text("学时有误"),
            right,
        )
        .await
    };
    let other_year = correct(record, right(Some("2025-12-31"), &[], &[])).await;
    assert!(other_year.unwrap_err().to_string().contains("void"));
    let nobody = correct(record, right(None, &[], &["本地甲"])).await;
    assert!(nobody.is_err(), "a training has somebody who was trained");
    correct(record, right(Some("2026-03-31"), &["本地乙"], &["本地甲"]))
        .await
        .unwrap();
    let found = training::trainings(&host.office, 2026).unwrap();
    let [(sequence, after)] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((*sequence, after.tenths.get()), (record, 80));
    assert_eq!(
        (after.day, after.title.as_str()),
        (day("2026-03-31"), "专题班")
    );
    assert_eq!(after.member_ids.len(), 1);

    let granted = Exemption {
        member_id: hongyan_proto::id::MemberId::from_bytes([0; 16]),
        from: vec![ExemptionFrom::Points],
        since: day("2026-03-01"),
        until: None,
        reason: text("患病"),
        applied_on: day("2026-03-01"),
        approved_on: day("2026-03-31"),
        approved_by: text("支部党员大会"),
        actor: text("-"),
    };
    let name = "本地乙".to_owned();
    let granted = exempted::exempt(&host.office, host.request(), name, granted)
        .await
        .unwrap();
    let exemption = granted.written[0].sequence;
    let ends = |until: &str| exempted::Righted {
        from: vec![ExemptionFrom::Attendance],
        since: None,
        until: Some(exempted::Until::Day(day(until))),
        because: None,
        applied_on: None,
        approved_on: None,
        approved_by: None,
    };
    let amend = async |record, right| {
        exempted::correct(&host.office, host.request(), record, text("病愈"), right).await
    };
    assert!(
        amend(exemption, ends("2026-02-28")).await.is_err(),
        "before it begins"
    );
    let other = amend(record, ends("2026-03-31")).await.unwrap_err();
    assert!(matches!(other, OfficeError::NotFound { .. }), "{other}");
    amend(exemption, ends("2026-03-31")).await.unwrap();
    assert_eq!(exempted::exemptions(&host.office, false).unwrap().len(), 0);
    let all = exempted::exemptions(&host.office, true).unwrap();
    assert_eq!(all[0].1.from, [ExemptionFrom::Attendance]);
    assert_eq!(all[0].1.reason.as_str(), "患病");
}

#[tokio::test]
async fn members_are_trained_and_some_are_exempt() {
    let pair = ready().await;
    hosted(&pair).await;
    let host = &pair.host;
    let course = |tenths| Course {
        day: None,
        tenths: Within::new(tenths).unwrap(),
        title: text("专题班"),
        organizer: None,
    };
    let train = async |people: &[&str], unit: &str, tenths| {
        let people = people.iter().map(|name| (*name).to_owned()).collect();
        training::train(
            &host.office,
            host.request(),
            people,
            unit.to_owned(),
            course(tenths),
        )
        .await
    };
    train(&[], UNIT, 75).await.unwrap();
    train(&["本地甲"], "", 10).await.unwrap();
    // The same course again for one of them is a slip of the hand.
    let again = train(&["本地甲"], "", 10).await.unwrap_err();
    assert!(again.to_string().contains("已记录"), "{again}");
    assert!(train(&["本地甲"], UNIT, 10).await.is_err(), "nobody twice");
    assert!(
        train(&["张三"], "", 10).await.is_err(),
        "a hosted member is trained at home"
    );
    let trainings = training::trainings(&host.office, 2026).unwrap();
    assert_eq!(trainings.len(), 2);

    let exemption = |on: &str| Exemption {
        member_id: hongyan_proto::id::MemberId::from_bytes([0; 16]),
        from: vec![ExemptionFrom::Points, ExemptionFrom::Attendance],
        since: day("2026-04-01"),
        until: Some(day("2026-04-30")),
        reason: text("年满75岁"),
        applied_on: day("2026-03-01"),
        approved_on: day(on),
        approved_by: text("支部党员大会"),
        actor: text("-"),
    };
    let exempt = async |on| {
        let name = "本地乙".to_owned();
        exempted::exempt(&host.office, host.request(), name, exemption(on)).await
    };
    assert!(exempt("2026-04-02").await.is_err(), "not approved yet");
    assert!(
        exempt("2026-02-28").await.is_err(),
        "before it was applied for"
    );
    exempt("2026-03-31").await.unwrap();
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    let (_, telling) = hold(host, held, all(&[])).await.unwrap();
    assert_eq!(
        telling.expected, 2,
        "who is exempt is expected only when named"
    );
    assert_eq!(exempted::exemptions(&host.office, false).unwrap().len(), 1);
    host.set_day("2026-05-01");
    assert_eq!(exempted::exemptions(&host.office, false).unwrap().len(), 0);
    assert_eq!(exempted::exemptions(&host.office, true).unwrap().len(), 1);
}

/// What `book stats` counts of a person: expected, attended, exempt.
fn counted(town: &Town, name: &str) -> ([u32; 3], bool) {
    let all = book_of::stats(&town.office, UNIT, 2026).unwrap();
    let one = all.iter().find(|one| one.person.names[0] == name).unwrap();
    let tally = one.tally;
    ([tally.expected, tally.attended, tally.exempt], one.exempt)
}

#[tokio::test]
async fn who_is_exempt_is_not_counted_as_missing_whenever_it_was_approved() {
    let pair = ready().await;
    hosted(&pair).await;
    let host = &pair.host;
    // The illness was known only afterwards: the record says absent, and that it was an absence without reason.
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    let missed = [("本地乙", Presence::Absent), ("本地甲", Presence::Absent)];
    hold(host, held, all(&missed)).await.unwrap();
    let came = activity(UNIT, ActivityKind::BranchAssembly, "2026-04-01");
    hold(host, came, all(&[])).await.unwrap();
    assert_eq!(counted(host, "本地乙"), ([2, 1, 0], false));
    let exemption = Exemption {
        member_id: hongyan_proto::id::MemberId::from_bytes([0; 16]),
        from: vec![ExemptionFrom::Records, ExemptionFrom::Attendance],
        since: day("2026-04-01"),
        until: None,
        reason: text("住院"),
        applied_on: day("2026-04-01"),
        approved_on: day("2026-04-01"),
        approved_by: text("支部党员大会"),
        actor: text("-"),
    };
    let name = "本地乙".to_owned();
    let granted = exempted::exempt(&host.office, host.request(), name, exemption)
        .await
        .unwrap();
    // Who comes all the same is counted like everyone else; who stays away is neither expected nor missing.
    assert_eq!(counted(host, "本地乙"), ([1, 1, 1], true));
    assert_eq!(counted(host, "本地甲"), ([2, 1, 0], false));
    let year = plan::year(&host.office, UNIT, 2026).unwrap();
    let people: Vec<_> = year.people.values().collect();
    let free = people.iter().find(|person| person.exempt > 0).unwrap();
    assert_eq!((free.expected, free.absent, free.exempt), (1, 0, 1));
    // The record itself says what was written down that day.
    let day_held = &year.lines[0];
    assert_eq!(day_held.counts.absent, 2);
    // An exemption that never was frees nobody. A slip of the noun does not take another record for it.
    let sequence = granted.written[0].sequence;
    let slip = assessment::void(
        &host.office,
        host.request(),
        sequence,
        text("误"),
        Some(Kind::Training),
    );
    assert!(matches!(slip.await, Err(OfficeError::NotFound { .. })));
    assessment::void(
        &host.office,
        host.request(),
        sequence,
        text("误批"),
        Some(Kind::Exemption),
    )
    .await
    .unwrap();
    assert_eq!(counted(host, "本地乙"), ([2, 1, 0], false));
}
