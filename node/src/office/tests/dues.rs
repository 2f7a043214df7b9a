//! Dues: taken once, told once, counted once at both; a closed list stays; what cannot be is refused with its place.

use hongyan_proto::{
    id::{CaseId, Fen},
    letter::{
        Correction, Disclosure, Dues, DuesClass, DuesMonths, DuesWay, Payload, Replacement, Text,
    },
    log::Kind,
    time::Month,
};

use super::{
    pair::{Pair, Town},
    stories::{
        accept, agree, day, digests, dues as letter, import, import_rows, notice, place, ready,
        write,
    },
};
use crate::{
    book,
    domain::{
        case::Side,
        dues::{Asked, Row, totals},
        fact::{dues::paid_twice, effective},
    },
    office::{
        Answer, OfficeError, book as record_book,
        dues::{self, Basis, Fixed, Outcome, Paying, Right, Waiver},
    },
    store::LogNo,
};

const UNIT: &str = "社区第三支部";

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

pub(super) async fn base(
    town: &Town,
    person: &str,
    yuan: i64,
    from: &str,
) -> Result<Outcome, OfficeError> {
    let basis = Basis {
        from: Some(month(from)),
        class: DuesClass::Salaried,
        income: Some(Fen(yuan * 100)),
        amount: None,
        in_open_month: false,
    };
    let (outcome, _) =
        dues::set_base(&town.office, town.request(), person.to_owned(), basis).await?;
    Ok(outcome)
}

pub(super) fn paying(first: &str, months: u32) -> Paying {
    Paying {
        month: Some(month(first)),
        months: DuesMonths::new(months).unwrap(),
        fen: None,
        paid_on: None,
        way: DuesWay::Cash,
        paper: None,
        any_amount: false,
        twice: false,
    }
}

pub(super) async fn pay(
    town: &Town,
    person: &str,
    paying: Paying,
) -> Result<(Outcome, Answer), OfficeError> {
    dues::pay(&town.office, town.request(), person.to_owned(), paying).await
}

pub(super) async fn correct(
    town: &Town,
    record: u64,
    right: Option<Right>,
) -> Result<Outcome, OfficeError> {
    let request = town.request();
    let (outcome, _) = dues::correct(&town.office, request, record, text("记错"), right).await?;
    Ok(outcome)
}

/// Closes a month without having looked at it.
pub(super) async fn shut(
    town: &Town,
    unit: &str,
    of: Month,
) -> Result<(Fixed, Answer), OfficeError> {
    let (request, unit) = (town.request(), unit.to_owned());
    dues::close(&town.office, request, unit, of, Vec::new()).await
}

fn row_of(town: &Town, unit: &str, of: &str, name: &str) -> Row {
    let list = dues::list(&town.office, unit, month(of)).unwrap();
    let mut rows = list.rows.into_iter();
    rows.find(|row| row.name == name).unwrap()
}

/// The dues of a case as a node sees them after corrections: side, first month, months, fen.
fn letters(town: &Town, case: CaseId) -> Vec<(String, u32, i64)> {
    let file = book::case_with_facts(town.office.store(), Some(&town.partner()), case);
    let facts = effective(&file.unwrap().unwrap().case);
    let dues = facts.into_iter().filter_map(|fact| match fact.payload {
        Payload::Dues(dues) => Some((dues.month.to_string(), dues.months.get(), dues.fen.0)),
        _ => None,
    });
    dues.collect()
}

async fn hosted(pair: &Pair) -> CaseId {
    let case = notice(pair, "张三").await;
    pair.sync().await;
    write(&pair.host, case, accept()).await.unwrap();
    write(&pair.host, case, place()).await.unwrap();
    import_rows(
        &pair.host,
        "姓名,活动证号,所在支部\n本地甲,BD-0001,社区第三支部\n本地乙,BD-0002,社区第三支部\n",
    )
    .await;
    pair.sync().await;
    case
}

pub(super) fn same_after_rebuild(town: &Town) {
    let seen = |town: &Town| {
        let store = town.office.store();
        let mut lists = Vec::new();
        for month in month("2026-01").through(town.office.today().month()) {
            let list = dues::list(&town.office, "", month).unwrap();
            lists.push((list.rows, book::dues_lists(store, month).unwrap()));
        }
        let closings = book::dues_closings(store).unwrap();
        let settled = book::dues_settled(store, (month("2025-01"), month("2027-12")));
        format!("{lists:?} {closings:?} {:?}", settled.unwrap())
    };
    let before = seen(town);
    book::rebuild(town.office.store(), &|_, _| {}).unwrap();
    assert_eq!(seen(town), before);
}

