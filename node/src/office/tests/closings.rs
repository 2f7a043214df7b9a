//! Whose month is closed, and by whom, is told the same way on every list.

use std::collections::BTreeSet;

use hongyan_proto::{
    letter::{MemberExit, UnitKind},
    time::Month,
};

use super::{
    dues::{base, pay, paying},
    moves::{assign, leave},
    pair::{Pair, Town},
    stories::ready,
    units::{found, rename, tree},
};
use crate::{
    domain::dues::Published,
    office::{OfficeError, dues},
};

const ABOVE: &str = "东街党总支";
const FIRST: &str = "东街党总支/第一支部";
const SECOND: &str = "东街党总支/第二支部";

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

/// April is over, and somebody owes it.
async fn may() -> Pair {
    let pair = ready().await;
    tree(&pair.home).await;
    base(&pair.home, "李四", 3000, "2026-04").await.unwrap();
    pair.home.set_day("2026-05-10");
    pair
}

async fn close(town: &Town, unit: &str) -> Result<Vec<String>, OfficeError> {
    let april = month("2026-04");
    let would = dues::would_close(&town.office, unit, april).map(|closed| units(&closed));
    let closed = dues::close(&town.office, town.request(), unit.to_owned(), april).await;
    let closed = closed.map(|(closed, _)| units(&closed));
    // What is shown before is what is done, and a refusal is the same one.
    assert_eq!(format!("{would:?}"), format!("{closed:?}"));
    closed
}

fn units(closed: &[dues::Closed]) -> Vec<String> {
    closed.iter().map(|one| one.unit.clone()).collect()
}

/// Is April's list closed, is it by one entry, and what of it is open?
fn seen(town: &Town, unit: &str) -> (bool, bool, Vec<String>) {
    let list = dues::list(&town.office, unit, month("2026-04")).unwrap();
    let open: BTreeSet<String> = list.open.clone();
    let by_one = list.closed.is_some();
    (list.is_closed(), by_one, open.into_iter().collect())
}

#[tokio::test]
async fn closed_from_above_is_closed_below() {
    let pair = may().await;
    let home = &pair.home;
    assert_eq!(
        seen(home, ""),
        (false, false, vec![FIRST.into(), SECOND.into()])
    );
    assert_eq!(close(home, "").await.unwrap(), [ABOVE]);
    for unit in [ABOVE, FIRST, SECOND] {
        assert_eq!(seen(home, unit), (true, true, vec![]), "{unit}");
    }
    assert_eq!(seen(home, ""), (true, false, vec![]));
    let again = close(home, FIRST).await.unwrap_err().to_string();
    assert!(again.contains("已结账至 2026-04"), "{again}");
}

#[tokio::test]
async fn branches_that_closed_themselves_close_what_is_above_them() {
    let pair = may().await;
    let home = &pair.home;
    close(home, FIRST).await.unwrap();
    for unit in ["", ABOVE] {
        assert_eq!(seen(home, unit), (false, false, vec![SECOND.into()]));
    }
    close(home, SECOND).await.unwrap();
    for unit in ["", ABOVE] {
        assert_eq!(seen(home, unit), (true, false, vec![]), "{unit}");
    }
    let nothing = close(home, "").await.unwrap_err().to_string();
    assert!(nothing.contains("各支部均已结账"), "{nothing}");
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
    // The next unit of the old name has closed nothing.
    found(home, ("第一支部", UnitKind::Branch), ABOVE, "2026-05-18").await;
    assign(home, FIRST, "李四", "2026-05-18").await.unwrap();
    assert_eq!(
        dues::list(&home.office, FIRST, month("2026-05"))
            .unwrap()
            .closed,
        None
    );
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
        let found = dues::arrears(&home.office, unit, july).unwrap();
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
    pay(home, "李四", paying("2026-04", 2)).await.unwrap();
    assert_eq!((named(""), listed("")), (None, Some((0, 0))));
    home.set_day("2026-08-10");
    let august = dues::list(&home.office, "", month("2026-08")).unwrap();
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
        let found = dues::arrears(&home.office, FIRST, month(until)).unwrap();
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
        let lines = dues::publish(&home.office, unit, period).unwrap();
        let line = |line: Published| {
            let (from, until) = line.months.unwrap();
            let months = (from.to_string(), until.to_string());
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
