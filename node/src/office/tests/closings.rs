//! Whose month is closed, and by whom, is told the same way on every list.

use std::fmt::Write as _;

use hongyan_proto::{
    id::Fen,
    letter::{MemberExit, UnitKind},
    time::Month,
};

use super::{
    dues::{base, correct, pay, paying, same_after_rebuild, shut},
    moves::{assign, leave},
    pair::{Pair, Town},
    stories::{day, import_rows, ready},
    units::{found, rename, tree},
};
use crate::{
    domain::dues::{Published, Row, Totals, totals},
    office::{
        OfficeError, Request,
        dues::{self, Closing, List, Paying, Right},
        unit::{self, Changing},
    },
    store::LogNo,
};

const ABOVE: &str = "东街党总支";
const FIRST: &str = "东街党总支/第一支部";
const SECOND: &str = "东街党总支/第二支部";

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// A part of what is owed, in fen.
fn any(paying: Paying, fen: i64) -> Paying {
    Paying {
        fen: Some(Fen(fen)),
        any_amount: true,
        paid_on: Some(day("2026-05-10")),
        ..paying
    }
}

/// April is over, and somebody owes it.
async fn may() -> Pair {
    let pair = ready().await;
    tree(&pair.home).await;
    base(&pair.home, "李四", 3000, "2026-04").await.unwrap();
    pair.home.set_day("2026-05-10");
    pair
}

async fn close(town: &Town, unit: &str) -> Result<Vec<(String, String, Totals)>, OfficeError> {
    let april = month("2026-04");
    let would = dues::would_close(&town.office, unit, april).map(|open| said(&open.lists));
    let closed = shut(town, unit, april).await;
    let closed = closed.map(|(closed, _)| said(&closed.lists));
    // What is shown before is what is done, and a refusal is the same one.
    assert_eq!(format!("{would:?}"), format!("{closed:?}"));
    closed
}

fn said(closed: &[Closing]) -> Vec<(String, String, Totals)> {
    let of = closed.iter();
    of.map(|one| (one.unit.clone(), one.month.to_string(), one.totals()))
        .collect()
}

fn units(closed: &[(String, String, Totals)]) -> Vec<&str> {
    closed.iter().map(|(unit, ..)| unit.as_str()).collect()
}

fn april(town: &Town, unit: &str) -> List {
    dues::list(&town.office, unit, month("2026-04")).unwrap()
}

/// Is April's list closed, is it that of one unit, and what of it is open?
fn seen(town: &Town, unit: &str) -> (bool, bool, Vec<String>) {
    let list = april(town, unit);
    let open = list.open.iter().cloned().collect();
    (list.is_closed(), list.closed_by.is_some(), open)
}

#[tokio::test]
async fn closed_from_above_is_closed_below() {
    let pair = may().await;
    let home = &pair.home;
    assert_eq!(
        seen(home, ""),
        (false, false, vec![FIRST.into(), SECOND.into()])
    );
    let closed = close(home, "").await.unwrap();
    assert_eq!(units(&closed), [FIRST, SECOND]);
    for unit in [FIRST, SECOND] {
        assert_eq!(seen(home, unit), (true, true, vec![]), "{unit}");
    }
    for unit in ["", ABOVE] {
        assert_eq!(seen(home, unit), (true, false, vec![]), "{unit:?}");
    }
    let again = close(home, FIRST).await.unwrap_err().to_string();
    assert!(again.contains("2026-04 已结账"), "{again}");
}

#[tokio::test]
async fn branches_that_closed_themselves_close_what_is_above_them() {
    let pair = may().await;
    let home = &pair.home;
    close(home, FIRST).await.unwrap();
    for unit in ["", ABOVE] {
        assert_eq!(seen(home, unit), (false, false, vec![SECOND.into()]));
    }
    assert_eq!(units(&close(home, "").await.unwrap()), [SECOND]);
    for unit in ["", ABOVE] {
        assert_eq!(seen(home, unit), (true, false, vec![]), "{unit:?}");
    }
    let nothing = close(home, "").await.unwrap_err().to_string();
    assert!(nothing.contains("已结账"), "{nothing}");
}

#[tokio::test]
async fn a_closed_month_stays_closed_under_another_name() {
    let pair = may().await;
    let home = &pair.home;
    close(home, FIRST).await.unwrap();
    home.set_day("2026-05-20");
    rename(home, FIRST, "新街支部", "2026-05-15").await;
    assert_eq!(seen(home, "东街党总支/新街支部"), (true, true, Vec::new()));
    let refused = base(home, "李四", 9000, "2026-04").await.unwrap_err();
    assert!(refused.to_string().contains("已结账"), "{refused}");
    // The next unit of the old name has closed nothing, though it is entered as older than the new name.
    let next = ("第一支部", UnitKind::Branch);
    found(home, next, ABOVE, "2026-01-01").await;
    import_rows(home, "姓名,活动证号,所在支部\n王五,AQ-0077,第一支部\n").await;
    base(home, "王五", 3000, "2026-04").await.unwrap();
    assert_eq!(seen(home, FIRST), (false, false, vec![FIRST.into()]));
}