#[tokio::test]
async fn a_payment_at_the_host_counts_once_at_both() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let (home, host) = (&pair.home, &pair.host);
    base(home, "张三", 3000, "2026-04").await.unwrap();
    base(host, "张三", 3000, "2026-04").await.unwrap();
    let (taken, answer) = pay(host, "张三", paying("2026-04", 2)).await.unwrap();
    assert_eq!((taken.number, taken.fen, taken.part), (1, 3000, false));
    assert_eq!(taken.telling.unwrap().told, 1);
    let payment = answer.written[0].sequence;
    pair.sync().await;
    assert_eq!(digests(home), digests(host));
    assert_eq!(letters(home, case), [("2026-04".to_owned(), 2, 3000)]);

    // At home the months are paid: not asked again, and no second payment is taken.
    let seen = row_of(home, "", "2026-04", "张三");
    assert!(seen.elsewhere);
    assert_eq!(
        (seen.asked, seen.owed, seen.arrears),
        (Asked::Host, Some(Fen(0)), Fen(0))
    );
    assert_eq!(seen.received, Fen(0), "the money is at the host");
    let here = row_of(host, UNIT, "2026-04", "张三");
    assert_eq!(
        (here.owed, here.received, here.advance),
        (Some(Fen(1500)), Fen(3000), Fen(1500))
    );
    let again = pay(home, "张三", paying("2026-05", 1)).await.unwrap_err();
    assert!(again.to_string().contains("--twice"), "{again}");
    assert!(again.to_string().contains("in:320200-001/"), "{again}");
    let again = pay(host, "张三", paying("2026-05", 1)).await.unwrap_err();
    assert!(
        again
            .to_string()
            .contains(&format!("dues correct {payment}")),
        "{again}"
    );
    // Nor through the letter itself.
    let typed = dues::record(
        &host.office,
        host.request(),
        case.to_string(),
        letter("R-1"),
        false,
    )
    .await;
    assert!(typed.unwrap_err().to_string().contains("2026-04"));

    // The letter follows a correction, and so does what home sees.
    let right = Right {
        months: Some(DuesMonths::new(1).unwrap()),
        fen: Some(Fen(1500)),
        ..Right::default()
    };
    assert_eq!(
        correct(host, payment, Some(right))
            .await
            .unwrap()
            .telling
            .unwrap()
            .told,
        1
    );
    pair.sync().await;
    assert_eq!(letters(home, case), [("2026-04".to_owned(), 1, 1500)]);
    let (free, _) = pay(home, "张三", paying("2026-05", 1)).await.unwrap();
    assert_eq!(
        free.telling.unwrap().told,
        1,
        "home tells the host of money it took itself"
    );
    pair.sync().await;
    let seen = row_of(host, UNIT, "2026-04", "张三");
    assert_eq!(seen.paid_until, Some(month("2026-05")));
    let refused = pay(host, "张三", paying("2026-05", 1)).await.unwrap_err();
    assert!(refused.to_string().contains("in:340800-001/"), "{refused}");

    // Void at the host: home is free to take the month, and the other way round.
    correct(host, payment, None).await.unwrap();
    pair.sync().await;
    assert_eq!(letters(home, case), [("2026-05".to_owned(), 1, 1500)]);
    pay(home, "张三", paying("2026-04", 1)).await.unwrap();
    for town in [home, host] {
        same_after_rebuild(town);
    }
}

