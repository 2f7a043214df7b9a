//! Dues from the command line: a host takes a hosted member's dues once, home counts them, a month is closed, and what is wrong is corrected.

use hongyan_tests::town::{Id, Town};
use serde_json::Value;

use crate::{stay, two};

/// Where the hosted member is placed.
const UNIT: &str = "第一支部";
const ROSTER: &str = "姓名,活动证号,所在支部\n本地甲,BD-0001,第一支部\n本地乙,BD-0002,第一支部\n";

async fn said(town: &mut Town, at: Id, line: &str) -> Result<Value, String> {
    let words: Vec<&str> = line.split(' ').collect();
    let said = town.at(at).command(&words).await;
    let said = said.map_err(|error| error.to_string())?;
    Ok(serde_json::from_str(&said).unwrap())
}

async fn run(town: &mut Town, at: Id, line: &str) -> Value {
    said(town, at, line).await.unwrap()
}

fn row<'a>(list: &'a Value, name: &str) -> &'a Value {
    let rows = list["rows"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap()
}

#[tokio::test]
async fn a_hosted_members_dues_are_taken_once_and_counted_at_both() {
    let (mut town, home, host, people) = two(311, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let roster = town.folder_of(host).join("名册.csv");
    std::fs::write(&roster, ROSTER).unwrap();
    let path = roster.to_str().unwrap().to_owned();
    run(&mut town, host, &format!("member import {path}")).await;
    let shown = town.desk(host).case(&case).await.unwrap().case.unwrap();
    let name = shown.person.unwrap().name;

    let payment = the_host_takes_them(&mut town, host, &case).await;
    town.settle(home, host).await.unwrap();
    home_counts_them(&mut town, (home, host), &name).await;
    a_closed_month_is_corrected(&mut town, (home, host), &name, &payment).await;
    papers_are_given_out(&mut town, host).await;
}

/// The number of the payment's entry.
async fn the_host_takes_them(town: &mut Town, host: Id, case: &str) -> String {
    // A base is set, never guessed: 4,200.00 yuan owe 42.00 a month.
    let base = run(
        town,
        host,
        &format!("dues base {case} --class salaried --income 4200 --from 2025-11"),
    )
    .await;
    assert_eq!(base["monthly"], "4200");
    let unknown = said(town, host, "dues pay 本地甲 --month 2025-11")
        .await
        .unwrap_err();
    assert!(unknown.contains("dues base"), "{unknown}");
    run(
        town,
        host,
        "dues base 本地甲 --class student --from 2025-11",
    )
    .await;

    // Two months at once, told home in the same commit.
    let paid = run(
        town,
        host,
        &format!("dues pay {case} --month 2025-11 --months 2 --paid-on 2025-11-20 --way transfer"),
    )
    .await;
    assert_eq!(
        (&paid["number"], &paid["fen"], &paid["told"]),
        (&1.into(), &"8400".into(), &1.into())
    );
    let payment = paid["written"]["sequence"].as_str().unwrap().to_owned();
    let local = run(
        town,
        host,
        "dues pay 本地甲 --month 2025-11 --paid-on 2025-12-02",
    )
    .await;
    assert_eq!(
        (&local["number"], &local["fen"], &local["told"]),
        (&2.into(), &"20".into(), &0.into())
    );
    payment
}

async fn home_counts_them(town: &mut Town, (home, host): (Id, Id), name: &str) {
    // At home the months are paid; a second payment is refused with the letter's place.
    run(
        town,
        home,
        &format!("dues base {name} --class salaried --income 4200 --from 2025-11"),
    )
    .await;
    let again = said(town, home, &format!("dues pay {name} --month 2025-12"))
        .await
        .unwrap_err();
    assert!(again.contains("in:341700-001/"), "{again}");
    let list = run(town, home, "dues list --month 2025-12").await;
    let line = row(&list, name);
    assert_eq!(
        (&line["elsewhere"], &line["received"], &line["arrears"]),
        (&true.into(), &"0".into(), &"0".into())
    );
    let statement = run(town, host, "statement issue 320200-001 --quarter 2025-Q4").await;
    assert!(statement.to_string().contains("8400"), "{statement}");
}

async fn a_closed_month_is_corrected(
    town: &mut Town,
    (home, host): (Id, Id),
    name: &str,
    payment: &str,
) {
    let november = format!("dues list --unit {UNIT} --month 2025-11");
    let november = run(town, host, &november).await;
    assert_eq!(row(&november, name)["received"], "8400");
    // November is closed; the amount turns out wrong; the correction counts in the open month, and the letter follows.
    let closed = run(town, host, &format!("dues close 2025-11 --unit {UNIT}")).await;
    assert_eq!(closed["closed"][0]["received"], "8400");
    let late = said(
        town,
        host,
        "dues pay 本地乙 --month 2025-11 --yuan 1 --paid-on 2025-11-30",
    )
    .await
    .unwrap_err();
    assert!(late.contains("2025-11"), "{late}");
    let corrected = run(
        town,
        host,
        &format!("dues correct {payment} --yuan 42 --months 1 --reason 只交一月"),
    )
    .await;
    assert_eq!(corrected["told"], 1);
    let after = run(
        town,
        host,
        &format!("dues list --unit {UNIT} --month 2025-11"),
    )
    .await;
    assert_eq!(after["rows"], november["rows"]);
    assert_ne!(after["closedBy"], "0");
    town.settle(home, host).await.unwrap();
    let shown = run(town, home, &format!("dues show {name} --until 2025-12")).await;
    let letters = shown["payments"].as_array().unwrap();
    assert_eq!((letters.len(), &letters[0]["fen"]), (1, &"4200".into()));
    // What the host gave back, home may take.
    let free = run(town, home, &format!("dues pay {name} --month 2025-12")).await;
    assert_eq!(free["told"], 1);
}

async fn papers_are_given_out(town: &mut Town, host: Id) {
    let receipt = run(town, host, "dues receipt 1").await;
    assert_eq!(
        (&receipt["capitals"], &receipt["corrected"]),
        (&"肆拾贰元整".into(), &true.into())
    );
    let published = run(
        town,
        host,
        &format!("dues publish --unit {UNIT} --from 2025-11 --until 2025-12"),
    )
    .await;
    assert!(!published.to_string().contains("income"));
    let owing = run(
        town,
        host,
        &format!("dues arrears --unit {UNIT} --month 2025-12"),
    )
    .await;
    assert!(
        owing["people"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["row"]["name"] == "本地甲")
    );
}
