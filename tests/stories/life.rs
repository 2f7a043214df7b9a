//! Organizational life from the command line: a branch's record is written once, and the partner of a hosted member learns its part.

use hongyan_proto::pb::{exchange::v1 as x, office::v1 as o};
use hongyan_tests::town::{Id, Town};
use o::activity_service_client::ActivityServiceClient;
use serde_json::Value;

use crate::{stay, two};

/// Where the hosted member is placed.
const UNIT: &str = "第一支部";
const ROSTER: &str = "姓名,活动证号,所在支部\n本地甲,BD-0001,第一支部\n本地乙,BD-0002,第一支部\n外单位,BD-0003,第九支部\n";

async fn run(town: &mut Town, at: Id, line: &[&str]) -> Value {
    let said = town.at(at).command(line).await.unwrap();
    serde_json::from_str(&said).unwrap()
}

/// What the records of a case say about attendance, after corrections.
async fn attended(town: &Town, at: Id, case: &str) -> Vec<(String, i32)> {
    let shown = town.desk(at).case(case).await.unwrap();
    let mut found = Vec::new();
    for event in shown.events {
        let content = event.payload.and_then(|payload| payload.content);
        let replaced = event.corrected_by_plus_one != 0;
        let attendance = match content {
            Some(x::payload::Content::Attendance(attendance)) => Some(attendance),
            Some(x::payload::Content::Correction(correction)) => match correction.replacement {
                Some(x::correction::Replacement::Attendance(attendance)) => Some(attendance),
                _ => None,
            },
            _ => None,
        };
        if let Some(attendance) = attendance.filter(|_| !replaced) {
            found.push((attendance.day, attendance.presence));
        }
    }
    found
}

