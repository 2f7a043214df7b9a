//! Dues that policies ask for and two nodes hear of: a duty is closed by the payment wherever it was taken, a month that both took counts once,
//! and a quarter names a line of dues that differs by one fen.

use std::collections::BTreeMap;

use hongyan_proto::{
    id::{CaseId, Fen, Hash},
    letter::{
        AnswerKind, CertificateCheck, Disclosure, DisclosureSet, LineAnswer, LineField, Payload,
        Returned, Text,
    },
    time::{Month, Quarter},
};

use super::{
    dues::{base, correct, pay, paying, shut},
    duties::{adopt, of, same_after_rebuild},
    pair::{Pair, Town},
    stories::{agree_each, day, digests, hosted_from, import, ready, write},
};
use crate::{
    book::{self, Author},
    domain::{
        case::Side,
        dues::{Asked, Row, totals},
        duty::{Duty, State},
        fact::{dues::paid_twice, effective},
        statement::{Cause, Status},
    },
    office::{
        dues::{self, Paying, Right},
        form, reconcile, statement,
    },
};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// The duty of one person's dues of the month that ends on a day.
fn duty(town: &Town, who: &str, due: &str) -> Option<Duty> {
    let mut found = of(town, "dues");
    found.retain(|duty| duty.who == who && duty.due == day(due));
    assert!(found.len() <= 1, "{found:?}");
    found.pop()
}

fn evidence(duty: &Duty) -> Vec<(String, u64)> {
    let entries = duty.evidence.iter();
    entries
        .map(|entry| (entry.log.to_string(), entry.sequence))
        .collect()
}

#[tokio::test]
async fn a_duty_of_dues_is_closed_by_the_payment_with_its_entry_as_evidence() {
    let pair = ready().await;
    let home = &pair.home;
    adopt(home, "wuxi", "2026-04-01").await.unwrap();
    base(home, "李四", 3000, "2026-04").await.unwrap();
    home.set_day("2026-04-20");
    let open = duty(home, "李四", "2026-04-30").unwrap();
    assert_eq!((open.state, open.evidence.len()), (State::Due, 0));
    let (_, answer) = pay(home, "李四", paying("2026-04", 1)).await.unwrap();
    let payment = answer.written[0].sequence;
    let closed = duty(home, "李四", "2026-04-30").unwrap();
    assert_eq!(closed.state, State::Done(day("2026-04-20")));
    assert_eq!(evidence(&closed), [("local".to_owned(), payment)]);
    // Paid too late, it is done late; taken back, it is owed again.
    home.set_day("2026-06-02");
    let may = duty(home, "李四", "2026-05-31").unwrap();
    assert_eq!(may.state, State::Overdue);
    pay(home, "李四", paying("2026-05", 1)).await.unwrap();
    let may = duty(home, "李四", "2026-05-31").unwrap();
    assert_eq!(may.state, State::DoneLate(day("2026-06-02")));
    correct(home, payment, None).await.unwrap();
    let april = duty(home, "李四", "2026-04-30").unwrap();
    assert_eq!((april.state, april.evidence), (State::Overdue, vec![]));
    same_after_rebuild(home);
}