#[tokio::test]
async fn paid_on_both_sides_before_either_knew_is_named_at_both() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let (home, host) = (&pair.home, &pair.host);
    base(home, "张三", 3000, "2026-04").await.unwrap();
    base(host, "张三", 3000, "2026-04").await.unwrap();
    pay(home, "张三", paying("2026-04", 1)).await.unwrap();
    pay(host, "张三", paying("2026-04", 1)).await.unwrap();
    pair.sync().await;
    for town in [home, host] {
        let row = row_of(town, "", "2026-04", "张三");
        assert_eq!(row.double, [month("2026-04")]);
        assert_eq!(row.arrears, Fen(0));
        let found = dues::arrears(&town.office, "党委", month("2026-04"))
            .unwrap()
            .people;
        assert!(found.iter().any(|(row, ..)| !row.double.is_empty()));
        let file = book::case_with_facts(town.office.store(), Some(&town.partner()), case);
        let twice = paid_twice(&effective(&file.unwrap().unwrap().case));
        // Of one day, the host's counts.
        let counts = [(month("2026-04"), Side::Inflow)];
        assert_eq!(twice.into_iter().collect::<Vec<_>>(), counts);
    }
}

#[tokio::test]
async fn money_that_both_took_is_written_down_when_somebody_says_so() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let (home, host) = (&pair.home, &pair.host);
    base(host, "张三", 3000, "2026-04").await.unwrap();
    base(home, "张三", 3000, "2026-04").await.unwrap();
    pay(host, "张三", paying("2026-04", 1)).await.unwrap();
    pair.sync().await;
    let known = Paying {
        twice: true,
        ..paying("2026-04", 1)
    };
    pay(home, "张三", known.clone()).await.unwrap();
    pair.sync().await;
    assert_eq!(letters(host, case).len(), 2);
    for town in [home, host] {
        assert_eq!(
            row_of(town, "", "2026-04", "张三").double,
            [month("2026-04")]
        );
    }
    // Twice on one node is never right.
    let refused = pay(home, "张三", known).await.unwrap_err();
    assert!(refused.to_string().contains("dues correct"), "{refused}");
}

#[tokio::test]
async fn a_letter_typed_in_is_the_same_payment() {
    let pair = ready().await;
    let case = hosted(&pair).await;
    let (home, host) = (&pair.home, &pair.host);
    base(host, "张三", 1000, "2026-04").await.unwrap();
    let request = host.request();
    let answer = dues::record(
        &host.office,
        request,
        case.to_string(),
        letter("R-1"),
        false,
    )
    .await
    .unwrap();
    // The letter is what was asked for; the payment lies beside it.
    assert_eq!(answer.written.len(), 2);
    let here = row_of(host, UNIT, "2026-04", "张三");
    assert_eq!(
        (here.received, here.paid, here.advance),
        (Fen(1500), Fen(500), Fen(1000))
    );
    assert_eq!(letters(host, case), [("2026-04".to_owned(), 3, 1500)]);
    let receipt = dues::receipt(&host.office, "R-1").unwrap();
    assert_eq!((receipt.number, receipt.fen), (1, Fen(1500)));
    assert_eq!(receipt.capitals(), "壹拾伍元整");
    // Corrected as a letter, the payment follows.
    let right = Dues {
        months: DuesMonths::new(2).unwrap(),
        fen: Fen(1000),
        ..letter("R-1")
    };
    let correction = Correction {
        corrects: answer.written[0].sequence,
        reason: Some(text("多记一月")),
        replacement: Some(Replacement::Dues(right)),
    };
    dues::correct_letter(&host.office, host.request(), case.to_string(), correction)
        .await
        .unwrap();
    assert_eq!(row_of(host, UNIT, "2026-04", "张三").received, Fen(1000));
    pair.sync().await;
    assert_eq!(letters(home, case), [("2026-04".to_owned(), 2, 1000)]);
    let used = dues::record(
        &host.office,
        host.request(),
        case.to_string(),
        Dues {
            month: month("2026-08"),
            ..letter("R-1")
        },
        false,
    );
    assert!(matches!(used.await, Err(OfficeError::ReceiptUsed(_))));
}

