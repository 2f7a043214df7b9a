//! What a letter alone tells: a record that says the same takes it over, this node's book has it until then, and what a record told is corrected
//! with the record.

use hongyan_proto::{
    id::CaseId,
    letter::{ActivityKind, Payload, Presence, Replacement, Role, Text},
};

use super::{
    again::{award, awards, correct, refused},
    duties::{adopt, of, same_after_rebuild},
    life::{UNIT, activity, add, all, awarded, facts, hold, hosted, played},
    pair::{Pair, Town},
    stories::{day, ready, write},
};
use crate::{
    book,
    domain::duty::State,
    office::{book as book_of, record, statement},
};

/// What a person's book of the year has from letters: whether this node wrote it, and what it says.
fn told(town: &Town) -> Vec<(bool, String)> {
    let (_, years) = book_of::show(&town.office, "张三", 2026, false).unwrap();
    let told = years.iter().flat_map(|year| &year.told);
    told.map(|one| (one.own, says(&one.content))).collect()
}

fn says(content: &Payload) -> String {
    match content {
        Payload::Award(award) => award.title.to_string(),
        Payload::Role(role) => role.description.to_string(),
        Payload::Attendance(event) => format!("{:?}", event.presence),
        other => format!("{other:?}"),
    }
}

async fn away() -> (Pair, CaseId) {
    let pair = ready().await;
    let case = hosted(&pair).await;
    (pair, case)
}

#[tokio::test]
async fn a_record_takes_over_the_letter_that_says_the_same() {
    let (pair, case) = away().await;
    let host = &pair.host;
    write(host, case, award("先进个人")).await.unwrap();
    let letter = awards(host, case)[0].0;
    assert_eq!(told(host), [(true, "先进个人".to_owned())]);
    let (recorded, telling) = add(host, "张三", awarded("先进个人")).await;
    assert_eq!((telling.told, telling.not_told.len()), (0, 0));
    assert_eq!(told(host), []);
    // One letter, and one in the statement.
    assert_eq!(awards(host, case).len(), 1);
    pair.set_day("2026-07-01");
    let quarter = "2026-Q2".parse().unwrap();
    let (stated, _) = statement::issue(&host.office, host.request(), String::new(), quarter)
        .await
        .unwrap();
    assert_eq!(stated.inflow_lines[0].awards, Some(1));
    // It is the record's from now on, in both books.
    let right = Some(Replacement::Award(award("优秀党员")));
    let alone = refused(correct(host, host.request(), case, (letter, right)).await);
    assert!(
        alone.contains(&format!("book correct {recorded}")),
        "{alone}"
    );
    let right = book_of::Right {
        title: Text::parse("优秀党员").ok(),
        ..book_of::Right::default()
    };
    let reason = Text::parse("记错").unwrap();
    book_of::correct(&host.office, host.request(), recorded, reason, Some(right))
        .await
        .unwrap();
    pair.sync().await;
    for town in [&pair.home, host] {
        let found = awards(town, case);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1, "优秀党员");
    }
    assert_eq!(told(&pair.home), [(false, "优秀党员".to_owned())]);
    assert_eq!(told(host), []);
    // Corrected by its correction's number it is still the record's.
    let named = awards(host, case)[0].0;
    let alone = refused(correct(host, host.request(), case, (named, None)).await);
    assert!(
        alone.contains(&format!("book correct {recorded}")),
        "{alone}"
    );
}

#[tokio::test]
async fn what_an_activity_told_is_corrected_with_the_activity() {
    let (pair, case) = away().await;
    let host = &pair.host;
    let held = activity(UNIT, ActivityKind::ActivityDay, "2026-04-01");
    let (sequence, _) = hold(host, held, all(&[("张三", Presence::Absent)]))
        .await
        .unwrap();
    let (_, letters) = record::list(&host.office, &case.to_string(), &[], false).unwrap();
    let letter = letters.last().unwrap();
    let Some(Payload::Attendance(event)) = letter.payload.clone() else {
        panic!("{letter:?}")
    };
    let right = Replacement::Attendance(hongyan_proto::letter::Attendance {
        presence: Presence::Present,
        ..event
    });
    for right in [Some(right), None] {
        let alone = correct(host, host.request(), case, (letter.sequence, right)).await;
        let alone = refused(alone);
        assert!(
            alone.contains(&format!("activity correct {sequence}")),
            "{alone}"
        );
    }
    assert_eq!(facts(host, case), ["2026-04-01 activity day absent"]);
}

#[tokio::test]
async fn what_the_host_told_alone_is_in_its_book() {
    let (pair, case) = away().await;
    let host = &pair.host;
    let event = super::stories::attendance("2026-04-01");
    write(host, case, event).await.unwrap();
    write(host, case, award("先进个人")).await.unwrap();
    write(host, case, volunteered("2026-04-01")).await.unwrap();
    let all_three = ["Present", "先进个人", "社区志愿服务"].map(|says| (true, says.to_owned()));
    assert_eq!(told(host), all_three);
    // The record takes its letter over.
    let (_, telling) = add(host, "张三", played()).await;
    assert_eq!(telling.told, 0);
    assert_eq!(told(host), all_three[..2]);
    // The letter is void: nothing is left of it.
    let letter = awards(host, case)[0].0;
    correct(host, host.request(), case, (letter, None))
        .await
        .unwrap();
    assert_eq!(told(host), all_three[..1]);
    pair.sync().await;
    let home: Vec<_> = told(&pair.home).into_iter().map(|one| one.1).collect();
    assert_eq!(home, ["Present", "社区志愿服务"]);
    book::rebuild(host.office.store(), &|_, _| {}).unwrap();
    assert_eq!(told(host), all_three[..1]);
}

fn volunteered(on: &str) -> Role {
    Role {
        day: day(on),
        description: Text::parse("社区志愿服务").unwrap(),
    }
}

#[tokio::test]
async fn a_role_that_the_host_told_alone_closes_its_duty() {
    let (pair, case) = away().await;
    let host = &pair.host;
    adopt(host, "wuxi", "2026-01-01").await.unwrap();
    // Who is placed here for a whole year owes one here.
    pair.set_day("2027-03-01");
    let role = || {
        let mut duties = of(host, "record-book");
        duties.retain(|duty| duty.who == "张三");
        assert_eq!(duties.len(), 1, "{duties:?}");
        duties.remove(0)
    };
    assert_eq!(role().state, State::Due);
    write(host, case, volunteered("2027-02-01")).await.unwrap();
    assert_eq!(role().state, State::Done(day("2027-02-01")));
    same_after_rebuild(host);
    // A record that says the same is the same, once.
    let fact = book_of::Fact::Role(volunteered("2027-02-01"));
    add(host, "张三", fact).await;
    assert_eq!(role().evidence.len(), 1);
}
