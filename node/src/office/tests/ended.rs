//! Proposals that nobody signs any more, endings, and quarters before the agreement.

use hongyan_proto::{
    id::AgreementHash,
    letter::{Returned, Text, Withdraw, WithdrawReason},
    time::Quarter,
};

use super::{
    duties::{adopt, of},
    pair::{Pair, Town},
    stories::{
        accept, attendance, day, digests, notice, place, propose, ready, sign, state, write,
    },
};
use crate::{
    book::{self, Author},
    domain::{
        agreement::Status,
        case::{Closing, State},
        statement::Status as QuarterStatus,
    },
    office::{
        Answer, OfficeError,
        agreement::{self, Draft, Proposal},
        overdue::OverdueKind,
        reconcile::{self, QuarterFile},
        statement, status,
    },
};

fn in_force(town: &Town) -> AgreementHash {
    let found = book::in_force(town.office.store(), &town.partner(), town.office.today());
    found.unwrap().unwrap().hash
}

async fn amended(town: &Town, old: AgreementHash, until: &str) -> AgreementHash {
    let draft = Draft {
        valid_until: Some(day(until)),
        ..Draft::default()
    };
    propose(town, Proposal::Amend(old.to_string(), Box::new(draft))).await
}

async fn end(
    town: &Town,
    hash: AgreementHash,
    last_day: Option<&str>,
) -> Result<(AgreementHash, Answer), OfficeError> {
    let reason = Text::parse("机构合并").unwrap();
    let last_day = last_day.map(day);
    let request = town.request();
    agreement::end(&town.office, request, hash.to_string(), last_day, reason).await
}

#[tokio::test]
async fn of_two_amendments_the_one_that_was_not_signed_is_nobodys_turn() {
    let pair: Pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let old = in_force(home);
    let kept = amended(home, old, "2028-06-30").await;
    let dead = amended(host, old, "2028-12-31").await;
    pair.sync().await;
    let shown = |town: &Town, hash| agreement::show(&town.office, hash).unwrap();
    assert_eq!(shown(home, dead).must_act, Some(Author::Own));
    // Ending what only one has signed says with whom it is not signed.
    let refused = end(home, dead, None).await.unwrap_err();
    assert_eq!(refused.reason(), "NOT_IN_FORCE");
    let code = home.partner().code.to_string();
    assert!(refused.to_string().contains(&code), "{refused}");
    sign(host, kept).await;
    pair.sync().await;
    for town in [home, host] {
        let view = shown(town, dead);
        assert_eq!(view.must_act, None);
        assert_eq!(view.status, Status::Superseded { by: kept });
        let refused = end(town, dead, None).await;
        assert!(matches!(refused, Err(OfficeError::AlreadyEnded(_))));
    }
}

#[tokio::test]
async fn an_ending_shows_its_day_at_once_and_none_comes_after_the_last_day() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let hash = in_force(home);
    let until = agreement::show(&home.office, hash)
        .unwrap()
        .agreement
        .last_day();
    let late = until.plus_days(1).to_string();
    let refused = end(home, hash, Some(&late)).await.unwrap_err();
    assert!(
        refused.to_string().contains(&until.to_string()),
        "{refused}"
    );
    end(home, hash, None).await.unwrap();
    pair.sync().await;
    for town in [home, host] {
        let view = agreement::show(&town.office, hash).unwrap();
        assert_eq!(view.status, Status::Active);
        assert_eq!(view.end.unwrap().0, town.office.today());
    }
}

#[tokio::test]
async fn a_quarter_before_the_agreement_and_a_revision_never_issued_are_refused_in_words() {
    let pair = ready().await;
    let home = &pair.home;
    pair.set_day("2026-07-02");
    let issue = async |quarter: &str| {
        let quarter: Quarter = quarter.parse().unwrap();
        statement::issue(&home.office, home.request(), String::new(), quarter).await
    };
    let first = {
        let book = book::agreements(home.office.store(), &home.partner()).unwrap();
        let first = book.agreements().iter().map(|one| one.terms.valid_from);
        Quarter::of(first.min().unwrap())
    };
    let before = issue(&first.previous().to_string()).await.unwrap_err();
    let words = format!("最早可通报 {first} 季度");
    assert!(before.to_string().contains(&words), "{before}");
    issue("2026-Q2").await.unwrap();
    let quarter = "2026-Q2".parse().unwrap();
    let show = |revision| statement::show(&home.office, "", quarter, Author::Own, revision);
    assert!(show(1).is_ok() && show(0).is_ok());
    let refused = show(77).unwrap_err().to_string();
    assert!(refused.contains("没有第 77 次, 最新为第 1 次"), "{refused}");
    let short = agreement::named(&home.office, "5f3a").unwrap_err();
    assert!(short.to_string().contains("至少 8 位"), "{short}");
}