#[tokio::test]
async fn what_the_agreement_does_not_name_stays_and_nobody_else_ever_shows() {
    let pair = Pair::met().await;
    import(&pair.home).await;
    agree(&pair, &[Disclosure::Identity, Disclosure::Certificate]).await;
    hosted(&pair).await;
    let (home, host) = (&pair.home, &pair.host);
    let before = host.size(host.partner().out);
    base(host, "张三", 3000, "2026-04").await.unwrap();
    let (taken, answer) = pay(host, "张三", paying("2026-04", 1)).await.unwrap();
    let telling = taken.telling.unwrap();
    assert_eq!((telling.told, telling.not_told.len()), (0, 1));
    assert!(telling.not_told[0].why.contains("协议未列"));
    correct(host, answer.written[0].sequence, None)
        .await
        .unwrap();
    assert_eq!(host.size(host.partner().out), before, "nothing left");
    // The canary: a member in no agreement.
    base(host, "本地甲", 9_876, "2026-04").await.unwrap();
    pay(host, "本地甲", paying("2026-04", 1)).await.unwrap();
    base(home, "李四", 9_876, "2026-04").await.unwrap();
    pay(home, "李四", paying("2026-04", 1)).await.unwrap();
    pair.sync().await;
    for town in [home, host] {
        let frames = town.sent.lock().unwrap();
        for secret in ["本地甲", "李四", "BD-0001", "00000002", "王书记"] {
            let told = frames.iter().any(|frame| {
                let mut parts = frame.windows(secret.len());
                parts.any(|part| part == secret.as_bytes())
            });
            assert!(!told, "{secret} left the node");
        }
    }
}

