//! A committee's duties from the command line: a policy is adopted, the tree and its officers are entered, and what is due comes out.

use hongyan_tests::town::{Id, Town};
use serde_json::Value;

use crate::two;

const ROSTER: &str = "姓名,活动证号,所在支部\n王书记,DU-0001,第一支部\n李委员,DU-0002,第一支部\n张三,DU-0003,第一支部\n";

async fn run(town: &mut Town, at: Id, line: &[&str]) -> Value {
    let said = town.at(at).command(line).await.unwrap();
    serde_json::from_str(&said).unwrap()
}

/// Every duty of a rule in the units under the general branch, the most urgent first.
async fn of(town: &mut Town, at: Id, rule: &str) -> Vec<Value> {
    let all = [
        "duties",
        "--all",
        "--unit",
        "东街总支/",
        "--page-size",
        "1000",
    ];
    let answer = run(town, at, &all).await;
    let duties = answer["duties"].as_array().unwrap();
    let fits = |duty: &&Value| duty["rule"] == rule;
    duties.iter().filter(fits).cloned().collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

#[tokio::test]
async fn duties_come_out_of_the_tree_and_are_closed_by_records() {
    let (mut town, home, _, _) = two(401, 1).await;
    for (name, kind, under) in [
        ("东街总支", "general-branch", ""),
        ("第一支部", "branch", "东街总支"),
    ] {
        let line = [
            "unit",
            "add",
            name,
            "--kind",
            kind,
            "--place",
            "office",
            "--under",
            under,
            "--on",
            "2020-01-01",
        ];
        run(&mut town, home, &line).await;
    }
    let roster = town.folder_of(home).join("名册.csv");
    std::fs::write(&roster, ROSTER).unwrap();
    let path = roster.to_str().unwrap().to_owned();
    run(&mut town, home, &["member", "import", &path]).await;
    let office = [
        "unit",
        "officer",
        "add",
        "王书记",
        "--unit",
        "第一支部",
        "--role",
        "secretary",
        "--from",
        "2020-01-01",
    ];
    run(&mut town, home, &office).await;
    let adopted = ["policy", "adopt", "xianning", "--from", "2025-01-01"];
    run(&mut town, home, &adopted).await;

    // Monthly in offices, by the field that the tree says.
    let lectures = of(&mut town, home, "lecture-offices").await;
    assert!(lectures.len() >= 12, "{lectures:?}");
    assert!(lectures.iter().all(|duty| text(duty, "clause") == "X 三4"));
    assert_eq!(text(&lectures[0], "unit"), "东街总支/第一支部");
    let hours = of(&mut town, home, "training-secretary").await;
    assert_eq!(text(&hours[0], "about"), "王书记");

    // The oldest month that was missed is excused; the next is held after all, on its last day.
    let missed = of(&mut town, home, "branch-committee").await;
    assert!(text(&missed[0], "state").contains("OVERDUE"), "{missed:?}");
    let (first, second) = (&missed[0], &missed[1]);
    let reason = ["duties", "excuse", text(first, "id"), "--reason", "防汛"];
    let excused = run(&mut town, home, &reason).await;
    assert!(text(&excused["duty"], "state").contains("EXCUSED"));
    assert_eq!(text(&excused["duty"], "person"), "town");
    let held = [
        "activity",
        "hold",
        "--unit",
        "第一支部",
        "--kind",
        "branch-committee",
        "--day",
        text(second, "due"),
        "--place",
        "会议室",
        "--theme",
        "研究工作",
        "--present",
        "all",
    ];
    let held = run(&mut town, home, &held).await;
    let now = of(&mut town, home, "branch-committee").await;
    let by_id = |id: &Value| now.iter().find(|duty| duty["id"] == *id).unwrap().clone();
    let closed = by_id(&second["id"]);
    assert!(text(&closed, "state").ends_with("DONE"), "{closed:?}");
    assert_eq!(
        closed["evidence"][0]["sequence"],
        held["written"]["sequence"]
    );

    // Renamed, the branch keeps what it did, and its excuse.
    let renamed = ["unit", "rename", "第一支部", "机关支部"];
    run(&mut town, home, &renamed).await;
    let now = of(&mut town, home, "branch-committee").await;
    let by_id = |id: &Value| now.iter().find(|duty| duty["id"] == *id).unwrap().clone();
    assert!(text(&by_id(&first["id"]), "state").contains("EXCUSED"));
    let closed = by_id(&second["id"]);
    assert_eq!(text(&closed, "unit"), "东街总支/机关支部");
    assert!(text(&closed, "state").ends_with("DONE"), "{closed:?}");

    let file = town.folder_of(home).join("应办.ics");
    let path = file.to_str().unwrap().to_owned();
    let written = run(&mut town, home, &["duties", "--ics", &path]).await;
    let feed = std::fs::read_to_string(&file).unwrap();
    assert!(feed.starts_with("BEGIN:VCALENDAR\r\n") && feed.contains("机关支部"));
    let events = feed.matches("BEGIN:VEVENT").count();
    assert_eq!(written["events"], events);
}