#[tokio::test]
async fn homes_duty_is_closed_by_the_letter_of_the_host_that_took_the_money() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    for town in [home, host] {
        adopt(town, "wuxi", "2026-04-01").await.unwrap();
    }
    pair.set_day("2026-04-20");
    // Whoever manages the member on the first of the month is owed it: April is home's, May is the host's.
    hosted_from(&pair, "张三", "2026-04-20").await;
    base(host, "张三", 3000, "2026-04").await.unwrap();
    let open = duty(home, "张三", "2026-04-30").unwrap();
    assert_eq!(open.state, State::Due);
    assert_eq!(duty(host, "张三", "2026-04-30"), None);
    let (taken, answer) = pay(host, "张三", paying("2026-04", 2)).await.unwrap();
    assert_eq!(taken.telling.unwrap().told, 1);
    pair.sync().await;
    let closed = duty(home, "张三", "2026-04-30").unwrap();
    assert_eq!(closed.state, State::Done(day("2026-04-20")));
    let letter = evidence(&closed);
    assert_eq!(letter.len(), 1);
    assert_eq!(letter[0].0, "in:320200-001");
    let entry = home
        .office
        .store()
        .entry(home.partner().incoming.unwrap(), letter[0].1)
        .unwrap();
    assert_eq!(entry.header().kind, hongyan_proto::log::Kind::Dues);
    let may = duty(host, "张三", "2026-05-31").unwrap();
    assert_eq!(may.state, State::Done(day("2026-04-20")));
    let payment = answer.written[0].sequence;
    assert_eq!(evidence(&may)[0], ("local".to_owned(), payment));
    assert_eq!(duty(home, "张三", "2026-05-31"), None, "owed at one node");
    // The letter that is taken back opens the duty again.
    correct(host, payment, None).await.unwrap();
    pair.sync().await;
    let again = duty(home, "张三", "2026-04-30").unwrap();
    assert_eq!(again.state, State::Due);
    for town in [home, host] {
        same_after_rebuild(town);
    }
}

fn row(town: &Town, of: Month) -> Row {
    let list = dues::list(&town.office, "", of).unwrap();
    let mut rows = list.rows.into_iter();
    rows.find(|row| row.name == "张三").unwrap()
}

/// Which side's payment of each month counts, as a node has it from the case's letters.
fn twice(town: &Town, case: CaseId) -> Vec<(Month, Side)> {
    let file = book::case_with_facts(town.office.store(), Some(&town.partner()), case);
    let facts = effective(&file.unwrap().unwrap().case);
    paid_twice(&facts).into_iter().collect()
}

/// A payment of a month, on a day of it. What the other side told is known: the money was taken all the same.
async fn take(town: &Town, of: Month, on: u8) -> u64 {
    let taken = Paying {
        paid_on: Some(day(&format!("{of}-{on:02}"))),
        twice: true,
        ..paying(&of.to_string(), 1)
    };
    let (_, answer) = pay(town, "张三", taken).await.unwrap();
    answer.written[0].sequence
}

/// The same, of another amount.
async fn take_fen(town: &Town, of: Month, (fen, on): (i64, u8)) {
    let taken = Paying {
        paid_on: Some(day(&format!("{of}-{on:02}"))),
        fen: Some(Fen(fen)),
        any_amount: true,
        twice: true,
        ..paying(&of.to_string(), 1)
    };
    pay(town, "张三", taken).await.unwrap();
}

/// What counts of a month at home and at the host, and what each gives back.
fn counted(pair: &Pair, of: Month) -> [(i64, i64); 2] {
    [&pair.home, &pair.host].map(|town| {
        let shown = dues::show(&town.office, "张三", (None, Some(of))).unwrap();
        let line = &shown.months[&of];
        (line.paid.0, line.duplicate.0)
    })
}

/// Who writes before the letters of the other arrive.
#[derive(Clone, Copy, Debug)]
enum Arrival {
    NeitherKnew,
    HomeFirst,
    HostFirst,
}