/// Everything that happens to people, units and money afterwards.
async fn much_happens(pair: &Pair) {
    let home = &pair.home;
    home.set_day("2026-06-20");
    found(
        home,
        ("西街党总支", UnitKind::GeneralBranch),
        "",
        "2026-05-02",
    )
    .await;
    let moved = Changing {
        unit: FIRST.to_owned(),
        name: None,
        place: None,
        above: Some("西街党总支".to_owned()),
        on: day("2026-05-12"),
        reason: None,
    };
    unit::change(&home.office, home.request(), moved)
        .await
        .unwrap();
    import_rows(
        home,
        "姓名,入党时间,活动证号,所在支部\n王五,2010-01-01,AQ-0077,第二支部\n李四,2026-05-01,AQ-0002,第一支部\n",
    )
    .await;
    assign(home, "第一支部", "王五", "2026-06-02")
        .await
        .unwrap();
    assign(home, SECOND, "张三", "2026-06-02").await.unwrap();
    leave(home, "金丝雀", MemberExit::Transferred, "2026-06-10")
        .await
        .unwrap();
    pay(home, "李四", paying("2026-05", 2)).await.unwrap();
}

#[tokio::test]
async fn nothing_that_is_entered_later_changes_a_closed_list() {
    let pair = may().await;
    let home = &pair.home;
    pay(home, "张三", any(paying("2026-04", 1), 500))
        .await
        .unwrap();
    close(home, "").await.unwrap();
    let whole = april(home, "");
    let first = april(home, FIRST);
    assert_eq!((whole.rows.len(), first.rows.len()), (3, 2));
    much_happens(&pair).await;
    let plain = |list: &List| -> Vec<Row> {
        let rows = list.rows.iter().cloned();
        rows.map(|row| Row { unit: None, ..row }).collect()
    };
    assert_eq!(plain(&april(home, "")), plain(&whole));
    // The branch is called by its new place, and is on no list of where it was.
    assert_eq!(plain(&april(home, "西街党总支/第一支部")), plain(&first));
    assert!(april(home, "西街党总支").is_closed());
    assert_eq!(april(home, ABOVE).rows.len(), 1);
    same_after_rebuild(home);
}

#[tokio::test]
async fn money_of_the_month_of_a_move_is_in_the_sums_of_who_took_it() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    base(home, "李四", 3000, "2026-04").await.unwrap();
    home.set_day("2026-04-20");
    assign(home, SECOND, "李四", "2026-04-15").await.unwrap();
    pay(home, "李四", paying("2026-04", 1)).await.unwrap();
    home.set_day("2026-05-10");
    let lists = [FIRST, SECOND, ""].map(|unit| totals(&april(home, unit).rows));
    let received = lists.map(|sums| (sums.owed.0, sums.received.0));
    assert_eq!(received, [(1500, 0), (0, 1500), (1500, 1500)]);
    let closed = close(home, "").await.unwrap();
    let sums: Vec<Totals> = closed.into_iter().map(|(.., sums)| sums).collect();
    assert_eq!(sums, lists[..2]);
}

#[tokio::test]
async fn open_months_before_are_closed_with_it_and_keep_their_lists() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    base(home, "李四", 3000, "2026-02").await.unwrap();
    home.set_day("2026-05-10");
    let march = |town: &Town| dues::list(&town.office, FIRST, month("2026-03")).unwrap();
    let before = march(home).rows;
    let closed = close(home, FIRST).await.unwrap();
    let months: Vec<&str> = closed.iter().map(|(_, month, _)| month.as_str()).collect();
    assert_eq!(months, ["2026-02", "2026-03", "2026-04"]);
    pay(home, "李四", paying("2026-02", 2)).await.unwrap();
    assert_eq!(march(home).rows, before);
    assert!(march(home).is_closed());
}