#[tokio::test]
async fn a_closed_list_stays_and_corrections_count_in_the_open_month() {
    let pair = ready().await;
    let home = &pair.home;
    base(home, "李四", 3000, "2026-04").await.unwrap();
    let (_, answer) = pay(home, "李四", paying("2026-04", 1)).await.unwrap();
    let payment = answer.written[0].sequence;
    let unit = row_of(home, "", "2026-04", "李四").unit.unwrap();
    let close = async |unit: &str, of: &str| shut(home, unit, month(of)).await;
    let early = close(&unit, "2026-04").await.unwrap_err();
    assert!(early.to_string().contains("尚未结束"), "{early}");
    home.set_day("2026-06-10");
    let april = row_of(home, &unit, "2026-04", "李四");
    let (closed, _) = close(&unit, "2026-05").await.unwrap();
    let months: Vec<Month> = closed.lists.iter().map(|one| one.month).collect();
    assert_eq!(months, ["2026-04", "2026-05"].map(month));
    let again = close(&unit, "2026-05").await.unwrap_err();
    assert!(again.to_string().contains("已结账"), "{again}");

    // Nothing gets into it any more.
    let back = Paying {
        paid_on: Some(day("2026-05-20")),
        ..paying("2026-05", 1)
    };
    let refused = pay(home, "李四", back).await.unwrap_err();
    assert!(refused.to_string().contains("paid_on"), "{refused}");
    let refused = base(home, "李四", 9000, "2026-05").await.unwrap_err();
    assert!(refused.to_string().contains("--in-open-month"), "{refused}");
    // A correction counts in the first open month; the list of the closed month is what it was.
    let right = Right {
        fen: Some(Fen(5000)),
        ..Right::default()
    };
    let outcome = correct(home, payment, Some(right.clone())).await.unwrap();
    let same = correct(home, payment, Some(right)).await;
    assert!(
        matches!(same, Err(OfficeError::Invalid(_))),
        "says what it said: {same:?}"
    );
    assert_eq!(outcome.counts_on, "2026-06-01");
    assert_eq!(row_of(home, &unit, "2026-04", "李四"), april);
    assert_eq!(row_of(home, &unit, "2026-06", "李四").received, Fen(3500));
    // Arrears of a closed month are paid in the open one.
    pay(home, "李四", paying("2026-05", 1)).await.unwrap();
    let june = row_of(home, &unit, "2026-06", "李四");
    assert_eq!((june.received, june.arrears), (Fen(5000), Fen(1500)));
    assert!(june.corrected && !april.corrected);
    // A base for closed months is taken up by the first open one, though another has begun since.
    home.set_day("2026-07-10");
    let basis = Basis {
        from: Some(month("2026-05")),
        class: DuesClass::Salaried,
        income: Some(Fen(400_000)),
        amount: None,
        in_open_month: true,
    };
    let set = dues::set_base(&home.office, home.request(), "李四".into(), basis);
    assert_eq!(set.await.unwrap().0.counts_on, "2026-06-01");
    let june = row_of(home, &unit, "2026-06", "李四");
    assert!(june.corrected && !row_of(home, &unit, "2026-07", "李四").corrected);
    // May is 25 yuan short and June was never paid; the list of May stays.
    assert_eq!(
        row_of(home, &unit, "2026-06", "李四").arrears,
        Fen(2500 + 4000)
    );
    // What was signed when it was closed is what the list still says.
    let list = dues::list(&home.office, &unit, month("2026-05")).unwrap();
    assert!(list.is_closed() && list.closed_by.is_some());
    assert_eq!(totals(&list.rows), closed.lists[1].totals());
    same_after_rebuild(home);
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_is_written() {
    let pair = ready().await;
    let home = &pair.home;
    base(home, "李四", 3000, "2026-04").await.unwrap();
    pay(home, "李四", paying("2026-04", 1)).await.unwrap();
    let before = home.size(LogNo::LOCAL);
    let ahead = Paying {
        paid_on: Some(day("2026-04-02")),
        ..paying("2026-05", 1)
    };
    let wrong = Paying {
        fen: Some(Fen(1499)),
        ..paying("2026-05", 1)
    };
    let admission = paying("1990-01", 1);
    // Without a base this month is asked for, and none to come.
    let this = Paying {
        month: None,
        ..paying("2026-04", 1)
    };
    for (person, paying, place) in [
        ("张三", this, "2026-04"),
        ("李四", paying("2026-04", 1), "2026-04"),
        ("李四", paying("2026-03", 2), "2026-04"),
        ("李四", ahead, "paid_on"),
        ("李四", wrong, "15.00"),
        ("无名", paying("2026-04", 1), "person"),
        ("张三", paying("2026-04", 1), "dues base"),
        ("张三", admission, "入党"),
    ] {
        let refused = pay(home, person, paying).await.unwrap_err();
        assert!(refused.to_string().contains(place), "{place}: {refused}");
        assert!(!refused.remedy().is_empty());
    }
    let nothing = correct(home, 999_999, None).await.unwrap_err();
    assert!(matches!(nothing, OfficeError::NotFound { .. }), "{nothing}");
    assert_eq!(home.size(LogNo::LOCAL), before);
}

#[tokio::test]
async fn a_year_of_one_member_feeds_the_record_book_and_the_duties() {
    let pair = ready().await;
    let home = &pair.home;
    base(home, "李四", 3000, "2026-04").await.unwrap();
    let waiver = Waiver {
        from: month("2026-05"),
        until: month("2026-05"),
        fen: Fen(0),
        reason: text("重病"),
        approved_by: text("镇党委"),
        approved_on: day("2026-04-01"),
        in_open_month: false,
    };
    let waive = |waiver| dues::waive(&home.office, home.request(), "李四".to_owned(), waiver);
    let more = Waiver {
        fen: Fen(1500),
        ..waiver.clone()
    };
    let refused = waive(more).await.unwrap_err().to_string();
    assert!(refused.contains("低于"), "{refused}");
    waive(waiver).await.unwrap();
    // The first month that asks for money: April; then June, because May is waived.
    let (first, _) = pay(
        home,
        "李四",
        Paying {
            month: None,
            ..paying("2026-04", 1)
        },
    )
    .await
    .unwrap();
    assert_eq!((first.month.as_str(), first.fen), ("2026-04", 1500));
    home.set_day("2026-07-05");
    let (second, _) = pay(
        home,
        "李四",
        Paying {
            month: None,
            ..paying("2026-04", 2)
        },
    )
    .await
    .unwrap();
    assert_eq!(
        (second.month.as_str(), second.fen, second.number),
        ("2026-06", 3000, 2)
    );
    let (_, years) = record_book::show(&home.office, "李四", 2026, false).unwrap();
    let lines = years[0]
        .lines
        .iter()
        .filter(|line| line.content.kind() == Kind::Dues);
    assert_eq!(lines.count(), 2);
    let settled =
        book::dues_settled(home.office.store(), (month("2026-04"), month("2026-12"))).unwrap();
    let months: Vec<_> = settled.iter().map(|one| one.month.to_string()).collect();
    assert_eq!(months, ["2026-04", "2026-05", "2026-06", "2026-07"]);
    let who = settled[0].who;
    let found = dues::paid_months(&home.office, who, day("2026-07-05")).unwrap();
    assert_eq!(found, (4, 4));
    let period = (month("2026-04"), month("2026-07"));
    let published = dues::publish(&home.office, "", period).unwrap().people;
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].fen, Fen(4500));
    same_after_rebuild(home);
}