#[tokio::test]
async fn a_month_that_both_took_counts_once_whichever_letter_came_first() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let case = hosted_from(&pair, "张三", "2026-04-01").await;
    for town in [home, host] {
        base(town, "张三", 3000, "2026-04").await.unwrap();
    }
    pair.set_day("2027-02-10");
    let mut of = month("2026-04");
    for arrival in [Arrival::NeitherKnew, Arrival::HomeFirst, Arrival::HostFirst] {
        for (at_home, at_host, counts) in [
            (3, 20, Side::Outflow),
            (20, 3, Side::Inflow),
            (9, 9, Side::Inflow),
        ] {
            let (first, second) = match arrival {
                Arrival::HostFirst => ((host, at_host), (home, at_home)),
                _ => ((home, at_home), (host, at_host)),
            };
            let one = take(first.0, of, first.1).await;
            if !matches!(arrival, Arrival::NeitherKnew) {
                pair.sync().await;
            }
            let other = take(second.0, of, second.1).await;
            pair.sync().await;
            let case_of = format!("{arrival:?} {at_home} {at_host}");
            assert_eq!(digests(home), digests(host), "{case_of}");
            let (ours, theirs) = (row(home, of), row(host, of));
            assert_eq!([&ours.double[..], &theirs.double[..]], [[of]; 2]);
            for town in [home, host] {
                assert_eq!(twice(town, case), [(of, counts)], "{case_of}");
            }
            // Of 15.00 paid to each, 15.00 count over both nodes; the others are to be given back.
            let said = [&ours, &theirs].map(|row| (row.paid.0, row.duplicate.0));
            let expected = match counts {
                Side::Outflow => [(1500, 0), (0, 1500)],
                Side::Inflow => [(0, 1500), (1500, 0)],
            };
            assert_eq!(said, expected, "{case_of}");
            assert_eq!((ours.arrears, theirs.arrears), (Fen(0), Fen(0)));
            // Given back: the flag ends at both, and the month stays paid, once.
            let home_wrote_first = !matches!(arrival, Arrival::HostFirst);
            let (by, payment) = match (counts, home_wrote_first) {
                (Side::Outflow, true) => (host, other),
                (Side::Outflow, false) => (host, one),
                (Side::Inflow, true) => (home, one),
                (Side::Inflow, false) => (home, other),
            };
            correct(by, payment, None).await.unwrap();
            pair.sync().await;
            let (ours, theirs) = (row(home, of), row(host, of));
            assert!(ours.double.is_empty() && theirs.double.is_empty());
            assert_eq!(ours.paid.0 + theirs.paid.0, 1500, "{case_of}");
            assert_eq!((ours.duplicate, theirs.duplicate), (Fen(0), Fen(0)));
            assert_eq!(twice(home, case), []);
            of = of.plus_months(1);
        }
    }
    for town in [home, host] {
        same_after_rebuild(town);
    }
}

#[tokio::test]
async fn what_the_other_side_was_never_told_does_not_count_against_its_money() {
    // Paid for a year ahead, while there was no case to tell it in.
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    base(home, "张三", 3000, "2026-04").await.unwrap();
    let (ahead, _) = pay(home, "张三", paying("2026-04", 12)).await.unwrap();
    assert_eq!(ahead.telling.unwrap().told, 0);
    pair.set_day("2026-06-01");
    hosted_from(&pair, "张三", "2026-06-01").await;
    base(host, "张三", 3000, "2026-06").await.unwrap();
    pair.set_day("2026-08-05");
    pay(host, "张三", paying("2026-08", 1)).await.unwrap();
    pair.sync().await;
    assert_eq!(counted(&pair, month("2026-08")), [(0, 1500), (1500, 0)]);
    assert_eq!(row(home, month("2026-07")).duplicate, Fen(0));

    // The agreement names dues in one direction only: the side that is told gives back.
    let all: DisclosureSet = Disclosure::ALL.iter().copied().collect();
    let others = Disclosure::ALL.iter().copied();
    let without = others.filter(|class| *class != Disclosure::Dues).collect();
    for (scopes, at_home, at_host, expected) in [
        ([without, all], 3, 20, [(0, 1500), (1500, 0)]),
        ([all, without], 20, 3, [(1500, 0), (0, 1500)]),
    ] {
        let pair = Pair::met().await;
        import(&pair.home).await;
        agree_each(&pair, scopes).await;
        hosted_from(&pair, "张三", "2026-04-01").await;
        let of = month("2026-04");
        for (town, on) in [(&pair.home, at_home), (&pair.host, at_host)] {
            town.set_day("2026-04-25");
            base(town, "张三", 3000, "2026-04").await.unwrap();
            take(town, of, on).await;
        }
        pair.sync().await;
        assert_eq!(counted(&pair, of), expected);
    }
}