#[tokio::test]
async fn no_month_between_two_closings_loses_its_list() {
    let pair = ready().await;
    let home = &pair.home;
    tree(home).await;
    base(home, "李四", 3000, "2023-01").await.unwrap();
    let closed = async |of: &str| said(&shut(home, FIRST, month(of)).await.unwrap().0.lists);
    // Of what lies more than two years before the first closing only that it is closed is known.
    assert_eq!(closed("2023-02").await.len(), 2);
    let older = dues::list(&home.office, FIRST, month("2022-12")).unwrap();
    assert!(older.is_closed() && !older.is_kept);
    home.set_day("2026-05-10");
    assert_eq!(closed("2026-04").await.len(), 38);
    for of in ["2023-03", "2024-01", "2026-04"] {
        let list = dues::list(&home.office, FIRST, month(of)).unwrap();
        assert!(list.is_closed() && list.is_kept, "{of}");
        let owed: i64 = list
            .rows
            .iter()
            .filter_map(|row| row.owed)
            .map(|fen| fen.0)
            .sum();
        assert_eq!(owed, 1500, "{of}");
    }
    same_after_rebuild(home);
}

#[tokio::test]
async fn of_money_that_is_corrected_twice_nothing_is_lost_between_closed_lists() {
    let pair = may().await;
    let home = &pair.home;
    let (_, answer) = pay(home, "李四", any(paying("2026-04", 1), 1500))
        .await
        .unwrap();
    let payment = answer.written[0].sequence;
    home.set_day("2026-06-02");
    assign(home, SECOND, "李四", "2026-06-01").await.unwrap();
    shut(home, FIRST, month("2026-05")).await.unwrap();
    home.set_day("2026-06-05");
    let day_of = Right {
        paid_on: Some(day("2026-06-03")),
        ..Right::default()
    };
    assert_eq!(
        correct(home, payment, Some(day_of))
            .await
            .unwrap()
            .counts_on,
        "2026-06-01"
    );
    home.set_day("2026-06-08");
    assert_eq!(
        correct(home, payment, None).await.unwrap().counts_on,
        "2026-06-03"
    );
    let received = |unit: &str, of: &str| {
        let list = dues::list(&home.office, unit, month(of)).unwrap();
        totals(&list.rows).received.0
    };
    // May had it, June gives it back where it was taken.
    assert_eq!(received(FIRST, "2026-05"), 1500);
    assert_eq!(
        (received(FIRST, "2026-06"), received(SECOND, "2026-06")),
        (-1500, 0)
    );
}

#[tokio::test]
async fn a_correction_after_a_move_counts_behind_the_last_list_of_the_unit_that_took_the_money() {
    let pair = may().await;
    let home = &pair.home;
    let (_, answer) = pay(home, "李四", any(paying("2026-04", 1), 5000))
        .await
        .unwrap();
    home.set_day("2026-06-02");
    assign(home, SECOND, "李四", "2026-06-01").await.unwrap();
    home.set_day("2026-08-05");
    shut(home, FIRST, month("2026-07")).await.unwrap();
    let right = Right {
        fen: Some(Fen(1500)),
        ..Right::default()
    };
    let corrected = correct(home, answer.written[0].sequence, Some(right));
    assert_eq!(corrected.await.unwrap().counts_on, "2026-08-01");
    let received = |of: &str| {
        let list = dues::list(&home.office, FIRST, month(of)).unwrap();
        totals(&list.rows).received.0
    };
    assert_eq!((received("2026-05"), received("2026-08")), (5000, -3500));
}

#[tokio::test]
async fn a_closing_that_is_asked_for_again_is_answered_as_the_first_time() {
    let pair = may().await;
    let home = &pair.home;
    let request = home.request();
    let again = |request: &Request| {
        dues::close(
            &home.office,
            request.clone(),
            String::new(),
            month("2026-04"),
            Vec::new(),
        )
    };
    let first = said(&again(&request).await.unwrap().0.lists);
    assert_eq!(first.len(), 2);
    let size = home.size(LogNo::LOCAL);
    assert_eq!(said(&again(&request).await.unwrap().0.lists), first);
    assert_eq!(home.size(LogNo::LOCAL), size);
}

#[tokio::test]
async fn what_changed_since_it_was_shown_is_not_closed() {
    let pair = may().await;
    let home = &pair.home;
    let april = month("2026-04");
    let shown = || {
        let open = dues::would_close(&home.office, FIRST, april).unwrap();
        open.digest(&home.request().actor).unwrap()
    };
    let close =
        |shown: Vec<u8>| dues::close(&home.office, home.request(), FIRST.to_owned(), april, shown);
    let before = shown();
    let late = Paying {
        paid_on: Some(day("2026-04-30")),
        ..paying("2026-04", 1)
    };
    pay(home, "李四", late).await.unwrap();
    let refused = close(before.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("shown"), "{refused}");
    assert_ne!(shown(), before);
    let (closed, _) = close(shown()).await.unwrap();
    assert_eq!(closed.lists[0].totals().received, Fen(1500));
}