#[tokio::test]
async fn a_branch_records_an_activity_once_and_home_learns_of_its_member() {
    let (mut town, home, host, people) = two(301, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let roster = town.folder_of(host).join("名册.csv");
    std::fs::write(&roster, ROSTER).unwrap();
    let path = roster.to_str().unwrap().to_owned();
    run(&mut town, host, &["member", "import", &path]).await;

    // From a file, as an officer keeps it; the day is past, since the clock is the machine's.
    let photo = town.folder_of(host).join("照片.jpg");
    std::fs::write(&photo, [7; 1000]).unwrap();
    let record = town.folder_of(host).join("活动.json");
    let text = serde_json::json!({
        "unit": UNIT,
        "kind": "activity-day",
        "day": "2025-11-10",
        "begins": "14:30",
        "ends": "16:30",
        "place": "社区活动室",
        "theme": "学习党章",
        "headings": ["学习教育"],
        "form": "集中学习",
        "content": "逐章学习",
        "present": ["all"],
        "absent": ["本地乙=病假"],
        "attachments": [photo],
    });
    std::fs::write(&record, text.to_string()).unwrap();
    let path = record.to_str().unwrap().to_owned();
    let held = run(&mut town, host, &["activity", "hold", "--file", &path]).await;
    assert_eq!(
        (&held["expected"], &held["present"]),
        (&3.into(), &2.into())
    );
    assert_eq!(held["told"], 1);
    let number = held["written"]["sequence"].as_str().unwrap().to_owned();
    town.settle(home, host).await.unwrap();
    let present = x::Presence::Present.into();
    assert_eq!(
        attended(&town, home, &case).await,
        [("2025-11-10".to_owned(), present)]
    );

    // Corrected here, corrected there; by the flags this time.
    let name = town.desk(host).case(&case).await.unwrap().case.unwrap();
    let name = name.person.unwrap().name;
    let line = [
        "activity",
        "correct",
        &number,
        "--reason",
        "记错",
        "--remote",
        &name,
        "--theme",
        "学习党规",
    ];
    let corrected = run(&mut town, host, &line).await;
    assert_eq!(corrected["told"], 1);
    town.settle(home, host).await.unwrap();
    let remote = x::Presence::Remote.into();
    for side in [home, host] {
        assert_eq!(
            attended(&town, side, &case).await,
            [("2025-11-10".to_owned(), remote)]
        );
    }

    run(
        &mut town,
        host,
        &["activity", "hand-up", &number, "--to", "街道党工委"],
    )
    .await;
    let shown = run(&mut town, host, &["activity", "show", &number]).await;
    let record = &shown["record"];
    assert_eq!(record["activity"]["theme"], "学习党规");
    assert_eq!(record["activity"]["place"], "社区活动室");
    assert_eq!(record["activity"]["attachments"][0]["bytes"], 1000);
    assert_eq!(record["names"].as_array().unwrap().len(), 3);
    assert_eq!(record["forms"].as_array().unwrap().len(), 1);
    assert_eq!(record["corrections"].as_array().unwrap().len(), 1);
    let ledger = ["activity", "ledger", "--unit", UNIT, "--year", "2025"];
    let ledger = run(&mut town, host, &ledger).await;
    assert_eq!(ledger["lines"].as_array().unwrap().len(), 1);
    assert_eq!(ledger["people"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused_on_the_command_line() {
    let (mut town, _, host, _) = two(302, 1).await;
    let roster = town.folder_of(host).join("名册.csv");
    std::fs::write(&roster, ROSTER).unwrap();
    let path = roster.to_str().unwrap().to_owned();
    run(&mut town, host, &["member", "import", &path]).await;
    let huge = town.folder_of(host).join("录像.mp4");
    let file = std::fs::File::create(&huge).unwrap();
    file.set_len(65 * 1024 * 1024).unwrap();
    let huge = huge.to_str().unwrap().to_owned();
    let hold = |more: &[&str]| -> Vec<String> {
        let base = [
            "activity",
            "hold",
            "--unit",
            UNIT,
            "--kind",
            "activity-day",
            "--place",
            "会议室",
            "--theme",
            "学习",
        ];
        let all = base.iter().chain(more);
        all.map(|word| (*word).to_owned()).collect()
    };
    let cases = [
        (
            hold(&["--day", "2099-01-01", "--present", "all"]),
            "activity.day",
        ),
        (hold(&["--present", "外单位"]), "第九支部"),
        (hold(&["--present", "all", "--attach", &huge]), "64 MiB"),
        (
            hold(&["--present", "all", "--moved-because", "下雨"]),
            "planned_day",
        ),
        (hold(&[]), "people"),
    ];
    for (line, place) in cases {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let refused = town.at(host).command(&line).await.unwrap_err().to_string();
        assert!(refused.contains(place), "{place}: {refused}");
    }
    let listed = ActivityServiceClient::new(town.desk(host).channel())
        .list_activities(o::ListActivitiesRequest::default())
        .await
        .unwrap();
    assert_eq!(listed.into_inner().total, 0, "nothing was written");
}

#[tokio::test]
async fn a_plan_is_set_filed_and_amended_from_the_command_line() {
    let (mut town, home, ..) = two(303, 1).await;
    let unit = "第1党支部";
    let items: Vec<_> = (1..=12)
        .map(|month| format!("2025-{month:02}-10=学习"))
        .collect();
    let mut line = vec!["plan", "set", "--unit", unit, "--year", "2025"];
    for item in &items[..11] {
        line.extend(["--item", item]);
    }
    let few = town.at(home).command(&line).await.unwrap_err().to_string();
    assert!(few.contains("12"), "{few}");
    line.extend(["--item", &items[11]]);
    run(&mut town, home, &line).await;
    run(
        &mut town,
        home,
        &["plan", "file", "--unit", unit, "--year", "2025"],
    )
    .await;
    line[1] = "amend";
    line.extend([
        "--item",
        "2025-07-01/party-lecture=七一党课",
        "--reason",
        "加讲党课",
    ]);
    run(&mut town, home, &line).await;
    let shown = run(
        &mut town,
        home,
        &["plan", "show", "--unit", unit, "--year", "2025"],
    )
    .await;
    assert_eq!(shown["versions"], 2);
    assert_eq!(shown["items"].as_array().unwrap().len(), 13);
    assert_eq!(shown["filings"].as_array().unwrap().len(), 1);
}

/// One command as an officer types it.
async fn say(town: &mut Town, node: Id, line: &str) -> Value {
    let words: Vec<&str> = line.split(' ').collect();
    run(town, node, &words).await
}

/// A host with three members of its own in a branch, of whom all came to an assembly, and a hosted one.
async fn after_an_assembly(seed: u64) -> (Town, Id, Id, String, String) {
    let (mut town, home, host, people) = two(seed, 1).await;
    let case = stay(&town, home, host, &people[0]).await;
    let roster = town.folder_of(host).join("名册.csv");
    std::fs::write(&roster, ROSTER).unwrap();
    let path = roster.to_str().unwrap().to_owned();
    run(&mut town, host, &["member", "import", &path]).await;
    let hold = format!(
        "activity hold --unit {UNIT} --kind branch-assembly --day 2025-11-10 --place 会议室 --theme 学习 --present all"
    );
    say(&mut town, host, &hold).await;
    (town, home, host, case, people[0].clone())
}

#[tokio::test]
async fn a_member_confirms_the_book_with_a_code_on_the_command_line() {
    let (mut town, home, host, case, hosted) = after_an_assembly(304).await;
    let award = "book award BD-0001 --title 优秀党员 --day 2025-11-10";
    let own = say(&mut town, host, award).await;
    assert_eq!(own["told"], false);
    let number = own["written"]["sequence"].as_str().unwrap().to_owned();
    // An award of the hosted member goes home with the agreement.
    let award = format!("book award {hosted} --title 先进个人 --day 2025-11-10");
    assert_eq!(say(&mut town, host, &award).await["told"], true);
    town.settle(home, host).await.unwrap();
    let shown = town.desk(home).case(&case).await.unwrap();
    let awards = shown
        .events
        .iter()
        .filter(|event| event.kind() == x::Kind::Award);
    assert_eq!(awards.count(), 1);

    let code = say(&mut town, host, "book code BD-0001 --year 2025").await;
    assert_eq!(code["unconfirmed"], 2);
    let code = code["code"].as_str().unwrap().to_owned();
    let wrong = town
        .at(host)
        .command(&["book", "confirm", "BD-0002", &code])
        .await;
    assert!(wrong.unwrap_err().to_string().contains("book code"));
    let confirmed = run(&mut town, host, &["book", "confirm", "BD-0001", &code]).await;
    assert_eq!(confirmed["confirmed"], 2);
    let right =
        format!("book correct {number} --reason 名称有误 --title 优秀党务工作者 --day 2025-11-10");
    say(&mut town, host, &right).await;
    let book = say(&mut town, host, "book show BD-0001 --year 2025").await;
    let tally = &book["years"][0]["tally"];
    assert_eq!(
        (&tally["confirmed"], &tally["unconfirmed"]),
        (&1.into(), &1.into())
    );
    let stats = format!("book stats --unit {UNIT} --year 2025");
    let stats = say(&mut town, host, &stats).await;
    assert_eq!(stats["people"].as_array().unwrap().len(), 3);
    assert_eq!(stats["withoutRole"], 3);
}

#[tokio::test]
async fn a_branch_assesses_its_year_on_the_command_line() {
    let (mut town, _, host, ..) = after_an_assembly(305).await;
    let appraise = format!(
        "appraisal record --unit {UNIT} --year 2025 --vote 本地甲=excellent:2/1/0 --vote 本地乙=qualified:1/2/0"
    );
    say(&mut town, host, &appraise).await;
    let shown = format!("appraisal show --unit {UNIT} --year 2025");
    let shown = say(&mut town, host, &shown).await;
    assert_eq!(shown["votes"][0]["excellent"], 2);
    let train =
        format!("training record --unit {UNIT} --day 2025-11-12 --hours 7.5 --title 专题班");
    assert_eq!(say(&mut town, host, &train).await["persons"], 2);
    let hours = format!("training list --unit {UNIT} --year 2025");
    let hours = say(&mut town, host, &hours).await;
    assert_eq!(hours["people"][0]["tenths"], 75);
    let grant = "exemption grant 本地乙 --from points,records --reason 年满75岁 --applied-on 2025-03-01 \
                 --approved-on 2025-03-10 --approved-by 支部党员大会";
    say(&mut town, host, grant).await;
    let exempt = say(&mut town, host, "exemption list").await;
    assert_eq!(exempt["exemptions"][0]["name"], "本地乙");
    let points = "points member 本地乙 --policy xianning --year 2025";
    let points = say(&mut town, host, points).await;
    assert_eq!(points["exempt"], true);
    // One meeting of one attended: 20; judged in the appraisal: 20; 7.5 hours of 32: 4.6875, so 4.7; no record of the others.
    assert_eq!(points["totalTenths"], 447);
    let points = format!("points branch {UNIT} --policy xianning --year 2025");
    let points = say(&mut town, host, &points).await;
    assert_eq!(points["lines"].as_array().unwrap().len(), 4);
}