#[tokio::test]
async fn a_whole_payment_counts_before_a_part_whichever_came_first() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let case = hosted_from(&pair, "张三", "2026-04-01").await;
    for town in [home, host] {
        base(town, "张三", 3000, "2026-04").await.unwrap();
    }
    pair.set_day("2027-02-10");
    let mut of = month("2026-04");
    for arrival in [Arrival::NeitherKnew, Arrival::HomeFirst, Arrival::HostFirst] {
        for (at_home, at_host, counts) in [
            ((500, 3), (1500, 10), Side::Inflow),
            ((1500, 10), (500, 3), Side::Outflow),
        ] {
            let (first, second) = match arrival {
                Arrival::HostFirst => ((host, at_host), (home, at_home)),
                _ => ((home, at_home), (host, at_host)),
            };
            take_fen(first.0, of, first.1).await;
            if !matches!(arrival, Arrival::NeitherKnew) {
                pair.sync().await;
            }
            take_fen(second.0, of, second.1).await;
            pair.sync().await;
            let case_of = format!("{arrival:?} {at_home:?} {at_host:?}");
            let expected = match counts {
                Side::Outflow => [(1500, 0), (0, 500)],
                Side::Inflow => [(0, 500), (1500, 0)],
            };
            assert_eq!(counted(&pair, of), expected, "{case_of}");
            for town in [home, host] {
                let found = twice(town, case);
                assert_eq!(found.last(), Some(&(of, counts)), "{case_of}");
            }
            of = of.plus_months(1);
        }
    }
}

#[tokio::test]
async fn a_closed_list_stays_when_a_letter_of_an_earlier_day_arrives() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    hosted_from(&pair, "张三", "2026-04-01").await;
    for town in [home, host] {
        base(town, "张三", 3000, "2026-04").await.unwrap();
    }
    let unit = "社区第三支部";
    let close = async |of: &str| {
        let closed = shut(host, unit, month(of)).await;
        closed.unwrap().0.lists.remove(0).totals()
    };
    let list = |of: &str| dues::list(&host.office, unit, month(of)).unwrap();
    // Home took April and told it; the letter was on its way when the host closed the month.
    pair.set_day("2026-04-10");
    let (_, answer) = pay(home, "张三", paying("2026-04", 1)).await.unwrap();
    let payment = answer.written[0].sequence;
    pair.set_day("2026-05-02");
    let april = close("2026-04").await;
    let listed = list("2026-04").rows;
    assert_eq!(april.arrears, Fen(1500));
    pair.sync().await;
    assert_eq!(list("2026-04").rows, listed);
    assert_eq!(totals(&list("2026-04").rows).arrears, april.arrears);
    // May knows it: April is not asked for again.
    assert_eq!(row(host, month("2026-05")).arrears, Fen(1500));
    pair.set_day("2026-06-02");
    let may = close("2026-05").await;
    let known = list("2026-05").rows;
    assert_eq!(may.arrears, Fen(1500));
    // Taken back afterwards, it is owed again from June on, and what was closed says what it said.
    correct(home, payment, None).await.unwrap();
    pair.sync().await;
    assert_eq!(list("2026-04").rows, listed);
    assert_eq!(list("2026-05").rows, known);
    assert_eq!(row(host, month("2026-06")).arrears, Fen(4500));
    // Only the first list behind what was closed says that it knows better.
    for (of, corrected) in [("2026-05", true), ("2026-06", true), ("2026-04", false)] {
        assert_eq!(row(host, month(of)).corrected, corrected, "{of}");
    }
    pair.set_day("2026-07-02");
    assert!(!row(host, month("2026-07")).corrected);
    same_after_rebuild(host);
}