#[tokio::test]
async fn a_list_that_fills_more_than_an_entry_is_one_list() {
    let pair = may().await;
    let home = &pair.home;
    let mut roster = "姓名,活动证号,所在支部\n".to_owned();
    for at in 0..410 {
        writeln!(
            roster,
            "党员{},BX-{at:04},第二支部",
            char::from_u32(0x4e00 + at).unwrap()
        )
        .unwrap();
    }
    import_rows(home, &roster).await;
    let size = home.size(LogNo::LOCAL);
    let closed = close(home, SECOND).await.unwrap();
    assert_eq!(closed[0].2.persons, 411);
    assert_eq!(home.size(LogNo::LOCAL) - size, 2);
    assert_eq!(april(home, SECOND).rows.len(), 411);
}

#[tokio::test]
async fn who_left_with_arrears_stays_on_the_last_units_list() {
    let pair = may().await;
    let home = &pair.home;
    leave(home, "李四", MemberExit::Transferred, "2026-05-05")
        .await
        .unwrap();
    home.set_day("2026-07-10");
    let july = month("2026-07");
    let listed = |unit: &str| {
        let list = dues::list(&home.office, unit, july).unwrap();
        let mut rows = list.rows.into_iter();
        rows.find(|row| row.name == "李四")
            .map(|row| (row.owed.unwrap().0, row.arrears.0))
    };
    let named = |unit: &str| {
        let found = dues::arrears(&home.office, unit, july).unwrap().people;
        let mut found = found.into_iter().filter(|(row, ..)| row.name == "李四");
        found.next().map(|(_, months, _)| {
            let months = months.keys();
            months.map(ToString::to_string).collect::<Vec<_>>()
        })
    };
    // May was owed on its first day.
    assert_eq!(listed(FIRST), Some((0, 3000)));
    assert_eq!(listed(SECOND), None);
    assert_eq!(named(""), Some(vec!["2026-04".into(), "2026-05".into()]));
    // A namesake who came since is the one that the name means.
    import_rows(home, "姓名,活动证号,所在支部\n李四,AQ-0088,第二支部\n").await;
    let unknown = pay(home, "李四", paying("2026-04", 2)).await.unwrap_err();
    assert!(unknown.to_string().contains("基数"), "{unknown}");
    pay(home, "AQ-0002", paying("2026-04", 2)).await.unwrap();
    let later = pay(home, "AQ-0002", paying("2026-07", 1))
        .await
        .unwrap_err();
    assert!(later.to_string().contains("已不在本单位"), "{later}");
    assert_eq!((named(FIRST), listed(FIRST)), (None, Some((0, 0))));
    home.set_day("2026-08-10");
    let august = dues::list(&home.office, FIRST, month("2026-08")).unwrap();
    assert!(august.rows.iter().all(|row| row.name != "李四"));
}

#[tokio::test]
async fn arrears_of_a_month_name_no_later_one() {
    let pair = may().await;
    let home = &pair.home;
    // Ahead, before the income rose.
    pay(home, "李四", paying("2026-05", 3)).await.unwrap();
    base(home, "李四", 9000, "2026-06").await.unwrap();
    home.set_day("2026-08-10");
    let months = |until: &str| {
        let found = dues::arrears(&home.office, FIRST, month(until))
            .unwrap()
            .people;
        let one = found.into_iter().find(|(row, ..)| row.name == "李四");
        let (row, months, _) = one.unwrap();
        assert_eq!(row.arrears_months as usize, months.len());
        months.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(months("2026-05"), ["2026-04"]);
    assert_eq!(months("2026-07"), ["2026-04", "2026-06", "2026-07"]);
}

#[tokio::test]
async fn money_is_published_under_the_unit_that_took_it() {
    let pair = may().await;
    let home = &pair.home;
    pay(home, "李四", paying("2026-04", 1)).await.unwrap();
    home.set_day("2026-06-20");
    assign(home, SECOND, "李四", "2026-06-01").await.unwrap();
    pay(home, "李四", paying("2026-05", 2)).await.unwrap();
    let published = |unit: &str| {
        let period = (month("2026-05"), month("2026-06"));
        let lines = dues::publish(&home.office, unit, period).unwrap().people;
        let line = |line: Published| {
            let (from, until) = (line.months.first(), line.months.last());
            let months = (from.unwrap().to_string(), until.unwrap().to_string());
            (line.unit.unwrap(), line.fen.0, months)
        };
        lines.into_iter().map(line).collect::<Vec<_>>()
    };
    let first = (FIRST.to_owned(), 1500, ("2026-04".into(), "2026-04".into()));
    let second = (
        SECOND.to_owned(),
        3000,
        ("2026-05".into(), "2026-06".into()),
    );
    let whole = [first, second];
    assert_eq!(published(FIRST), whole[..1]);
    assert_eq!(published(SECOND), whole[1..]);
    assert_eq!(published(""), whole);
}