#[tokio::test]
async fn a_quarter_that_nobody_stated_stays_due_until_it_is() {
    let pair = ready().await;
    pair.set_day("2027-01-05");
    let listed = |town: &Town| -> Vec<(String, bool)> {
        let files = reconcile::list(&town.office, "").unwrap();
        let open = |file: &QuarterFile| matches!(file.status, QuarterStatus::Due(_));
        let files = files.iter();
        files
            .map(|file| (file.quarter.to_string(), open(file)))
            .collect()
    };
    let due = |quarter: &str| (quarter.to_owned(), true);
    let all = ["2026-Q4", "2026-Q3", "2026-Q2"].map(due);
    for town in [&pair.home, &pair.host] {
        assert_eq!(listed(town), all);
        let late = status::status(&town.office).unwrap().overdue;
        let late = |quarter: &str| late.iter().any(|one| one.what.0.starts_with(quarter));
        assert!(late("2026-Q2") && late("2026-Q3") && !late("2026-Q4"));
        let quarter = "2026-Q2".parse().unwrap();
        let request = town.request();
        let issued = statement::issue(&town.office, request, String::new(), quarter);
        issued.await.unwrap();
    }
    pair.sync().await;
    for town in [&pair.home, &pair.host] {
        assert_eq!(listed(town)[..2], all[..2]);
        assert_eq!(listed(town)[2], ("2026-Q2".to_owned(), false));
    }
}

fn of_agreement(town: &Town) -> Option<String> {
    let late = status::status(&town.office).unwrap().overdue;
    let found = late.into_iter();
    let mut found = found.filter(|one| one.kind == OverdueKind::Agreement);
    found.next().map(|one| one.what.0)
}

#[tokio::test]
async fn a_case_is_ended_after_the_agreement_with_nothing_said_of_the_member() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    for town in [home, host] {
        adopt(town, "wuxi", "2026-01-01").await.unwrap();
    }
    let placed = notice(&pair, "张三").await;
    let unanswered = notice(&pair, "李四").await;
    pair.sync().await;
    write(host, placed, accept()).await.unwrap();
    write(host, placed, place()).await.unwrap();
    let hash = in_force(home);
    let left = || {
        let view = agreement::show(&home.office, hash).unwrap();
        agreement::left_open(&home.office, &view).unwrap()
    };
    assert!(left().unwrap().0.contains("在办案卷 2 份"));
    end(home, hash, None).await.unwrap();
    pair.sync().await;
    pair.set_day("2026-04-02");
    assert_eq!(left(), None);
    for town in [home, host] {
        let said = of_agreement(town).unwrap();
        assert!(
            said.contains("在办案卷 2 份") && said.contains("2026-04-01"),
            "{said}"
        );
        let mut asked = of(town, "answer").into_iter();
        let answer = asked.find(|duty| duty.who == "李四").unwrap();
        assert!(answer.what.zh.contains("协议已终止"), "{answer:?}");
    }
    let refused = write(host, placed, attendance("2026-04-02")).await;
    assert_eq!(refused.unwrap_err().reason(), "NOT_IN_FORCE");
    let back = Returned {
        returned_on: day("2026-04-02"),
        certificate_check: None,
        member_account: Some(Text::parse("按时参加").unwrap()),
        host_account: None,
    };
    let refused = write(home, placed, back.clone()).await.unwrap_err();
    assert_eq!(refused.reason(), "OUT_OF_SCOPE");
    let silent = Returned {
        member_account: None,
        ..back
    };
    write(home, placed, silent).await.unwrap();
    let withdraw = Withdraw {
        reason: WithdrawReason::RegisteredInError,
        note: None,
    };
    write(home, unanswered, withdraw).await.unwrap();
    pair.sync().await;
    for town in [home, host] {
        let ended = [placed, unanswered].map(|case| state(town, case));
        let closed = |how| Some(State::Closed(how));
        let expected = [
            closed(Closing::Returned),
            closed(Closing::RegisteredInError),
        ];
        assert_eq!(ended, expected);
        assert_eq!(of_agreement(town), None);
    }
    assert_eq!(digests(home), digests(host));
    // The quarter is over too: what nobody can state is one line, and no statement is late beside it.
    pair.set_day("2026-08-01");
    let late = status::status(&home.office).unwrap().overdue;
    let kinds: Vec<_> = late.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [OverdueKind::Agreement], "{late:?}");
    let stated = of(home, "statement");
    assert!(
        stated
            .iter()
            .any(|duty| duty.what.zh.contains("须另签协议")),
        "{stated:?}"
    );
}