#[tokio::test]
async fn a_return_told_after_months_were_closed_is_a_correction_on_both_sides() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let case = hosted_from(&pair, "张三", "2026-04-01").await;
    for town in [home, host] {
        base(town, "张三", 3000, "2026-04").await.unwrap();
    }
    pair.set_day("2026-06-10");
    for (town, unit) in [(home, ""), (host, "社区第三支部")] {
        shut(town, unit, month("2026-05")).await.unwrap();
    }
    let closed = |town| (row(town, month("2026-04")), row(town, month("2026-05")));
    let before = (closed(home), closed(host));
    assert_eq!(
        [before.0.1.arrears, before.1.1.arrears],
        [Fen(0), Fen(3000)]
    );
    // Home entered in June that the member was back on the last of April: May is home's.
    let returned = Returned {
        returned_on: day("2026-04-30"),
        certificate_check: Some(CertificateCheck::Seen),
        member_account: Some(Text::parse("按时参加组织生活").unwrap()),
        host_account: Some(Text::parse("表现良好").unwrap()),
    };
    write(home, case, returned).await.unwrap();
    pair.sync().await;
    assert_eq!((closed(home), closed(host)), before);
    let june = |town| {
        let row = row(town, month("2026-06"));
        (row.asked, row.arrears, row.corrected)
    };
    assert_eq!(june(home), (Asked::Here, Fen(3000), true));
    assert_eq!(june(host), (Asked::Nobody, Fen(1500), true));
    // April is paid and June closed: July is like any other month, and nobody is on the host's list.
    pair.set_day("2026-07-02");
    let (taken, _) = pay(host, "张三", paying("2026-04", 1)).await.unwrap();
    assert_eq!(taken.not_asked, [""; 0]);
    for (town, unit) in [(home, ""), (host, "社区第三支部")] {
        shut(town, unit, month("2026-06")).await.unwrap();
    }
    // Who pays at the host for home's months is told so.
    let free = Paying {
        any_amount: true,
        ..paying("2026-06", 2)
    };
    let (taken, _) = pay(host, "张三", free).await.unwrap();
    assert_eq!(taken.not_asked, ["2026-06", "2026-07"]);
    let july = row(home, month("2026-07"));
    assert_eq!((july.arrears, july.corrected), (Fen(4500), false));
    same_after_rebuild(home);
    same_after_rebuild(host);
}

/// The side that must act answers, and both sign the same result.
async fn both_close(pair: &Pair, (quarter, differs): (Quarter, CaseId), hash: Option<Hash>) {
    let (home, host) = (&pair.home, &pair.host);
    // Who took the money answers; then both sign the same result, and the difference stays in it.
    let request = home.request();
    let early = reconcile::close(&home.office, request, String::new(), quarter, hash.unwrap());
    assert!(early.await.unwrap_err().to_string().contains("未答复"));
    let answered = LineAnswer {
        case_id: differs,
        field: LineField::DuesFen,
        answer: AnswerKind::Corrected,
        own_value: None,
        note: None,
    };
    let answer = async |line: LineAnswer| {
        let request = host.request();
        reconcile::answer(
            &host.office,
            request,
            String::new(),
            quarter,
            hash,
            vec![line],
        )
        .await
    };
    let without_value = LineAnswer {
        answer: AnswerKind::Disputed,
        ..answered.clone()
    };
    let refused = answer(without_value).await.unwrap_err().to_string();
    assert!(refused.contains("--own-value"), "{refused}");
    let in_words = LineAnswer {
        answer: AnswerKind::Disputed,
        own_value: Some(Text::parse("一").unwrap()),
        ..answered.clone()
    };
    let refused = answer(in_words).await.unwrap_err().to_string();
    assert!(
        refused.contains("own_value") && refused.contains("“一”"),
        "{refused}"
    );
    answer(answered).await.unwrap();
    pair.sync().await;
    // What was announced is waited for until its term is over.
    pair.set_day("2026-07-18");
    for town in [home, host] {
        let shown = reconcile::show(&town.office, "", quarter).unwrap();
        let (request, hash) = (town.request(), shown.hash().unwrap());
        reconcile::close(&town.office, request, String::new(), quarter, hash)
            .await
            .unwrap();
    }
    pair.sync().await;
    for town in [home, host] {
        let listed = reconcile::list(&town.office, "").unwrap();
        assert_eq!(listed[0].status, Status::Closed);
        let closing = listed[0].view.our_closing.clone().unwrap();
        assert_eq!(Some(closing.result_hash), listed[0].hash());
    }
}

#[tokio::test]
async fn a_quarter_agrees_on_dues_and_names_what_differs_by_one_fen() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let agreed = hosted_from(&pair, "张三", "2026-04-01").await;
    let differs = hosted_from(&pair, "李四", "2026-04-01").await;
    let mut payments = Vec::new();
    for name in ["张三", "李四"] {
        base(host, name, 3000, "2026-04").await.unwrap();
        let (_, answer) = pay(host, name, paying("2026-04", 3)).await.unwrap();
        payments.push(answer.written[0].sequence);
    }
    pair.sync().await;
    pair.set_day("2026-07-02");
    let quarter: Quarter = "2026-Q2".parse().unwrap();
    let issue = |town: &'_ Town| {
        let request = town.request();
        let office = town.office.clone();
        async move { statement::issue(&office, request, String::new(), quarter).await }
    };
    issue(home).await.unwrap();
    // A fen too little was written; home states before the correction reaches it.
    let right = Right {
        fen: Some(Fen(4501)),
        ..Right::default()
    };
    correct(host, payments[1], Some(right)).await.unwrap();
    issue(host).await.unwrap();
    pair.sync().await;
    let results: Vec<_> = [home, host]
        .map(|town| reconcile::show(&town.office, "", quarter).unwrap())
        .into();
    let hash = results[0].hash();
    assert_eq!(hash, results[1].hash());
    let settlement = results[0].view.settlement.as_ref().unwrap();
    assert_eq!(
        (settlement.counts.agreed, settlement.counts.differing),
        (1, 1)
    );
    let [line] = results[1].lines() else {
        panic!("{:?}", results[1].lines());
    };
    let difference = &line.difference;
    assert_ne!(difference.case, agreed);
    assert_eq!(
        (difference.case, difference.field, difference.cause),
        (differs, LineField::DuesFen, Cause::HostDuesDiffer)
    );
    assert_eq!(
        (
            difference.outflow_value.as_deref(),
            difference.inflow_value.as_deref(),
            difference.act
        ),
        (Some("4500"), Some("4501"), Side::Inflow)
    );
    both_close(&pair, (quarter, differs), hash).await;
}

#[tokio::test]
async fn a_quarter_names_the_month_that_both_took_and_who_gives_it_back() {
    let pair = ready().await;
    let (home, host) = (&pair.home, &pair.host);
    let case = hosted_from(&pair, "张三", "2026-04-01").await;
    for town in [home, host] {
        base(town, "张三", 3000, "2026-04").await.unwrap();
    }
    pair.set_day("2026-07-02");
    // One month of three at each: their sum alone would show nothing.
    take(home, month("2026-04"), 3).await;
    take(host, month("2026-04"), 20).await;
    pair.sync().await;
    let quarter: Quarter = "2026-Q2".parse().unwrap();
    for town in [home, host] {
        let issued = statement::issue(&town.office, town.request(), String::new(), quarter);
        issued.await.unwrap();
    }
    pair.sync().await;
    for town in [home, host] {
        let shown = reconcile::show(&town.office, "", quarter).unwrap();
        let [line] = shown.lines() else {
            panic!("{:?}", shown.lines());
        };
        assert_eq!(
            (line.difference.case, line.difference.field),
            (case, LineField::DuesMonths)
        );
        assert_eq!(
            (line.difference.cause, line.difference.act),
            (Cause::PaidTwiceAtHost, Side::Inflow)
        );
        let counts = BTreeMap::from([(month("2026-04"), Side::Outflow)]);
        assert_eq!(shown.repeated, BTreeMap::from([(case, counts)]));
    }
    // The host's payment does not count: its statement names the month, home's names none.
    for (town, author) in [(home, Author::Partner), (host, Author::Own)] {
        let back = statement::show(&town.office, "", quarter, author, 0).unwrap();
        assert_eq!(
            back.repeated,
            BTreeMap::from([(case, vec![month("2026-04")])])
        );
    }
    let at_home = statement::show(&home.office, "", quarter, Author::Own, 0).unwrap();
    assert!(at_home.repeated.is_empty());
    let wanted = form::Wanted::Statement {
        partner: String::new(),
        quarter,
    };
    let purpose = Some(Text::parse("归档").unwrap());
    let printed = form::print(&home.office, home.request(), wanted, purpose).await;
    let paper = printed.unwrap().page;
    assert!(paper.contains("重复 1 月 2026-04"), "{paper}");
    assert!(
        paper.contains("以流出地所收为准") && paper.contains("：2026-04（由流入地"),
        "{paper}"
    );
    let told = book::case_with_facts(host.office.store(), Some(&host.partner()), case);
    let facts = effective(&told.unwrap().unwrap().case);
    let dues = facts
        .iter()
        .filter(|fact| matches!(fact.payload, Payload::Dues(_)));
    assert_eq!(dues.count(), 2, "nothing is hidden");
}

/// What a hosted member paid after the backup comes back with the letters only: it was taken here all the same, and its number stays its own.
#[tokio::test]
async fn what_was_paid_after_the_backup_counts_by_the_own_letter() {
    let mut pair = ready().await;
    pair.set_day("2026-05-10");
    let case = hosted_from(&pair, "张三", "2026-04-20").await;
    base(&pair.host, "张三", 3000, "2026-05").await.unwrap();
    let saved = pair.host.backup();
    let (first, _) = pay(&pair.host, "张三", paying("2026-05", 1)).await.unwrap();
    assert_eq!(first.number, 1);
    let (second, _) = pay(&pair.host, "张三", paying("2026-06", 1)).await.unwrap();
    pair.sync().await;
    let before = row(&pair.host, month("2026-05"));
    pair.host.restore(&saved);
    pair.sync().await;
    let host = &pair.host;
    // The list says what it said, but for nothing.
    assert_eq!(row(host, month("2026-05")), before);
    assert!(!before.elsewhere);
    assert_eq!(before.received, Fen(3000));
    let shown = dues::show(&host.office, "张三", (None, None)).unwrap();
    assert!(shown.months.values().all(|line| line.elsewhere.is_empty()));
    let again = pay(host, "张三", paying("2026-05", 1)).await.unwrap_err();
    let words = again.to_string();
    assert!(
        words.contains("00000001") && words.contains("out:"),
        "{words}"
    );
    let (third, _) = pay(host, "张三", paying("2026-07", 1)).await.unwrap();
    assert_eq!(third.number, second.number + 1);
    same_after_rebuild(host);
    // What is wrong is corrected with the letter.
    let letter = shown.loaded.elsewhere[1].place.rsplit('/').next().unwrap();
    let void = hongyan_proto::letter::Correction {
        corrects: letter.parse().unwrap(),
        reason: None,
        replacement: None,
    };
    let request = host.request();
    dues::correct_letter(&host.office, request, case.to_string(), void)
        .await
        .unwrap();
    let (june, _) = pay(host, "张三", paying("2026-06", 1)).await.unwrap();
    assert_eq!(june.number, third.number + 1);
    pair.sync().await;
    let home = dues::show(&pair.home.office, "张三", (None, None)).unwrap();
    assert!(home.months[&month("2026-06")].is_settled());
}
